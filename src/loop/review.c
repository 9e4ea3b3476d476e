/* review.c: cases of review: opened, taken up, signed, ended; see review.h.
 *
 * Invariants: an open case has one step under way, and waits for exactly those whose place on it is not yet signed; a
 * decision is one event that carries who may sign next; a person decides at most once in a case.
 */
#include "loop/review.h"

#include "loop/closing.h"

const struct review_purpose review_purpose_table[] = {
#define PURPOSE(NAME, name, begun, ended) {name, begun, ended},
#include "../../data/review_purposes.def"
#undef PURPOSE
    {0}};

const struct review_purpose *review_purpose_find(struct str name)
{
    for (const struct review_purpose *row = review_purpose_table; row->name; row++)
        if (str_equal_cstr(name, row->name))
            return row;
    return NULL;
}

/* ---- waits and slots ---------------------------------------------------------------------------------------- */

/* A place that somebody has taken up waits for that person alone. */
static void wait_for_slot(struct command_call *call, struct value *body, const struct value *slot, struct str due)
{
    int64_t person = value_get_int(slot, "claimed_person", 0);
    if (person)
        lifecycle_wait(call, body, "review_step", STR("person"), person, due);
    else
        lifecycle_wait(call, body, "review_step", value_get_text(slot, "actor_kind"),
                       value_get_int(slot, "actor_id", 0), due);
}

static bool is_signed(const struct value *slot) { return value_get_int(slot, "is_signed", 0) != 0; }

static enum rc read_slots(struct command_call *call, const struct value *review, struct value **ret_slots)
{
    struct db_stmt *st = db_query(call->db, Q_REVIEW_SLOTS);
    db_bind_int(st, "id", value_get_int(review, "id", 0));
    db_bind_int(st, "step_n", value_get_int(review, "step_n", 0));
    return db_rows(call->ctx, st, ret_slots);
}

static struct value *find_step(const struct value *steps, int64_t n)
{
    for (struct value *step = steps->items.first; step; step = step->next)
        if (value_get_int(step, "n", 0) == n)
            return step;
    return NULL;
}

static bool is_self(const struct value *step) { return str_equal(value_get_text(step, "mode"), STR("self")); }

/* ---- opening ------------------------------------------------------------------------------------------------ */

static enum rc count_accounts(struct command_call *call, const struct value *slots, int64_t *ret_count)
{
    *ret_count = 0;
    VALUE_EACH (slot, slots) {
        struct db_stmt *st = db_query(call->db, Q_REVIEW_ACTOR_ACCOUNTS);
        int64_t n;
        db_bind_text(st, "actor_kind", value_get_text(slot, "actor_kind"));
        db_bind_int(st, "actor_id", value_get_int(slot, "actor_id", 0));
        db_bind_text(st, "today", lifecycle_today(call));
        TRY(db_get_int(call->ctx, st, &n));
        *ret_count += n;
    }
    return RC_OK;
}

static enum rc check_none_open(struct command_call *call, const struct review_request *request)
{
    struct db_stmt *st = db_query(call->db, Q_REVIEW_OPEN_OF);
    struct value *rows;
    db_bind_text(st, "subject_kind", str_from_cstr(request->subject_kind));
    db_bind_int(st, "subject_id", request->subject_id);
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        if (str_equal_cstr(value_get_text(row, "purpose"), request->purpose))
            return ctx_fail(call->ctx, RC_GUARD, "review.already_open", STR_EMPTY,
                            arena_format(call->ctx->arena, "/reviews/%lld", (long long)value_get_int(row, "id", 0)),
                            NULL, 0);
    }
    return RC_OK;
}

static enum rc find_steps(struct command_call *call, const struct review_request *request, int64_t *ret_chain,
                          struct value **ret_steps)
{
    TRY(review_chain_choose(call, request->purpose, request->finding, ret_chain));
    return review_chain_read(call, *ret_chain, ret_steps);
}

