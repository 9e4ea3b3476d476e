/* scenario.c: see scenario.h. */
#include "cli/scenario.h"

#include <stdio.h>

#include "base/clock.h"
#include "calendar/calendar.h"
#include "cli/cli_import.h"
#include "intake/import.h"
#include "loop/comment.h"
#include "loop/evidence.h"
#include "loop/letter.h"
#include "loop/tick.h"
#include "record/filestore.h"
#include "serve/file_kind.h"
#include "serve/page.h"
#include "text/json.h"

enum { STEP_MS = 60 * 1000, PATH_PARTS = 3, MINUTE_DIGITS = 5, FILE_BYTES_MAX = 1024 * 1024 };

struct scenario {
    struct cli *cli;
    struct db *db;
    const char *directory;
    const struct value *steps;
    const struct value *lists; /* items that several steps go through, by name; or NULL */
    struct value *saved;       /* results by name */
    const struct value *it;    /* of "for" */
    int64_t now_ms;            /* 0: the real clock */
    int64_t shift;             /* working days from the day on which the story ends to today */
};

static enum rc unknown(struct scenario *s, struct str word)
{
    return ctx_fail_format(&s->cli->ctx, RC_NOT_FOUND, "cli.scenario_unknown", "%.*s", STR_ARG(word));
}

/* ---- days ---------------------------------------------------------------------------------------------------- */

/* The story ends on the day of loading: each of its days moves by as many working days, and one that is free becomes
 * the next that is not. */
static int32_t shift_day(const struct scenario *s, int32_t day)
{
    if (!s->shift)
        return day;
    while (!calendar_is_working_day(day))
        day++;
    for (int64_t n = s->shift; n != 0;) {
        day += n > 0 ? 1 : -1;
        if (calendar_is_working_day(day))
            n += n > 0 ? -1 : 1;
    }
    return day;
}

static struct str shift_text(const struct scenario *s, int32_t day)
{
    char *text = arena_alloc(s->cli->ctx.arena, DATE_TEXT_BYTES);
    return text ? date_format(shift_day(s, day), text) : STR_EMPTY;
}

static int64_t count_shift(int32_t from, int32_t to)
{
    return to >= from ? calendar_count_working_days(from, to, false, NULL)
                      : -calendar_count_working_days(to, from, false, NULL);
}

/* ---- names -------------------------------------------------------------------------------------------------- */

static const struct noun {
    const char *name;
    enum query query;
} nouns[] = {{"unit", Q_SCENARIO_UNIT},       {"person", Q_SCENARIO_PERSON},
             {"account", Q_SCENARIO_ACCOUNT}, {"source", Q_SCENARIO_SOURCE},
             {"finding", Q_SCENARIO_FINDING}, {"measure", Q_SCENARIO_MEASURE},
             {"task", Q_SCENARIO_TASK},       {"report", Q_SCENARIO_REPORT},
             {"review", Q_SCENARIO_REVIEW},   {"letter", Q_SCENARIO_LETTER},
             {"hang", Q_SCENARIO_HANG},       {"check", Q_SCENARIO_CHECK},
             {"answer", Q_SCENARIO_ANSWER},   {"scorecard", Q_SCENARIO_SCORECARD},
             {"cascade", Q_SCENARIO_CASCADE}, {"lookback_item", Q_SCENARIO_LOOKBACK_ITEM},
             {"node", Q_SCENARIO_NODE}};

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

static enum rc rewrite(struct scenario *s, const struct value *from, bool has_names, struct value **ret);

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
    /* An item is part of the story: its names and days are read as in a step.  A saved result is as it came out. */
    bool is_item = str_equal(word, STR("@it")) || str_has_prefix(word, STR("@it."));
    if (v != from && (is_item || (v->kind == VALUE_TEXT && v->text.n && v->text.p[0] == '@')))
        return rewrite(s, v, true, ret);
    *ret = value_copy(arena, v);
    return RC_OK;
}

