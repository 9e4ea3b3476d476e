/* maintain.c: whole-database work: list of tables, check, backup; see db.h. */
#include "db/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

extern char **environ;

enum { ENV_MAX = 1024, OUTPUT_BYTES_MAX = 400 };

/* Virtual tables and what they keep beside them (full text) are made from other tables. */
static const char *const list_tables[DB_ENGINE_COUNT] = {
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' "
    "ESCAPE '\\' ORDER BY name",
    "SELECT c.relname::text COLLATE \"C\" AS name FROM pg_class c WHERE c.relnamespace = "
    "current_schema()::regnamespace "
    "AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1",
};

static bool is_local(struct str name)
{
    if (str_equal_cstr(name, "schema_migration"))
        return true;
    for (int i = 0; i < db_catalog.local_table_count; i++)
        if (str_equal_cstr(name, db_catalog.local_tables[i]))
            return true;
    return false;
}

enum rc db_list_tables(struct ctx *ctx, struct db *db, struct value **ret_names)
{
    struct value *rows, *names = value_new_list(ctx->arena);
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, str_from_cstr(list_tables[db->ops->engine]), &st));
    TRY(db_rows(ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct str name = value_get_text(row, "name");
        if (!is_local(name))
            (void)value_add_text(ctx->arena, names, name);
    }
    TRY(arena_rc(ctx->arena));
    *ret_names = names;
    return RC_OK;
}

enum rc db_check(struct ctx *ctx, struct db *db, struct value **ret_problems)
{
    struct value *problems = value_new_list(ctx->arena);
    TRY(db->ops->check(ctx, db, problems));
    TRY(arena_rc(ctx->arena));
    *ret_problems = problems;
    return RC_OK;
}

static enum rc sync_one(struct ctx *ctx, const char *path, int flags)
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    int failed = fd < 0 ? errno : fsync(fd) != 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return failed ? ctx_fail_format(ctx, RC_IO, NULL, "%s: %s", path, strerror(failed)) : RC_OK;
}

/* Makes the file's content and its directory entry durable. */
static enum rc sync_path(struct ctx *ctx, const char *path)
{
    TRY(sync_one(ctx, path, 0));
    const char *slash = strrchr(path, '/');
    struct str dir = {path, slash ? (size_t)(slash - path) : 0};
    const char *dir_path = !slash ? "." : dir.n ? arena_copy_cstr(ctx->arena, dir) : "/";
    return dir_path ? sync_one(ctx, dir_path, O_DIRECTORY) : RC_NOMEM;
}

/* Fills an empty file beside the wanted name and gives it that name only when all is well. */
static enum rc backup_over(struct ctx *ctx, struct db *db, const char *part, const char *path)
{
    TRY(db->ops->backup(ctx, db, part));
    TRY(sync_path(ctx, part));
    if (link(part, path) != 0) /* unlike rename, never over an existing file */
        return ctx_fail_format(ctx, errno == EEXIST ? RC_CONFLICT : RC_IO, NULL, "%s: %s", path, strerror(errno));
    return sync_path(ctx, path);
}

enum rc db_backup(struct ctx *ctx, struct db *db, struct str to_path)
{
    const char *path = arena_copy_cstr(ctx->arena, to_path);
    struct str part = arena_format(ctx->arena, "%.*s.part", STR_ARG(to_path));
    TRY(arena_rc(ctx->arena));
    if (db_is_failing(ctx))
        return RC_DB;
    struct stat info;
    if (lstat(path, &info) == 0)
        return ctx_fail_format(ctx, RC_CONFLICT, NULL, "%s exists", path);
    int fd = open(part.p, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return ctx_fail_format(ctx, errno == EEXIST ? RC_CONFLICT : RC_IO, NULL, "%s: %s", part.p, strerror(errno));
    close(fd);
    enum rc rc = backup_over(ctx, db, part.p, path);
    (void)unlink(part.p);
    return rc;
}

/* Starts argv[0] from PATH with standard error into a pipe. */
static int spawn_program(char *const argv[], char **envp, int error_fd, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    (void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, error_fd, 2);
    int failed = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, envp);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

enum rc db_run_program(struct ctx *ctx, char *const argv[], char *const envp[])
{
    char **all = ARENA_NEW_ARRAY(ctx->arena, char *, ENV_MAX + 1);
    if (!all)
        return arena_rc(ctx->arena);
    int count = 0, pipe_fds[2];
    for (int i = 0; envp[i] && count < ENV_MAX; i++) /* first: getenv takes the first of a name */
        all[count++] = envp[i];
    for (int i = 0; environ[i] && count < ENV_MAX; i++)
        all[count++] = environ[i];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return ctx_fail_format(ctx, RC_IO, NULL, "%s: %s", argv[0], strerror(errno));
    pid_t pid = 0;
    int failed = spawn_program(argv, all, pipe_fds[1], &pid);
    close(pipe_fds[1]);
    char output[OUTPUT_BYTES_MAX], block[512];
    size_t used = 0;
    ssize_t n;
    while (!failed && ((n = read(pipe_fds[0], block, sizeof block)) > 0 || (n < 0 && errno == EINTR))) {
        size_t take = n < 0 ? 0 : (size_t)n < sizeof output - used ? (size_t)n : sizeof output - used;
        memcpy(output + used, block, take);
        used += take;
    }
    close(pipe_fds[0]);
    if (failed)
        return ctx_fail_format(ctx, RC_IO, NULL, "%s: %s", argv[0], strerror(failed));
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return RC_OK;
    return ctx_fail_format(ctx, RC_DB, NULL, "%s: %.*s", argv[0], (int)used, output);
}
