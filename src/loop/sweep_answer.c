/* sweep_answer.c: what units answer to a sweep, and what becomes of it; see sweep.h.
 *
 * Invariants: each item of the sweep is answered; "none" is signed with the signer's own name and a pledge; what was
 * found is registered once, or was put right at once; nobody passes their own answer.
 */
#include "loop/sweep.h"

#include "loop/finding.h"

enum {
    CHECK_DAYS = 5,  /* working days to check an answer */
    RETURN_DAYS = 3, /* working days to answer again */
    COUNT_MAX = 1000000
};

struct answer {
    struct value *row, *body;
    int64_t id, unit_id;
};

static enum rc first_row(struct command_call *call, enum query query, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    return db_first_row(call->ctx, st, ret_row);
}

static enum rc begin(struct command_call *call, const char *command, struct answer *a)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_ANSWER, command);
    struct arena *arena = call->ctx->arena;
    a->id = value_get_int(call->input, "id", 0);
    TRY(first_row(call, Q_SWEEP_ANSWER_GET_ANY, a->id, &a->row));
    if (!a->row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "answer.not_found");
    TRY(lifecycle_begin(call, move, a->row));
    if (str_equal(value_get_text(a->row, "sweep_state"), STR("cancelled")))
        return ctx_fail_key(call->ctx, RC_GUARD, "answer.sweep_over");
    a->unit_id = value_get_int(a->row, "unit_id", 0);
    a->body = lifecycle_body(call, move, a->row, NULL);
    value_put_int(arena, a->body, "sweep_id", value_get_int(a->row, "sweep_id", 0));
    value_put_text(arena, a->body, "unit_name", value_get_text(a->row, "unit_name"));
    value_put_int(arena, call->result, "id", a->id);
    return RC_OK;
}

/* Ids of answers are not event numbers, so the subject is the sweep. */
static enum rc append(struct command_call *call, enum event_kind kind, const struct answer *a)
{
    int64_t seq;
    return command_append(call, kind, CHAIN_ORGANISATION, value_get_int(a->row, "sweep_id", 0), a->body, &seq);
}

/* ---- answering ---------------------------------------------------------------------------------------------- */

static const struct value *given_item(const struct value *items, int64_t n)
{
    VALUE_EACH (item, items)
        if (value_get_int(item, "n", 0) == n)
            return item;
    return NULL;
}

struct totals {
    int64_t found, fixed, amount_fen;
    bool has_found, has_none;
};

/* A fault of an item is told at the field of the page: "result_3". */
static enum rc fail_item(struct command_call *call, const char *key, const char *field, int64_t n)
{
    struct str name = arena_format(call->ctx->arena, "%s_%lld", field, (long long)n);
    struct str arg = arena_format(call->ctx->arena, "%lld", (long long)n);
    return ctx_fail(call->ctx, RC_INVALID, key, name, STR_EMPTY, &arg, 1);
}

static bool is_count(int64_t n) { return n >= 0 && n <= COUNT_MAX; }

static enum rc put_item(struct command_call *call, struct value *items, int64_t n, const struct value *given,
                        struct totals *totals)
{
    struct arena *arena = call->ctx->arena;
    struct str result = given ? value_get_text(given, "result") : value_get_text(call->input, "result");
    int64_t found = value_get_int(given, "found", 0), fixed = value_get_int(given, "fixed", 0);
    int64_t amount = value_get_int(given, "amount_fen", 0);
    bool is_found = str_equal(result, STR("found")), is_none = str_equal(result, STR("none"));
    if (!is_found && !is_none && !str_equal(result, STR("not_applicable")))
        return fail_item(call, "answer.item_open", "result", n);
    if (!is_found)
        found = fixed = amount = 0;
    if (is_found && (found < 1 || !is_count(found)))
        return fail_item(call, "answer.found_needs_count", "found", n);
    if (fixed > found || !is_count(fixed))
        return fail_item(call, "answer.fixed_over_found", "fixed", n);
    if (amount < 0)
        return fail_item(call, "field.not_money", "amount", n);
    struct value *item = value_add_map(arena, items);
    value_put_int(arena, item, "item_n", n);
    value_put_text(arena, item, "item_result", result);
    value_put_int(arena, item, "item_found", found);
    value_put_int(arena, item, "item_fixed", fixed);
    value_put_int(arena, item, "item_amount", amount);
    value_put_text(arena, item, "item_text", value_get_text(given, "text"));
    totals->found += found;
    totals->fixed += fixed;
    totals->amount_fen += amount;
    totals->has_found |= is_found;
    totals->has_none |= is_none;
    return RC_OK;
}

