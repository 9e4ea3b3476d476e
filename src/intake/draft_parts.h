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

/* draft_apply.c, shared with draft_edit.c */
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
void draft_set_text(struct arena *arena, struct value *map, const char *key, struct str text);
void draft_set_null(struct arena *arena, struct value *map, const char *key);
/* Phase of an entry and of its measures. */
void draft_set_phase(struct arena *arena, struct value *map, struct str phase);
/* draft_edit.c */
enum rc draft_apply_edit(struct ctx *ctx, struct value *draft, const struct value *op) MUST_CHECK;

#endif
