/* catalog.h: what sqlgen makes from sql/: the texts of all queries and migrations, for both engines.
 *
 * One program links exactly one catalogue (queries_lib for the application, their own for tests of the room).
 * Texts carry parameters as $name; a list's text also carries the markers {filters} and {order}.
 */
#ifndef BIHUAN_DB_CATALOG_H
#define BIHUAN_DB_CATALOG_H

#include <stdbool.h>

enum { DB_ENGINE_COUNT = 2, DB_FILTERS_MAX = 63 }; /* index of an engine is its enum db_engine */

/* A filter or sort order of a list. */
struct db_fragment {
    const char *name;
    const char *sql[DB_ENGINE_COUNT];
};

struct db_query_text {
    const char *name;
    const char *place;    /* "finding.sql:12" */
    const char *scope;    /* alias whose rows the scope macro guards, or NULL */
    const char *unscoped; /* why there is no scope macro, or NULL */
    const char *sql[DB_ENGINE_COUNT];
    bool is_list;
    const struct db_fragment *filters;
    int filter_count;
    const struct db_fragment *sorts;
    int sort_count;
};

struct db_migration {
    int number;
    const char *name;
    const char *checksum; /* of the source text, the same for both engines */
    const char *sql[DB_ENGINE_COUNT];
};

struct db_catalog {
    const struct db_query_text *queries;
    int query_count;
    const struct db_migration *migrations; /* ascending numbers */
    int migration_count;
    const char *const *local_tables; /* not made from events: sessions, jobs, ... */
    int local_table_count;
};

extern const struct db_catalog db_catalog;
extern const struct db_migration db_migrations[];
extern const char *const db_local_tables[];

#endif
