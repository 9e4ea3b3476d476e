/* draft_parts.h: what the files of the draft share; for src/intake/draft*.c only. */
#ifndef BIHUAN_INTAKE_DRAFT_PARTS_H
#define BIHUAN_INTAKE_DRAFT_PARTS_H

#include "intake/draft.h"

/* Recomputes used_by and state of every paragraph and the lists unplaced and dropped. */
void draft_refresh(struct arena *arena, struct value *draft);
/* Fresh id with the letter of its kind: "f12". */
struct str draft_new_id(struct arena *arena, struct value *draft, char letter);
/* Changeable child; NULL when absent. */
struct value *draft_child(struct value *map, const char *key);
/* An empty entry with all fields of its kind ('f', 'm', 'a', 's', 'n'), not yet in a list. */
struct value *draft_new_entry(struct arena *arena, struct value *draft, char letter, struct str title, struct str body);
/* Status as stated to its normal form ("done", "in_progress", ...); "" when the words tell none. */
struct str draft_status_of(struct str stated);

/* draft_entry.c */
struct draft_entry {
    struct value *list; /* that holds it */
    struct value *value;
    struct value *finding; /* of a measure */
    char letter;           /* p a f m s n; S for the source */
};
/* RC_INVALID with draft.unknown_id when nothing has this id. */
enum rc draft_find_entry(struct ctx *ctx, struct value *draft, struct str id, struct draft_entry *ret) MUST_CHECK;
/* Puts the detail on ctx and gives RC_INVALID. */
enum rc draft_refuse(struct ctx *ctx, const char *key, struct str arg);
/* Takes a child out of its list; puts one before another, or last when that is NULL. */
void draft_unlink(struct value *list, struct value *child);
void draft_link(struct value *list, struct value *child, struct value *before);
void draft_set_text(struct arena *arena, struct value *map, const char *key, struct str text);
void draft_set_null(struct arena *arena, struct value *map, const char *key);
/* Phase of an entry and of its measures. */
void draft_set_phase(struct arena *arena, struct value *map, struct str phase);
/* Title and body from a text: the title ends with its first sentence or line. */
void draft_set_words(struct arena *arena, struct value *map, struct str text);
/* Without blanks and line feeds at both ends. */
struct str draft_trim(struct str s);
bool draft_holds(const struct value *list, int64_t n);
/* The two with a line feed between, or the one that is not empty. */
struct str draft_join_lines(struct arena *arena, struct str a, struct str b);
/* A number into a list that has it not yet. */
void draft_add_number(struct arena *arena, struct value *list, int64_t n);
/* The list of an entry's paragraphs, made when there is none. */
struct value *draft_paragraph_list(struct arena *arena, struct value *map);
/* Every paragraph that an entry stands for, its measures' too. */
void draft_gather_paragraphs(struct arena *arena, const struct value *from, struct value *to);
struct value *draft_find_paragraph(struct value *draft, int64_t n);
/* Findings of one aspect go to another; "" leaves them without. */
void draft_repoint_aspect(struct arena *arena, struct value *draft, struct str from, struct str to);
/* draft_apply.c */
/* A new entry of the kind that `as` names goes into the draft; *ret is it. */
enum rc draft_put_new(struct ctx *ctx, struct value *draft, struct str as, struct str to, struct str title,
                      struct str body, struct value **ret) MUST_CHECK;
/* draft_retype.c */
enum rc draft_apply_retype(struct ctx *ctx, struct value *draft, const struct value *op) MUST_CHECK;
/* draft_build.c and draft_build_label.c: what is being read into a draft. */
struct outline;
struct outline_node;
struct draft_named;

