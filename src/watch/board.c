/* board.c: sums over the image, within what the person may see; see board.h.
 *
 * Threat: a figure that counts what its reader may not see.  The rule is that of {scope} in sql/query: held for the
 * whole group up to the label, or in user_scope for the unit up to the label; permission_test and board_test
 * compare.
 */
#include "watch/board.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "watch/board_figure.h"
#include "watch/board_image.h"

enum { NOT_IN = -1, MONTHS_BACK = 12 };

/* ---- one sum ------------------------------------------------------------------------------------------------- */

struct tally { /* all groups of one kind, by place in the image */
    struct board_counts *counts;
    size_t n;
};

struct matter {    /* findings that are counted as one */
    int64_t first; /* the part that is counted when the main one is out of sight, 0: none */
    int64_t told;  /* the finding of the source in hand that tells what reports of all in sight brought */
    int64_t recovered_fen, rules_made; /* that */
    uint32_t bits;                     /* of the figures, of any part in sight */
    int32_t closed_on;                 /* the last day a part was closed */
};

struct work {
    struct ctx *ctx;
    const struct board_image *image;
    const struct board_filter *filter;
    int32_t day, aspect;
    int8_t *clearance; /* by place of the unit */
    int8_t everywhere;
    struct matter *matters; /* by place of a main finding */
    int32_t root;           /* the unit whose parts are shown */
    int32_t *part_of; /* by place of the unit: place of the child of root that it is below, root itself, or NOT_IN */
    struct board *board;
    struct tally units, columns, leaders;
    struct tally doubles; /* of units: what is in a cell and counted as another finding, less what a matter has beside
                             its cell */
    struct board_counts *heat; /* units.n rows of columns.n, only of part units: see heat_row */
    int32_t *heat_row;
    int32_t heat_rows;
    int64_t month_due[BOARD_MONTHS_MAX], month_closed[BOARD_MONTHS_MAX];
    int64_t due_before, closed_before, counted;
    int first_month; /* months since year 0 */
    int32_t first_day, day_count;
    uint8_t month_at[BOARD_MONTHS_MAX * 31]; /* by day since first_day */
};

static bool is_in_sight(const struct work *work, int32_t unit, uint8_t label)
{
    return work->everywhere >= (int8_t)label || work->clearance[unit] >= (int8_t)label;
}

static bool is_visible(const struct work *work, const struct board_row *row)
{
    return is_in_sight(work, row->unit, row->label);
}

static bool is_counted(const struct work *work, const struct board_row *row)
{
    return is_visible(work, row) && work->part_of[row->unit] != NOT_IN &&
           (work->aspect == NOT_IN || row->aspect == work->aspect);
}

/* What is closed on no known day comes before all others. */
static int32_t later_closed(int32_t a, int32_t b)
{
    return a == BOARD_NO_DAY ? b : b == BOARD_NO_DAY ? a : a > b ? a : b;
}

static bool is_main_visible(const struct work *work, int32_t place)
{
    const struct board_main *main = &work->image->main_rows[place];
    return main->is_here && is_in_sight(work, main->unit, main->label);
}

static void add_part(struct work *work, const struct board_row *row)
{
    struct matter *matter = &work->matters[row->main];
    if (!is_main_visible(work, row->main) && (matter->first == 0 || row->id < matter->first))
        matter->first = row->id;
    matter->recovered_fen += row->recovered_fen;
    matter->rules_made += row->rules_made;
    matter->bits |= board_figures_of(row, work->day);
    matter->closed_on = later_closed(matter->closed_on, row->closed_on);
}

/* Which finding of each matter is counted: the main one, or for who may not see that the first one in sight; and what
 * holds for any of its parts. */
static enum rc read_matters(struct work *work)
{
    const struct board_image *image = work->image;
    work->matters = ARENA_NEW_ARRAY(work->ctx->arena, struct matter, image->mains.n + 1);
    if (!work->matters)
        return arena_rc(work->ctx->arena);
    for (size_t i = 0; i < image->mains.n; i++) {
        const struct board_main *main = &image->main_rows[i];
        bool is_visible = is_main_visible(work, (int32_t)i);
        work->matters[i] = (struct matter){.closed_on = BOARD_NO_DAY,
                                           .recovered_fen = is_visible ? main->recovered_fen : 0,
                                           .rules_made = is_visible ? main->rules_made : 0};
    }
    for (size_t i = 0; i < image->sources.n && image->mains.n; i++) {
        const struct board_block *block = &image->blocks[i];
        for (size_t k = 0; k < block->n; k++)
            if (block->rows[k].main >= 0 && is_visible(work, &block->rows[k]))
                add_part(work, &block->rows[k]);
    }
    return RC_OK;
}

