/* frozen.c: closed stays closed; see frozen.h and data/frozen.def. */
#include "record/frozen.h"

static bool is_kept_out(struct str kind)
{
    static const char *const nouns[] = {
#define FROZEN(noun) noun,
#include "../../data/frozen.def"
#undef FROZEN
    };
    static const char *const allowed[] = {
#define ALLOWED(kind) kind,
#include "../../data/frozen.def"
#undef ALLOWED
    };
    struct str noun = str_slice(kind, 0, str_find_byte(kind, '.', 0));
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (str_equal_cstr(kind, allowed[i]))
            return false;
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        if (str_equal_cstr(noun, nouns[i]))
            return true;
    return false;
}

/* What the body calls itself: "task.moved" with id 7 is about task 7. */
static int64_t own_id(struct str kind, const char *noun, const struct value *body)
{
    if (str_equal_cstr(value_get_text(body, "subject_kind"), noun)) /* what is linked to it, who is charged with it */
        return value_get_int(body, "subject_id", 0);
    bool is_own = str_equal_cstr(str_slice(kind, 0, str_find_byte(kind, '.', 0)), noun) ||
                  str_equal_cstr(value_get_text(body, "noun"), noun);
    return is_own ? value_get_int(body, "id", 0) : 0;
}

static int64_t named_id(struct str kind, const char *noun, const char *key, const struct value *body)
{
    int64_t id = value_get_int(body, key, 0);
    return id ? id : own_id(kind, noun, body);
}

/* Ids are numbers of events: one id is one thing, whatever it is. */
enum rc frozen_find(struct ctx *ctx, struct db *db, int64_t id, bool *ret_is_frozen)
{
    static const char *const names[] = {"finding_id", "measure_id",  "task_id", "node_id",
                                        "cause_id",   "evidence_id", "subject"};
    struct db_stmt *st = db_query(db, Q_FROZEN_FIND);
    struct value *row;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        db_bind_int(st, names[i], id);
    TRY(db_first_row(ctx, st, &row));
    *ret_is_frozen = row != NULL;
    return RC_OK;
}

enum rc frozen_check(struct ctx *ctx, struct db *db, enum event_kind event_kind, int64_t subject,
                     const struct value *body)
{
    struct str kind = event_kind_name(event_kind);
    if (!is_kept_out(kind))
        return RC_OK;
    struct db_stmt *st = db_query(db, Q_FROZEN_FIND);
    struct value *row;
    db_bind_int(st, "finding_id", named_id(kind, "finding", "finding_id", body));
    db_bind_int(st, "measure_id", named_id(kind, "measure", "measure_id", body));
    db_bind_int(st, "task_id", named_id(kind, "task", "task_id", body));
    db_bind_int(st, "node_id", named_id(kind, "node", "node_id", body));
    db_bind_int(st, "cause_id", named_id(kind, "cause", "cause_id", body));
    /* A file may serve something else later: its own record stays as it is. */
    bool is_link = event_kind == EVENT_EVIDENCE_LINKED || event_kind == EVENT_EVIDENCE_UNLINKED;
    db_bind_int(st, "evidence_id", is_link ? 0 : subject);
    db_bind_int(st, "subject", subject);
    TRY(db_first_row(ctx, st, &row));
    if (!row)
        return RC_OK;
    struct str no = value_get_text(row, "no");
    return ctx_fail(ctx, RC_GUARD, "record.frozen", STR_EMPTY,
                    arena_format(ctx->arena, "/findings/%lld#closing", (long long)value_get_int(row, "id", 0)), &no, 1);
}
