/* normalize.c: pinyin residue, traditional to simplified, widths; see normalize.h. */
#include "text/normalize.h"

#include <string.h>

#include "text/t2s.h"
#include "text/utf8.h"

uint32_t text_fold_code(uint32_t code)
{
    if (code >= 0xFF01 && code <= 0xFF5E)
        return code - 0xFEE0;
    return code == 0x3000 ? ' ' : code;
}

/* ASCII letter under a tone mark, in the order of the Latin blocks; 'v' stands for u with diaeresis. */
static const struct {
    uint16_t code;
    char letter;
} toned[] = {
    {0x00E0, 'a'}, {0x00E1, 'a'}, {0x00E8, 'e'}, {0x00E9, 'e'}, {0x00EC, 'i'}, {0x00ED, 'i'},
    {0x00F2, 'o'}, {0x00F3, 'o'}, {0x00F9, 'u'}, {0x00FA, 'u'}, {0x00FC, 'v'}, {0x0101, 'a'},
    {0x0103, 'a'}, {0x0113, 'e'}, {0x011B, 'e'}, {0x012B, 'i'}, {0x0144, 'n'}, {0x0148, 'n'},
    {0x014D, 'o'}, {0x016B, 'u'}, {0x01CE, 'a'}, {0x01D0, 'i'}, {0x01D2, 'o'}, {0x01D4, 'u'},
    {0x01D6, 'v'}, {0x01D8, 'v'}, {0x01DA, 'v'}, {0x01DC, 'v'}, {0x01F9, 'n'}, {0x0251, 'a'},
};

/* Letter a..z of one code point of a syllable, 0 for others. */
static char plain_letter(uint32_t code)
{
    if (code >= 'a' && code <= 'z')
        return (char)code;
    for (size_t i = 0; i < sizeof toned / sizeof toned[0]; i++)
        if (toned[i].code == code)
            return toned[i].letter;
    return 0;
}

/* A syllable is an initial (or none) and one of these finals.  Source: GB/T 16159, with v and u for u-diaeresis. */
static bool is_syllable(const char *letters)
{
    static const char *const finals[] = {"a",   "o",   "e",    "ai",   "ei",   "ao", "ou", "an",  "en",
                                         "ang", "eng", "er",   "ong",  "i",    "ia", "ie", "iao", "iu",
                                         "ian", "in",  "iang", "ing",  "iong", "u",  "ua", "uo",  "uai",
                                         "ui",  "uan", "un",   "uang", "v",    "ve", "ue", "van", "vn"};
    static const char *const whole[] = {"m", "n", "ng", "hm", "hng"};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (strcmp(letters, whole[i]) == 0)
            return true;
    size_t skip = 0;
    if (strchr("bpmfdtnlgkhjqxrzcsyw", letters[0]))
        skip = letters[1] == 'h' && strchr("zcs", letters[0]) ? 2 : 1;
    for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++)
        if (strcmp(letters + skip, finals[i]) == 0)
            return true;
    return false;
}

/* Bytes of a pinyin mark "(syllable)" at `at`; 0 when something else stands there. */
static size_t scan_mark(struct str s, size_t at)
{
    enum { LETTERS_MAX = 6 };
    char letters[LETTERS_MAX + 1] = {0};
    size_t next = at, count = 0;
    uint32_t code;
    if (!utf8_decode(s, &next, &code) || code != '(')
        return 0;
    while (utf8_decode(s, &next, &code)) {
        if (code == ')')
            return count && is_syllable(letters) ? next - at : 0;
        /* a tone may also be written as a combining mark behind its vowel */
        if (count && (code == 0x300 || code == 0x301 || code == 0x304 || code == 0x308 || code == 0x30C))
            continue;
        char letter = plain_letter(code);
        if (!letter || count == LETTERS_MAX)
            return 0;
        letters[count++] = letter;
    }
    return 0;
}

/* Output under construction: bytes and, for each, its offset in the input. */
struct mapped {
    char *p;
    uint32_t *raw_offset;
    size_t n, room;
};

static enum rc mapped_init(struct arena *arena, size_t room, struct mapped *ret)
{
    struct mapped out = {arena_alloc(arena, room + 1), ARENA_NEW_ARRAY(arena, uint32_t, room + 1), 0, room};
    if (!out.p || !out.raw_offset)
        return arena_rc(arena);
    *ret = out;
    return RC_OK;
}

static void mapped_add(struct mapped *out, const char *p, size_t n, size_t raw)
{
    for (size_t i = 0; i < n; i++) { /* a few bytes: no call */
        out->p[out->n + i] = p[i];
        out->raw_offset[out->n + i] = (uint32_t)raw;
    }
    out->n += n;
}

