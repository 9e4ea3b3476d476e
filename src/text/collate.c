/* collate.c: the one file that knows ICU; see collate.h. */
#include "text/collate.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/buf.h"

enum { TEXT_MAX_BYTES = 1 << 28, VERSION_TEXT_BYTES = 2 * U_MAX_VERSION_STRING_LENGTH };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const UNormalizer2 *composer;
static UCollator *collator;
static UTransliterator *romanizer;
static pthread_mutex_t romanizer_lock = PTHREAD_MUTEX_INITIALIZER; /* rule-based transforms keep state */
static char version_text[VERSION_TEXT_BYTES];

/* ICU's data are part of its library: that they cannot be opened is out of memory or a broken installation. */
static void open_all(void)
{
    UErrorCode status = U_ZERO_ERROR;
    composer = unorm2_getNFCInstance(&status);
    collator = ucol_open("zh@collation=pinyin", &status);
    /* the Names variant reads family names at the start as family names; only the dots of u-diaeresis are kept */
    static const UChar id[] = u"Han-Latin/Names; NFD; [[:Mn:]-[\\u0308]] Remove; NFC; Lower";
    romanizer = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_FAILURE(status) || !collator)
        return;
    UVersionInfo version;
    char number[U_MAX_VERSION_STRING_LENGTH];
    ucol_getVersion(collator, version);
    u_versionToString(version, number);
    snprintf(version_text, sizeof version_text, "%s", number);
}

static enum rc rc_of(UErrorCode status)
{
    if (status == U_MEMORY_ALLOCATION_ERROR)
        return RC_NOMEM;
    if (status == U_INVALID_CHAR_FOUND || status == U_TRUNCATED_CHAR_FOUND || status == U_ILLEGAL_CHAR_FOUND)
        return RC_BAD_ENCODING;
    return U_FAILURE(status) ? RC_INTERNAL : RC_OK;
}

/* s as UTF-16 in the arena, with `extra` units of room behind it. */
static enum rc to_utf16(struct arena *arena, struct str s, size_t extra, UChar **ret, int32_t *ret_n)
{
    if (s.n > TEXT_MAX_BYTES)
        return RC_TOO_LARGE;
    UChar *units = ARENA_NEW_ARRAY(arena, UChar, s.n + extra + 1);
    if (!units)
        return arena_rc(arena);
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(units, (int32_t)s.n + 1, ret_n, s.p ? s.p : "", (int32_t)s.n, &status);
    TRY(rc_of(status));
    *ret = units;
    return RC_OK;
}

static enum rc from_utf16(struct arena *arena, const UChar *units, int32_t n, struct str *ret)
{
    size_t room = (size_t)n * 3 + 1;
    char *text = arena_alloc(arena, room);
    if (!text)
        return arena_rc(arena);
    int32_t used = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strToUTF8(text, (int32_t)room, &used, units, n, &status);
    TRY(rc_of(status));
    *ret = (struct str){text, (size_t)used};
    return RC_OK;
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

enum rc text_nfc(struct arena *arena, struct str s, struct str *ret_nfc)
{
    if (is_ascii(s)) {
        *ret_nfc = s;
        return RC_OK;
    }
    pthread_once(&once, open_all);
    if (!composer)
        return RC_INTERNAL;
    UChar *units;
    int32_t n;
    TRY(to_utf16(arena, s, 0, &units, &n));
    UErrorCode status = U_ZERO_ERROR;
    if (unorm2_isNormalized(composer, units, n, &status)) {
        *ret_nfc = s;
        return RC_OK;
    }
    TRY(rc_of(status));
    /* composition excludes some characters that then grow, at most threefold; see UAX 15 section 3.2 */
    int32_t room = n * 3 + 1;
    UChar *composed = ARENA_NEW_ARRAY(arena, UChar, (size_t)room);
    if (!composed)
        return arena_rc(arena);
    int32_t used = unorm2_normalize(composer, units, n, composed, room, &status);
    TRY(rc_of(status));
    return from_utf16(arena, composed, used, ret_nfc);
}

enum rc text_sort_key(struct arena *arena, struct str s, struct str *ret_key)
{
    if (s.n == 0) {
        *ret_key = STR_EMPTY;
        return RC_OK;
    }
    pthread_once(&once, open_all);
    if (!collator)
        return RC_INTERNAL;
    UChar *units;
    int32_t n;
    TRY(to_utf16(arena, s, 0, &units, &n));
    int32_t room = ucol_getSortKey(collator, units, n, NULL, 0);
    if (room <= 0)
        return RC_NOMEM;
    uint8_t *key = arena_alloc(arena, (size_t)room);
    char *text = arena_alloc(arena, (size_t)room * 2);
    if (!key || !text)
        return arena_rc(arena);
    ucol_getSortKey(collator, units, n, key, room);
    static const char digits[] = "0123456789abcdef";
    size_t count = (size_t)room - 1; /* the key ends in a 0 that sorts nothing */
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[key[i] >> 4];
        text[2 * i + 1] = digits[key[i] & 15];
    }
    *ret_key = (struct str){text, count * 2};
    return RC_OK;
}

