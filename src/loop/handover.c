/* handover.c: handovers; see handover.h.
 *
 * Invariants: the list is made when the record is begun and has the highest label of what is in it; nothing moves
 * before both have signed, and then only what is still open; what belongs to a post is listed, but passes by the post
 * itself; what moves leaves an event on the thing itself, in the chain of its source.
 */
#include "loop/handover.h"

static enum rc read_person(struct command_call *call, const char *field, struct value **ret_person)
{
    struct db_stmt *st = db_query(call->db, Q_PERSON_GET_ANY);
    db_bind_int(st, "id", value_get_int(call->input, field, 0));
    TRY(db_first_row(call->ctx, st, ret_person));
    return *ret_person ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "person.not_found", field);
}

static enum rc next_no(struct command_call *call, struct str *ret_no)
{
    struct arena *arena = call->ctx->arena;
    struct str prefix = arena_format(arena, "JJ-%.*s-", 4, lifecycle_today(call).p);
    int64_t n;
    struct db_stmt *st = db_query(call->db, Q_HANDOVER_NEXT_NO);
    db_bind_text(st, "prefix", prefix);
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(arena, "%.*s%03lld", STR_ARG(prefix), (long long)n);
    return RC_OK;
}

/* *ret_label: the highest of what is in the list. */
static enum rc find_items(struct command_call *call, int64_t person_id, int64_t post_id, struct value **ret_items,
                          int64_t *ret_label)
{
    struct db_stmt *st = db_query(call->db, Q_HANDOVER_FIND);
    db_bind_int(st, "person", person_id);
    db_bind_int(st, "post", post_id);
    TRY(db_rows(call->ctx, st, ret_items));
    int64_t n = 0;
    *ret_label = LABEL_INTERNAL;
    for (struct value *item = (*ret_items)->items.first; item; item = item->next) {
        int64_t label = value_get_int(item, "item_label", LABEL_INTERNAL);
        value_put_int(call->ctx->arena, item, "n", ++n);
        *ret_label = label > *ret_label ? label : *ret_label;
    }
    return RC_OK;
}

static enum rc handover_begin(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *from, *to, *items;
    int64_t post_id = value_get_int(call->input, "post_id", 0), open, label;
    TRY(read_person(call, "from_person", &from));
    TRY(command_require(call, PERM_MEETING_WRITE, value_get_int(from, "unit_id", 0), LABEL_INTERNAL));
    TRY(read_person(call, "to_person", &to));
    int64_t from_id = value_get_int(from, "id", 0), to_id = value_get_int(to, "id", 0);
    if (from_id == to_id)
        return ctx_fail_field(call->ctx, RC_INVALID, "handover.same_person", "to_person");
    struct db_stmt *st = db_query(call->db, Q_HANDOVER_OPEN_OF);
    db_bind_int(st, "person", from_id);
    TRY(db_get_int(call->ctx, st, &open));
    if (open)
        return ctx_fail_key(call->ctx, RC_GUARD, "handover.already");
    TRY(find_items(call, from_id, post_id, &items, &label));
    if (!value_count(items))
        return ctx_fail_key(call->ctx, RC_GUARD, "handover.nothing");
    /* Who may not read all of it may not make the list. */
    TRY(command_require(call, PERM_MEETING_WRITE, value_get_int(from, "unit_id", 0), label));
    struct str no;
    TRY(next_no(call, &no));
    struct str title = arena_format(arena, "%.*s \xe2\x86\x92 %.*s", STR_ARG(value_get_text(from, "name")),
                                    STR_ARG(value_get_text(to, "name")));
    struct value *body = supervise_body(call, "handover", from, no, title);
    value_set(body, STR("label"), value_new_int(arena, label));
    value_set(body, STR("source_id"), value_new_int(arena, 0));
    value_put_int(arena, body, "from_person", from_id);
    value_put_int(arena, body, "to_person", to_id);
    supervise_copy(call, body, NULL, "post_id note");
    value_put(body, STR("items"), items);
    struct str due = lifecycle_due_in(call, SUPERVISE_LETTER_REPLY_DAYS);
    lifecycle_wait(call, body, "sign_handover", STR("person"), from_id, due);
    lifecycle_wait(call, body, "sign_handover", STR("person"), to_id, due);
    value_put_text(arena, call->result, "no", no);
    return supervise_append(call, EVENT_HANDOVER_BEGUN, 0, body);
}

static enum rc is_signer(struct command_call *call, const struct value *row, const char *side, bool *ret_is)
{
    bool is_from = str_equal_cstr(STR("from"), side);
    *ret_is = value_get_text(row, is_from ? "from_signed" : "to_signed").n == 0;
    if (!*ret_is)
        return RC_OK;
    return lifecycle_is_actor(call, STR("person"), value_get_int(row, is_from ? "from_person" : "to_person", 0),
                              ret_is);
}

