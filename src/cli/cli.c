/* cli.c: what the verbs share; see cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "loop/notice.h"
#include "loop/vault.h"
#include "publish/paper_list.h"
#include "record/actor.h"
#include "serve/messages.h"

enum lang cli_lang(void)
{
    static const char *const names[] = {"BIHUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0 ? LANG_ZH : LANG_EN;
    }
    return LANG_EN;
}

enum rc cli_use_directory(struct cli *cli, struct str dir)
{
    char *path = arena_copy_cstr(cli->ctx.arena, dir);
    if (!path)
        return RC_NOMEM;
    if (!dir.n || mkdir(path, 0777) == 0 || errno == EEXIST)
        return RC_OK;
    return ctx_fail_format(&cli->ctx, RC_IO, "error.io_detail", "%s: %s", path, strerror(errno));
}

enum rc cli_write_file(struct cli *cli, const char *path, struct str bytes)
{
    FILE *file = fopen(path, "wbe");
    bool is_written = file && fwrite(bytes.p, 1, bytes.n, file) == bytes.n;
    if (file && fclose(file) != 0)
        is_written = false;
    return is_written ? RC_OK : ctx_fail_format(&cli->ctx, RC_IO, "error.io_detail", "%s", path);
}

int cli_fail(struct cli *cli, enum rc rc)
{
    enum lang lang = cli_lang();
    if (!cli->ctx.first)
        (void)fprintf(stderr, "bihuan: %.*s\n", STR_ARG(message_of_rc(lang, rc)));
    for (const struct ctx_issue *issue = cli->ctx.first; issue; issue = issue->next) {
        struct str text = message_of_issue_coded(cli->ctx.arena, lang, issue);
        (void)fprintf(stderr, "bihuan: %.*s%s%.*s%s%.*s\n", STR_ARG(issue->place), issue->place.n ? ": " : "",
                      STR_ARG(issue->field), issue->field.n ? ": " : "", STR_ARG(text));
    }
    return rc_exit_code(rc);
}

static void take(struct cli *cli, int at, int count)
{
    for (int i = at; i + count < cli->argc; i++)
        cli->argv[i] = cli->argv[i + count];
    cli->argc -= count;
}

struct str cli_take_option(struct cli *cli, const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < cli->argc; i++) {
        const char *arg = cli->argv[i];
        if (strncmp(arg, name, n) != 0)
            continue;
        if (arg[n] == '=') {
            struct str value = str_from_cstr(arg + n + 1);
            take(cli, i, 1);
            return value;
        }
        if (arg[n] == '\0' && i + 1 < cli->argc) {
            struct str value = str_from_cstr(cli->argv[i + 1]);
            take(cli, i, 2);
            return value;
        }
    }
    return STR_EMPTY;
}

bool cli_take_flag(struct cli *cli, const char *name)
{
    for (int i = 0; i < cli->argc; i++) {
        if (strcmp(cli->argv[i], name) == 0) {
            take(cli, i, 1);
            return true;
        }
    }
    return false;
}

enum rc cli_check_used(struct cli *cli, int expected)
{
    if (cli->argc < expected)
        return ctx_fail_key(&cli->ctx, RC_BAD_REQUEST, "cli.too_few");
    for (int i = 0; i < cli->argc; i++)
        if (i >= expected || (cli->argv[i][0] == '-' && cli->argv[i][1] == '-'))
            return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.unexpected", "%s", cli->argv[i]);
    return RC_OK;
}

enum rc cli_open_db(struct cli *cli, enum db_mode mode, struct db **ret_db)
{
    struct db *db = NULL;
    vault_use(settings_comment_key(cli->ctx.arena, &cli->settings));
    notice_keep(cli->settings.notice_keep_days);
    settings_use_limits(&cli->settings);
    TRY(paper_lists_use(&cli->ctx, cli->settings.paper_lists));
    TRY(db_open(&cli->ctx, cli->settings.db, mode, &db));
    enum rc rc = RC_OK;
    if (mode == DB_CREATE)
        rc = db_migrate(&cli->ctx, db);
    if (rc == RC_OK && mode == DB_CREATE)
        rc = db_begin(&cli->ctx, db, true);
    if (rc == RC_OK && mode == DB_CREATE) {
        rc = actor_sync_roles(&cli->ctx, db);
        if (rc == RC_OK)
            rc = db_commit(&cli->ctx, db);
    }
    if (rc != RC_OK) {
        db_close(db);
        return rc;
    }
    *ret_db = db;
    return RC_OK;
}

enum rc cli_open_files(struct cli *cli, struct filestore **ret_files)
{
    return filestore_open(&cli->ctx, settings_files_directory(cli->ctx.arena, &cli->settings), ret_files);
}

void cli_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    (void)putchar('\n');
}
