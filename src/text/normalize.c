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

enum { SYLLABLE_LETTERS_MAX = 6, MARK_SYLLABLES_MAX = 8, MARK_LETTERS_MAX = 48 };

/* Which initials go before a final; '-' none, Z C S zh ch sh.  Source: GB/T 16159, with v for u-diaeresis. */
static const struct {
    const char *final, *initials;
} syllables[] = {
    {"a", "-bpmfdtnlgkhzcsZCSyw"},
    {"o", "-bpmflyw"},
    {"e", "-mdtnlgkhzcsZCSry"},
    {"ai", "-bpmdtnlgkhzcsZCSw"},
    {"ei", "-bpmfdtnlgkhzcsZSw"},
    {"ao", "-bpmdtnlgkhzcsZCSry"},
    {"ou", "-pmfdtnlgkhzcsZCSry"},
    {"an", "-bpmfdtnlgkhzcsZCSryw"},
    {"en", "-bpmfdnlgkhzcsZCSrw"},
    {"ang", "-bpmfdtnlgkhzcsZCSryw"},
    {"eng", "-bpmfdtnlgkhzcsZCSrw"},
    {"er", "-"},
    {"ong", "dtnlgkhzcsZCry"},
    {"i", "bpmdtnljqxzcsZCSry"},
    {"ia", "dnljqx"},
    {"ie", "bpmdtnljqx"},
    {"iao", "bpmfdtnljqx"},
    {"iu", "mdnljqx"},
    {"ian", "bpmdtnljqx"},
    {"in", "bpmnljqxy"},
    {"iang", "nljqx"},
    {"ing", "bpmdtnljqxy"},
    {"iong", "jqx"},
    {"u", "bpmfdtnlgkhzcsZCSrjqxyw"},
    {"ua", "gkhZCSr"},
    {"uo", "dtnlgkhzcsZCSr"},
    {"uai", "gkhZCS"},
    {"ui", "dtgkhzcsZCSr"},
    {"uan", "dtnlgkhzcsZCSrjqxy"},
    {"un", "dtnlgkhzcsZCSrjqxy"},
    {"uang", "gkhZCS"},
    {"v", "nljqxy"},
    {"ve", "nljqxy"},
    {"ue", "nljqxy"},
    {"van", "nljqxy"},
    {"vn", "nljqxy"},
    {"m", "-h"},
    {"n", "-"},
    {"ng", "h"},
};

static bool is_syllable(struct str letters)
{
    struct str final = letters;
    char initial = '-';
    if (letters.n > 1 && strchr("bpmfdtnlgkhjqxrzcsyw", letters.p[0])) {
        bool is_double = letters.p[1] == 'h' && strchr("zcs", letters.p[0]);
        initial = is_double ? (char)(letters.p[0] - 'a' + 'A') : letters.p[0];
        final = str_slice(letters, is_double ? 2 : 1, letters.n);
    }
    for (size_t i = 0; i < sizeof syllables / sizeof syllables[0]; i++)
        if (str_equal_cstr(final, syllables[i].final) && strchr(syllables[i].initials, initial))
            return true;
    /* "n" and "ng" begin with what looks like an initial */
    return str_equal_cstr(letters, "ng");
}

/* The letters inside a bracket. */
struct spelling {
    char letters[MARK_LETTERS_MAX];
    bool is_toned[MARK_LETTERS_MAX]; /* the letter carries a tone mark */
    bool is_apart[MARK_LETTERS_MAX]; /* an apostrophe or a blank stands before the letter */
    size_t n;
};

static bool is_combining(uint32_t code)
{
    return code == 0x300 || code == 0x301 || code == 0x304 || code == 0x308 || code == 0x30C;
}

static bool is_tone(uint32_t code) { return code >= 0x80 && code != 0x308 && code != 0xFC && code != 0x251; }

