/* finding_matter.c: which findings are one matter, and which repeat an earlier one.
 *
 * Invariants: of linked findings one is the main one, the first that is not withdrawn, and all others have it as
 * main_id; what a finding repeats does not, over any number of steps, repeat it.
 */
#include "base/map.h"
#include "loop/finding.h"
#include "loop/lifecycle.h"

enum { MATTER_MAX = 500 }; /* findings that are one matter */

static enum rc read_row(struct command_call *call, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, Q_FINDING_COUNT_ROW);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_row));
    return *ret_row ? RC_OK : RC_NOT_FOUND;
}

static enum rc add_member(struct command_call *call, struct map *seen, struct value *members, int64_t id)
{
    struct arena *arena = call->ctx->arena;
    struct str name = arena_format(arena, "%lld", (long long)id);
    struct value *row;
    if (map_get(seen, name))
        return RC_OK;
    if (value_count(members) >= MATTER_MAX)
        return ctx_fail_key(call->ctx, RC_GUARD, "finding.matter_too_large");
    TRY(read_row(call, id, &row));
    TRY(map_put(seen, name, row));
    value_add(members, row);
    return RC_OK;
}

/* All that hang together by links, in the order they are met. */
static enum rc read_matter(struct command_call *call, int64_t id, struct value **ret_members)
{
    struct map seen;
    struct value *members = value_new_list(call->ctx->arena);
    map_init(&seen, call->ctx->arena);
    TRY(add_member(call, &seen, members, id));
    VALUE_EACH (member, members) { /* grows while it is read */
        struct value *linked;
        struct db_stmt *st = db_query(call->db, Q_FINDING_LINKED_IDS);
        db_bind_int(st, "id", value_get_int(member, "id", 0));
        TRY(db_rows(call->ctx, st, &linked));
        VALUE_EACH (other, linked) {
            TRY(add_member(call, &seen, members, value_get_int(other, "id", 0)));
        }
    }
    *ret_members = members;
    return arena_rc(call->ctx->arena);
}

static const struct value *find_main(const struct value *members)
{
    const struct value *main = NULL;
    VALUE_EACH (member, members) {
        if (!str_equal(value_get_text(member, "status"), STR("withdrawn")) &&
            (!main || value_get_int(member, "id", 0) < value_get_int(main, "id", 0)))
            main = member;
    }
    return main;
}

enum rc finding_count_matter(struct command_call *call, int64_t id)
{
    struct arena *arena = call->ctx->arena;
    struct value *members;
    TRY(read_matter(call, id, &members));
    const struct value *main = find_main(members);
    VALUE_EACH (member, members) {
        int64_t was = value_get_int(member, "main_id", 0), own = value_get_int(member, "id", 0), seq,
                is = main && main != member ? value_get_int(main, "id", 0) : 0;
        if (was == is)
            continue;
        struct value *body = value_new_map(arena);
        value_put_int(arena, body, "finding_id", own);
        if (is)
            value_put_int(arena, body, "main_id", is);
        else
            value_put_null(arena, body, "main_id");
        value_put_text(arena, body, "other_no", is ? value_get_text(main, "no") : STR(""));
        TRY(command_append(call, EVENT_FINDING_COUNTED, value_get_int(member, "source_id", 0), own, body, &seq));
    }
    return RC_OK;
}

/* ---- what repeats an earlier one ---------------------------------------------------------------------------- */

static enum rc append_recurs(struct command_call *call, const struct value *finding, const struct value *earlier)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    int64_t id = value_get_int(finding, "id", 0), seq;
    value_put_int(arena, body, "finding_id", id);
    if (earlier)
        value_put_int(arena, body, "recurs_id", value_get_int(earlier, "id", 0));
    else
        value_put_null(arena, body, "recurs_id");
    value_put_text(arena, body, "other_no", value_get_text(earlier, "no"));
    return command_append(call, EVENT_FINDING_RECURRED, value_get_int(finding, "source_id", 0), id, body, &seq);
}

/* Whether a finding is another one or repeats it over some steps. */
static enum rc repeats(struct command_call *call, int64_t id, int64_t other_id, bool *ret_is)
{
    struct value *row;
    *ret_is = true;
    for (int steps = 0; steps < MATTER_MAX && id != other_id; steps++) {
        TRY(read_row(call, id, &row));
        id = value_get_int(row, "recurs_id", 0);
        if (!id) {
            *ret_is = false;
            return RC_OK;
        }
    }
    return RC_OK;
}

static enum rc finding_recur(struct command_call *call)
{
    struct value *finding, *earlier;
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(finding_find_for_write(call, id, &finding));
    TRY(finding_find_other(call, "other", &earlier));
    int64_t earlier_id = value_get_int(earlier, "id", 0);
    bool is_circle;
    TRY(repeats(call, earlier_id, id, &is_circle));
    if (is_circle)
        return ctx_fail_field(call->ctx, RC_INVALID, "finding.recur_circle", "other");
    bool is_same = value_get_int(finding, "recurs_id", 0) == earlier_id;
    value_put_int(call->ctx->arena, call->result, "id", id);
    value_put_bool(call->ctx->arena, call->result, "is_changed", !is_same);
    return is_same ? RC_OK : append_recurs(call, finding, earlier);
}

static enum rc finding_unrecur(struct command_call *call)
{
    struct value *finding;
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(finding_find_for_write(call, id, &finding));
    bool is_set = value_get_int(finding, "recurs_id", 0) != 0;
    value_put_int(call->ctx->arena, call->result, "id", id);
    value_put_bool(call->ctx->arena, call->result, "is_changed", is_set);
    return is_set ? append_recurs(call, finding, NULL) : RC_OK;
}

static const struct field finding_recur_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"other", FIELD_TEXT, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_finding_recur = {.name = "finding.recur",
                                              .perm = PERM_FINDING_WRITE,
                                              COMMAND_FIELDS(finding_recur_fields),
                                              .run = finding_recur,
                                              .path = "/findings/{id}/recur",
                                              .redirect = "/findings/{id}"};

static const struct field finding_unrecur_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_finding_unrecur = {.name = "finding.unrecur",
                                                .perm = PERM_FINDING_WRITE,
                                                COMMAND_FIELDS(finding_unrecur_fields),
                                                .run = finding_unrecur,
                                                .path = "/findings/{id}/unrecur",
                                                .redirect = "/findings/{id}"};
