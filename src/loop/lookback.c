/* lookback.c: look-back campaigns; see lookback.h.
 *
 * Invariants: the sample follows from seed and population alone; a checker is not of the unit and did none of the work;
 * a closed cycle stays as it is whatever is found: a failing verdict opens a case for the next cycle.
 */
#include "loop/lookback.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "loop/closing.h"
#include "loop/finding.h"
#include "text/digest.h"
#include "text/json.h"

void lookback_rank(struct str seed, int64_t cycle_id, char ret_hex[LOOKBACK_RANK_BYTES])
{
    uint8_t bytes[DIGEST_BYTES];
    struct buf text CLEANUP(buf_done);
    buf_init(&text, 400);
    buf_add(&text, seed);
    buf_add_char(&text, ':');
    buf_add_int64(&text, cycle_id);
    digest_sha256(buf_str(&text), bytes);
    (void)digest_format(bytes, ret_hex);
}

/* ---- drawing ------------------------------------------------------------------------------------------------ */

struct ranked {
    char hex[LOOKBACK_RANK_BYTES];
    const struct value *row;
};

static int compare_ranked(const void *a, const void *b)
{
    return strcmp(((const struct ranked *)a)->hex, ((const struct ranked *)b)->hex);
}

static enum rc read_population(struct command_call *call, struct value **ret_rows)
{
    struct db_stmt *st = db_query(call->db, Q_LOOKBACK_POPULATION);
    actor_bind_scope(st, call->actor, PERM_SUPERVISE);
    db_bind_text(st, "closed_from", value_get_text(call->input, "closed_from"));
    db_bind_text(st, "closed_to", value_get_text(call->input, "closed_to"));
    db_bind_int(st, "unit_id", value_get_int(call->input, "unit_id", 0));
    db_bind_int(st, "source_id", value_get_int(call->input, "source_id", 0));
    db_bind_int(st, "label", value_get_int(call->input, "label", LABEL_INTERNAL));
    return db_rows(call->ctx, st, ret_rows);
}

static enum rc put_sample(struct command_call *call, struct value *body, const struct value *population,
                          struct str seed, int64_t sample)
{
    struct arena *arena = call->ctx->arena;
    size_t n = value_count(population), at = 0;
    struct ranked *ranked = ARENA_NEW_ARRAY(arena, struct ranked, n);
    struct value *items = value_put_list(arena, body, "items");
    if (!ranked)
        return RC_NOMEM;
    VALUE_EACH (row, population) {
        ranked[at].row = row;
        lookback_rank(seed, value_get_int(row, "cycle_id", 0), ranked[at].hex);
        at++;
    }
    qsort(ranked, n, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < n && (int64_t)i < sample; i++) {
        struct value *item = value_add_map(arena, items);
        value_put_int(arena, item, "rank", (int64_t)i + 1);
        value_put_int(arena, item, "cycle_id", value_get_int(ranked[i].row, "cycle_id", 0));
        value_put_int(arena, item, "finding_id", value_get_int(ranked[i].row, "finding_id", 0));
    }
    return arena_rc(arena);
}

/* One line of the field is one point to check. */
static enum rc read_checklist(struct command_call *call, struct value **ret_list)
{
    struct value *list = value_new_list(call->ctx->arena);
    struct str rest = value_get_text(call->input, "checklist"), line;
    while (str_split_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n)
            value_add_text(call->ctx->arena, list, line);
    }
    *ret_list = list;
    return value_count(list) >= 1 && value_count(list) <= LOOKBACK_CHECKS_MAX
               ? RC_OK
               : ctx_fail_field(call->ctx, RC_INVALID, "lookback.checklist_length", "checklist");
}

/* A source that may not be read is not there. */
static enum rc check_source(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "source_id", 0);
    struct db_stmt *st = db_query(call->db, Q_SOURCE_GET_ANY);
    struct value *source;
    if (!id)
        return RC_OK;
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &source));
    enum rc rc = source ? actor_check(call->ctx, call->db, call->actor, PERM_SOURCE_READ,
                                      value_get_int(source, "unit_id", 0), value_get_int(source, "label", 0))
                        : RC_FORBIDDEN;
    return rc == RC_FORBIDDEN ? ctx_fail_field(call->ctx, RC_INVALID, "source.not_found", "source_id") : rc;
}