/* Reads "(letters)" at `at`: its bytes, 0 when something else stands there. */
static size_t read_spelling(struct str s, size_t at, struct spelling *ret)
{
    size_t next = at;
    uint32_t code;
    bool is_apart = false;
    *ret = (struct spelling){0};
    if (!utf8_decode(s, &next, &code) || code != '(')
        return 0;
    while (utf8_decode(s, &next, &code)) {
        if (code == ')')
            return ret->n > 0 && !is_apart ? next - at : 0;
        bool is_behind = ret->n > 0 && !is_apart;
        /* a tone may also be written as a combining mark behind its vowel */
        if (is_behind && is_combining(code)) {
            ret->is_toned[ret->n - 1] |= is_tone(code);
            continue;
        }
        if (is_behind && (code == ' ' || code == '\'' || code == 0x2019)) {
            is_apart = true;
            continue;
        }
        char letter = plain_letter(code);
        if (!letter || ret->n == MARK_LETTERS_MAX)
            return 0;
        ret->letters[ret->n] = letter;
        ret->is_toned[ret->n] = is_tone(code);
        ret->is_apart[ret->n++] = is_apart;
        is_apart = false;
    }
    return 0;
}

/* Is the range one syllable, read with a tone, or one that may be without ("们", "的") and is not the first? */
static bool is_toned_syllable(const struct spelling *spelling, size_t from, size_t to)
{
    static const char *const neutrals[] = {"de", "le", "zhe", "men", "zi", "me", "ge", "tou", "ma", "ba", "ne"};
    struct str letters = {spelling->letters + from, to - from};
    size_t tones = 0;
    bool is_neutral = false;
    for (size_t i = from; i < to; i++) {
        if (i > from && spelling->is_apart[i])
            return false;
        tones += spelling->is_toned[i];
    }
    for (size_t i = 0; i < sizeof neutrals / sizeof neutrals[0]; i++)
        is_neutral = is_neutral || str_equal_cstr(letters, neutrals[i]);
    return (tones == 1 || (tones == 0 && from > 0 && is_neutral)) && is_syllable(letters);
}

/* Can the letters be read as two or more syllables, at most max?  Tones tell them from Latin words. */
static bool is_several(const struct spelling *spelling, size_t max)
{
    uint16_t counts[MARK_LETTERS_MAX + 1] = {1}; /* bit n: n syllables end here */
    for (size_t from = 0; from < spelling->n; from++)
        for (size_t to = from + 1; counts[from] && to <= spelling->n && to - from <= SYLLABLE_LETTERS_MAX; to++)
            if (is_toned_syllable(spelling, from, to))
                counts[to] |= (uint16_t)(counts[from] << 1);
    for (size_t n = 2; n <= max && n <= MARK_SYLLABLES_MAX; n++)
        if (counts[spelling->n] >> n & 1)
            return true;
    return false;
}

static size_t count_han(struct str s, size_t at, size_t max)
{
    size_t n = 0;
    uint32_t code;
    while (n < max && utf8_decode(s, &at, &code) && utf8_is_han(code))
        n++;
    return n;
}

/* Bytes of a pinyin mark at `at` behind `before` characters without one: "(syllable)", or several syllables for those
 * characters and the ones that follow ("整改(zhěnggǎi)", "重(zhòngdà)大"); 0 when something else stands there. */
static size_t scan_mark(struct str s, size_t at, size_t before)
{
    struct spelling spelling;
    size_t n = read_spelling(s, at, &spelling);
    if (n == 0)
        return 0;
    bool is_whole = memchr(spelling.is_apart, true, spelling.n) == NULL;
    if (is_whole && is_syllable((struct str){spelling.letters, spelling.n}))
        return n;
    return is_several(&spelling, before + count_han(s, at + n, MARK_SYLLABLES_MAX)) ? n : 0;
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
    size_t at = 0, bare = 0; /* Chinese characters right before that carry no mark */
    uint32_t code, before = 0;
    while (at < raw.n) {
        size_t mark = raw.p[at] == '(' && bare > 0 ? scan_mark(raw, at, bare) : 0;
        if (mark) {
            if (!marked && !(marked = ARENA_NEW_ARRAY(arena, uint32_t, MARKED_MAX)))
                return arena_rc(arena);
            if (done.mark_han_count < MARKED_MAX)
                done.mark_han_count = set_add(marked, done.mark_han_count, before);
            done.mark_count++;
            bare = 0; /* a second bracket behind the same character is no mark */
            at += mark;
            continue;
        }
        size_t start = at;
        if (!utf8_decode(raw, &at, &code))
            return RC_BAD_ENCODING;
        mapped_add(&out, raw.p + start, at - start, start);
        before = code;
        bare = utf8_is_han(code) ? bare + 1 : 0;
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
