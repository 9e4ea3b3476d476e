/* record_power_test.c: a power failure loses nothing that was answered.
 *
 * The calls by which SQLite writes are caught here (this program's symbols come before the C library's) and kept in two
 * parts for each file: what a sync has made durable, and the writes since.  A disk that loses its power holds the first
 * part and any of the writes behind it, each whole, torn or not at all, in any order.  Such a disk is put together
 * while several threads write, and must hold every change that was answered before.
 *
 * On PostgreSQL the log is the server's: only the answers are looked at.
 */
#include "record_support.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/rand.h"

enum {
    FILES_MAX = 2,
    CLIENTS = 6,
    JOBS = 400,
    FAILURES = 24,
    FAILURES_MAX = 200,
    LAST_ONLY = -1,
    SECTOR = 512,
    LOG_RESTART_MS = 200,
    SYNC_MOST_US = 3000,
    CODES_MAX = CLIENTS * JOBS
};

static struct {
    pthread_mutex_t lock;
    char codes[CODES_MAX][16];
    int count, refused;
} answered = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int count_answered(void)
{
    pthread_mutex_lock(&answered.lock);
    int n = answered.count;
    pthread_mutex_unlock(&answered.lock);
    return n;
}

/* ---- the disk ---------------------------------------------------------------------------------------------- */

/* data NULL: the file was cut to offset. */
struct disk_write {
    struct disk_write *next;
    uint64_t number;
    char *data;
    size_t n;
    off_t offset;
};

struct disk_file {
    char path[600];
    char *bytes; /* durable */
    size_t n, room;
    struct disk_write *first, *last; /* since the last sync, in their order */
};

