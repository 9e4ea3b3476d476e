/* reader_office.h: what .docx and .xlsx share: relations between parts, properties, refusal of macros. */
#ifndef BIHUAN_INTAKE_READER_OFFICE_H
#define BIHUAN_INTAKE_READER_OFFICE_H

#include "intake/reader_xml.h"
#include "intake/reader_zip.h"

/* A part as a tree; *ret is NULL when the package has no such part. */
enum rc office_part(struct zip_package *package, struct reader *reader, struct str name,
                    const struct xml_node **ret) MUST_CHECK;
/* The relations of a part ("word/document.xml"; "" for the package): the <Relationships> element or NULL. */
enum rc office_relations(struct zip_package *package, struct reader *reader, struct str part,
                         const struct xml_node **ret) MUST_CHECK;
/* Target part of the first relation whose type ends with "/" type, or of the relation with that id (type NULL). */
struct str office_target(struct reader *reader, const struct xml_node *relations, struct str part, const char *type,
                         struct str id);
/* Title of docProps/core.xml into the document. */
enum rc office_title(struct zip_package *package, struct reader *reader) MUST_CHECK;
/* Refuses macros; finds the main part, or otherwise when no relation names it. */
enum rc office_main_part(struct zip_package *package, struct reader *reader, struct str otherwise,
                         struct str *ret) MUST_CHECK;
/* An on/off property: absent element false, <b/> true, <b val="0"/> false. */
bool office_is_on(const struct xml_node *parent, const char *name);

#endif
