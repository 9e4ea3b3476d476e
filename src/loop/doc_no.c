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
    /* Year in the brackets U+3014 and U+3015, then U+53F7 (hao): what stands on the paper is Chinese in every language.
     */
    *ret_no = arena_format(arena, "%.*s%s\xe3\x80\x94%lld\xe3\x80\x95%lld\xe5\x8f\xb7",
                           STR_ARG(name.n ? name : value_get_text(unit, "name")), kinds[kind].word, (long long)year,
                           (long long)n);
    return arena_rc(arena);
}
