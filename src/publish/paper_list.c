/* paper_list.c: see paper_list.h. */
#include "publish/paper_list.h"

#include <stdio.h>

#include "base/buf.h"
#include "publish/docx_field.h"
#include "serve/messages.h"
#include "text/json.h"
#include "text/utf8.h"

enum { FILE_MAX = 1 << 20, ARENA_MAX = 8 << 20, NAME_MAX_BYTES = 40, WORDS_MAX = 40, WIDTH_MAX = 100, KEY_BYTES = 64 };

/* For the life of the process. */
static struct {
    struct arena *arena;
    struct paper_kind_row rows[PAPER_LISTS_MAX];
    struct str descriptions[PAPER_LISTS_MAX];
    int n;
} lists;

int paper_list_count(void) { return lists.n; }
const struct paper_kind_row *paper_list_row(int i) { return &lists.rows[i]; }
struct str paper_list_description(int i) { return lists.descriptions[i]; }

static enum rc wrong(struct ctx *ctx, const char *key, struct str which, struct str what)
{
    struct str args[] = {which, what};
    return ctx_fail(ctx, RC_CONFIG, key, STR_EMPTY, which, args, 2);
}

/* ---- what stands in the file ---------------------------------------------------------------------------------- */

static bool is_kind(struct str s)
{
    enum paper_kind other;
    bool is = s.n >= 3 && s.n <= NAME_MAX_BYTES && !paper_kind_find(s, &other);
    for (size_t i = 0; i < s.n; i++)
        is &= (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_';
    return is;
}

/* Words for a head or title: they become a line of a description, and must mean nothing in it. */
static bool is_words(struct str s)
{
    bool is = s.n > 0 && utf8_count(s) <= WORDS_MAX && s.p[0] != '^';
    for (size_t i = 0; i < s.n; i++)
        is &= (unsigned char)s.p[i] >= ' ' && s.p[i] != '|' && s.p[i] != '{' && s.p[i] != '}';
    return is;
}

static enum rc add_columns(struct ctx *ctx, const struct value *list, struct str kind, struct buf *widths,
                           struct buf *heads, struct buf *cells)
{
    const struct value *columns = value_get(list, "columns");
    size_t n = columns && columns->kind == VALUE_LIST ? value_count(columns) : 0;
    if (n < 1 || n > PAPER_LIST_COLUMNS_MAX)
        return wrong(ctx, "paper_list.columns", kind, STR_EMPTY);
    VALUE_EACH (column, columns) {
        struct str head = value_get_text(column, "head"), field = value_get_text(column, "field");
        int64_t width = value_get_int(column, "width", 0);
        if (!is_words(head) || !fill_is_name(field) || width < 1 || width > WIDTH_MAX)
            return wrong(ctx, "paper_list.field", kind, field.n ? field : head);
        bool is_center = value_get_bool(column, "center");
        buf_add_format(widths, " %lld", (long long)width);
        buf_add_format(heads, "%s%.*s", heads->n ? "|" : "", STR_ARG(head));
        buf_add_format(cells, "%s%s%s{{%.*s}}", cells->n ? "|" : "", is_center ? "^" : "", cells->n ? "" : "{{#rows}}",
                       STR_ARG(field));
    }
    return RC_OK;
}

/* The list as a description of a template; {{#rows}} stands for the name of its rows. */
static enum rc describe(struct ctx *ctx, const struct value *list, struct str kind, struct str title, struct str rows,
                        struct str *ret_text)
{
    struct buf widths CLEANUP(buf_done), heads CLEANUP(buf_done), cells CLEANUP(buf_done), out CLEANUP(buf_done);
    buf_init(&widths, FILE_MAX);
    buf_init(&heads, FILE_MAX);
    buf_init(&cells, FILE_MAX);
    buf_init(&out, FILE_MAX);
    TRY(add_columns(ctx, list, kind, &widths, &heads, &cells));
    size_t mark = str_find(buf_str(&cells), STR("{{#rows}}"), 0);
    struct str before = str_slice(buf_str(&cells), 0, mark), after = str_slice(buf_str(&cells), mark + 9, cells.n);
    struct str nothing = message_format(ctx->arena, LANG_ZH, STR("paper_list.nothing"), NULL, 0);
    buf_add_format(&out, "%sTITLE %.*s\nSUBTITLE {{source.title}}\nTABLE%.*s\nHEAD %.*s\n",
                   value_get_bool(list, "portrait") ? "" : "LANDSCAPE\n", STR_ARG(title), STR_ARG(buf_str(&widths)),
                   STR_ARG(buf_str(&heads)));
    buf_add_format(&out, "ROW %.*s{{#%.*s}}%.*s{{/%.*s}}\n", STR_ARG(before), STR_ARG(rows), STR_ARG(after),
                   STR_ARG(rows));
    buf_add_format(&out, "{{^%.*s}}\nBODY %.*s\n{{/%.*s}}\nSIGN {{source.unit_name}}\nDATE {{text.signed_on}}\n",
                   STR_ARG(rows), STR_ARG(nothing), STR_ARG(rows));
    TRY(buf_rc(&out));
    *ret_text = arena_copy_str(lists.arena, buf_str(&out));
    return arena_rc(lists.arena);
}

static enum rc add_list(struct ctx *ctx, const struct value *list, int number)
{
    struct str kind = value_get_text(list, "kind"), title = value_get_text(list, "title"),
               rows = value_get_text(list, "rows"), text;
    struct str which = kind.n ? kind : arena_format(ctx->arena, "%d", number);
    if (!is_kind(kind) || lists.n == PAPER_LISTS_MAX)
        return wrong(ctx, "paper_list.kind", which, STR_EMPTY);
    if (!is_words(title))
        return wrong(ctx, "paper_list.title", which, title);
    if (!paper_source_has_list(rows))
        return wrong(ctx, "paper_list.rows", which, rows);
    TRY(describe(ctx, list, kind, title, rows, &text));
    char key[KEY_BYTES];
    (void)snprintf(key, sizeof key, "paper.kind.%.*s", STR_ARG(kind));
    lists.rows[lists.n] = (struct paper_kind_row){.kind = arena_copy_cstr(lists.arena, kind),
                                                  .formats = "docx pdf ofd xlsx",
                                                  .texts = "signed_on",
                                                  .subject = PAPER_OF_SOURCE};
    lists.descriptions[lists.n] = text;
    message_add_name(arena_copy_str(lists.arena, str_from_cstr(key)), arena_copy_str(lists.arena, title));
    lists.n++;
    return arena_rc(lists.arena);
}

/* ---- the file ------------------------------------------------------------------------------------------------- */

static enum rc read_file(struct ctx *ctx, struct str path, struct value **ret_all)
{
    struct buf text CLEANUP(buf_done);
    char piece[4096];
    FILE *file = fopen(arena_copy_cstr(ctx->arena, path), "rbe");
    buf_init(&text, FILE_MAX);
    if (!file)
        return wrong(ctx, "paper_list.file", path, STR_EMPTY);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_add_bytes(&text, piece, n);
    bool is_read = !ferror(file);
    (void)fclose(file);
    if (!is_read || buf_rc(&text) != RC_OK ||
        json_parse(ctx, arena_copy_str(ctx->arena, buf_str(&text)), ret_all) != RC_OK || (*ret_all)->kind != VALUE_LIST)
        return wrong(ctx, "paper_list.file", path, STR_EMPTY);
    return RC_OK;
}

enum rc paper_lists_use(struct ctx *ctx, struct str path)
{
    struct value *all;
    int number = 0;
    message_forget_names();
    arena_free(lists.arena);
    lists.arena = NULL;
    lists.n = 0;
    if (!path.n)
        return RC_OK;
    TRY(read_file(ctx, path, &all));
    lists.arena = arena_new(ARENA_MAX);
    if (!lists.arena)
        return RC_NOMEM;
    VALUE_EACH (list, all)
        TRY(add_list(ctx, list, ++number));
    return RC_OK;
}