struct draft_builder {
    struct arena *arena;
    const struct outline *outline;
    struct value *draft;
    struct value *parts, *aspects, *findings, *next_steps, *notes;
    const size_t *first_fact;  /* per line: index of its first fact */
    struct draft_named *named; /* problems so far, the last first */
};
/* Sets a text or a day that is there; an empty text leaves what stands. */
void draft_put_text(struct draft_builder *b, struct value *map, const char *key, struct str text);
void draft_put_day(struct draft_builder *b, struct value *map, const char *key, int32_t day);
/* draft_build_label.c */
enum draft_label { DRAFT_LABEL_NONE, DRAFT_LABEL_MEASURES, DRAFT_LABEL_FACT };
/* What a piece below a finding is by the label that its heading is or begins with ("measures taken", "responsible:
 * ..."); *ret_value is the match offset behind the label. */
enum draft_label draft_label_of(const struct draft_builder *b, const struct outline_node *node, size_t *ret_value);
/* Where the value of a labelled line starts ("measures taken: ..."), or 0; due, responsible and leader are set from
 * their lines. *ret_is_measure tells whether the line's words are measures. */
size_t draft_read_label(struct draft_builder *b, struct value *finding, uint32_t at, bool *ret_is_measure);
/* Fields that clauses of match range [from, to) of line `at` name by their labels and the finding has not yet; what is
 * named twice belongs to measures and sets nothing. */
void draft_read_fields(struct draft_builder *b, struct value *finding, uint32_t at, size_t from, size_t to);
/* The words of line `at` from match offset `from` begin with the label of a field ("leader: ..."). */
bool draft_is_field(const struct draft_builder *b, uint32_t at, size_t from);
/* Line `at` begins with a label that is of no field and announces no measures ("supervised by: ..."). */
bool draft_is_told(const struct draft_builder *b, uint32_t at);
/* Line `at` begins with a label that tells how it went ("progress: ..."). */
bool draft_is_measures(const struct draft_builder *b, uint32_t at);
bool draft_is_progress(const struct draft_builder *b, uint32_t at);
/* Behind the label of measures or progress that a clause of match range [from, to) of line `at` begins with, or from:
 * what stands before it describes the problem. */
size_t draft_told_start(const struct draft_builder *b, uint32_t at, size_t from, size_t to);
/* Where the fields behind a measure's words start in match range [from, to) of line `at` ("...; until: ..."), or to. */
size_t draft_fields_start(const struct draft_builder *b, uint32_t at, size_t from, size_t to);
/* Deadline and lead of a measure from the labelled clauses of a range. */
void draft_read_measure_fields(struct draft_builder *b, struct value *measure, uint32_t at, size_t from, size_t to);
/* draft_build_measure.c */
/* Measures of a finding: the marked ones and rows of tables below it, else with may_derive one for each sentence. */
void draft_add_measures(struct draft_builder *b, struct value *finding, const struct outline_node *node,
                        bool may_derive);
/* Measures of phase long_term for what the long-term part says of a finding that stands in another part. */
void draft_add_lasting(struct draft_builder *b, struct value *finding, const struct outline_node *node);
/* draft_build_again.c */
/* Remembers the words that name a finding. */
void draft_name_finding(struct draft_builder *b, struct value *finding, const struct outline_node *node);
/* The one finding of an earlier part that a piece of the long-term part names again, by the same heading or nearly the
 * same; NULL when none or several are named so. */
struct value *draft_find_named(const struct draft_builder *b, const struct outline_node *node);
/* A part of a closure notice that tells of its one finding: what was aimed at, done, accepted.  False when it is none.
 */
bool draft_add_closure_part(struct draft_builder *b, struct value *finding, const struct outline_node *node);
/* State that the words of a body tell, as stated and as normalised. */
void draft_read_status(struct draft_builder *b, struct value *finding, struct str body);
/* Phase that a deadline tells which is no date ("for good", "at once"), or NULL. */
const char *draft_phase_of_due(struct str due);
/* draft_edit.c */
enum rc draft_apply_edit(struct ctx *ctx, struct value *draft, const struct value *op) MUST_CHECK;

#endif
