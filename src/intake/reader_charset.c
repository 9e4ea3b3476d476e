/* reader_charset.c: detection and decoding; see reader_charset.h.
 *
 * UTF-8 and UTF-16 are decided by their form.  Between GB18030 and Big5, which share most byte pairs, the text decides:
 * both are decoded and the reading with the higher share of everyday characters wins; uchardet breaks a tie.
 */
#include "intake/reader_charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <uchar.h>
#include <uchardet/uchardet.h>

enum { PROBE_BYTES = 64 * 1024 };

/* Everyday characters of simplified and of traditional prose. */
static const char32_t everyday[] =
    U"\u7684\u4e00\u662f\u4e0d\u4e86\u5728\u4eba\u6709\u6211\u4ed6\u8fd9\u4e2d\u5927\u6765\u4e0a\u56fd\u548c\u5730"
    U"\u4e3a"
    U"\u5b50\u8bf4\u65f6\u8981\u4ee5\u4f1a\u53ef\u4e5f\u5bf9\u751f\u80fd\u53d1\u6210\u90e8\u4e8b\u5de5\u4f5c\u5b66"
    U"\u591a"
    U"\u5e74\u6708\u65e5\u65b9\u884c\u653f\u5168\u9762\u52a1\u7ec4\u515a\u6574\u6539\u95ee\u9898\u5355\u4f4d\u5e02"
    U"\u53bf"
    U"\u59d4\u516c\u53f8\u7ba1\u7406\u5236\u5ea6\u843d\u5b9e\u8d23\u4efb\u5efa\u8bbe\u52a0\u5f3a\u5173\u4e8e\u76d1"
    U"\u7763"
    U"\u5de1\u89c6\u5bdf\u60c5\u51b5\u5b8c\u5584\u9879\u76ee\u8d44\u91d1\u4f01\u4e1a\u4e8c\u4e09\u56db\u4e94\u516d"
    U"\u4e03"
    U"\u516b\u4e5d\u5341\u7b2c\u91cf\u8fdb\u5c55\u901a\u62a5\u5df2\u65b0\u7ecf\u6cd5\u89c4\u5b9a\u540d\u53f7\u6240"
    U"\u4e4b"
    U"\u9019\u4f86\u570b\u70ba\u8aaa\u6642\u6703\u5c0d\u767c\u5b78\u52d9\u7d44\u9ee8\u554f\u984c\u55ae\u7e23\u5be6"
    U"\u8cac"
    U"\u95dc\u65bc\u76e3\u8996\u6cc1\u9805\u8cc7\u696d\u9032\u5831\u7d93\u898f\u865f\u88e1\u500b\u5011\u9ad4\u8207";

static bool is_everyday(uint32_t c)
{
    for (size_t i = 0; i < sizeof everyday / sizeof everyday[0] - 1; i++)
        if (everyday[i] == c)
            return true;
    return false;
}

struct reading {
    struct str text;
    long bad; /* bytes replaced */
    long characters, han, everyday, ascii;
};

static void reading_weigh(struct reading *reading)
{
    struct str probe = str_slice(reading->text, 0, PROBE_BYTES);
    for (size_t at = 0; at < probe.n;) {
        uint32_t c = reader_next_char(probe, &at);
        reading->characters++;
        reading->ascii += c < 0x80;
        if (reader_is_han(c)) {
            reading->han++;
            reading->everyday += is_everyday(c);
        }
    }
}

static enum rc buf_to_scratch(struct reader *reader, struct buf *buf, struct str *ret)
{
    if (buf_rc(buf) != RC_OK)
        return reader_no_room(reader, buf_rc(buf));
    *ret = arena_copy_str(reader->scratch, buf_str(buf));
    return ret->p ? RC_OK : reader_no_room(reader, arena_rc(reader->scratch));
}

static enum rc decode_iconv(struct reader *reader, struct str bytes, const char *charset, struct reading *ret)
{
    *ret = (struct reading){0};
    iconv_t converter = iconv_open("UTF-8", charset);
    if (converter == (iconv_t)-1) { /* treated as a reading that explains nothing */
        ret->bad = (long)bytes.n;
        return RC_OK;
    }
    struct buf out CLEANUP(buf_done);
    buf_init(&out, READER_SCRATCH_MAX / 2);
    char *from = (char *)(uintptr_t)bytes.p;
    size_t left = bytes.n;
    while (left && buf_rc(&out) == RC_OK) {
        char piece[8192];
        char *to = piece;
        size_t room = sizeof piece;
        size_t done = iconv(converter, &from, &left, &to, &room);
        buf_add_bytes(&out, piece, sizeof piece - room);
        if (done == (size_t)-1 && errno != E2BIG) {
            buf_add_cstr(&out, "\uFFFD");
            from++;
            left--;
            ret->bad++;
            iconv(converter, NULL, NULL, NULL, NULL);
        }
    }
    char tail[64];
    char *to = tail;
    size_t room = sizeof tail;
    iconv(converter, NULL, NULL, &to, &room); /* a character held back, as Big5-HKSCS does */
    buf_add_bytes(&out, tail, sizeof tail - room);
    iconv_close(converter);
    TRY(buf_to_scratch(reader, &out, &ret->text));
    reading_weigh(ret);
    return RC_OK;
}

