/* paper_support.h: what the tests of papers share: memory of a case, a made-up paper, and looking into its OFD package.
 */
#ifndef BIHUAN_TESTS_PAPER_SUPPORT_H
#define BIHUAN_TESTS_PAPER_SUPPORT_H

#include "publish/doc.h"
#include "publish/xml_tree.h"
#include "publish/zip_file.h"
#include "unit.h"

extern struct ctx ctx; /* of the case that runs */
int set_up(void **state);
int tear_down(void **state);

extern const char long_text[];
/* A paper with head, so many paragraphs under headings, and a table of so many rows on a sheet turned around (0: none).
 */
struct doc *make(int paragraphs, int rows);
/* Written as OFD: its parts, and its bytes. */
struct zip_parts package_of(struct doc *doc, struct str *ret_bytes);
struct xml_item *parse(const struct zip_parts *parts, struct str name);
struct xml_item *page_of(const struct zip_parts *parts, int n); /* from 0 */
int page_count(const struct zip_parts *parts);
struct str text_of(const struct xml_item *item);
double number_of(const struct xml_item *item, const char *name);
struct str without_blanks(struct str s);
struct line {
    double y, x;
    struct str text;
};
/* The lines of a page, from its text objects. */
int lines_of(const struct xml_item *content, struct line *lines, int room);
/* What pdftotext with the options reads from the paper as PDF. */
struct str pdf_text(struct doc *doc, const char *options);
void box_of(struct str s, double box[4]); /* "x y width height" in mm */

#endif