enum rc review_check(struct command_call *call, const struct review_request *request)
{
    struct value *steps;
    int64_t chain_id;
    enum rc worst = RC_OK;
    TRY(check_none_open(call, request));
    TRY(find_steps(call, request, &chain_id, &steps));
    VALUE_EACH (step, steps) {
        struct value *slots;
        int64_t accounts;
        if (is_self(step))
            continue;
        TRY(review_chain_slots(call, step, request->subject_kind, request->subject_id, request->finding, &slots));
        TRY(count_accounts(call, slots, &accounts));
        struct str title = value_get_text(step, "title");
        if (!accounts)
            worst = ctx_fail(call->ctx, RC_GUARD, "review.nobody_signs", STR_EMPTY,
                             arena_format(call->ctx->arena, "/review_chains/%lld", (long long)chain_id), &title, 1);
    }
    return worst;
}

static void put_signer(struct command_call *call, struct value *body, int64_t person_id, struct str acted_for)
{
    struct arena *arena = call->ctx->arena;
    if (person_id)
        value_put_int(arena, body, "person_id", person_id);
    else
        value_put_null(arena, body, "person_id");
    value_put_text(arena, body, "signer", call->actor->name);
    value_put_text(arena, body, "acted_for", acted_for);
}

static enum rc read_my_person(struct command_call *call, int64_t *ret_person)
{
    struct db_stmt *st = db_query(call->db, Q_REVIEW_PERSON_OF);
    db_bind_int(st, "me", call->actor->account_id);
    enum rc rc = db_get_int(call->ctx, st, ret_person);
    if (rc == RC_NOT_FOUND)
        *ret_person = 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Puts a step into a body: number, title, limit, places to sign and who is waited for. */
static enum rc put_step(struct command_call *call, struct value *body, const struct value *step,
                        const char *subject_kind, int64_t subject_id, const struct value *finding)
{
    struct arena *arena = call->ctx->arena;
    struct value *slots;
    TRY(review_chain_slots(call, step, subject_kind, subject_id, finding, &slots));
    struct str due = lifecycle_due_in(call, (int)value_get_int(step, "limit_days", 1));
    value_put_int(arena, body, "step_n", value_get_int(step, "n", 0));
    value_put_text(arena, body, "step_title", value_get_text(step, "title"));
    value_put_text(arena, body, "step_due", due);
    value_put(body, STR("slots"), slots);
    VALUE_EACH (slot, slots) {
        wait_for_slot(call, body, slot, due);
    }
    return RC_OK;
}

static void put_request(struct command_call *call, struct value *body, const struct review_request *request)
{
    struct arena *arena = call->ctx->arena;
    const struct value *finding = request->finding;
    value_put_text(arena, body, "noun", STR("review"));
    value_put_text(arena, body, "purpose", str_from_cstr(request->purpose));
    value_put_text(arena, body, "subject_kind", str_from_cstr(request->subject_kind));
    value_put_int(arena, body, "subject_id", request->subject_id);
    value_put_int(arena, body, "finding_id", value_get_int(finding, "id", 0));
    value_put_int(arena, body, "cycle_id", value_get_int(finding, "cycle_id", 0));
    value_put_int(arena, body, "source_id", value_get_int(finding, "source_id", 0));
    value_put_int(arena, body, "unit_id", value_get_int(finding, "unit_id", 0));
    value_put_int(arena, body, "label", value_get_int(finding, "label", LABEL_INTERNAL));
    value_put_text(arena, body, "no", request->no);
    value_put_text(arena, body, "title", request->title);
    value_put(body, STR("asked"), value_copy(arena, request->asked));
    value_put_text(arena, body, "pledge", request->pledge);
    value_put_text(arena, body, "pledge_by", request->pledge_by);
    value_put_list(arena, body, "waits");
}

/* The request is the signature of a first step `self`. */
static enum rc put_self_signs(struct command_call *call, struct value *body, const struct value *step,
                              struct str opinion)
{
    struct arena *arena = call->ctx->arena;
    struct value *signs = value_put_list(arena, body, "signs");
    int64_t person_id;
    if (!is_self(step))
        return RC_OK;
    TRY(read_my_person(call, &person_id));
    struct value *sign = value_add_map(arena, signs);
    value_put_int(arena, sign, "signed_step_n", value_get_int(step, "n", 0));
    value_put_text(arena, sign, "signed_step_title", value_get_text(step, "title"));
    value_put_int(arena, sign, "slot_id", 0);
    value_put_text(arena, sign, "slot_label", STR(""));
    value_put_text(arena, sign, "verdict", STR("approve"));
    value_put_text(arena, sign, "opinion", opinion);
    put_signer(call, sign, person_id, STR(""));
    return RC_OK;
}

enum rc review_open(struct command_call *call, const struct review_request *request, int64_t *ret_id)
{
    struct arena *arena = call->ctx->arena;
    struct value *steps, *body = value_new_map(arena);
    int64_t chain_id;
    TRY(review_check(call, request));
    TRY(find_steps(call, request, &chain_id, &steps));
    put_request(call, body, request);
    value_put_int(arena, body, "chain_id", chain_id);
    value_put_int(arena, body, "step_count", (int64_t)value_count(steps));
    const struct value *first = steps->items.first;
    TRY(put_self_signs(call, body, first, request->opinion));
    TRY(put_step(call, body, is_self(first) ? first->next : first, request->subject_kind, request->subject_id,
                 request->finding));
    return command_append(call, EVENT_REVIEW_OPENED, value_get_int(request->finding, "source_id", 0), 0, body, ret_id);
}

/* ---- taking part -------------------------------------------------------------------------------------------- */

static enum rc find_locked(struct command_call *call, int64_t id, struct value **ret_row)
{
    for (int i = 0; i < 2; i++) { /* the second time under the lock of its chain */
        struct db_stmt *st = db_query(call->db, Q_REVIEW_GET_ANY);
        db_bind_int(st, "id", id);
        TRY(db_first_row(call->ctx, st, ret_row));
        if (!*ret_row)
            return ctx_fail_key(call->ctx, RC_NOT_FOUND, "review.not_found");
        if (i == 0)
            TRY(command_lock_chain(call, value_get_int(*ret_row, "source_id", 0)));
    }
    return RC_OK;
}

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_REVIEW, command);
    TRY(find_locked(call, value_get_int(call->input, "id", 0), ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, *ret_body, "finding_id", value_get_int(*ret_row, "finding_id", 0));
    value_put_text(call->ctx->arena, *ret_body, "purpose", value_get_text(*ret_row, "purpose"));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row,
                      const struct value *body)
{
    int64_t seq;
    return command_append(call, kind, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body, &seq);
}

