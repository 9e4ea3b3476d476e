/* paper_make.c: from frozen data to files; see paper_make.h. */
#include "publish/paper_make.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "publish/paper_dress.h"
#include "publish/xlsx_write.h"
#include "serve/messages.h"
#include "text/counted.h"

enum { FILE_MAX = 512 * 1024 * 1024, MS_A_DAY = 24 * 3600 * 1000 };

void paper_made_done(struct paper_made *made)
{
    buf_done(&made->docx);
    buf_done(&made->pdf);
    buf_done(&made->ofd);
    buf_done(&made->xlsx);
}

/* ---- texts of the office -------------------------------------------------------------------------------------- */

static void check_numbers(struct ctx *ctx, struct str text, const struct value *data, const char *name,
                          struct value *faults)
{
    struct counted counted;
    for (size_t at = 0; counted_next(text, &at, &counted);) {
        if (counted_is_known(value_get(data, "figures"), &counted))
            continue;
        struct str label = message_find(LANG_ZH, arena_format(ctx->arena, "form.paper.%s", name));
        struct str args[2] = {label.p ? label : str_from_cstr(name), str_slice(text, counted.from, counted.to)};
        paper_add_fault(ctx, faults, "paper.fault.text_number", args, 2);
    }
}

enum rc paper_fill_text(struct ctx *ctx, struct str text, const struct value *data, const char *name,
                        struct value *faults, struct str *ret_text)
{
    check_numbers(ctx, text, data, name, faults);
    enum rc rc = docx_fill_text(ctx, text, data, str_from_cstr(name), ret_text);
    if (rc != RC_INVALID)
        return rc;
    for (const struct ctx_issue *issue = ctx->first; issue; issue = issue->next)
        if (value_count(faults) < CTX_ISSUES_MAX)
            value_add_text(ctx->arena, faults, message_of_issue(ctx->arena, LANG_ZH, issue));
    ctx_clear_issues(ctx);
    return RC_OK;
}

/* The line of copies ends in a stop of the template; some write it themselves. */
static struct str without_stop(struct str text)
{
    struct str stop = STR("\xe3\x80\x82");
    for (text = str_trim(text); str_has_suffix(text, stop);)
        text = str_trim(str_slice(text, 0, text.n - stop.n));
    return text;
}

static enum rc put_texts(struct ctx *ctx, const struct paper_order *order, struct value *data, struct value *faults)
{
    struct arena *arena = ctx->arena;
    struct value *to = value_put_map(arena, data, "text");
    struct str rest = str_from_cstr(paper_kind_row(order->kind)->texts), name;
    while (str_split_next(&rest, ' ', &name)) {
        const char *key = arena_copy_cstr(arena, name);
        struct str given = key ? value_get_text(order->text, key) : STR_EMPTY, filled;
        int32_t day;
        if (str_equal(name, STR("signed_on"))) {
            struct str at = given.n ? given : value_get_text(data, "today");
            value_put_text(arena, to, key, date_parse(at, &day) ? paper_date_text(arena, day) : at);
            continue;
        }
        if (str_equal(name, STR("printer")) && !given.n) {
            value_put_text(arena, to, key, value_get_text(value_get(data, "source"), "unit_name"));
            continue;
        }
        TRY(paper_fill_text(ctx, given, data, key, faults, &filled));
        value_put_text(arena, to, key, str_equal(name, STR("copies")) ? without_stop(filled) : filled);
    }
    return arena_rc(arena);
}

/* ---- workbook ------------------------------------------------------------------------------------------------- */

static struct str cell_text(struct doc *doc, const struct doc_cell *cell)
{
    struct str text = STR_EMPTY;
    for (const struct doc_block *block = cell->first; block; block = block->next) {
        if (text.n)
            text = arena_concat(doc->ctx->arena, text, STR("\n"));
        text = arena_concat(doc->ctx->arena, text, doc_block_text(doc, block));
    }
    return text;
}

