/* sqlgen_read.c: files of sql/query and sql/schema; the form is described in sqlgen.h. */
#include "sqlgen.h"

#include <ctype.h>
#include <string.h>

enum { BOTH = -1, SQLITE = 0, POSTGRES = 1 };

/* Where the reader stands in a query file. */
struct reader {
    struct gen *gen;
    struct str file_scope, file_unscoped, file;
    struct query *query;
    struct fragment *fragment; /* takes `-- |` lines */
    int engine;                /* BOTH, SQLITE, POSTGRES */
};

static bool is_name(struct str s)
{
    if (s.n == 0 || s.n > 50 || !islower((unsigned char)s.p[0]))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!islower((unsigned char)s.p[i]) && !isdigit((unsigned char)s.p[i]) && s.p[i] != '_')
            return false;
    return true;
}

/* "-- WORDrest": the rest, trimmed; false when the line is something else. */
static bool takes(struct str line, const char *word, struct str *ret_rest)
{
    struct str head = str_from_cstr(word);
    line = str_trim(line);
    if (!str_has_prefix(line, STR("--")))
        return false;
    line = str_trim(str_slice(line, 2, line.n));
    if (!str_has_prefix(line, head))
        return false;
    line = str_slice(line, head.n, line.n);
    if (line.n && line.p[0] != ' ' && line.p[0] != '\t')
        return false;
    *ret_rest = str_trim(line);
    return true;
}

static struct str take_word(struct str *rest)
{
    struct str word = STR_EMPTY;
    str_split_next(rest, ' ', &word);
    *rest = str_trim(*rest);
    return word;
}

static struct query *find_query(struct gen *gen, struct str name)
{
    for (size_t i = 0; i < gen->queries.n; i++)
        if (str_equal(gen->queries.p[i]->name, name))
            return gen->queries.p[i];
    return NULL;
}

static void finish_query(struct reader *r)
{
    struct query *q = r->query;
    r->query = NULL;
    r->fragment = NULL;
    r->engine = BOTH;
    if (!q)
        return;
    if (q->scope.n == 0 && q->unscoped.n == 0)
        fail_at(q->place, "%.*s has neither `-- scope: alias` nor `-- unscoped: reason`", STR_ARG(q->name));
    for (int e = 0; e < ENGINES; e++) {
        struct str text = str_trim(buf_str(&q->sql[e]));
        if (buf_rc(&q->sql[e]) != RC_OK)
            fail_at(q->place, "%.*s is too long", STR_ARG(q->name));
        if (text.n == 0)
            fail_at(q->place, "%.*s has no text for %s", STR_ARG(q->name), e == SQLITE ? "SQLite" : "PostgreSQL");
        if (q->is_list && str_find(text, STR("{filters}"), 0) == SIZE_MAX)
            fail_at(q->place, "list %.*s has no {filters}", STR_ARG(q->name));
    }
}

static void begin_query(struct reader *r, struct place place, struct str rest, bool is_list)
{
    finish_query(r);
    struct str name = take_word(&rest);
    if (!is_name(name))
        fail_at(place, "a query needs a name of a-z, 0-9 and _, at most 50");
    struct query *same = find_query(r->gen, name);
    if (same)
        fail_at(place, "duplicate name %.*s, first at %.*s:%d", STR_ARG(name), STR_ARG(same->place.path),
                same->place.line);
    struct query *q = ARENA_NEW(r->gen->arena, struct query);
    PUSH(r->gen, &r->gen->queries, q);
    q->name = name;
    q->file = r->file;
    q->place = place;
    q->is_list = is_list;
    q->scope = r->file_scope;
    q->unscoped = r->file_unscoped;
    for (int e = 0; e < ENGINES; e++)
        buf_init(&q->sql[e], TEXT_BYTES_MAX);
    if (is_list && rest.n) {
        struct str like = take_word(&rest);
        q->like = find_query(r->gen, rest);
        if (!str_equal_cstr(like, "like") || !q->like || !q->like->is_list || q->like->like || q->like == q)
            fail_at(place, "expected `-- :list NAME like OTHER` with a list above that has its own filters");
    } else if (rest.n) {
        fail_at(place, "unexpected text after the name");
    }
    r->query = q;
}

