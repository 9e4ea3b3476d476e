/* register_sheet_parts.h: what the files of register_sheet share; nobody else includes it. */
#ifndef BIHUAN_INTAKE_REGISTER_SHEET_PARTS_H
#define BIHUAN_INTAKE_REGISTER_SHEET_PARTS_H

#include "intake/register_sheet.h"

enum sheet_field {
#define FIELD(name) SHEET_##name,
#define ALIAS(name, guess)
#define HEAD(name, word)
#define CHOICE(field, value, word)
#define TOTAL(word)
#define BLANK(word)
#include "../../data/register_words.def"
#undef FIELD
#undef ALIAS
#undef HEAD
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

#endif
