/* reader_html.c: web pages; the only file that knows gumbo.
 *
 * Blocks and <br> make paragraphs; tables that hold figures become cells, tables that only lay out the page do not;
 * navigation, page heads and feet, forms are marked as furniture; scripts and styles are left out.
 */
#include <gumbo.h>

#include "intake/reader_charset.h"
#include "intake/reader_html.h"
#include "intake/reader_work.h"

enum { TABLE_COLUMNS = 1024, SPAN_MAX = 10000, ANCESTORS = 64 };

struct html_table {
    struct html_table *outer;
    const GumboNode *node;
    int number, row, column;
    VEC(int) left;         /* rows that the cell above still covers, by column */
    const GumboNode *cell; /* open cell, or NULL */
    int cell_column, row_span, column_span;
};

struct html {
    struct reader *reader;
    struct buf line;
    bool has_blank, has_break; /* white space seen since the last character; with a line end in it */
    int furniture, hidden, pre, bold;
    long line_chars, line_bold;   /* visible bytes of the line, and of them bold */
    const GumboNode *line_block;  /* where the line began */
    const GumboNode *marked_item; /* list item whose number is already given */
    struct html_table *table;
    VEC(bool) is_layout; /* by order of <table> */
    size_t tables_seen;
};

static struct str attribute(const GumboNode *node, const char *name)
{
    GumboAttribute *found = gumbo_get_attribute(&node->v.element.attributes, name);
    return found ? str_from_cstr(found->value) : STR_EMPTY;
}

static bool is_element(const GumboNode *node)
{
    return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
}

static GumboTag tag_of(const GumboNode *node) { return is_element(node) ? node->v.element.tag : GUMBO_TAG_UNKNOWN; }

static bool is_block(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_P:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TFOOT:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_UL:
        return true;
    default:
        return false;
    }
}

static int heading_level(GumboTag tag)
{
    static const GumboTag tags[] = {GUMBO_TAG_H1, GUMBO_TAG_H2, GUMBO_TAG_H3, GUMBO_TAG_H4, GUMBO_TAG_H5, GUMBO_TAG_H6};
    for (int i = 0; i < 6; i++)
        if (tags[i] == tag)
            return i + 1;
    return 0;
}

static bool is_furniture(const GumboNode *node)
{
    switch (tag_of(node)) {
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_SELECT:
        return true;
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_HTML:
        return false;
    default:
        return html_names_furniture(attribute(node, "class")) || html_names_furniture(attribute(node, "id"));
    }
}

/* Value of one property of a style attribute, without blanks around it. */
static struct str style_value(const GumboNode *node, const char *property)
{
    struct str rest = attribute(node, "style"), part;
    while (str_split_next(&rest, ';', &part)) {
        size_t colon = str_find_byte(part, ':', 0);
        if (colon != SIZE_MAX && str_equal_nocase(str_trim(str_slice(part, 0, colon)), str_from_cstr(property)))
            return str_trim(str_slice(part, colon + 1, part.n));
    }
    return STR_EMPTY;
}

static bool is_hidden(const GumboNode *node)
{
    return gumbo_get_attribute(&node->v.element.attributes, "hidden") ||
           str_equal_nocase(style_value(node, "display"), STR("none"));
}

static bool is_bold(const GumboNode *node)
{
    GumboTag tag = tag_of(node);
    struct str weight = style_value(node, "font-weight");
    return tag == GUMBO_TAG_B || tag == GUMBO_TAG_STRONG || tag == GUMBO_TAG_TH || heading_level(tag) ||
           str_equal_nocase(weight, STR("bold")) || str_equal_nocase(weight, STR("bolder")) ||
           (weight.n == 3 && weight.p[0] >= '6' && weight.p[0] <= '9');
}

static enum paragraph_align align_of(const GumboNode *node)
{
    for (int i = 0; node && is_element(node) && i < ANCESTORS; i++, node = node->parent) {
        struct str value = style_value(node, "text-align");
        if (!value.n)
            value = attribute(node, "align");
        if (str_equal_nocase(value, STR("center")) || tag_of(node) == GUMBO_TAG_CENTER)
            return ALIGN_CENTER;
        if (str_equal_nocase(value, STR("right")))
            return ALIGN_RIGHT;
        if (value.n && tag_of(node) != GUMBO_TAG_TABLE)
            return ALIGN_LEFT;
    }
    return ALIGN_UNKNOWN;
}

