/* verb_compare.c: a bulletin against the document that its source was read from. */
#include "cli/cli.h"
#include "serve/bulletin_compare.h"
#include "serve/messages.h"

enum { CSV_MAX = 64 << 20 };

static struct str word(struct cli *cli, const char *prefix, struct str code)
{
    return message_find(cli_lang(), arena_format(cli->ctx.arena, "%s.%.*s", prefix, STR_ARG(code)));
}

static void print_all(struct cli *cli, const struct value *result)
{
    VALUE_EACH (row, value_get(result, "counts"))
        cli_print("%.*s: %lld -> %lld", STR_ARG(word(cli, "draft.compare.count", value_get_text(row, "what"))),
                  (long long)value_get_int(row, "before", 0), (long long)value_get_int(row, "after", 0));
    VALUE_EACH (row, value_get(result, "rows"))
        cli_print("%.*s %.*s [%.*s]: \"%.*s\" -> \"%.*s\"",
                  STR_ARG(word(cli, "draft.compare.what", value_get_text(row, "what"))),
                  STR_ARG(value_get_text(row, "place")),
                  STR_ARG(word(cli, "draft.compare.field", value_get_text(row, "field"))),
                  STR_ARG(value_get_text(row, "before")), STR_ARG(value_get_text(row, "after")));
    struct str args[2] = {arena_format(cli->ctx.arena, "%lld", (long long)value_get_int(result, "differences", 0)),
                          arena_format(cli->ctx.arena, "%lld", (long long)value_get_int(result, "by_width", 0))};
    cli_print("%.*s", STR_ARG(message_format(cli->ctx.arena, cli_lang(), STR("bulletin.compare_summary"), args, 2)));
}

static enum rc run(struct cli *cli, struct str path)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct filestore *files;
    struct value *row, *result = NULL;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, CSV_MAX);
    TRY(cli_check_used(cli, 1));
    TRY(cli_open_db(cli, DB_READ, &db));
    struct db_stmt *st = db_query(db, Q_BULLETIN_FIND);
    db_bind_text(st, "no", str_from_cstr(cli->argv[0]));
    TRY(db_first_row(&cli->ctx, st, &row));
    if (!row)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_bulletin", "%s", cli->argv[0]);
    TRY(cli_open_files(cli, &files));
    enum rc rc = bulletin_compare(&cli->ctx, db, files, NULL, row, &result);
    filestore_close(files);
    TRY(rc);
    if (!result)
        return ctx_fail_key(&cli->ctx, RC_INVALID, "bulletin.compare_none");
    print_all(cli, result);
    if (!path.p)
        return RC_OK;
    bulletin_compare_csv(&cli->ctx, cli_lang(), result, &out);
    TRY(buf_rc(&out));
    return cli_write_file(cli, path.p, buf_str(&out));
}

int verb_compare(struct cli *cli)
{
    struct str path = cli_take_option(cli, "--out");
    enum rc rc = run(cli, path);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