struct str text_sort_version(void)
{
    pthread_once(&once, open_all);
    return str_from_cstr(version_text);
}

enum { U_DIAERESIS = 0x00FC };

static bool is_word_unit(UChar unit)
{
    return (unit >= 'a' && unit <= 'z') || (unit >= '0' && unit <= '9') || unit == U_DIAERESIS;
}

/* All words run together, a blank, and their first letters; u-diaeresis written as dotted_u. */
static void add_words(struct buf *out, const UChar *units, int32_t n, char dotted_u)
{
    for (int32_t i = 0; i < n; i++)
        if (is_word_unit(units[i]))
            buf_add_char(out, units[i] == U_DIAERESIS ? dotted_u : (char)units[i]);
    buf_add_char(out, ' ');
    for (int32_t i = 0; i < n; i++)
        if (is_word_unit(units[i]) && (i == 0 || !is_word_unit(units[i - 1])))
            buf_add_char(out, units[i] == U_DIAERESIS ? dotted_u : (char)units[i]);
}

enum rc text_pinyin(struct arena *arena, struct str s, struct str *ret_pinyin)
{
    enum { NAME_MAX_BYTES = 4096, GROWTH = 8 }; /* "zhuang" and a blank for one unit, with room for marks */
    pthread_once(&once, open_all);
    if (!romanizer)
        return RC_INTERNAL;
    if (s.n > NAME_MAX_BYTES)
        return RC_TOO_LARGE;
    UChar *units = NULL;
    int32_t n;
    TRY(to_utf16(arena, s, s.n * GROWTH + 64, &units, &n));
    int32_t limit = n;
    UErrorCode status = U_ZERO_ERROR;
    pthread_mutex_lock(&romanizer_lock);
    utrans_transUChars(romanizer, units, &n, (int32_t)(s.n * (GROWTH + 1) + 64), 0, &limit, &status);
    pthread_mutex_unlock(&romanizer_lock);
    TRY(rc_of(status));
    CLEANUP(buf_done) struct buf out;
    buf_init(&out, (size_t)1 << 20);
    bool has_word = false, has_dots = false;
    for (int32_t i = 0; i < limit; i++) {
        has_word = has_word || is_word_unit(units[i]);
        has_dots = has_dots || units[i] == U_DIAERESIS;
    }
    if (has_word)
        add_words(&out, units, limit, 'u');
    if (has_dots) { /* keyboards have v for it */
        buf_add_char(&out, ' ');
        add_words(&out, units, limit, 'v');
    }
    TRY(buf_rc(&out));
    *ret_pinyin = arena_copy_str(arena, buf_str(&out));
    return ret_pinyin->p ? RC_OK : arena_rc(arena);
}
