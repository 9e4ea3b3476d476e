/* lifecycle.c: moves, guards and waits; see lifecycle.h. */
#include "loop/lifecycle.h"

#include <string.h>

#include "base/clock.h"
#include "calendar/calendar.h"

static const struct noun_row {
    const char *name, *column;
    enum perm read;
} noun_table[LIFECYCLE_NOUN_COUNT] = {
#define NOUN(name, text, column, read) [NOUN_##name] = {text, column, PERM_##read},
#include "../../data/lifecycle.def"
#undef NOUN
};

static const struct guard_row {
    enum query query;
    const char *message, *link, *name;
} guard_table[GUARD_COUNT] = {
#define GUARD(name, query, message, link) [GUARD_##name] = {Q_##query, message, link, #name},
#include "../../data/guards.def"
#undef GUARD
};

/* GUARDED(A, B) becomes {GUARD_A, GUARD_B} and its length. */
#define GUARD_1(a) GUARD_##a
#define GUARD_2(a, ...) GUARD_##a, GUARD_1(__VA_ARGS__)
#define GUARD_3(a, ...) GUARD_##a, GUARD_2(__VA_ARGS__)
#define GUARD_4(a, ...) GUARD_##a, GUARD_3(__VA_ARGS__)
#define GUARD_5(a, ...) GUARD_##a, GUARD_4(__VA_ARGS__)
#define GUARD_6(a, ...) GUARD_##a, GUARD_5(__VA_ARGS__)
#define GUARD_7(a, ...) GUARD_##a, GUARD_6(__VA_ARGS__)
#define GUARD_8(a, ...) GUARD_##a, GUARD_7(__VA_ARGS__)
#define GUARD_9(a, ...) GUARD_##a, GUARD_8(__VA_ARGS__)
#define GUARD_10(a, ...) GUARD_##a, GUARD_9(__VA_ARGS__)
#define GUARD_11(a, ...) GUARD_##a, GUARD_10(__VA_ARGS__)
#define GUARD_12(a, ...) GUARD_##a, GUARD_11(__VA_ARGS__)
#define GUARDS_CHOSEN(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, chosen, ...) chosen
#define GUARDED(...)                                                                                                   \
    .guards = {GUARDS_CHOSEN(__VA_ARGS__, GUARD_12, GUARD_11, GUARD_10, GUARD_9, GUARD_8, GUARD_7, GUARD_6, GUARD_5,   \
                             GUARD_4, GUARD_3, GUARD_2, GUARD_1, )(__VA_ARGS__)},                                      \
    .guard_count = GUARDS_CHOSEN(__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, )

#define UNGUARDED .guard_count = 0
#define NEEDED true
#define FREE false
const struct lifecycle_move lifecycle_table[] = {
#define MOVE(noun, command, from, to, perm, who, reason, ...)                                                          \
    {NOUN_##noun, command, from, to, PERM_##perm, WHO_##who, reason, __VA_ARGS__},
#include "../../data/lifecycle.def"
#undef MOVE
};
const int lifecycle_count = (int)(sizeof lifecycle_table / sizeof lifecycle_table[0]);

const char *lifecycle_noun_name(enum lifecycle_noun noun) { return noun_table[noun].name; }
enum perm lifecycle_noun_read(enum lifecycle_noun noun) { return noun_table[noun].read; }

const char *lifecycle_noun_column(enum lifecycle_noun noun) { return noun_table[noun].column; }

const char *lifecycle_guard_name(enum guard guard) { return guard_table[guard].name; }
const char *lifecycle_guard_message(enum guard guard) { return guard_table[guard].message; }
const char *lifecycle_guard_link(enum guard guard) { return guard_table[guard].link; }

struct str lifecycle_state(enum lifecycle_noun noun, const struct value *row)
{
    return value_get_text(row, noun_table[noun].column);
}

const struct lifecycle_move *lifecycle_find(enum lifecycle_noun noun, const char *command)
{
    for (int i = 0; i < lifecycle_count; i++)
        if (lifecycle_table[i].noun == noun && strcmp(lifecycle_table[i].command, command) == 0)
            return &lifecycle_table[i];
    return NULL;
}

bool lifecycle_is_from(const struct lifecycle_move *move, struct str state)
{
    struct str rest = str_from_cstr(move->from), part;
    while (str_split_next(&rest, '|', &part))
        if (str_equal(part, state))
            return true;
    return false;
}

static struct str today_text(struct arena *arena, int64_t now_ms)
{
    char text[TIME_TEXT_BYTES];
    return arena_copy_str(arena, str_slice(time_format_china(now_ms, text), 0, DATE_TEXT_BYTES - 1));
}

struct str lifecycle_today(struct command_call *call) { return today_text(call->ctx->arena, call->now_ms); }

struct str lifecycle_due_in(struct command_call *call, int working_days)
{
    int32_t day;
    if (!date_parse(lifecycle_today(call), &day))
        return STR_EMPTY;
    day = calendar_add_working_days(day, working_days, false, NULL);
    return date_text(call->ctx->arena, day);
}

/* ---- guards ------------------------------------------------------------------------------------------------- */

/* "/tasks/{id}" with the ids of a missing thing and of the subject. */
static struct str fill_link(struct arena *arena, const char *link, int64_t id, int64_t subject)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 400);
    for (const char *p = link; *p;) {
        if (strncmp(p, "{id}", 4) == 0) {
            buf_add_int64(&out, id);
            p += 4;
        } else if (strncmp(p, "{subject}", 9) == 0) {
            buf_add_int64(&out, subject);
            p += 9;
        } else {
            buf_add_char(&out, *p++);
        }
    }
    return arena_copy_str(arena, buf_str(&out));
}

