/* letter_draft.c: drafts of letters, and the tick that makes them from what is late; see letter_draft.h. */
#include "loop/letter_draft.h"

#include <string.h>

#include "base/clock.h"
#include "loop/bulletin_text.h"
#include "loop/letter.h"
#include "loop/tick.h"

enum { TEXT_CEILING = 32 * 1024, TITLE_IN_TEXT_CHARS = 120, BEHIND_LOOKS = 2000 };

static const struct {
    const char *cause, *text;
} texts[] = {
#define LETTER_TEXT(cause, text) {cause, text},
#include "../../data/letter_texts.def"
#undef LETTER_TEXT
};

static struct str text_of(struct str cause)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (str_equal_cstr(cause, texts[i].cause))
            return str_from_cstr(texts[i].text);
    return STR_EMPTY;
}

static struct str cut(struct str s, size_t chars)
{
    size_t n = 0, count = 0;
    for (; n < s.n && count < chars; count++) {
        n++;
        while (n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
            n++;
    }
    return str_slice(s, 0, n);
}

/* The standard text of a cause with its places filled. */
static struct str make_demand(struct command_call *call, const struct letter_draft *draft)
{
    const struct value *subject = draft->subject;
    struct str due = bulletin_date(call->ctx->arena, draft->due.n ? draft->due : value_get_text(subject, "due"), false);
    const struct {
        const char *name;
        struct str value;
    } places[] = {{"{no}", value_get_text(subject, "no")},
                  {"{title}", cut(value_get_text(subject, "title"), TITLE_IN_TEXT_CHARS)},
                  {"{due}", due},
                  {"{last}", draft->last_no}};
    bool is_talk = str_equal(draft->cause, STR("manual")) && str_equal(draft->kind, STR("talk"));
    struct str text = text_of(is_talk ? STR("talk") : draft->cause); /* by hand: another text than that of letters */
    struct buf out CLEANUP(buf_done);
    buf_init(&out, TEXT_CEILING);
    for (size_t i = 0; i < text.n;) {
        size_t taken = 0;
        for (size_t k = 0; k < sizeof places / sizeof places[0] && !taken; k++) {
            size_t n = strlen(places[k].name);
            if (i + n <= text.n && memcmp(text.p + i, places[k].name, n) == 0) {
                buf_add(&out, places[k].value);
                taken = n;
            }
        }
        if (!taken)
            buf_add_char(&out, text.p[i]);
        i += taken ? taken : 1;
    }
    return arena_copy_str(call->ctx->arena, buf_str(&out));
}

static enum rc count(struct command_call *call, enum query query, const struct value *subject, int64_t *ret_n)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_text(st, "subject_kind", value_get_text(subject, "subject_kind"));
    db_bind_int(st, "subject_id", value_get_int(subject, "id", 0));
    return db_get_int(call->ctx, st, ret_n);
}

/* The receiver: the unit; the leader of the item for a second yellow letter and for talks, when somebody leads it. */
static enum rc put_receiver(struct command_call *call, struct value *body, const struct letter_draft *draft)
{
    struct arena *arena = call->ctx->arena;
    const struct value *subject = draft->subject;
    bool is_to_leader = draft->is_to_leader;
    if (str_equal(draft->kind, STR("yellow"))) {
        int64_t before;
        TRY(count(call, Q_LETTER_YELLOW_COUNT, subject, &before));
        is_to_leader |= before > 0;
    }
    struct value *leader = NULL;
    if (is_to_leader) {
        struct db_stmt *st = db_query(call->db, Q_LETTER_LEADER);
        db_bind_text(st, "subject_kind", value_get_text(subject, "subject_kind"));
        db_bind_int(st, "subject_id", value_get_int(subject, "id", 0));
        db_bind_int(st, "finding_id", value_get_int(subject, "finding_id", 0));
        TRY(db_first_row(call->ctx, st, &leader));
    }
    value_put_text(arena, body, "to_kind", leader ? value_get_text(leader, "actor_kind") : STR("unit"));
    value_put_int(arena, body, "to_id", value_get_int(leader ? leader : subject, leader ? "actor_id" : "unit_id", 0));
    return RC_OK;
}

