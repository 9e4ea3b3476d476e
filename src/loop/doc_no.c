/* doc_no.c: numbers of documents; see doc_no.h. */
#include "loop/doc_no.h"

#include "base/clock.h"

static const struct {
    const char *kind, *word;
} kinds[DOC_KIND_COUNT] = {
#define DOC_KIND(name, kind, word) [DOC_##name] = {kind, word},
#include "../../data/doc_kinds.def"
#undef DOC_KIND
};

/* What stands on the paper is Chinese in every language: U+3014, U+3015, U+53F7 (hao). */
#define YEAR_OPEN "\xe3\x80\x94"
#define YEAR_CLOSE "\xe3\x80\x95"
#define NUMBER_END "\xe5\x8f\xb7"

static bool is_number(struct str digits, size_t least, size_t most)
{
    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
    return digits.n >= least && digits.n <= most && digits.p[0] != '0';
}

bool doc_no_is_formed(struct str no)
{
    size_t open = str_find(no, STR(YEAR_OPEN), 0), mark = sizeof YEAR_OPEN - 1, year = 4;
    if (open == SIZE_MAX || open == 0 || !str_has_suffix(no, STR(NUMBER_END)))
        return false;
    struct str rest = str_slice(no, open + mark, no.n - (sizeof NUMBER_END - 1));
    return is_number(str_slice(rest, 0, year), year, year) &&
           str_has_prefix(str_slice(rest, year, rest.n), STR(YEAR_CLOSE)) &&
           is_number(str_slice(rest, year + mark, rest.n), 1, 6);
}

static int64_t year_of(int64_t now_ms)
{
    char text[TIME_TEXT_BYTES];
    int64_t year = 0;
    (void)str_parse_int64(str_slice(time_format_china(now_ms, text), 0, 4), &year);
    return year;
}

enum rc doc_no_take(struct command_call *call, struct value *body, int64_t issuer_id, enum doc_kind kind,
                    struct str *ret_no)
{
    struct arena *arena = call->ctx->arena;
    TRY(command_lock_chain(call, CHAIN_ORGANISATION));
    struct value *unit;
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", issuer_id);
    TRY(db_first_row(call->ctx, st, &unit));
    if (!unit)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "unit.not_found");
    int64_t year = year_of(call->now_ms), n;
    st = db_query(call->db, Q_DOC_NO_NEXT);
    db_bind_int(st, "doc_issuer_id", issuer_id);
    db_bind_int(st, "doc_year", year);
    db_bind_text(st, "doc_kind", str_from_cstr(kinds[kind].kind));
    TRY(db_get_int(call->ctx, st, &n));
    value_put_int(arena, body, "doc_issuer_id", issuer_id);
    value_put_int(arena, body, "doc_year", year);
    value_put_text(arena, body, "doc_kind", str_from_cstr(kinds[kind].kind));
    value_put_int(arena, body, "doc_n", n);
    struct str name = value_get_text(unit, "short_name");
    *ret_no = arena_format(arena, "%.*s%s" YEAR_OPEN "%lld" YEAR_CLOSE "%lld" NUMBER_END,
                           STR_ARG(name.n ? name : value_get_text(unit, "name")), kinds[kind].word, (long long)year,
                           (long long)n);
    return arena_rc(arena);
}