static struct {
    pthread_mutex_t lock;
    char prefix[500]; /* of the files that are watched; "" while nobody looks */
    struct disk_file files[FILES_MAX];
    atomic_bool is_broken; /* syncs fail */
    uint64_t random, writes;
    int premature;   /* pages of the database file that the log did not hold yet, where nobody else writes */
    int writes_left; /* until the power fails behind a new head; 0: not awaited */
    int failure_count, answered[FAILURES_MAX];
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void apply(struct disk_file *file, const struct disk_write *write, size_t n)
{
    size_t end = (size_t)write->offset + n;
    if (!write->data) {
        file->n = end < file->n ? end : file->n;
        return;
    }
    if (end > file->room) {
        file->room = end * 2;
        file->bytes = realloc(file->bytes, file->room);
        assert_non_null(file->bytes);
    }
    if (end > file->n)
        memset(file->bytes + file->n, 0, end - file->n);
    memcpy(file->bytes + write->offset, write->data, n);
    file->n = end > file->n ? end : file->n;
}

/* The watched file behind fd, or NULL; the lock is held. */
static struct disk_file *file_of(int fd)
{
    char link[64], path[600];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = *disk.prefix ? readlink(link, path, sizeof path - 1) : -1;
    if (n < 0)
        return NULL;
    path[n] = '\0';
    const char *rest = path + strlen(disk.prefix);
    if (strncmp(path, disk.prefix, strlen(disk.prefix)) != 0 || (strcmp(rest, "") != 0 && strcmp(rest, "-wal") != 0))
        return NULL;
    for (int i = 0; i < FILES_MAX; i++) {
        if (!*disk.files[i].path)
            (void)snprintf(disk.files[i].path, sizeof disk.files[i].path, "%s", path);
        if (strcmp(disk.files[i].path, path) == 0)
            return &disk.files[i];
    }
    return NULL;
}

/* ---- the failure of power ------------------------------------------------------------------------------------ */

static uint64_t draw(uint64_t below)
{
    disk.random = disk.random * 6364136223846793005U + 1442695040888963407U;
    return (disk.random >> 33) % below;
}

/* Each sector reaches the disk or not, in no order. */
static void apply_torn(struct disk_file *file, const struct disk_write *write)
{
    for (size_t at = 0; at < write->n; at += SECTOR) {
        struct disk_write part = {.data = write->data + at, .offset = write->offset + (off_t)at};
        if (draw(2))
            apply(file, &part, write->n - at < SECTOR ? write->n - at : SECTOR);
    }
}

/* keep: of a hundred writes that were not durable how many have reached the disk all the same; LAST_ONLY: the newest.
 */
static void save_after_failure(const struct disk_file *file, const char *path, int keep)
{
    struct disk_file after = {.n = file->n, .room = file->n};
    after.bytes = malloc(file->n + 1);
    assert_non_null(after.bytes);
    if (file->n)
        memcpy(after.bytes, file->bytes, file->n);
    for (const struct disk_write *write = file->first; write; write = write->next) {
        if (keep == LAST_ONLY ? write != file->last : (int)draw(100) >= keep)
            continue;
        if (keep == LAST_ONLY || write->n <= SECTOR || draw(2))
            apply(&after, write, write->n);
        else
            apply_torn(&after, write);
    }
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_true(fwrite(after.bytes, 1, after.n, out) == after.n);
    assert_int_equal(fclose(out), 0);
    free(after.bytes);
}

/* Both files of one instant; the lock is held.  What was answered is counted first. */
static void cut_power(int keep)
{
    char path[700];
    if (disk.failure_count == FAILURES_MAX)
        return;
    disk.answered[disk.failure_count] = count_answered();
    for (int i = 0; i < FILES_MAX; i++) {
        if (!*disk.files[i].path)
            continue;
        (void)snprintf(path, sizeof path, "%s-%d%s", disk.prefix, disk.failure_count,
                       disk.files[i].path + strlen(disk.prefix));
        save_after_failure(&disk.files[i], path, keep);
    }
    disk.failure_count++;
}

/* The moment between the new head of a log and the first sync behind it.  The worst that can be left then are old pages
 * under the old head, up to a new one. */
static void watch_restart(const struct disk_file *file, const void *data, off_t offset)
{
    bool is_restart = data && offset == 0 && file->n > 0 && str_has_suffix(str_from_cstr(file->path), STR("-wal"));
    if (is_restart)
        disk.writes_left = 2;
    else if (disk.writes_left && --disk.writes_left == 0)
        cut_power(disk.failure_count % 4 ? LAST_ONLY : 50);
}

static void note(int fd, const void *data, size_t n, off_t offset)
{
    struct disk_file *file = file_of(fd);
    struct disk_write *write = file ? calloc(1, sizeof *write) : NULL;
    if (!write)
        return;
    write->data = data ? malloc(n + 1) : NULL;
    if (write->data)
        memcpy(write->data, data, n);
    write->n = n;
    write->number = ++disk.writes;
    write->offset = offset;
    if (file->last)
        file->last->next = write;
    else
        file->first = write;
    file->last = write;
    watch_restart(file, data, offset);
    for (int i = 0; i < FILES_MAX && strcmp(file->path, disk.prefix) == 0; i++)
        disk.premature += file != &disk.files[i] && disk.files[i].first != NULL;
}

static void drop_first(struct disk_file *file)
{
    struct disk_write *write = file->first;
    file->first = write->next;
    if (!file->first)
        file->last = NULL;
    free(write->data);
    free(write);
}

static void make_durable(struct disk_file *file, struct disk_write *write)
{
    apply(file, write, write->n);
    drop_first(file);
}

static void forget(struct disk_file *file)
{
    while (file->first)
        drop_first(file);
}

static void watch(const char *prefix)
{
    pthread_mutex_lock(&disk.lock);
    for (int i = 0; i < FILES_MAX; i++) {
        forget(&disk.files[i]);
        free(disk.files[i].bytes);
        disk.files[i] = (struct disk_file){0};
    }
    (void)snprintf(disk.prefix, sizeof disk.prefix, "%s", prefix);
    pthread_mutex_unlock(&disk.lock);
}

/* ---- the calls that are caught ------------------------------------------------------------------------------- */

/* Visible to the library of the engine, which is linked at run time. */
#define CAUGHT __attribute__((visibility("default")))
CAUGHT ssize_t pwrite64(int fd, const void *data, size_t n, off_t offset);
CAUGHT int ftruncate64(int fd, off_t n);
CAUGHT int fdatasync(int fd);
CAUGHT int fsync(int fd);

ssize_t pwrite64(int fd, const void *data, size_t n, off_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    pthread_mutex_lock(&disk.lock);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
    ssize_t done = real(fd, data, n, offset);
    if (done > 0)
        note(fd, data, (size_t)done, offset);
    pthread_mutex_unlock(&disk.lock);
    return done;
}

int ftruncate64(int fd, off_t n)
{
    static int (*real)(int, off_t);
    pthread_mutex_lock(&disk.lock);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "ftruncate64");
    int rc = real(fd, n);
    if (rc == 0)
        note(fd, NULL, 0, n);
    pthread_mutex_unlock(&disk.lock);
    return rc;
}

