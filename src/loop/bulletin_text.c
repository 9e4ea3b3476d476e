/* bulletin_text.c: see bulletin_text.h. */
#include "loop/bulletin_text.h"

#include <stdio.h>

#include "base/clock.h"

enum { TEXT_CEILING = 1 << 20, KEY_MAX = 40 };

static const char *const texts[] = {
#define BULLETIN_TEXT(name, text) text,
#include "../../data/bulletin_texts.def"
#undef BULLETIN_TEXT
};

struct str bulletin_text(enum bulletin_text which) { return str_from_cstr(texts[which]); }

static struct str kept(struct arena *arena, struct buf *out)
{
    struct str s = buf_rc(out) == RC_OK ? arena_copy_str(arena, buf_str(out)) : STR("");
    buf_done(out);
    return s;
}

struct str bulletin_fill(struct arena *arena, enum bulletin_text which, const struct str *args, int count)
{
    struct str text = bulletin_text(which);
    struct buf out;
    buf_init(&out, TEXT_CEILING);
    for (size_t i = 0; i < text.n; i++) {
        bool is_place = i + 2 < text.n && text.p[i] == '{' && text.p[i + 2] == '}' && text.p[i + 1] >= '0' &&
                        text.p[i + 1] < '0' + count;
        if (is_place) {
            buf_add(&out, args[text.p[i + 1] - '0']);
            i += 2;
        } else {
            buf_add_char(&out, text.p[i]);
        }
    }
    return kept(arena, &out);
}

struct str bulletin_date(struct arena *arena, struct str day, bool is_short)
{
    int32_t n;
    int year, month, on;
    if (!date_parse(day, &n))
        return STR("");
    date_to_civil(n, &year, &month, &on);
    struct str args[] = {arena_format(arena, "%d", year), arena_format(arena, "%d", month),
                         arena_format(arena, "%d", on)};
    return is_short ? bulletin_fill(arena, BULLETIN_DATE_SHORT, args + 1, 2)
                    : bulletin_fill(arena, BULLETIN_DATE, args, 3);
}

/* ---- figures ------------------------------------------------------------------------------------------------ */

static bool is_key(struct str key)
{
    if (!key.n || key.n > KEY_MAX)
        return false;
    for (size_t i = 0; i < key.n; i++)
        if (!((key.p[i] >= 'a' && key.p[i] <= 'z') || key.p[i] == '_' || key.p[i] == '@' ||
              (key.p[i] >= '0' && key.p[i] <= '9')))
            return false;
    return true;
}

bool bulletin_next_figure(struct str text, size_t *at, struct bulletin_figure *ret_figure)
{
    size_t from = str_find(text, STR("[["), *at);
    if (from == SIZE_MAX)
        return false;
    size_t end = str_find(text, STR("]]"), from);
    *ret_figure = (struct bulletin_figure){.from = from, .is_broken = true};
    ret_figure->to = end == SIZE_MAX ? from + 2 : end + 2;
    *at = ret_figure->to;
    if (end == SIZE_MAX)
        return true;
    struct str inner = str_slice(text, from + 2, end);
    size_t colon = str_find_byte(inner, ':', 0);
    ret_figure->key = colon == SIZE_MAX ? inner : str_slice(inner, 0, colon);
    ret_figure->value = colon == SIZE_MAX ? STR("") : str_slice(inner, colon + 1, inner.n);
    ret_figure->is_broken = !is_key(ret_figure->key);
    return true;
}

static enum rc put_finding_figures(struct ctx *ctx, struct db *db, int64_t source_id, int64_t label_max,
                                   struct value *map)
{
    static const char *const names[] = {"measures", "measures_done"};
    struct db_stmt *st = db_query(db, Q_BULLETIN_FINDINGS);
    struct value *rows;
    db_bind_int(st, "id", source_id);
    db_bind_int(st, "label_max", label_max);
    TRY(db_rows(ctx, st, &rows));
    VALUE_EACH (row, rows) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            value_put_int(ctx->arena, map,
                          arena_format(ctx->arena, "%s@%lld", names[i], (long long)value_get_int(row, "id", 0)).p,
                          value_get_int(row, names[i], 0));
    }
    return RC_OK;
}

enum rc bulletin_read_figures(struct ctx *ctx, struct db *db, int64_t source_id, int64_t label_max,
                              struct value **ret_map)
{
    struct db_stmt *st = db_query(db, Q_BULLETIN_FIGURES);
    db_bind_int(st, "id", source_id);
    db_bind_int(st, "label_max", label_max);
    TRY(db_first_row(ctx, st, ret_map));
    if (!*ret_map)
        return RC_NOT_FOUND;
    return put_finding_figures(ctx, db, source_id, label_max, *ret_map);
}

static struct str rewrite(struct arena *arena, struct str text, const struct value *figures, bool is_plain)
{
    struct bulletin_figure figure;
    struct buf out;
    size_t at = 0, done = 0;
    buf_init(&out, TEXT_CEILING);
    while (bulletin_next_figure(text, &at, &figure)) {
        buf_add(&out, str_slice(text, done, figure.from));
        done = figure.to;
        if (figure.is_broken) {
            buf_add(&out, str_slice(text, figure.from, figure.to));
            continue;
        }
        const struct value *known = value_get_str(figures, figure.key);
        struct str value =
            known && known->kind == VALUE_INT ? arena_format(arena, "%lld", (long long)known->integer) : figure.value;
        if (is_plain)
            buf_add(&out, value);
        else
            buf_add_format(&out, "[[%.*s:%.*s]]", STR_ARG(figure.key), STR_ARG(value));
    }
    buf_add(&out, str_slice(text, done, text.n));
    return kept(arena, &out);
}

struct str bulletin_renew(struct arena *arena, struct str text, const struct value *figures)
{
    return rewrite(arena, text, figures, false);
}
struct str bulletin_plain(struct arena *arena, struct str text) { return rewrite(arena, text, NULL, true); }