static enum rc put_items(struct command_call *call, struct answer *a, struct totals *totals)
{
    struct value *asked, *items = value_put_list(call->ctx->arena, a->body, "items");
    const struct value *given = value_get(call->input, "items");
    enum rc worst = RC_OK;
    struct db_stmt *st = db_query(call->db, Q_SWEEP_ITEMS);
    db_bind_int(st, "id", value_get_int(a->row, "sweep_id", 0));
    TRY(db_rows(call->ctx, st, &asked));
    VALUE_EACH (item, asked) {
        int64_t n = value_get_int(item, "n", 0);
        enum rc rc = put_item(call, items, n, given_item(given, n), totals);
        worst = rc != RC_OK ? rc : worst;
    }
    return worst;
}

/* "None" is signed by the one who is signed in, with their own name. */
static enum rc check_signature(struct command_call *call)
{
    struct str name = value_get_text(call->input, "signed_name");
    enum rc rc = RC_OK;
    if (!name.n)
        rc = ctx_fail_field(call->ctx, RC_INVALID, "answer.zero_needs_name", "signed_name");
    else if (call->actor->account_id && !str_equal(name, call->actor->name))
        rc = ctx_fail_field(call->ctx, RC_INVALID, "answer.sign_own_name", "signed_name");
    if (!value_get_bool(call->input, "pledge"))
        rc = ctx_fail_field(call->ctx, RC_INVALID, "answer.zero_needs_pledge", "pledge");
    return rc;
}

static enum rc answer_give(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct answer a;
    struct totals totals = {0};
    TRY(begin(call, "give", &a));
    enum rc rc = put_items(call, &a, &totals);
    if (rc == RC_OK && !totals.has_found && totals.has_none)
        rc = check_signature(call);
    TRY(rc);
    value_put_text(arena, a.body, "result",
                   totals.has_found  ? STR("found")
                   : totals.has_none ? STR("none")
                                     : STR("not_applicable"));
    value_put_int(arena, a.body, "found_count", totals.found);
    value_put_int(arena, a.body, "fixed_count", totals.fixed);
    value_put_int(arena, a.body, "amount_fen", totals.amount_fen);
    value_put_text(arena, a.body, "explanation", value_get_text(call->input, "explanation"));
    value_put_text(arena, a.body, "evidence", value_get_text(call->input, "evidence"));
    value_put_text(arena, a.body, "signed_name", value_get_text(call->input, "signed_name"));
    value_put_bool(arena, a.body, "pledge", value_get_bool(call->input, "pledge"));
    value_put_text(arena, a.body, "sweep_due", value_get_text(a.row, "sweep_due"));
    lifecycle_wait(call, a.body, "check_answer", STR("office"), a.unit_id, lifecycle_due_in(call, CHECK_DAYS));
    return append(call, EVENT_ANSWER_GIVEN, &a);
}

/* ---- checking ----------------------------------------------------------------------------------------------- */

static enum rc answer_check(struct command_call *call)
{
    struct answer a;
    TRY(begin(call, "check", &a));
    int64_t by = value_get_int(a.row, "answered_by", 0);
    if (by && by == call->actor->account_id)
        return ctx_fail_key(call->ctx, RC_GUARD, "answer.check_own");
    return append(call, EVENT_ANSWER_CHECKED, &a);
}

static enum rc answer_return(struct command_call *call)
{
    struct answer a;
    TRY(begin(call, "return", &a));
    lifecycle_wait(call, a.body, "answer_sweep", STR("unit"), a.unit_id, lifecycle_due_in(call, RETURN_DAYS));
    return append(call, EVENT_ANSWER_RETURNED, &a);
}

/* A finding by id or number; what may not be read is "not found". */
static enum rc find_named(struct command_call *call, struct value **ret_row)
{
    struct str named = value_get_text(call->input, "finding");
    int64_t id = 0;
    bool is_id = str_parse_int64(named, &id);
    struct db_stmt *st = db_query(call->db, is_id ? Q_FINDING_GET_ANY : Q_FINDING_FIND_NO);
    db_bind_int(st, "id", id);
    db_bind_text(st, "no", named);
    TRY(db_first_row(call->ctx, st, ret_row));
    enum rc rc = *ret_row ? actor_check(call->ctx, call->db, call->actor, PERM_FINDING_READ,
                                        value_get_int(*ret_row, "unit_id", 0), value_get_int(*ret_row, "label", 0))
                          : RC_NOT_FOUND;
    if (rc != RC_NOT_FOUND && rc != RC_FORBIDDEN)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_field(call->ctx, RC_INVALID, "finding.not_found", "finding");
}