/* Four eyes: nobody signs what they handled or asked for, nor two steps; who stands in for somebody counts as both. */
static enum rc check_four_eyes(struct command_call *call, const struct value *review)
{
    struct db_stmt *st = db_query(call->db, Q_REVIEW_ENTANGLED);
    struct value *row;
    if (call->actor->account_id == 0) /* the program is nobody who could answer for an opinion */
        return ctx_fail_key(call->ctx, RC_FORBIDDEN, "review.program_signs_nothing");
    db_bind_int(st, "id", value_get_int(review, "id", 0));
    db_bind_int(st, "me", call->actor->account_id);
    db_bind_text(st, "today", lifecycle_today(call));
    TRY(db_first_row(call->ctx, st, &row));
    if (!row)
        return RC_OK;
    const char *key = arena_format(call->ctx->arena, "review.entangled_%.*s", STR_ARG(value_get_text(row, "why"))).p;
    return key ? ctx_fail_key(call->ctx, RC_FORBIDDEN, key) : RC_NOMEM;
}

/* The place that the actor may sign: one taken up already, else the first that is free. */
static enum rc find_my_slot(struct command_call *call, const struct value *slots, struct value **ret_slot)
{
    *ret_slot = NULL;
    for (struct value *slot = slots->items.first; slot; slot = slot->next) {
        int64_t claimed = value_get_int(slot, "claimed_by", 0);
        bool is_mine;
        if (is_signed(slot) || (claimed && claimed != call->actor->account_id))
            continue;
        TRY(lifecycle_is_actor(call, value_get_text(slot, "actor_kind"), value_get_int(slot, "actor_id", 0), &is_mine));
        if (!is_mine)
            continue;
        if (!*ret_slot || claimed)
            *ret_slot = slot;
    }
    return *ret_slot ? RC_OK : ctx_fail_key(call->ctx, RC_FORBIDDEN, "lifecycle.not_holder");
}