static enum rc decode_utf16(struct reader *reader, struct str bytes, bool is_big, struct reading *ret)
{
    *ret = (struct reading){0};
    struct buf out CLEANUP(buf_done);
    buf_init(&out, READER_SCRATCH_MAX / 2);
    const unsigned char *p = (const unsigned char *)bytes.p;
    uint32_t high = 0;
    for (size_t i = 0; i + 1 < bytes.n; i += 2) {
        uint32_t c = is_big ? (uint32_t)p[i] << 8 | p[i + 1] : (uint32_t)p[i + 1] << 8 | p[i];
        if (c == 0xFEFF && i == 0)
            continue;
        if (high && c >= 0xDC00 && c <= 0xDFFF) {
            reader_put_char(&out, 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00));
            high = 0;
            continue;
        }
        if (high || (c >= 0xDC00 && c <= 0xDFFF)) {
            ret->bad++;
            reader_put_char(&out, 0xFFFD);
        }
        high = c >= 0xD800 && c <= 0xDBFF ? c : 0;
        if (high || (c >= 0xDC00 && c <= 0xDFFF))
            continue;
        if (c == 0)
            ret->bad++;
        else
            reader_put_char(&out, c);
    }
    TRY(buf_to_scratch(reader, &out, &ret->text));
    reading_weigh(ret);
    return RC_OK;
}

/* Text damaged in a few places, or cut in the middle of a character, is still UTF-8. */
static bool is_nearly_utf8(struct str bytes, long *ret_bad)
{
    long bad = 0, good = 0;
    for (size_t at = 0; at < bytes.n;) {
        size_t from = at;
        uint32_t c = reader_next_char(bytes, &at);
        if (c == 0xFFFD && at == from + 1)
            bad++;
        else if (c >= 0x80)
            good++;
    }
    *ret_bad = bad;
    return good > 20 * bad;
}

static enum rc repair_utf8(struct reader *reader, struct str bytes, struct str *ret)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, READER_SCRATCH_MAX / 2);
    for (size_t at = 0; at < bytes.n;)
        reader_put_char(&out, reader_next_char(bytes, &at));
    return buf_to_scratch(reader, &out, ret);
}

