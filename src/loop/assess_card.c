/* assess_card.c: one unit's scorecard: its own score, the team's marks, the poll, appeal and recheck; see assess.h.
 *
 * Invariants: nobody marks their own unit; a ballot's code works once, and no event says who was given it.
 */
#include "loop/assess_parts.h"

#include <string.h>

#include "base/rand.h"
#include "record/actor.h"

enum { RECHECK_DAYS = 10, BALLOTS_MAX = 500, CODE_CHARS = 16, CODE_GROUP = 4 };

/* ---- reading what a card is scored by ----------------------------------------------------------------------- */

static const struct {
    enum query list, count;
    uint32_t filter;
    int sort;
} lists[FIGURE_COUNT] = {
#define FIGURE(name, text, list, filter, path)                                                                         \
    [FIGURE_##                                                                                                         \
        name] = {Q_FIGURE_##list, Q_FIGURE_##list##_COUNT, FIGURE_##list##_FILTER_##filter, FIGURE_##list##_SORT_DAY},
#include "../../data/assess_figures.def"
#undef FIGURE
};

struct db_stmt *assess_figure_statement(struct db *db, int figure, bool is_count, const struct assess_card *card,
                                        struct str today)
{
    struct db_stmt *st = db_query_list(db, is_count ? lists[figure].count : lists[figure].list, lists[figure].filter,
                                       is_count ? 0 : lists[figure].sort);
    if (!st)
        return NULL;
    db_bind_int(st, "unit_id", card->unit_id);
    db_bind_text(st, "from", card->from);
    db_bind_text(st, "to", card->to);
    db_bind_text(st, "today", today);
    db_bind_int(st, "limit", 1000);
    return st;
}

enum rc assess_read_marks(struct ctx *ctx, struct db *db, const struct scheme *scheme, int64_t card_id,
                          struct score_input *ret_input)
{
    struct db_stmt *st = db_query(db, Q_SCORE_MARK_TEAM);
    struct value *rows;
    memset(ret_input, 0, sizeof *ret_input);
    db_bind_int(st, "id", card_id);
    TRY(db_rows(ctx, st, &rows));
    VALUE_EACH (row, rows) {
        int item = scheme_find_item(scheme, value_get_text(row, "code"));
        if (item < 0 || value_get_int(row, "marker", 0) == 0)
            continue;
        ret_input->marks[item].sum += value_get_int(row, "points", 0);
        ret_input->marks[item].count++;
    }
    return RC_OK;
}

static enum rc read_votes(struct ctx *ctx, struct db *db, int64_t card_id, struct score_input *input)
{
    static const char *const answers[SCORE_ANSWERS] = {"very", "satisfied", "basically", "not"};
    struct db_stmt *st = db_query(db, Q_BALLOT_VOTES);
    struct value *rows;
    db_bind_int(st, "id", card_id);
    TRY(db_rows(ctx, st, &rows));
    VALUE_EACH (row, rows)
        for (int a = 0; a < SCORE_ANSWERS; a++)
            if (str_equal_cstr(value_get_text(row, "answer"), answers[a]))
                input->answers[a] = value_get_int(row, "n", 0);
    return RC_OK;
}

enum rc assess_read_input(struct ctx *ctx, struct db *db, const struct scheme *scheme, const struct assess_card *card,
                          struct str today, const struct actor *actor, struct score_input *ret_input)
{
    TRY(assess_read_marks(ctx, db, scheme, card->id, ret_input));
    for (int i = 0; i < FIGURE_COUNT; i++) {
        struct db_stmt *st = assess_figure_statement(db, i, true, card, today);
        if (!st)
            return RC_DB;
        actor_bind_scope(st, actor, PERM_TASK_READ);
        TRY(db_get_int(ctx, st, &ret_input->figures[i]));
    }
    return read_votes(ctx, db, card->id, ret_input);
}

/* ---- one card ----------------------------------------------------------------------------------------------- */

struct card {
    struct value *row, *body;
    struct scheme scheme;
    int64_t id;
};

static enum rc begin(struct command_call *call, const char *command, struct card *c)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_SCORECARD, command);
    c->id = value_get_int(call->input, "id", 0);
    TRY(assess_first_row(call, Q_SCORECARD_GET_ANY, c->id, &c->row));
    if (!c->row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "assessment.not_found");
    TRY(lifecycle_begin(call, move, c->row));
    c->body = lifecycle_body(call, move, c->row, NULL);
    value_put_text(call->ctx->arena, c->body, "unit_name", value_get_text(c->row, "unit_name"));
    value_put_int(call->ctx->arena, call->result, "id", c->id);
    return scheme_parse(call->ctx, value_get_text(c->row, "scheme_text"), &c->scheme);
}