static void add_to_fragment(struct reader *r, struct place place, struct str text)
{
    for (int e = 0; e < ENGINES; e++)
        if (r->engine == BOTH || r->engine == e)
            sql_add_query_line(&r->fragment->sql[e], place, text, r->query);
}

static void begin_fragment(struct reader *r, struct place place, struct str rest, bool is_sort)
{
    struct query *q = r->query;
    struct str name = take_word(&rest);
    if (!q || !q->is_list || q->like)
        fail_at(place, "filters and sorts stand in a `-- :list` block that has its own");
    if (!is_name(name) || rest.n == 0)
        fail_at(place, "expected a name and a text");
    struct fragment *f = NULL;
    for (size_t i = 0; i < (is_sort ? q->sorts.n : q->filters.n); i++) {
        struct fragment *other = is_sort ? q->sorts.p[i] : q->filters.p[i];
        if (str_equal(other->name, name))
            f = other;
    }
    if (!f) {
        f = ARENA_NEW(r->gen->arena, struct fragment);
        if (is_sort)
            PUSH(r->gen, &q->sorts, f);
        else
            PUSH(r->gen, &q->filters, f);
        f->name = name;
        f->place = place;
        for (int e = 0; e < ENGINES; e++)
            buf_init(&f->sql[e], TEXT_BYTES_MAX);
    }
    for (int e = 0; e < ENGINES; e++) {
        if (r->engine != BOTH && r->engine != e)
            continue;
        if (f->is_set[e])
            fail_at(place, "duplicate name %.*s, first at line %d", STR_ARG(name), f->place.line);
        f->is_set[e] = true;
    }
    r->fragment = f;
    if (q->filters.n > FILTERS_MAX)
        fail_at(place, "a list has at most %d filters", FILTERS_MAX);
    add_to_fragment(r, place, rest);
}

static void set_scope(struct reader *r, struct place place, struct str scope, struct str unscoped)
{
    if (scope.n == 0 && unscoped.n == 0)
        fail_at(place, "scope: needs an alias, unscoped: a reason");
    if (r->query) {
        r->query->scope = scope;
        r->query->unscoped = unscoped;
    } else {
        r->file_scope = scope;
        r->file_unscoped = unscoped;
    }
}

static void read_query_line(struct reader *r, struct place place, struct str line)
{
    struct str rest;
    if (takes(line, ":name", &rest)) {
        begin_query(r, place, rest, false);
    } else if (takes(line, ":list", &rest)) {
        begin_query(r, place, rest, true);
    } else if (takes(line, ":filter", &rest)) {
        begin_fragment(r, place, rest, false);
    } else if (takes(line, ":sort", &rest)) {
        begin_fragment(r, place, rest, true);
    } else if (takes(line, "|", &rest)) {
        if (!r->fragment)
            fail_at(place, "`-- |` continues a filter or sort; there is none");
        add_to_fragment(r, place, rest);
    } else if (takes(line, "scope:", &rest)) {
        set_scope(r, place, rest, STR_EMPTY);
    } else if (takes(line, "unscoped:", &rest)) {
        set_scope(r, place, STR_EMPTY, rest);
    } else if (takes(line, "@sqlite", &rest)) {
        r->engine = SQLITE;
    } else if (takes(line, "@postgres", &rest)) {
        r->engine = POSTGRES;
    } else if (takes(line, "@end", &rest)) {
        r->engine = BOTH;
    } else if (str_has_prefix(str_trim(line), STR("-- :")) || str_has_prefix(str_trim(line), STR("-- @"))) {
        fail_at(place, "unknown directive");
    } else if (str_trim(line).n && !str_has_prefix(str_trim(line), STR("--"))) {
        if (!r->query)
            fail_at(place, "text before the first `-- :name`");
        if (r->fragment)
            fail_at(place, "text after a filter or sort; continue those with `-- |`");
        for (int e = 0; e < ENGINES; e++)
            if (r->engine == BOTH || r->engine == e)
                sql_add_query_line(&r->query->sql[e], place, line, r->query);
    }
}

