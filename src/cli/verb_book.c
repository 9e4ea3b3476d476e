/* verb_book.c: workbooks of tasks for units without access: all of them into a directory; one that came back, alone, in
 * a ZIP with evidence, or in a mail. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cli_command.h"
#include "loop/book_stamp.h"
#include "loop/task_sheet.h"
#include "publish/task_book.h"
#include "record/actor.h"
#include "serve/book_return.h"
#include "serve/messages.h"

enum { BOOK_ARENA_MAX = 64 << 20, INPUT_MAX = 200 << 20 };

/* Each book in memory of its own, so that thousands of them take no more than one. */
static enum rc write_one(struct ctx *at, struct db *db, struct arena *arena, const struct value *unit, struct str dir,
                         struct str to)
{
    struct ctx ctx = {.arena = arena};
    struct book_stamp bound = {
        .unit_id = value_get_int(unit, "id", 0), .addressee = to, .made_on = date_text(arena, clock_today())};
    struct str stamp;
    struct actor actor = actor_program();
    struct value *rows;
    TRY(book_stamp_make(at, &bound, &stamp));
    struct db_stmt *st = db_query(db, Q_TASK_BOOK_ROWS);
    actor_bind_scope(st, &actor, PERM_TASK_READ);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    TRY(db_rows(&ctx, st, &rows));
    struct str path = arena_format(arena, "%.*s/%.*s.xlsx", STR_ARG(dir), STR_ARG(value_get_text(unit, "code")));
    return task_book_write(&ctx, path.p, value_get_text(unit, "name"), stamp, rows);
}

/* code: one unit only; to: for one addressee only. */
static enum rc write_all(struct cli *cli, struct str dir, struct str code, struct str to)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(BOOK_ARENA_MAX);
    struct actor actor = actor_program();
    struct value *units;
    if (!arena)
        return RC_NOMEM;
    TRY(cli_open_db(cli, DB_READ, &db));
    struct db_stmt *st = db_query(db, Q_TASK_BOOK_UNITS);
    actor_bind_scope(st, &actor, PERM_TASK_READ);
    db_bind_text(st, "today", STR_EMPTY); /* nobody asks here what is late */
    TRY(db_rows(&cli->ctx, st, &units));
    size_t written = 0;
    VALUE_EACH (unit, units) {
        if (code.n && !str_equal(code, value_get_text(unit, "code")))
            continue;
        enum rc rc = write_one(&cli->ctx, db, arena, unit, dir, to);
        written++;
        if (rc != RC_OK && cli->ctx.first)
            return rc;
        if (rc != RC_OK)
            return ctx_fail_format(&cli->ctx, rc, "error.io_detail", "%.*s", STR_ARG(value_get_text(unit, "code")));
        arena_reset(arena);
    }
    if (code.n && !written)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.book_no_unit", "%.*s", STR_ARG(code));
    cli_print("%zu", written);
    return RC_OK;
}

/* ---- back ----------------------------------------------------------------------------------------------------- */

/* Standard input may be a pipe: the readers want a file. */
static enum rc spool_input(struct cli *cli, const char *spool, int *ret_fd)
{
    char *path = arena_copy_cstr(cli->ctx.arena, arena_format(cli->ctx.arena, "%s/bihuan-mail-XXXXXX", spool)),
         piece[65536];
    int fd = path ? mkstemp(path) : -1;
    size_t sum = 0;
    ssize_t n = 0;
    if (fd < 0)
        return ctx_fail_format(&cli->ctx, RC_IO, NULL, "%s", spool);
    (void)unlink(path);
    while ((n = read(STDIN_FILENO, piece, sizeof piece)) > 0 && (sum += (size_t)n) <= INPUT_MAX)
        if (write(fd, piece, (size_t)n) != n) {
            close(fd);
            return ctx_fail_format(&cli->ctx, RC_IO, NULL, "%s", spool);
        }
    if (sum > INPUT_MAX) {
        close(fd);
        return ctx_fail_format(&cli->ctx, RC_TOO_LARGE, "reader.too_large", "%d", INPUT_MAX >> 20);
    }
    *ret_fd = fd;
    return RC_OK;
}

