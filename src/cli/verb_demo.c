/* verb_demo.c: loads the made-up group of data/demo into a new database, through the commands that people use.
 *
 * units.csv and people.csv in one import, users.csv with their roles, then scenario.json: documents read and confirmed,
 * and what people did with them. The sign-ins with their passwords are printed once and are nowhere kept.  A database
 * with events is never touched.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli_command.h"
#include "cli/scenario.h"
#include "intake/reader.h"
#include "intake/sheet_read.h"
#include "loop/unit.h"

enum { CSV_BYTES_MAX = 1024 * 1024 };

/* The data beside the build directory, else where the package puts them. */
static const char *find_data(struct cli *cli)
{
    char program[400];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n > 0) {
        program[n] = '\0';
        char *slash = strrchr(program, '/');
        *slash = '\0';
        const char *path = arena_format(cli->ctx.arena, "%s/../data/demo", program).p;
        if (path && access(path, R_OK) == 0)
            return path;
    }
    return "/usr/share/bihuan/demo";
}

static enum rc read_file(struct cli *cli, const char *path, struct str *ret_bytes)
{
    char *bytes = arena_alloc(cli->ctx.arena, CSV_BYTES_MAX);
    FILE *file = fopen(path, "re");
    if (!bytes || !file) {
        if (file)
            (void)fclose(file);
        return bytes ? ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_file", "%s", path) : RC_NOMEM;
    }
    size_t n = fread(bytes, 1, CSV_BYTES_MAX, file);
    bool failed = ferror(file) != 0 || n == CSV_BYTES_MAX;
    (void)fclose(file);
    *ret_bytes = (struct str){bytes, n};
    return failed ? ctx_fail_format(&cli->ctx, RC_TOO_LARGE, "error.io_detail", "%s", path) : RC_OK;
}

/* The rows of DIR/name as maps by the heads of the columns. */
static enum rc read_table(struct cli *cli, const char *directory, const char *name, struct value **ret_rows)
{
    struct arena *arena = cli->ctx.arena;
    struct str bytes;
    struct document document;
    struct sheet_grid grid;
    TRY(read_file(cli, arena_format(arena, "%s/%s", directory, name).p, &bytes));
    TRY(reader_read(&cli->ctx, bytes, str_from_cstr(name), &document));
    TRY(sheet_from_document(&cli->ctx, &document, STR_EMPTY, &grid));
    struct value *rows = value_new_list(arena);
    for (size_t i = 1; i < grid.row_count; i++) {
        struct value *row = value_add_map(arena, rows);
        value_put_int(arena, row, "row", grid.rows[i].number);
        for (size_t c = 0; c < grid.column_count; c++) {
            char *key = arena_copy_cstr(arena, grid.rows[0].cells[c]);
            if (key)
                value_put_text(arena, row, key, grid.rows[i].cells[c]);
        }
    }
    *ret_rows = rows;
    return arena_rc(arena);
}

static enum rc load_organisation(struct cli *cli, struct db *db, struct value *units, struct value *people)
{
    struct value *input = value_new_map(cli->ctx.arena), *result;
    value_put_text(cli->ctx.arena, input, "policy", STR("stop"));
    value_put(input, STR("units"), units);
    value_put(input, STR("people"), people);
    return cli_run_command(cli, db, &command_unit_import, input, &result);
}

static enum rc find_unit(struct cli *cli, struct db *db, struct str code, int64_t *ret_id)
{
    struct db_stmt *st = db_query(db, code.n ? Q_UNIT_FIND_CODE : Q_UNIT_ROOT);
    db_bind_text(st, "code", code);
    TRY(db_get_int(&cli->ctx, st, ret_id));
    return RC_OK;
}

