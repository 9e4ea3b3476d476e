/* doc_html.c: a paper as an HTML article; see doc.h. */
#include "publish/doc.h"
#include "publish/doc_xml.h"

static const char *element_of(const struct doc_block *block)
{
    static const char *const headings[] = {"p", "h2", "h3", "h4", "h5"};
    return block->style == DOC_TITLE ? "h1" : headings[doc_look(block->style)->outline];
}

/* An item heading that runs into its text is a heading only as far as it goes. */
static void add_text(struct buf *out, const struct doc_block *block)
{
    const char *element = element_of(block);
    bool is_lead = doc_look(block->style)->outline && block->first && block->first->next;
    if (is_lead) {
        buf_add_format(out, "<%s class=\"doc-%s doc-lead\">", element, doc_look(block->style)->id);
        doc_xml_text(out, block->first->text);
        buf_add_format(out, "</%s>\n", element);
        element = "p";
    }
    buf_add_format(out, "<%s class=\"doc-%s\">", element, doc_look(is_lead ? DOC_BODY : block->style)->id);
    for (const struct doc_run *run = is_lead ? block->first->next : block->first; run; run = run->next) {
        buf_add_cstr(out, run->bold == 1 ? "<strong>" : "");
        doc_xml_text(out, run->text);
        buf_add_cstr(out, run->bold == 1 ? "</strong>" : "");
    }
    buf_add_format(out, "</%s>\n", element);
}

/* Rows that a merged cell covers. */
static int rows_below(const struct doc_row *row, int column)
{
    int n = 1;
    for (const struct doc_row *next = row->next; next; next = next->next, n++) {
        int at = 0;
        const struct doc_cell *cell = next->first;
        while (cell && at < column) {
            at += cell->span;
            cell = cell->next;
        }
        if (!cell || cell->merge != DOC_BELOW)
            break;
    }
    return n;
}

static void add_row(struct buf *out, const struct doc_row *row)
{
    const char *element = row->is_head ? "th" : "td";
    int column = 0;
    buf_add_cstr(out, "<tr>");
    for (const struct doc_cell *cell = row->first; cell; column += cell->span, cell = cell->next) {
        if (cell->merge == DOC_BELOW)
            continue;
        buf_add_format(out, "<%s%s", element, row->is_head ? " scope=\"col\"" : "");
        if (cell->span > 1)
            buf_add_format(out, " colspan=\"%d\"", cell->span);
        if (cell->merge == DOC_TOP && rows_below(row, column) > 1)
            buf_add_format(out, " rowspan=\"%d\"", rows_below(row, column));
        buf_add_char(out, '>');
        for (const struct doc_block *block = cell->first; block; block = block->next) {
            for (const struct doc_run *run = block->first; run; run = run->next)
                doc_xml_text(out, run->text);
            buf_add_cstr(out, block->next ? "<br>" : "");
        }
        buf_add_format(out, "</%s>", element);
    }
    buf_add_cstr(out, "</tr>\n");
}

static void add_table(struct buf *out, const struct doc_table *table)
{
    const struct doc_row *row = table->first;
    buf_add_cstr(out, "<div class=\"doc-table\" tabindex=\"0\"><table>\n");
    if (row && row->is_head) {
        buf_add_cstr(out, "<thead>");
        for (; row && row->is_head; row = row->next)
            add_row(out, row);
        buf_add_cstr(out, "</thead>");
    }
    buf_add_cstr(out, "<tbody>");
    for (; row; row = row->next)
        add_row(out, row);
    buf_add_cstr(out, "</tbody></table></div>\n");
}

static void add_imprint(struct buf *out, const struct doc_table *table)
{
    buf_add_cstr(out, "<footer class=\"doc-imprint\">\n");
    for (const struct doc_row *row = table->first; row; row = row->next) {
        buf_add_cstr(out, "<p>");
        for (const struct doc_cell *cell = row->first; cell; cell = cell->next) {
            buf_add_cstr(out, "<span>");
            for (const struct doc_run *run = cell->first ? cell->first->first : NULL; run; run = run->next)
                doc_xml_text(out, run->text);
            buf_add_cstr(out, "</span>");
        }
        buf_add_cstr(out, "</p>\n");
    }
    buf_add_cstr(out, "</footer>\n");
}

enum rc doc_write_html(struct doc *doc, struct buf *out)
{
    TRY(arena_rc(doc->ctx->arena));
    buf_add_cstr(out, "<article class=\"doc\" lang=\"zh-CN\">\n");
    for (const struct doc_block *block = doc->first; block; block = block->next) {
        if (block->kind == DOC_TEXT)
            add_text(out, block);
        else if (block->kind == DOC_TABLE && block->table->is_imprint)
            add_imprint(out, block->table);
        else if (block->kind == DOC_TABLE)
            add_table(out, block->table);
        else if (block->kind == DOC_RED_LINE || block->kind == DOC_THIN_LINE)
            buf_add_cstr(out, block->kind == DOC_RED_LINE ? "<hr class=\"doc-red\">\n" : "<hr>\n");
    }
    buf_add_cstr(out, "</article>\n");
    return buf_rc(out);
}
