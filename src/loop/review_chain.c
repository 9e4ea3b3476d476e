/* review_chain.c: chains of review as versioned data; see review.h.
 *
 * Invariants: a version is never changed; the newest one of a chain is the current one until the chain is retired; a
 * chain has at least one step that somebody else than the one who asks signs.
 */
#include "loop/review.h"

#include <string.h>

#include "base/clock.h"
#include "record/event.h"

enum { STEP_DAYS_DEFAULT = 5, STEP_DAYS_MAX = 60, TITLE_MAX = 60 }; /* 5 working days a step: ledger A14 */

/* ---- the program's own chains ------------------------------------------------------------------------------- */

enum { OWN_SIGNERS_MAX = 3 };

struct own_signer {
    const char *kind, *ref, *label;
};

static const struct own_chain {
    const char *purpose, *name;
} own_chains[] = {
#define CHAIN(purpose, name) {purpose, name},
#include "../../data/own_chains.def"
#undef CHAIN
};

static const struct own_step {
    const char *purpose, *title, *mode;
    struct own_signer signers[OWN_SIGNERS_MAX + 1]; /* ends with one without kind */
} own_steps[] = {
#define SIGNER(kind, ref, label) {kind, ref, label},
#define STEP(purpose, title, mode, signers) {purpose, title, mode, {signers{NULL, NULL, NULL}}},
#include "../../data/own_chains.def"
#undef STEP
#undef SIGNER
};

static void add_signer(struct arena *arena, struct value *signers, int64_t step_n, int64_t n, struct str kind,
                       struct str ref, int64_t ref_id, struct str label)
{
    struct value *signer = value_add_map(arena, signers);
    value_put_int(arena, signer, "step_n", step_n);
    value_put_int(arena, signer, "signer_n", n);
    value_put_text(arena, signer, "kind", kind);
    value_put_text(arena, signer, "ref", ref);
    value_put_int(arena, signer, "ref_id", ref_id);
    value_put_text(arena, signer, "signer_label", label);
}

static void add_step(struct arena *arena, struct value *steps, int64_t n, struct str title, struct str mode,
                     int64_t threshold, int64_t limit_days)
{
    struct value *step = value_add_map(arena, steps);
    value_put_int(arena, step, "n", n);
    value_put_text(arena, step, "title", title);
    value_put_text(arena, step, "mode", mode);
    value_put_int(arena, step, "threshold", threshold);
    value_put_int(arena, step, "limit_days", limit_days);
}

static struct value *own_body(struct command_call *call, const struct own_chain *chain, int64_t root_unit)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    value_put_null(arena, body, "root_id");
    value_put_int(arena, body, "version", 1);
    value_put_text(arena, body, "purpose", str_from_cstr(chain->purpose));
    value_put_text(arena, body, "source_kind", STR(""));
    value_put_int(arena, body, "source_id", 0);
    value_put_int(arena, body, "unit_id", root_unit);
    value_put_text(arena, body, "name", str_from_cstr(chain->name));
    struct value *steps = value_put_list(arena, body, "steps"), *signers = value_put_list(arena, body, "signers");
    int64_t n = 0;
    for (size_t i = 0; i < sizeof own_steps / sizeof own_steps[0]; i++) {
        const struct own_step *own = &own_steps[i];
        if (strcmp(own->purpose, chain->purpose) != 0)
            continue;
        n++;
        add_step(arena, steps, n, str_from_cstr(own->title), str_from_cstr(own->mode), 0, STEP_DAYS_DEFAULT);
        for (int s = 0; own->signers[s].kind; s++)
            add_signer(arena, signers, n, s + 1, str_from_cstr(own->signers[s].kind),
                       str_from_cstr(own->signers[s].ref), 0, str_from_cstr(own->signers[s].label));
    }
    return body;
}

