/* maintain.c: check, rebuild, as-of; see maintain.h. */
#include "record/maintain.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/map.h"
#include "record/event.h"

enum { PROBLEMS_SHOWN = 100, BATCH_ARENA_BYTES = 256 * 1024 * 1024, UNNAMED_AGE_S = 24 * 3600 };

static void add_problem(struct ctx *ctx, struct check_result *result, const char *format, ...) PRINTF_LIKE(3, 4);

static void add_problem(struct ctx *ctx, struct check_result *result, const char *format, ...)
{
    if (++result->problems > PROBLEMS_SHOWN)
        return;
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct str s = {text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1};
    value_add_text(ctx->arena, result->list, arena_copy_str(ctx->arena, s));
}

/* Walks the events up to number `until` in order; visit may stop with a failure. */
static enum rc walk_events(struct ctx *ctx, struct db *db, int64_t until,
                           enum rc (*visit)(struct ctx *batch, const struct event *event, void *arg), void *arg)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(BATCH_ARENA_BYTES);
    if (!arena)
        return RC_NOMEM;
    struct ctx batch = {.arena = arena};
    int64_t after = 0;
    for (;;) {
        struct db_stmt *st = db_query(db, Q_EVENT_REPLAY);
        db_bind_int(st, "after", after);
        db_bind_int(st, "until", until);
        int64_t count = 0;
        for (;;) {
            bool is_row;
            TRY(db_step(ctx, st, &is_row));
            if (!is_row)
                break;
            struct event event;
            event_from_row(st, &event);
            enum rc rc = visit(&batch, &event, arg);
            if (rc != RC_OK) {
                db_reset(st);
                return rc;
            }
            after = event.seq;
            count++;
            arena_reset(arena);
            ctx_clear_issues(&batch);
        }
        if (count == 0)
            return RC_OK;
    }
}

struct chain_state {
    int64_t id;
    int64_t chain_seq;
    int64_t last_event;
    char hash[65];
};

struct check_state {
    struct ctx *ctx;
    struct check_result *result;
    struct map chains; /* by the id's text */
    int64_t seq;       /* of the event before */
    bool is_gapless;   /* SQLite: one writer, no number is lost to a rollback */
};

static enum rc find_chain(struct check_state *state, int64_t id, struct chain_state **ret_chain)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)id);
    *ret_chain = map_get(&state->chains, (struct str){text, (size_t)n});
    if (*ret_chain)
        return RC_OK;
    struct str key = arena_copy_str(state->ctx->arena, (struct str){text, (size_t)n});
    *ret_chain = ARENA_NEW(state->ctx->arena, struct chain_state);
    if (!*ret_chain)
        return arena_rc(state->ctx->arena);
    (*ret_chain)->id = id;
    state->result->chains++;
    return map_put(&state->chains, key, *ret_chain);
}

static enum rc check_event(struct ctx *batch, const struct event *event, void *arg)
{
    (void)batch;
    struct check_state *state = arg;
    struct chain_state *chain;
    TRY(find_chain(state, event->chain, &chain));
    state->result->events++;
    if (state->is_gapless && event->seq != state->seq + 1)
        add_problem(state->ctx, state->result, "event %lld: the one before it is %lld, something between is missing",
                    (long long)event->seq, (long long)state->seq);
    state->seq = event->seq;
    if (event->chain_seq != chain->chain_seq + 1)
        add_problem(state->ctx, state->result, "event %lld: number %lld in chain %lld, expected %lld",
                    (long long)event->seq, (long long)event->chain_seq, (long long)event->chain,
                    (long long)chain->chain_seq + 1);
    if (!str_equal(event->prev_hash, str_from_cstr(chain->hash)))
        add_problem(state->ctx, state->result, "event %lld: does not follow the event before it in chain %lld",
                    (long long)event->seq, (long long)event->chain);
    char hex[65];
    event_compute_hash(event, hex);
    if (!str_equal_cstr(event->hash, hex))
        add_problem(state->ctx, state->result, "event %lld: was changed after it was written (hash %.*s, computed %s)",
                    (long long)event->seq, STR_ARG(event->hash), hex);
    enum event_kind kind;
    if (!event_kind_find(event->kind, &kind))
        add_problem(state->ctx, state->result, "event %lld: unknown kind %.*s", (long long)event->seq,
                    STR_ARG(event->kind));
    chain->chain_seq = event->chain_seq;
    chain->last_event = event->seq;
    (void)snprintf(chain->hash, sizeof chain->hash, "%.*s", STR_ARG(event->hash));
    return RC_OK;
}