/* The person who signs in as login: 0 when the table of people does not say. */
static enum rc find_person(struct cli *cli, struct db *db, const struct value *people, struct str login,
                           int64_t *ret_id)
{
    *ret_id = 0;
    VALUE_EACH (person, people) {
        if (!login.n || !str_equal(value_get_text(person, "login"), login))
            continue;
        int64_t unit_id;
        TRY(find_unit(cli, db, value_get_text(person, "unit_code"), &unit_id));
        struct db_stmt *st = db_query(db, Q_PERSON_FIND);
        db_bind_text(st, "name", value_get_text(person, "name"));
        db_bind_int(st, "unit_id", unit_id);
        return db_get_int(&cli->ctx, st, ret_id);
    }
    return RC_OK;
}

static int64_t label_of(struct str name)
{
    return str_equal(name, STR("work_secret")) ? LABEL_WORK_SECRET
           : str_equal(name, STR("public"))    ? LABEL_PUBLIC
                                               : LABEL_INTERNAL;
}

/* Makes the accounts; *ret_lines is what is printed at the end. */
static enum rc load_users(struct cli *cli, struct db *db, const struct value *users, const struct value *people,
                          struct value **ret_lines)
{
    struct arena *arena = cli->ctx.arena;
    *ret_lines = value_new_list(arena);
    VALUE_EACH (row, users) {
        struct cli_user user = {.login = value_get_text(row, "login"),
                                .name = value_get_text(row, "name"),
                                .role = value_get_text(row, "role"),
                                .unit_code = arena_copy_cstr(arena, value_get_text(row, "unit_code")),
                                .clearance = label_of(value_get_text(row, "clearance"))};
        struct str password;
        TRY(find_person(cli, db, people, user.login, &user.person_id));
        TRY(cli_add_user(cli, db, &user, &password));
        value_add_text(arena, *ret_lines,
                       arena_format(arena, "%-16.*s %.*s  %-14.*s %.*s", STR_ARG(user.login), STR_ARG(password),
                                    STR_ARG(user.role), STR_ARG(user.name)));
    }
    return arena_rc(arena);
}

/* What people did, day by day until today: scenario.json.  The clock then stands where it begins. */
static enum rc open_story(struct cli *cli, const char *directory, int32_t today, struct scenario **ret_story)
{
    struct str text;
    TRY(read_file(cli, arena_format(cli->ctx.arena, "%s/scenario.json", directory).p, &text));
    return scenario_open(cli, directory, text, today, ret_story);
}

static enum rc demo(struct cli *cli)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct str given = cli_take_option(cli, "--data"), until = cli_take_option(cli, "--today");
    struct scenario *story;
    int32_t today = clock_today();
    struct value *units, *people, *users, *lines;
    int64_t events;
    TRY(cli_check_used(cli, 0));
    if (until.n && !date_parse(until, &today))
        return ctx_fail_format(&cli->ctx, RC_BAD_REQUEST, "field.not_a_date", "%.*s", STR_ARG(until));
    const char *directory = given.n ? given.p : find_data(cli);
    TRY(read_table(cli, directory, "units.csv", &units));
    TRY(read_table(cli, directory, "people.csv", &people));
    TRY(read_table(cli, directory, "users.csv", &users));
    TRY(cli_open_db(cli, DB_CREATE, &db));
    TRY(db_get_int(&cli->ctx, db_query(db, Q_EVENT_COUNT), &events));
    if (events)
        return ctx_fail_format(&cli->ctx, RC_CONFLICT, "cli.not_empty", "%.*s",
                               STR_ARG(settings_hide_password(cli->ctx.arena, cli->settings.db)));
    TRY(open_story(cli, directory, today, &story));
    TRY(load_organisation(cli, db, units, people));
    TRY(load_users(cli, db, users, people, &lines));
    TRY(scenario_run(story, db));
    cli_print("%zu units, %zu people", value_count(units), value_count(people));
    cli_print("%s", "");
    VALUE_EACH (line, lines) {
        cli_print("%.*s", STR_ARG(line->text));
    }
    return RC_OK;
}

int verb_demo(struct cli *cli)
{
    enum rc rc = demo(cli);
    clock_set_ms(0);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
