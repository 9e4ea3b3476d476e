/* notice.c: reminders; see notice.h.
 *
 * Invariants: one reminder for an account, subject, rule and day (a unique key); a recipient who may not read the
 * subject, has muted it or does not exist leaves a row with the reason, which nobody is shown.
 */
#include "loop/notice.h"

#include "base/clock.h"
#include "calendar/calendar.h"
#include "loop/tick.h"

enum {
    WAITING_DAYS = 5, /* working days something without a date may wait before it is told again */
    OLD_LIMIT = 2000  /* reminders thrown away in one transaction */
};

/* ---- by hand ------------------------------------------------------------------------------------------------ */

static enum rc insert_one(struct command_call *call, const struct value *wait, struct str kind, int64_t id,
                          const char *rule, const struct value *account)
{
    struct db_stmt *st = db_query(call->db, Q_NOTICE_INSERT);
    db_bind_map(st, wait);
    db_bind_text(st, "subject_kind", kind);
    db_bind_int(st, "subject_id", id);
    db_bind_text(st, "rule", str_from_cstr(rule));
    db_bind_int(st, "account_id", value_get_int(account, "account_id", 0));
    db_bind_text(st, "skipped", account ? value_get_text(account, "skipped") : STR("nobody"));
    db_bind_text(st, "day", lifecycle_today(call));
    db_bind_int(st, "at", call->now_ms);
    return db_run(call->ctx, st);
}

enum rc notice_tell(struct command_call *call, struct str subject_kind, int64_t subject_id, const char *rule,
                    int64_t *ret_told)
{
    struct value *waits, *accounts;
    struct db_stmt *st = db_query(call->db, Q_NOTICE_WAITS_OF);
    db_bind_text(st, "subject_kind", subject_kind);
    db_bind_int(st, "subject_id", subject_id);
    TRY(db_rows(call->ctx, st, &waits));
    *ret_told = 0;
    VALUE_EACH (wait, waits) {
        st = db_query(call->db, Q_NOTICE_ACCOUNTS);
        db_bind_map(st, wait);
        db_bind_text(st, "subject_kind", subject_kind);
        db_bind_int(st, "subject_id", subject_id);
        db_bind_int(st, "perm_read", PERM_TASK_READ);
        db_bind_text(st, "today", lifecycle_today(call));
        TRY(db_rows(call->ctx, st, &accounts));
        VALUE_EACH (account, accounts) {
            TRY(insert_one(call, wait, subject_kind, subject_id, rule, account));
            *ret_told += value_get_text(account, "skipped").n == 0;
        }
        if (!value_count(accounts))
            TRY(insert_one(call, wait, subject_kind, subject_id, rule, NULL));
    }
    return RC_OK;
}

/* ---- the tick ----------------------------------------------------------------------------------------------- */

static enum rc make(struct tick *tick, const char *rule, struct str from, struct str to, int64_t since_before)
{
    struct command_call *call = tick->call;
    int64_t made;
    struct db_stmt *st = db_query(call->db, Q_NOTICE_MAKE);
    db_bind_text(st, "rule", str_from_cstr(rule));
    db_bind_text(st, "from", from);
    db_bind_text(st, "to", to);
    db_bind_int(st, "since_before", since_before);
    db_bind_int(st, "perm_read", PERM_TASK_READ);
    db_bind_text(st, "today", tick->today);
    db_bind_int(st, "at", call->now_ms);
    TRY(db_run_count(call->ctx, st, &made));
    tick->changed += made;
    return RC_OK;
}

static bool is_first_of_week(int32_t day)
{
    for (int32_t d = day - date_weekday(day); d < day; d++)
        if (calendar_is_working_day(d))
            return false;
    return true;
}

/* The dates that lie n working days after today: up to the day before the next working day. */
static enum rc make_ahead(struct tick *tick, const char *rule, int n)
{
    struct arena *arena = tick->call->ctx->arena;
    int32_t from = calendar_add_working_days(tick->day, n, false, NULL),
            to = calendar_add_working_days(tick->day, n + 1, false, NULL) - 1;
    return make(tick, rule, date_text(arena, from), date_text(arena, to), INT64_MAX);
}