/* Makes durable what was written before the call; that takes a while, in which others write on. */
int fdatasync(int fd)
{
    pthread_mutex_lock(&disk.lock);
    struct disk_file *file = file_of(fd);
    uint64_t last = disk.writes;
    unsigned wait_us = file ? (unsigned)draw(SYNC_MOST_US) : 0;
    pthread_mutex_unlock(&disk.lock);
    (void)usleep(wait_us);
    pthread_mutex_lock(&disk.lock);
    bool is_broken = file && atomic_load(&disk.is_broken);
    while (file && !is_broken && file->first && file->first->number <= last)
        make_durable(file, file->first);
    pthread_mutex_unlock(&disk.lock);
    errno = EIO;
    return is_broken ? -1 : 0;
}

int fsync(int fd) { return fdatasync(fd); }

/* ---- those who write ----------------------------------------------------------------------------------------- */

struct client {
    pthread_t thread;
    struct writer *writer;
    int number;
};

static enum rc create_unit(struct writer *writer, const char *code)
{
    struct ctx ctx = {.arena = arena_new(4 << 20)};
    struct actor actor = actor_program();
    struct value *raw = value_new_map(ctx.arena), *input = NULL;
    value_put_int(ctx.arena, raw, "parent_id", 1);
    value_put_text(ctx.arena, raw, "code", str_from_cstr(code));
    value_put_text(ctx.arena, raw, "name", STR("电源"));
    enum rc rc = command_read_input(&ctx, &command_unit_create, raw, &input);
    struct write_job job = {.command = &command_unit_create, .ctx = &ctx, .actor = &actor, .input = input};
    if (rc == RC_OK)
        rc = writer_run(writer, &job);
    arena_free(ctx.arena);
    return rc;
}

static void *client_main(void *arg)
{
    struct client *client = arg;
    for (int i = 0; i < JOBS; i++) {
        char code[16];
        (void)snprintf(code, sizeof code, "P%d-%d", client->number, i);
        enum rc rc = create_unit(client->writer, code);
        pthread_mutex_lock(&answered.lock);
        if (rc == RC_OK)
            memcpy(answered.codes[answered.count++], code, sizeof code);
        else
            answered.refused++;
        pthread_mutex_unlock(&answered.lock);
    }
    return NULL;
}

/* Those who were refused count too, or nobody would wait for the end. */
static void wait_until(int wanted)
{
    for (;; (void)usleep(100)) {
        pthread_mutex_lock(&answered.lock);
        int n = answered.count + answered.refused;
        pthread_mutex_unlock(&answered.lock);
        if (n >= wanted)
            return;
    }
}

static void expect_answered(struct store *store, const char *path, int count)
{
    struct store after = *store;
    after.url = arena_format(store->ctx->arena, "%s", path);
    STORE_OK(db_open(store->ctx, after.url, DB_WRITE, &after.db));
    for (int i = 0; i < count; i++) {
        int64_t n = 0;
        struct db_stmt *st = db_query(after.db, Q_UNIT_FIND_CODE);
        db_bind_text(st, "code", str_from_cstr(answered.codes[i]));
        if (db_get_int(store->ctx, st, &n) != RC_OK)
            fail_msg("%s was answered and is lost", answered.codes[i]);
    }
    expect_clean(&after);
    db_close(after.db);
}

static struct writer *start(struct store *store)
{
    struct writer *writer = NULL;
    struct writer_config config = {.url = store->url, .threads = 1};
    STORE_OK(writer_start(store->ctx, &config, &writer));
    return writer;
}

