/* verb_import.c: reading a document into a draft, as the import page does; --confirm registers it at once. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli_command.h"
#include "cli/cli_import.h"
#include "intake/import.h"

static enum rc open_document(struct cli *cli, const char *path, int *ret_fd, int64_t *ret_size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_file", "%s", path);
    }
    *ret_fd = fd;
    *ret_size = st.st_size;
    return RC_OK;
}

static struct str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from_cstr(slash ? slash + 1 : path);
}

static enum rc confirm(struct cli *cli, struct db *db, const struct import_result *read, int64_t draft_id)
{
    struct arena *arena = cli->ctx.arena;
    struct value *raw = value_new_map(arena), *result;
    value_put_int(arena, raw, "id", draft_id);
    value_put(raw, STR("draft"), value_copy(arena, read->draft));
    TRY(cli_run_command(cli, db, &command_draft_confirm, raw, &result));
    struct str no = value_get_text(result, "no");
    cli_print("%.*s: %lld findings, %lld measures", STR_ARG(no), (long long)value_get_int(result, "findings", 0),
              (long long)value_get_int(result, "measures", 0));
    return RC_OK;
}

enum rc cli_import_document(struct cli *cli, struct db *db, struct filestore *files, const char *path, int64_t unit_id,
                            int64_t label, bool is_confirmed, cli_import_adjust adjust, void *arg)
{
    int fd = -1;
    int64_t size = 0;
    struct import_result read;
    struct reader_limits limits = reader_limits_default();
    limits.memory_bytes = (size_t)cli->settings.read_memory_mb << 20;
    limits.wall_ms = (unsigned)cli->settings.read_timeout_s * 1000;
    TRY(open_document(cli, path, &fd, &size));
    struct str name = base_name(path);
    enum rc rc = import_read(&cli->ctx, files, fd, 0, size, name, &limits, &read);
    close(fd);
    TRY(rc);
    if (adjust)
        TRY(adjust(arg, read.draft, &read.draft));
    struct value *input = import_make_input(cli->ctx.arena, &read, name, unit_id, label, STR("")), *result;
    TRY(cli_run_command(cli, db, &command_draft_open, input, &result));
    int64_t draft_id = value_get_int(result, "id", 0);
    cli_print("%.*s: draft %lld, %zu findings, %zu paragraphs not understood", STR_ARG(name), (long long)draft_id,
              value_count(value_get(read.draft, "findings")), value_count(value_get(read.draft, "unplaced")));
    return is_confirmed ? confirm(cli, db, &read, draft_id) : RC_OK;
}

static enum rc import(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct filestore *files = NULL;
    struct str code = cli_take_option(cli, "--unit"), label_text = cli_take_option(cli, "--label");
    struct str ledger = cli_take_option(cli, "--ledger"), policy = cli_take_option(cli, "--policy");
    struct str columns = cli_take_option(cli, "--columns");
    bool is_confirmed = cli_take_flag(cli, "--confirm");
    int64_t label = LABEL_INTERNAL;
    TRY(cli_check_used(cli, 1));
    if (label_text.n && (!str_parse_int64(label_text, &label) || label < LABEL_PUBLIC || label > LABEL_WORK_SECRET))
        return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.unexpected", "%.*s", STR_ARG(label_text));
    TRY(cli_open_db(cli, DB_WRITE, &db));
    if (ledger.n)
        return cli_import_ledger(cli, db, cli->argv[0], ledger, policy, columns);
    struct db_stmt *st = db_query(db, code.n ? Q_UNIT_FIND_CODE : Q_UNIT_ROOT);
    db_bind_text(st, "code", code);
    struct value *unit;
    TRY(db_first_row(&cli->ctx, st, &unit));
    if (!unit)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_unit", "%.*s", STR_ARG(code));
    TRY(cli_open_files(cli, &files));
    enum rc rc = cli_import_document(cli, db, files, cli->argv[0], value_get_int(unit, "id", 0), label, is_confirmed,
                                     NULL, NULL);
    filestore_close(files);
    return rc;
}

int verb_import(struct cli *cli)
{
    enum rc rc = import(cli);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
