/* cause.c: see cause.h.
 *
 * Invariants: a cause has the unit and label of the finding that it was found for; only findings that may be read by no
 * more people share it; a cause that a measure is aimed at is not dropped.
 */
#include "loop/cause.h"

#include "loop/finding.h"
#include "text/json.h"

enum { STEPS_MAX = 9 };

/* One why a line, in order. */
static enum rc put_steps(struct command_call *call, struct value *body, struct str lines)
{
    struct arena *arena = call->ctx->arena;
    struct value *steps = value_put_list(arena, body, "steps");
    struct str line;
    while (str_split_next(&lines, '\n', &line)) {
        line = str_trim(line);
        if (line.n)
            value_add_text(arena, steps, line);
    }
    return value_count(steps) <= STEPS_MAX ? RC_OK
                                           : ctx_fail_field(call->ctx, RC_INVALID, "cause.too_many_steps", "steps");
}

static enum rc put_fields(struct command_call *call, struct value *body)
{
    static const char *const texts[] = {"level", "method", "text"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        value_put_text(call->ctx->arena, body, texts[i], value_get_text(call->input, texts[i]));
    return put_steps(call, body, value_get_text(call->input, "steps"));
}

void cause_put_stated(struct arena *arena, struct value *to, int64_t finding_id, struct str text)
{
    value_put_int(arena, to, "finding_id", finding_id);
    value_put_text(arena, to, "level", STR("management"));
    value_put_text(arena, to, "method", STR("study"));
    value_put_text(arena, to, "text", text);
}

enum rc cause_register(struct command_call *call, int64_t source_id, int64_t finding_id, struct str text)
{
    struct value *body = value_new_map(call->ctx->arena);
    int64_t id;
    cause_put_stated(call->ctx->arena, body, finding_id, text);
    (void)value_put_list(call->ctx->arena, body, "steps");
    return command_append(call, EVENT_CAUSE_FOUND, source_id, finding_id, body, &id);
}

static enum rc cause_find(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t finding_id = value_get_int(call->input, "finding_id", 0), id;
    struct value *finding;
    TRY(finding_read_locked(call, finding_id, &finding));
    TRY(lifecycle_require(call, NOUN_FINDING, PERM_PLAN_WRITE, finding));
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "finding_id", finding_id);
    TRY(put_fields(call, body));
    TRY(command_append(call, EVENT_CAUSE_FOUND, value_get_int(finding, "source_id", 0), finding_id, body, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "finding_id", finding_id);
    return RC_OK;
}

/* The cause with unit, label and source of its finding, under the chain's lock, if the actor may plan there. */
static enum rc begin(struct command_call *call, struct value **ret_cause, struct value **ret_body)
{
    int64_t id = value_get_int(call->input, "id", 0);
    for (int i = 0; i < 2; i++) {
        struct db_stmt *st = db_query(call->db, Q_CAUSE_ROW);
        db_bind_int(st, "id", id);
        TRY(db_first_row(call->ctx, st, ret_cause));
        if (!*ret_cause)
            return ctx_fail_key(call->ctx, RC_NOT_FOUND, "cause.not_found");
        if (i == 0)
            TRY(command_lock_chain(call, value_get_int(*ret_cause, "source_id", 0)));
    }
    TRY(lifecycle_require(call, NOUN_FINDING, PERM_PLAN_WRITE, *ret_cause));
    *ret_body = value_new_map(call->ctx->arena);
    value_put_int(call->ctx->arena, *ret_body, "cause_id", id);
    value_put_int(call->ctx->arena, call->result, "id", id);
    value_put_int(call->ctx->arena, call->result, "finding_id", value_get_int(*ret_cause, "finding_id", 0));
    return RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *cause,
                      const struct value *body)
{
    int64_t seq;
    return command_append(call, kind, value_get_int(cause, "source_id", 0), value_get_int(cause, "finding_id", 0), body,
                          &seq);
}

static enum rc cause_change(struct command_call *call)
{
    static const char *const keys[] = {"level", "method", "text", "steps", NULL};
    struct value *cause, *body, *steps;
    TRY(begin(call, &cause, &body));
    TRY(lifecycle_check_revision(call, cause));
    TRY(put_fields(call, body));
    TRY(json_parse(call->ctx, value_get_text(cause, "steps"), &steps));
    value_set(cause, STR("steps"), steps);
    lifecycle_note_changes(call, body, cause, keys);
    return append(call, EVENT_CAUSE_CHANGED, cause, body);
}

static enum rc cause_drop(struct command_call *call)
{
    struct value *cause, *body, *rows;
    TRY(begin(call, &cause, &body));
    struct db_stmt *st = db_query(call->db, Q_CAUSE_MEASURES);
    db_bind_int(st, "id", value_get_int(cause, "id", 0));
    TRY(db_rows(call->ctx, st, &rows));
    enum rc rc = RC_OK;
    VALUE_EACH (measure, rows) {
        struct str text = value_get_text(measure, "text");
        rc = ctx_fail(call->ctx, RC_GUARD, "cause.has_measure", STR_EMPTY,
                      arena_format(call->ctx->arena, "/measures/%lld", (long long)value_get_int(measure, "id", 0)),
                      &text, 1);
    }
    TRY(rc);
    value_put_text(call->ctx->arena, body, "text", value_get_text(cause, "text"));
    return append(call, EVENT_CAUSE_DROPPED, cause, body);
}

static enum rc set_shared(struct command_call *call, bool is_wanted)
{
    struct arena *arena = call->ctx->arena;
    struct value *cause, *body, *other;
    int64_t count;
    TRY(begin(call, &cause, &body));
    TRY(finding_find_other(call, "other", &other));
    int64_t other_id = value_get_int(other, "id", 0);
    TRY(lifecycle_require(call, NOUN_FINDING, PERM_PLAN_WRITE, other));
    if (!is_wanted && other_id == value_get_int(cause, "finding_id", 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "cause.own_finding", "other");
    if (is_wanted && value_get_int(cause, "label", 0) > value_get_int(other, "label", 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "cause.lower_label", "other");
    struct db_stmt *st = db_query(call->db, Q_CAUSE_IS_OF);
    db_bind_int(st, "cause_id", value_get_int(cause, "id", 0));
    db_bind_int(st, "finding_id", other_id);
    TRY(db_get_int(call->ctx, st, &count));
    value_put_bool(arena, call->result, "is_changed", (count > 0) != is_wanted);
    if ((count > 0) == is_wanted)
        return RC_OK;
    value_put_int(arena, body, "finding_id", other_id);
    value_put_text(arena, body, "text", value_get_text(cause, "text"));
    int64_t seq;
    return command_append(call, is_wanted ? EVENT_CAUSE_SHARED : EVENT_CAUSE_UNSHARED,
                          value_get_int(cause, "source_id", 0), other_id, body, &seq);
}

static enum rc cause_share(struct command_call *call) { return set_shared(call, true); }
static enum rc cause_unshare(struct command_call *call) { return set_shared(call, false); }

#define CAUSE_FIELDS                                                                                                   \
    {"level", FIELD_CHOICE, true, 0, CAUSE_LEVELS}, {"method", FIELD_CHOICE, true, 0, CAUSE_METHODS},                  \
        {"text", FIELD_LONG, true, 2000, NULL},                                                                        \
    {                                                                                                                  \
        "steps", FIELD_LONG, false, 4000, NULL                                                                         \
    }

static const struct field cause_find_fields[] = {{"finding_id", FIELD_ID, true, 0, NULL}, CAUSE_FIELDS};
const struct command command_cause_find = {.name = "cause.find",
                                           .is_on_source = true,
                                           .perm = PERM_PLAN_WRITE,
                                           COMMAND_FIELDS(cause_find_fields),
                                           .run = cause_find,
                                           .path = "/findings/{finding_id}/causes",
                                           .redirect = "/findings/{finding_id}"};

static const struct field cause_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"revision", FIELD_INT, false, 0, NULL},
                                                   CAUSE_FIELDS,
                                                   {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_cause_change = {.name = "cause.change",
                                             .is_on_source = true,
                                             .perm = PERM_PLAN_WRITE,
                                             COMMAND_FIELDS(cause_change_fields),
                                             .run = cause_change,
                                             .path = "/causes/{id}",
                                             .redirect = "/causes/{id}"};

static const struct field cause_drop_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_cause_drop = {.name = "cause.drop",
                                           .is_on_source = true,
                                           .perm = PERM_PLAN_WRITE,
                                           COMMAND_FIELDS(cause_drop_fields),
                                           .run = cause_drop,
                                           .path = "/causes/{id}/drop",
                                           .redirect = "/findings/{finding_id}"};

static const struct field cause_share_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"other", FIELD_TEXT, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_cause_share = {.name = "cause.share",
                                            .is_on_source = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(cause_share_fields),
                                            .run = cause_share,
                                            .path = "/causes/{id}/share",
                                            .redirect = "/causes/{id}"};
const struct command command_cause_unshare = {.name = "cause.unshare",
                                              .is_on_source = true,
                                              .perm = PERM_PLAN_WRITE,
                                              COMMAND_FIELDS(cause_share_fields),
                                              .run = cause_unshare,
                                              .path = "/causes/{id}/unshare",
                                              .redirect = "/causes/{id}"};