/* An event on the thing itself, in its own chain; what belongs to a post stays with the post. */
static enum rc move_item(struct command_call *call, const struct value *row, const struct value *item)
{
    struct arena *arena = call->ctx->arena;
    if (!str_equal(value_get_text(item, "actor_kind"), STR("person")))
        return RC_OK;
    int64_t seq;
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "noun", value_get_text(item, "subject_kind"));
    value_put_int(arena, body, "id", value_get_int(item, "subject_id", 0));
    value_put_text(arena, body, "no", value_get_text(item, "no"));
    value_put_text(arena, body, "title", value_get_text(row, "title"));
    value_put_text(arena, body, "item_kind", value_get_text(item, "kind"));
    value_put_text(arena, body, "role", value_get_text(item, "role"));
    value_put_int(arena, body, "row_id", value_get_int(item, "row_id", 0));
    value_put_int(arena, body, "handover_id", value_get_int(row, "id", 0));
    value_put_int(arena, body, "from_person", value_get_int(row, "from_person", 0));
    value_put_int(arena, body, "to_person", value_get_int(row, "to_person", 0));
    return command_append(call, EVENT_DUTY_HANDED, value_get_int(item, "source_id", 0),
                          value_get_int(item, "subject_id", 0), body, &seq);
}

/* The chains of all sources in the order of their ids, so that two handovers never wait for each other. */
static enum rc lock_sources(struct command_call *call, const struct value *items)
{
    for (int64_t last = 0;;) {
        int64_t next = INT64_MAX;
        VALUE_EACH (item, items) {
            int64_t id = value_get_int(item, "source_id", 0);
            if (id > last && id < next)
                next = id;
        }
        if (next == INT64_MAX)
            return RC_OK;
        TRY(command_lock_chain(call, next));
        last = next;
    }
}

static enum rc move_all(struct command_call *call, const struct value *row)
{
    struct value *items, *body;
    struct db_stmt *st = db_query(call->db, Q_HANDOVER_ITEMS_ANY);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(call->ctx, st, &items));
    TRY(lock_sources(call, items));
    st = db_query(call->db, Q_HANDOVER_ITEMS_OPEN);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(call->ctx, st, &items));
    VALUE_EACH (item, items) {
        TRY(move_item(call, row, item));
    }
    body = lifecycle_body_of(call, NOUN_HANDOVER, row);
    value_put_text(call->ctx->arena, body, "by", STR("sign"));
    value_put_text(call->ctx->arena, body, "to", STR("done"));
    return supervise_append(call, EVENT_HANDOVER_DONE, value_get_int(row, "id", 0), body);
}

static enum rc handover_sign(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    bool is_from, is_to;
    TRY(supervise_begin(call, NOUN_HANDOVER, Q_HANDOVER_GET_ANY, "handover.not_found", "sign", &row, &body));
    TRY(is_signer(call, row, "from", &is_from));
    TRY(is_signer(call, row, "to", &is_to));
    if (!is_from && !is_to)
        return ctx_fail_key(call->ctx, RC_GUARD, "handover.not_yours");
    /* Two sign: who acts for the one does not sign for the other as well. */
    if (call->actor->account_id && call->actor->account_id == value_get_int(row, "signed_by", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "handover.signed_already");
    const char *side = is_from ? "from" : "to", *other = is_from ? "to" : "from";
    bool is_last = value_get_text(row, is_from ? "to_signed" : "from_signed").n > 0;
    value_put_text(arena, body, "side", str_from_cstr(side));
    if (!is_last)
        lifecycle_wait(call, body, "sign_handover", STR("person"),
                       value_get_int(row, str_equal_cstr(STR("from"), other) ? "from_person" : "to_person", 0),
                       lifecycle_due_in(call, SUPERVISE_LETTER_REPLY_DAYS));
    TRY(supervise_append(call, EVENT_HANDOVER_SIGNED, value_get_int(row, "id", 0), body));
    return is_last ? move_all(call, row) : RC_OK;
}

static enum rc handover_cancel(struct command_call *call)
{
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_HANDOVER, Q_HANDOVER_GET_ANY, "handover.not_found", "cancel", &row, &body));
    return supervise_append(call, EVENT_HANDOVER_CANCELLED, value_get_int(row, "id", 0), body);
}

static const struct field handover_begin_fields[] = {{"from_person", FIELD_ID, true, 0, NULL},
                                                     {"to_person", FIELD_ID, true, 0, NULL},
                                                     {"post_id", FIELD_ID, false, 0, NULL},
                                                     {"note", FIELD_LONG, false, 2000, NULL}};
const struct command command_handover_begin = {.name = "handover.begin",
                                               .perm = PERM_MEETING_WRITE,
                                               COMMAND_FIELDS(handover_begin_fields),
                                               .run = handover_begin,
                                               .path = "/handovers",
                                               .redirect = "/handovers/{id}"};

static const struct field handover_sign_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_handover_sign = {.name = "handover.sign",
                                              .perm = PERM_TASK_READ,
                                              COMMAND_FIELDS(handover_sign_fields),
                                              .run = handover_sign,
                                              .path = "/handovers/{id}/sign",
                                              .redirect = "/handovers/{id}"};

static const struct field handover_cancel_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_handover_cancel = {.name = "handover.cancel",
                                                .perm = PERM_MEETING_WRITE,
                                                COMMAND_FIELDS(handover_cancel_fields),
                                                .run = handover_cancel,
                                                .path = "/handovers/{id}/cancel",
                                                .redirect = "/handovers/{id}"};