/* With mode `any` one place that is taken up is the whole step. */
static enum rc check_not_taken(struct command_call *call, const struct value *slots, struct str mode)
{
    if (!str_equal(mode, STR("any")))
        return RC_OK;
    VALUE_EACH (slot, slots) {
        int64_t claimed = value_get_int(slot, "claimed_by", 0);
        struct str name = value_get_text(slot, "claimed_name");
        if (claimed && claimed != call->actor->account_id)
            return ctx_fail(call->ctx, RC_GUARD, "review.taken_up_by", STR_EMPTY, STR_EMPTY, &name, 1);
    }
    return RC_OK;
}

static enum rc read_state(struct command_call *call, const struct value *review, struct value **ret_steps,
                          struct value **ret_step, struct value **ret_slots)
{
    TRY(review_chain_read(call, value_get_int(review, "chain_id", 0), ret_steps));
    *ret_step = find_step(*ret_steps, value_get_int(review, "step_n", 0));
    if (!*ret_step)
        return ctx_fail_key(call->ctx, RC_INTERNAL, "review.no_chain");
    return read_slots(call, review, ret_slots);
}

static enum rc tell_begun(struct command_call *call, const struct value *review)
{
    const struct review_purpose *purpose = review_purpose_find(value_get_text(review, "purpose"));
    return purpose && purpose->begun ? purpose->begun(call, review) : RC_OK;
}

static enum rc change_claim(struct command_call *call, const char *command, enum event_kind kind)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *steps, *step, *slots, *mine;
    bool is_claim = kind == EVENT_REVIEW_CLAIMED;
    int64_t person_id;
    TRY(begin(call, command, &row, &body));
    TRY(check_four_eyes(call, row));
    TRY(read_state(call, row, &steps, &step, &slots));
    TRY(check_not_taken(call, slots, value_get_text(step, "mode")));
    TRY(find_my_slot(call, slots, &mine));
    bool was_claimed = value_get_int(mine, "claimed_by", 0) != 0;
    if (is_claim == was_claimed)
        return ctx_fail_key(call->ctx, RC_GUARD, is_claim ? "review.is_claimed" : "review.is_not_claimed");
    TRY(read_my_person(call, &person_id));
    value_put_int(arena, body, "slot_id", value_get_int(mine, "id", 0));
    if (is_claim)
        value_put_int(arena, body, "claimed_by", call->actor->account_id);
    else
        value_put_null(arena, body, "claimed_by");
    value_set(mine, STR("claimed_person"), value_new_int(arena, is_claim ? person_id : 0));
    bool is_any = str_equal(value_get_text(step, "mode"), STR("any"));
    VALUE_EACH (slot, slots) {
        if (!is_signed(slot) && !(is_claim && person_id && is_any && slot != mine))
            wait_for_slot(call, body, slot, value_get_text(row, "step_due"));
    }
    TRY(append(call, kind, row, body));
    return is_claim ? tell_begun(call, row) : RC_OK;
}

static enum rc review_claim(struct command_call *call) { return change_claim(call, "claim", EVENT_REVIEW_CLAIMED); }

static enum rc review_release(struct command_call *call)
{
    return change_claim(call, "release", EVENT_REVIEW_RELEASED);
}

/* ---- deciding ----------------------------------------------------------------------------------------------- */

struct decision {
    const char *verdict, *outcome; /* "approve" and what the case then is, should it end with it */
    struct value *row, *body, *steps, *step, *slots, *mine;
};