static void mapped_finish(const struct mapped *out, size_t raw_n, struct cleaned *ret)
{
    out->raw_offset[out->n] = (uint32_t)raw_n;
    ret->text = (struct str){out->p, out->n};
    ret->raw_offset = out->raw_offset;
}

/* Adds code to the sorted set of n codes when it is not in it; the set has room for one more. */
static size_t set_add(uint32_t *set, size_t n, uint32_t code)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (set[mid] < code)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < n && set[low] == code)
        return n;
    memmove(set + low + 1, set + low, (n - low) * sizeof *set);
    set[low] = code;
    return n + 1;
}

enum rc text_strip_pinyin(struct arena *arena, struct str raw, struct cleaned *ret)
{
    enum { MARKED_MAX = 4096 }; /* distinct marked characters that are told apart; more are not counted */
    if (raw.n >= UINT32_MAX)
        return RC_TOO_LARGE;
    struct mapped out = {0};
    TRY(mapped_init(arena, raw.n, &out));
    struct cleaned done = {0};
    uint32_t *marked = NULL;
    size_t at = 0;
    uint32_t code, before = 0;
    while (at < raw.n) {
        size_t mark = raw.p[at] == '(' && utf8_is_han(before) ? scan_mark(raw, at) : 0;
        if (mark) {
            if (!marked && !(marked = ARENA_NEW_ARRAY(arena, uint32_t, MARKED_MAX)))
                return arena_rc(arena);
            if (done.mark_han_count < MARKED_MAX)
                done.mark_han_count = set_add(marked, done.mark_han_count, before);
            done.mark_count++;
            before = 0; /* a second bracket behind the same character is no mark */
            at += mark;
            continue;
        }
        size_t start = at;
        if (!utf8_decode(raw, &at, &code))
            return RC_BAD_ENCODING;
        mapped_add(&out, raw.p + start, at - start, start);
        before = code;
    }
    mapped_finish(&out, raw.n, &done);
    *ret = done;
    return RC_OK;
}

/* The longest phrase of the dictionary that begins at byte `at` of s with the character code; NULL when there is none.
 */
static const struct t2s_phrase *find_phrase(struct str s, size_t at, uint32_t code)
{
    size_t low = 0, high = t2s_phrase_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (t2s_phrases[mid].from[0] < code)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < t2s_phrase_count && t2s_phrases[low].from[0] == code; low++) {
        const struct t2s_phrase *phrase = &t2s_phrases[low];
        size_t next = at, i = 0;
        uint32_t here;
        while (i < phrase->n && utf8_decode(s, &next, &here) && here == phrase->from[i])
            i++;
        if (i == phrase->n)
            return phrase;
    }
    return NULL;
}

/* The sign 著 has two readings that traditional text writes alike and OpenCC leaves alike: zhu (著作, 显著) keeps it,
 * zhe and zhuo (随着, 着力) are written 着 on the mainland.  By the character before or behind it, which must say so;
 * else it stays. */
enum { ZHU = 0x8457, ZHE = 0x7740 };

static bool is_one_of(const char *set, uint32_t code)
{
    struct str all = str_from_cstr(set);
    uint32_t one;
    for (size_t at = 0; code && utf8_decode(all, &at, &one);)
        if (one == code)
            return true;
    return false;
}

static uint32_t zhu_or_zhe(struct str s, size_t next, uint32_t before)
{
    uint32_t behind = 0, second = 0;
    bool is_more = utf8_decode(s, &next, &behind) && utf8_decode(s, &next, &second);
    if (is_one_of("力手眼重落急想陸陆裝装實实火色意", behind))
        return ZHE;
    if (is_one_of("名述稱称錄录書书者", behind) ||
        (behind == 0x4F5C /* zuo */ && !(is_more && second == 0x7528 /* yong */)))
        return ZHU;
    return is_one_of("隨随沿接朝本順顺有味繞绕帶带跟向對对看背當当趁靠衝冲為为臨临在起抓執执附衣沉膠胶圍围活守拿走站扛"
                     "頂顶盯懷怀拖掛挂伴揮挥",
                     before)
               ? ZHE
               : ZHU;
}

/* First byte of s whose character the dictionary knows; s.n when there is none, SIZE_MAX when s is not UTF-8. */
static size_t find_convertible(struct str s)
{
    size_t at = 0;
    while (at < s.n) {
        size_t start = at;
        uint32_t code;
        if (!utf8_decode(s, &at, &code))
            return SIZE_MAX;
        if (t2s_entry(code) || code == ZHU)
            return start;
    }
    return s.n;
}

