/* sqlgen.c: sql/query and sql/schema become queries.h, queries.c and migrations.c.
 *
 *   sqlgen QUERY_DIR SCHEMA_DIR queries.h queries.c migrations.c DEPFILE
 *
 * Runs at build time only.  Outputs are rewritten only when they change, so a changed text does not recompile the
 * users of the enum.  The depfile names the directories too: a new file is noticed.
 */
#include "sqlgen.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 256 << 20, OUTPUT_BYTES_MAX = 64 << 20 };

void fail_at(struct place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%.*s:%d: ", STR_ARG(place.path), place.line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

struct str read_whole(struct gen *gen, struct str path)
{
    struct place place = {path, 0};
    FILE *file = fopen(path.p, "rb");
    if (!file)
        fail_at(place, "%s", strerror(errno));
    struct buf buf;
    buf_init(&buf, TEXT_BYTES_MAX);
    char block[8192];
    size_t n;
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        buf_add_bytes(&buf, block, n);
    if (ferror(file) || buf_rc(&buf) != RC_OK)
        fail_at(place, "cannot be read, or is over %d bytes", TEXT_BYTES_MAX);
    fclose(file);
    struct str text = arena_copy_str(gen->arena, buf_str(&buf));
    buf_done(&buf);
    return text;
}

static int is_sql_file(const struct dirent *entry)
{
    struct str name = str_from_cstr(entry->d_name);
    return entry->d_name[0] != '.' && str_has_suffix(name, STR(".sql"));
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void read_directory(struct gen *gen, const char *dir, void (*read)(struct gen *, struct str, struct str))
{
    struct dirent **entries = NULL;
    struct place place = {str_from_cstr(dir), 0};
    int count = scandir(dir, &entries, is_sql_file, by_bytes);
    if (count < 0)
        fail_at(place, "%s", strerror(errno));
    PUSH(gen, &gen->inputs, str_from_cstr(dir));
    for (int i = 0; i < count; i++) {
        struct str path = arena_format(gen->arena, "%s/%s", dir, entries[i]->d_name);
        PUSH(gen, &gen->inputs, path);
        read(gen, path, arena_copy_str(gen->arena, str_from_cstr(entries[i]->d_name)));
        free(entries[i]);
    }
    free(entries);
}

static void write_file(struct gen *gen, const char *path, const struct buf *content)
{
    struct place place = {str_from_cstr(path), 0};
    if (buf_rc(content) != RC_OK)
        fail_at(place, "output is too large");
    FILE *old = fopen(path, "rb");
    if (old) {
        fclose(old);
        if (str_equal(read_whole(gen, place.path), buf_str(content)))
            return;
    }
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_at(place, "%s", strerror(errno));
    bool is_whole = fwrite(content->p, 1, content->n, file) == content->n;
    if (fclose(file) != 0 || !is_whole)
        fail_at(place, "%s", strerror(errno));
}

static void write_output(struct gen *gen, const char *path, void (*write)(const struct gen *, struct buf *))
{
    struct buf out;
    buf_init(&out, OUTPUT_BYTES_MAX);
    write(gen, &out);
    write_file(gen, path, &out);
    buf_done(&out);
}

static void free_buffers(struct gen *gen)
{
    for (size_t i = 0; i < gen->queries.n; i++) {
        struct query *q = gen->queries.p[i];
        for (int e = 0; e < ENGINES; e++) {
            buf_done(&q->sql[e]);
            for (size_t f = 0; !q->like && f < q->filters.n; f++)
                buf_done(&q->filters.p[f]->sql[e]);
            for (size_t s = 0; !q->like && s < q->sorts.n; s++)
                buf_done(&q->sorts.p[s]->sql[e]);
        }
    }
    for (size_t i = 0; i < gen->migrations.n; i++)
        for (int e = 0; e < ENGINES; e++)
            buf_done(&gen->migrations.p[i]->sql[e]);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: sqlgen QUERY_DIR SCHEMA_DIR queries.h queries.c migrations.c DEPFILE\n");
        return 2;
    }
    struct gen gen = {.arena = arena_new(ARENA_BYTES_MAX)};
    if (!gen.arena)
        return 1;
    read_directory(&gen, argv[1], read_queries);
    read_directory(&gen, argv[2], read_schema);
    check_queries(&gen);
    write_output(&gen, argv[3], write_queries_header);
    write_output(&gen, argv[4], write_queries);
    write_output(&gen, argv[5], write_migrations);

    struct buf deps;
    buf_init(&deps, TEXT_BYTES_MAX);
    buf_add_format(&deps, "%s:", argv[3]);
    for (size_t i = 0; i < gen.inputs.n; i++)
        buf_add_format(&deps, " \\\n  %.*s", STR_ARG(gen.inputs.p[i]));
    buf_add_char(&deps, '\n');
    write_file(&gen, argv[6], &deps);
    buf_done(&deps);
    free_buffers(&gen);
    arena_free(gen.arena);
    return 0;
}