/* Whether the verdict ends the step: of a vote only the threshold does, of `all` the last agreement. */
static enum rc ends_step(struct command_call *call, const struct decision *decision, bool *ret_ends)
{
    struct str mode = value_get_text(decision->step, "mode");
    bool is_approval = str_equal_cstr(STR("approve"), decision->verdict);
    *ret_ends = true;
    if (str_equal(mode, STR("vote"))) {
        struct db_stmt *st = db_query(call->db, Q_REVIEW_STEP_VERDICTS);
        int64_t count;
        db_bind_int(st, "id", value_get_int(decision->row, "id", 0));
        db_bind_int(st, "step_n", value_get_int(decision->row, "step_n", 0));
        db_bind_text(st, "verdict", str_from_cstr(decision->verdict));
        TRY(db_get_int(call->ctx, st, &count));
        *ret_ends = count + 1 >= value_get_int(decision->step, "threshold", 1);
    } else if (is_approval && str_equal(mode, STR("all"))) {
        VALUE_EACH (slot, decision->slots) {
            if (slot != decision->mine && !is_signed(slot))
                *ret_ends = false;
        }
    }
    return RC_OK;
}

static enum rc put_signature(struct command_call *call, struct decision *decision, bool is_slot_signed)
{
    struct arena *arena = call->ctx->arena;
    struct db_stmt *st = db_query(call->db, Q_REVIEW_ACTS_FOR);
    struct value *other;
    int64_t person_id;
    TRY(read_my_person(call, &person_id));
    db_bind_int(st, "me", call->actor->account_id);
    db_bind_text(st, "actor_kind", value_get_text(decision->mine, "actor_kind"));
    db_bind_int(st, "actor_id", value_get_int(decision->mine, "actor_id", 0));
    db_bind_text(st, "today", lifecycle_today(call));
    TRY(db_first_row(call->ctx, st, &other));
    struct value *body = decision->body;
    value_put_int(arena, body, "signed_step_n", value_get_int(decision->step, "n", 0));
    value_put_text(arena, body, "signed_step_title", value_get_text(decision->step, "title"));
    value_put_int(arena, body, "slot_id", value_get_int(decision->mine, "id", 0));
    value_put_text(arena, body, "slot_label", value_get_text(decision->mine, "label"));
    value_put_bool(arena, body, "is_slot_signed", is_slot_signed);
    value_put_text(arena, body, "verdict", str_from_cstr(decision->verdict));
    value_put_text(arena, body, "opinion", value_get_text(call->input, "reason"));
    put_signer(call, body, person_id, value_get_text(other, "name"));
    return RC_OK;
}

/* The step goes on: the same limit, who is waited for without whoever has signed. */
static void put_same_step(struct command_call *call, struct decision *decision, bool is_slot_signed, bool is_waiting)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = decision->body;
    value_put_int(arena, body, "step_n", value_get_int(decision->row, "step_n", 0));
    value_put_text(arena, body, "step_title", value_get_text(decision->row, "step_title"));
    value_put_text(arena, body, "step_due", value_get_text(decision->row, "step_due"));
    value_put_bool(arena, body, "is_new_step", false);
    value_put_list(arena, body, "slots");
    VALUE_EACH (slot, decision->slots) {
        if (is_waiting && !is_signed(slot) && !(slot == decision->mine && is_slot_signed))
            wait_for_slot(call, body, slot, value_get_text(decision->row, "step_due"));
    }
}

static enum rc read_finding(struct command_call *call, const struct value *review, struct value **ret_finding)
{
    struct db_stmt *st = db_query(call->db, Q_FINDING_GET_ANY);
    db_bind_int(st, "id", value_get_int(review, "finding_id", 0));
    return db_first_row(call->ctx, st, ret_finding);
}

/* "open" with the next step, or the outcome. */
static enum rc put_consequence(struct command_call *call, struct decision *decision, bool ends, const char **ret_to)
{
    struct arena *arena = call->ctx->arena;
    bool is_approval = str_equal_cstr(STR("approve"), decision->verdict);
    bool is_vote = str_equal(value_get_text(decision->step, "mode"), STR("vote"));
    struct value *next =
        is_approval && ends ? find_step(decision->steps, value_get_int(decision->step, "n", 0) + 1) : NULL;
    *ret_to = ends && !next ? decision->outcome : "open";
    if (!next) {
        put_same_step(call, decision, !is_vote, !ends);
        return RC_OK;
    }
    struct value *finding;
    TRY(read_finding(call, decision->row, &finding));
    const char *kind = arena_copy_cstr(arena, value_get_text(decision->row, "subject_kind"));
    TRY(put_step(call, decision->body, next, kind, value_get_int(decision->row, "subject_id", 0), finding));
    value_put_bool(arena, decision->body, "is_new_step", true);
    return RC_OK;
}

