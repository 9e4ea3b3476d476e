/* actor.c: permissions; see actor.h. */
#include "record/actor.h"

enum perm_kind { SCOPED, GLOBAL };
enum role_group { BUSINESS, ADMIN };

static const struct perm_row {
    const char *name;
    enum perm_kind kind;
} perm_table[PERM_COUNT] = {
#define PERM(name, text, kind) [PERM_##name] = {text, kind},
#include "../../data/roles.def"
#undef PERM
};

static const struct role_row {
    const char *name;
    enum role_group group;
    uint64_t perms;
} role_table[ROLE_COUNT] = {
#define P(name) | UINT64_C(1) << PERM_##name
#define ROLE(name, text, group, perms) [ROLE_##name] = {text, group, UINT64_C(1) << PERM_SELF perms},
#include "../../data/roles.def"
#undef ROLE
#undef P
};

const char *perm_name(enum perm perm) { return perm_table[perm].name; }
bool perm_is_scoped(enum perm perm) { return perm_table[perm].kind == SCOPED; }
const char *role_name(enum role role) { return role_table[role].name; }
bool role_is_admin(enum role role) { return role_table[role].group == ADMIN; }
bool role_has_perm(enum role role, enum perm perm) { return role_table[role].perms >> perm & 1; }

bool perm_find(struct str name, enum perm *ret_perm)
{
    for (int i = 0; i < PERM_COUNT; i++) {
        if (str_equal_cstr(name, perm_table[i].name)) {
            *ret_perm = (enum perm)i;
            return true;
        }
    }
    return false;
}

bool role_find(struct str name, enum role *ret_role)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (str_equal_cstr(name, role_table[i].name)) {
            *ret_role = (enum role)i;
            return true;
        }
    }
    return false;
}

struct actor actor_program(void)
{
    struct actor actor = {.login = STR("bihuan"), .name = STR("bihuan")};
    for (int i = 0; i < PERM_COUNT; i++)
        actor.anywhere[i] = actor.everywhere[i] = LABEL_WORK_SECRET;
    return actor;
}

enum rc actor_load(struct ctx *ctx, struct db *db, int64_t account_id, struct actor *ret_actor)
{
    struct actor actor = {.account_id = account_id};
    for (int i = 0; i < PERM_COUNT; i++)
        actor.anywhere[i] = actor.everywhere[i] = LABEL_NONE;
    actor.anywhere[PERM_SELF] = actor.everywhere[PERM_SELF] = LABEL_PUBLIC;
    struct db_stmt *st = db_query(db, Q_SCOPE_GRANTS);
    db_bind_int(st, "me", account_id);
    for (;;) {
        bool is_row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            break;
        enum role role;
        if (!role_find(db_column_text(st, 0), &role))
            continue; /* a role of a newer program grants nothing here */
        int8_t clearance = (int8_t)db_column_int(st, 1);
        bool is_root = db_column_int(st, 2) != 0;
        actor.is_role[role] = true;
        for (int i = 0; i < PERM_COUNT; i++) {
            if (!role_has_perm(role, (enum perm)i))
                continue;
            if (clearance > actor.anywhere[i])
                actor.anywhere[i] = clearance;
            if ((is_root || !perm_is_scoped((enum perm)i)) && clearance > actor.everywhere[i])
                actor.everywhere[i] = clearance;
        }
    }
    *ret_actor = actor;
    return RC_OK;
}

bool actor_has(const struct actor *actor, enum perm perm) { return actor->anywhere[perm] != LABEL_NONE; }

enum rc actor_check(struct ctx *ctx, struct db *db, const struct actor *actor, enum perm perm, int64_t unit_id,
                    int64_t label)
{
    if (actor->everywhere[perm] >= label && actor->everywhere[perm] != LABEL_NONE)
        return RC_OK;
    if (actor->anywhere[perm] < label || actor->anywhere[perm] == LABEL_NONE)
        return RC_FORBIDDEN;
    struct db_stmt *st = db_query(db, Q_SCOPE_GET);
    db_bind_int(st, "me", actor->account_id);
    db_bind_int(st, "perm", perm);
    db_bind_int(st, "unit_id", unit_id);
    int64_t clearance;
    enum rc rc = db_get_int(ctx, st, &clearance);
    if (rc == RC_NOT_FOUND)
        return RC_FORBIDDEN;
    return rc != RC_OK ? rc : clearance >= label ? RC_OK : RC_FORBIDDEN;
}

void actor_bind_scope(struct db_stmt *st, const struct actor *actor, enum perm perm)
{
    db_bind_int(st, "me", actor->account_id);
    db_bind_int(st, "perm", perm);
    db_bind_int(st, "scope_all", actor->everywhere[perm]);
}

static enum rc roles_differ(struct ctx *ctx, struct db *db, bool *ret_differ)
{
    int want = 0, found = 0, have = 0;
    for (int r = 0; r < ROLE_COUNT; r++)
        for (int p = 0; p < PERM_COUNT; p++)
            want += role_has_perm((enum role)r, (enum perm)p);
    struct db_stmt *st = db_query(db, Q_ROLE_PERMISSION_LIST);
    for (;;) {
        bool is_row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            break;
        have++;
        enum role role;
        int64_t perm = db_column_int(st, 1);
        if (role_find(db_column_text(st, 0), &role) && perm >= 0 && perm < PERM_COUNT &&
            role_has_perm(role, (enum perm)perm))
            found++;
    }
    *ret_differ = have != want || found != want;
    return RC_OK;
}

enum rc actor_sync_roles(struct ctx *ctx, struct db *db)
{
    bool differ;
    TRY(roles_differ(ctx, db, &differ));
    if (!differ)
        return RC_OK;
    TRY(db_run(ctx, db_query(db, Q_ROLE_PERMISSION_CLEAR)));
    for (int r = 0; r < ROLE_COUNT; r++) {
        for (int p = 0; p < PERM_COUNT; p++) {
            if (!role_has_perm((enum role)r, (enum perm)p))
                continue;
            struct db_stmt *st = db_query(db, Q_ROLE_PERMISSION_INSERT);
            db_bind_text(st, "role", str_from_cstr(role_name((enum role)r)));
            db_bind_int(st, "perm", p);
            TRY(db_run(ctx, st));
        }
    }
    TRY(db_run(ctx, db_query(db, Q_USER_SCOPE_CLEAR_ALL)));
    return db_run(ctx, db_query(db, Q_USER_SCOPE_FILL_ALL));
}
