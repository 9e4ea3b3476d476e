/* log_sync.h: answers the jobs of the writer once the log of SQLite that holds them is on the disk.
 *
 * The writer commits a group and hands it over; a thread here syncs the log and answers while the writer runs the next
 * group.  Groups that come during a sync share the next one.  See decision 0015.
 */
#ifndef BIHUAN_RECORD_LOG_SYNC_H
#define BIHUAN_RECORD_LOG_SYNC_H

#include "record/writer.h"

struct log_sync;

/* db: the writer's connection, opened with DB_WRITE_LATE; it must live longer.  RC_NOMEM. */
enum rc log_sync_start(struct db *db, struct log_sync **ret_sync) MUST_CHECK;
/* Jobs of one commit, in a list; calls done of each when they are durable.  A job without a failure of its own gets
 * RC_IO when the log cannot be synced. */
void log_sync_add(struct log_sync *sync, struct write_job *group);
/* The log could not be synced: nothing more may be written by this process. */
bool log_sync_has_failed(struct log_sync *sync);
/* Answers what it has, then ends; takes NULL. */
void log_sync_stop(struct log_sync *sync);

#endif
