/* board_image.c: the findings in memory; see board.h. */
#include "watch/board_image.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { IDS_START = 64, ROWS_START = 64, SLOTS_PER_ID = 2 };

/* ---- ids and places ------------------------------------------------------------------------------------------ */

static size_t slot_of(const struct board_ids *ids, int64_t id)
{
    uint64_t hash = (uint64_t)id * 0x9E3779B97F4A7C15ULL;
    size_t at = (size_t)(hash >> 20) & (ids->slot_count - 1);
    while (ids->slots[at] && ids->ids[ids->slots[at] - 1] != id)
        at = (at + 1) & (ids->slot_count - 1);
    return at;
}

int32_t board_ids_find(const struct board_ids *ids, int64_t id)
{
    return ids->slot_count ? ids->slots[slot_of(ids, id)] - 1 : -1;
}

static enum rc ids_grow(struct board_ids *ids)
{
    size_t room = ids->room ? ids->room * 2 : IDS_START;
    int64_t *more = alloc_resize(ids->ids, room * sizeof *more);
    if (!more)
        return RC_NOMEM;
    ids->ids = more;
    int32_t *slots = alloc_zeroed(room * SLOTS_PER_ID, sizeof *slots);
    if (!slots)
        return RC_NOMEM;
    alloc_free(ids->slots);
    ids->slots = slots;
    ids->room = room;
    ids->slot_count = room * SLOTS_PER_ID;
    for (size_t i = 0; i < ids->n; i++)
        slots[slot_of(ids, ids->ids[i])] = (int32_t)i + 1;
    return RC_OK;
}

static enum rc ids_place(struct board_ids *ids, int64_t id, int32_t *ret_place)
{
    int32_t place = board_ids_find(ids, id);
    if (place < 0) {
        if (ids->n == ids->room)
            TRY(ids_grow(ids));
        place = (int32_t)ids->n++;
        ids->ids[place] = id;
        ids->slots[slot_of(ids, id)] = place + 1;
    }
    *ret_place = place;
    return RC_OK;
}

static void ids_done(struct board_ids *ids)
{
    alloc_free(ids->ids);
    alloc_free(ids->slots);
}

static const char *const leader_kinds[BOARD_LEADER_KINDS] = {"person", "post", "team", "unit"};

int64_t board_leader_pack(struct str kind, int64_t id)
{
    for (int i = 0; i < BOARD_LEADER_KINDS; i++)
        if (str_equal_cstr(kind, leader_kinds[i]))
            return id * BOARD_LEADER_KINDS + i;
    return -1;
}

struct str board_leader_kind(int64_t packed)
{
    return packed < 0 ? STR("") : str_from_cstr(leader_kinds[packed % BOARD_LEADER_KINDS]);
}

int64_t board_leader_id(int64_t packed) { return packed < 0 ? 0 : packed / BOARD_LEADER_KINDS; }

/* ---- the image ----------------------------------------------------------------------------------------------- */

enum rc board_image_new(struct board_image **ret_image)
{
    struct board_image *image = alloc_zeroed(1, sizeof *image);
    if (!image)
        return RC_NOMEM;
    if (pthread_mutex_init(&image->lock, NULL) != 0) {
        alloc_free(image);
        return RC_NOMEM;
    }
    image->head = image->newest = -1;
    *ret_image = image;
    return RC_OK;
}

void board_image_free(struct board_image *image)
{
    if (!image)
        return;
    for (size_t i = 0; i < image->sources.n && i < image->block_room; i++)
        alloc_free(image->blocks[i].rows);
    ids_done(&image->units);
    ids_done(&image->aspects);
    ids_done(&image->leaders);
    ids_done(&image->sources);
    ids_done(&image->mains);
    alloc_free(image->main_rows);
    alloc_free(image->tree);
    alloc_free(image->blocks);
    (void)pthread_mutex_destroy(&image->lock);
    alloc_free(image);
}

static enum rc place_unit(struct board_image *image, int64_t id, int32_t *ret_place)
{
    TRY(ids_place(&image->units, id, ret_place));
    if (image->tree_room >= image->units.room)
        return RC_OK;
    struct board_unit *tree = alloc_resize(image->tree, image->units.room * sizeof *tree);
    if (!tree)
        return RC_NOMEM;
    for (size_t i = image->tree_room; i < image->units.room; i++)
        tree[i] = (struct board_unit){-1, 0};
    image->tree = tree;
    image->tree_room = image->units.room;
    return RC_OK;
}

static enum rc place_block(struct board_image *image, int64_t source, struct board_block **ret_block)
{
    int32_t place;
    TRY(ids_place(&image->sources, source, &place));
    if (image->block_room < image->sources.room) {
        struct board_block *blocks = alloc_resize(image->blocks, image->sources.room * sizeof *blocks);
        if (!blocks)
            return RC_NOMEM;
        memset(blocks + image->block_room, 0, (image->sources.room - image->block_room) * sizeof *blocks);
        image->blocks = blocks;
        image->block_room = image->sources.room;
    }
    image->blocks[place].source = source;
    *ret_block = &image->blocks[place];
    return RC_OK;
}