static enum rc install_own(struct command_call *call, const char *purpose)
{
    struct value *root;
    const struct own_chain *chain = NULL;
    for (size_t i = 0; i < sizeof own_chains / sizeof own_chains[0]; i++)
        if (strcmp(own_chains[i].purpose, purpose) == 0)
            chain = &own_chains[i];
    TRY(db_first_row(call->ctx, db_query(call->db, Q_UNIT_ROOT), &root));
    if (!root || !chain)
        return ctx_fail_key(call->ctx, RC_GUARD, "review.no_chain");
    struct event_new event = {.kind = EVENT_REVIEW_CHAIN_SET,
                              .chain = CHAIN_ORGANISATION,
                              .at_ms = call->now_ms,
                              .reason = STR(""),
                              .body = own_body(call, chain, value_get_int(root, "id", 0))};
    int64_t seq;
    return event_append(call->ctx, call->db, &event, &seq);
}

enum rc review_chain_choose(struct command_call *call, const char *purpose, const struct value *finding,
                            int64_t *ret_chain_id)
{
    for (int i = 0; i < 2; i++) {
        struct db_stmt *st = db_query(call->db, Q_REVIEW_CHAIN_CHOOSE);
        db_bind_text(st, "purpose", str_from_cstr(purpose));
        db_bind_int(st, "unit_id", value_get_int(finding, "unit_id", 0));
        db_bind_int(st, "source_id", value_get_int(finding, "source_id", 0));
        enum rc rc = db_get_int(call->ctx, st, ret_chain_id);
        if (rc != RC_NOT_FOUND)
            return rc;
        if (i == 0)
            TRY(install_own(call, purpose));
    }
    return ctx_fail_key(call->ctx, RC_GUARD, "review.no_chain"); /* the own one was retired */
}

enum rc review_chain_read(struct command_call *call, int64_t chain_id, struct value **ret_steps)
{
    struct value *steps, *signers;
    struct db_stmt *st = db_query(call->db, Q_REVIEW_CHAIN_STEPS);
    db_bind_int(st, "chain_id", chain_id);
    TRY(db_rows(call->ctx, st, &steps));
    st = db_query(call->db, Q_REVIEW_CHAIN_SIGNERS);
    db_bind_int(st, "chain_id", chain_id);
    TRY(db_rows(call->ctx, st, &signers));
    for (struct value *step = steps->items.first; step; step = step->next) {
        struct value *list = value_put_list(call->ctx->arena, step, "signers");
        VALUE_EACH (signer, signers) {
            if (value_get_int(signer, "step_n", 0) == value_get_int(step, "n", 0))
                value_add(list, value_copy(call->ctx->arena, signer));
        }
    }
    *ret_steps = steps;
    return arena_rc(call->ctx->arena);
}

/* ---- who signs ---------------------------------------------------------------------------------------------- */

static void add_slot(struct arena *arena, struct value *slots, struct str kind, int64_t id, struct str label)
{
    int64_t n = (int64_t)value_count(slots);
    if (n >= REVIEW_SLOTS_MAX)
        return;
    VALUE_EACH (other, slots) {
        if (str_equal(value_get_text(other, "actor_kind"), kind) && value_get_int(other, "actor_id", 0) == id &&
            str_equal(value_get_text(other, "slot_label"), label))
            return;
    }
    struct value *slot = value_add_map(arena, slots);
    value_put_int(arena, slot, "slot_n", n);
    value_put_text(arena, slot, "actor_kind", kind);
    value_put_int(arena, slot, "actor_id", id);
    value_put_text(arena, slot, "slot_label", label);
}

/* A duty that nobody has falls to the role of that name, held for the finding's unit. */
static struct str role_of_duty(struct str duty)
{
    return str_equal(duty, STR("lead_dept"))     ? STR("lead_department")
           : str_equal(duty, STR("lead_leader")) ? STR("lead_leader")
           : str_equal(duty, STR("supervisor"))  ? STR("reviewer")
                                                 : STR("office");
}

