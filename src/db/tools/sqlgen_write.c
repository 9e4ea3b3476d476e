/* sqlgen_write.c: the C that sqlgen makes. */
#include "sqlgen.h"

#include <ctype.h>

static void add_upper(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_add_char(out, (char)toupper((unsigned char)s.p[i]));
}

/* A C literal, broken over lines. */
static void add_literal(struct buf *out, struct str s)
{
    size_t column = 0;
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++, column++) {
        unsigned char c = (unsigned char)s.p[i];
        if (column > 90 && c == ' ') {
            buf_add_cstr(out, "\"\n        \"");
            column = 0;
        }
        if (c == '\n')
            buf_add_cstr(out, "\\n");
        else if (c == '"' || c == '\\')
            buf_add_format(out, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            buf_add_format(out, "\\%03o", c);
        else
            buf_add_char(out, (char)c);
    }
    buf_add_char(out, '"');
}

static void add_literal_or_null(struct buf *out, struct str s)
{
    if (s.n)
        add_literal(out, s);
    else
        buf_add_cstr(out, "NULL");
}

void write_queries_header(const struct gen *gen, struct buf *out)
{
    buf_add_cstr(out, "/* Made by sqlgen from sql/query; not to be edited. */\n"
                      "#ifndef BIHUAN_QUERIES_H\n#define BIHUAN_QUERIES_H\n\n#include <stdint.h>\n\nenum query {\n");
    for (size_t i = 0; i < gen->queries.n; i++) {
        buf_add_cstr(out, "    Q_");
        add_upper(out, gen->queries.p[i]->name);
        buf_add_cstr(out, ",\n");
    }
    buf_add_cstr(out, "    QUERY_COUNT\n};\n");
    for (size_t i = 0; i < gen->queries.n; i++) {
        const struct query *q = gen->queries.p[i];
        if (!q->is_list || q->like)
            continue;
        if (q->filters.n) {
            buf_add_char(out, '\n');
            for (size_t f = 0; f < q->filters.n; f++) {
                buf_add_cstr(out, "#define ");
                add_upper(out, q->name);
                buf_add_cstr(out, "_FILTER_");
                add_upper(out, q->filters.p[f]->name);
                buf_add_format(out, " (UINT64_C(1) << %d)\n", (int)f);
            }
        }
        if (q->sorts.n) {
            buf_add_format(out, "\nenum %.*s_sort {\n", STR_ARG(q->name));
            for (size_t s = 0; s < q->sorts.n; s++) {
                buf_add_cstr(out, "    ");
                add_upper(out, q->name);
                buf_add_cstr(out, "_SORT_");
                add_upper(out, q->sorts.p[s]->name);
                buf_add_cstr(out, ",\n");
            }
            buf_add_cstr(out, "    ");
            add_upper(out, q->name);
            buf_add_cstr(out, "_SORT_COUNT\n};\n");
        }
    }
    buf_add_cstr(out, "\n#endif\n");
}

static void add_fragments(struct buf *out, const struct query *q, const char *kind, struct fragment *const *list,
                          size_t n)
{
    if (n == 0 || q->like)
        return;
    buf_add_format(out, "static const struct db_fragment %.*s_%s[] = {\n", STR_ARG(q->name), kind);
    for (size_t i = 0; i < n; i++) {
        buf_add_cstr(out, "    {");
        add_literal(out, list[i]->name);
        for (int e = 0; e < ENGINES; e++) {
            buf_add_cstr(out, e ? ",\n      " : ", {");
            add_literal(out, str_trim(buf_str(&list[i]->sql[e])));
        }
        buf_add_cstr(out, "}},\n");
    }
    buf_add_cstr(out, "};\n");
}

static void add_fragments_use(struct buf *out, const struct query *q, const char *kind, size_t n)
{
    struct str owner = q->like ? q->like->name : q->name;
    if (n)
        buf_add_format(out, ",\n     .%s = %.*s_%s, .%.*s_count = %d", kind, STR_ARG(owner), kind,
                       (int)str_from_cstr(kind).n - 1, kind, (int)n);
}

void write_queries(const struct gen *gen, struct buf *out)
{
    buf_add_cstr(out, "/* Made by sqlgen from sql/query; not to be edited. */\n"
                      "#include <stddef.h>\n\n#include \"db/catalog.h\"\n\n");
    for (size_t i = 0; i < gen->queries.n; i++) {
        const struct query *q = gen->queries.p[i];
        add_fragments(out, q, "filters", q->filters.p, q->filters.n);
        add_fragments(out, q, "sorts", q->sorts.p, q->sorts.n);
    }
    buf_add_cstr(out, "static const struct db_query_text queries[] = {\n");
    for (size_t i = 0; i < gen->queries.n; i++) {
        const struct query *q = gen->queries.p[i];
        buf_add_cstr(out, "    {.name = ");
        add_literal(out, q->name);
        buf_add_format(out, ",\n     .place = \"%.*s:%d\",\n     .scope = ", STR_ARG(q->file), q->place.line);
        add_literal_or_null(out, q->scope);
        buf_add_cstr(out, ",\n     .unscoped = ");
        add_literal_or_null(out, q->unscoped);
        buf_add_format(out, ",\n     .is_list = %s", q->is_list ? "true" : "false");
        for (int e = 0; e < ENGINES; e++) {
            buf_add_cstr(out, e ? ",\n        " : ",\n     .sql = {");
            add_literal(out, str_trim(buf_str(&q->sql[e])));
        }
        buf_add_char(out, '}');
        add_fragments_use(out, q, "filters", q->filters.n);
        add_fragments_use(out, q, "sorts", q->has_order ? q->sorts.n : 0);
        buf_add_cstr(out, "},\n");
    }
    buf_add_cstr(out, "    {.name = NULL},\n};\n\n"
                      "const struct db_catalog db_catalog = {\n    .queries = queries,\n");
    buf_add_format(out, "    .query_count = %d,\n", (int)gen->queries.n);
    buf_add_format(out, "    .migrations = db_migrations,\n    .migration_count = %d,\n", (int)gen->migrations.n);
    buf_add_format(out, "    .local_tables = db_local_tables,\n    .local_table_count = %d,\n};\n",
                   (int)gen->local_tables.n);
}

void write_migrations(const struct gen *gen, struct buf *out)
{
    buf_add_cstr(out, "/* Made by sqlgen from sql/schema; not to be edited. */\n"
                      "#include <stddef.h>\n\n#include \"db/catalog.h\"\n\n"
                      "const struct db_migration db_migrations[] = {\n");
    for (size_t i = 0; i < gen->migrations.n; i++) {
        const struct migration *m = gen->migrations.p[i];
        buf_add_format(out, "    {.number = %d, .name = ", m->number);
        add_literal(out, m->name);
        buf_add_format(out, ", .checksum = \"%016llx\"", (unsigned long long)m->checksum);
        for (int e = 0; e < ENGINES; e++) {
            buf_add_cstr(out, e ? ",\n        " : ",\n     .sql = {");
            add_literal(out, buf_str(&m->sql[e]));
        }
        buf_add_cstr(out, "}},\n");
    }
    buf_add_cstr(out, "    {.number = 0},\n};\n\nconst char *const db_local_tables[] = {\n");
    for (size_t i = 0; i < gen->local_tables.n; i++) {
        buf_add_cstr(out, "    ");
        add_literal(out, gen->local_tables.p[i]);
        buf_add_cstr(out, ",\n");
    }
    buf_add_cstr(out, "    NULL,\n};\n");
}
