/* verb_backup.c: backup and restore.
 *
 * A backup is a directory: bihuan.db (SQLite) or bihuan.dump (PostgreSQL), files/, and MANIFEST with the SHA-256 of the
 * database copy, the number of events and the hash of the organisation chain.  It is verified after writing; restore
 * verifies again before anything is put in place.  The database comes last, in one step: until then nothing but stored
 * files has come to the target, which harm nobody and are there for the next try.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "record/maintain.h"
#include "text/digest.h"

enum { COPY_CHUNK = 256 * 1024 };

static enum rc fail_path(struct cli *cli, const char *path)
{
    return ctx_fail_format(&cli->ctx, RC_IO, "error.io_detail", "%s: %s", path, strerror(errno));
}

static enum rc digest_file(struct cli *cli, const char *path, char hex[DIGEST_TEXT_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_path(cli, path);
    struct digest digest CLEANUP(digest_done) = {0};
    uint8_t sum[DIGEST_BYTES];
    char *chunk = arena_alloc(cli->ctx.arena, COPY_CHUNK);
    enum rc rc = chunk ? digest_init(&digest, DIGEST_SHA256) : RC_NOMEM;
    ssize_t got = 0;
    while (rc == RC_OK && (got = read(fd, chunk, COPY_CHUNK)) > 0)
        digest_update(&digest, chunk, (size_t)got);
    if (rc == RC_OK && got < 0)
        rc = fail_path(cli, path);
    if (rc == RC_OK)
        rc = digest_final(&digest, sum);
    if (rc == RC_OK)
        (void)digest_format(sum, hex);
    close(fd);
    return rc;
}

/* Copies a stored file, checking its digest on the way. */
static enum rc copy_file(struct ctx *ctx, struct filestore *from, struct filestore *to, struct str sha256)
{
    int fd;
    int64_t size;
    char name[FILESTORE_NAME_BYTES];
    TRY(filestore_open_file(ctx, from, sha256, &fd, &size));
    enum rc rc = filestore_put_fd(ctx, to, fd, 0, size, name);
    close(fd);
    TRY(rc);
    return str_equal_cstr(sha256, name) ? RC_OK
                                        : ctx_fail_format(ctx, RC_CHAIN, "file.digest_wrong", "%.*s", STR_ARG(sha256));
}

/* Copies every stored file that the database names. */
static enum rc copy_files(struct cli *cli, struct db *db, struct filestore *from, struct filestore *to,
                          int64_t *ret_count)
{
    struct str after = STR("");
    for (;;) {
        struct db_stmt *st = db_query(db, Q_FILE_LIST);
        db_bind_text(st, "after", after);
        struct value *rows;
        TRY(db_rows(&cli->ctx, st, &rows));
        if (value_count(rows) == 0)
            return RC_OK;
        VALUE_EACH (row, rows) {
            after = value_get_text(row, "sha256");
            TRY(copy_file(&cli->ctx, from, to, after));
            ++*ret_count;
        }
    }
}

static enum rc check_copy(struct cli *cli, struct str url, struct filestore *files, struct check_result *ret_result)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    TRY(db_open(&cli->ctx, url, DB_READ, &db));
    TRY(maintain_check(&cli->ctx, db, files, ret_result));
    VALUE_EACH (problem, ret_result->list) {
        (void)ctx_fail_format(&cli->ctx, RC_CHAIN, "cli.problem", "%.*s", STR_ARG(problem->text));
    }
    return ret_result->problems ? RC_CHAIN : RC_OK;
}

static enum rc write_manifest(struct cli *cli, const char *directory, const char *database, const char *hex,
                              int64_t events, int64_t files)
{
    const char *path = arena_format(cli->ctx.arena, "%s/MANIFEST", directory).p;
    FILE *file = fopen(path, "wxe");
    if (!file)
        return fail_path(cli, path);
    (void)fprintf(file, "bihuan %s\ndatabase %s\nsha256 %s\nevents %lld\nfiles %lld\n", BIHUAN_VERSION, database, hex,
                  (long long)events, (long long)files);
    bool failed = fflush(file) != 0 || fsync(fileno(file)) != 0;
    failed |= fclose(file) != 0;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    failed |= fd < 0 || fsync(fd) != 0;
    if (fd >= 0)
        close(fd);
    return failed ? fail_path(cli, path) : RC_OK;
}

