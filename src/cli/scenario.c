/* scenario.c: see scenario.h. */
#include "cli/scenario.h"

#include "base/clock.h"
#include "cli/cli_import.h"
#include "intake/import.h"
#include "serve/page.h"
#include "text/json.h"

enum { STEP_MS = 60 * 1000, PATH_PARTS = 3, MINUTE_DIGITS = 5 };

struct scenario {
    struct cli *cli;
    struct db *db;
    const char *directory;
    struct value *saved;    /* results by name */
    const struct value *it; /* of "for" */
    int64_t now_ms;         /* 0: the real clock */
};

static enum rc unknown(struct scenario *s, struct str word)
{
    return ctx_fail_format(&s->cli->ctx, RC_NOT_FOUND, "cli.scenario_unknown", "%.*s", STR_ARG(word));
}

/* ---- names -------------------------------------------------------------------------------------------------- */

static const struct noun {
    const char *name;
    enum query query;
} nouns[] = {{"unit", Q_SCENARIO_UNIT},     {"person", Q_SCENARIO_PERSON},   {"account", Q_SCENARIO_ACCOUNT},
             {"source", Q_SCENARIO_SOURCE}, {"finding", Q_SCENARIO_FINDING}, {"measure", Q_SCENARIO_MEASURE},
             {"task", Q_SCENARIO_TASK}};

/* "@finding/LY-2026-001-001" */
static enum rc look_up(struct scenario *s, struct str word, int64_t *ret_id)
{
    struct str rest = str_slice(word, 1, word.n), parts[PATH_PARTS] = {STR_EMPTY, STR_EMPTY, STR_EMPTY};
    for (int i = 0; i < PATH_PARTS; i++)
        if (!str_split_next(&rest, '/', &parts[i]))
            break;
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++) {
        if (!str_equal_cstr(parts[0], nouns[i].name))
            continue;
        struct db_stmt *st = db_query(s->db, nouns[i].query);
        db_bind_text(st, "a", parts[1]);
        db_bind_text(st, "b", parts[2]);
        enum rc rc = db_get_int(&s->cli->ctx, st, ret_id);
        return rc == RC_NOT_FOUND ? unknown(s, word) : rc;
    }
    return unknown(s, word);
}

/* "@it", "@it.KEY", "@SAVED.KEY"; NULL when there is no such thing. */
static const struct value *find_saved(struct scenario *s, struct str word)
{
    size_t dot = str_find_byte(word, '.', 0);
    struct str name = str_slice(word, 1, dot);
    const struct value *v = str_equal(name, STR("it")) ? s->it : value_get_str(s->saved, name);
    return dot == SIZE_MAX ? v : value_get_str(v, str_slice(word, dot + 1, word.n));
}

static enum rc fill(struct scenario *s, const struct value *from, struct value **ret);

static enum rc fill_text(struct scenario *s, const struct value *from, struct value **ret)
{
    struct arena *arena = s->cli->ctx.arena;
    struct str word = from->text;
    /* "@finding/@it": the item first. */
    size_t it = str_find(word, STR("/@it"), 0);
    if (it != SIZE_MAX && s->it) {
        const struct value *v = find_saved(s, str_slice(word, it + 1, word.n));
        if (!v || v->kind != VALUE_TEXT)
            return unknown(s, word);
        word = arena_format(arena, "%.*s/%.*s", (int)it, word.p, STR_ARG(v->text));
    }
    if (str_find_byte(word, '/', 0) != SIZE_MAX) {
        int64_t id;
        TRY(look_up(s, word, &id));
        *ret = value_new_int(arena, id);
        return RC_OK;
    }
    const struct value *v = find_saved(s, word);
    if (!v)
        return unknown(s, word);
    if (v->kind == VALUE_TEXT && v->text.n && v->text.p[0] == '@' && v != from)
        return fill(s, v, ret);
    *ret = value_copy(arena, v);
    return RC_OK;
}

/* A copy of a tree with every "@..." replaced by what it names. */
static enum rc fill(struct scenario *s, const struct value *from, struct value **ret)
{
    struct arena *arena = s->cli->ctx.arena;
    if (from->kind == VALUE_TEXT && from->text.n > 1 && from->text.p[0] == '@')
        return fill_text(s, from, ret);
    if (from->kind != VALUE_LIST && from->kind != VALUE_MAP) {
        *ret = value_copy(arena, from);
        return RC_OK;
    }
    struct value *to = from->kind == VALUE_LIST ? value_new_list(arena) : value_new_map(arena);
    VALUE_EACH (child, from) {
        struct value *filled;
        TRY(fill(s, child, &filled));
        if (from->kind == VALUE_LIST)
            value_add(to, filled);
        else
            value_put(to, child->key, filled);
    }
    *ret = to;
    return arena_rc(arena);
}