/* Moves the fixture's database into sight: what was written before the watch began counts as durable. */
static void watch_store(struct store *store)
{
    char path[600];
    int n = snprintf(path, sizeof path, "%.*s", STR_ARG(store->url));
    assert_in_range(n, 1, sizeof path - 1);
    db_close(store->db); /* the last connection: all of it is in the one file */
    watch(path);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    struct disk_file *file = &disk.files[0];
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    file->room = 64 << 20;
    file->bytes = malloc(file->room);
    assert_non_null(file->bytes);
    file->n = fread(file->bytes, 1, file->room, in);
    assert_int_equal(fclose(in), 0);
    STORE_OK(db_open(store->ctx, store->url, DB_WRITE, &store->db));
}

STORE_TEST(power_failure_loses_nothing_that_was_answered)
{
    struct client clients[CLIENTS];
    bool is_watched = db_get_engine(store->db) == DB_SQLITE;
    answered.count = answered.refused = disk.failure_count = 0;
    disk.random = 20261129;
    make_root(store);
    if (is_watched)
        watch_store(store);
    struct writer *writer = start(store);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.writer = writer, .number = i};
        assert_int_equal(pthread_create(&clients[i].thread, NULL, client_main, &clients[i]), 0);
    }
    int restarts = 0;
    char path[700];
    for (int at = 0; is_watched && at < FAILURES; at++) {
        int wanted = (at + 1) * (CODES_MAX - 2 * CLIENTS) / (FAILURES + 1);
        wait_until(wanted);
        int64_t left; /* every other time the log begins anew a moment before */
        restarts += at % 2 && db_checkpoint(store->ctx, store->db, LOG_RESTART_MS, &left) == RC_OK;
        ctx_clear_issues(store->ctx);
        wait_until(at % 2 ? wanted + CLIENTS : wanted);
        pthread_mutex_lock(&disk.lock);
        cut_power(at % 3 == 0 ? 0 : at % 3 == 1 ? 50 : 95);
        pthread_mutex_unlock(&disk.lock);
    }
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(clients[i].thread, NULL);
    writer_stop(writer);
    watch("");
    assert_int_equal(answered.refused, 0);
    assert_int_equal(answered.count, CODES_MAX);
    if (is_watched)
        assert_int_not_equal(restarts, 0);
    for (int i = 0; i < disk.failure_count; i++) {
        (void)snprintf(path, sizeof path, "%.*s-%d", STR_ARG(store->url), i);
        expect_answered(store, path, disk.answered[i]);
    }
    if (is_watched)
        assert_in_range(disk.failure_count, FAILURES + 1, FAILURES_MAX); /* some of them behind a new head */
    expect_clean(store);
}

/* The writer itself copies the last pages, in its own time: the log may not have been synced since its last commit. */
STORE_TEST(pages_are_copied_only_when_the_log_holds_them)
{
    if (db_get_engine(store->db) != DB_SQLITE)
        return;
    make_root(store);
    watch_store(store);
    struct store late = *store;
    STORE_OK(db_open(store->ctx, store->url, DB_WRITE_LATE, &late.db));
    for (int round = 0; round < 2; round++) {
        (void)make_unit(&late, 1, round ? "second" : "first", "电源");
        int64_t left;
        disk.premature = 0;
        STORE_OK(db_checkpoint(store->ctx, late.db, LOG_RESTART_MS, &left));
        assert_int_equal(left, 0);
        assert_int_equal(disk.premature, 0);
    }
    db_close(late.db);
    watch("");
    expect_clean(store);
}

STORE_TEST(log_that_cannot_be_synced_ends_all_writing)
{
    if (db_get_engine(store->db) != DB_SQLITE)
        return;
    make_root(store);
    watch_store(store);
    struct writer *writer = start(store);
    assert_int_equal(create_unit(writer, "before"), RC_OK);
    atomic_store(&disk.is_broken, true);
    assert_int_equal(create_unit(writer, "during"), RC_IO);
    assert_true(writer_has_failed(writer));
    atomic_store(&disk.is_broken, false);
    int64_t events = event_count(store);
    assert_int_equal(create_unit(writer, "behind"), RC_IO); /* a disk that works again proves nothing */
    assert_int_equal(event_count(store), events);
    writer_stop(writer);
    watch("");
}

int main(void)
{
    return STORE_RUN(STORE_CASE(power_failure_loses_nothing_that_was_answered),
                     STORE_CASE(pages_are_copied_only_when_the_log_holds_them),
                     STORE_CASE(log_that_cannot_be_synced_ends_all_writing));
}
