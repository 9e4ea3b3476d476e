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

#endif
