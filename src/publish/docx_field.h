/* docx_field.h: names, values and tags of templates; private to the files docx_*.c. */
#ifndef BIHUAN_PUBLISH_DOCX_FIELD_H
#define BIHUAN_PUBLISH_DOCX_FIELD_H

#include "publish/docx.h"

enum { FILL_SCOPES_MAX = 24, FILL_PART_MAX = 64 * 1024 * 1024, FILL_FAULTS_MAX = 50, FILL_DEPTH_MAX = 130 };

struct fill {
    struct ctx *ctx;
    const struct value *scopes[FILL_SCOPES_MAX];
    int depth, faults;
    struct str place;
    struct str around; /* text of the paragraph, for messages */
};

struct tag {
    size_t from, to; /* with the braces */
    char sign;       /* 0 # ^ / */
    struct str name;
};

/* Tells a fault at the place where the work is; the caller goes on. */
void fill_fault(struct fill *fill, const char *key, struct str what);
bool fill_is_name(struct str s);
/* Value of a name: in the innermost scope that has it; NULL when none has. */
const struct value *fill_look_up(const struct fill *fill, struct str name);
/* The same; an unknown name is a fault and gives null. */
const struct value *fill_need(struct fill *fill, struct str name);
/* Not null, false, zero or empty. */
bool fill_is_something(const struct value *v);
struct str fill_text_of(struct fill *fill, const struct value *v);
/* Another scope; false when there are too many. */
bool fill_push(struct fill *fill, const struct value *scope);
/* The next {{...}} at or after from. */
bool fill_next_tag(struct str text, size_t from, struct tag *ret);
/* The {{/name}} that belongs to open. */
bool fill_find_close(struct str text, const struct tag *open, struct tag *ret);
/* The text with its fields filled, in the arena. */
struct str fill_rendered(struct fill *fill, struct str text);
/* Gives each paragraph below root its place as the readers of documents say it: "p3", "table 1 r2 c1", "p3 box p1" for
 * the first paragraph of a text box that hangs in the third; part ("" or "header1 ") stands before it. */
void docx_set_places(struct arena *arena, struct xml_item *root, const char *part);
/* Accepts what is tracked, drops comments and marks of the spelling check, takes off wrappers without a look of their
 * own; of words in two forms one stays.  Changes the tree. */
void docx_accept(struct xml_item *root);
/* Whether a part may hold what docx_accept takes away. */
bool docx_has_marks(struct str bytes);
/* Whether what stands at the item is on a landscape page: the next description of a section says so. */
bool docx_next_is_landscape(const struct xml_item *item);
/* Leaves out the parts that hold comments and who wrote them. */
enum rc docx_drop_reviewers(struct ctx *ctx, struct docx *docx) MUST_CHECK;

#endif