static enum rc add_duty_slots(struct command_call *call, const struct value *signer, const char *subject_kind,
                              int64_t subject_id, const struct value *finding, struct value *slots)
{
    struct db_stmt *st = db_query(call->db, Q_REVIEW_DUTY_HOLDERS);
    struct value *rows;
    db_bind_text(st, "subject_kind", str_from_cstr(subject_kind));
    db_bind_int(st, "subject_id", subject_id);
    db_bind_int(st, "finding_id", value_get_int(finding, "id", 0));
    db_bind_text(st, "ref", value_get_text(signer, "ref"));
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        add_slot(call->ctx->arena, slots, value_get_text(row, "actor_kind"), value_get_int(row, "actor_id", 0),
                 value_get_text(signer, "label"));
    }
    if (value_count(rows) == 0)
        add_slot(call->ctx->arena, slots, role_of_duty(value_get_text(signer, "ref")),
                 value_get_int(finding, "unit_id", 0), value_get_text(signer, "label"));
    return RC_OK;
}

enum rc review_chain_slots(struct command_call *call, const struct value *step, const char *subject_kind,
                           int64_t subject_id, const struct value *finding, struct value **ret_slots)
{
    struct arena *arena = call->ctx->arena;
    struct value *slots = value_new_list(arena);
    VALUE_EACH (signer, value_get(step, "signers")) {
        struct str kind = value_get_text(signer, "kind");
        int64_t ref_id = value_get_int(signer, "ref_id", 0);
        if (str_equal(kind, STR("duty")))
            TRY(add_duty_slots(call, signer, subject_kind, subject_id, finding, slots));
        else if (str_equal(kind, STR("role")))
            add_slot(arena, slots, value_get_text(signer, "ref"),
                     ref_id ? ref_id : value_get_int(finding, "unit_id", 0), value_get_text(signer, "label"));
        else
            add_slot(arena, slots, kind, ref_id, value_get_text(signer, "label"));
    }
    *ret_slots = slots;
    return arena_rc(arena);
}

/* ---- the office's own --------------------------------------------------------------------------------------- */

static bool is_one_of(struct str s, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal_cstr(s, names[i]))
            return true;
    return false;
}

static enum rc fail_step(struct command_call *call, const char *key, int64_t n)
{
    struct str arg = arena_format(call->ctx->arena, "%lld", (long long)n);
    struct str field = arena_format(call->ctx->arena, "step%lld", (long long)n);
    return ctx_fail(call->ctx, RC_INVALID, key, field, STR_EMPTY, &arg, 1);
}

static enum rc check_ref(struct command_call *call, struct str kind, struct str ref, int64_t ref_id, int64_t step_n)
{
    static const char *const duties[] = {"lead_leader", "lead_dept", "supervisor"};
    enum role role;
    if (str_equal(kind, STR("role")))
        return role_find(ref, &role) && role_has_perm(role, PERM_REVIEW_SIGN)
                   ? RC_OK
                   : fail_step(call, "review.signer_role", step_n);
    if (str_equal(kind, STR("duty")))
        return is_one_of(ref, duties, sizeof duties / sizeof duties[0])
                   ? RC_OK
                   : fail_step(call, "review.signer_unknown", step_n);
    enum query query = str_equal(kind, STR("post"))   ? Q_REVIEW_POST_GET
                       : str_equal(kind, STR("team")) ? Q_REVIEW_TEAM_GET
                                                      : Q_PERSON_GET_ANY;
    struct db_stmt *st = db_query(call->db, query);
    struct value *row;
    db_bind_int(st, "id", ref_id);
    TRY(db_first_row(call->ctx, st, &row));
    return row ? RC_OK : fail_step(call, "review.signer_unknown", step_n);
}