static enum rc check_alone(struct command_call *call, const struct letter_draft *draft)
{
    if (str_equal(draft->kind, STR("talk")))
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_LETTER_OPEN_OF_SUBJECT);
    struct value *open;
    db_bind_text(st, "subject_kind", value_get_text(draft->subject, "subject_kind"));
    db_bind_int(st, "subject_id", value_get_int(draft->subject, "id", 0));
    TRY(db_first_row(call->ctx, st, &open));
    if (!open)
        return RC_OK;
    return ctx_fail(call->ctx, RC_GUARD, "letter.already_open", STR_EMPTY,
                    arena_format(call->ctx->arena, "/letters/%lld", (long long)value_get_int(open, "id", 0)), NULL, 0);
}

enum rc letter_find_issuer(struct command_call *call, int64_t unit_id, int64_t label, int64_t *ret_issuer)
{
    struct value *units;
    struct db_stmt *st = db_query(call->db, Q_LETTER_UNITS_ABOVE);
    db_bind_int(st, "unit_id", unit_id);
    TRY(db_rows(call->ctx, st, &units));
    VALUE_EACH (unit, units) {
        *ret_issuer = value_get_int(unit, "id", 0);
        enum rc rc = actor_check(call->ctx, call->db, call->actor, PERM_SUPERVISE, *ret_issuer, label);
        if (rc != RC_FORBIDDEN)
            return rc;
    }
    return command_require(call, PERM_SUPERVISE, unit_id, label);
}

enum rc letter_append_draft(struct command_call *call, const struct letter_draft *draft)
{
    struct arena *arena = call->ctx->arena;
    const struct value *subject = draft->subject;
    int64_t unit_id = value_get_int(subject, "unit_id", 0), issuer;
    TRY(check_alone(call, draft));
    TRY(letter_find_issuer(call, unit_id, value_get_int(subject, "label", LABEL_INTERNAL), &issuer));
    struct value *body =
        supervise_body(call, "letter", subject, value_get_text(subject, "no"), value_get_text(subject, "title"));
    value_put_text(arena, body, "kind", draft->kind);
    value_put_int(arena, body, "issuer_id", issuer);
    value_put_text(arena, body, "subject_kind", value_get_text(subject, "subject_kind"));
    value_put_int(arena, body, "subject_id", value_get_int(subject, "id", 0));
    TRY(put_receiver(call, body, draft));
    value_put_text(arena, body, "cause", draft->cause);
    if (draft->cause_key.n)
        value_put_text(arena, body, "cause_key", draft->cause_key);
    else
        value_put_null(arena, body, "cause_key");
    if (draft->raised_from)
        value_put_int(arena, body, "raised_from", draft->raised_from);
    else
        value_put_null(arena, body, "raised_from");
    value_put_text(arena, body, "demand", draft->demand.n ? draft->demand : make_demand(call, draft));
    value_put_int(arena, body, "reply_days", draft->reply_days ? draft->reply_days : SUPERVISE_LETTER_REPLY_DAYS);
    if (draft->talk_on.n)
        value_put_text(arena, body, "talk_on", draft->talk_on);
    else
        value_put_null(arena, body, "talk_on");
    value_put_text(arena, body, "talk_time", draft->talk_time);
    value_put_text(arena, body, "talk_place", draft->talk_place);
    lifecycle_wait(call, body, "issue_letter", STR("office"), unit_id,
                   lifecycle_due_in(call, SUPERVISE_LETTER_SIGN_DAYS));
    return supervise_append(call, EVENT_LETTER_DRAFTED, 0, body);
}

/* ---- the tick ----------------------------------------------------------------------------------------------- */

static struct str next_colour(struct str kind)
{
    return str_equal(kind, STR("blue")) ? STR("yellow") : str_equal(kind, STR("yellow")) ? STR("red") : STR("talk");
}

static enum rc draft_by_tick(struct tick *tick, struct letter_draft *draft, const struct value *row)
{
    struct value *subject;
    TRY(supervise_subject_of(tick->call, value_get_text(row, "subject_kind"), value_get_int(row, "id", 0), &subject));
    draft->subject = subject;
    tick->changed++;
    return letter_append_draft(tick->call, draft);
}

/* Nobody answered in time: this letter ends, the next colour is drafted. */
static enum rc raise_one(struct tick *tick, const struct value *row)
{
    struct command_call *call = tick->call;
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(row, "id", 0);
    struct value *body = lifecycle_body_of(call, NOUN_LETTER, row), *about = value_new_map(arena);
    value_put_text(arena, body, "by", STR("raise"));
    value_put_text(arena, body, "to", STR("raised"));
    value_put_text(arena, body, "note", STR(""));
    TRY(supervise_append(call, EVENT_LETTER_RAISED, id, body));
    value_put_text(arena, about, "subject_kind", value_get_text(row, "subject_kind"));
    value_put_int(arena, about, "id", value_get_int(row, "subject_id", 0));
    struct letter_draft draft = {.kind = next_colour(value_get_text(row, "kind")),
                                 .cause = STR("no_answer"),
                                 .cause_key = arena_format(arena, "raise:%lld", (long long)id),
                                 .last_no = value_get_text(row, "no"),
                                 .raised_from = id};
    return draft_by_tick(tick, &draft, about);
}