static enum rc backup(struct cli *cli, const char *directory)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct filestore *from = NULL, *to = NULL;
    TRY(cli_open_db(cli, DB_READ, &db));
    if (mkdir(directory, 0700) != 0)
        return fail_path(cli, directory);
    bool is_sqlite = db_get_engine(db) == DB_SQLITE;
    const char *name = is_sqlite ? "bihuan.db" : "bihuan.dump";
    struct str path = arena_format(cli->ctx.arena, "%s/%s", directory, name);
    /* The database first: every file that its copy names was stored before. */
    TRY(db_backup(&cli->ctx, db, path));
    TRY(cli_open_files(cli, &from));
    int64_t count = 0;
    char hex[DIGEST_TEXT_BYTES];
    enum rc rc = filestore_open(&cli->ctx, arena_format(cli->ctx.arena, "%s/files", directory), &to);
    struct check_result result = {0};
    if (rc == RC_OK)
        rc = copy_files(cli, db, from, to, &count);
    if (rc == RC_OK && is_sqlite)
        rc = check_copy(cli, path, to, &result);
    if (rc == RC_OK) /* last: opening the copy for the check turns it to WAL, which changes its head */
        rc = digest_file(cli, path.p, hex);
    filestore_close(from);
    filestore_close(to);
    TRY(rc);
    if (!is_sqlite)
        TRY(db_get_int(&cli->ctx, db_query(db, Q_EVENT_COUNT), &result.events));
    TRY(write_manifest(cli, directory, name, hex, result.events, count));
    cli_print("%s: %lld events, %lld files, verified", directory, (long long)result.events, (long long)count);
    return RC_OK;
}

int verb_backup(struct cli *cli)
{
    enum rc rc = cli_check_used(cli, 1);
    if (rc == RC_OK)
        rc = backup(cli, cli->argv[0]);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}

struct manifest {
    char name[32]; /* of the copy of the database */
    char sha256[DIGEST_TEXT_BYTES];
    long long events, files;
};

static enum rc read_manifest(struct cli *cli, const char *directory, struct manifest *ret_manifest)
{
    const char *path = arena_format(cli->ctx.arena, "%s/MANIFEST", directory).p;
    FILE *file = fopen(path, "re");
    if (!file)
        return fail_path(cli, path);
    char version[64];
    int found = fscanf(file, "bihuan %63s database %31s sha256 %64s events %lld files %lld", version,
                       ret_manifest->name, ret_manifest->sha256, &ret_manifest->events, &ret_manifest->files);
    (void)fclose(file);
    return found == 5 ? RC_OK : ctx_fail_format(&cli->ctx, RC_DAMAGED, "cli.bad_manifest", "%s", path);
}

static bool is_postgres(struct str url)
{
    return str_has_prefix(url, STR("postgresql://")) || str_has_prefix(url, STR("postgres://"));
}

/* The file that a URL of an SQLite database names. */
static struct str file_of(struct str url)
{
    static const char *const schemes[] = {"sqlite://", "sqlite:"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (str_has_prefix(url, str_from_cstr(schemes[i])))
            return str_slice(url, strlen(schemes[i]), url.n);
    return url;
}

/* The target must not hold a database of ours; an empty PostgreSQL database is what is wanted there.  The log of a file
 * that is gone would be taken for the restored file's own and be written into it. */
static enum rc check_target_free(struct cli *cli)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    struct str url = cli->settings.db, file = file_of(url);
    struct db *target = NULL;
    struct stat info;
    if (db_open(&cli->ctx, url, DB_READ, &target) == RC_OK) {
        db_close(target);
        return ctx_fail_format(&cli->ctx, RC_CONFLICT, "cli.db_exists", "%.*s",
                               STR_ARG(settings_hide_password(cli->ctx.arena, url)));
    }
    ctx_clear_issues(&cli->ctx);
    for (size_t i = 0; !is_postgres(url) && i < sizeof ends / sizeof ends[0]; i++) {
        struct str path = arena_concat(cli->ctx.arena, file, str_from_cstr(ends[i]));
        TRY(arena_rc(cli->ctx.arena));
        if (lstat(path.p, &info) == 0)
            return ctx_fail_format(&cli->ctx, RC_CONFLICT, "cli.db_exists", "%.*s", STR_ARG(path));
    }
    return RC_OK;
}

struct copying {
    struct filestore *from, *to;
    int64_t count;
};

