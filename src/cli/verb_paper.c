/* verb_paper.c: papers of a source as files, with the shipped templates or with one of the office; nothing is kept in
 * the database. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "publish/oscal_write.h"
#include "publish/paper_make.h"
#include "record/actor.h"
#include "serve/template_read.h"

enum { BYTES_MAX = 512 << 20, TEMPLATE_MAX = 32 << 20 };

static enum rc write_out(struct cli *cli, struct str dir, const char *name, const char *format, struct str bytes)
{
    struct str path = arena_format(cli->ctx.arena, "%.*s/%s.%s", STR_ARG(dir.n ? dir : STR(".")), name, format);
    TRY(cli_write_file(cli, path.p, bytes));
    cli_print("%.*s", STR_ARG(path));
    return RC_OK;
}

static enum rc read_template(struct cli *cli, struct str path, struct str *ret_bytes)
{
    FILE *file = fopen(arena_copy_cstr(cli->ctx.arena, path), "rbe");
    struct stat about;
    if (!file || fstat(fileno(file), &about) != 0 || about.st_size > TEMPLATE_MAX) {
        if (file)
            (void)fclose(file);
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_file", "%.*s", STR_ARG(path));
    }
    char *bytes = arena_alloc(cli->ctx.arena, (size_t)about.st_size + 1);
    size_t n = bytes ? fread(bytes, 1, (size_t)about.st_size, file) : 0;
    (void)fclose(file);
    *ret_bytes = (struct str){bytes, n};
    return arena_rc(cli->ctx.arena);
}

static enum rc write_kind(struct cli *cli, const struct paper_snapshot *snapshot, enum paper_kind kind,
                          struct str template_path, struct str dir)
{
    const char *name = paper_kind_row(kind)->kind;
    struct paper_order order = {.kind = kind,
                                .snapshot_seq = snapshot->seq,
                                .data_json = snapshot->json,
                                .digest = str_from_cstr(snapshot->digest)};
    struct paper_made made;
    order.open = template_path.n ? template_open_sandboxed : NULL;
    TRY(template_path.n ? read_template(cli, template_path, &order.template_docx)
                        : paper_shipped(&cli->ctx, kind, &order.template_docx));
    enum rc rc = paper_render(&cli->ctx, &order, &made);
    if (rc == RC_OK)
        rc = write_out(cli, dir, name, "docx", buf_str(&made.docx));
    if (rc == RC_OK)
        rc = write_out(cli, dir, name, "pdf", buf_str(&made.pdf));
    if (rc == RC_OK)
        rc = write_out(cli, dir, name, "ofd", buf_str(&made.ofd));
    if (rc == RC_OK && made.xlsx.n)
        rc = write_out(cli, dir, name, "xlsx", buf_str(&made.xlsx));
    VALUE_EACH (fault, made.faults)
        cli_print("%s: %.*s", name, STR_ARG(fault->text));
    paper_made_done(&made);
    return rc;
}

static enum rc write_oscal(struct cli *cli, const struct paper_snapshot *snapshot, struct str dir)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, BYTES_MAX);
    TRY(oscal_write(&cli->ctx, snapshot, &out));
    return write_out(cli, dir, "poam", "json", buf_str(&out));
}

static enum rc run(struct cli *cli, struct str kind_name, struct str template_path, struct str dir)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct actor actor = actor_program();
    struct paper_snapshot snapshot;
    enum paper_kind kind = PAPER_PLAN;
    int64_t id;
    bool is_oscal = str_equal(kind_name, STR("oscal")), is_data = str_equal(kind_name, STR("data"));
    TRY(cli_check_used(cli, 1));
    TRY(cli_open_db(cli, DB_READ, &db)); /* brings the lists of the office too */
    if (!is_oscal && !is_data && kind_name.n &&
        (!paper_kind_find(kind_name, &kind) || paper_kind_row(kind)->subject != PAPER_OF_SOURCE))
        return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.bad_choice", "%.*s", STR_ARG(kind_name));
    struct db_stmt *st = db_query(db, Q_MAP_SOURCE_FIND);
    actor_bind_scope(st, &actor, PERM_BOARD_READ);
    db_bind_text(st, "no", str_from_cstr(cli->argv[0]));
    if (db_get_int(&cli->ctx, st, &id) != RC_OK)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_source", "%s", cli->argv[0]);
    TRY(db_begin(&cli->ctx, db, false));
    TRY(paper_take(&cli->ctx, db, &actor, PAPER_OF_SOURCE, id, date_text(cli->ctx.arena, clock_today()), NULL,
                   &snapshot));
    db_rollback(db);
    TRY(cli_use_directory(cli, dir));
    if (is_oscal)
        return write_oscal(cli, &snapshot, dir);
    if (is_data)
        return write_out(cli, dir, "data", "json", snapshot.json);
    for (int i = 0; i < paper_kind_count(); i++)
        if (paper_kind_row((enum paper_kind)i)->subject == PAPER_OF_SOURCE &&
            (!kind_name.n || kind == (enum paper_kind)i))
            TRY(write_kind(cli, &snapshot, (enum paper_kind)i, template_path, dir));
    return RC_OK;
}

int verb_paper(struct cli *cli)
{
    struct str kind = cli_take_option(cli, "--kind"), dir = cli_take_option(cli, "--out");
    struct str template_path = cli_take_option(cli, "--template");
    enum rc rc = template_path.n && !kind.n ? ctx_fail_key(&cli->ctx, RC_BAD_REQUEST, "cli.template_kind")
                                            : run(cli, kind, template_path, dir);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