static int row_cells(struct doc *doc, const struct doc_row *row, struct str cells[DOC_COLUMNS_MAX])
{
    int n = 0;
    for (const struct doc_cell *cell = row ? row->first : NULL; cell; cell = cell->next)
        for (int i = 0; i < cell->span && n < DOC_COLUMNS_MAX; i++)
            cells[n++] = i ? STR_EMPTY : cell_text(doc, cell);
    return n;
}

static enum rc write_sheet(struct doc *doc, struct xlsx_write *write, const struct doc_table *table, struct str name)
{
    struct xlsx_column columns[DOC_COLUMNS_MAX] = {{.width_chars = 0}};
    struct str heads[DOC_COLUMNS_MAX], texts[DOC_COLUMNS_MAX];
    int n = row_cells(doc, table->first, heads), total = 0;
    for (int i = 0; i < table->columns; i++)
        total += table->widths[i];
    for (int i = 0; i < n; i++)
        columns[i] = (struct xlsx_column){.title = heads[i],
                                          .kind = XLSX_TEXT,
                                          .width_chars = 6 + 110 * (i < table->columns ? table->widths[i] : 1) /
                                                                 (total ? total : 1),
                                          .is_wrapped = true};
    TRY(xlsx_write_sheet(doc->ctx, write, name, columns, (size_t)n, false));
    for (const struct doc_row *row = table->first; row; row = row->next) {
        struct xlsx_cell cells[DOC_COLUMNS_MAX] = {{.number = 0}};
        int got = row->is_head ? -1 : row_cells(doc, row, texts);
        for (int i = 0; i < n; i++)
            cells[i] = i < got ? (struct xlsx_cell){.text = texts[i]} : (struct xlsx_cell){.is_null = true};
        if (got >= 0)
            TRY(xlsx_write_row(doc->ctx, write, cells, STR_EMPTY, 0));
    }
    return RC_OK;
}

static enum rc write_sheets(struct doc *doc, struct xlsx_write *write)
{
    int sheets = 0;
    struct str title = doc->facts.title;
    for (const struct doc_block *block = doc->first; block; block = block->next)
        if (block->kind == DOC_TEXT && block->style == DOC_TITLE && block->first) {
            title = doc_block_text(doc, block);
            break;
        }
    for (const struct doc_block *block = doc->first; block; block = block->next) {
        if (block->kind != DOC_TABLE || block->table->is_bare || !block->table->first || !block->table->first->is_head)
            continue;
        struct str name = title.n > 60 ? str_slice(title, 0, 60) : title; /* 20 characters */
        name = sheets ? arena_format(doc->ctx->arena, "%.*s %d", STR_ARG(name), sheets + 1) : name;
        TRY(write_sheet(doc, write, block->table, name));
        sheets++;
    }
    if (sheets)
        return RC_OK;
    struct xlsx_column nothing = {.title = title, .kind = XLSX_TEXT};
    return xlsx_write_sheet(doc->ctx, write, STR("1"), &nothing, 1, false);
}

static enum rc read_back(struct ctx *ctx, const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char piece[65536];
    ssize_t n = -1;
    while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
        buf_add_bytes(out, piece, (size_t)n);
    if (fd >= 0)
        close(fd);
    TRY(buf_rc(out));
    return n == 0 ? RC_OK : ctx_fail_key(ctx, RC_IO, NULL);
}

enum rc paper_write_xlsx(struct doc *doc, struct buf *out)
{
    struct ctx *ctx = doc->ctx;
    const char *spool = getenv("TMPDIR");
    char *path = arena_copy_cstr(ctx->arena,
                                 arena_format(ctx->arena, "%s/bihuan-paper-XXXXXX", spool && *spool ? spool : "/tmp"));
    int fd = path ? mkstemp(path) : -1;
    if (fd < 0)
        return ctx_fail_key(ctx, RC_IO, NULL);
    close(fd);
    struct xlsx_write *write = NULL;
    struct xlsx_book book = {.title = doc->facts.title, .author = doc->facts.author, .created_ms = doc->facts.made_ms};
    enum rc rc = xlsx_write_open(ctx, path, &book, &write);
    if (rc == RC_OK) {
        rc = write_sheets(doc, write);
        if (rc == RC_OK)
            rc = xlsx_write_close(ctx, write);
        else
            xlsx_write_drop(write);
    }
    if (rc == RC_OK)
        rc = read_back(ctx, path, out);
    (void)unlink(path);
    return rc;
}

