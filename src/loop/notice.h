/* notice.h: reminders: who is told what, when.
 *
 * From the one table of what waits for whom.  Reminders are local: no part of the record, not replayed.  A subject is
 * told to an account once for each rule and day.  Who could not be told is written down with the reason.  Sending goes
 * on in serve/sender.h.
 */
#ifndef BIHUAN_LOOP_NOTICE_H
#define BIHUAN_LOOP_NOTICE_H

#include "loop/supervise.h"

/* Tells everybody who is waited for of a subject now, under a rule; within the transaction of the call, which holds the
 * organisation's chain.  *ret_told: how many accounts, not counting those skipped. */
enum rc notice_tell(struct command_call *call, struct str subject_kind, int64_t subject_id, const char *rule,
                    int64_t *ret_told) MUST_CHECK;

/* How long reminders are kept, for all threads; NOTICE_KEEP_DAYS until it is called. */
enum { NOTICE_KEEP_DAYS = 400 };
void notice_keep(int64_t days);

/* Work of the writer on the caller's own reminders (local tables; no command, no event). */
struct notice_read {
    int64_t account_id;
    int64_t id; /* 0: all */
    int64_t now_ms;
};
enum rc notice_work_read(struct ctx *ctx, struct db *db, void *notice_read) MUST_CHECK;

struct notice_mute {
    int64_t account_id;
    int64_t id;       /* the reminder whose subject is meant */
    struct str until; /* empty: no longer muted */
};
enum rc notice_work_mute(struct ctx *ctx, struct db *db, void *notice_mute) MUST_CHECK;

struct notice_wish {
    int64_t account_id;
    bool is_mail;
    int64_t quiet_from, quiet_to; /* minutes of the day, -1: as the settings say */
};
enum rc notice_work_wish(struct ctx *ctx, struct db *db, void *notice_wish) MUST_CHECK;

#endif