static enum rc place_main(struct board_image *image, int64_t id, int32_t *ret_place)
{
    TRY(ids_place(&image->mains, id, ret_place));
    if (image->main_room >= image->mains.room)
        return RC_OK;
    struct board_main *rows = alloc_resize(image->main_rows, image->mains.room * sizeof *rows);
    if (!rows)
        return RC_NOMEM;
    memset(rows + image->main_room, 0, (image->mains.room - image->main_room) * sizeof *rows);
    image->main_rows = rows;
    image->main_room = image->mains.room;
    return RC_OK;
}

static enum rc read_tree(struct ctx *ctx, struct db *db, struct board_image *image)
{
    struct db_stmt *st = db_query(db, Q_BOARD_UNITS);
    for (int32_t order = 0;; order++) {
        bool is_row;
        int32_t place, parent = -1;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        enum rc rc = place_unit(image, db_column_int(st, 0), &place);
        if (rc == RC_OK && !db_column_is_null(st, 1))
            rc = place_unit(image, db_column_int(st, 1), &parent);
        if (rc != RC_OK) {
            db_reset(st);
            return rc;
        }
        image->tree[place] = (struct board_unit){parent, order};
    }
}

/* ---- findings ------------------------------------------------------------------------------------------------ */

static uint8_t state_of(struct str status)
{
    return str_equal(status, STR("closed"))  ? BOARD_IS_CLOSED
           : str_equal(status, STR("ended")) ? BOARD_IS_ENDED
           : str_equal(status, STR("kept"))  ? BOARD_IS_KEPT
                                             : BOARD_IS_OPEN;
}

static int32_t day_of(struct str date)
{
    int32_t day;
    return date_parse(date, &day) ? day : BOARD_NO_DAY;
}

static enum rc read_row(struct board_image *image, const struct board_ids *hung, struct db_stmt *st,
                        struct board_row *ret_row)
{
    struct board_row row = {.id = db_column_int(st, 0), .aspect = -1, .leader = -1, .main = -1};
    TRY(place_unit(image, db_column_int(st, 2), &row.unit));
    row.label = (uint8_t)db_column_int(st, 3);
    row.state = state_of(db_column_text(st, 4));
    if (!db_column_is_null(st, 5))
        TRY(ids_place(&image->aspects, db_column_int(st, 5), &row.aspect));
    row.due = day_of(db_column_text(st, 6));
    row.closed_on = day_of(db_column_text(st, 7));
    row.amount_fen = db_column_int(st, 8);
    if (!db_column_is_null(st, 9))
        TRY(place_main(image, db_column_int(st, 9), &row.main));
    row.is_on_time = db_column_int(st, 10) != 0;
    row.recovered_fen = db_column_int(st, 11);
    row.rules_made = (int32_t)db_column_int(st, 12);
    row.is_hung = board_ids_find(hung, row.id) >= 0;
    int64_t leader = db_column_is_null(st, 14) ? -1 : board_leader_pack(db_column_text(st, 13), db_column_int(st, 14));
    if (leader >= 0)
        TRY(ids_place(&image->leaders, leader, &row.leader));
    *ret_row = row;
    return RC_OK;
}

static enum rc add_row(struct board_block *block, struct board_row row)
{
    if (block->n == block->room) {
        size_t room = block->room ? block->room * 2 : ROWS_START;
        struct board_row *rows = alloc_resize(block->rows, room * sizeof *rows);
        if (!rows)
            return RC_NOMEM;
        block->rows = rows;
        block->room = room;
    }
    block->rows[block->n++] = row;
    return RC_OK;
}

/* The findings that hang, of a source or (0) of all. */
static enum rc read_hung(struct ctx *ctx, struct db *db, int64_t source, struct board_ids *hung)
{
    struct db_stmt *st = db_query_list(db, Q_BOARD_HUNG, source ? BOARD_HUNG_FILTER_SOURCE : 0, 0);
    if (source)
        db_bind_int(st, "source", source);
    for (;;) {
        bool is_row;
        int32_t place;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        enum rc rc = ids_place(hung, db_column_int(st, 0), &place);
        if (rc != RC_OK) {
            db_reset(st);
            return rc;
        }
    }
}

/* Rows go to the blocks of their sources, which are empty.  A source has a block as soon as its chain has a head. */
static enum rc read_rows(struct ctx *ctx, struct db *db, struct board_image *image, int64_t source,
                         const struct board_ids *hung)
{
    struct db_stmt *st = db_query_list(db, Q_BOARD_ROWS, source ? BOARD_ROWS_FILTER_SOURCE : 0, 0);
    if (source)
        db_bind_int(st, "source", source);
    for (;;) {
        bool is_row;
        struct board_row row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        int32_t place = board_ids_find(&image->sources, db_column_int(st, 1));
        if (place < 0)
            continue;
        enum rc rc = read_row(image, hung, st, &row);
        if (rc == RC_OK)
            rc = add_row(&image->blocks[place], row);
        if (rc != RC_OK) {
            db_reset(st);
            return rc;
        }
    }
}