/* Adds the character at `from` as code; true when that changes it. */
static bool add_code(struct mapped *out, uint32_t from, uint32_t code, const char *p, size_t n, size_t raw)
{
    if (code == from) {
        mapped_add(out, p, n, raw);
        return false;
    }
    char text[UTF8_MAX_BYTES];
    mapped_add(out, text, utf8_encode(code, text), raw);
    return true;
}

/* Second pass over done, in place: every character becomes exactly one. */
static enum rc simplify_cleaned(struct arena *arena, struct cleaned *done)
{
    struct str from = done->text;
    size_t at = find_convertible(from), changed = 0;
    if (at == SIZE_MAX)
        return RC_BAD_ENCODING;
    if (at == from.n)
        return RC_OK;
    size_t codes = utf8_count(str_slice(from, at, from.n));
    struct mapped out = {0};
    TRY(mapped_init(arena, at + codes * UTF8_MAX_BYTES, &out));
    memcpy(out.p, from.p, at);
    memcpy(out.raw_offset, done->raw_offset, at * sizeof *out.raw_offset);
    out.n = at;
    uint32_t code = 0;
    size_t back = at; /* the character before */
    while (back > 0 && ((unsigned char)from.p[--back] & 0xC0) == 0x80)
        ;
    if (at > 0 && !utf8_decode(from, &back, &code))
        return RC_BAD_ENCODING;
    while (at < from.n) {
        size_t start = at;
        uint32_t before = code;
        if (!utf8_decode(from, &at, &code))
            return RC_BAD_ENCODING;
        uint32_t entry = t2s_entry(code), simple = code == ZHU ? zhu_or_zhe(from, at, before) : t2s_entry_code(entry);
        const struct t2s_phrase *phrase = t2s_entry_has_phrases(entry) ? find_phrase(from, start, code) : NULL;
        if (!phrase) {
            changed +=
                add_code(&out, code, simple ? simple : code, from.p + start, at - start, done->raw_offset[start]);
            continue;
        }
        for (size_t i = 0; i < phrase->n; i++) {
            changed += add_code(&out, code, phrase->to[i], from.p + start, at - start, done->raw_offset[start]);
            start = at;
            if (i + 1 < phrase->n && !utf8_decode(from, &at, &code))
                return RC_BAD_ENCODING;
        }
    }
    mapped_finish(&out, done->raw_offset[from.n], done);
    done->converted_count = changed;
    return RC_OK;
}

enum rc text_clean(struct arena *arena, struct str raw, struct cleaned *ret)
{
    struct cleaned done;
    TRY(text_strip_pinyin(arena, raw, &done));
    TRY(simplify_cleaned(arena, &done));
    *ret = done;
    return RC_OK;
}

enum rc text_simplify(struct arena *arena, struct str s, struct str *ret_text)
{
    struct mapped same = {0};
    size_t at = find_convertible(s);
    if (at == SIZE_MAX)
        return RC_BAD_ENCODING;
    if (at == s.n) {
        *ret_text = arena_copy_str(arena, s);
        return ret_text->p ? RC_OK : arena_rc(arena);
    }
    TRY(mapped_init(arena, s.n, &same));
    mapped_add(&same, s.p, s.n, 0);
    struct cleaned done = {0};
    mapped_finish(&same, s.n, &done);
    TRY(simplify_cleaned(arena, &done));
    *ret_text = done.text;
    return RC_OK;
}

enum rc text_fold_width(struct arena *arena, struct str s, struct cleaned *ret)
{
    if (s.n >= UINT32_MAX)
        return RC_TOO_LARGE;
    struct mapped out = {0};
    TRY(mapped_init(arena, s.n, &out));
    struct cleaned done = {0};
    size_t at = 0;
    while (at < s.n) {
        size_t start = at;
        uint32_t code;
        if (!utf8_decode(s, &at, &code))
            return RC_BAD_ENCODING;
        char text[UTF8_MAX_BYTES];
        size_t n = utf8_encode(text_fold_code(code), text);
        mapped_add(&out, text, n, start);
        done.converted_count += text_fold_code(code) != code;
    }
    mapped_finish(&out, s.n, &done);
    *ret = done;
    return RC_OK;
}

void cleaned_raw_range(const struct cleaned *cleaned, size_t from, size_t to, size_t *ret_from, size_t *ret_to)
{
    *ret_from = cleaned->raw_offset[from];
    *ret_to = cleaned->raw_offset[to < from ? from : to];
}