static enum rc check_frame(struct command_call *call, int64_t *ret_label)
{
    const struct value *input = call->input;
    struct value *unit;
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", value_get_int(input, "unit_id", 0));
    TRY(db_first_row(call->ctx, st, &unit));
    if (!unit)
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
    *ret_label = value_get_int(input, "label", LABEL_INTERNAL);
    if (*ret_label < LABEL_PUBLIC || *ret_label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_label", "label");
    TRY(command_require(call, PERM_SUPERVISE, value_get_int(input, "unit_id", 0), *ret_label));
    TRY(check_source(call));
    if (str_compare(value_get_text(input, "closed_to"), value_get_text(input, "closed_from")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "lookback.dates", "closed_to");
    int64_t sample = value_get_int(input, "sample", 0);
    if (sample < 1 || sample > LOOKBACK_SAMPLE_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "lookback.sample_size", "sample");
    return RC_OK;
}

static struct str make_seed(struct command_call *call)
{
    struct str seed = value_get_text(call->input, "seed");
    if (seed.n)
        return seed;
    return arena_format(call->ctx->arena, "%016llx", (unsigned long long)rand_uint64());
}

static enum rc lookback_draw(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    const struct value *input = call->input;
    struct value *population, *checklist, *body = value_new_map(arena);
    int64_t label = 0, id;
    TRY(check_frame(call, &label));
    TRY(read_checklist(call, &checklist));
    TRY(read_population(call, &population));
    if (value_count(population) == 0)
        return ctx_fail_field(call->ctx, RC_GUARD, "lookback.nothing_closed", "closed_from");
    struct str seed = make_seed(call);
    value_put_text(arena, body, "name", value_get_text(input, "name"));
    value_put_int(arena, body, "unit_id", value_get_int(input, "unit_id", 0));
    value_put_int(arena, body, "label", label);
    value_put_int(arena, body, "source_id", value_get_int(input, "source_id", 0));
    value_put_text(arena, body, "closed_from", value_get_text(input, "closed_from"));
    value_put_text(arena, body, "closed_to", value_get_text(input, "closed_to"));
    value_put_text(arena, body, "due", value_get_text(input, "due"));
    value_put_text(arena, body, "seed", seed);
    value_put_text(arena, body, "method", STR("sha256-rank-1"));
    value_put(body, STR("checklist"), checklist);
    TRY(put_sample(call, body, population, seed, value_get_int(input, "sample", 0)));
    value_put_int(arena, body, "population", (int64_t)value_count(population));
    value_put_int(arena, body, "sample", (int64_t)value_count(value_get(body, "items")));
    struct value *all = value_put_list(arena, body, "cycles"); /* what was drawn from, so that it can be drawn again */
    VALUE_EACH (row, population) {
        value_add_int(arena, all, value_get_int(row, "cycle_id", 0));
    }
    TRY(command_append(call, EVENT_LOOKBACK_DRAWN, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

/* ---- items -------------------------------------------------------------------------------------------------- */

static enum rc begin_item(struct command_call *call, const char *command, struct value **ret_row,
                          struct value **ret_body)
{
    struct db_stmt *st = db_query(call->db, Q_LOOKBACK_ITEM_GET_ANY);
    db_bind_int(st, "id", value_get_int(call->input, "id", 0));
    TRY(db_first_row(call->ctx, st, ret_row));
    if (!*ret_row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "lookback.not_found");
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_LOOKBACK_ITEM, command), *ret_row));
    *ret_body = lifecycle_body_of(call, NOUN_LOOKBACK_ITEM, *ret_row);
    value_put_int(call->ctx->arena, *ret_body, "lookback_id", value_get_int(*ret_row, "lookback_id", 0));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    value_put_int(call->ctx->arena, call->result, "lookback_id", value_get_int(*ret_row, "lookback_id", 0));
    return RC_OK;
}

static enum rc item_assign(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *person;
    int64_t checker = value_get_int(call->input, "checker_id", 0), near, seq;
    TRY(begin_item(call, "assign", &row, &body));
    struct db_stmt *st = db_query(call->db, Q_PERSON_GET_ANY);
    db_bind_int(st, "id", checker);
    TRY(db_first_row(call->ctx, st, &person));
    if (!person)
        return ctx_fail_field(call->ctx, RC_INVALID, "person.not_found", "checker_id");
    st = db_query(call->db, Q_LOOKBACK_CHECKER_IS_NEAR);
    db_bind_int(st, "checker_id", checker);
    db_bind_int(st, "unit_id", value_get_int(row, "unit_id", 0));
    db_bind_int(st, "cycle_id", value_get_int(row, "cycle_id", 0));
    TRY(db_get_int(call->ctx, st, &near));
    if (near)
        return ctx_fail_field(call->ctx, RC_INVALID, "lookback.checker_near", "checker_id");
    value_put_int(arena, body, "checker_id", checker);
    value_put_text(arena, body, "name", value_get_text(person, "name"));
    lifecycle_wait(call, body, "check_lookback", STR("person"), checker, value_get_text(row, "due"));
    return command_append(call, EVENT_LOOKBACK_ASSIGNED, CHAIN_ORGANISATION, value_get_int(row, "lookback_id", 0), body,
                          &seq);
}

static enum rc read_answers(struct command_call *call, const struct value *row, struct value **ret_answers)
{
    struct arena *arena = call->ctx->arena;
    struct value *checklist, *answers = value_new_list(arena);
    TRY(json_parse(call->ctx, value_get_text(row, "checklist"), &checklist));
    const struct value *given = value_get(call->input, "answers");
    const struct value *answer = given && given->kind == VALUE_LIST ? given->items.first : NULL;
    for (size_t i = 0; i < value_count(checklist); i++) {
        struct str text = answer && answer->kind == VALUE_TEXT ? answer->text : STR("");
        if (!str_equal(text, STR("yes")) && !str_equal(text, STR("no")) && !str_equal(text, STR("na")))
            return ctx_fail_field(call->ctx, RC_INVALID, "lookback.answer_all", "answers");
        value_add_text(arena, answers, text);
        answer = answer ? answer->next : NULL;
    }
    *ret_answers = answers;
    return RC_OK;
}

static bool is_failing(struct str verdict)
{
    return str_equal(verdict, STR("rebound")) || str_equal(verdict, STR("untrue"));
}

/* A failing verdict proposes the next cycle, unless that is under way already. */
static enum rc propose_next(struct command_call *call, const struct value *row, struct value *body)
{
    struct value *finding;
    int64_t review_id, seq;
    TRY(finding_read_locked(call, value_get_int(row, "finding_id", 0), &finding));
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, "propose_reopen");
    struct db_stmt *st = db_query(call->db, Q_REVIEW_OPEN_OF);
    struct value *open;
    db_bind_text(st, "subject_kind", STR("finding"));
    db_bind_int(st, "subject_id", value_get_int(finding, "id", 0));
    TRY(db_rows(call->ctx, st, &open));
    if (!lifecycle_is_from(move, value_get_text(finding, "status")) || value_count(open) > 0)
        return RC_OK;
    TRY(reopen_propose(call, finding, "look_back", value_get_text(call->input, "note"),
                       value_get_text(call->input, "due"), &review_id));
    value_put_int(call->ctx->arena, body, "review_id", review_id);
    value_put_int(call->ctx->arena, call->result, "review_id", review_id);
    return command_append(call, EVENT_LOOKBACK_PROPOSED, CHAIN_ORGANISATION, value_get_int(row, "lookback_id", 0), body,
                          &seq);
}

static enum rc item_check(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *answers = NULL;
    int64_t seq;
    TRY(begin_item(call, "check", &row, &body));
    struct str verdict = value_get_text(call->input, "verdict"), due = value_get_text(call->input, "due");
    TRY(read_answers(call, row, &answers));
    if (is_failing(verdict) && (!due.n || str_compare(due, lifecycle_today(call)) <= 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "closing.due_past", "due");
    value_put_text(arena, body, "verdict", verdict);
    value_put(body, STR("answers"), answers);
    value_put_text(arena, body, "note", value_get_text(call->input, "note"));
    value_put_text(arena, body, "evidence", value_get_text(call->input, "evidence"));
    TRY(command_append(call, EVENT_LOOKBACK_CHECKED, CHAIN_ORGANISATION, value_get_int(row, "lookback_id", 0), body,
                       &seq));
    return is_failing(verdict) ? propose_next(call, row, lifecycle_body_of(call, NOUN_LOOKBACK_ITEM, row)) : RC_OK;
}

static enum rc lookback_finish(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct db_stmt *st = db_query(call->db, Q_LOOKBACK_GET_ANY);
    struct value *row;
    int64_t seq;
    db_bind_int(st, "id", value_get_int(call->input, "id", 0));
    TRY(db_first_row(call->ctx, st, &row));
    if (!row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "lookback.not_found");
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_LOOKBACK, "finish"), row));
    struct value *body = lifecycle_body(call, lifecycle_find(NOUN_LOOKBACK, "finish"), row, NULL);
    value_put_text(arena, body, "conclusion", value_get_text(call->input, "conclusion"));
    value_put_int(arena, call->result, "id", value_get_int(row, "id", 0));
    return command_append(call, EVENT_LOOKBACK_FINISHED, CHAIN_ORGANISATION, value_get_int(row, "id", 0), body, &seq);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field lookback_draw_fields[] = {
    {"name", FIELD_TEXT, true, 100, NULL},       {"unit_id", FIELD_ID, true, 0, NULL},
    {"source_id", FIELD_ID, false, 0, NULL},     {"label", FIELD_INT, false, 0, NULL},
    {"closed_from", FIELD_DATE, true, 0, NULL},  {"closed_to", FIELD_DATE, true, 0, NULL},
    {"sample", FIELD_INT, true, 0, NULL},        {"seed", FIELD_TEXT, false, 64, NULL},
    {"checklist", FIELD_LONG, true, 4000, NULL}, {"due", FIELD_DATE, true, 0, NULL}};