/* Ids of cards are not event numbers, so the subject is the assessment. */
static enum rc append(struct command_call *call, enum event_kind kind, const struct card *c)
{
    int64_t seq;
    return command_append(call, kind, CHAIN_ORGANISATION, value_get_int(c->row, "assessment_id", 0), c->body, &seq);
}

enum rc assess_check_mark(struct command_call *call, const struct scheme *scheme, int item, int64_t points)
{
    if (item < 0 || scheme->items[item].kind != SCORE_MANUAL)
        return ctx_fail_field(call->ctx, RC_INVALID, "scorecard.no_such_item", "code");
    if (points < 0 || points > scheme->items[item].points) {
        struct str arg = score_format(call->ctx->arena, scheme->items[item].points);
        return ctx_fail(call->ctx, RC_INVALID, "scorecard.points_range", STR("points"), STR_EMPTY, &arg, 1);
    }
    return RC_OK;
}

enum rc assess_is_own_unit(struct command_call *call, int64_t unit_id, bool *ret_is)
{
    struct db_stmt *st = db_query(call->db, Q_ACCOUNT_IS_BELOW);
    int64_t count;
    db_bind_int(st, "me", call->actor->account_id);
    db_bind_int(st, "unit_id", unit_id);
    TRY(db_get_int(call->ctx, st, &count));
    *ret_is = count > 0;
    return RC_OK;
}

/* "lead 14.5" on each line: what the unit gives itself. */
static enum rc put_self(struct command_call *call, struct card *c)
{
    struct arena *arena = call->ctx->arena;
    struct value *marks = value_put_list(arena, c->body, "marks");
    const struct value *given = value_get(call->input, "marks");
    int64_t total = 0;
    for (int i = 0; i < c->scheme.item_count; i++) {
        const struct score_item *item = &c->scheme.items[i];
        const char *code = arena_copy_cstr(arena, item->code);
        int64_t points = code ? value_get_int(given, code, -1) : -1;
        if (points < 0 || points > item->points) {
            struct str args[] = {item->title, score_format(arena, item->points)};
            return ctx_fail(call->ctx, RC_INVALID, "scorecard.self_range",
                            arena_concat(arena, STR("mark_"), item->code), STR_EMPTY, args, 2);
        }
        struct value *mark = value_add_map(arena, marks);
        value_put_text(arena, mark, "code", item->code);
        value_put_int(arena, mark, "marker", 0);
        value_put_int(arena, mark, "points", points);
        value_put_text(arena, mark, "why", STR_EMPTY);
        total += points;
    }
    value_put_int(arena, c->body, "self_total", total);
    return RC_OK;
}

static enum rc scorecard_self(struct command_call *call)
{
    struct card c;
    TRY(begin(call, "self", &c));
    TRY(put_self(call, &c));
    value_put_text(call->ctx->arena, c.body, "self_text", value_get_text(call->input, "text"));
    return append(call, EVENT_SCORECARD_SELF, &c);
}

