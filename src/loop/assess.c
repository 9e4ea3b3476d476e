/* assess.c: schemes and assessments as a whole; see assess.h.  All of it stands in the organisation's chain.
 *
 * Invariants: a result that was told is never computed again but by a recheck; units with the same total share a rank.
 */
#include "loop/assess.h"

#include "loop/assess_parts.h"

enum { UNITS_MAX = 4000, SELF_DAYS = 10, APPEAL_DAYS = 10, YEAR_MIN = 2000, YEAR_MAX = 2100, OPEN_MAX = 200 };

enum rc assess_first_row(struct command_call *call, enum query query, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    return db_first_row(call->ctx, st, ret_row);
}

static enum rc check_unit(struct command_call *call, int64_t unit_id, int64_t label)
{
    struct value *unit;
    TRY(assess_first_row(call, Q_UNIT_GET_ANY, unit_id, &unit));
    if (!unit || !value_is_null(value_get(unit, "valid_to")))
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
    return command_require(call, PERM_ASSESS_WRITE, unit_id, label);
}

/* ---- schemes ------------------------------------------------------------------------------------------------ */

static enum rc scheme_save(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena), *old = NULL;
    struct scheme scheme;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0), replaces = value_get_int(call->input, "scheme_id", 0),
            id;
    if (replaces) {
        TRY(assess_first_row(call, Q_SCHEME_GET_ANY, replaces, &old));
        if (!old)
            return ctx_fail_field(call->ctx, RC_INVALID, "scheme.not_found", "scheme_id");
        unit_id = value_get_int(old, "unit_id", 0);
    }
    if (!unit_id)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "unit_id");
    TRY(check_unit(call, unit_id, LABEL_INTERNAL));
    TRY(scheme_parse(call->ctx, value_get_text(call->input, "text"), &scheme));
    value_put_text(arena, body, "scheme_name", value_get_text(call->input, "name"));
    value_put_text(arena, body, "title", value_get_text(call->input, "name"));
    value_put_int(arena, body, "version", value_get_int(old, "version", 0) + 1);
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", LABEL_INTERNAL);
    value_put_text(arena, body, "text", value_get_text(call->input, "text"));
    if (replaces)
        value_put_int(arena, body, "replaces_id", replaces);
    else
        value_put_null(arena, body, "replaces_id");
    TRY(command_append(call, EVENT_SCHEME_SAVED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

/* ---- opening ------------------------------------------------------------------------------------------------ */

static enum rc put_units(struct command_call *call, struct value *answers, int64_t unit_id)
{
    struct arena *arena = call->ctx->arena;
    int64_t level = value_get_int(call->input, "reach_level", 0);
    struct db_stmt *st = db_query(call->db, Q_SWEEP_UNITS_BELOW);
    struct value *rows;
    db_bind_int(st, "unit_id", unit_id);
    db_bind_int(st, "level", level);
    db_bind_int(st, "with_departments", value_get_bool(call->input, "with_departments"));
    TRY(db_rows(call->ctx, st, &rows));
    if (value_count(rows) > UNITS_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "sweep.too_many_units", "unit_id");
    VALUE_EACH (row, rows) {
        int64_t n = (int64_t)value_count(answers) + 1;
        struct value *answer = value_add_map(arena, answers);
        value_put_int(arena, answer, "n", n);
        value_put_int(arena, answer, "answer_unit", value_get_int(row, "id", 0));
    }
    return value_count(answers) ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "sweep.no_units", "reach_level");
}

static enum rc make_no(struct command_call *call, struct str *ret_no)
{
    struct str year = str_slice(lifecycle_today(call), 0, 4);
    struct db_stmt *st = db_query(call->db, Q_ASSESSMENT_NEXT_NO);
    int64_t n;
    db_bind_text(st, "prefix", arena_format(call->ctx->arena, "KH-%.*s-%%", STR_ARG(year)));
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(call->ctx->arena, "KH-%.*s-%03lld", STR_ARG(year), (long long)n);
    return RC_OK;
}

static enum rc assessment_open(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *scheme, *body = value_new_map(arena);
    struct str no, from = value_get_text(call->input, "period_from"), to = value_get_text(call->input, "period_to");
    int64_t unit_id = value_get_int(call->input, "unit_id", 0), year = value_get_int(call->input, "year", 0), id;
    TRY(check_unit(call, unit_id, LABEL_INTERNAL));
    TRY(assess_first_row(call, Q_SCHEME_GET_ANY, value_get_int(call->input, "scheme_id", 0), &scheme));
    if (!scheme)
        return ctx_fail_field(call->ctx, RC_INVALID, "scheme.not_found", "scheme_id");
    TRY(command_require(call, PERM_ASSESS_WRITE, value_get_int(scheme, "unit_id", 0),
                        value_get_int(scheme, "label", 0)));
    if (str_compare(from, to) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "assessment.period", "period_to");
    if (year < YEAR_MIN || year > YEAR_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "assessment.year_range", "year");
    TRY(put_units(call, value_put_list(arena, body, "answers"), unit_id));
    TRY(make_no(call, &no));
    value_put_text(arena, body, "noun", STR("assessment"));
    value_put_text(arena, body, "no", no);
    value_put_text(arena, body, "title", value_get_text(call->input, "title"));
    value_put_int(arena, body, "scheme_id", value_get_int(scheme, "id", 0));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", LABEL_INTERNAL);
    value_put_int(arena, body, "source_id", 0);
    value_put_int(arena, body, "year", year);
    value_put_text(arena, body, "period_from", from);
    value_put_text(arena, body, "period_to", to);
    value_put_text(arena, body, "self_due", lifecycle_due_in(call, SELF_DAYS));
    value_put_list(arena, body, "waits");
    lifecycle_wait(call, body, "run_assessment", STR("office"), unit_id, STR_EMPTY);
    TRY(command_append(call, EVENT_ASSESSMENT_OPENED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_text(arena, call->result, "no", no);
    value_put_int(arena, call->result, "cards", (int64_t)value_count(value_get(body, "answers")));
    return RC_OK;
}

/* ---- the whole ---------------------------------------------------------------------------------------------- */

struct whole {
    struct value *row, *body, *cards;
    struct scheme scheme;
    int64_t id;
};

static enum rc begin(struct command_call *call, const char *command, struct whole *w)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_ASSESSMENT, command);
    w->id = value_get_int(call->input, "id", 0);
    TRY(assess_first_row(call, Q_ASSESSMENT_GET_ANY, w->id, &w->row));
    if (!w->row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "assessment.not_found");
    TRY(lifecycle_begin(call, move, w->row));
    w->body = lifecycle_body(call, move, w->row, NULL);
    value_put_int(call->ctx->arena, call->result, "id", w->id);
    TRY(scheme_parse(call->ctx, value_get_text(w->row, "scheme_text"), &w->scheme));
    struct db_stmt *st = db_query(call->db, Q_SCORECARD_OF_ASSESSMENT);
    db_bind_int(st, "id", w->id);
    return db_rows(call->ctx, st, &w->cards);
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct whole *w)
{
    int64_t seq;
    return command_append(call, kind, CHAIN_ORGANISATION, w->id, w->body, &seq);
}

static struct assess_card card_of(const struct whole *w, const struct value *row)
{
    return (struct assess_card){.id = value_get_int(row, "id", 0),
                                .unit_id = value_get_int(row, "unit_id", 0),
                                .from = value_get_text(w->row, "period_from"),
                                .to = value_get_text(w->row, "period_to")};
}

/* The same points for every unit that the team has not marked in the item, but for the marker's own. */
static enum rc assessment_mark(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct whole w;
    TRY(begin(call, "mark", &w));
    int item = scheme_find_item(&w.scheme, value_get_text(call->input, "code"));
    int64_t points = value_get_int(call->input, "points", 0);
    TRY(assess_check_mark(call, &w.scheme, item, points));
    struct value *marks = value_put_list(arena, w.body, "marks");
    VALUE_EACH (row, w.cards) {
        struct assess_card card = card_of(&w, row);
        struct score_input input;
        bool is_own;
        TRY(assess_is_own_unit(call, card.unit_id, &is_own));
        TRY(assess_read_marks(call->ctx, call->db, &w.scheme, card.id, &input));
        if (!is_own && input.marks[item].count == 0)
            value_put_int(arena, value_add_map(arena, marks), "id", card.id);
    }
    value_put_text(arena, w.body, "code", value_get_text(call->input, "code"));
    value_put_int(arena, w.body, "points", points);
    value_put_int(arena, w.body, "marker", call->actor->account_id);
    value_put_text(arena, w.body, "why", value_get_text(call->input, "reason"));
    value_put_int(arena, call->result, "marked", (int64_t)value_count(marks));
    value_put_bool(arena, call->result, "is_changed", value_count(marks) > 0);
    return value_count(marks) ? append(call, EVENT_ASSESSMENT_MARKED, &w) : RC_OK;
}

/* Units above this total, plus one. */
static int64_t rank_of(const struct value *cards, int64_t total)
{
    int64_t above = 0;
    VALUE_EACH (card, cards)
        above += value_get_int(card, "total", 0) > total;
    return above + 1;
}

/* Every item that the team scores must have a mark; what is missing is told with its scorecard. */
static enum rc check_marks(struct command_call *call, const struct whole *w, const struct assess_card *card,
                           const struct score_input *input, int *open)
{
    enum rc rc = RC_OK;
    for (int i = 0; i < w->scheme.item_count && *open < OPEN_MAX; i++) {
        if (w->scheme.items[i].kind != SCORE_MANUAL || input->marks[i].count)
            continue;
        struct str place = arena_format(call->ctx->arena, "/scorecards/%lld", (long long)card->id);
        struct value *unit;
        TRY(assess_first_row(call, Q_UNIT_GET_ANY, card->unit_id, &unit));
        struct str args[] = {value_get_text(unit, "name"), w->scheme.items[i].title};
        rc = ctx_fail(call->ctx, RC_GUARD, "assessment.not_marked", STR_EMPTY, place, args, 2);
        (*open)++;
    }
    return rc;
}

static struct value *make_card(struct command_call *call, struct value *list, const struct assess_card *card,
                               struct value *result)
{
    struct arena *arena = call->ctx->arena;
    struct value *item = value_add_map(arena, list);
    value_put_int(arena, item, "card_id", card->id);
    value_put_int(arena, item, "card_unit", card->unit_id);
    value_put_int(arena, item, "total", value_get_int(result, "total", 0));
    value_put_text(arena, item, "band", value_get_text(result, "band"));
    value_put(item, STR("snapshot"), result);
    return item;
}

static enum rc assessment_tell(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct whole w;
    struct actor program = actor_program(); /* a score counts everything, whoever tells it */
    enum rc worst = RC_OK;
    int open = 0;
    int64_t n = 0;
    TRY(begin(call, "tell", &w));
    struct value *list = value_put_list(arena, w.body, "cards");
    VALUE_EACH (row, w.cards) {
        struct assess_card card = card_of(&w, row);
        struct score_input input;
        TRY(assess_read_input(call->ctx, call->db, &w.scheme, &card, lifecycle_today(call), &program, &input));
        enum rc rc = check_marks(call, &w, &card, &input, &open);
        worst = rc != RC_OK ? rc : worst;
        (void)make_card(call, list, &card, score_compute(arena, &w.scheme, &input));
    }
    TRY(worst);
    for (struct value *item = list->items.first; item; item = item->next) {
        value_put_int(arena, item, "rank", rank_of(list, value_get_int(item, "total", 0)));
        value_put_int(arena, item, "rank_n", ++n);
    }
    value_put_text(arena, w.body, "appeal_due", lifecycle_due_in(call, APPEAL_DAYS));
    lifecycle_wait(call, w.body, "run_assessment", STR("office"), value_get_int(w.row, "unit_id", 0), STR_EMPTY);
    return append(call, EVENT_ASSESSMENT_TOLD, &w);
}

/* Ranks are made anew, since rechecks may have changed totals; nothing else is. */
static enum rc assessment_finish(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct whole w;
    TRY(begin(call, "finish", &w));
    struct value *list = value_put_list(arena, w.body, "cards");
    VALUE_EACH (row, w.cards) {
        struct value *item = value_add_map(arena, list);
        value_put_int(arena, item, "card_id", value_get_int(row, "id", 0));
        value_put_int(arena, item, "rank", rank_of(w.cards, value_get_int(row, "total", 0)));
    }
    return append(call, EVENT_ASSESSMENT_FINISHED, &w);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field scheme_save_fields[] = {{"scheme_id", FIELD_ID, false, 0, NULL},
                                                  {"name", FIELD_TEXT, true, 100, NULL},
                                                  {"unit_id", FIELD_ID, false, 0, NULL},
                                                  {"text", FIELD_LONG, true, 8000, NULL}};
const struct command command_scheme_save = {.name = "scheme.save",
                                            .perm = PERM_ASSESS_WRITE,
                                            COMMAND_FIELDS(scheme_save_fields),
                                            .run = scheme_save,
                                            .path = "/schemes",
                                            .redirect = "/schemes/{id}"};

static const struct field assessment_open_fields[] = {
    {"title", FIELD_TEXT, true, 200, NULL},     {"scheme_id", FIELD_ID, true, 0, NULL},
    {"unit_id", FIELD_ID, true, 0, NULL},       {"year", FIELD_INT, true, 0, NULL},
    {"period_from", FIELD_DATE, true, 0, NULL}, {"period_to", FIELD_DATE, true, 0, NULL},
    {"reach_level", FIELD_INT, false, 0, NULL}, {"with_departments", FIELD_BOOL, false, 0, NULL}};
const struct command command_assessment_open = {.name = "assessment.open",
                                                .perm = PERM_ASSESS_WRITE,
                                                COMMAND_FIELDS(assessment_open_fields),
                                                .run = assessment_open,
                                                .path = "/assessments",
                                                .redirect = "/assessments/{id}"};

static const struct field assessment_mark_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"code", FIELD_TEXT, true, 40, NULL},
                                                      {"points", FIELD_MONEY, true, 0, NULL},
                                                      {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_assessment_mark = {.name = "assessment.mark",
                                                .perm = PERM_ASSESS_WRITE,
                                                COMMAND_FIELDS(assessment_mark_fields),
                                                .run = assessment_mark,
                                                .path = "/assessments/{id}/mark",
                                                .redirect = "/assessments/{id}"};

static const struct field assessment_move_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_assessment_tell = {.name = "assessment.tell",
                                                .perm = PERM_ASSESS_WRITE,
                                                COMMAND_FIELDS(assessment_move_fields),
                                                .run = assessment_tell,
                                                .path = "/assessments/{id}/tell",
                                                .redirect = "/assessments/{id}"};
const struct command command_assessment_finish = {.name = "assessment.finish",
                                                  .perm = PERM_ASSESS_WRITE,
                                                  COMMAND_FIELDS(assessment_move_fields),
                                                  .run = assessment_finish,
                                                  .path = "/assessments/{id}/finish",
                                                  .redirect = "/assessments/{id}"};
