/* stmt.c: statements: parameters, the list cache, binding by name; see db.h. */
#include "db/internal.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { PARAMS_MAX = 200, NAME_BYTES_MAX = 80 };

static bool is_name_char(char c) { return c == '_' || isalnum((unsigned char)c); }

/* Numbers the parameters of sql by first appearance into out; skips quoted pieces.  -1 when there are too many. */
static int number_params(struct str sql, char mark, struct buf *out, struct str params[PARAMS_MAX])
{
    int count = 0;
    for (size_t i = 0; i < sql.n;) {
        char c = sql.p[i];
        size_t end = i + 1;
        if (c == '\'' || c == '"') {
            end = str_find_byte(sql, c, i + 1);
            end = end == SIZE_MAX ? sql.n : end + 1;
        } else if (c == '$' && end < sql.n && is_name_char(sql.p[end]) && !isdigit((unsigned char)sql.p[end])) {
            while (end < sql.n && is_name_char(sql.p[end]))
                end++;
            struct str name = str_slice(sql, i + 1, end);
            int k = 0;
            while (k < count && !str_equal(params[k], name))
                k++;
            if (k == PARAMS_MAX)
                return -1;
            if (k == count)
                params[count++] = name;
            buf_add_format(out, "%c%d", mark, k + 1);
            i = end;
            continue;
        }
        buf_add(out, str_slice(sql, i, end));
        i = end;
    }
    return count;
}

struct db_stmt *db_stmt_new(struct db *db, const char *name, struct str sql)
{
    struct str params[PARAMS_MAX];
    CLEANUP(buf_done) struct buf text;
    buf_init(&text, DB_SQL_BYTES_MAX);
    int count = number_params(sql, db->ops->param_mark, &text, params);
    if (count < 0 || buf_rc(&text) != RC_OK)
        return NULL;
    size_t names_bytes = 0, name_bytes = strlen(name) + 1;
    for (int i = 0; i < count; i++)
        names_bytes += params[i].n;
    size_t params_bytes = (size_t)count * sizeof(struct str);
    struct db_stmt *st = alloc_zeroed(1, sizeof *st + params_bytes + text.n + 1 + name_bytes + names_bytes);
    if (!st)
        return NULL;
    st->db = db;
    st->query = -1;
    st->params = (struct str *)(st + 1);
    st->param_count = count;
    char *p = (char *)st->params + params_bytes;
    if (text.n)
        memcpy(p, text.p, text.n);
    st->sql = p;
    p += text.n + 1;
    memcpy(p, name, name_bytes);
    st->name = p;
    p += name_bytes;
    for (int i = 0; i < count; i++) {
        memcpy(p, params[i].p, params[i].n);
        st->params[i] = (struct str){p, params[i].n};
        p += params[i].n;
    }
    st->next = db->all;
    db->all = st;
    return st;
}

static void free_owned(struct db_stmt *st)
{
    while (st->owned) {
        struct db_owned *next = st->owned->next;
        alloc_free(st->owned);
        st->owned = next;
    }
}

void db_stmt_drop(struct db_stmt *st)
{
    struct db *db = st->db;
    for (struct db_stmt **at = &db->all; *at; at = &(*at)->next) {
        if (*at == st) {
            *at = st->next;
            break;
        }
    }
    if (st->engine)
        db->ops->finalize(st);
    free_owned(st);
    alloc_free(st);
}

