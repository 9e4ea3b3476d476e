/* sqlite_log.h: a VFS for the connection of a server's writer (mode DB_WRITE_LATE), see sqlite_log.c. */
#ifndef BIHUAN_DB_SQLITE_LOG_H
#define BIHUAN_DB_SQLITE_LOG_H

#define SQLITE_LOG_VFS "bihuan-log"

/* Makes it known to SQLite; any number of times. */
void sqlite_log_register(void);
/* conn: an sqlite3.  Its next sync of the log is a real one: before pages are copied out of the log, which must not
 * reach the database file before they are durable in it.  Nothing for a connection with another VFS. */
void sqlite_log_sync_next(void *conn);

#endif
