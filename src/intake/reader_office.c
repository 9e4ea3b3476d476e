/* reader_office.c: see reader_office.h.  Source: ECMA-376 part 2 (packages). */
#include "intake/reader_office.h"

#include <string.h>

enum rc office_part(struct zip_package *package, struct reader *reader, struct str name, const struct xml_node **ret)
{
    struct str bytes;
    enum rc rc = zip_package_read(package, name, &bytes);
    if (rc == RC_NOT_FOUND) {
        *ret = NULL;
        return RC_OK;
    }
    TRY(rc);
    return xml_parse_tree(reader, bytes, name, ret);
}

enum rc office_relations(struct zip_package *package, struct reader *reader, struct str part,
                         const struct xml_node **ret)
{
    size_t cut = part.n;
    while (cut > 0 && part.p[cut - 1] != '/')
        cut--;
    struct str name = arena_format(reader->scratch, "%.*s_rels/%.*s.rels", STR_ARG(str_slice(part, 0, cut)),
                                   STR_ARG(str_slice(part, cut, part.n)));
    return office_part(package, reader, name, ret);
}

struct str office_target(struct reader *reader, const struct xml_node *relations, struct str part, const char *type,
                         struct str id)
{
    for (const struct xml_node *r = xml_child(relations, "Relationship"); r; r = xml_next(r)) {
        struct str of = xml_attribute(r, "Type");
        size_t n = type ? strlen(type) : 0;
        bool is_it = type ? of.n > n && of.p[of.n - n - 1] == '/' && str_has_suffix(of, (struct str){type, n})
                          : str_equal(xml_attribute(r, "Id"), id);
        /* Threat: a relation that names a file or an address outside; only parts of the package are ever opened. */
        if (is_it && !str_equal_cstr(xml_attribute(r, "TargetMode"), "External"))
            return zip_resolve_path(reader->scratch, part, xml_attribute(r, "Target"));
    }
    return STR_EMPTY;
}

enum rc office_title(struct zip_package *package, struct reader *reader)
{
    const struct xml_node *core;
    TRY(office_part(package, reader, STR("docProps/core.xml"), &core));
    reader->document->title = xml_text(reader, xml_child(core, "title"));
    return RC_OK;
}

enum rc office_main_part(struct zip_package *package, struct reader *reader, struct str otherwise, struct str *ret)
{
    /* Threat: macros.  Nothing here would run them, but such a file must not pass on to a colleague as clean. */
    const struct xml_node *types;
    TRY(office_part(package, reader, STR("[Content_Types].xml"), &types));
    for (const struct xml_node *node = types ? types->first : NULL; node; node = node->next)
        if (str_find(xml_attribute(node, "ContentType"), STR("macroEnabled"), 0) != SIZE_MAX ||
            str_find(xml_attribute(node, "ContentType"), STR("vbaProject"), 0) != SIZE_MAX)
            return ctx_fail_key(reader->ctx, RC_UNSUPPORTED, "reader.macro");
    const struct xml_node *relations;
    TRY(office_relations(package, reader, STR_EMPTY, &relations));
    struct str part = office_target(reader, relations, STR_EMPTY, "officeDocument", STR_EMPTY);
    *ret = part.n ? part : otherwise;
    return RC_OK;
}

bool office_is_on(const struct xml_node *parent, const char *name)
{
    const struct xml_node *node = xml_child(parent, name);
    struct str value = xml_attribute(node, "val");
    return node && !str_equal_cstr(value, "0") && !str_equal_cstr(value, "false") && !str_equal_cstr(value, "off") &&
           !str_equal_cstr(value, "none");
}