static void add(struct board_counts *counts, uint32_t bits, const struct board_row *row)
{
    for (int i = 0; i < BOARD_FIGURE_COUNT; i++)
        counts->n[i] += bits >> i & 1;
    counts->amount_fen += row->amount_fen;
    counts->recovered_fen += row->recovered_fen;
    counts->rules_made += row->rules_made;
}

static int month_of(int32_t day)
{
    int year, month, date;
    date_to_civil(day, &year, &month, &date);
    return year * 12 + month - 1;
}

static bool day_of_month(int month, int32_t *ret_day)
{
    return date_from_civil(month / 12, month % 12 + 1, 1, ret_day);
}

/* One month after the other, so that a row costs a look at a table and no division. */
static enum rc make_calendar(struct work *work)
{
    work->first_month = month_of(work->day) - MONTHS_BACK;
    if (!day_of_month(work->first_month, &work->first_day))
        return RC_INTERNAL;
    for (int i = 0; i < BOARD_MONTHS_MAX; i++) {
        int32_t first, next;
        if (!day_of_month(work->first_month + i, &first) || !day_of_month(work->first_month + i + 1, &next))
            return RC_INTERNAL;
        memset(work->month_at + (first - work->first_day), i, (size_t)(next - first));
        work->day_count = next - work->first_day;
    }
    return RC_OK;
}

static void add_month(const struct work *work, int32_t day, int64_t *months, int64_t *before)
{
    if (day == BOARD_NO_DAY)
        return;
    if (day < work->first_day)
        (*before)++;
    else if (day - work->first_day < work->day_count)
        months[work->month_at[day - work->first_day]]++;
}

static void add_months(struct work *work, const struct board_row *row, bool is_open, int32_t closed_on)
{
    work->counted++;
    add_month(work, row->due, work->month_due, &work->due_before);
    if (!is_open)
        add_month(work, closed_on, work->month_closed, &work->closed_before);
}

/* Of the findings of one matter the first in sight of each source tells what the reports of all brought; as {brought}
 * in sql/query. */
static void find_tellers(struct work *work, const struct board_block *block)
{
    for (size_t i = 0; i < work->image->mains.n; i++)
        work->matters[i].told = 0;
    for (size_t i = 0; i < block->n && work->image->mains.n; i++) {
        const struct board_row *row = &block->rows[i];
        if (row->main < 0 || !is_visible(work, row))
            continue;
        int64_t *told = &work->matters[row->main].told;
        bool has_main = work->image->main_rows[row->main].source == block->source && is_main_visible(work, row->main);
        if (!has_main && (*told == 0 || row->id < *told))
            *told = row->id;
    }
}

/* A finding of the matter at a place, with what it tells of the matter's reports. */
static struct board_row tell_matter(const struct work *work, const struct board_row *row, int32_t place)
{
    struct board_row telling = *row;
    const struct matter *matter = &work->matters[place];
    bool is_teller = row->main < 0 || matter->told == row->id;
    telling.recovered_fen = is_teller ? matter->recovered_fen : 0;
    telling.rules_made = is_teller ? (int32_t)matter->rules_made : 0;
    return telling;
}

/* A finding that is counted over all sources, as its matter (by place, -1: none) stands. */
static void add_whole(struct work *work, const struct board_row *row, int32_t place, uint32_t own)
{
    uint32_t bits = own;
    int32_t closed_on = row->closed_on;
    if (place >= 0) {
        const struct matter *matter = &work->matters[place];
        struct board_counts *doubles = &work->doubles.counts[work->part_of[row->unit]];
        bits = board_matter_figures(own, matter->bits);
        closed_on = later_closed(closed_on, matter->closed_on);
        for (int i = 0; i < BOARD_FIGURE_COUNT; i++) /* what its cell, as of one source, has not */
            doubles->n[i] -= (int64_t)(bits >> i & 1) - (int64_t)(own >> i & 1);
    }
    add(&work->leaders.counts[row->leader + 1], bits, row);
    add_months(work, row, bits >> BOARD_OPEN & 1, closed_on);
}