static enum rc check_heads(struct check_state *state, struct db *db)
{
    struct db_stmt *st = db_query(db, Q_CHAIN_LIST);
    int64_t heads = 0;
    for (;;) {
        bool is_row;
        TRY(db_step(state->ctx, st, &is_row));
        if (!is_row)
            break;
        heads++;
        int64_t id = db_column_int(st, 0);
        struct chain_state *chain;
        TRY(find_chain(state, id, &chain));
        if (chain->chain_seq != db_column_int(st, 1) || chain->last_event != db_column_int(st, 3) ||
            !str_equal_cstr(db_column_text(st, 2), chain->hash))
            add_problem(state->ctx, state->result, "chain %lld: its head does not match its newest event (%lld)",
                        (long long)id, (long long)chain->chain_seq);
    }
    if (heads != state->result->chains)
        add_problem(state->ctx, state->result, "%lld chains have events, %lld have heads",
                    (long long)state->result->chains, (long long)heads);
    return RC_OK;
}

static enum rc check_files(struct ctx *ctx, struct db *db, struct filestore *files, struct check_result *result)
{
    struct db_stmt *st = db_query(db, Q_FILE_LIST);
    struct str after = STR("");
    for (;;) {
        db_bind_text(st, "after", after);
        struct value *rows;
        TRY(db_rows(ctx, st, &rows));
        if (value_count(rows) == 0)
            return RC_OK;
        VALUE_EACH (row, rows) {
            after = value_get_text(row, "sha256");
            result->files++;
            enum rc rc = filestore_verify(ctx, files, after);
            if (rc != RC_OK)
                add_problem(ctx, result, "file %.*s: %s", STR_ARG(after),
                            rc == RC_NOT_FOUND ? "is missing" : "does not have the content of its digest");
        }
        st = db_query(db, Q_FILE_LIST);
    }
}

static enum rc is_file_named(void *db, struct ctx *ctx, struct str name, bool *ret_is_named)
{
    struct db_stmt *st = db_query(db, Q_FILE_FIND);
    db_bind_text(st, "sha256", name);
    TRY(db_step(ctx, st, ret_is_named));
    db_reset(st);
    return RC_OK;
}

enum rc maintain_tidy(struct ctx *ctx, struct db *db, struct filestore *files, struct filestore_tally *ret_removed)
{
    return filestore_tidy(ctx, files, UNNAMED_AGE_S, is_file_named, db, true, ret_removed);
}

/* Figures that are kept in rows must equal what they count. */
static enum rc check_counts(struct ctx *ctx, struct db *db, struct check_result *result)
{
    static const struct {
        enum query query;
        const char *what;
    } counts[] = {
        {Q_CHECK_SOURCE_COUNT, "sources whose number of findings is wrong"},
        {Q_CHECK_MEASURE_COUNT, "findings whose number of measures is wrong"},
        {Q_CHECK_SEARCH_COUNT, "findings that the search index does not know"},
        {Q_CHECK_UNIT_PATHS, "units whose place in the tree is not in the table of ancestors"},
        {Q_CHECK_SOURCE_CHAIN, "sources without a chain of events"},
        {Q_CHECK_CLOSED_CYCLE,
         "closed cycles without certificate, closing event or answer to whether they were on time"},
        {Q_CHECK_CLOSED_COMPLETE, "closed cycles without a date, cause, measure or dated step"},
        {Q_CHECK_CLOSED_UNTOUCHED, "closed cycles whose measures or tasks were changed afterwards"},
        {Q_CHECK_CYCLE_STATE, "findings that do not stand as their last cycle does"},
        {Q_CHECK_CERTIFICATE_NUMBERS, "issuers whose certificates have a gap in their numbers"},
        {Q_CHECK_FOUR_EYES, "signatures of somebody who handled the case, asked for it or signed it twice"},
        {Q_CHECK_PARENT_CHILD, "tasks that are over or counted wrongly while their parts are open"},
        {Q_CHECK_SCOPE, "entries of scopes that the grants do not give, or that are missing"},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t n;
        TRY(db_get_int(ctx, db_query(db, counts[i].query), &n));
        if (n)
            add_problem(ctx, result, "%lld %s", (long long)n, counts[i].what);
    }
    return RC_OK;
}

static enum rc check_all(struct ctx *ctx, struct db *db, struct filestore *files, struct check_result *ret_result)
{
    struct check_result result = {.list = value_new_list(ctx->arena)};
    struct check_state state = {.ctx = ctx, .result = &result, .is_gapless = db_get_engine(db) == DB_SQLITE};
    map_init(&state.chains, ctx->arena);
    TRY(walk_events(ctx, db, INT64_MAX, check_event, &state));
    TRY(check_heads(&state, db));
    struct value *problems;
    TRY(db_check(ctx, db, &problems));
    VALUE_EACH (problem, problems) {
        add_problem(ctx, &result, "%.*s", STR_ARG(problem->text));
    }
    if (files) {
        TRY(check_files(ctx, db, files, &result));
        TRY(filestore_tidy(ctx, files, UNNAMED_AGE_S, is_file_named, db, false, &result.unnamed));
    }
    TRY(check_counts(ctx, db, &result));
    *ret_result = result;
    return arena_rc(ctx->arena);
}