bool db_list_text(const struct db_query_text *text, enum db_engine engine, uint64_t filters, int sort, struct buf *out)
{
    struct str sql = str_from_cstr(text->sql[engine]);
    if (sort < 0 || (sort > 0 && sort >= text->sort_count) || (filters >> text->filter_count) != 0)
        return false;
    size_t at = 0, brace;
    while ((brace = str_find_byte(sql, '{', at)) != SIZE_MAX) {
        struct str rest = str_slice(sql, brace, sql.n);
        buf_add(out, str_slice(sql, at, brace));
        if (str_has_prefix(rest, STR("{filters}"))) {
            buf_add_cstr(out, filters ? "" : "1 = 1");
            const char *between = "";
            for (int i = 0; i < text->filter_count; i++) {
                if (!(filters >> i & 1))
                    continue;
                buf_add_format(out, "%s(%s)", between, text->filters[i].sql[engine]);
                between = " AND ";
            }
            at = brace + strlen("{filters}");
        } else if (str_has_prefix(rest, STR("{order}"))) {
            buf_add_cstr(out, text->sorts[sort].sql[engine]);
            at = brace + strlen("{order}");
        } else { /* a brace inside a quoted text */
            buf_add_char(out, '{');
            at = brace + 1;
        }
    }
    buf_add(out, str_slice(sql, at, sql.n));
    return buf_rc(out) == RC_OK;
}

/* New, unprepared statement of a list. */
static struct db_stmt *new_list_stmt(struct db *db, int q, uint64_t filters, int sort)
{
    const struct db_query_text *text = &db_catalog.queries[q];
    CLEANUP(buf_done) struct buf sql;
    buf_init(&sql, DB_SQL_BYTES_MAX);
    if (!db_list_text(text, db->ops->engine, filters, sort, &sql))
        return NULL;
    char name[NAME_BYTES_MAX];
    snprintf(name, sizeof name, "%s_%ld", text->name, ++db->serial);
    struct db_stmt *st = db_stmt_new(db, name, buf_str(&sql));
    if (st) {
        st->query = q;
        st->filters = filters;
        st->sort = sort;
    }
    return st;
}

/* The statement of q, made when it is not there yet; NULL when memory is short. */
static struct db_stmt *make_query(struct db *db, int q)
{
    const struct db_query_text *text = &db_catalog.queries[q];
    if (!db->queries[q])
        db->queries[q] = text->is_list ? new_list_stmt(db, q, 0, 0)
                                       : db_stmt_new(db, text->name, str_from_cstr(text->sql[db->ops->engine]));
    return db->queries[q];
}

enum rc db_prepare_all(struct ctx *ctx, struct db *db)
{
    db->queries = alloc_zeroed((size_t)db_catalog.query_count + 1, sizeof(struct db_stmt *));
    db->spare = db_stmt_new(db, "spare", STR_EMPTY);
    if (!db->queries || !db->spare)
        return RC_NOMEM;
    if (db->ops->prepares_late)
        return RC_OK;
    for (int q = 0; q < db_catalog.query_count; q++)
        if (!make_query(db, q))
            return RC_NOMEM;
    return db->ops->prepare(ctx, db, db->queries, db_catalog.query_count);
}

/* Prepares at first use; what goes wrong there is told by the step, which has a place for it. */
static void prepare_late(struct db_stmt *st)
{
    struct ctx ctx = {.arena = arena_new(4096)};
    st->bind_rc = ctx.arena && st != st->db->spare ? st->db->ops->prepare(&ctx, st->db, &st, 1) : RC_NOMEM;
    arena_free(ctx.arena);
}

static struct db_stmt *fresh(struct db_stmt *st)
{
    db_reset(st);
    st->is_cut = false;
    st->bind_rc = RC_OK;
    if (!st->engine)
        prepare_late(st);
    else
        st->db->ops->clear(st);
    return st;
}

struct db_stmt *db_query(struct db *db, int q)
{
    assert(db->queries && q >= 0 && q < db_catalog.query_count);
    struct db_stmt *st = make_query(db, q);
    return fresh(st ? st : db->spare);
}

/* Slot for a new statement: an empty one, else the one unused for longest and not running. */
static int list_slot(struct db *db)
{
    int oldest = -1;
    for (int i = 0; i < DB_LIST_CACHE_MAX; i++) {
        if (!db->lists[i])
            return i;
        if (!db->lists[i]->is_running && (oldest < 0 || db->lists[i]->used_at < db->lists[oldest]->used_at))
            oldest = i;
    }
    return oldest;
}