static void sum_block(struct work *work, const struct board_block *block, int32_t source_place)
{
    bool is_one = work->filter->source != 0;
    find_tellers(work, block);
    for (size_t i = 0; i < block->n; i++) {
        const struct board_row *row = &block->rows[i];
        struct board_row telling;
        if (!is_counted(work, row))
            continue;
        int32_t place = row->main >= 0 ? row->main : board_ids_find(&work->image->mains, row->id);
        if (place >= 0) {
            telling = tell_matter(work, row, place);
            row = &telling;
        }
        uint32_t bits = board_figures_of(row, work->day);
        int32_t part = work->part_of[row->unit], column = is_one ? row->aspect + 1 : source_place;
        add(&work->heat[(size_t)work->heat_row[part] * work->columns.n + (size_t)column], bits, row);
        if (is_one) {
            add(&work->leaders.counts[row->leader + 1], bits, row);
            add_months(work, row, board_is_open(row), row->closed_on);
        } else if (row->main >= 0 && work->matters[row->main].first != row->id) {
            add(&work->doubles.counts[part], bits, row); /* counted as another finding, but once under each source */
        } else {
            add_whole(work, row, place, bits);
        }
    }
}

static void add_counts(struct board_counts *sum, const struct board_counts *more, int64_t times)
{
    for (int i = 0; i < BOARD_FIGURE_COUNT; i++)
        sum->n[i] += times * more->n[i];
    sum->amount_fen += times * more->amount_fen;
    sum->recovered_fen += times * more->recovered_fen;
    sum->rules_made += times * more->rules_made;
}

/* Units, columns and the whole are sums of the cells, so that a finding is added once and not to each of them. */
static void sum_cells(struct work *work)
{
    for (size_t unit = 0; unit < work->units.n; unit++) {
        struct board_counts *counts = &work->units.counts[unit];
        if (work->heat_row[unit] == NOT_IN)
            continue;
        const struct board_counts *cells = work->heat + (size_t)work->heat_row[unit] * work->columns.n;
        for (size_t column = 0; column < work->columns.n; column++) {
            if (!cells[column].n[BOARD_TOTAL])
                continue;
            add_counts(counts, &cells[column], 1);
            add_counts(&work->columns.counts[column], &cells[column], 1);
        }
        add_counts(counts, &work->doubles.counts[unit], -1);
        add_counts(&work->board->all, counts, 1);
    }
}

/* ---- what is in sight ---------------------------------------------------------------------------------------- */