/* The findings of a source, or (0) of all, anew. */
static enum rc read_findings(struct ctx *ctx, struct db *db, struct board_image *image, int64_t source)
{
    struct board_ids hung CLEANUP(ids_done) = {0};
    TRY(read_hung(ctx, db, source, &hung));
    for (size_t i = 0; i < image->sources.n; i++) {
        if (source && image->blocks[i].source != source)
            continue;
        image->blocks[i].n = 0;
        image->blocks[i].is_stale = true; /* should the reading fail */
    }
    TRY(read_rows(ctx, db, image, source, &hung));
    for (size_t i = 0; i < image->sources.n; i++)
        if (!source || image->blocks[i].source == source)
            image->blocks[i].is_stale = false;
    return RC_OK;
}

/* ---- what has moved ------------------------------------------------------------------------------------------ */

static enum rc mark_moved(struct ctx *ctx, struct db *db, struct board_image *image, int64_t *ret_head,
                          int64_t *ret_newest)
{
    struct db_stmt *st = db_query(db, Q_BOARD_HEADS);
    /* Chains commit in any order on PostgreSQL, so each head is compared with its own last one, not with the newest. */
    db_bind_int(st, "after", -1);
    for (;;) {
        bool is_row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        int64_t chain = db_column_int(st, 0), head = db_column_int(st, 1);
        *ret_newest = head > *ret_newest ? head : *ret_newest;
        if (chain == 0) {
            *ret_head = head;
            continue;
        }
        struct board_block *block;
        enum rc rc = place_block(image, chain, &block);
        if (rc != RC_OK) {
            db_reset(st);
            return rc;
        }
        if (head > block->head) {
            block->is_stale = true;
            block->head = head;
        }
    }
}

/* A change told on another source's chain. */
static enum rc mark_touched(struct ctx *ctx, struct db *db, struct board_image *image)
{
    struct db_stmt *st = db_query(db, Q_BOARD_TOUCHED);
    db_bind_int(st, "after", image->newest);
    for (;;) {
        bool is_row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        int32_t place = board_ids_find(&image->sources, db_column_int(st, 0));
        if (place >= 0)
            image->blocks[place].is_stale = true;
    }
}

static enum rc follow_organisation(struct ctx *ctx, struct db *db, struct board_image *image, int64_t head)
{
    int64_t foreign = 0;
    if (head <= image->head)
        return RC_OK;
    TRY(read_tree(ctx, db, image));
    if (image->head >= 0) { /* nothing is read yet before the first time */
        struct db_stmt *st = db_query(db, Q_BOARD_FOREIGN);
        db_bind_int(st, "after", image->head);
        TRY(db_get_int(ctx, st, &foreign));
    }
    for (size_t i = 0; foreign && i < image->sources.n; i++)
        image->blocks[i].is_stale = true;
    image->head = head;
    return RC_OK;
}

/* Where the findings stand that others are counted as: only who sees one of these counts its parts as it. */
static enum rc read_mains(struct ctx *ctx, struct db *db, struct board_image *image)
{
    struct db_stmt *st = db_query(db, Q_BOARD_MAINS);
    for (size_t i = 0; i < image->mains.n; i++)
        image->main_rows[i].is_here = false;
    for (;;) {
        bool is_row;
        int32_t place;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        struct board_main row = {.source = db_column_int(st, 3),
                                 .recovered_fen = db_column_int(st, 4),
                                 .rules_made = (int32_t)db_column_int(st, 5),
                                 .label = (uint8_t)db_column_int(st, 2),
                                 .is_here = true};
        enum rc rc = place_unit(image, db_column_int(st, 1), &row.unit);
        if (rc == RC_OK)
            rc = place_main(image, db_column_int(st, 0), &place);
        if (rc != RC_OK) {
            db_reset(st);
            return rc;
        }
        image->main_rows[place] = row;
    }
}

/* One source after the other, or all of them together when most are to be read. */
static enum rc read_stale(struct ctx *ctx, struct db *db, struct board_image *image)
{
    size_t stale = 0;
    for (size_t i = 0; i < image->sources.n; i++)
        stale += image->blocks[i].is_stale;
    if (!stale)
        return RC_OK;
    if (stale > image->sources.n / 2) {
        TRY(read_findings(ctx, db, image, 0));
    } else {
        for (size_t i = 0; i < image->sources.n; i++)
            if (image->blocks[i].is_stale)
                TRY(read_findings(ctx, db, image, image->blocks[i].source));
    }
    return read_mains(ctx, db, image);
}

enum rc board_image_refresh(struct ctx *ctx, struct db *db, struct board_image *image)
{
    int64_t head = image->head, newest = image->newest;
    TRY(mark_moved(ctx, db, image, &head, &newest));
    if (image->newest >= 0 && newest > image->newest)
        TRY(mark_touched(ctx, db, image));
    TRY(follow_organisation(ctx, db, image, head));
    TRY(read_stale(ctx, db, image));
    image->newest = newest;
    return RC_OK;
}
