/* sqlite_log.c: the write-ahead log as the one writer of a server writes it; see sqlite_log.h.
 *
 * SQLite writes each page of a commit with two calls, a head of 24 bytes and the page.  Here they are gathered and go
 * out in one.  SQLite tells other connections of a commit only after the sync that ends it, so nobody looks for bytes
 * that are still here.  That sync itself is left to db_sync_log, but for two: when the log begins anew its head must be
 * on the disk before the first page behind it, or what was there before could be read as the newest again; and before
 * pages are copied into the database file the log must hold them.
 */
#include "db/sqlite_log.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

/* The engine's own VFS writes at most 0x1ffff bytes in one call and takes a multiple of 0x20000 for nothing at all. */
enum { GATHER_BYTES = 124 * 1024, LOG_HEAD_BYTES = 32 };

struct gathered {
    sqlite3_file base; /* first: SQLite sees only this */
    sqlite3_file *real;
    char *bytes; /* of `n` from offset `at` on, not written yet */
    sqlite3_int64 at;
    int n;
    bool is_sync_due; /* the next sync is a real one: a head is new, or pages are about to be copied */
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs log_vfs;
static pthread_once_t is_registered = PTHREAD_ONCE_INIT;

static struct gathered *of(sqlite3_file *file) { return (struct gathered *)(void *)file; }

static int flush(struct gathered *log)
{
    int n = log->n;
    log->n = 0; /* also after a failure: the commit fails with it, and SQLite writes these places again */
    return n ? log->real->pMethods->xWrite(log->real, log->bytes, n, log->at) : SQLITE_OK;
}

static int log_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    struct gathered *log = of(file);
    if (at == 0 && n == LOG_HEAD_BYTES)
        log->is_sync_due = true;
    if (log->n && (at != log->at + log->n || n > GATHER_BYTES - log->n)) {
        int code = flush(log);
        if (code != SQLITE_OK)
            return code;
    }
    if (n > GATHER_BYTES)
        return log->real->pMethods->xWrite(log->real, bytes, n, at);
    if (!log->n)
        log->at = at;
    memcpy(log->bytes + log->n, bytes, (size_t)n);
    log->n += n;
    return SQLITE_OK;
}

static int log_sync(sqlite3_file *file, int flags)
{
    struct gathered *log = of(file);
    int code = flush(log);
    if (code != SQLITE_OK || !log->is_sync_due)
        return code;
    code = log->real->pMethods->xSync(log->real, flags);
    log->is_sync_due = code != SQLITE_OK;
    return code;
}

static int log_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    struct gathered *log = of(file);
    int code = flush(log);
    return code == SQLITE_OK ? log->real->pMethods->xRead(log->real, to, n, at) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 n)
{
    struct gathered *log = of(file);
    int code = flush(log);
    return code == SQLITE_OK ? log->real->pMethods->xTruncate(log->real, n) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *ret_n)
{
    struct gathered *log = of(file);
    int code = flush(log);
    return code == SQLITE_OK ? log->real->pMethods->xFileSize(log->real, ret_n) : code;
}

static int log_close(sqlite3_file *file)
{
    struct gathered *log = of(file);
    int code = flush(log), closed = log->real->pMethods->xClose(log->real);
    alloc_free(log->bytes);
    return code == SQLITE_OK ? closed : code;
}

static int log_control(sqlite3_file *file, int what, void *arg)
{
    return of(file)->real->pMethods->xFileControl(of(file)->real, what, arg);
}

static int log_sector(sqlite3_file *file) { return of(file)->real->pMethods->xSectorSize(of(file)->real); }

static int log_traits(sqlite3_file *file) { return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real); }

/* Version 1: a log is neither locked nor mapped. */
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

/* The log gets our methods; every other file is the system's own. */
static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL))
        return real_vfs->xOpen(real_vfs, name, file, flags, ret_flags);
    struct gathered *log = of(file);
    memset(log, 0, sizeof *log);
    log->real = (sqlite3_file *)(void *)(log + 1);
    log->bytes = alloc_new(GATHER_BYTES);
    int code = log->bytes ? real_vfs->xOpen(real_vfs, name, log->real, flags, ret_flags) : SQLITE_NOMEM;
    if (code == SQLITE_OK)
        log->base.pMethods = &log_methods;
    else
        alloc_free(log->bytes);
    return code;
}

static void register_vfs(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    log_vfs = *real_vfs;
    log_vfs.pNext = NULL;
    log_vfs.zName = SQLITE_LOG_VFS;
    log_vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct gathered);
    log_vfs.xOpen = vfs_open;
    (void)sqlite3_vfs_register(&log_vfs, 0);
}

void sqlite_log_register(void) { (void)pthread_once(&is_registered, register_vfs); }

void sqlite_log_sync_next(void *conn)
{
    sqlite3_file *file = NULL;
    (void)sqlite3_file_control(conn, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&file);
    if (file && file->pMethods == &log_methods)
        of(file)->is_sync_due = true;
}