static enum rc read_scope(struct work *work, struct db *db, const struct actor *actor, enum perm perm)
{
    const struct board_image *image = work->image;
    work->everywhere = actor->everywhere[perm];
    work->clearance = arena_alloc(work->ctx->arena, image->units.n + 1);
    if (!work->clearance)
        return arena_rc(work->ctx->arena);
    memset(work->clearance, LABEL_NONE, image->units.n + 1);
    struct db_stmt *st = db_query(db, Q_BOARD_SCOPE);
    db_bind_int(st, "me", actor->account_id);
    db_bind_int(st, "perm", perm);
    for (;;) {
        bool is_row;
        TRY(db_step(work->ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        int32_t place = board_ids_find(&image->units, db_column_int(st, 0));
        if (place >= 0)
            work->clearance[place] = (int8_t)db_column_int(st, 1);
    }
}

static bool is_unit_visible(const struct work *work, int32_t unit)
{
    return work->everywhere > LABEL_NONE || work->clearance[unit] > LABEL_NONE;
}

/* The lowest unit that holds all that is in sight: a reader of one company begins there and not at the group. */
static int32_t find_root(const struct work *work)
{
    const struct board_unit *tree = work->image->tree;
    size_t n = work->image->units.n;
    int32_t root = -1;
    for (size_t i = 0; i < n; i++)
        if (tree[i].parent < 0 && (root < 0 || tree[i].order < tree[root].order))
            root = (int32_t)i;
    while (root >= 0 && !is_unit_visible(work, root)) {
        int32_t only = -1, count = 0;
        for (size_t i = 0; i < n && count < 2; i++) {
            if (!is_unit_visible(work, (int32_t)i))
                continue;
            int32_t at = (int32_t)i;
            while (at >= 0 && tree[at].parent != root)
                at = tree[at].parent;
            if (at >= 0 && at != only) {
                only = at;
                count++;
            }
        }
        if (count != 1)
            break;
        root = only;
    }
    return root;
}

static enum rc place_parts(struct work *work)
{
    const struct board_image *image = work->image;
    struct arena *arena = work->ctx->arena;
    size_t n = image->units.n;
    work->part_of = ARENA_NEW_ARRAY(arena, int32_t, n + 1);
    work->heat_row = ARENA_NEW_ARRAY(arena, int32_t, n + 1);
    if (!work->part_of || !work->heat_row)
        return arena_rc(arena);
    work->root = work->filter->under ? board_ids_find(&image->units, work->filter->under) : find_root(work);
    if (work->filter->under && work->root < 0)
        return RC_NOT_FOUND;
    bool is_in_sight = false;
    for (size_t i = 0; i < n; i++) {
        int32_t at = (int32_t)i, below = at;
        for (size_t steps = 0; at >= 0 && at != work->root && steps < n; steps++) {
            below = at;
            at = image->tree[at].parent;
        }
        work->part_of[i] = at >= 0 && at == work->root ? below : NOT_IN;
        is_in_sight |= work->part_of[i] != NOT_IN && is_unit_visible(work, (int32_t)i);
        bool is_part = (int32_t)i == work->root || (work->root >= 0 && image->tree[i].parent == work->root);
        work->heat_row[i] = is_part ? work->heat_rows++ : NOT_IN;
    }
    return work->filter->under && !is_in_sight ? RC_NOT_FOUND : RC_OK;
}

/* ---- results ------------------------------------------------------------------------------------------------- */

static enum rc make_tally(struct work *work, struct tally *tally, size_t n)
{
    tally->n = n;
    tally->counts = ARENA_NEW_ARRAY(work->ctx->arena, struct board_counts, n + 1);
    return tally->counts ? RC_OK : arena_rc(work->ctx->arena);
}

struct ranked {
    int32_t place;
    int64_t open, total, order;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->open != y->open)
        return x->open > y->open ? -1 : 1;
    if (x->total != y->total)
        return x->total > y->total ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Places of groups with something in them; units in the order of the tree, others by how much is open. */
static enum rc rank(const struct work *work, const struct tally *tally, bool is_tree, struct ranked **ret_list,
                    size_t *ret_n)
{
    struct ranked *list = ARENA_NEW_ARRAY(work->ctx->arena, struct ranked, tally->n + 1);
    size_t n = 0;
    if (!list)
        return arena_rc(work->ctx->arena);
    for (size_t i = 0; i < tally->n; i++) {
        const struct board_counts *counts = &tally->counts[i];
        if (!counts->n[BOARD_TOTAL])
            continue;
        int64_t order = !is_tree ? 0 : (int32_t)i == work->root ? -1 : work->image->tree[i].order;
        list[n++] = (struct ranked){(int32_t)i, counts->n[BOARD_OPEN], counts->n[BOARD_TOTAL], order};
    }
    qsort(list, n, sizeof *list, compare_ranked);
    *ret_list = list;
    *ret_n = n;
    return RC_OK;
}

static enum rc make_groups(const struct work *work, const struct tally *tally, const struct ranked *list, size_t n,
                           struct board_group **ret_groups)
{
    struct board_group *groups = ARENA_NEW_ARRAY(work->ctx->arena, struct board_group, n + 1);
    if (!groups)
        return arena_rc(work->ctx->arena);
    for (size_t i = 0; i < n; i++)
        groups[i] = (struct board_group){.kind = STR(""), .counts = tally->counts[list[i].place]};
    *ret_groups = groups;
    return RC_OK;
}

static enum rc finish_heat(struct work *work, const struct ranked *units, size_t unit_count,
                           const struct ranked *columns, size_t column_count)
{
    struct board_counts *heat = ARENA_NEW_ARRAY(work->ctx->arena, struct board_counts, unit_count * column_count + 1);
    if (!heat)
        return arena_rc(work->ctx->arena);
    for (size_t u = 0; u < unit_count; u++)
        for (size_t c = 0; c < column_count; c++)
            heat[u * column_count + c] =
                work->heat[(size_t)work->heat_row[units[u].place] * work->columns.n + (size_t)columns[c].place];
    work->board->heat = heat;
    return RC_OK;
}

static enum rc finish_groups(struct work *work)
{
    const struct board_image *image = work->image;
    struct board *board = work->board;
    struct ranked *units, *columns, *leaders;
    TRY(rank(work, &work->units, true, &units, &board->unit_count));
    TRY(rank(work, &work->columns, false, &columns, &board->column_count));
    TRY(rank(work, &work->leaders, false, &leaders, &board->leader_count));
    TRY(make_groups(work, &work->units, units, board->unit_count, &board->units));
    TRY(make_groups(work, &work->columns, columns, board->column_count, &board->columns));
    TRY(make_groups(work, &work->leaders, leaders, board->leader_count, &board->leaders));
    for (size_t i = 0; i < board->unit_count; i++) {
        board->units[i].id = image->units.ids[units[i].place];
        board->units[i].is_own = units[i].place == work->root;
    }
    for (size_t i = 0; i < board->column_count; i++) {
        int32_t place = columns[i].place;
        board->columns[i].id = !work->filter->source ? image->sources.ids[place]
                               : place               ? image->aspects.ids[place - 1]
                                                     : 0;
    }
    for (size_t i = 0; i < board->leader_count; i++) {
        int64_t packed = leaders[i].place ? image->leaders.ids[leaders[i].place - 1] : -1;
        board->leaders[i].id = board_leader_id(packed);
        board->leaders[i].kind = board_leader_kind(packed);
    }
    return finish_heat(work, units, board->unit_count, columns, board->column_count);
}

/* Months from the first in which something happens or is due; the line of what was really left ends today. */
static enum rc finish_months(struct work *work)
{
    struct board_month *months = ARENA_NEW_ARRAY(work->ctx->arena, struct board_month, BOARD_MONTHS_MAX);
    int first = BOARD_MONTHS_MAX, last = -1, now = month_of(work->day) - work->first_month;
    if (!months)
        return arena_rc(work->ctx->arena);
    for (int i = 0; i < BOARD_MONTHS_MAX; i++) {
        if (!work->month_due[i] && !work->month_closed[i] && i != now)
            continue;
        first = first < i ? first : i;
        last = i;
    }
    int64_t plan = work->counted - work->due_before, real = work->counted - work->closed_before;
    size_t n = 0;
    for (int i = 0; i <= last; i++) {
        plan -= work->month_due[i];
        real -= work->month_closed[i];
        if (i < first)
            continue;
        struct board_month *month = &months[n++];
        int at = work->first_month + i, year = at / 12, number = at % 12 + 1;
        *month = (struct board_month){.due = work->month_due[i],
                                      .closed = work->month_closed[i],
                                      .plan_left = plan,
                                      .real_left = i <= now ? real : -1};
        if (!date_from_civil(year, number, 1, &month->first))
            return RC_INTERNAL;
        month->last = month->first + date_days_in_month(year, number) - 1;
    }
    work->board->months = months;
    work->board->month_count = n;
    return RC_OK;
}

static enum rc sum_locked(struct work *work, struct db *db, const struct actor *actor, enum perm perm)
{
    const struct board_image *image = work->image;
    const struct board_filter *filter = work->filter;
    TRY(read_scope(work, db, actor, perm));
    TRY(place_parts(work));
    work->aspect = filter->aspect ? board_ids_find(&image->aspects, filter->aspect) : NOT_IN;
    TRY(read_matters(work));
    TRY(make_calendar(work));
    TRY(make_tally(work, &work->units, image->units.n));
    TRY(make_tally(work, &work->doubles, image->units.n));
    TRY(make_tally(work, &work->columns, filter->source ? image->aspects.n + 1 : image->sources.n));
    TRY(make_tally(work, &work->leaders, image->leaders.n + 1));
    work->heat = ARENA_NEW_ARRAY(work->ctx->arena, struct board_counts, (size_t)work->heat_rows * work->columns.n + 1);
    if (!work->heat)
        return arena_rc(work->ctx->arena);
    bool is_unknown = filter->aspect && work->aspect < 0;
    for (size_t i = 0; i < image->sources.n && !is_unknown; i++)
        if (!filter->source || image->blocks[i].source == filter->source)
            sum_block(work, &image->blocks[i], (int32_t)i);
    sum_cells(work);
    work->board->unit_id = work->root >= 0 ? image->units.ids[work->root] : 0;
    work->board->newest = image->newest;
    TRY(finish_groups(work));
    return finish_months(work);
}

enum rc board_sum(struct ctx *ctx, struct db *db, struct board_image *image, const struct actor *actor, enum perm perm,
                  const struct board_filter *filter, int32_t day, struct board *ret)
{
    *ret = (struct board){0};
    struct work work = {.ctx = ctx, .image = image, .filter = filter, .day = day, .board = ret, .root = -1};
    if (pthread_mutex_lock(&image->lock) != 0)
        return RC_INTERNAL;
    enum rc rc = board_image_refresh(ctx, db, image);
    if (rc == RC_OK)
        rc = sum_locked(&work, db, actor, perm);
    (void)pthread_mutex_unlock(&image->lock);
    return rc;
}
