/* search_index.c: see search_index.h. */
#include "record/search_index.h"

#include "base/alloc.h"
#include "base/arena.h"

enum { KEPT_MAX = 512, KEPT_BYTES_MAX = 4 << 20 };

struct change {
    int64_t id;
    bool is_removal;
    struct str tokens;
};

struct kept {
    struct arena *arena; /* the tokens */
    struct change changes[KEPT_MAX];
    int n;
};

static void forget(void *arg)
{
    struct kept *kept = arg;
    kept->n = 0;
    arena_reset(kept->arena);
}

static enum rc write_change(struct ctx *ctx, struct db *db, const struct change *change)
{
    struct db_stmt *st = db_query(db, change->is_removal ? Q_SEARCH_FTS_DELETE : Q_SEARCH_FTS_INSERT);
    db_bind_int(st, "id", change->id);
    db_bind_text(st, "tokens", change->tokens);
    return db_run(ctx, st);
}

/* In their order: a document may be changed twice in one transaction. */
static enum rc flush(struct ctx *ctx, struct db *db, void *arg)
{
    struct kept *kept = arg;
    for (int i = 0; i < kept->n; i++)
        TRY(write_change(ctx, db, &kept->changes[i]));
    forget(kept);
    return RC_OK;
}

static void free_kept(void *arg)
{
    struct kept *kept = arg;
    arena_free(kept->arena);
    alloc_free(kept);
}

static const struct db_keeper keeper = {flush, forget, free_kept};

static struct kept *get_kept(struct db *db)
{
    struct kept *kept = db_get_keeper(db, &keeper);
    if (kept)
        return kept;
    kept = alloc_zeroed(1, sizeof *kept);
    if (!kept)
        return NULL;
    kept->arena = arena_new(KEPT_BYTES_MAX);
    if (kept->arena && db_add_keeper(db, &keeper, kept))
        return kept;
    free_kept(kept);
    return NULL;
}

static enum rc keep(struct ctx *ctx, struct db *db, const struct change *change)
{
    if (db_get_engine(db) == DB_POSTGRES)
        return RC_OK;
    struct kept *kept = get_kept(db);
    if (!kept)
        return RC_NOMEM;
    if (kept->n == KEPT_MAX || arena_used_bytes(kept->arena) + change->tokens.n > KEPT_BYTES_MAX / 2)
        TRY(flush(ctx, db, kept));
    if (change->tokens.n > KEPT_BYTES_MAX / 2)
        return write_change(ctx, db, change);
    struct str tokens = arena_copy_str(kept->arena, change->tokens);
    if (!tokens.p)
        return RC_NOMEM;
    kept->changes[kept->n++] = (struct change){change->id, change->is_removal, tokens};
    return RC_OK;
}

enum rc search_index_add(struct ctx *ctx, struct db *db, int64_t id, struct str tokens)
{
    return keep(ctx, db, &(struct change){id, false, tokens});
}

enum rc search_index_remove(struct ctx *ctx, struct db *db, int64_t id, struct str tokens)
{
    return keep(ctx, db, &(struct change){id, true, tokens});
}
