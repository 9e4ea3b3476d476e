/* responsible.c: see responsible.h. */
#include "intake/responsible.h"

void responsible_init(struct responsible *find, struct ctx *ctx, struct db *db, const struct actor *actor,
                      int64_t source_unit, int64_t label)
{
    *find = (struct responsible){.ctx = ctx, .db = db, .actor = actor, .source_unit = source_unit, .label = label};
    map_init(&find->seen, ctx->arena);
}

/* The next of "A; B, C", without blanks; false at the end. */
static bool next_name(struct str *rest, struct str *ret_name)
{
    static const char *const marks[] = {"\xe3\x80\x81", "\xef\xbc\x9b", "\xef\xbc\x8c", ";", ",", "\n"};
    if (!rest->n)
        return false;
    size_t cut = rest->n, skip = 0;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t at = str_find(*rest, str_from_cstr(marks[i]), 0);
        if (at != SIZE_MAX && at < cut) {
            cut = at;
            skip = str_from_cstr(marks[i]).n;
        }
    }
    *ret_name = str_trim(str_slice(*rest, 0, cut));
    *rest = str_slice(*rest, cut + skip, rest->n);
    return true;
}

/* Id of the first name that is one unit, 0 without. */
static enum rc find_unit(struct responsible *find, struct str words, int64_t *ret_id)
{
    struct str rest = words, name;
    *ret_id = 0;
    while (*ret_id == 0 && next_name(&rest, &name)) {
        struct db_stmt *st = db_query(find->db, Q_UNIT_FIND_NAME);
        struct value *rows;
        db_bind_text(st, "name", name);
        TRY(db_rows(find->ctx, st, &rows));
        if (value_count(rows) == 1)
            *ret_id = value_get_int(rows->items.first, "id", 0);
    }
    return RC_OK;
}

enum rc responsible_find(struct responsible *find, struct str words, struct responsible_place *ret_place)
{
    const struct responsible_place *known = words.n ? map_get(&find->seen, words) : NULL;
    struct responsible_place place = {.unit_id = find->source_unit};
    if (known || !words.n) {
        *ret_place = known ? *known : place;
        return RC_OK;
    }
    int64_t named;
    TRY(find_unit(find, words, &named));
    if (named && named != find->source_unit) {
        struct ctx quiet = {.arena = find->ctx->arena};
        enum rc rc = actor_check(&quiet, find->db, find->actor, PERM_FINDING_WRITE, named, find->label);
        if (rc != RC_OK && rc != RC_FORBIDDEN)
            return rc;
        if (rc == RC_FORBIDDEN)
            named = 0;
    }
    if (named)
        place = (struct responsible_place){.unit_id = named, .is_by_words = true};
    struct responsible_place *kept = ARENA_NEW(find->ctx->arena, struct responsible_place);
    if (!kept)
        return arena_rc(find->ctx->arena);
    *kept = place;
    TRY(map_put(&find->seen, words, kept));
    *ret_place = place;
    return RC_OK;
}
