/* task_book.c: see task_book.h.  The book is Chinese in every language of the pages. */
#include "publish/task_book.h"

#include "base/clock.h"
#include "loop/evidence.h"
#include "publish/xlsx_write.h"
#include "serve/messages.h"

enum { COLUMNS = 16, OPEN_FROM = 7, HELP_LINES = 9, CLASSES_MAX = 12, COUNT_MOST = 1000000, YUAN_MOST = 2000000000 };

static struct str word(const char *key) { return message_find(LANG_ZH, str_from_cstr(key)); }

static const struct {
    const char *field, *title, *help;
    enum xlsx_kind kind;
    int width, most; /* most: of what may be typed */
} columns[COLUMNS] = {
    {"no", "task_book.no", NULL, XLSX_TEXT, 24, 0},
    {"finding", "task_book.finding", NULL, XLSX_TEXT, 26, 0},
    {"title", "task_book.title", NULL, XLSX_TEXT, 34, 0},
    {"finish_mark", "task_book.finish_mark", NULL, XLSX_TEXT, 24, 0},
    {"due", "task_book.due", NULL, XLSX_DATE, 12, 0},
    {"state", "task_book.state", NULL, XLSX_TEXT, 10, 0},
    {"was", "task_book.was", NULL, XLSX_INT, 10, 0},
    {"progress", "task_book.progress", "task_book.progress_help", XLSX_INT, 12, 100},
    {"done_text", "task_book.done_text", "task_book.done_help", XLSX_TEXT, 44, 0},
    {"blockers", "task_book.blockers", NULL, XLSX_TEXT, 30, 0},
    {"next_text", "task_book.next_text", "task_book.next_help", XLSX_TEXT, 34, 0},
    {"recovered_fen", "task_book.recovered", "task_book.recovered_help", XLSX_MONEY, 16, YUAN_MOST},
    {"rules_made", "task_book.rules_made", "task_book.count_help", XLSX_INT, 12, COUNT_MOST},
    {"people_handled", "task_book.people_handled", "task_book.count_help", XLSX_INT, 12, COUNT_MOST},
    {"evidence_class", "task_book.evidence_class", "task_book.evidence_class_help", XLSX_TEXT, 14, 0},
    {"evidence_made_on", "task_book.evidence_made_on", "task_book.evidence_made_on_help", XLSX_DATE, 14, 0},
};

/* The words of the drop-down, as a list that ends with NULL. */
static const char *const *class_words(struct arena *arena)
{
    const char **words = ARENA_NEW_ARRAY(arena, const char *, CLASSES_MAX + 1);
    struct str rest = str_from_cstr(EVIDENCE_CLASSES), one;
    for (int n = 0; words && n < CLASSES_MAX && str_split_next(&rest, '|', &one); n++)
        words[n] = arena_copy_cstr(arena, word(arena_format(arena, "evidence.class.%.*s", STR_ARG(one)).p));
    return words;
}

static enum rc write_rows(struct ctx *ctx, struct xlsx_write *write, const struct value *rows)
{
    VALUE_EACH (row, rows) {
        struct xlsx_cell cells[COLUMNS] = {{.is_null = false}};
        struct str state = message_find(
            LANG_ZH, arena_format(ctx->arena, "task.state.%.*s", STR_ARG(value_get_text(row, "task_state"))));
        int32_t day = 0;
        bool has_due = date_parse(value_get_text(row, "due"), &day);
        cells[0].text = value_get_text(row, "no");
        cells[1].text = value_get_text(row, "finding_title");
        cells[2].text = value_get_text(row, "title");
        cells[3].text = value_get_text(row, "finish_mark");
        cells[4] = (struct xlsx_cell){.number = day, .is_null = !has_due};
        cells[5].text = state;
        cells[6].number = value_get_int(row, "progress_bp", 0) / 100;
        for (int i = OPEN_FROM; i < COLUMNS; i++)
            cells[i].is_null = true;
        TRY(xlsx_write_row(ctx, write, cells, arena_format(ctx->arena, "%lld", (long long)value_get_int(row, "id", 0)),
                           value_get_int(row, "revision", 0)));
    }
    return RC_OK;
}

static enum rc write_sheets(struct ctx *ctx, struct xlsx_write *write, const struct value *rows)
{
    struct xlsx_column sheet[COLUMNS] = {{.width_chars = 0}};
    const char *const *classes = class_words(ctx->arena);
    int32_t first_day = 0, last_day = 0;
    if (!classes || !date_parse(STR("2000-01-01"), &first_day) || !date_parse(STR("2099-12-31"), &last_day))
        return arena_rc(ctx->arena);
    for (int i = 0; i < COLUMNS; i++)
        sheet[i] = (struct xlsx_column){
            .title = word(columns[i].title),
            .field = str_from_cstr(columns[i].field),
            .kind = columns[i].kind,
            .width_chars = columns[i].width,
            .is_wrapped = true,
            .is_open = i >= OPEN_FROM,
            .least = columns[i].kind == XLSX_DATE ? first_day : 0,
            .most = columns[i].kind == XLSX_DATE ? last_day : columns[i].most,
            .choices = str_equal_cstr(str_from_cstr(columns[i].field), "evidence_class") ? classes : NULL,
            .help = columns[i].help ? word(columns[i].help) : STR("")};
    TRY(xlsx_write_sheet(ctx, write, word("task_book.sheet"), sheet, COLUMNS, true));
    TRY(write_rows(ctx, write, rows));
    struct xlsx_column guide = {
        .title = word("task_book.guide"), .kind = XLSX_TEXT, .width_chars = 90, .is_wrapped = true};
    TRY(xlsx_write_sheet(ctx, write, word("task_book.guide"), &guide, 1, false));
    for (int i = 1; i <= HELP_LINES; i++) {
        struct xlsx_cell cell = {.text = word(arena_format(ctx->arena, "task_book.guide_%d", i).p)};
        TRY(xlsx_write_row(ctx, write, &cell, STR_EMPTY, 0));
    }
    return RC_OK;
}

enum rc task_book_write(struct ctx *ctx, const char *path, struct str unit_name, struct str stamp,
                        const struct value *rows)
{
    struct xlsx_write *write;
    struct xlsx_book book = {
        .title = word("task_book.sheet"), .author = unit_name, .kind = STR("tasks"), .stamp = stamp};
    TRY(xlsx_write_open(ctx, path, &book, &write));
    enum rc rc = write_sheets(ctx, write, rows);
    if (rc == RC_OK)
        return xlsx_write_close(ctx, write);
    xlsx_write_drop(write);
    return rc;
}