/* The statement when it is prepared already, else NULL. */
static struct db_stmt *find_list(struct db *db, int q, uint64_t filters, int sort)
{
    assert(db->queries && q >= 0 && q < db_catalog.query_count && db_catalog.queries[q].is_list);
    if (filters == 0 && sort == 0)
        return db_query(db, q);
    for (int i = 0; i < DB_LIST_CACHE_MAX && db->lists[i]; i++) {
        struct db_stmt *st = db->lists[i];
        if (st->query == q && st->filters == filters && st->sort == sort) {
            st->used_at = ++db->list_clock;
            return fresh(st);
        }
    }
    return NULL;
}

static struct db_stmt *add_list(struct ctx *ctx, struct db *db, int q, uint64_t filters, int sort)
{
    int slot = list_slot(db);
    struct db_stmt *st = slot < 0 ? NULL : new_list_stmt(db, q, filters, sort);
    if (!st)
        return NULL;
    if (db->ops->prepare(ctx, db, &st, 1) != RC_OK) {
        db_stmt_drop(st);
        return NULL;
    }
    if (db->lists[slot])
        db_stmt_drop(db->lists[slot]);
    st->used_at = ++db->list_clock;
    db->lists[slot] = st;
    return st;
}

struct db_stmt *db_query_list(struct db *db, int q, uint64_t filters, int sort)
{
    struct db_stmt *st = find_list(db, q, filters, sort);
    if (st)
        return st;
    struct ctx ctx = {.arena = arena_new(4096)}; /* only for the detail, which has no way out of here */
    if (!ctx.arena)
        return NULL;
    st = add_list(&ctx, db, q, filters, sort);
    arena_free(ctx.arena);
    return st;
}

enum rc db_try_all(struct ctx *ctx, struct db *db)
{
    for (int q = 0; q < db_catalog.query_count; q++)
        if (!make_query(db, q))
            return RC_NOMEM;
        else if (!db->queries[q]->engine)
            TRY(db->ops->prepare(ctx, db, &db->queries[q], 1));
    for (int q = 0; q < db_catalog.query_count; q++) {
        const struct db_query_text *text = &db_catalog.queries[q];
        for (int k = 0; text->is_list && k < text->filter_count + text->sort_count; k++) {
            bool is_filter = k < text->filter_count;
            uint64_t filters = is_filter ? UINT64_C(1) << k : 0;
            int sort = is_filter ? 0 : k - text->filter_count;
            if (find_list(db, q, filters, sort) || add_list(ctx, db, q, filters, sort))
                continue;
            const char *name = is_filter ? text->filters[k].name : text->sorts[k - text->filter_count].name;
            return ctx_fail_format(ctx, RC_DB, NULL, "%s: list %s, %s", text->place, text->name, name);
        }
    }
    return RC_OK;
}

enum rc db_prepare_text(struct ctx *ctx, struct db *db, struct str sql, struct db_stmt **ret_stmt)
{
    if (db_is_failing(ctx))
        return RC_DB;
    char name[NAME_BYTES_MAX];
    snprintf(name, sizeof name, "text_%ld", ++db->serial);
    struct db_stmt *st = db_stmt_new(db, name, sql);
    if (!st)
        return RC_NOMEM;
    enum rc rc = db->ops->prepare(ctx, db, &st, 1);
    if (rc != RC_OK) {
        db_stmt_drop(st);
        return rc;
    }
    *ret_stmt = st;
    return RC_OK;
}

void db_stmt_free(struct db_stmt *st)
{
    if (st)
        db_stmt_drop(st);
}

void db_stmt_free_ptr(struct db_stmt **st) { db_stmt_free(*st); }

void db_set_stream(struct db_stmt *st) { st->is_stream = true; }
void db_set_plan_by_values(struct db_stmt *st) { st->is_planned_by_values = true; }

