/* paper_dress.h: rows of a snapshot with the words and figures as a paper prints them; see paper_data.h. */
#ifndef BIHUAN_PUBLISH_PAPER_DRESS_H
#define BIHUAN_PUBLISH_PAPER_DRESS_H

#include "base/ctx.h"
#include "base/value.h"

/* A map, or each map of a list: KEY_label for codes, KEY_text for dates, times, amounts and shares. */
void paper_dress(struct ctx *ctx, struct value *rows, struct str today);
/* The same for every map of a tree. */
void paper_dress_tree(struct ctx *ctx, struct value *tree, struct str today);
/* n, cn, is_first, is_last for the rows of a list, and of the lists in them. */
void paper_number(struct ctx *ctx, struct value *list);
/* Names of those who carry findings, measures and tasks, put on their rows by the duties of data. */
enum rc paper_dress_duties(struct ctx *ctx, struct value *data) MUST_CHECK;
/* A day as a paper writes it, in the arena. */
struct str paper_date_text(struct arena *arena, int32_t day);
/* fen as yuan, thousands separated, in the arena. */
struct str paper_money_text(struct arena *arena, int64_t fen);

#endif
