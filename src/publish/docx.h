/* docx.h: Word files as templates of papers: opened under guard, filled with data, and read as a tree.
 *
 * Fields in a template, in text of any look, also when Word has cut them into several runs:
 *   {{name}}, {{name.part}}      the value; in a paragraph of its own a text with line breaks gives several paragraphs
 *   {{#name}} ... {{/name}}      repeated for each row of a list, or shown when there is something; {{^name}}: when
 * there is nothing. In paragraphs of their own: what stands between them, tables included.  In a row of a table: from
 * the row that begins with {{#name}} to the row that ends with {{/name}}.  Within one paragraph: a piece of its text.
 *   A content control (Word: developer, properties, tag) whose tag is a field shows its value; with the tag "#name" it
 * repeats. What Word and WPS leave between the letters of a field (looks, spelling marks, bookmarks, comments, smart
 * tags, tracked changes) does not break it.  Tracked changes are accepted and comments left out: a paper is not a
 * draft. Every list row has n (1, 2, 3), cn (1, 2, 3 in Chinese), is_first, is_last.  A name is looked for in the row,
 * then in what is around it.
 *
 * Threats: a template comes from outside.  Refused are macros, embedded and linked objects, links and targets outside
 * of the file, included documents, commands in fields (only page numbers may stand), document types and entities, names
 * that leave the package, and packages that unpack to absurd sizes.
 */
#ifndef BIHUAN_PUBLISH_DOCX_H
#define BIHUAN_PUBLISH_DOCX_H

#include "base/value.h"
#include "publish/doc.h"
#include "publish/xml_tree.h"
#include "publish/zip_file.h"

struct docx {
    struct zip_parts parts;
    struct xml_item *document; /* word/document.xml */
};

/* Unpacks and parses; *ret_roots: the tree of each part that is XML, NULL for the others.  For files of the program
 * itself, and in the child that reads those of the office (serve/template_read.h). */
enum rc docx_unpack(struct ctx *ctx, struct str bytes, struct docx *ret_docx, struct xml_item ***ret_roots) MUST_CHECK;
/* The rules for what was unpacked. */
enum rc docx_check(struct ctx *ctx, struct docx *docx, struct xml_item **roots) MUST_CHECK;
/* Both: opens a Word file under guard.  RC_DAMAGED, RC_UNSUPPORTED with template.macro, template.object,
 * template.external, template.included, template.field_command {0}, template.doctype {0}, reader.zip_* or
 * template.not_word; {0} is what was found, {1} the part. */
enum rc docx_open(struct ctx *ctx, struct str bytes, struct docx *ret_docx) MUST_CHECK;
/* Fills the fields.  RC_INVALID with every fault, its place ("p3", "table 1 r2 c1", "header1 p1", "p3 box p1") and the
 * text around it {1}: template.unknown_field {0}, template.unclosed {0}, template.unopened {0}, template.broken_field
 * {0}, template.wide_braces {0}. */
enum rc docx_fill(struct ctx *ctx, struct docx *docx, const struct value *data) MUST_CHECK;
/* Lines of titles end between words.  For templates of the program itself, whose sizes are known. */
enum rc docx_break_titles(struct ctx *ctx, struct docx *docx) MUST_CHECK;
/* What stands before attachments and signature, or before the last line about the snapshot, stays on their page: the
 * paragraph, or the last row of a table, of which they become a row without lines.  So does what stands before a last
 * paragraph of one line. */
enum rc docx_keep_ends(struct ctx *ctx, struct docx *docx) MUST_CHECK;
/* Puts event number and digest into the file's properties and, unless the template has {{snapshot}}, at its end. */
void docx_set_facts(struct ctx *ctx, struct docx *docx, const struct doc_facts *facts);
/* The package; the same parts give the same bytes. */
enum rc docx_write(struct ctx *ctx, const struct docx *docx, struct buf *out) MUST_CHECK;
/* The file as a tree, for PDF and pages: styles by their names, direct formatting of size, weight, colour, alignment.
 */
enum rc docx_read(struct ctx *ctx, const struct docx *docx, const struct doc_facts *facts,
                  struct doc **ret_doc) MUST_CHECK;
/* A text with fields over data, as one paragraph has them; place for messages. */
enum rc docx_fill_text(struct ctx *ctx, struct str text, const struct value *data, struct str place,
                       struct str *ret_text) MUST_CHECK;

#endif