enum rc tick_notice(struct tick *tick)
{
    struct arena *arena = tick->call->ctx->arena;
    struct str never = STR("9999-12-31"); /* wait.due_key without a date */
    int32_t day = tick->day;
    if (!calendar_is_working_day(day))
        return RC_OK; /* nobody is reminded on a day off; what fell due on it is told on the next working day */
    int32_t next = calendar_add_working_days(day, 1, false, NULL), before = day - 1;
    while (!calendar_is_working_day(before))
        before--;
    TRY(make_ahead(tick, "t30", 30));
    TRY(make_ahead(tick, "t15", 15));
    TRY(make_ahead(tick, "t7", 7));
    TRY(make_ahead(tick, "t3", 3));
    TRY(make(tick, "due", tick->today, date_text(arena, next - 1), INT64_MAX));
    bool is_weekly = is_first_of_week(day);
    TRY(make(tick, "overdue", is_weekly ? STR("") : date_text(arena, before), date_text(arena, day - 1), INT64_MAX));
    if (!is_weekly)
        return RC_OK;
    int32_t since = day;
    for (int i = 0; i < WAITING_DAYS; i++)
        for (since--; !calendar_is_working_day(since);)
            since--;
    return make(tick, "waiting", never, never, ((int64_t)since * 86400 - CLOCK_CHINA_OFFSET_S) * 1000);
}

/* ---- what is over ------------------------------------------------------------------------------------------- */

static _Atomic int64_t keep_days = NOTICE_KEEP_DAYS;

void notice_keep(int64_t days) { keep_days = days; }

enum rc tick_notice_old(struct tick *tick)
{
    static const enum query steps[] = {Q_NOTICE_OLD_SENDS_DELETE, Q_NOTICE_OLD_DELETE};
    int64_t gone = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct db_stmt *st = db_query(tick->call->db, steps[i]);
        db_bind_text(st, "before", date_text(tick->call->ctx->arena, tick->day - (int32_t)keep_days));
        db_bind_int(st, "limit", OLD_LIMIT);
        TRY(db_run_count(tick->call->ctx, st, &gone));
    }
    tick->changed = gone;
    tick->is_more = gone == OLD_LIMIT;
    return RC_OK;
}

/* ---- one's own ---------------------------------------------------------------------------------------------- */

enum rc notice_work_read(struct ctx *ctx, struct db *db, void *arg)
{
    const struct notice_read *read = arg;
    struct db_stmt *st = db_query(db, read->id ? Q_NOTICE_SET_READ : Q_NOTICE_SET_ALL_READ);
    db_bind_int(st, "account_id", read->account_id);
    db_bind_int(st, "id", read->id);
    db_bind_int(st, "at", read->now_ms);
    return db_run(ctx, st);
}

enum rc notice_work_mute(struct ctx *ctx, struct db *db, void *arg)
{
    const struct notice_mute *mute = arg;
    struct db_stmt *st = db_query(db, Q_NOTICE_MUTE_CLEAR);
    db_bind_int(st, "account_id", mute->account_id);
    db_bind_int(st, "id", mute->id);
    TRY(db_run(ctx, st));
    if (!mute->until.n)
        return RC_OK;
    st = db_query(db, Q_NOTICE_MUTE_SET);
    db_bind_int(st, "account_id", mute->account_id);
    db_bind_int(st, "id", mute->id);
    db_bind_text(st, "until", mute->until);
    return db_run(ctx, st);
}

enum rc notice_work_wish(struct ctx *ctx, struct db *db, void *arg)
{
    const struct notice_wish *wish = arg;
    struct db_stmt *st = db_query(db, Q_NOTICE_WISH_SET);
    db_bind_int(st, "account_id", wish->account_id);
    db_bind_int(st, "is_mail", wish->is_mail);
    db_bind_int(st, "quiet_from", wish->quiet_from);
    db_bind_int(st, "quiet_to", wish->quiet_to);
    return db_run(ctx, st);
}
