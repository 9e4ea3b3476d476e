/* outbox.h: what goes out of the house: one row for each reminder and channel.
 *
 * waiting -> claimed -> sent | waiting (later) | failed (given up) | skipped (with the reason).  The claim is durable
 * before anything is sent, the outcome after: whoever dies between leaves claimed rows, which are released after
 * OUTBOX_HOLD_MS and sent again under the same number.  So every message is sent at least once, and twice only then.
 *
 * All functions here are work of the writer on local tables.
 */
#ifndef BIHUAN_LOOP_OUTBOX_H
#define BIHUAN_LOOP_OUTBOX_H

#include "record/command.h"

enum {
    OUTBOX_HOLD_MS = 10 * 60 * 1000, /* a claim of a server that is gone ends after so long */
    OUTBOX_SINCE_DAYS = 3,           /* older reminders are not sent when a channel is turned on */
    OUTBOX_MAIL_ROWS = 200,          /* reminders in one mail */
    OUTBOX_HOOK_ROWS = 20,           /* in one message of a robot: WeCom takes 2048 bytes */
    OUTBOX_TRIES_MAX = 8,
};

/* What is to be sent as one message. */
struct outbox_batch {
    int64_t now_ms;
    bool is_mail_on;
    int64_t quiet_from, quiet_to; /* of the settings, minutes of the day in China; -1: none */
    /* filled by outbox_work_claim; in the ctx's arena */
    bool is_found;       /* false: nothing may go now */
    bool is_mail;        /* else a robot's */
    int64_t batch;       /* its number */
    int64_t tries;       /* failed before */
    struct str channel;  /* "mail", "hook:12" */
    struct str email;    /* of a mail */
    struct value *hook;  /* kind, url, secret of a robot */
    struct value *items; /* id, no, rule, what, due, day, subject_kind, subject_id */
};

/* Fills the outbox from the reminders, releases what was left, and claims the next message.  Rows that need not go any
 * more are skipped; quiet hours put it off.  arg: struct outbox_batch. */
enum rc outbox_work_claim(struct ctx *ctx, struct db *db, void *batch) MUST_CHECK;

struct outbox_outcome {
    const struct outbox_batch *batch;
    int64_t now_ms;
    bool is_sent, is_refused; /* refused: trying again would not help */
    bool is_down;             /* nobody answers there: all of the channel waits */
    struct str reason;
};
enum rc outbox_work_settle(struct ctx *ctx, struct db *db, void *outcome) MUST_CHECK;
/* What was given up is tried again.  arg: int64_t now_ms. */
enum rc outbox_work_again(struct ctx *ctx, struct db *db, void *now_ms) MUST_CHECK;

/* How long to wait after so many failed tries, in milliseconds. */
int64_t outbox_pause_ms(int64_t tries);
/* When the quiet hours that hold at now end; now itself when none hold.  from and to are minutes of the day in China;
 * to may be on the next day. */
int64_t outbox_quiet_end(int64_t now_ms, int64_t from, int64_t to);

/* A robot with its address and secret in the clear, for who sends; NULL: it has none.  Both are empty when the key that
 * sealed them is not the one that is there: the administrator enters them again. */
enum rc webhook_read(struct ctx *ctx, struct db *db, int64_t id, struct value **ret_row) MUST_CHECK;

extern const struct command command_webhook_add, command_webhook_change, command_webhook_switch;

#endif