void read_queries(struct gen *gen, struct str path, struct str name)
{
    struct reader r = {.gen = gen, .engine = BOTH, .file = name};
    struct str text = read_whole(gen, path), line;
    struct place place = {path, 0};
    while (str_split_next(&text, '\n', &line)) {
        place.line++;
        read_query_line(&r, place, line);
    }
    finish_query(&r);
}

/* What can be judged only with all lines known: fragments complete for both engines, scope really used. */
void check_queries(struct gen *gen)
{
    for (size_t i = 0; i < gen->queries.n; i++) {
        struct query *q = gen->queries.p[i];
        if (q->like) {
            q->filters = q->like->filters;
            q->sorts = q->like->sorts;
        }
        for (int e = 0; e < ENGINES; e++) {
            bool is_guarded = str_find(buf_str(&q->sql[e]), STR("user_scope scope_"), 0) != SIZE_MAX;
            if (q->scope.n && !is_guarded)
                fail_at(q->place, "%.*s says scope: but does not use {scope ...}", STR_ARG(q->name));
        }
        if (q->has_order != (q->sorts.n > 0) && !(q->like && !q->has_order))
            fail_at(q->place, "list %.*s: {order} and `-- :sort` lines belong together", STR_ARG(q->name));
        for (size_t k = 0; k < q->filters.n + q->sorts.n; k++) {
            struct fragment *f = k < q->filters.n ? q->filters.p[k] : q->sorts.p[k - q->filters.n];
            if (!f->is_set[SQLITE] || !f->is_set[POSTGRES])
                fail_at(f->place, "%.*s is missing for one engine", STR_ARG(f->name));
        }
    }
}

void read_schema(struct gen *gen, struct str path, struct str name)
{
    struct str text = read_whole(gen, path), line, rest;
    struct place place = {path, 0};
    struct migration *m = ARENA_NEW(gen->arena, struct migration);
    int64_t number = 0;
    if (name.n < 10 || name.p[4] != '_' || !str_parse_int64(str_slice(name, 0, 4), &number) || number <= 0)
        fail_at(place, "a schema file is called NNNN_name.sql");
    if (gen->migrations.n && gen->migrations.p[gen->migrations.n - 1]->number >= number)
        fail_at(place, "number %d is taken", (int)number);
    PUSH(gen, &gen->migrations, m);
    m->number = (int)number;
    m->name = str_slice(name, 5, name.n - 4);
    m->checksum = str_hash(text, 0);
    for (int e = 0; e < ENGINES; e++)
        buf_init(&m->sql[e], TEXT_BYTES_MAX);
    int engine = BOTH;
    while (str_split_next(&text, '\n', &line)) {
        place.line++;
        if (takes(line, "@sqlite", &rest)) {
            engine = SQLITE;
        } else if (takes(line, "@postgres", &rest)) {
            engine = POSTGRES;
        } else if (takes(line, "@end", &rest)) {
            engine = BOTH;
        } else if (takes(line, "local:", &rest)) {
            while (rest.n)
                PUSH(gen, &gen->local_tables, take_word(&rest));
        } else if (str_has_prefix(str_trim(line), STR("-- @"))) {
            fail_at(place, "unknown directive");
        } else if (str_trim(line).n && !str_has_prefix(str_trim(line), STR("--"))) {
            for (int e = 0; e < ENGINES; e++)
                if (engine == BOTH || engine == e)
                    sql_add_schema_line(&m->sql[e], place, line, e);
        }
    }
    sql_make_strict(&m->sql[SQLITE]);
    for (int e = 0; e < ENGINES; e++)
        if (buf_rc(&m->sql[e]) != RC_OK)
            fail_at(place, "too long");
}