/* "3." of the third item of an <ol>. */
static struct str list_mark(struct html *html, const GumboNode *item)
{
    const GumboNode *list = item->parent;
    if (!list || tag_of(list) != GUMBO_TAG_OL || list->v.element.children.length > 5000)
        return STR_EMPTY;
    int64_t number = 1, given;
    if (str_parse_int64(attribute(list, "start"), &given))
        number = given;
    for (size_t i = 0; i < item->index_within_parent && i < list->v.element.children.length; i++)
        number += tag_of(list->v.element.children.data[i]) == GUMBO_TAG_LI;
    if (str_parse_int64(attribute(item, "value"), &given))
        number = given;
    return arena_format(html->reader->scratch, "%lld.", (long long)number);
}

static void line_reset(struct html *html)
{
    buf_reset(&html->line);
    html->has_blank = html->has_break = false;
    html->line_chars = html->line_bold = 0;
    html->line_block = NULL;
}

static enum rc line_flush(struct html *html)
{
    if (buf_rc(&html->line) != RC_OK)
        return reader_line_no_room(html->reader, buf_rc(&html->line));
    struct paragraph p = {.text = buf_str(&html->line),
                          .is_furniture = html->furniture > 0,
                          .bold = html->line_chars > 0 && html->line_bold == html->line_chars};
    p.align = html->line_block ? align_of(html->line_block) : ALIGN_UNKNOWN;
    const GumboNode *node = html->line_block;
    for (int i = 0; node && i < ANCESTORS; i++, node = node->parent) {
        int level = heading_level(tag_of(node));
        if (level) {
            p.kind = PARAGRAPH_HEADING;
            p.outline_level = level;
            break;
        }
        if (tag_of(node) == GUMBO_TAG_LI) {
            p.kind = PARAGRAPH_LIST_ITEM;
            if (html->line_chars && node != html->marked_item)
                p.list_mark = list_mark(html, node);
            html->marked_item = html->line_chars ? node : html->marked_item;
            break;
        }
        if (tag_of(node) == GUMBO_TAG_TABLE)
            break;
    }
    enum rc rc = html->line_chars ? reader_add(html->reader, p) : RC_OK;
    line_reset(html);
    return rc;
}

/* A line end: a new paragraph, or "\n" within a cell. */
static enum rc line_break(struct html *html)
{
    if (!html->table || !html->table->cell)
        return line_flush(html);
    if (html->line.n && html->line.p[html->line.n - 1] != '\n')
        buf_add_char(&html->line, '\n');
    html->has_blank = html->has_break = false;
    return RC_OK;
}

static void line_add_text(struct html *html, const GumboNode *parent, struct str s)
{
    for (size_t at = 0; at < s.n;) {
        size_t from = at;
        uint32_t c = reader_next_char(s, &at);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            html->has_blank = true;
            html->has_break |= c == '\n' || c == '\r';
            continue;
        }
        size_t n = html->line.n;
        if (html->has_blank && n && html->line.p[n - 1] != '\n') {
            /* a source line wrapped between two Chinese characters is no blank */
            bool is_wrap = html->has_break && (unsigned char)html->line.p[n - 1] >= 0x80 && c >= 0x80;
            if (!is_wrap)
                buf_add_char(&html->line, ' ');
        }
        html->has_blank = html->has_break = false;
        if (!html->line_block)
            html->line_block = parent;
        buf_add(&html->line, str_slice(s, from, at));
        if (c != 0xA0 && c != 0x3000 && !(c >= 0x2000 && c <= 0x200B)) {
            html->line_chars++;
            html->line_bold += html->bold > 0;
        }
    }
}

static enum rc add_preformatted(struct html *html, const GumboNode *parent, struct str s)
{
    struct str part;
    for (bool is_first = true; str_split_next(&s, '\n', &part); is_first = false) {
        if (!is_first)
            TRY(line_break(html));
        line_add_text(html, parent, part);
    }
    return RC_OK;
}

/* Tables. */

static int span_of(const GumboNode *cell, const char *name)
{
    int64_t value;
    return str_parse_int64(attribute(cell, name), &value) && value > 1 ? (int)(value < SPAN_MAX ? value : SPAN_MAX) : 1;
}

static enum rc table_open(struct html *html, const GumboNode *node)
{
    struct html_table *table = ARENA_NEW(html->reader->scratch, struct html_table);
    if (!table)
        return reader_no_room(html->reader, arena_rc(html->reader->scratch));
    table->outer = html->table;
    table->node = node;
    table->number = ++html->reader->table_number;
    html->table = table;
    return RC_OK;
}