static enum rc guard_rows(struct ctx *ctx, struct db *db, const struct actor *actor, struct str today, enum guard guard,
                          int64_t subject, struct value **ret_rows)
{
    struct db_stmt *st = db_query(db, guard_table[guard].query);
    db_bind_int(st, "id", subject);
    db_bind_int(st, "me", actor->account_id);
    db_bind_text(st, "today", today);
    return db_rows(ctx, st, ret_rows);
}

static enum rc check_guards(struct command_call *call, const struct lifecycle_move *move, const struct value *row)
{
    enum rc worst = RC_OK;
    int64_t subject = value_get_int(row, "id", 0);
    for (int i = 0; i < move->guard_count; i++) {
        const struct guard_row *guard = &guard_table[move->guards[i]];
        struct value *rows;
        TRY(guard_rows(call->ctx, call->db, call->actor, lifecycle_today(call), move->guards[i], subject, &rows));
        VALUE_EACH (missing, rows) {
            struct str arg = value_get_text(missing, "title");
            worst =
                ctx_fail(call->ctx, RC_GUARD, guard->message, STR_EMPTY,
                         fill_link(call->ctx->arena, guard->link, value_get_int(missing, "id", 0), subject), &arg, 1);
        }
    }
    return worst;
}

/* ---- who ---------------------------------------------------------------------------------------------------- */

static enum rc is_account(struct ctx *ctx, struct db *db, const struct actor *actor, struct str today,
                          struct str actor_kind, int64_t actor_id, bool *ret_is)
{
    *ret_is = actor->account_id == 0;
    if (*ret_is)
        return RC_OK;
    struct db_stmt *st = db_query(db, Q_ACTOR_IS_ACCOUNT);
    int64_t count;
    db_bind_text(st, "actor_kind", actor_kind);
    db_bind_int(st, "actor_id", actor_id);
    db_bind_int(st, "me", actor->account_id);
    db_bind_text(st, "today", today);
    TRY(db_get_int(ctx, st, &count));
    *ret_is = count > 0;
    return RC_OK;
}

enum rc lifecycle_is_actor(struct command_call *call, struct str actor_kind, int64_t actor_id, bool *ret_is)
{
    return is_account(call->ctx, call->db, call->actor, lifecycle_today(call), actor_kind, actor_id, ret_is);
}

/* Whether the actor is one of those whom the subject waits for. */
static enum rc is_waited_for(struct ctx *ctx, struct db *db, const struct actor *actor, struct str today,
                             enum lifecycle_noun noun, int64_t id, bool *ret_is)
{
    struct db_stmt *st = db_query(db, Q_WAIT_OF_SUBJECT);
    struct value *waits;
    db_bind_text(st, "noun", str_from_cstr(lifecycle_noun_name(noun)));
    db_bind_int(st, "id", id);
    TRY(db_rows(ctx, st, &waits));
    *ret_is = false;
    VALUE_EACH (wait, waits) {
        TRY(is_account(ctx, db, actor, today, value_get_text(wait, "actor_kind"), value_get_int(wait, "actor_id", 0),
                       ret_is));
        if (*ret_is)
            return RC_OK;
    }
    return RC_OK;
}

