/* register_sheet_parts.h: what the files of register_sheet share; nobody else includes it. */
#ifndef BIHUAN_INTAKE_REGISTER_SHEET_PARTS_H
#define BIHUAN_INTAKE_REGISTER_SHEET_PARTS_H

#include "base/map.h"
#include "db/db.h"
#include "intake/register_sheet.h"

enum sheet_field {
#define FIELD(name) SHEET_##name,
#define ALIAS(name, guess)
#define HEAD(name, word)
#define EXPORTED(name, word)
#define EXPORTED_ONLY(word)
#define CHOICE(field, value, word)
#define TOTAL(word)
#define BLANK(word)
#include "../../data/register_words.def"
#undef FIELD
#undef ALIAS
#undef HEAD
#undef EXPORTED
#undef EXPORTED_ONLY
#undef CHOICE
#undef TOTAL
#undef BLANK
    SHEET_FIELD_COUNT
};

/* Name of a field. */
const char *sheet_field_name(enum sheet_field field);
/* Field of a name; SHEET_FIELD_COUNT when there is none. */
enum sheet_field sheet_field_find(struct str name);
/* Value of the words of a choice; "" when unknown. */
struct str sheet_choice_find(struct arena *arena, enum sheet_field field, struct str words);
/* A row of sums begins with this cell; is_whole: the cell must be the word. */
bool sheet_word_is_total(struct arena *arena, struct str cell, bool is_whole);
/* The cell says "nothing". */
bool sheet_word_is_blank(struct arena *arena, struct str cell);
/* Without blanks of any width at both ends. */
struct str sheet_trim(struct str s);

/* A sheet while its rows are read. */
struct sheet_reading {
    struct ctx *ctx;
    struct arena *arena;
    const struct sheet_grid *grid;
    const struct sheet_row *row;
    int column_of[SHEET_FIELD_COUNT]; /* 1-based, 0: no such column */
    struct str letter_of[SHEET_FIELD_COUNT];
    bool is_own, is_poam; /* is_poam: plan of action and milestones, by the head of its numbers */
    int64_t amount_unit;
    struct str section; /* heading row above, when there is no column of aspects */
    struct value *rows, *errors, *notes;
    struct value *current;    /* finding that further lines belong to */
    struct str number, title; /* of current, as they stand in the cells */
    struct map seen;          /* key of a row -> its row number as text */
};

/* What a cell of deadlines says. */
struct sheet_deadline {
    struct str day;    /* "2026-06-30" or "" */
    struct str stated; /* the words, when they are more than the day */
    struct str phase;  /* what the words say of it, or "" */
    bool is_faulty;
};

/* ---- register_sheet_cell.c: what the cells of a row say ---- */
struct str sheet_raw_cell(const struct sheet_reading *r, enum sheet_field field);
/* Text of a cell as the register keeps it: our own book as it is, others cleaned like every document. */
struct str sheet_cell(struct sheet_reading *r, enum sheet_field field);
struct str sheet_one_line(struct sheet_reading *r, struct str s);
/* An error at the cell of the row that is read. */
void sheet_complain(struct sheet_reading *r, enum sheet_field field, struct str value, const char *key, struct str arg);
void sheet_put_line(struct sheet_reading *r, struct value *to, enum sheet_field field);
/* unknown: the message for words that are none of the field's. */
void sheet_put_choice(struct sheet_reading *r, struct value *to, enum sheet_field field, const char *unknown);
struct sheet_deadline sheet_read_deadline(struct sheet_reading *r);
void sheet_put_due(struct sheet_reading *r, struct value *to, const struct sheet_deadline *due);
void sheet_put_amount(struct sheet_reading *r, struct value *to);
/* Bytes of a mark "1." "(1)" or a circled number at the start of a line; 0 without. */
size_t sheet_mark_bytes(struct str s);
/* The lines of the cell are measures of their own when each has its mark. */
void sheet_add_measures(struct sheet_reading *r, struct value *list, const struct sheet_deadline *due,
                        struct str phase);

/* ---- register_sheet_compare.c ---- */
/* Puts what the row changes of the finding into change, and changes of its measures into measures: {text, phase, due,
 * id (0: a further one)}. */
enum rc sheet_compare(struct ctx *ctx, struct db *db, const struct value *row, const struct value *old, int64_t unit_id,
                      struct value *change, struct value *measures) MUST_CHECK;
/* Whether the row states a cause that the finding does not have; none is taken away. */
enum rc sheet_compare_cause(struct ctx *ctx, struct db *db, const struct value *row, const struct value *old,
                            bool *ret_is_new) MUST_CHECK;
/* Whether two cells say the same; what a cell could not hold is no difference. */
bool sheet_is_same_text(struct str a, struct str b);

#endif