static enum rc copy_visited(void *arg, struct ctx *ctx, struct str name)
{
    struct copying *copying = arg;
    copying->count++;
    return copy_file(ctx, copying->from, copying->to, name);
}

/* All files of the backup, as many as there were, into the settings' store: a file that is missing or damaged ends the
 * restore while there is no database yet. */
static enum rc restore_files(struct cli *cli, struct filestore *from, int64_t expected)
{
    struct copying copying = {.from = from};
    TRY(cli_open_files(cli, &copying.to));
    enum rc rc = filestore_each(&cli->ctx, from, copy_visited, &copying);
    filestore_close(copying.to);
    TRY(rc);
    struct str args[2] = {arena_format(cli->ctx.arena, "%lld", (long long)copying.count),
                          arena_format(cli->ctx.arena, "%lld", (long long)expected)};
    return copying.count == expected
               ? RC_OK
               : ctx_fail(&cli->ctx, RC_DAMAGED, "cli.backup_files", STR_EMPTY, STR_EMPTY, args, 2);
}

static enum rc restore_sqlite(struct cli *cli, struct str path, struct filestore *from, const struct manifest *manifest,
                              struct check_result *ret_result)
{
    struct db *source CLEANUP(db_close_ptr) = NULL;
    TRY(check_copy(cli, path, from, ret_result));
    TRY(restore_files(cli, from, manifest->files));
    TRY(db_open(&cli->ctx, path, DB_READ, &source));
    return db_backup(&cli->ctx, source, file_of(cli->settings.db));
}

/* Threat: a session that was ended after the backup was made would hold again. */
static enum rc end_all_sessions(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    TRY(db_open(&cli->ctx, cli->settings.db, DB_WRITE, &db));
    TRY(db_begin(&cli->ctx, db, true));
    struct db_stmt *st = db_query(db, Q_SESSION_DELETE_OLD);
    db_bind_int(st, "seen_before", INT64_MAX);
    db_bind_int(st, "created_before", INT64_MAX);
    TRY(db_run(&cli->ctx, st));
    return db_commit(&cli->ctx, db);
}

/* The dump goes in in one transaction; only then can what it names be compared with the files, which are all there. */
static enum rc restore_postgres(struct cli *cli, struct str path, struct filestore *from,
                                const struct manifest *manifest, struct check_result *ret_result)
{
    TRY(restore_files(cli, from, manifest->files));
    TRY(db_restore_postgres(&cli->ctx, cli->settings.db, path));
    TRY(end_all_sessions(cli));
    return check_copy(cli, cli->settings.db, from, ret_result);
}

static enum rc restore(struct cli *cli, const char *directory)
{
    char have[DIGEST_TEXT_BYTES];
    struct manifest manifest;
    struct filestore *from = NULL;
    struct check_result result = {0};
    TRY(read_manifest(cli, directory, &manifest));
    bool is_dump = strcmp(manifest.name, "bihuan.dump") == 0;
    if ((!is_dump && strcmp(manifest.name, "bihuan.db") != 0) || is_dump != is_postgres(cli->settings.db))
        return ctx_fail_format(&cli->ctx, RC_UNSUPPORTED, "cli.restore_engine", "%s", manifest.name);
    struct str path = arena_format(cli->ctx.arena, "%s/%s", directory, manifest.name);
    TRY(digest_file(cli, path.p, have));
    if (strcmp(manifest.sha256, have) != 0)
        return ctx_fail_format(&cli->ctx, RC_CHAIN, "file.digest_wrong", "%s", path.p);
    TRY(check_target_free(cli));
    TRY(filestore_open(&cli->ctx, arena_format(cli->ctx.arena, "%s/files", directory), &from));
    enum rc rc = is_dump ? restore_postgres(cli, path, from, &manifest, &result)
                         : restore_sqlite(cli, path, from, &manifest, &result);
    filestore_close(from);
    TRY(rc);
    if (!is_dump)
        TRY(end_all_sessions(cli));
    struct str shown = settings_hide_password(cli->ctx.arena, cli->settings.db);
    cli_print("%.*s: %lld events, %lld files, verified", STR_ARG(shown), (long long)result.events, manifest.files);
    return RC_OK;
}

int verb_restore(struct cli *cli)
{
    enum rc rc = cli_check_used(cli, 1);
    if (rc == RC_OK)
        rc = restore(cli, cli->argv[0]);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