static enum rc check_below(struct command_call *call, const struct answer *a, const struct value *finding)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_IS_BELOW);
    int64_t count;
    db_bind_int(st, "ancestor", a->unit_id);
    db_bind_int(st, "unit", value_get_int(finding, "unit_id", 0));
    TRY(db_get_int(call->ctx, st, &count));
    return count ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "answer.finding_elsewhere", "finding");
}

static enum rc answer_fault(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct answer a;
    struct value *finding;
    TRY(begin(call, "fault", &a));
    if (!str_equal(value_get_text(a.row, "result"), STR("none")))
        return ctx_fail_key(call->ctx, RC_GUARD, "answer.not_zero");
    TRY(find_named(call, &finding));
    TRY(check_below(call, &a, finding));
    value_put_int(arena, a.body, "finding_id", value_get_int(finding, "id", 0));
    value_put_text(arena, a.body, "finding_no", value_get_text(finding, "no"));
    lifecycle_wait(call, a.body, "answer_sweep", STR("unit"), a.unit_id, lifecycle_due_in(call, RETURN_DAYS));
    return append(call, EVENT_ANSWER_FAULTED, &a);
}

/* ---- into the register -------------------------------------------------------------------------------------- */

static enum rc make_source_no(struct command_call *call, struct str *ret_no)
{
    struct str year = str_slice(lifecycle_today(call), 0, 4);
    struct db_stmt *st = db_query(call->db, Q_SOURCE_NEXT_NO);
    int64_t n;
    db_bind_text(st, "prefix", arena_format(call->ctx->arena, "LY-%.*s-%%", STR_ARG(year)));
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(call->ctx->arena, "LY-%.*s-%03lld", STR_ARG(year), (long long)n);
    return RC_OK;
}

/* The source under which the hits of a sweep stand: of the kind self_check, at the unit that is swept. */
static enum rc make_source(struct command_call *call, const struct answer *a, int64_t *ret_id)
{
    static const char *const empty[] = {"issuer",    "inspector",   "inspected_body",
                                        "signatory", "file_sha256", "file_name"};
    static const char *const nothing[] = {"inspected_from", "inspected_to", "fed_back",       "signed",
                                          "publicity_from", "publicity_to", "publicity_days", "publicity_first_day"};
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    struct str no;
    TRY(make_source_no(call, &no));
    value_put_text(arena, body, "no", no);
    value_put_text(arena, body, "kind", STR("self_check"));
    value_put_text(arena, body, "doc_kind", STR("sweep"));
    value_put_text(arena, body, "title", value_get_text(a->row, "title"));
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++)
        value_put_text(arena, body, empty[i], STR_EMPTY);
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        value_put_null(arena, body, nothing[i]);
    value_put_text(arena, body, "contacts", STR("[]"));
    value_put_int(arena, body, "unit_id", value_get_int(a->row, "sweep_unit", 0));
    value_put_int(arena, body, "label", value_get_int(a->row, "label", LABEL_INTERNAL));
    value_put_list(arena, body, "paragraphs");
    return command_append(call, EVENT_SOURCE_REGISTERED, 0, 0, body, ret_id);
}

