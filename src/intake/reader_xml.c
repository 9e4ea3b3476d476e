/* reader_xml.c: XML by expat under limits; see reader_xml.h. */
#include "intake/reader_xml.h"

#include <expat.h>
#include <string.h>

struct xml_work {
    struct reader *reader;
    const struct xml_handler *handler;
    void *user;
    XML_Parser parser;
    int depth;
    enum rc rc;
    const char *key; /* message of our own refusal */
};

static struct str local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return str_from_cstr(colon ? colon + 1 : name);
}

static void stop(struct xml_work *work, enum rc rc, const char *key)
{
    if (work->rc != RC_OK)
        return;
    work->rc = rc;
    work->key = key;
    XML_StopParser(work->parser, XML_FALSE);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_work *work = user;
    if (work->rc != RC_OK)
        return;
    /* Threat: elements nested a million deep overflow the stack of whoever walks the tree. */
    if (++work->depth > READER_DEPTH_MAX) {
        stop(work, RC_DAMAGED, "reader.nesting");
        return;
    }
    enum rc rc = work->handler->start(work->user, local_name(name), attributes);
    if (rc != RC_OK)
        stop(work, rc, NULL);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct xml_work *work = user;
    work->depth--;
    if (work->rc != RC_OK)
        return;
    enum rc rc = work->handler->end(work->user, local_name(name));
    if (rc != RC_OK)
        stop(work, rc, NULL);
}

static void XMLCALL on_text(void *user, const XML_Char *s, int n)
{
    struct xml_work *work = user;
    if (work->rc != RC_OK || n <= 0)
        return;
    enum rc rc = work->handler->text(work->user, (struct str){s, (size_t)n});
    if (rc != RC_OK)
        stop(work, rc, NULL);
}

/* Threat: entities that grow exponentially (billion laughs) or name local files.  Neither OOXML nor OFD use a document
 * type, so one is enough to refuse; where a foreign tool writes one, declaring an entity is refused. */
static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
                               int has_internal_subset)
{
    (void)name, (void)system_id, (void)public_id;
    struct xml_work *work = user;
    if (!work->handler->allows_doctype || has_internal_subset)
        stop(work, RC_DAMAGED, "reader.xml_entities");
}

static void XMLCALL on_entity(void *user, const XML_Char *name, int is_parameter, const XML_Char *value,
                              int value_length, const XML_Char *base, const XML_Char *system_id,
                              const XML_Char *public_id, const XML_Char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)value_length, (void)base, (void)system_id, (void)public_id;
    (void)notation;
    stop(user, RC_DAMAGED, "reader.xml_entities");
}

enum rc xml_parse(struct reader *reader, struct str bytes, struct str part, const struct xml_handler *handler,
                  void *user)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!parser)
        return reader_no_room(reader, RC_NOMEM);
    struct xml_work work = {.reader = reader, .handler = handler, .user = user, .parser = parser};
    XML_SetUserData(parser, &work);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    XML_SetEntityDeclHandler(parser, on_entity);
    enum { STEP = 1024 * 1024 };
    enum XML_Status status = XML_STATUS_OK;
    for (size_t at = 0; status == XML_STATUS_OK; at += STEP) {
        size_t n = bytes.n - at < STEP ? bytes.n - at : STEP;
        bool is_last = at + n == bytes.n;
        status = XML_Parse(parser, bytes.p + at, (int)n, is_last);
        if (is_last)
            break;
    }
    enum rc rc = work.rc;
    if (rc != RC_OK && work.key)
        rc = reader_damaged(reader, work.key, part);
    else if (rc == RC_OK && status != XML_STATUS_OK)
        rc = reader_damaged(reader, "reader.xml_broken", part);
    else if (rc != RC_OK && !reader->ctx->issue_count)
        rc = reader_no_room(reader, rc);
    XML_ParserFree(parser);
    return rc;
}

/* The tree. */

struct tree {
    struct reader *reader;
    struct xml_node *root, *open;
    struct buf text;
};

static struct xml_node *tree_add(struct tree *tree)
{
    struct xml_node *node = ARENA_NEW(tree->reader->scratch, struct xml_node);
    if (!node)
        return NULL;
    node->parent = tree->open;
    if (!tree->open)
        tree->root = node;
    else if (tree->open->last)
        tree->open->last = tree->open->last->next = node;
    else
        tree->open->first = tree->open->last = node;
    return node;
}