void db_set_steps(struct db_stmt *st, int steps)
{
    if (!st->db->ops->set_steps)
        return;
    st->is_limited = true;
    st->db->ops->set_steps(st, steps);
}

bool db_is_cut(const struct db_stmt *st) { return st->is_cut; }

/* Index of a parameter, or -1. */
static int find_param(struct db_stmt *st, struct str name)
{
    if (st->is_running)
        db_reset(st);
    for (int i = 0; i < st->param_count; i++)
        if (str_equal(st->params[i], name))
            return i;
    return -1;
}

static void note_bind(struct db_stmt *st, enum rc rc)
{
    if (st->bind_rc == RC_OK)
        st->bind_rc = rc;
}

static void bind_text_at(struct db_stmt *st, int i, struct str value)
{
    if (value.n && memchr(value.p, '\0', value.n))
        note_bind(st, RC_BAD_ENCODING);
    else
        note_bind(st, st->db->ops->bind_text(st, i, value, false));
}

void db_bind_int(struct db_stmt *st, const char *name, int64_t value)
{
    int i = find_param(st, str_from_cstr(name));
    if (i >= 0)
        note_bind(st, st->db->ops->bind_int(st, i, value));
}

void db_bind_text(struct db_stmt *st, const char *name, struct str value)
{
    int i = find_param(st, str_from_cstr(name));
    if (i >= 0)
        bind_text_at(st, i, value);
}

void db_bind_blob(struct db_stmt *st, const char *name, struct str bytes)
{
    int i = find_param(st, str_from_cstr(name));
    if (i >= 0)
        note_bind(st, st->db->ops->bind_text(st, i, bytes, true));
}

void db_bind_null(struct db_stmt *st, const char *name)
{
    int i = find_param(st, str_from_cstr(name));
    if (i >= 0)
        note_bind(st, st->db->ops->bind_null(st, i));
}

/* Binds a list or map as JSON that lives until the reset. */
static void bind_json(struct db_stmt *st, int i, const struct value *v)
{
    CLEANUP(buf_done) struct buf json;
    buf_init(&json, 64u << 20);
    value_write_json(&json, v, false);
    struct db_owned *owned = buf_rc(&json) == RC_OK ? alloc_new(sizeof *owned + json.n) : NULL;
    if (!owned) {
        note_bind(st, buf_rc(&json) == RC_OK ? RC_NOMEM : buf_rc(&json));
        return;
    }
    memcpy(owned->bytes, json.p, json.n);
    owned->next = st->owned;
    st->owned = owned;
    bind_text_at(st, i, (struct str){owned->bytes, json.n});
}

void db_bind_map(struct db_stmt *st, const struct value *map)
{
    VALUE_EACH (child, map) {
        int i = find_param(st, child->key);
        if (i < 0)
            continue;
        switch (child->kind) {
        case VALUE_NULL:
            note_bind(st, st->db->ops->bind_null(st, i));
            break;
        case VALUE_BOOL:
            note_bind(st, st->db->ops->bind_int(st, i, child->boolean));
            break;
        case VALUE_INT:
            note_bind(st, st->db->ops->bind_int(st, i, child->integer));
            break;
        case VALUE_TEXT:
        case VALUE_HTML:
            bind_text_at(st, i, child->text);
            break;
        case VALUE_LIST:
        case VALUE_MAP:
            bind_json(st, i, child);
            break;
        }
    }
}

void db_reset(struct db_stmt *st)
{
    if (!st)
        return;
    if (st->is_running)
        st->db->ops->reset(st);
    if (st->is_limited)
        st->db->ops->set_steps(st, 0);
    st->db->running -= st->is_running;
    st->is_running = false;
    st->is_stream = st->is_planned_by_values = false;
    st->is_limited = false;
    if (st->owned) {
        st->db->ops->clear(st); /* nothing may point to what is freed now */
        free_owned(st);
    }
}
