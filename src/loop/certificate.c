/* certificate.c: the certificate of closing: what it says is copied into its event and never changes. */
#include "loop/closing.h"

#include "loop/doc_no.h"

static enum rc put_rows(struct command_call *call, struct value *content, const char *key, enum query query,
                        int64_t finding_id)
{
    struct db_stmt *st = db_query(call->db, query);
    struct value *rows;
    db_bind_int(st, "finding_id", finding_id);
    TRY(db_rows(call->ctx, st, &rows));
    value_put(content, str_from_cstr(key), rows);
    return RC_OK;
}

/* Conditions as they were when the last signature was made; the guards of the move have just held. */
static void put_conditions(struct arena *arena, struct value *content, const struct lifecycle_move *move)
{
    struct value *list = value_put_list(arena, content, "conditions");
    for (int i = 0; i < move->guard_count; i++)
        value_add_text(arena, list, str_from_cstr(lifecycle_guard_name(move->guards[i])));
}

static enum rc put_signatures(struct command_call *call, struct value *content, int64_t review_id)
{
    struct arena *arena = call->ctx->arena;
    struct db_stmt *st = db_query(call->db, Q_REVIEW_SIGNS);
    struct value *rows, *list = value_put_list(arena, content, "signatures");
    db_bind_int(st, "id", review_id);
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        static const char *const keys[] = {"step_n",    "step_title", "label",   "signer",
                                           "acted_for", "verdict",    "opinion", "at"};
        struct value *sign = value_add_map(arena, list);
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            value_put(sign, str_from_cstr(keys[i]), value_copy(arena, value_get(row, keys[i])));
    }
    return RC_OK;
}

static enum rc put_name(struct command_call *call, struct value *content, const char *key, int64_t unit_id)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    struct value *unit;
    db_bind_int(st, "id", unit_id);
    TRY(db_first_row(call->ctx, st, &unit));
    value_put_text(call->ctx->arena, content, key, value_get_text(unit, "name"));
    return RC_OK;
}

static enum rc find_issuer(struct command_call *call, const struct value *finding, int64_t *ret_unit)
{
    struct db_stmt *st = db_query(call->db, Q_SOURCE_GET_ANY);
    struct value *source;
    db_bind_int(st, "id", value_get_int(finding, "source_id", 0));
    TRY(db_first_row(call->ctx, st, &source));
    *ret_unit = value_get_int(source, "unit_id", 0);
    return RC_OK;
}

static void copy(struct arena *arena, struct value *to, const struct value *from, const char *key, const char *as)
{
    const struct value *v = value_get(from, key);
    if (v)
        value_put(to, str_from_cstr(as), value_copy(arena, v));
    else
        value_put_null(arena, to, as);
}

static enum rc put_content(struct command_call *call, struct value *body, const struct value *review,
                           const struct value *finding, const struct value *asked)
{
    struct arena *arena = call->ctx->arena;
    struct value *content = value_put_map(arena, body, "content"), *cycle;
    int64_t finding_id = value_get_int(finding, "id", 0);
    struct db_stmt *st = db_query(call->db, Q_CYCLE_GET_ANY);
    db_bind_int(st, "id", value_get_int(finding, "cycle_id", 0));
    TRY(db_first_row(call->ctx, st, &cycle));
    copy(arena, content, finding, "no", "finding_no");
    copy(arena, content, finding, "title", "title");
    copy(arena, content, finding, "facts", "facts");
    TRY(put_name(call, content, "unit", value_get_int(finding, "unit_id", 0)));
    copy(arena, content, cycle, "n", "cycle_n");
    copy(arena, content, cycle, "started", "started");
    copy(arena, content, cycle, "due", "due");
    copy(arena, content, cycle, "original_due", "original_due");
    copy(arena, content, cycle, "returned_count", "returned_count");
    copy(arena, content, asked, "self_result", "self_result");
    copy(arena, content, asked, "accept_owner", "accept_owner");
    copy(arena, content, asked, "accept_until", "accept_until");
    copy(arena, content, asked, "accept_reason", "accept_reason");
    copy(arena, content, review, "pledge", "pledge");
    copy(arena, content, review, "pledge_by", "pledge_by");
    put_conditions(arena, content,
                   lifecycle_find(NOUN_FINDING, arena_copy_cstr(arena, value_get_text(asked, "close_move"))));
    TRY(put_rows(call, content, "causes", Q_CERTIFICATE_CAUSES, finding_id));
    TRY(put_rows(call, content, "measures", Q_CERTIFICATE_MEASURES, finding_id));
    TRY(put_rows(call, content, "evidence", Q_CERTIFICATE_EVIDENCE, finding_id));
    return put_signatures(call, content, value_get_int(review, "id", 0));
}

enum rc certificate_issue(struct command_call *call, const struct value *review, const struct value *finding,
                          const struct value *asked, bool is_on_time, struct str *ret_no)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    int64_t issuer, id;
    TRY(find_issuer(call, finding, &issuer));
    value_put_int(arena, body, "review_id", value_get_int(review, "id", 0));
    value_put_int(arena, body, "finding_id", value_get_int(finding, "id", 0));
    value_put_int(arena, body, "cycle_id", value_get_int(finding, "cycle_id", 0));
    value_put_text(arena, body, "result", value_get_text(asked, "result"));
    value_put_bool(arena, body, "is_on_time", is_on_time);
    value_put_int(arena, body, "unit_id", value_get_int(finding, "unit_id", 0));
    value_put_int(arena, body, "label", value_get_int(finding, "label", LABEL_INTERNAL));
    value_put_text(arena, body, "finding_no", value_get_text(finding, "no"));
    value_put_text(arena, body, "title", value_get_text(finding, "title"));
    TRY(put_content(call, body, review, finding, asked));
    TRY(doc_no_take(call, body, issuer, DOC_CLOSING, ret_no)); /* last: it holds others off */
    value_put_text(arena, body, "no", *ret_no);
    TRY(command_append(call, EVENT_CERTIFICATE_ISSUED, value_get_int(finding, "source_id", 0),
                       value_get_int(finding, "id", 0), body, &id));
    value_put_int(arena, call->result, "certificate_id", id);
    return RC_OK;
}