static enum rc read_signers(struct command_call *call, const struct value *step, int64_t step_n, struct value *signers,
                            int64_t *ret_count)
{
    static const char *const kinds[] = {"role", "duty", "post", "team", "person"};
    static const char *const labels[] = {"", "supervision", "discipline", "hr", "audit", "finance"};
    int64_t n = 0;
    VALUE_EACH (signer, value_get(step, "signers")) {
        struct str kind = value_get_text(signer, "kind"), label = value_get_text(signer, "label");
        if (!is_one_of(kind, kinds, sizeof kinds / sizeof kinds[0]) ||
            !is_one_of(label, labels, sizeof labels / sizeof labels[0]))
            return fail_step(call, "review.signer_unknown", step_n);
        if (++n > REVIEW_SIGNERS_MAX)
            return fail_step(call, "review.too_many_signers", step_n);
        TRY(check_ref(call, kind, value_get_text(signer, "ref"), value_get_int(signer, "ref_id", 0), step_n));
        add_signer(call->ctx->arena, signers, step_n, n, kind, value_get_text(signer, "ref"),
                   value_get_int(signer, "ref_id", 0), label);
    }
    *ret_count = n;
    return RC_OK;
}

static enum rc read_step(struct command_call *call, const struct value *step, int64_t n, struct value *body,
                         bool *ret_is_self)
{
    static const char *const modes[] = {"self", "any", "all", "vote"};
    struct str mode = value_get_text(step, "mode"), title = str_trim(value_get_text(step, "title"));
    int64_t days = value_get_int(step, "limit_days", STEP_DAYS_DEFAULT),
            threshold = value_get_int(step, "threshold", 0);
    int64_t signers;
    *ret_is_self = str_equal(mode, STR("self"));
    if (!title.n || title.n > (size_t)TITLE_MAX * 4)
        return fail_step(call, "review.step_title", n);
    if (!is_one_of(mode, modes, sizeof modes / sizeof modes[0]) || (*ret_is_self && n > 1))
        return fail_step(call, "review.step_mode", n);
    if (days < 1 || days > STEP_DAYS_MAX)
        return fail_step(call, "review.step_days", n);
    TRY(read_signers(call, step, n, (struct value *)value_get(body, "signers"), &signers));
    if (!*ret_is_self && signers == 0)
        return fail_step(call, "review.step_signers", n);
    if (str_equal(mode, STR("vote")) ? threshold < 1 || threshold > 50 : threshold != 0)
        return fail_step(call, "review.step_threshold", n);
    add_step(call->ctx->arena, (struct value *)value_get(body, "steps"), n, title, mode, threshold, days);
    return RC_OK;
}

static enum rc read_steps(struct command_call *call, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    int64_t n = 0, others = 0;
    value_put_list(arena, body, "steps");
    value_put_list(arena, body, "signers");
    VALUE_EACH (step, value_get(call->input, "steps")) {
        bool is_self;
        if (++n > REVIEW_STEPS_MAX)
            return ctx_fail_field(call->ctx, RC_INVALID, "review.too_many_steps", "steps");
        TRY(read_step(call, step, n, body, &is_self));
        others += !is_self;
    }
    return others ? arena_rc(arena) : ctx_fail_field(call->ctx, RC_INVALID, "review.no_steps", "steps");
}

static enum rc find_chain(struct command_call *call, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, Q_REVIEW_CHAIN_GET_ANY);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_row));
    if (!*ret_row || actor_check(call->ctx, call->db, call->actor, PERM_SUPERVISE,
                                 value_get_int(*ret_row, "unit_id", 0), LABEL_PUBLIC) == RC_FORBIDDEN)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "review.chain_not_found");
    return value_get_bool(*ret_row, "is_current") || value_get_int(*ret_row, "is_current", 0)
               ? RC_OK
               : ctx_fail_key(call->ctx, RC_CONFLICT, "review.chain_old");
}

