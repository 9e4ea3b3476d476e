/* register_sheet_compare.c: what a row of a ledger says otherwise than the register. */
#include "intake/register_sheet_parts.h"
#include "text/utf8.h"

enum { CELL_CHARACTERS = 32767 };

/* A cell cannot hold more than CELL_CHARACTERS: what was cut when it was exported is no change. */
static bool is_cut_copy(struct str cell, struct str kept)
{
    return kept.n > cell.n && str_has_prefix(kept, cell) && utf8_count(cell) >= CELL_CHARACTERS;
}

bool sheet_is_same_text(struct str a, struct str b)
{
    a = str_trim(a);
    b = str_trim(b);
    return str_equal(a, b) || is_cut_copy(a, b);
}

static void compare_text(struct ctx *ctx, const struct value *row, const struct value *old, const char *key,
                         struct value *change)
{
    const struct value *v = value_get(row, key);
    if (!v || (v->kind != VALUE_TEXT && v->kind != VALUE_NULL))
        return;
    struct str fresh = v->kind == VALUE_TEXT ? v->text : STR(""), kept = value_get_text(old, key);
    if (sheet_is_same_text(fresh, kept))
        return;
    bool is_fixed = str_equal_cstr(str_from_cstr(key), "title") || str_equal_cstr(str_from_cstr(key), "phase");
    if (fresh.n)
        value_put_text(ctx->arena, change, key, fresh);
    else if (!is_fixed)
        value_put_null(ctx->arena, change, key);
}

static void compare_int(struct ctx *ctx, const struct value *row, const struct value *old, const char *key,
                        struct value *change)
{
    const struct value *fresh = value_get(row, key), *kept = value_get(old, key);
    if (!fresh || value_equal(fresh, kept) || (value_is_null(fresh) && value_is_null(kept)))
        return;
    if (fresh->kind == VALUE_INT)
        value_put_int(ctx->arena, change, key, fresh->integer);
    else
        value_put_null(ctx->arena, change, key);
}

/* Texts are cleared by the empty text; only what may be null in the register is cleared by null. */
static void clear_texts(struct value *change)
{
    static const char *const nullable[] = {"due", "amount_fen", "aspect_id"};
    for (struct value *v = change->items.first; v; v = v->next) {
        bool is_nullable = false;
        for (size_t i = 0; i < sizeof nullable / sizeof *nullable; i++)
            is_nullable = is_nullable || str_equal_cstr(v->key, nullable[i]);
        if (v->kind == VALUE_NULL && !is_nullable) {
            v->kind = VALUE_TEXT;
            v->text = STR("");
        }
    }
}

/* Changes of the measures by their place: {text, phase, due, id (0: a further one)}; none is taken away. */
static enum rc compare_measures(struct ctx *ctx, struct db *db, const struct value *row, const struct value *old,
                                struct value *list)
{
    struct arena *arena = ctx->arena;
    const struct value *wanted = value_get(row, "measures");
    if (value_count(wanted) == 0)
        return RC_OK;
    struct db_stmt *st = db_query(db, Q_FINDING_MEASURES);
    db_bind_int(st, "id", value_get_int(old, "id", 0));
    struct value *rows;
    TRY(db_rows(ctx, st, &rows));
    const struct value *kept = rows->items.first;
    VALUE_EACH (measure, wanted) {
        struct str due = value_get_text(measure, "due"), phase = value_get_text(measure, "phase");
        bool is_same = kept && sheet_is_same_text(value_get_text(measure, "text"), value_get_text(kept, "text")) &&
                       (!due.n || str_equal(due, value_get_text(kept, "due"))) &&
                       (!phase.n || str_equal(phase, value_get_text(kept, "phase")));
        if (!is_same) {
            struct value *change = value_add_map(arena, list);
            value_put_int(arena, change, "id", value_get_int(kept, "id", 0));
            value_put_text(arena, change, "text", value_get_text(measure, "text"));
            value_put_text(arena, change, "phase", phase.n ? phase : value_get_text(kept, "phase"));
            struct str until = due.n ? due : value_get_text(kept, "due");
            if (until.n)
                value_put_text(arena, change, "due", until);
            else
                value_put_null(arena, change, "due");
        }
        kept = kept ? kept->next : NULL;
    }
    return RC_OK;
}

enum rc sheet_compare(struct ctx *ctx, struct db *db, const struct value *row, const struct value *old, int64_t unit_id,
                      struct value *change, struct value *measures)
{
    static const char *const texts[] = {"title",         "facts",       "phase", "nature",    "severity",
                                        "status_stated", "responsible", "due",   "due_stated"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare_text(ctx, row, old, texts[i], change);
    compare_int(ctx, row, old, "amount_fen", change);
    compare_int(ctx, row, old, "label", change);
    if (unit_id != value_get_int(old, "unit_id", 0))
        value_put_int(ctx->arena, change, "unit_id", unit_id);
    const struct value *aspect = value_get(row, "aspect");
    if (aspect && !sheet_is_same_text(aspect->text, value_get_text(old, "aspect_title")))
        value_put_null(ctx->arena, change, "aspect_id"); /* the command puts the id of row.aspect here */
    clear_texts(change);
    return compare_measures(ctx, db, row, old, measures);
}

enum rc sheet_compare_cause(struct ctx *ctx, struct db *db, const struct value *row, const struct value *old,
                            bool *ret_is_new)
{
    struct str text = value_get_text(row, "cause");
    *ret_is_new = text.n > 0;
    if (!text.n)
        return RC_OK;
    struct db_stmt *st = db_query(db, Q_CAUSE_TEXTS);
    db_bind_int(st, "id", value_get_int(old, "id", 0));
    struct value *rows;
    TRY(db_rows(ctx, st, &rows));
    VALUE_EACH (kept, rows)
        if (sheet_is_same_text(text, value_get_text(kept, "text")))
            *ret_is_new = false;
    return RC_OK;
}