static enum rc decide(struct command_call *call, const char *verdict, const char *outcome)
{
    struct decision decision = {.verdict = verdict, .outcome = outcome};
    bool ends;
    const char *to;
    TRY(begin(call, verdict, &decision.row, &decision.body));
    TRY(check_four_eyes(call, decision.row));
    TRY(read_state(call, decision.row, &decision.steps, &decision.step, &decision.slots));
    TRY(check_not_taken(call, decision.slots, value_get_text(decision.step, "mode")));
    TRY(find_my_slot(call, decision.slots, &decision.mine));
    TRY(ends_step(call, &decision, &ends));
    TRY(put_signature(call, &decision, !str_equal(value_get_text(decision.step, "mode"), STR("vote"))));
    TRY(put_consequence(call, &decision, ends, &to));
    value_set(decision.body, STR("to"), value_new_text(call->ctx->arena, str_from_cstr(to)));
    TRY(append(call, EVENT_REVIEW_SIGNED, decision.row, decision.body));
    value_put_text(call->ctx->arena, call->result, "state", str_from_cstr(to));
    const struct review_purpose *purpose = review_purpose_find(value_get_text(decision.row, "purpose"));
    bool is_over = !str_equal_cstr(STR("open"), to);
    return is_over && purpose ? purpose->ended(call, decision.row, to) : tell_begun(call, decision.row);
}

static enum rc review_approve(struct command_call *call) { return decide(call, "approve", "approved"); }
static enum rc review_return(struct command_call *call) { return decide(call, "return", "returned"); }
static enum rc review_reject(struct command_call *call) { return decide(call, "reject", "rejected"); }

static enum rc review_withdraw(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "withdraw", &row, &body));
    TRY(append(call, EVENT_REVIEW_WITHDRAWN, row, body));
    const struct review_purpose *purpose = review_purpose_find(value_get_text(row, "purpose"));
    return purpose ? purpose->ended(call, row, "withdrawn") : RC_OK;
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field review_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                             {"reason", FIELD_LONG, false, 2000, NULL}};
const struct command command_review_claim = {.name = "review.claim",
                                             .perm = PERM_REVIEW_SIGN,
                                             COMMAND_FIELDS(review_fields),
                                             .run = review_claim,
                                             .path = "/reviews/{id}/claim",
                                             .redirect = "/reviews/{id}"};
const struct command command_review_release = {.name = "review.release",
                                               .perm = PERM_REVIEW_SIGN,
                                               COMMAND_FIELDS(review_fields),
                                               .run = review_release,
                                               .path = "/reviews/{id}/release",
                                               .redirect = "/reviews/{id}"};
const struct command command_review_approve = {.name = "review.approve",
                                               .perm = PERM_REVIEW_SIGN,
                                               COMMAND_FIELDS(review_fields),
                                               .run = review_approve,
                                               .path = "/reviews/{id}/approve",
                                               .redirect = "/reviews/{id}"};
const struct command command_review_return = {.name = "review.return",
                                              .perm = PERM_REVIEW_SIGN,
                                              COMMAND_FIELDS(review_fields),
                                              .run = review_return,
                                              .path = "/reviews/{id}/return",
                                              .redirect = "/reviews/{id}"};
const struct command command_review_reject = {.name = "review.reject",
                                              .perm = PERM_REVIEW_SIGN,
                                              COMMAND_FIELDS(review_fields),
                                              .run = review_reject,
                                              .path = "/reviews/{id}/reject",
                                              .redirect = "/reviews/{id}"};
const struct command command_review_withdraw = {.name = "review.withdraw",
                                                .perm = PERM_TASK_APPROVE,
                                                COMMAND_FIELDS(review_fields),
                                                .run = review_withdraw,
                                                .path = "/reviews/{id}/withdraw",
                                                .redirect = "/reviews/{id}"};