static enum rc cell_open(struct html *html, const GumboNode *node)
{
    struct html_table *table = html->table;
    while ((size_t)table->column < table->left.n && table->left.p[table->column] > 0)
        table->column++;
    table->cell = node;
    table->cell_column = table->column + 1;
    table->row_span = span_of(node, "rowspan");
    table->column_span = span_of(node, "colspan");
    if (table->column + table->column_span > TABLE_COLUMNS)
        return reader_damaged(html->reader, "reader.table_too_wide", STR_EMPTY);
    for (int i = 0; i < table->column_span; i++, table->column++) {
        while (table->left.n <= (size_t)table->column)
            if (!VEC_PUSH(html->reader->scratch, &table->left, 0))
                return reader_no_room(html->reader, arena_rc(html->reader->scratch));
        table->left.p[table->column] = table->row_span;
    }
    return RC_OK;
}

static enum rc cell_close(struct html *html)
{
    struct html_table *table = html->table;
    if (buf_rc(&html->line) != RC_OK)
        return reader_line_no_room(html->reader, buf_rc(&html->line));
    enum rc rc =
        reader_add(html->reader, (struct paragraph){.text = buf_str(&html->line),
                                                    .kind = PARAGRAPH_CELL,
                                                    .bold = html->line_chars && html->line_bold == html->line_chars,
                                                    .align = align_of(table->cell),
                                                    .table = table->number,
                                                    .row = table->row < 1 ? 1 : table->row,
                                                    .column = table->cell_column,
                                                    .row_span = table->row_span,
                                                    .column_span = table->column_span,
                                                    .is_header_cell = tag_of(table->cell) == GUMBO_TAG_TH,
                                                    .is_furniture = html->furniture > 0});
    table->cell = NULL;
    line_reset(html);
    return rc;
}

static void row_open(struct html_table *table)
{
    for (size_t i = 0; table->row > 0 && i < table->left.n; i++)
        table->left.p[i] -= table->left.p[i] > 0;
    table->row++;
    table->column = 0;
}

/* The walk, without recursion: pages nest as deep as they like. */

static bool is_skipped(const GumboNode *node)
{
    switch (tag_of(node)) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_MATH:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_TEXTAREA:
        return true;
    default:
        return false;
    }
}

static bool is_left_out(const GumboNode *node) { return is_skipped(node) || is_hidden(node); }

static enum rc enter(struct html *html, const GumboNode *node)
{
    GumboTag tag = tag_of(node);
    html->furniture += is_furniture(node);
    html->bold += is_bold(node);
    html->pre += tag == GUMBO_TAG_PRE;
    if (tag == GUMBO_TAG_BR)
        return line_break(html);
    if (!is_block(tag))
        return RC_OK;
    TRY(line_break(html));
    if (tag == GUMBO_TAG_TABLE && !html->is_layout.p[html->tables_seen++])
        return table_open(html, node);
    if (html->table && tag == GUMBO_TAG_TR && !html->table->cell)
        row_open(html->table);
    if (html->table && (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) && !html->table->cell) {
        TRY(line_flush(html));
        return cell_open(html, node);
    }
    return RC_OK;
}

static enum rc leave(struct html *html, const GumboNode *node)
{
    GumboTag tag = tag_of(node);
    if (html->table && html->table->cell == node)
        TRY(cell_close(html));
    else if (is_block(tag))
        TRY(line_break(html));
    if (html->table && html->table->node == node)
        html->table = html->table->outer;
    html->furniture -= is_furniture(node);
    html->bold -= is_bold(node);
    html->pre -= tag == GUMBO_TAG_PRE;
    return RC_OK;
}

static const GumboVector *children_of(const GumboNode *node)
{
    return is_element(node) ? &node->v.element.children : NULL;
}

/* Next node in document order that is not inside node. */
static const GumboNode *after(const GumboNode *node, const GumboNode *root)
{
    while (node != root && node->parent && is_element(node->parent)) {
        const GumboVector *siblings = children_of(node->parent);
        if (node->index_within_parent + 1 < siblings->length)
            return siblings->data[node->index_within_parent + 1];
        node = node->parent;
    }
    return NULL;
}

struct seen_table {
    const GumboNode *node;
    size_t index;
    long cells;
};