static enum rc check_holder(struct command_call *call, const struct lifecycle_move *move, const struct value *row)
{
    bool is_holder;
    TRY(is_waited_for(call->ctx, call->db, call->actor, lifecycle_today(call), move->noun, value_get_int(row, "id", 0),
                      &is_holder));
    return is_holder ? RC_OK : ctx_fail_key(call->ctx, RC_FORBIDDEN, "lifecycle.not_holder");
}

static bool is_asker(const struct actor *actor, const struct value *row)
{
    return value_get_int(row, "opened_by", 0) == actor->account_id;
}

enum rc lifecycle_require(struct command_call *call, enum lifecycle_noun noun, enum perm perm, const struct value *row)
{
    int64_t unit_id = value_get_int(row, "unit_id", 0), label = value_get_int(row, "label", LABEL_INTERNAL);
    enum rc rc = command_require(call, perm, unit_id, label);
    if (rc != RC_FORBIDDEN)
        return rc;
    /* Who may not even read it learns nothing of its existence. */
    if (actor_check(call->ctx, call->db, call->actor, noun_table[noun].read, unit_id, label) == RC_OK)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_key(call->ctx, RC_NOT_FOUND, "error.not_found");
}

enum rc lifecycle_begin(struct command_call *call, const struct lifecycle_move *move, const struct value *row)
{
    struct str state = lifecycle_state(move->noun, row);
    TRY(lifecycle_require(call, move->noun, move->perm, row));
    if (!lifecycle_is_from(move, state)) {
        struct str arg = arena_format(call->ctx->arena, "%s.%s.%.*s", lifecycle_noun_name(move->noun),
                                      noun_table[move->noun].column, STR_ARG(state));
        return ctx_fail(call->ctx, RC_GUARD, "lifecycle.not_in_state", STR_EMPTY, STR_EMPTY, &arg, 1);
    }
    if (move->who == WHO_HOLDER)
        TRY(check_holder(call, move, row));
    if (move->who == WHO_ASKER && !is_asker(call->actor, row))
        return ctx_fail_key(call->ctx, RC_FORBIDDEN, "lifecycle.not_asker");
    if (move->needs_reason && !value_get_text(call->input, "reason").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "lifecycle.reason_needed", "reason");
    return check_guards(call, move, row);
}

/* ---- bodies of events --------------------------------------------------------------------------------------- */

struct value *lifecycle_body_of(struct command_call *call, enum lifecycle_noun noun, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "noun", str_from_cstr(lifecycle_noun_name(noun)));
    value_put_int(arena, body, "id", value_get_int(row, "id", 0));
    value_put_text(arena, body, "no", value_get_text(row, "no"));
    value_put_text(arena, body, "title", value_get_text(row, "title"));
    value_put_int(arena, body, "unit_id", value_get_int(row, "unit_id", 0));
    value_put_int(arena, body, "label", value_get_int(row, "label", LABEL_INTERNAL));
    value_put_int(arena, body, "source_id", value_get_int(row, "source_id", 0));
    value_put_list(arena, body, "waits");
    return body;
}

struct value *lifecycle_body(struct command_call *call, const struct lifecycle_move *move, const struct value *row,
                             const char *to)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = lifecycle_body_of(call, move->noun, row);
    value_put_text(arena, body, "by", str_from_cstr(move->command));
    value_put_text(arena, body, "from", lifecycle_state(move->noun, row));
    value_put_text(arena, body, "to", str_from_cstr(to ? to : move->to));
    return body;
}

void lifecycle_wait(struct command_call *call, struct value *body, const char *what, struct str actor_kind,
                    int64_t actor_id, struct str due)
{
    struct arena *arena = call->ctx->arena;
    struct value *waits = (struct value *)value_get(body, "waits");
    if (value_count(waits) >= WAITS_MAX)
        return;
    int64_t n = (int64_t)value_count(waits);
    struct value *wait = value_add_map(arena, waits);
    value_put_int(arena, wait, "wait_n", n);
    value_put_text(arena, wait, "what", str_from_cstr(what));
    value_put_text(arena, wait, "actor_kind", actor_kind);
    value_put_int(arena, wait, "actor_id", actor_id);
    if (due.n)
        value_put_text(arena, wait, "wait_due", due);
    else
        value_put_null(arena, wait, "wait_due");
}

