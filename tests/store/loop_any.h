/* loop_any.h: any command of data/commands.def with made-up input: for tests that try them all.
 *
 * Fields are filled by their kind and name: ids of things that exist, dates around the pinned day, choices, texts.  A
 * field named in `given` has that value.
 */
#ifndef BIHUAN_TESTS_LOOP_ANY_H
#define BIHUAN_TESTS_LOOP_ANY_H

#include "loop_closing_support.h"

void any_seed(uint64_t seed);
uint32_t any_random(uint32_t below);
/* Ids are read anew: after things were made. */
void any_forget(void);
/* A random id of a table; 0 without. */
int64_t any_id(struct store *store, const char *table);
/* The table of a command's noun or of a field; NULL when it is none. */
const char *any_table_of_noun(struct str noun);
const char *any_table_of_field(const char *field);
/* From now on only fields that must be given are. */
void any_lean(bool is_lean);
/* Raw input for the command; given may be NULL. */
struct value *any_input(struct store *store, const struct command *command, const struct value *given);
/* Whether a command belongs to accounts, sign-in, documents or the program itself, and is no part of the loop. */
bool any_is_elsewhere(const struct command *command);

#endif
