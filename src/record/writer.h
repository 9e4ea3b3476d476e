/* writer.h: runs commands in transactions and answers only when they are durable.
 *
 * SQLite: one thread takes whatever jobs wait, runs each inside a savepoint of one transaction, commits once (group
 * commit); a second thread syncs the log (one sync for what was committed before it) and only then calls done.
 * PostgreSQL: several threads, a transaction a job; the server groups the commits.  A failed job is rolled back alone.
 *
 * done runs on one of these threads and must be short: hand the job on.
 */
#ifndef BIHUAN_RECORD_WRITER_H
#define BIHUAN_RECORD_WRITER_H

#include "record/command.h"

struct writer;

struct write_job {
    struct write_job *next;                                     /* the writer's own */
    const struct command *command;                              /* NULL: run `work` instead */
    enum rc (*work)(struct ctx *ctx, struct db *db, void *arg); /* bookkeeping of local tables: sessions, jobs */
    void *arg;
    struct ctx *ctx; /* the request's; belongs to the writer until done */
    const struct actor *actor;
    const struct value *input;
    struct value *result;
    enum rc rc; /* outcome, valid in done */
    void (*done)(struct write_job *job);
    void *user;
};

struct writer_config {
    struct str url;
    int threads;   /* PostgreSQL connections for writing; SQLite always has one */
    int group_max; /* most jobs in one commit */
    int queue_max; /* more waiting jobs are refused with RC_BUSY */
};

/* Opens its connections and starts its threads.  RC_NOT_FOUND, RC_DB, RC_NOMEM. */
enum rc writer_start(struct ctx *ctx, const struct writer_config *config, struct writer **ret_writer) MUST_CHECK;
/* Hands a job over; RC_BUSY when the queue is full or the writer is stopping (done is then not called). */
enum rc writer_submit(struct writer *writer, struct write_job *job) MUST_CHECK;
/* Submits and waits; for the command line and tests.  done is not used. */
enum rc writer_run(struct writer *writer, struct write_job *job) MUST_CHECK;
/* Finishes waiting jobs, stops; takes NULL. */
void writer_stop(struct writer *writer);
/* The disk has refused the log: every job fails with RC_IO until the program is started again. */
bool writer_has_failed(struct writer *writer);
/* Jobs waiting, commits made and jobs done so far, for metrics. */
void writer_get_counts(struct writer *writer, int64_t *ret_waiting, int64_t *ret_commits, int64_t *ret_jobs);

/* One job in one transaction on the caller's own connection: command line, tests. */
enum rc writer_run_once(struct db *db, struct write_job *job) MUST_CHECK;

#endif