static enum rc read_back(struct cli *cli, struct str path, struct book_return *ret)
{
    struct filestore *files;
    const char *spool = cli->settings.spool.n ? cli->settings.spool.p : "/var/tmp";
    int fd = -1;
    if (str_equal(path, STR("-")))
        TRY(spool_input(cli, spool, &fd));
    else
        fd = open(arena_copy_cstr(cli->ctx.arena, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ctx_fail_format(&cli->ctx, RC_NOT_FOUND, "cli.no_file", "%.*s", STR_ARG(path));
    enum rc rc = cli_open_files(cli, &files);
    if (rc == RC_OK) {
        rc = book_return_read(&cli->ctx, files, spool, fd, path, NULL, ret);
        filestore_close(files);
    }
    close(fd);
    return rc;
}

/* What a sender says of himself counts for nothing alone: the book must be the one that was given out, to him if to
 * anybody.  What is wrong with it; NULL: nothing. */
static enum rc check_stamp(struct cli *cli, const struct book_return *book, struct book_stamp *ret_stamp,
                           struct str *ret_wrong)
{
    enum rc rc = book_stamp_read(&cli->ctx, book->stamp, ret_stamp);
    *ret_wrong = STR_EMPTY;
    if (rc == RC_OK && ret_stamp->addressee.n && !str_equal_nocase(ret_stamp->addressee, book->package.from))
        *ret_wrong = STR("task_mail.other_addressee");
    if (rc != RC_INVALID)
        return rc;
    *ret_wrong = cli->ctx.last->key;
    ctx_clear_issues(&cli->ctx);
    return RC_OK;
}

static enum rc is_of_unit(struct cli *cli, struct db *db, int64_t task_id, int64_t unit_id, bool *ret_is)
{
    struct value *row;
    struct db_stmt *st = db_query(db, Q_TASK_BOOK_ROW);
    db_bind_int(st, "id", task_id);
    TRY(db_first_row(&cli->ctx, st, &row));
    *ret_is = row && value_get_int(row, "unit_id", 0) == unit_id;
    return RC_OK;
}

/* Who hands in by mail must be a person of the task's unit or of a unit above it, and the task one of the book's unit:
 * any other is a fault. */
static enum rc check_sender(struct cli *cli, struct db *db, struct str from, int64_t unit_id, struct value *items,
                            const char *id_key, int64_t *faults)
{
    for (struct value *item = items->items.first; item; item = item->next) {
        struct value *row;
        bool is_asking = !str_equal(value_get_text(item, "outcome"), STR("same")) &&
                         !str_equal(value_get_text(item, "outcome"), STR("error"));
        struct db_stmt *st = is_asking ? db_query(db, Q_TASK_SHEET_SENDER) : NULL;
        if (!is_asking)
            continue;
        db_bind_int(st, "id", value_get_int(item, id_key, 0));
        db_bind_text(st, "email", from);
        TRY(db_first_row(&cli->ctx, st, &row));
        bool is_own;
        TRY(is_of_unit(cli, db, value_get_int(item, id_key, 0), unit_id, &is_own));
        if (row && is_own)
            continue;
        value_set(item, STR("outcome"), value_new_text(cli->ctx.arena, STR("error")));
        value_set(item, STR("message"),
                  value_new_text(cli->ctx.arena, is_own ? STR("task_sheet.sender") : STR("task_sheet.other_unit")));
        (*faults)++;
    }
    return arena_rc(cli->ctx.arena);
}

static void say(struct cli *cli, const char *key, const struct str *args, int count)
{
    struct str text = message_format(cli->ctx.arena, LANG_ZH, str_from_cstr(key), args, count);
    cli_print("%.*s", STR_ARG(text));
}

static struct str number(struct cli *cli, int64_t n) { return arena_format(cli->ctx.arena, "%lld", (long long)n); }

/* A line for each row and file that is told something. */
static void say_items(struct cli *cli, const struct value *items, bool is_file)
{
    VALUE_EACH (item, items) {
        struct str message = value_get_text(item, "message"), name = value_get_text(item, "name");
        if (!message.n)
            continue;
        struct str args[] = {is_file ? name : number(cli, value_get_int(item, "row", 0)), value_get_text(item, "no"),
                             message_format(cli->ctx.arena, LANG_ZH, message, &name, 1)};
        say(cli, is_file ? "task_mail.file" : "task_mail.row", args, 3);
        VALUE_EACH (more, value_get(item, "more")) {
            args[2] = message_find(LANG_ZH, more->text);
            say(cli, "task_mail.row", args, 3);
        }
    }
}

static void print_item(struct cli *cli, const struct value *item, struct str at, struct str key)
{
    struct str name = value_get_text(item, "name"),
               words = key.n ? message_format(cli->ctx.arena, LANG_ZH, key, &name, 1) : STR_EMPTY;
    cli_print("%.*s\t%.*s\t%.*s\t%.*s\t%.*s", STR_ARG(at), STR_ARG(value_get_text(item, "outcome")),
              STR_ARG(value_get_text(item, "no")), STR_ARG(key), STR_ARG(words));
}

/* For scripts: number, outcome, task, why as a key and in words; of what is not as it was. */
static void print_items(struct cli *cli, const struct value *items, bool is_file)
{
    VALUE_EACH (item, items) {
        struct str at = is_file ? value_get_text(item, "name") : number(cli, value_get_int(item, "row", 0));
        if (str_equal(value_get_text(item, "outcome"), STR("same")))
            continue;
        print_item(cli, item, at, value_get_text(item, "message"));
        VALUE_EACH (more, value_get(item, "more"))
            print_item(cli, item, at, more->text);
    }
}

/* Formulas that were not calculated, links that were not followed. */
static void say_notes(struct cli *cli, const struct value *notes)
{
    VALUE_EACH (note, notes) {
        struct str argument = note->text, key;
        if (!str_split_next(&argument, '\t', &key))
            continue;
        struct str text = message_format(cli->ctx.arena, LANG_ZH, key, &argument, 1);
        cli_print("%.*s", STR_ARG(text));
    }
}

static enum rc write_back(struct cli *cli, struct db *db, const struct book_return *back, struct value **ret_result)
{
    struct value *raw = value_new_map(cli->ctx.arena);
    value_put(raw, STR("rows"), value_copy(cli->ctx.arena, back->rows));
    value_put(raw, STR("files"), value_copy(cli->ctx.arena, back->files));
    return cli_run_command(cli, db, &command_task_sheet, raw, ret_result);
}

/* What came back, and what may be done with it. */
struct returned {
    struct db *db;
    struct book_return book;
    struct task_sheet sheet;
};

static void returned_done(struct returned *returned) { db_close(returned->db); }

static enum rc judge(struct cli *cli, struct str path, bool is_applying, struct returned *ret)
{
    struct actor actor = actor_program();
    char today[DATE_TEXT_BYTES];
    TRY(cli_open_db(cli, is_applying ? DB_WRITE : DB_READ, &ret->db));
    TRY(read_back(cli, path, &ret->book));
    return task_sheet_judge(&cli->ctx, ret->db, &actor, date_format(clock_today(), today), ret->book.rows,
                            ret->book.files, &ret->sheet);
}

static enum rc take_back(struct cli *cli, struct str path, bool is_applying)
{
    struct returned back CLEANUP(returned_done) = {0};
    struct value *result;
    TRY(judge(cli, path, is_applying, &back));
    say_notes(cli, back.book.notes);
    print_items(cli, back.sheet.rows, false);
    print_items(cli, back.sheet.files, true);
    if (!is_applying) {
        cli_print("%lld would be written, %lld stale, %lld untouched, %lld wrong", (long long)back.sheet.ready,
                  (long long)back.sheet.stale, (long long)back.sheet.same, (long long)back.sheet.faults);
        return RC_OK;
    }
    TRY(write_back(cli, back.db, &back.book, &result));
    cli_print("%lld written, %lld stale, %lld untouched, %lld files", (long long)value_get_int(result, "written", 0),
              (long long)value_get_int(result, "stale", 0), (long long)value_get_int(result, "same", 0),
              (long long)value_get_int(result, "files", 0));
    return RC_OK;
}

/* A mail, from a file or piped in by a mail server; what is printed is the answer to the sender. */
static enum rc take_mail(struct cli *cli, struct str path, bool is_applying)
{
    struct returned back CLEANUP(returned_done) = {0};
    struct value *result;
    TRY(judge(cli, path, is_applying, &back));
    struct task_sheet *sheet = &back.sheet;
    struct str from = back.book.package.from;
    if (back.book.package.kind != PACKAGE_MAIL || !from.n)
        return ctx_fail_key(&cli->ctx, RC_INVALID, "task_mail.no_sender");
    struct book_stamp stamp = {0};
    struct str wrong;
    TRY(check_stamp(cli, &back.book, &stamp, &wrong));
    if (wrong.n) { /* nothing of the register is told to whom the book was not given */
        say(cli, "task_mail.refused", NULL, 0);
        say(cli, arena_copy_cstr(cli->ctx.arena, wrong), &stamp.addressee, 1);
        return RC_OK;
    }
    TRY(check_sender(cli, back.db, from, stamp.unit_id, sheet->rows, "id", &sheet->faults));
    TRY(check_sender(cli, back.db, from, stamp.unit_id, sheet->files, "task_id", &sheet->faults));
    struct str read[] = {back.book.book_name, number(cli, (int64_t)value_count(sheet->rows)),
                         number(cli, (int64_t)value_count(sheet->files))};
    say(cli, "task_mail.read", read, 3);
    if (sheet->faults) {
        say(cli, "task_mail.refused", NULL, 0);
    } else if (!is_applying) {
        struct str counts[] = {number(cli, sheet->ready), number(cli, sheet->same), number(cli, sheet->stale),
                               number(cli, sheet->faults)};
        say(cli, "task_mail.would", counts, 4);
    } else {
        TRY(write_back(cli, back.db, &back.book, &result));
        struct str counts[] = {number(cli, value_get_int(result, "written", 0)),
                               number(cli, value_get_int(result, "files", 0)), number(cli, sheet->stale),
                               number(cli, sheet->same)};
        say(cli, "task_mail.written", counts, 4);
    }
    say_notes(cli, back.book.notes);
    say_items(cli, sheet->rows, false);
    say_items(cli, sheet->files, true);
    return RC_OK;
}

int verb_book(struct cli *cli)
{
    struct str dir = cli_take_option(cli, "--out"), mail = cli_take_option(cli, "--mail"),
               to = cli_take_option(cli, "--to");
    bool is_applying = cli_take_flag(cli, "--apply"),
         is_one = dir.n && (to.n || cli->argc > 0); /* an addressee has one unit */
    enum rc rc = cli_check_used(cli, (dir.n || mail.n) && !is_one ? 0 : 1);
    if (rc == RC_OK)
        rc = cli_use_directory(cli, dir);
    if (rc == RC_OK)
        rc = dir.n    ? write_all(cli, dir, is_one ? str_from_cstr(cli->argv[0]) : STR_EMPTY, to)
             : mail.n ? take_mail(cli, mail, is_applying)
                      : take_back(cli, str_from_cstr(cli->argv[0]), is_applying);
    return rc == RC_OK ? 0 : cli_fail(cli, rc);
}
