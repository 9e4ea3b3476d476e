/* crash_fixture.c: see crash_fixture.h. */
#include "crash_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "intake/import.h"
#include "loop/unit.h"
#include "record/writer.h"

static void require(struct ctx *ctx, enum rc rc, const char *what)
{
    if (rc == RC_OK)
        return;
    printf("not ok 1 - %s: %s\n1..1\n", what, rc_name(rc));
    for (const struct ctx_issue *issue = ctx->first; issue; issue = issue->next)
        fprintf(stderr, "%.*s %.*s\n", STR_ARG(issue->key), STR_ARG(issue->args[0]));
    exit(1);
}

static int64_t run_command(struct ctx *ctx, struct db *db, const struct command *command, const struct value *raw)
{
    struct actor program = actor_program();
    struct value *input = NULL;
    require(ctx, command_read_input(ctx, command, raw, &input), command->name);
    struct write_job job = {.command = command, .ctx = ctx, .actor = &program, .input = input};
    require(ctx, writer_run_once(db, &job), command->name);
    return value_get_int(job.result, "id", 0);
}

void crash_make_source(const char *url, int64_t *ret_source_id)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(64 << 20);
    struct ctx ctx = {.arena = arena};
    struct db *db CLEANUP(db_close_ptr) = NULL;
    require(&ctx, db_open(&ctx, str_from_cstr(url), DB_CREATE, &db), "open");
    require(&ctx, db_migrate(&ctx, db), "migrate");
    require(&ctx, db_begin(&ctx, db, true), "begin");
    require(&ctx, actor_sync_roles(&ctx, db), "roles");
    require(&ctx, db_commit(&ctx, db), "commit");
    struct value *unit = value_new_map(arena);
    value_put_text(arena, unit, "code", STR("ROOT"));
    value_put_text(arena, unit, "name", STR("Group"));
    int64_t root = run_command(&ctx, db, &command_unit_create, unit);
    struct import_result read = {.media_type = "text/plain", .title = STR("crash")};
    (void)snprintf(read.file_sha256, sizeof read.file_sha256, "%064d", 1);
    (void)snprintf(read.draft_sha256, sizeof read.draft_sha256, "%064d", 2);
    int64_t draft =
        run_command(&ctx, db, &command_draft_open,
                    import_make_input(arena, &read, STR("crash.txt"), root, LABEL_INTERNAL, STR("inspection")));
    struct value *confirm = value_new_map(arena);
    value_put_int(arena, confirm, "id", draft);
    struct value *tree = value_put_map(arena, confirm, "draft");
    value_put_map(arena, tree, "source");
    struct value *finding = value_add_map(arena, value_put_list(arena, tree, "findings"));
    value_put_text(arena, finding, "title", STR("first"));
    *ret_source_id = run_command(&ctx, db, &command_draft_confirm, confirm);
}

int64_t crash_count_missing(const char *url, const int64_t *ids, size_t count)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(64 << 20);
    struct ctx ctx = {.arena = arena};
    struct db *db CLEANUP(db_close_ptr) = NULL;
    int64_t missing = 0;
    require(&ctx, db_open(&ctx, str_from_cstr(url), DB_READ, &db), "open");
    require(&ctx, db_begin(&ctx, db, false), "begin");
    for (size_t i = 0; i < count; i++) {
        struct db_stmt *st = db_query(db, Q_FINDING_GET_ANY);
        db_bind_int(st, "id", ids[i]);
        bool is_row;
        require(&ctx, db_step(&ctx, st, &is_row), "read");
        missing += !is_row;
        db_reset(st);
    }
    db_rollback(db);
    return missing;
}