/* UTF-16 without a mark: every second byte of ASCII text and of blanks and line ends is zero. */
static int guess_utf16(struct str bytes)
{
    size_t n = bytes.n < PROBE_BYTES ? bytes.n & ~(size_t)1 : PROBE_BYTES, zero[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        zero[i & 1] += bytes.p[i] == '\0';
    if (bytes.n % 2 || zero[0] + zero[1] == 0 || zero[0] == zero[1])
        return 0;
    return zero[1] > 4 * zero[0] ? 1 : zero[0] > 4 * zero[1] ? 2 : 0;
}

static bool uchardet_says(struct str bytes, const char *prefix)
{
    uchardet_t detector = uchardet_new();
    if (!detector)
        return false;
    bool says = uchardet_handle_data(detector, bytes.p, bytes.n < PROBE_BYTES ? bytes.n : PROBE_BYTES) == 0;
    uchardet_data_end(detector);
    says = says && strncasecmp(uchardet_get_charset(detector), prefix, strlen(prefix)) == 0;
    uchardet_delete(detector);
    return says;
}

/* Both standards put the common characters first: GB 2312 level 1 has lead bytes B0..D7, Big5 level 1 A4..C6 with half
 * of the trail bytes below A1.  Thousandths of the pairs that lie there; tells lists of names, too, apart. */
static long first_level_share(struct str bytes, bool is_big)
{
    struct str probe = str_slice(bytes, 0, PROBE_BYTES);
    const unsigned char *p = (const unsigned char *)probe.p;
    long pairs = 0, first = 0;
    for (size_t i = 0; i + 1 < probe.n; i++) {
        if (p[i] < 0x81)
            continue;
        if (p[i] >= 0xA4) {
            pairs++;
            first += is_big ? p[i] <= 0xC6 : p[i] >= 0xB0 && p[i] <= 0xD7 && p[i + 1] >= 0xA1;
        }
        i++;
    }
    return pairs ? first * 1000 / pairs : 0;
}

/* Shares of everyday and of first-level characters, lowered by what could not be read. */
static long reading_score(const struct reading *r, struct str bytes, bool is_big)
{
    if (r->han < 1 || (size_t)r->bad * 50 > bytes.n)
        return -1;
    return r->everyday * 1000 / r->han + first_level_share(bytes, is_big) / 2 - r->bad * 20000 / (long)(bytes.n + 1);
}

static bool names_charset(struct str declared, const char *prefix)
{
    return declared.n >= strlen(prefix) &&
           str_equal_nocase(str_slice(declared, 0, strlen(prefix)), str_from_cstr(prefix));
}

static enum rc decode_chinese(struct reader *reader, struct str bytes, struct str declared, struct str *ret_text,
                              struct str *ret_name)
{
    struct reading gb, big;
    TRY(decode_iconv(reader, bytes, "GB18030", &gb));
    TRY(decode_iconv(reader, bytes, "BIG5-HKSCS", &big));
    long gb_score = reading_score(&gb, bytes, false), big_score = reading_score(&big, bytes, true);
    if (gb_score < 0 && big_score < 0) {
        if (gb.bad == 0 && gb.characters)
            gb_score = 0; /* nothing but marks */
        else
            return ctx_fail_key(reader->ctx, RC_BAD_ENCODING, "reader.charset");
    }
    long lean = names_charset(declared, "big5") ? 60 : names_charset(declared, "gb") ? -60 : 0;
    if (!lean)
        lean = uchardet_says(bytes, "BIG5") ? 30 : -10;
    bool is_big = big_score >= 0 && big_score + lean > gb_score;
    const struct reading *best = is_big ? &big : &gb;
    if (best->bad)
        reader_note_int(reader, "reader.note.invalid_bytes", best->bad);
    *ret_text = best->text;
    *ret_name = is_big ? STR("Big5") : STR("GB18030");
    return RC_OK;
}

enum rc charset_decode(struct reader *reader, struct str bytes, struct str declared, struct str *ret_text,
                       struct str *ret_name)
{
    if (bytes.n >= 3 && memcmp(bytes.p, "\xEF\xBB\xBF", 3) == 0)
        bytes = str_slice(bytes, 3, bytes.n);
    bool is_little = bytes.n >= 2 && memcmp(bytes.p, "\xFF\xFE", 2) == 0;
    bool is_big = bytes.n >= 2 && memcmp(bytes.p, "\xFE\xFF", 2) == 0;
    int guess = is_little ? 1 : is_big ? 2 : guess_utf16(bytes);
    if (guess) {
        struct reading reading;
        TRY(decode_utf16(reader, bytes, guess == 2, &reading));
        bool is_likely = is_little || is_big || (reading.ascii + reading.everyday) * 4 > reading.characters;
        if ((size_t)reading.bad * 50 <= bytes.n && reading.characters && is_likely) {
            if (reading.bad)
                reader_note_int(reader, "reader.note.invalid_bytes", reading.bad);
            *ret_text = reading.text;
            *ret_name = guess == 2 ? STR("UTF-16BE") : STR("UTF-16LE");
            return RC_OK;
        }
    }
    /* Threat: a program or an archive under the name of a text.  No text encoding but UTF-16 has zero bytes. */
    if (bytes.n && memchr(bytes.p, '\0', bytes.n))
        return ctx_fail_key(reader->ctx, RC_BAD_ENCODING, "reader.not_text");
    *ret_name = STR("UTF-8");
    if (reader_is_utf8(bytes)) {
        *ret_text = bytes;
        return RC_OK;
    }
    long bad;
    if (is_nearly_utf8(bytes, &bad)) {
        reader_note_int(reader, "reader.note.invalid_bytes", bad);
        return repair_utf8(reader, bytes, ret_text);
    }
    return decode_chinese(reader, bytes, declared, ret_text, ret_name);
}

bool charset_decode_gbk(struct reader *reader, struct str bytes, struct str *ret_text)
{
    struct reading reading;
    if (decode_iconv(reader, bytes, "GB18030", &reading) != RC_OK || reading.bad)
        return false;
    *ret_text = reading.text;
    return reader_is_utf8(reading.text);
}

void charset_warm_up(void)
{
    static const char *const names[] = {"GB18030",    "GBK",          "GB2312",   "BIG5",     "BIG5-HKSCS",
                                        "ISO-8859-1", "WINDOWS-1252", "UTF-16LE", "UTF-16BE", "UTF-7"};
    /* The descriptors stay open for the life of the child: closing the last one would unload the converter. */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)iconv_open("UTF-8", names[i]);
        (void)iconv_open(names[i], "UTF-8");
    }
}
