/* verb_map.c: the mind map of a source as a file. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "publish/mindmap.h"
#include "record/actor.h"

enum { MAP_BYTES_MAX = 256 << 20 };

static enum rc find_source(struct cli *cli, struct db *db, struct actor *actor, int64_t *ret_id)
{
    struct db_stmt *st = db_query(db, Q_MAP_SOURCE_FIND);
    actor_bind_scope(st, actor, PERM_BOARD_READ);
    db_bind_text(st, "no", str_from_cstr(cli->argv[0]));
    enum rc rc = db_get_int(&cli->ctx, st, ret_id);
    return rc == RC_NOT_FOUND ? ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_source", "%s", cli->argv[0]) : rc;
}

static enum rc run(struct cli *cli, struct str format_name, struct str group, struct str path)
{
    struct map_request request = {.lang = LANG_ZH, .today = clock_today()};
    struct actor actor = actor_program();
    struct map_view view = {.level = MAP_LEVELS, .is_whole = true};
    enum map_format format = MAP_SVG;
    struct mindmap map;
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, MAP_BYTES_MAX);
    if ((format_name.p && !map_format_find(format_name, &format)) ||
        (group.p && !map_group_find(group, &request.group)))
        return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "cli.bad_choice", "%.*s",
                               STR_ARG(format_name.p ? format_name : group));
    TRY(cli_check_used(cli, 1));
    TRY(cli_open_db(cli, DB_READ, &db));
    TRY(find_source(cli, db, &actor, &request.source_id));
    TRY(map_read(&cli->ctx, db, &actor, PERM_BOARD_READ, &request, &view, &map));
    TRY(map_write(&map, format, &out));
    if (path.p)
        return cli_write_file(cli, path.p, buf_str(&out));
    return fwrite(out.p, 1, out.n, stdout) == out.n ? RC_OK : RC_IO;
}

int verb_map(struct cli *cli)
{
    struct str format = cli_take_option(cli, "--format"), group = cli_take_option(cli, "--group");
    struct str path = cli_take_option(cli, "--out");
    enum rc rc = run(cli, format, group, path);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