/* Which tables only lay out the page: those with a table inside and those of a single cell. */
static enum rc find_layout_tables(struct html *html, const GumboNode *root)
{
    struct arena *scratch = html->reader->scratch;
    VEC(struct seen_table) open = {0};
    for (const GumboNode *node = root; node;) {
        while (open.n) { /* leave the tables that do not hold node; parents of a table are few */
            const GumboNode *up = node;
            for (int i = 0; up && up != open.p[open.n - 1].node && i < READER_DEPTH_MAX; i++)
                up = up->parent;
            if (up == open.p[open.n - 1].node)
                break;
            if (open.p[open.n - 1].cells <= 1)
                html->is_layout.p[open.p[open.n - 1].index] = true;
            open.n--;
        }
        if (tag_of(node) == GUMBO_TAG_TABLE && !is_left_out(node)) {
            if (open.n)
                html->is_layout.p[open.p[open.n - 1].index] = true;
            if (!VEC_PUSH(scratch, &open, (struct seen_table){node, html->is_layout.n, 0}) ||
                !VEC_PUSH(scratch, &html->is_layout, false))
                return reader_no_room(html->reader, arena_rc(scratch));
        }
        if (open.n && (tag_of(node) == GUMBO_TAG_TD || tag_of(node) == GUMBO_TAG_TH))
            open.p[open.n - 1].cells++;
        const GumboVector *children = is_element(node) && is_left_out(node) ? NULL : children_of(node);
        node = children && children->length ? children->data[0] : after(node, root);
    }
    for (size_t i = 0; i < open.n; i++)
        if (open.p[i].cells <= 1)
            html->is_layout.p[open.p[i].index] = true;
    return RC_OK;
}

static enum rc visit_text(struct html *html, const GumboNode *node)
{
    struct str text = str_from_cstr(node->v.text.text);
    if (html->pre)
        return add_preformatted(html, node->parent, text);
    line_add_text(html, node->parent, text);
    return RC_OK;
}

/* Leaves node and those of its parents that end with it; gives the next node to enter. */
static enum rc climb(struct html *html, const GumboNode *node, const GumboNode *root, const GumboNode **ret)
{
    for (;;) {
        if (is_element(node) && !is_left_out(node))
            TRY(leave(html, node));
        if (node == root || !node->parent || !is_element(node->parent)) {
            *ret = NULL;
            return RC_OK;
        }
        const GumboVector *siblings = children_of(node->parent);
        if (node->index_within_parent + 1 < siblings->length) {
            *ret = siblings->data[node->index_within_parent + 1];
            return RC_OK;
        }
        node = node->parent;
    }
}

static enum rc walk(struct html *html, const GumboNode *root)
{
    TRY(find_layout_tables(html, root));
    for (const GumboNode *node = root; node;) {
        const GumboVector *children = NULL;
        if (is_element(node) && !is_left_out(node)) {
            TRY(enter(html, node));
            children = children_of(node);
        } else if (is_element(node)) {
            if (!is_skipped(node))
                reader_note(html->reader, "reader.note.hidden_text", STR_EMPTY);
        } else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
                   node->type == GUMBO_NODE_CDATA) {
            TRY(visit_text(html, node));
        }
        if (children && children->length)
            node = children->data[0];
        else
            TRY(climb(html, node, root, &node));
    }
    return line_flush(html);
}

/* The parse. */

static void *gumbo_alloc(void *user, size_t n) { return arena_alloc(user, n); }

/* Nothing is freed one by one: gumbo_destroy_output would recurse as deep as the page nests. */
static void gumbo_keep(void *user, void *p) { (void)user, (void)p; }

static struct str find_title(struct reader *reader, const GumboNode *root)
{
    for (const GumboNode *node = root; node;) {
        if (tag_of(node) == GUMBO_TAG_TITLE && node->v.element.children.length) {
            const GumboNode *text = node->v.element.children.data[0];
            return text->type == GUMBO_NODE_TEXT ? arena_copy_str(reader->scratch, str_from_cstr(text->v.text.text))
                                                 : STR_EMPTY;
        }
        const GumboVector *children = tag_of(node) == GUMBO_TAG_BODY ? NULL : children_of(node);
        node = children && children->length ? children->data[0] : after(node, root);
    }
    return STR_EMPTY;
}

enum rc reader_html_utf8(struct reader *reader, struct str text)
{
    if (text.n > READER_TEXT_MAX)
        return ctx_fail_key(reader->ctx, RC_TOO_LARGE, "reader.too_much");
    if (html_is_runaway(text))
        return reader_damaged(reader, "reader.nesting", STR("HTML"));
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = gumbo_alloc;
    options.deallocator = gumbo_keep;
    options.userdata = reader->scratch;
    options.max_errors = 0;
    GumboOutput *output = gumbo_parse_with_options(&options, text.n ? text.p : "", text.n);
    struct html html = {.reader = reader};
    buf_init(&html.line, READER_PARAGRAPH_MAX);
    struct str title = find_title(reader, output->root);
    if (!reader->document->title.n)
        reader->document->title = title;
    enum rc rc = walk(&html, output->root);
    buf_done(&html.line);
    return rc;
}

enum rc reader_html(struct reader *reader, struct str bytes)
{
    struct str text;
    TRY(charset_decode(reader, bytes, html_declared_charset(bytes), &text, &reader->document->encoding));
    return reader_html_utf8(reader, text);
}