static enum rc register_hit(struct command_call *call, struct answer *a, int64_t *ret_finding)
{
    struct arena *arena = call->ctx->arena;
    int64_t source_id = value_get_int(a->row, "hit_source", 0);
    struct value *source, *finding = value_new_map(arena);
    if (!value_get_text(call->input, "title").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "title");
    if (!source_id)
        TRY(make_source(call, a, &source_id));
    TRY(command_lock_chain(call, source_id));
    TRY(first_row(call, Q_SWEEP_SOURCE_GET, source_id, &source));
    static const char *const texts[] = {"title", "facts", "phase", "severity"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        value_put_text(arena, finding, texts[i], value_get_text(call->input, texts[i]));
    static const char *const empty[] = {"mark", "nature", "status_stated", "responsible", "due_stated"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++)
        value_put_text(arena, finding, empty[i], STR_EMPTY);
    int64_t amount = value_get_int(call->input, "amount_fen", 0);
    if (amount)
        value_put_int(arena, finding, "amount_fen", amount);
    value_put_text(arena, finding, "due", value_get_text(call->input, "due"));
    value_put_int(arena, finding, "unit_id", a->unit_id);
    value_put_int(arena, finding, "label", value_get_int(a->row, "label", LABEL_INTERNAL));
    value_put_int(arena, a->body, "hit_source", source_id);
    return finding_register(call, source_id, source, value_get_int(source, "last_item_no", 0) + 1, finding,
                            ret_finding);
}

static enum rc answer_hit(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct answer a;
    int64_t finding_id, count;
    TRY(begin(call, "hit", &a));
    if (!str_equal(value_get_text(a.row, "result"), STR("found")))
        return ctx_fail_key(call->ctx, RC_GUARD, "answer.nothing_found");
    bool is_new = !value_get_text(call->input, "finding").n;
    if (is_new) {
        TRY(register_hit(call, &a, &finding_id));
    } else {
        struct value *finding;
        TRY(find_named(call, &finding));
        TRY(check_below(call, &a, finding));
        finding_id = value_get_int(finding, "id", 0);
        value_put_null(arena, a.body, "hit_source");
        struct db_stmt *st = db_query(call->db, Q_SWEEP_HIT_EXISTS);
        db_bind_int(st, "id", a.id);
        db_bind_int(st, "finding_id", finding_id);
        TRY(db_get_int(call->ctx, st, &count));
        if (count)
            return ctx_fail_field(call->ctx, RC_CONFLICT, "answer.hit_twice", "finding");
    }
    value_put_int(arena, a.body, "finding_id", finding_id);
    value_put_bool(arena, a.body, "is_new", is_new);
    value_put_int(arena, call->result, "finding_id", finding_id);
    return append(call, EVENT_ANSWER_HIT, &a);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field answer_give_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"result", FIELD_CHOICE, false, 0, "|none|not_applicable"},
                                                  {"items", FIELD_JSON, false, 0, NULL},
                                                  {"explanation", FIELD_LONG, true, 4000, NULL},
                                                  {"evidence", FIELD_LONG, true, 4000, NULL},
                                                  {"signed_name", FIELD_TEXT, false, 60, NULL},
                                                  {"pledge", FIELD_BOOL, false, 0, NULL}};
const struct command command_answer_give = {.name = "answer.give",
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(answer_give_fields),
                                            .run = answer_give,
                                            .path = "/answers/{id}/give",
                                            .redirect = "/answers/{id}"};

static const struct field answer_move_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_answer_check = {.name = "answer.check",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(answer_move_fields),
                                             .run = answer_check,
                                             .path = "/answers/{id}/check",
                                             .redirect = "/answers/{id}"};
const struct command command_answer_return = {.name = "answer.return",
                                              .perm = PERM_SUPERVISE,
                                              COMMAND_FIELDS(answer_move_fields),
                                              .run = answer_return,
                                              .path = "/answers/{id}/return",
                                              .redirect = "/answers/{id}"};

static const struct field answer_fault_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"finding", FIELD_TEXT, true, 60, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_answer_fault = {.name = "answer.fault",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(answer_fault_fields),
                                             .run = answer_fault,
                                             .path = "/answers/{id}/fault",
                                             .redirect = "/answers/{id}"};

static const struct field answer_hit_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"finding", FIELD_TEXT, false, 60, NULL},
                                                 {"title", FIELD_TEXT, false, 300, NULL},
                                                 {"facts", FIELD_LONG, false, 8000, NULL},
                                                 {"amount_fen", FIELD_MONEY, false, 0, NULL},
                                                 {"due", FIELD_DATE, false, 0, NULL},
                                                 {"phase", FIELD_CHOICE, false, 0, "|immediate|concentrated|long_term"},
                                                 {"severity", FIELD_CHOICE, false, 0, "|general|serious|major"}};
const struct command command_answer_hit = {.name = "answer.hit",
                                           .perm = PERM_TASK_WORK,
                                           COMMAND_FIELDS(answer_hit_fields),
                                           .run = answer_hit,
                                           .path = "/answers/{id}/hit",
                                           .redirect = "/answers/{id}"};