/* A copy of a tree with every day moved and, with has_names, every "@..." replaced by what it names. */
static enum rc rewrite(struct scenario *s, const struct value *from, bool has_names, struct value **ret)
{
    struct arena *arena = s->cli->ctx.arena;
    int32_t day;
    if (has_names && from->kind == VALUE_TEXT && from->text.n > 1 && from->text.p[0] == '@')
        return fill_text(s, from, ret);
    if (from->kind == VALUE_TEXT && date_parse(from->text, &day)) {
        *ret = value_new_text(arena, shift_text(s, day));
        return arena_rc(arena);
    }
    if (from->kind != VALUE_LIST && from->kind != VALUE_MAP) {
        *ret = value_copy(arena, from);
        return RC_OK;
    }
    struct value *to = from->kind == VALUE_LIST ? value_new_list(arena) : value_new_map(arena);
    VALUE_EACH (child, from) {
        struct value *filled;
        TRY(rewrite(s, child, has_names, &filled));
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
static enum rc read_time(struct scenario *s, struct str at, int64_t *ret_ms)
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
    *ret_ms = (((int64_t)shift_day(s, day) * 24 + hour) * 60 + minute) * STEP_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000;
    return RC_OK;
}

static enum rc set_clock(struct scenario *s, struct str at)
{
    TRY(read_time(s, at, &s->now_ms));
    clock_set_ms(s->now_ms);
    return RC_OK;
}

/* A draft's days: what a document says of its dates moves with the story; its text stays as it is. */
static enum rc adjust_draft(void *arg, const struct value *draft, struct value **ret_draft)
{
    struct scenario *s = arg;
    if (!s->shift) {
        *ret_draft = value_copy(s->cli->ctx.arena, draft);
        return arena_rc(s->cli->ctx.arena);
    }
    return rewrite(s, draft, false, ret_draft);
}

static enum rc import(struct scenario *s, struct str name)
{
    struct filestore *files = NULL;
    int64_t root;
    struct str path = arena_format(s->cli->ctx.arena, "%s/%.*s", s->directory, STR_ARG(name));
    TRY(db_get_int(&s->cli->ctx, db_query(s->db, Q_UNIT_ROOT), &root));
    TRY(cli_open_files(s->cli, &files));
    enum rc rc = cli_import_document(s->cli, s->db, files, path.p, root, LABEL_INTERNAL, true, adjust_draft, s);
    filestore_close(files);
    return rc;
}

/* ---- the day's work of the program, and files -------------------------------------------------------------------- */

static enum rc run_batch(void *arg, struct write_job *job) { return writer_run_once(arg, job); }

static enum rc read_bytes(struct scenario *s, const char *path, struct str *ret_bytes)
{
    char *bytes = arena_alloc(s->cli->ctx.arena, FILE_BYTES_MAX);
    FILE *file = fopen(path, "re");
    if (!bytes || !file) {
        if (file)
            (void)fclose(file);
        return bytes ? ctx_fail_format(&s->cli->ctx, RC_NOT_FOUND, "cli.no_file", "%s", path) : RC_NOMEM;
    }
    size_t n = fread(bytes, 1, FILE_BYTES_MAX, file);
    bool failed = ferror(file) != 0 || n == FILE_BYTES_MAX;
    (void)fclose(file);
    *ret_bytes = (struct str){bytes, n};
    return failed ? ctx_fail_format(&s->cli->ctx, RC_TOO_LARGE, "error.io_detail", "%s", path) : RC_OK;
}

static enum rc run_tick(struct scenario *s, struct str date)
{
    int32_t day;
    return date_parse(date, &day) ? tick_run_all(shift_text(s, day), run_batch, NULL, s->db) : unknown(s, date);
}

/* Stores a file of the directory "evidence" as evidence is stored: what the command is told of it goes into raw. */
static enum rc put_file(struct scenario *s, struct str command, struct str name, struct value *raw)
{
    struct arena *arena = s->cli->ctx.arena;
    struct filestore *files = NULL;
    char digest[FILESTORE_NAME_BYTES];
    const struct file_kind *kind;
    struct str bytes;
    TRY(read_bytes(s, arena_format(arena, "%s/evidence/%.*s", s->directory, STR_ARG(name)).p, &bytes));
    TRY(file_kind_find(&s->cli->ctx, name, bytes, bytes, &kind));
    TRY(cli_open_files(s->cli, &files));
    enum rc rc = filestore_put(&s->cli->ctx, files, bytes, digest);
    filestore_close(files);
    TRY(rc);
    bool is_letter = str_equal_cstr(command, command_letter_attach.name);
    value_put_text(arena, raw, is_letter ? "file_sha256" : "sha256", arena_format(arena, "%s", digest));
    if (!value_get(raw, "file_name"))
        value_put_text(arena, raw, "file_name", name);
    value_put_text(arena, raw, "media_type", str_from_cstr(kind->media_type));
    if (!is_letter)
        value_put_text(arena, raw, "format", str_from_cstr(kind->format));
    value_put_int(arena, raw, is_letter ? "file_size" : "size_bytes", (int64_t)bytes.n);
    return arena_rc(arena);
}

/* What is added by a form with a file only, or comes from the public, has no command in data/commands.def. */
static const struct command *find_command(struct str name)
{
    static const struct command *const others[] = {&command_evidence_add, &command_evidence_revise,
                                                   &command_letter_attach, &command_comment_receive};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (str_equal_cstr(name, others[i]->name))
            return others[i];
    return command_find_name(name);
}

static enum rc load_actor(struct scenario *s, struct str login, struct actor *ret_actor)
{
    struct value *row;
    if (!login.n) {
        *ret_actor = actor_program();
        return RC_OK;
    }
    struct db_stmt *st = db_query(s->db, Q_SCENARIO_ACCOUNT);
    db_bind_text(st, "a", login);
    TRY(db_first_row(&s->cli->ctx, st, &row));
    if (!row)
        return unknown(s, login);
    TRY(actor_load(&s->cli->ctx, s->db, value_get_int(row, "id", 0), ret_actor));
    ret_actor->login = login;
    ret_actor->name = value_get_text(row, "name");
    return RC_OK;
}

/* A text of the step, or of the item that "@it.KEY" names. */
static struct str item_text(struct scenario *s, const struct value *step, const char *key)
{
    struct str word = value_get_text(step, key);
    const struct value *v = str_has_prefix(word, STR("@it.")) ? find_saved(s, word) : NULL;
    return v && v->kind == VALUE_TEXT ? v->text : word;
}

static enum rc run_command(struct scenario *s, const struct value *step)
{
    struct ctx *ctx = &s->cli->ctx;
    struct str name = value_get_text(step, "do"), save = item_text(s, step, "save");
    struct str file = value_get_text(step, "file");
    const struct command *command = find_command(name);
    const struct value *with = value_get(step, "with");
    struct value *raw = value_new_map(ctx->arena), *input;
    struct actor actor;
    if (!command)
        return unknown(s, name);
    if (with)
        TRY(rewrite(s, with, true, &raw));
    if (file.n)
        TRY(put_file(s, name, file, raw));
    TRY(load_actor(s, item_text(s, step, "as"), &actor));
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
    struct str tick = value_get_text(step, "tick");
    if (at.n)
        TRY(set_clock(s, at));
    if (file.n)
        TRY(import(s, file));
    if (tick.n)
        TRY(run_tick(s, tick));
    if (!value_get_text(step, "do").n)
        return RC_OK;
    const struct value *items = value_get(step, "for");
    if (items && items->kind == VALUE_TEXT)
        items = value_get_str(s->lists, items->text);
    if (!items)
        return value_get(step, "for") ? unknown(s, value_get_text(step, "for")) : run_command(s, step);
    VALUE_EACH (item, items) {
        s->it = item;
        TRY(run_command(s, step));
    }
    s->it = NULL;
    return RC_OK;
}

/* The first step says when the story begins and on which day it ends. */
static enum rc read_frame(struct scenario *s, const struct value *steps, int32_t today)
{
    const struct value *frame = steps->kind == VALUE_LIST ? steps->items.first : NULL;
    struct str ends = value_get_text(frame, "ends");
    int32_t day;
    if (!date_parse(ends, &day))
        return unknown(s, ends);
    s->lists = value_get(frame, "lists");
    s->shift = count_shift(day, today);
    return set_clock(s, value_get_text(frame, "begins"));
}

enum rc scenario_open(struct cli *cli, const char *directory, struct str text, int32_t today,
                      struct scenario **ret_scenario)
{
    struct arena *arena = cli->ctx.arena;
    struct scenario *s = arena_alloc(arena, sizeof *s), scratch = {.cli = cli, .directory = directory};
    struct value *steps;
    scratch.saved = value_new_map(arena);
    TRY(json_parse(&cli->ctx, text, &steps));
    scratch.steps = steps;
    TRY(read_frame(&scratch, steps, today));
    TRY(arena_rc(arena));
    *s = scratch;
    *ret_scenario = s;
    return RC_OK;
}

enum rc scenario_run(struct scenario *s, struct db *db)
{
    struct cli *cli = s->cli;
    int number = 0;
    enum rc rc = RC_OK;
    s->db = db;
    for (const struct value *step = s->steps->items.first->next; step && rc == RC_OK; step = step->next) {
        number++;
        rc = run_step(s, step);
        if (rc != RC_OK) {
            struct str args[] = {arena_format(cli->ctx.arena, "%d", number), value_get_text(step, "do")};
            (void)ctx_fail(&cli->ctx, rc, "cli.scenario_step", STR_EMPTY, STR_EMPTY, args, 2);
        }
    }
    clock_set_ms(0);
    return rc;
}
