/* similar.c: candidates by the search index, then exact comparison; see similar.h. */
#include "serve/similar.h"

#include "text/bigram.h"
#include "text/similarity.h"

enum {
    RUN_TOKENS = 3, /* three neighbouring pairs: four characters in a row */
    RUNS_MAX = 8,   /* searches per text */
    HITS_PER_RUN = 12,
    CANDIDATES_MAX = RUNS_MAX * HITS_PER_RUN,
    SHOWN_MAX = 5,
    LIKE_MIN_BP = 4000,
};

struct looking {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
};

struct candidate {
    int64_t id;
    int like_bp;
    struct str title, number;
};

static bool is_known(const struct candidate *candidates, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (candidates[i].id == id)
            return true;
    return false;
}

static struct str run_match(const struct looking *by, struct bigram_token *tokens)
{
    struct arena *arena = by->ctx->arena;
    struct bigram_token with_kind[RUN_TOKENS + 1];
    for (int i = 0; i < RUN_TOKENS; i++)
        with_kind[i] = tokens[i];
    with_kind[RUN_TOKENS] = (struct bigram_token){STR("zzkfinding"), false};
    struct bigram_query query = {with_kind, RUN_TOKENS + 1};
    return db_get_engine(by->db) == DB_SQLITE ? bigram_fts5_query(arena, &query) : bigram_tsquery(arena, &query);
}

static enum rc add_hits(const struct looking *by, struct str match, struct str title, int64_t exclude_id,
                        struct candidate *candidates, size_t *n)
{
    struct db_stmt *st = db_query(by->db, Q_SEARCH_FIND);
    db_set_plan_by_values(st); /* a rare word goes by the index of words, a common one by the newest rows */
    actor_bind_scope(st, by->actor, PERM_FINDING_READ);
    db_bind_text(st, "match", match);
    db_bind_int(st, "before", INT64_MAX);
    db_bind_int(st, "limit", HITS_PER_RUN);
    struct value *rows;
    TRY(db_rows(by->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        int64_t id = value_get_int(row, "id", 0);
        if (id == exclude_id || *n == CANDIDATES_MAX || is_known(candidates, *n, id))
            continue;
        struct candidate *one = &candidates[(*n)++];
        struct str body = value_get_text(row, "body");
        size_t line = str_find_byte(body, '\n', 0);
        *one = (struct candidate){.id = id, .title = value_get_text(row, "title"), .number = str_slice(body, 0, line)};
        TRY(similarity_dice(by->ctx->arena, title, one->title, &one->like_bp));
    }
    return RC_OK;
}

static struct value *make_list(struct arena *arena, struct candidate *candidates, size_t n)
{
    struct value *list = value_new_list(arena);
    for (int shown = 0; shown < SHOWN_MAX; shown++) {
        struct candidate *best = NULL;
        for (size_t i = 0; i < n; i++)
            if (candidates[i].like_bp >= LIKE_MIN_BP && (!best || candidates[i].like_bp > best->like_bp))
                best = &candidates[i];
        if (!best)
            return list;
        struct value *item = value_add_map(arena, list);
        value_put_int(arena, item, "id", best->id);
        value_put_int(arena, item, "finding_id", best->id);
        value_put_text(arena, item, "number", best->number);
        value_put_text(arena, item, "title", best->title);
        value_put_int(arena, item, "percent", best->like_bp / 100);
        best->like_bp = 0;
    }
    return list;
}

enum rc similar_find(struct ctx *ctx, struct db *db, const struct actor *actor, struct str title, struct str body,
                     int64_t exclude_id, struct value **ret_list)
{
    struct looking by = {ctx, db, actor};
    struct candidate *candidates = ARENA_NEW_ARRAY(ctx->arena, struct candidate, CANDIDATES_MAX);
    struct bigram_query tokens;
    struct str text = title.n ? title : body;
    TRY(arena_rc(ctx->arena));
    TRY(bigram_query(ctx->arena, text, &tokens));
    size_t n = 0, step = tokens.n > RUN_TOKENS * RUNS_MAX ? tokens.n / RUNS_MAX : RUN_TOKENS;
    for (size_t at = 0; at + RUN_TOKENS <= tokens.n && at / step < RUNS_MAX; at += step)
        TRY(add_hits(&by, run_match(&by, tokens.p + at), text, exclude_id, candidates, &n));
    *ret_list = make_list(ctx->arena, candidates, n);
    return arena_rc(ctx->arena);
}