/* ---- what a page offers ------------------------------------------------------------------------------------- */

static enum rc put_missing(struct ctx *ctx, struct db *db, const struct actor *actor, const struct lifecycle_move *move,
                           int64_t subject, struct value *offer)
{
    struct value *list = value_put_list(ctx->arena, offer, "missing");
    struct str today = today_text(ctx->arena, clock_now_ms());
    for (int i = 0; i < move->guard_count; i++) {
        struct value *rows;
        TRY(guard_rows(ctx, db, actor, today, move->guards[i], subject, &rows));
        VALUE_EACH (row, rows) {
            struct value *missing = value_add_map(ctx->arena, list);
            const struct guard_row *guard = &guard_table[move->guards[i]];
            value_put_text(ctx->arena, missing, "key", str_from_cstr(guard->message));
            value_put_text(ctx->arena, missing, "title", value_get_text(row, "title"));
            value_put_text(ctx->arena, missing, "href",
                           fill_link(ctx->arena, guard->link, value_get_int(row, "id", 0), subject));
        }
    }
    value_put_bool(ctx->arena, offer, "is_ready", value_count(list) == 0);
    return RC_OK;
}

enum rc lifecycle_offers(struct ctx *ctx, struct db *db, const struct actor *actor, enum lifecycle_noun noun,
                         const struct value *row, struct value **ret_list)
{
    struct value *list = value_new_list(ctx->arena);
    struct str state = lifecycle_state(noun, row);
    bool is_mine;
    TRY(is_waited_for(ctx, db, actor, today_text(ctx->arena, clock_now_ms()), noun, value_get_int(row, "id", 0),
                      &is_mine));
    for (int i = 0; i < lifecycle_count; i++) {
        const struct lifecycle_move *move = &lifecycle_table[i];
        if (move->noun != noun || move->who == WHO_FOLLOWS || !lifecycle_is_from(move, state) ||
            (move->who == WHO_HOLDER && !is_mine) || (move->who == WHO_ASKER && !is_asker(actor, row)))
            continue;
        enum rc rc = actor_check(ctx, db, actor, move->perm, value_get_int(row, "unit_id", 0),
                                 value_get_int(row, "label", LABEL_INTERNAL));
        if (rc == RC_FORBIDDEN)
            continue;
        TRY(rc);
        struct value *offer = value_add_map(ctx->arena, list);
        value_put_text(ctx->arena, offer, "command", str_from_cstr(move->command));
        value_put_text(ctx->arena, offer, "to", str_from_cstr(move->to));
        value_put_bool(ctx->arena, offer, "needs_reason", move->needs_reason);
        value_put_bool(ctx->arena, offer, "is_mine", is_mine);
        TRY(put_missing(ctx, db, actor, move, value_get_int(row, "id", 0), offer));
    }
    *ret_list = list;
    return arena_rc(ctx->arena);
}

/* ---- second editors ------------------------------------------------------------------------------------------ */

enum rc lifecycle_check_revision(struct command_call *call, const struct value *row)
{
    const struct value *typed = value_get(call->input, "revision");
    bool is_other = typed && typed->kind == VALUE_INT && typed->integer != value_get_int(row, "changed_seq", 0);
    return is_other ? ctx_fail_key(call->ctx, RC_CONFLICT, "record.changed_meanwhile") : RC_OK;
}

void lifecycle_note_changes(struct command_call *call, struct value *body, const struct value *row,
                            const char *const *keys)
{
    struct arena *arena = call->ctx->arena;
    struct value *changed = value_put_list(arena, body, "changed"), *was = value_put_map(arena, body, "was");
    for (; *keys; keys++) {
        const struct value *old = value_get(row, *keys), *now = value_get(body, *keys);
        if (value_equal(old, now) || (value_is_null(old) && value_is_null(now)))
            continue;
        value_add_text(arena, changed, str_from_cstr(*keys));
        if (value_is_null(old))
            value_put_null(arena, was, *keys);
        else
            value_put(was, str_from_cstr(*keys), value_copy(arena, old));
    }
}
