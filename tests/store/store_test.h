/* store_test.h: runs each test on SQLite and on PostgreSQL, each time with a fresh, migrated database.
 *
 *   STORE_TEST(finding_gets_a_number) { ... store->ctx, store->db ... }
 *   int main(void) { return STORE_RUN(STORE_CASE(finding_gets_a_number), ...); }
 *
 * The server is the one of BIHUAN_TEST_PG_URL, else a private one.  Without PostgreSQL on the machine its half is shown
 * as skipped; with CI=true that is a failure.
 */
#ifndef BIHUAN_TESTS_STORE_TEST_H
#define BIHUAN_TESTS_STORE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db.h"

struct store {
    struct ctx *ctx; /* with an arena for the case */
    struct db *db;   /* writer */
    struct str url;  /* for more connections */
    const char *dir; /* empty directory of the case */
};

struct store_case {
    const char *name;
    void (*run)(struct store *store);
};

#define STORE_TEST(name) static void name(struct store *store)
#define STORE_CASE(name) ((struct store_case){#name, name})
#define STORE_RUN(...)                                                                                                 \
    store_run((const struct store_case[]){__VA_ARGS__},                                                                \
              sizeof((const struct store_case[]){__VA_ARGS__}) / sizeof(struct store_case))

/* Runs all cases on both engines; the exit code of the program. */
int store_run(const struct store_case *cases, size_t count);
/* Fails the case, with the details on ctx, when rc is not wanted. */
void store_expect_at(struct store *store, enum rc rc, enum rc wanted, const char *file, int line);
#define STORE_OK(rc) store_expect_at(store, (rc), RC_OK, __FILE__, __LINE__)
#define STORE_RC(rc, wanted) store_expect_at(store, (rc), (wanted), __FILE__, __LINE__)
/* Another connection to the case's database; the case closes it. */
struct db *store_connect(struct store *store, enum db_mode mode);

#endif