enum rc maintain_check(struct ctx *ctx, struct db *db, struct filestore *files, struct check_result *ret_result)
{
    TRY(db_begin(ctx, db, false)); /* others may be writing */
    enum rc rc = check_all(ctx, db, files, ret_result);
    db_rollback(db);
    return rc;
}

struct replay_state {
    struct ctx *ctx;
    struct db *to;
    int64_t events;
};

static enum rc replay_one(struct ctx *batch, const struct event *event, void *arg)
{
    struct replay_state *state = arg;
    enum rc rc = event_replay(batch, state->to, event);
    if (rc != RC_OK)
        return ctx_fail_format(state->ctx, rc, "record.replay_failed", "%lld (%.*s)", (long long)event->seq,
                               STR_ARG(event->kind));
    state->events++;
    return RC_OK;
}

enum rc maintain_replay(struct ctx *ctx, struct db *from, struct db *to, int64_t until_ms, int64_t *ret_events)
{
    struct replay_state state = {.ctx = ctx, .to = to};
    struct db_stmt *st = db_query(from, Q_EVENT_LAST_UNTIL);
    int64_t last;
    db_bind_int(st, "until", until_ms);
    TRY(db_get_int(ctx, st, &last)); /* by number from here on: a clock that was set back must not leave holes */
    TRY(db_begin(ctx, to, true));
    enum rc rc = walk_events(ctx, from, last, replay_one, &state);
    if (rc == RC_OK && db_get_engine(to) == DB_POSTGRES)
        rc = db_run(ctx, db_query(to, Q_EVENT_SEQ_RESTORE));
    if (rc == RC_OK)
        rc = db_commit(ctx, to);
    if (rc != RC_OK) {
        db_rollback(to);
        return rc;
    }
    *ret_events = state.events;
    return RC_OK;
}

/* Rows of one table in a fixed order: all columns, ordered by all columns. */
static enum rc open_table(struct ctx *ctx, struct db *db, struct str table, struct db_stmt **ret_stmt)
{
    struct db_stmt *probe CLEANUP(db_stmt_free_ptr) = NULL;
    struct str sql = arena_format(ctx->arena, "SELECT * FROM %.*s WHERE 1 = 0", STR_ARG(table));
    TRY(db_prepare_text(ctx, db, sql, &probe));
    TRY(db_run(ctx, probe));
    struct buf text CLEANUP(buf_done);
    buf_init(&text, 64 * 1024);
    buf_add_format(&text, "SELECT * FROM %.*s ORDER BY ", STR_ARG(table));
    for (int i = 0; i < db_column_count(probe); i++)
        buf_add_format(&text, "%s%d", i ? ", " : "", i + 1);
    TRY(buf_rc(&text));
    return db_prepare_text(ctx, db, buf_str(&text), ret_stmt);
}

static enum rc compare_table(struct ctx *ctx, struct db *a, struct db *b, struct str table, struct value *differences)
{
    struct db_stmt *x CLEANUP(db_stmt_free_ptr) = NULL;
    struct db_stmt *y CLEANUP(db_stmt_free_ptr) = NULL;
    TRY(open_table(ctx, a, table, &x));
    TRY(open_table(ctx, b, table, &y));
    for (int64_t row = 1;; row++) {
        bool is_x, is_y;
        TRY(db_step(ctx, x, &is_x));
        TRY(db_step(ctx, y, &is_y));
        if (!is_x && !is_y)
            return RC_OK;
        const char *column = NULL;
        for (int i = 0; is_x && is_y && i < db_column_count(x) && !column; i++)
            if (db_column_is_null(x, i) != db_column_is_null(y, i) ||
                !str_equal(db_column_text(x, i), db_column_text(y, i)))
                column = db_column_name(x, i);
        if (is_x && is_y && !column)
            continue;
        struct str text = arena_format(ctx->arena, "%.*s row %lld: %s", STR_ARG(table), (long long)row,
                                       column ? column
                                       : is_x ? "missing after replay"
                                              : "only after replay");
        value_add_text(ctx->arena, differences, text);
        return RC_OK; /* the first difference of a table is enough */
    }
}

enum rc maintain_compare(struct ctx *ctx, struct db *a, struct db *b, struct value **ret_differences)
{
    struct value *tables, *differences = value_new_list(ctx->arena);
    TRY(db_list_tables(ctx, a, &tables));
    VALUE_EACH (table, tables) {
        TRY(compare_table(ctx, a, b, table->text, differences));
    }
    *ret_differences = differences;
    return arena_rc(ctx->arena);
}
