/* outline.h: from paragraphs to an outline with marks, roles and places.
 *
 * The outline says what the document is made of and where each piece stands in the file; it repairs
 * nothing.  A mark's style (what is printed: "一、", "(一)", "1.") and a node's role (what the piece is for:
 * aspect, finding, measure) are separate fields.  Every paragraph of the document is in exactly one place:
 * in the front matter, in a node, in the closing, dropped as furniture with a reason, or unplaced.
 * Wrong numbers, sums, rates and damaged text are reported, never corrected.
 */
#ifndef BIHUAN_INTAKE_OUTLINE_H
#define BIHUAN_INTAKE_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/value.h"
#include "intake/document.h"

/* What is printed before a piece, from the outermost to the innermost. */
#define OUTLINE_STYLES(X)                                                                                              \
    X(NONE, "none")                                                                                                    \
    X(CHAPTER, "chapter") /* 第一章, 第一部分 */                                                                \
    X(PART, "part")       /* 一、 */                                                                                 \
    X(SECTION, "section") /* (一) */                                                                                  \
    X(ITEM, "item")       /* 1. or 1、 */                                                                             \
    X(DECIMAL, "decimal") /* 1.1 */                                                                                    \
    X(SUB, "sub")         /* (1) */                                                                                    \
    X(PAREN, "paren")     /* 1) */                                                                                     \
    X(CIRCLED, "circled") /* the circled digits */                                                                     \
    X(ORDINAL, "ordinal") /* 第一，  其一， */                                                                   \
    X(POINT, "point")     /* 一是 */                                                                                 \
    X(HEADING, "heading") /* no mark, but a heading style in the file */                                               \
    X(TABLE, "table")     /* a table as a whole */                                                                     \
    X(ROW, "row")         /* one entry of a problem ledger */

enum outline_style {
#define OUTLINE_STYLE(name, text) STYLE_##name,
    OUTLINE_STYLES(OUTLINE_STYLE)
#undef OUTLINE_STYLE
        STYLE_COUNT_
};

/* What a piece is for.  The first group is front and end matter, the second the role of a part, the third
 * the role of what stands in a part. */
#define OUTLINE_ROLES(X)                                                                                               \
    X(NONE, "none")                                                                                                    \
    X(FURNITURE, "furniture")                                                                                          \
    X(UNPLACED, "unplaced")                                                                                            \
    X(TITLE, "title")                                                                                                  \
    X(TITLE_NOTE, "title_note")                                                                                        \
    X(NUMBER, "document_number")                                                                                       \
    X(SALUTATION, "salutation")                                                                                        \
    X(OPENING, "opening")                                                                                              \
    X(LEAD, "lead")                                                                                                    \
    X(PUBLICITY, "publicity")                                                                                          \
    X(CONTACTS, "contacts")                                                                                            \
    X(SIGNATURE, "signature")                                                                                          \
    X(ATTACHMENT, "attachment")                                                                                        \
    X(OTHER, "other")                                                                                                  \
    X(RESPONSIBILITY, "responsibility")                                                                                \
    X(FINDINGS, "findings")                                                                                            \
    X(LONG_TERM, "long_term")                                                                                          \
    X(NEXT_STEPS, "next_steps")                                                                                        \
    X(ACCOUNTABILITY, "accountability")                                                                                \
    X(STATISTICS, "statistics")                                                                                        \
    X(ASSESSMENT, "assessment")                                                                                        \
    X(RECOMMENDATIONS, "recommendations")                                                                              \
    X(CAUSES, "causes")                                                                                                \
    X(ASPECT, "aspect")                                                                                                \
    X(FINDING, "finding")                                                                                              \
    X(MEASURE, "measure")                                                                                              \
    X(LONG_TERM_POINT, "long_term_point")                                                                              \
    X(PLAN, "plan")                                                                                                    \
    X(ACTION, "action")                                                                                                \
    X(CAUSE, "cause") X(RECOMMENDATION, "recommendation") X(LEDGER, "ledger") X(TABLE, "table") X(TEXT, "text")

enum outline_role {
#define OUTLINE_ROLE(name, text) ROLE_##name,
    OUTLINE_ROLES(OUTLINE_ROLE)
#undef OUTLINE_ROLE
        ROLE_COUNT_
};

#define OUTLINE_KINDS(X)                                                                                               \
    X(OTHER, "other")                                                                                                  \
    X(BULLETIN, "bulletin")                                                                                            \
    X(FEEDBACK, "feedback")                                                                                            \
    X(AUDIT_REPORT, "audit_report")                                                                                    \
    X(AUDIT_RECTIFICATION, "audit_rectification")                                                                      \
    X(CLOSURE, "closure_notice") X(ANNOUNCEMENT, "announcement") X(NEWS, "news") X(PLAN, "plan") X(LEDGER, "ledger")

enum outline_kind {
#define OUTLINE_KIND(name, text) KIND_##name,
    OUTLINE_KINDS(OUTLINE_KIND)
#undef OUTLINE_KIND
        KIND_COUNT_
};

struct outline;

/* Reads the outline of a document.  The document and its text must outlive ctx->arena's use of the outline.
 * RC_NOMEM or RC_TOO_LARGE of the arena; no text is refused, an unreadable one is an outline full of unplaced. */
enum rc outline_build(struct ctx *ctx, const struct document *document, struct outline **ret_outline) MUST_CHECK;

enum outline_kind outline_get_kind(const struct outline *outline);

/* Everything that was read, as one tree: kind, is_bulletin, counts, source, publicity, contacts, signature,
 * tree, front, paragraphs, unplaced, dropped, reports.  NULL when the arena refuses. */
struct value *outline_to_value(struct arena *arena, const struct outline *outline);

/* Names as in the value tree ("part", "finding", "bulletin"); static. */
const char *outline_style_name(enum outline_style style);
const char *outline_role_name(enum outline_role role);
const char *outline_kind_name(enum outline_kind kind);

#endif
