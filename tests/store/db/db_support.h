/* db_support.h: owners and notes of the small catalogue, for the tests of db.h. */
#ifndef BIHUAN_TESTS_DB_SUPPORT_H
#define BIHUAN_TESTS_DB_SUPPORT_H

#include "store_test.h"

struct db_stmt *owner_insert(struct store *store, int64_t id, const char *name);
struct db_stmt *note_insert(struct store *store, int64_t id, int64_t owner, const char *title);
void fill(struct store *store, int owners, int notes);
int64_t count_of(struct store *store, const char *table);
struct str json_of(struct store *store, const struct value *v);

#endif