static enum rc scorecard_mark(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct card c;
    bool is_own;
    TRY(begin(call, "mark", &c));
    TRY(assess_is_own_unit(call, value_get_int(c.row, "unit_id", 0), &is_own));
    if (is_own)
        return ctx_fail_key(call->ctx, RC_GUARD, "scorecard.own_unit");
    int64_t points = value_get_int(call->input, "points", 0);
    TRY(assess_check_mark(call, &c.scheme, scheme_find_item(&c.scheme, value_get_text(call->input, "code")), points));
    value_put_text(arena, c.body, "code", value_get_text(call->input, "code"));
    value_put_int(arena, c.body, "marker", call->actor->account_id);
    value_put_int(arena, c.body, "points", points);
    value_put_text(arena, c.body, "why", value_get_text(call->input, "reason"));
    return append(call, EVENT_SCORECARD_MARKED, &c);
}

/* ---- the poll ----------------------------------------------------------------------------------------------- */

struct str assess_hash_code(struct arena *arena, struct str code)
{
    char clean[CODE_CHARS], hex[DIGEST_TEXT_BYTES];
    uint8_t digest[DIGEST_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        char ch = code.p[i];
        ch = ch >= 'a' && ch <= 'z' ? (char)(ch - 'a' + 'A') : ch;
        bool is_code = (ch >= 'A' && ch <= 'Z') || (ch >= '2' && ch <= '9');
        if (is_code && n == CODE_CHARS)
            return STR_EMPTY;
        if (is_code)
            clean[n++] = ch;
    }
    if (n != CODE_CHARS)
        return STR_EMPTY;
    digest_sha256((struct str){clean, n}, digest);
    return arena_copy_str(arena, digest_format(digest, hex));
}

/* 16 characters of 32 that nobody mixes up: 80 bits. */
static struct str make_code(struct arena *arena)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    uint8_t bytes[CODE_CHARS];
    char text[CODE_CHARS + CODE_CHARS / CODE_GROUP];
    size_t n = 0;
    rand_fill(bytes, sizeof bytes);
    for (size_t i = 0; i < CODE_CHARS; i++) {
        if (i && i % CODE_GROUP == 0)
            text[n++] = '-';
        text[n++] = letters[bytes[i] % 32];
    }
    return arena_copy_str(arena, (struct str){text, n});
}

static enum rc scorecard_poll(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct card c;
    int64_t count = value_get_int(call->input, "count", 0);
    TRY(begin(call, "poll", &c));
    if (count < 1 || count + value_get_int(c.row, "ballots", 0) > BALLOTS_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "scorecard.ballots_range", "count");
    struct value *hashes = value_put_list(arena, c.body, "ballots"),
                 *codes = value_put_list(arena, call->result, "codes");
    for (int64_t i = 0; i < count; i++) {
        struct str code = make_code(arena);
        value_add_text(arena, codes, code);
        value_put_text(arena, value_add_map(arena, hashes), "code_hash", assess_hash_code(arena, code));
    }
    return append(call, EVENT_SCORECARD_POLLED, &c);
}

static enum rc ballot_cast(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct str hash = assess_hash_code(arena, value_get_text(call->input, "code"));
    struct value *row = NULL, *body = value_new_map(arena);
    int64_t seq;
    if (call->actor->account_id != 0) /* nobody's account stands beside a vote */
        return ctx_fail_key(call->ctx, RC_FORBIDDEN, "tick.program_only");
    if (hash.n) {
        struct db_stmt *st = db_query(call->db, Q_BALLOT_GET);
        db_bind_text(st, "code_hash", hash);
        TRY(db_first_row(call->ctx, st, &row));
    }
    if (!row || value_get_text(row, "answer").n || !str_equal(value_get_text(row, "state"), STR("open")))
        return ctx_fail_field(call->ctx, RC_INVALID, "ballot.no_such_code", "code");
    value_put_text(arena, body, "code_hash", hash);
    value_put_text(arena, body, "answer", value_get_text(call->input, "answer"));
    return command_append(call, EVENT_BALLOT_CAST, CHAIN_ORGANISATION, 0, body, &seq);
}

/* ---- appeal and recheck ------------------------------------------------------------------------------------- */

