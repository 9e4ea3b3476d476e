/* sqlgen.h: parts of sqlgen, the program that turns sql/ into C at build time.
 *
 * sql/query/NOUN.sql
 *   -- scope: f              before the first block: for all blocks; inside a block: for that block.  The block must
 *                            use {scope f} (= f.unit_id, f.label) or {scope UNIT_COLUMN LABEL_EXPRESSION}
 *   -- unscoped: reason      the other choice; every block needs one of the two
 *   -- :name finding_get     begins a query; its text goes on to the next block; parameters are $name; no ';'
 *   -- :list finding_list    begins a list; its text has {filters} (a condition, true when none is chosen)
 *                            and {order}
 *   -- :list finding_count like finding_list     takes filters (and with {order} the sorts) of a list above it
 *   -- :filter status f.status = $status         at most 31; `-- | more text` continues it
 *   -- :sort due f.due, f.id
 *   -- @sqlite / -- @postgres / -- @end          lines, filters and sorts of one engine only
 * sql/schema/NNNN_name.sql
 *   type words @id @int64 @bool @time @date @text @blob and the table ending @without_rowid; SQLite tables become
 *   STRICT by themselves; -- @sqlite / -- @postgres / -- @end; -- local: TABLE ... for tables not made from events.
 */
#ifndef BIHUAN_DB_TOOLS_SQLGEN_H
#define BIHUAN_DB_TOOLS_SQLGEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

enum { ENGINES = 2, TEXT_BYTES_MAX = 1 << 20, FILTERS_MAX = 63 };

/* Where a message points. */
struct place {
    struct str path;
    int line;
};

struct fragment {
    struct str name;
    struct place place;
    struct buf sql[ENGINES];
    bool is_set[ENGINES];
};

struct query {
    struct str name, file;
    struct place place;
    struct str scope, unscoped;
    struct buf sql[ENGINES];
    bool is_list, has_order;
    const struct query *like; /* takes filters and sorts from there */
    VEC(struct fragment *) filters;
    VEC(struct fragment *) sorts;
};

struct migration {
    int number;
    struct str name;
    uint64_t checksum;
    struct buf sql[ENGINES];
};

struct gen {
    struct arena *arena;
    VEC(struct query *) queries;
    VEC(struct migration *) migrations;
    VEC(struct str) local_tables;
    VEC(struct str) inputs; /* every file and directory read, for the depfile */
};

/* Pushes or ends the program: a generator without memory has nothing to report. */
#define PUSH(gen, v, ...)                                                                                              \
    do {                                                                                                               \
        if (!VEC_PUSH((gen)->arena, (v), __VA_ARGS__))                                                                 \
            fail_at((struct place){STR("sqlgen"), 0}, "no memory");                                                    \
    } while (0)

/* Prints "path:line: message" and ends the program. */
void fail_at(struct place place, const char *format, ...) PRINTF_LIKE(2, 3) __attribute__((noreturn));
/* Whole file into the arena. */
struct str read_whole(struct gen *gen, struct str path);
/* Appends one line of SQL without comments and doubled blanks; expands macros of queries and words of schemas. */
void sql_add_query_line(struct buf *out, struct place place, struct str line, struct query *query);
void sql_add_schema_line(struct buf *out, struct place place, struct str line, int engine);
/* Adds STRICT to the tables of an SQLite schema. */
void sql_make_strict(struct buf *sql);
void read_queries(struct gen *gen, struct str path, struct str name);
void read_schema(struct gen *gen, struct str path, struct str name);
/* Checks what can be seen only when all files are read. */
void check_queries(struct gen *gen);
void write_queries_header(const struct gen *gen, struct buf *out);
void write_queries(const struct gen *gen, struct buf *out);
void write_migrations(const struct gen *gen, struct buf *out);

#endif