/* A draft of the program that events have overtaken. */
static enum rc void_overtaken(struct tick *tick, const struct value *row)
{
    struct command_call *call = tick->call;
    struct arena *arena = call->ctx->arena;
    struct value *letter;
    TRY(supervise_read(call, Q_LETTER_GET_ANY, value_get_int(row, "id", 0), "letter.not_found", &letter));
    struct value *body = lifecycle_body_of(call, NOUN_LETTER, letter);
    value_put_text(arena, body, "by", STR("overtaken"));
    value_put_text(arena, body, "to", STR("void"));
    value_put_text(arena, body, "note", STR(""));
    return supervise_append(call, EVENT_LETTER_VOIDED, value_get_int(letter, "id", 0), body);
}

/* A reminder that nobody issued in time makes room. */
static enum rc void_draft(struct tick *tick, const struct value *row)
{
    struct db_stmt *st = db_query(tick->call->db, Q_LETTER_OPEN_OF_SUBJECT);
    struct value *open;
    db_bind_text(st, "subject_kind", value_get_text(row, "subject_kind"));
    db_bind_int(st, "subject_id", value_get_int(row, "id", 0));
    TRY(db_first_row(tick->call->ctx, st, &open));
    return open ? void_overtaken(tick, open) : RC_OK;
}

static enum rc draft_for_hung(struct tick *tick, const struct value *row)
{
    TRY(void_draft(tick, row));
    int64_t misses = value_get_int(row, "miss_count", 1);
    struct letter_draft draft = {.kind = misses > 1 ? STR("red") : STR("yellow"),
                                 .cause = misses > 1 ? STR("missed_again") : STR("overdue"),
                                 .cause_key =
                                     arena_format(tick->call->ctx->arena, "hang:%lld:%lld",
                                                  (long long)value_get_int(row, "hang_id", 0), (long long)misses),
                                 .due = value_get_text(row, "due")};
    return draft_by_tick(tick, &draft, row);
}

static enum rc draft_for_soon(struct tick *tick, const struct value *row)
{
    struct letter_draft draft = {
        .kind = STR("blue"),
        .cause = STR("due_soon"),
        .cause_key = arena_format(tick->call->ctx->arena, "soon:%.*s", STR_ARG(value_get_text(row, "due")))};
    return draft_by_tick(tick, &draft, row);
}

/* The plan goes evenly from the first day to the date. */
static bool is_behind(const struct tick *tick, const struct value *row)
{
    int32_t start, due;
    if (!date_parse(value_get_text(row, "start"), &start) || !date_parse(value_get_text(row, "due"), &due) ||
        due <= start || tick->day <= start)
        return false;
    int64_t planned_bp = (int64_t)(tick->day - start) * 10000 / (due - start);
    return planned_bp - value_get_int(row, "progress_bp", 0) >= SUPERVISE_LETTER_BEHIND_BP;
}

static enum rc draft_for_behind(struct tick *tick, const struct value *row)
{
    if (!is_behind(tick, row))
        return RC_OK;
    struct letter_draft draft = {
        .kind = STR("yellow"),
        .cause = STR("behind"),
        .cause_key = arena_format(tick->call->ctx->arena, "behind:%.*s", STR_ARG(value_get_text(row, "due")))};
    return draft_by_tick(tick, &draft, row);
}

enum rc tick_letter(struct tick *tick)
{
    static const struct tick_step steps[] = {
        {Q_LETTER_POINTLESS, void_overtaken, 0},
        {Q_LETTER_UNANSWERED, raise_one, 0},
        {Q_LETTER_FOR_HUNG, draft_for_hung, 0},
        {Q_LETTER_DUE_SOON, draft_for_soon, 0},
        {Q_LETTER_MAY_BE_BEHIND, draft_for_behind, BEHIND_LOOKS},
    };
    tick->until = supervise_working_day_after(tick->call->ctx->arena, tick->today, SUPERVISE_LETTER_SOON_DAYS);
    return tick_run_steps(tick, steps, sizeof steps / sizeof steps[0]);
}
