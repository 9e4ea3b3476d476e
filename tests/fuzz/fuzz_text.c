/* fuzz_text.c: cleaning, dates, amounts, numerals and search tokens of any text: offsets stay inside and in order. */
#include <stdlib.h>

#include "text/amount.h"
#include "text/bigram.h"
#include "text/date.h"
#include "text/normalize.h"
#include "text/numeral.h"
#include "text/similarity.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ARENA_MAX = 512 * 1024 * 1024 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_boundary(struct str s, size_t at)
{
    return at == s.n || (at < s.n && ((unsigned char)s.p[at] & 0xC0) != 0x80);
}

static void check_cleaned(struct str input, const struct cleaned *cleaned)
{
    require(utf8_is_clean(cleaned->text) && cleaned->raw_offset[cleaned->text.n] == input.n);
    for (size_t i = 0; i < cleaned->text.n; i++)
        require(cleaned->raw_offset[i] <= cleaned->raw_offset[i + 1] && is_boundary(input, cleaned->raw_offset[i]));
    size_t from = 0, to = 0;
    cleaned_raw_range(cleaned, 0, cleaned->text.n, &from, &to);
    require(from <= to && to <= input.n);
}

static void check_found(struct arena *arena, struct str text)
{
    struct found_dates dates = {0};
    require(dates_find(arena, text, &dates) == RC_OK);
    for (size_t i = 0, floor = 0; i < dates.n; floor = dates.p[i].to, i++) {
        const struct found_date *date = &dates.p[i];
        require(date->from >= floor && date->from < date->to && date->to <= text.n);
        require(is_boundary(text, date->from) && is_boundary(text, date->to));
        require(date->kind != FOUND_DATE_PERIOD || date->from_day <= date->to_day);
        (void)found_date_resolve(date, 20000);
    }
    struct found_amounts amounts = {0};
    require(amounts_find(arena, text, &amounts) == RC_OK);
    for (size_t i = 0, floor = 0; i < amounts.n; floor = amounts.p[i].to, i++) {
        require(amounts.p[i].from >= floor && amounts.p[i].from < amounts.p[i].to && amounts.p[i].to <= text.n);
        require(is_boundary(text, amounts.p[i].from) && is_boundary(text, amounts.p[i].to));
    }
}

static void check_numerals(struct arena *arena, struct str text)
{
    for (size_t at = 0; at < text.n; at++) {
        int64_t value = -1;
        size_t taken = is_boundary(text, at) ? numeral_scan(text, at, &value) : 0;
        require(at + taken <= text.n && (taken == 0 || value >= 0));
        taken = is_boundary(text, at) ? numeral_scan_ordinal(text, at, &value) : 0;
        require(at + taken <= text.n);
        taken = is_boundary(text, at) ? numeral_scan_circled(text, at, &value) : 0;
        require(at + taken <= text.n);
    }
    int64_t value = 0, back = 0;
    if (numeral_parse(text, &value) && value < 1000000)
        require(numeral_parse(numeral_format(arena, value), &back) && back == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct str raw = {(const char *)p, n};
    if (!arena)
        return 0;
    struct cleaned cleaned = {0}, folded = {0}, again = {0};
    enum rc rc = text_clean(arena, raw, &cleaned);
    if (!utf8_is_clean(raw)) {
        struct found_dates dates = {0}; /* refused or read, but no crash */
        (void)!dates_find(arena, raw, &dates);
        return 0;
    }
    require(rc == RC_OK);
    check_cleaned(raw, &cleaned);
    require(text_fold_width(arena, cleaned.text, &folded) == RC_OK);
    check_cleaned(cleaned.text, &folded);
    require(text_fold_width(arena, folded.text, &again) == RC_OK && str_equal(folded.text, again.text));
    check_found(arena, cleaned.text);
    check_found(arena, folded.text);
    check_numerals(arena, folded.text);
    struct str tokens = STR_EMPTY;
    require(bigram_document(arena, raw, &tokens) == RC_OK && utf8_is_clean(tokens));
    struct bigram_query query = {0};
    if (bigram_query(arena, raw, &query) == RC_OK)
        require(utf8_is_clean(bigram_fts5_query(arena, &query)) && utf8_is_clean(bigram_tsquery(arena, &query)));
    int bp = -1;
    require(similarity_dice(arena, raw, cleaned.text, &bp) == RC_OK && bp >= 0 && bp <= SIMILARITY_MAX_BP);
    int64_t value = 0;
    (void)amount_parse_scaled(raw, 100, &value);
    (void)amount_parse_unit(raw, &value);
    return 0;
}
