/* sender.h: sends what the outbox holds: mails and messages of robots.
 *
 * The running server has a thread for it; `bihuan send` does one pass.  Several servers on one database share the work:
 * each claims what it sends (loop/outbox.h).
 */
#ifndef BIHUAN_SERVE_SENDER_H
#define BIHUAN_SERVE_SENDER_H

#include "record/writer.h"
#include "serve/post.h"
#include "serve/settings.h"

/* How a job is run: writer_run, or writer_run_once on a connection. */
typedef enum rc (*sender_job_run)(void *arg, struct write_job *job);

struct sender_counts {
    int64_t sent, again, failed; /* messages */
};
/* Sends until nothing may go any more.  RC_CONFIG when a setting is wrong; what a single message met is in its row. */
enum rc sender_pass(struct ctx *ctx, const struct settings *settings, sender_job_run run, void *arg,
                    struct sender_counts *ret_counts) MUST_CHECK;

/* Sends one message at once, outside of the outbox. */
struct post_result sender_test_mail(struct arena *arena, const struct settings *settings, struct str to);
/* hook: kind, url, secret. */
struct post_result sender_test_hook(struct arena *arena, const struct settings *settings, const struct value *hook);
/* "22:00-07:00" as minutes of the day; empty: -1, -1.  False when it is nothing of the kind. */
bool sender_read_quiet(struct str text, int64_t *ret_from, int64_t *ret_to);

struct sender;
/* Starts the thread; writer and settings must outlive it.  RC_NOMEM. */
enum rc sender_start(struct writer *writer, const struct settings *settings, struct sender **ret_sender) MUST_CHECK;
/* Ends after the message that is being sent; takes NULL. */
void sender_stop(struct sender *sender);

#endif