const struct command command_lookback_draw = {.name = "lookback.draw",
                                              .perm = PERM_SUPERVISE,
                                              COMMAND_FIELDS(lookback_draw_fields),
                                              .run = lookback_draw,
                                              .path = "/lookbacks",
                                              .redirect = "/lookbacks/{id}"};
static const struct field item_assign_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"checker_id", FIELD_ID, true, 0, NULL}};
const struct command command_lookback_item_assign = {.name = "lookback_item.assign",
                                                     .perm = PERM_SUPERVISE,
                                                     COMMAND_FIELDS(item_assign_fields),
                                                     .run = item_assign,
                                                     .path = "/lookback_items/{id}/assign",
                                                     .redirect = "/lookbacks/{lookback_id}"};
static const struct field item_check_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"verdict", FIELD_CHOICE, true, 0, "consolidated|rebound|untrue"},
                                                 {"answers", FIELD_JSON, true, 0, NULL},
                                                 {"note", FIELD_LONG, true, 4000, NULL},
                                                 {"evidence", FIELD_LONG, true, 2000, NULL},
                                                 {"due", FIELD_DATE, false, 0, NULL}};
const struct command command_lookback_item_check = {.name = "lookback_item.check",
                                                    .perm = PERM_REVIEW_SIGN,
                                                    COMMAND_FIELDS(item_check_fields),
                                                    .run = item_check,
                                                    .path = "/lookback_items/{id}/check",
                                                    .redirect = "/lookback_items/{id}"};
static const struct field lookback_finish_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"conclusion", FIELD_LONG, true, 4000, NULL}};
const struct command command_lookback_finish = {.name = "lookback.finish",
                                                .perm = PERM_SUPERVISE,
                                                COMMAND_FIELDS(lookback_finish_fields),
                                                .run = lookback_finish,
                                                .path = "/lookbacks/{id}/finish",
                                                .redirect = "/lookbacks/{id}"};
