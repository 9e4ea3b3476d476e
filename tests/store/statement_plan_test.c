/* statement_plan_test.c: what a change writes is found by an index.
 *
 * A change runs its statements each time; one that reads a whole table is not felt in a test's small database and costs
 * more with every row of a real one.  SQLite answers `a = ? OR b IN (...)` with two indexes, PostgreSQL reads the
 * table.
 */
#include "store_test.h"

#include <string.h>

#include "base/buf.h"
#include "db/catalog.h"
#include "db/internal.h"

/* Clears a table of a few settings. */
static const char *const whole_by_intent = "bulletin_rules_clear";

/* With whole tables out of favour and no other join than by index, a scan that is left has no index to go by. */
static void forbid_other_plans(struct store *store)
{
    static const char *const settings[] = {"SET plan_cache_mode = force_generic_plan", "SET enable_seqscan = off",
                                           "SET enable_hashjoin = off", "SET enable_mergejoin = off"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
        STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(settings[i]), &st));
        STORE_OK(db_run(store->ctx, st));
    }
}

static struct value *explain(struct store *store, int query)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    struct value *rows = NULL;
    struct db_stmt *of = db_query(store->db, query);
    struct buf sql CLEANUP(buf_done);
    buf_init(&sql, 4096);
    buf_add_format(&sql, "EXPLAIN EXECUTE \"%s\"", db_stmt_name(of));
    for (int i = 0; i < of->param_count; i++)
        buf_add_cstr(&sql, i ? ", NULL" : " (NULL");
    if (of->param_count)
        buf_add_cstr(&sql, ")");
    STORE_OK(db_prepare_text(store->ctx, store->db, buf_str(&sql), &st));
    STORE_OK(db_rows(store->ctx, st, &rows));
    return rows;
}

/* The first line that reads every row of a table: a scan without a condition below it; "" when there is none. */
static struct str find_whole_scan(const struct value *plan)
{
    struct str scan = STR("");
    VALUE_EACH (row, plan) {
        struct str line = value_get_text(row, "QUERY PLAN");
        if (scan.n && str_find(line, STR("Index Cond"), 0) == SIZE_MAX)
            return scan;
        bool is_scan =
            str_find(line, STR("Index Scan "), 0) != SIZE_MAX || str_find(line, STR("Index Only Scan "), 0) != SIZE_MAX;
        if (str_find(line, STR("Seq Scan on "), 0) != SIZE_MAX)
            return line;
        scan = is_scan ? line : STR("");
    }
    return scan;
}

STORE_TEST(what_a_change_writes_is_found_by_an_index)
{
    int seen = 0, faults = 0;
    if (db_get_engine(store->db) != DB_POSTGRES)
        return;
    forbid_other_plans(store);
    for (int i = 0; i < db_catalog.query_count; i++) {
        const struct db_query_text *query = &db_catalog.queries[i];
        const char *sql = query->sql[DB_POSTGRES];
        bool is_write = strncmp(sql, "UPDATE", 6) == 0 || strncmp(sql, "DELETE", 6) == 0;
        if (!query->unscoped || strncmp(query->unscoped, "apply", 5) != 0 || !is_write ||
            strcmp(query->name, whole_by_intent) == 0)
            continue;
        seen++;
        struct str scan = find_whole_scan(explain(store, i));
        if (scan.n && ++faults)
            print_error("%s %s: %.*s\n", query->place, query->name, STR_ARG(scan));
    }
    assert_true(seen > 100);
    assert_int_equal(faults, 0);
}

int main(void) { return STORE_RUN(STORE_CASE(what_a_change_writes_is_found_by_an_index)); }