static enum rc tree_flush(struct tree *tree)
{
    if (!tree->text.n || !tree->open)
        return RC_OK;
    TRY(buf_rc(&tree->text));
    struct xml_node *node = tree_add(tree);
    if (!node)
        return arena_rc(tree->reader->scratch);
    node->text = arena_copy_str(tree->reader->scratch, buf_str(&tree->text));
    buf_reset(&tree->text);
    return arena_rc(tree->reader->scratch);
}

static enum rc tree_start(void *user, struct str name, const char **attributes)
{
    struct tree *tree = user;
    TRY(tree_flush(tree));
    struct arena *arena = tree->reader->scratch;
    struct xml_node *node = tree_add(tree);
    if (!node)
        return arena_rc(arena);
    node->name = arena_copy_str(arena, name);
    int n = 0;
    while (attributes[2 * n])
        n++;
    node->attributes = n ? ARENA_NEW_ARRAY(arena, struct xml_attribute, (size_t)n) : NULL;
    for (int i = 0; node->attributes && i < n; i++)
        node->attributes[i] = (struct xml_attribute){arena_copy_str(arena, local_name(attributes[2 * i])),
                                                     arena_copy_str(arena, str_from_cstr(attributes[2 * i + 1]))};
    node->attribute_count = n;
    tree->open = node;
    return arena_rc(arena);
}

static enum rc tree_end(void *user, struct str name)
{
    (void)name;
    struct tree *tree = user;
    TRY(tree_flush(tree));
    tree->open = tree->open->parent;
    return RC_OK;
}

static enum rc tree_text(void *user, struct str s)
{
    struct tree *tree = user;
    buf_add(&tree->text, s);
    return buf_rc(&tree->text);
}

enum rc xml_parse_tree(struct reader *reader, struct str bytes, struct str part, const struct xml_node **ret)
{
    static const struct xml_handler handler = {tree_start, tree_end, tree_text, false};
    struct tree tree = {.reader = reader};
    buf_init(&tree.text, READER_TEXT_MAX);
    enum rc rc = xml_parse(reader, bytes, part, &handler, &tree);
    buf_done(&tree.text);
    TRY(rc);
    *ret = tree.root;
    return RC_OK;
}

bool xml_is(const struct xml_node *node, const char *name) { return node && str_equal_cstr(node->name, name); }

const struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
    for (const struct xml_node *child = node ? node->first : NULL; child; child = child->next)
        if (xml_is(child, name))
            return child;
    return NULL;
}

const struct xml_node *xml_next(const struct xml_node *node)
{
    for (const struct xml_node *next = node->next; next; next = next->next)
        if (str_equal(next->name, node->name))
            return next;
    return NULL;
}

static const struct xml_attribute *find_attribute(const struct xml_node *node, const char *name)
{
    for (int i = 0; node && i < node->attribute_count; i++)
        if (str_equal_cstr(node->attributes[i].name, name))
            return &node->attributes[i];
    return NULL;
}

struct str xml_attribute(const struct xml_node *node, const char *name)
{
    const struct xml_attribute *attribute = find_attribute(node, name);
    return attribute ? attribute->value : STR_EMPTY;
}

bool xml_has_attribute(const struct xml_node *node, const char *name) { return find_attribute(node, name) != NULL; }

int64_t xml_attribute_int(const struct xml_node *node, const char *name, int64_t otherwise)
{
    int64_t value;
    return str_parse_int64(xml_attribute(node, name), &value) ? value : otherwise;
}

struct str xml_list_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (str_equal_cstr(local_name(attributes[0]), name))
            return str_from_cstr(attributes[1]);
    return STR_EMPTY;
}

static void gather_text(struct buf *out, const struct xml_node *node)
{
    buf_add(out, node->text);
    for (const struct xml_node *child = node->first; child; child = child->next)
        gather_text(out, child);
}

struct str xml_text(struct reader *reader, const struct xml_node *node)
{
    if (!node)
        return STR_EMPTY;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, READER_TEXT_MAX);
    gather_text(&out, node);
    return buf_rc(&out) == RC_OK ? arena_copy_str(reader->scratch, buf_str(&out)) : STR_EMPTY;
}
