/* xml_tree.h: an XML part as a tree that can be changed and written again; names keep their prefixes.
 *
 * Document types are refused, so there are no entities to blow up; nesting and size are limited.  Memory is ctx's
 * arena.
 */
#ifndef BIHUAN_PUBLISH_XML_TREE_H
#define BIHUAN_PUBLISH_XML_TREE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"

struct xml_pair {
    struct str name, value;
};

struct xml_item {
    struct str name; /* empty: text */
    struct str text;
    struct xml_pair *pairs;
    int pair_count;
    struct xml_item *parent, *first, *last, *next;
    struct str place; /* where it stands in the template, for messages; of paragraphs */
    bool is_joined;   /* goes on in the next paragraph: docx_accept.c */
};

/* RC_DAMAGED: template.xml {0} part, template.doctype {0} part, template.deep {0} part. */
enum rc xml_tree_read(struct ctx *ctx, struct str bytes, struct str part, struct xml_item **ret_root) MUST_CHECK;
/* With the XML declaration. */
void xml_tree_write(struct buf *out, const struct xml_item *root);
bool xml_item_is(const struct xml_item *item, const char *name);
struct str xml_item_get(const struct xml_item *item, const char *name); /* empty when absent; item may be NULL */
struct xml_item *xml_item_child(const struct xml_item *item, const char *name); /* item may be NULL */
struct xml_item *xml_item_new(struct ctx *ctx, const char *name);
struct xml_item *xml_item_text(struct ctx *ctx, struct str text);
/* Deep copy without parent and sibling. */
struct xml_item *xml_item_copy(struct ctx *ctx, const struct xml_item *item);
void xml_item_append(struct xml_item *parent, struct xml_item *child);
void xml_item_set(struct ctx *ctx, struct xml_item *item, const char *name, struct str value);
/* Next item of the tree in document order, within top. */
struct xml_item *xml_item_after(const struct xml_item *item, const struct xml_item *top);

#endif