/* ---- steps -------------------------------------------------------------------------------------------------- */

/* "2026-07-08 09:00", China time. */
static enum rc set_clock(struct scenario *s, struct str at)
{
    int32_t day;
    int64_t hour = 0, minute = 0;
    struct str time = str_trim(str_slice(at, DATE_TEXT_BYTES - 1, at.n));
    bool is_good = date_parse(str_slice(at, 0, DATE_TEXT_BYTES - 1), &day);
    if (is_good && time.n)
        is_good = time.n == MINUTE_DIGITS && str_parse_int64(str_slice(time, 0, 2), &hour) &&
                  str_parse_int64(str_slice(time, 3, MINUTE_DIGITS), &minute);
    if (!is_good)
        return unknown(s, at);
    s->now_ms = (((int64_t)day * 24 + hour) * 60 + minute) * STEP_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000;
    clock_set_ms(s->now_ms);
    return RC_OK;
}

static enum rc import(struct scenario *s, struct str name)
{
    struct filestore *files = NULL;
    int64_t root;
    struct str path = arena_format(s->cli->ctx.arena, "%s/%.*s", s->directory, STR_ARG(name));
    TRY(db_get_int(&s->cli->ctx, db_query(s->db, Q_UNIT_ROOT), &root));
    TRY(cli_open_files(s->cli, &files));
    enum rc rc = cli_import_document(s->cli, s->db, files, path.p, root, LABEL_INTERNAL, true);
    filestore_close(files);
    return rc;
}

static enum rc load_actor(struct scenario *s, struct str login, struct actor *ret_actor)
{
    int64_t id;
    if (!login.n) {
        *ret_actor = actor_program();
        return RC_OK;
    }
    struct db_stmt *st = db_query(s->db, Q_SCENARIO_ACCOUNT);
    db_bind_text(st, "a", login);
    enum rc rc = db_get_int(&s->cli->ctx, st, &id);
    if (rc == RC_NOT_FOUND)
        return unknown(s, login);
    TRY(rc);
    return actor_load(&s->cli->ctx, s->db, id, ret_actor);
}

static enum rc run_command(struct scenario *s, const struct value *step)
{
    struct ctx *ctx = &s->cli->ctx;
    struct str name = value_get_text(step, "do"), save = value_get_text(step, "save");
    const struct command *command = command_find_name(name);
    const struct value *with = value_get(step, "with");
    struct value *raw = value_new_map(ctx->arena), *input;
    struct actor actor;
    if (!command)
        return unknown(s, name);
    if (with)
        TRY(fill(s, with, &raw));
    TRY(load_actor(s, value_get_text(step, "as"), &actor));
    TRY(command_read_input(ctx, command, raw, &input));
    struct write_job job = {.command = command, .ctx = ctx, .actor = &actor, .input = input};
    TRY(writer_run_once(s->db, &job));
    if (save.n)
        value_set(s->saved, save, job.result);
    return RC_OK;
}

static enum rc run_step(struct scenario *s, const struct value *step)
{
    if (s->now_ms)
        clock_set_ms(s->now_ms += STEP_MS);
    struct str at = value_get_text(step, "at"), file = value_get_text(step, "import");
    if (at.n)
        TRY(set_clock(s, at));
    if (file.n)
        TRY(import(s, file));
    if (!value_get_text(step, "do").n)
        return RC_OK;
    const struct value *items = value_get(step, "for");
    if (!items)
        return run_command(s, step);
    VALUE_EACH (item, items) {
        s->it = item;
        TRY(run_command(s, step));
    }
    s->it = NULL;
    return RC_OK;
}

enum rc scenario_run(struct cli *cli, struct db *db, const char *directory, struct str text)
{
    struct scenario s = {.cli = cli, .db = db, .directory = directory, .saved = value_new_map(cli->ctx.arena)};
    struct value *steps;
    TRY(json_parse(&cli->ctx, text, &steps));
    int number = 0;
    enum rc rc = RC_OK;
    VALUE_EACH (step, steps) {
        number++;
        rc = run_step(&s, step);
        if (rc != RC_OK) {
            struct str what = value_get_text(step, "do");
            struct str args[] = {arena_format(cli->ctx.arena, "%d", number), what};
            (void)ctx_fail(&cli->ctx, rc, "cli.scenario_step", STR_EMPTY, STR_EMPTY, args, 2);
            break;
        }
    }
    clock_set_ms(0);
    return rc;
}
