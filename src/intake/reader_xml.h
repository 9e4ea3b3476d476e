/* reader_xml.h: XML parts of packages, as calls or as a small tree; the only file that knows expat.
 *
 * Names come without their prefix.  Document types are refused unless asked for, entity declarations always.
 */
#ifndef BIHUAN_INTAKE_READER_XML_H
#define BIHUAN_INTAKE_READER_XML_H

#include "intake/reader_work.h"

struct xml_attribute {
    struct str name, value;
};

struct xml_node {
    struct str name; /* empty for a run of text */
    struct str text;
    struct xml_attribute *attributes;
    int attribute_count;
    struct xml_node *first, *last, *next, *parent;
};

struct xml_handler {
    /* attributes: name, value, name, value, ..., NULL; names with their prefix */
    enum rc (*start)(void *user, struct str name, const char **attributes);
    enum rc (*end)(void *user, struct str name);
    enum rc (*text)(void *user, struct str s);
    bool allows_doctype;
};

/* Parses bytes, calling the handler; part names the part in messages. */
enum rc xml_parse(struct reader *reader, struct str bytes, struct str part, const struct xml_handler *handler,
                  void *user) MUST_CHECK;
/* The whole part as a tree in scratch; the root element. */
enum rc xml_parse_tree(struct reader *reader, struct str bytes, struct str part,
                       const struct xml_node **ret) MUST_CHECK;

/* First child element of that name, or NULL; node may be NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *name);
/* Next sibling element of the same name, or NULL. */
const struct xml_node *xml_next(const struct xml_node *node);
/* Value of an attribute by local name; empty when absent or node is NULL. */
struct str xml_attribute(const struct xml_node *node, const char *name);
bool xml_has_attribute(const struct xml_node *node, const char *name);
bool xml_is(const struct xml_node *node, const char *name);
/* All text under node. */
struct str xml_text(struct reader *reader, const struct xml_node *node);
int64_t xml_attribute_int(const struct xml_node *node, const char *name, int64_t otherwise);
/* Of a NULL-terminated list as given to start: value of the attribute with that local name. */
struct str xml_list_attribute(const char **attributes, const char *name);

#endif