static enum rc check_place(struct command_call *call, int64_t unit_id, int64_t source_id)
{
    struct value *row;
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", unit_id);
    TRY(db_first_row(call->ctx, st, &row));
    if (!row)
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
    TRY(command_require(call, PERM_SUPERVISE, unit_id, LABEL_PUBLIC));
    if (!source_id)
        return RC_OK;
    st = db_query(call->db, Q_SOURCE_GET_ANY);
    db_bind_int(st, "id", source_id);
    TRY(db_first_row(call->ctx, st, &row));
    if (!row || actor_check(call->ctx, call->db, call->actor, PERM_SOURCE_READ, value_get_int(row, "unit_id", 0),
                            value_get_int(row, "label", 0)) == RC_FORBIDDEN)
        return ctx_fail_field(call->ctx, RC_INVALID, "source.not_found", "source_id");
    return RC_OK;
}

static enum rc chain_set(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    const struct value *input = call->input;
    int64_t old_id = value_get_int(input, "id", 0), unit_id = value_get_int(input, "unit_id", 0), seq;
    int64_t source_id = value_get_int(input, "source_id", 0);
    struct value *body = value_new_map(arena), *old = NULL;
    if (old_id)
        TRY(find_chain(call, old_id, &old));
    TRY(check_place(call, unit_id, source_id));
    if (old)
        value_put_int(arena, body, "root_id", value_get_int(old, "root_id", 0));
    else
        value_put_null(arena, body, "root_id");
    value_put_int(arena, body, "version", value_get_int(old, "version", 0) + 1);
    value_put_text(arena, body, "purpose", old ? value_get_text(old, "purpose") : value_get_text(input, "purpose"));
    value_put_text(arena, body, "source_kind", value_get_text(input, "source_kind"));
    value_put_int(arena, body, "source_id", source_id);
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_text(arena, body, "name", value_get_text(input, "name"));
    TRY(read_steps(call, body));
    TRY(command_append(call, EVENT_REVIEW_CHAIN_SET, CHAIN_ORGANISATION, 0, body, &seq));
    value_put_int(arena, call->result, "id", seq);
    return RC_OK;
}

static enum rc chain_retire(struct command_call *call)
{
    struct value *row, *body = value_new_map(call->ctx->arena);
    int64_t seq;
    TRY(find_chain(call, value_get_int(call->input, "id", 0), &row));
    value_put_int(call->ctx->arena, body, "root_id", value_get_int(row, "root_id", 0));
    value_put_text(call->ctx->arena, body, "name", value_get_text(row, "name"));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(row, "id", 0));
    return command_append(call, EVENT_REVIEW_CHAIN_RETIRED, CHAIN_ORGANISATION, value_get_int(row, "id", 0), body,
                          &seq);
}

#define SOURCE_KINDS "|inspection|audit|thematic|democratic_life|self_check|directive|comment|alert|other"
static const struct field chain_set_fields[] = {{"id", FIELD_ID, false, 0, NULL},
                                                {"purpose", FIELD_CHOICE, true, 0, "close|long_term|reopen"},
                                                {"name", FIELD_TEXT, true, 80, NULL},
                                                {"unit_id", FIELD_ID, true, 0, NULL},
                                                {"source_kind", FIELD_CHOICE, false, 0, SOURCE_KINDS},
                                                {"source_id", FIELD_ID, false, 0, NULL},
                                                {"steps", FIELD_JSON, true, 0, NULL},
                                                {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_review_chain_set = {.name = "review_chain.set",
                                                 .perm = PERM_SUPERVISE,
                                                 COMMAND_FIELDS(chain_set_fields),
                                                 .run = chain_set,
                                                 .path = "/review_chains",
                                                 .redirect = "/review_chains/{id}"};
static const struct field chain_retire_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"reason", FIELD_TEXT, true, 0, NULL}};
const struct command command_review_chain_retire = {.name = "review_chain.retire",
                                                    .perm = PERM_SUPERVISE,
                                                    COMMAND_FIELDS(chain_retire_fields),
                                                    .run = chain_retire,
                                                    .path = "/review_chains/{id}/retire",
                                                    .redirect = "/review_chains"};