/* ---- whole ---------------------------------------------------------------------------------------------------- */

static bool is_plan(enum paper_kind kind)
{
    return kind == PAPER_PLAN || kind == PAPER_PROBLEMS || kind == PAPER_TASKS || kind == PAPER_DUTIES;
}

/* What is not of the data but of the paper. */
static enum rc put_paper(struct ctx *ctx, const struct paper_order *order, struct value *data, struct str *ret_title)
{
    struct arena *arena = ctx->arena;
    struct value *paper = value_put_map(arena, data, "paper");
    struct str kind = message_find(LANG_ZH, arena_format(arena, "paper.kind.%s", paper_kind_row(order->kind)->kind));
    struct str args[2] = {arena_format(arena, "%lld", (long long)order->snapshot_seq), order->digest};
    enum paper_subject subject = paper_kind_row(order->kind)->subject;
    const struct value *row = value_get(data, paper_subject_name(subject));
    struct str name = value_get_text(row, "title"), pair[2] = {name, kind};
    *ret_title = name.n ? message_format(arena, LANG_ZH, STR("paper.title_of"), pair, 2) : kind;
    value_put_text(arena, paper, "kind_label", kind);
    value_put_text(arena, paper, "title", *ret_title);
    value_put_text(arena, data, "snapshot", message_format(arena, LANG_ZH, STR("paper.snapshot_line"), args, 2));
    return arena_rc(arena);
}

static enum rc fill(struct ctx *ctx, const struct paper_order *order, struct value *data, struct paper_made *made)
{
    struct docx docx;
    int32_t day = 0;
    (void)date_parse(value_get_text(data, "today"), &day);
    struct doc_facts facts = {.title = made->title,
                              .snapshot_seq = order->snapshot_seq,
                              .snapshot_digest = order->digest,
                              .made_ms = (int64_t)day * MS_A_DAY,
                              .is_letter = order->kind == PAPER_LETTER};
    TRY((order->open ? order->open : docx_open)(ctx, order->template_docx, &docx));
    TRY(docx_fill(ctx, &docx, data));
    docx_set_facts(ctx, &docx, &facts);
    TRY(docx_read(ctx, &docx, &facts, &made->doc)); /* PDF and OFD find the ends of lines themselves */
    if (!order->open)
        TRY(docx_break_titles(ctx, &docx));
    TRY(docx_keep_ends(ctx, &docx));
    TRY(docx_write(ctx, &docx, &made->docx));
    TRY(doc_write_pdf(made->doc, &made->pdf));
    return doc_write_ofd(made->doc, &made->ofd);
}

enum rc paper_render(struct ctx *ctx, const struct paper_order *order, struct paper_made *ret)
{
    struct value *data;
    *ret = (struct paper_made){.faults = value_new_list(ctx->arena)};
    buf_init(&ret->docx, FILE_MAX);
    buf_init(&ret->pdf, FILE_MAX);
    buf_init(&ret->ofd, FILE_MAX);
    buf_init(&ret->xlsx, FILE_MAX);
    TRY(paper_thaw(ctx, order->data_json, order->digest, &data));
    paper_check(ctx, data, is_plan(order->kind), ret->faults);
    TRY(put_texts(ctx, order, data, ret->faults));
    TRY(put_paper(ctx, order, data, &ret->title));
    TRY(fill(ctx, order, data, ret));
    if (paper_has_word(paper_kind_row(order->kind)->formats, "xlsx"))
        TRY(paper_write_xlsx(ret->doc, &ret->xlsx));
    return arena_rc(ctx->arena);
}