static enum rc scorecard_appeal(struct command_call *call)
{
    struct card c;
    TRY(begin(call, "appeal", &c));
    value_put_text(call->ctx->arena, c.body, "appeal", value_get_text(call->input, "appeal"));
    lifecycle_wait(call, c.body, "recheck_score", STR("office"), value_get_int(c.row, "unit_id", 0),
                   lifecycle_due_in(call, RECHECK_DAYS));
    return append(call, EVENT_SCORECARD_APPEALED, &c);
}

/* Computed anew from the register as it now is and the marks as they now are; what was told stays in its event. */
static enum rc scorecard_recheck(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct card c;
    struct score_input input;
    TRY(begin(call, "recheck", &c));
    struct assess_card card = {.id = c.id,
                               .unit_id = value_get_int(c.row, "unit_id", 0),
                               .from = value_get_text(c.row, "period_from"),
                               .to = value_get_text(c.row, "period_to")};
    struct actor program = actor_program();
    TRY(assess_read_input(call->ctx, call->db, &c.scheme, &card, lifecycle_today(call), &program, &input));
    struct value *result = score_compute(arena, &c.scheme, &input);
    value_put_text(arena, c.body, "recheck", value_get_text(call->input, "recheck"));
    value_put_int(arena, c.body, "total", value_get_int(result, "total", 0));
    value_put_text(arena, c.body, "band", value_get_text(result, "band"));
    value_put(c.body, STR("snapshot"), result);
    return append(call, EVENT_SCORECARD_RECHECKED, &c);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field scorecard_self_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"marks", FIELD_JSON, false, 0, NULL}, {"text", FIELD_LONG, false, 4000, NULL}};
const struct command command_scorecard_self = {.name = "scorecard.self",
                                               .perm = PERM_TASK_WORK,
                                               COMMAND_FIELDS(scorecard_self_fields),
                                               .run = scorecard_self,
                                               .path = "/scorecards/{id}/self",
                                               .redirect = "/scorecards/{id}"};

static const struct field scorecard_mark_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"code", FIELD_TEXT, true, 40, NULL},
                                                     {"points", FIELD_MONEY, true, 0, NULL},
                                                     {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_scorecard_mark = {.name = "scorecard.mark",
                                               .perm = PERM_ASSESS_WRITE,
                                               COMMAND_FIELDS(scorecard_mark_fields),
                                               .run = scorecard_mark,
                                               .path = "/scorecards/{id}/mark",
                                               .redirect = "/scorecards/{id}"};

static const struct field scorecard_poll_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"count", FIELD_INT, true, 0, NULL}};
const struct command command_scorecard_poll = {.name = "scorecard.poll",
                                               .perm = PERM_ASSESS_WRITE,
                                               COMMAND_FIELDS(scorecard_poll_fields),
                                               .run = scorecard_poll,
                                               .path = "/scorecards/{id}/poll",
                                               .redirect = "/scorecards/{id}"};

static const struct field scorecard_appeal_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                       {"appeal", FIELD_LONG, true, 4000, NULL}};
const struct command command_scorecard_appeal = {.name = "scorecard.appeal",
                                                 .perm = PERM_TASK_WORK,
                                                 COMMAND_FIELDS(scorecard_appeal_fields),
                                                 .run = scorecard_appeal,
                                                 .path = "/scorecards/{id}/appeal",
                                                 .redirect = "/scorecards/{id}"};

static const struct field scorecard_recheck_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                        {"recheck", FIELD_LONG, true, 4000, NULL}};
const struct command command_scorecard_recheck = {.name = "scorecard.recheck",
                                                  .perm = PERM_ASSESS_WRITE,
                                                  COMMAND_FIELDS(scorecard_recheck_fields),
                                                  .run = scorecard_recheck,
                                                  .path = "/scorecards/{id}/recheck",
                                                  .redirect = "/scorecards/{id}"};

static const struct field ballot_cast_fields[] = {{"code", FIELD_TEXT, true, 40, NULL},
                                                  {"answer", FIELD_CHOICE, true, 0, "very|satisfied|basically|not"}};
const struct command command_ballot_cast = {
    .name = "ballot.cast", .perm = PERM_SELF, COMMAND_FIELDS(ballot_cast_fields), .run = ballot_cast};
