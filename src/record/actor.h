/* actor.h: who asks, and what they may do.  Filled by access/; read by commands and pages. */
#ifndef BIHUAN_RECORD_ACTOR_H
#define BIHUAN_RECORD_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "db/db.h"

enum perm {
#define PERM(name, text, kind) PERM_##name,
#include "../../data/roles.def"
#undef PERM
    PERM_COUNT
};

enum role {
#define ROLE(name, text, group, perms) ROLE_##name,
#include "../../data/roles.def"
#undef ROLE
    ROLE_COUNT
};

/* Labels, low to high.  State secrets must not be entered at all. */
enum label { LABEL_PUBLIC = 0, LABEL_INTERNAL = 1, LABEL_WORK_SECRET = 2, LABEL_NONE = -1 };

struct actor {
    int64_t account_id; /* 0: the program itself, which may do everything */
    struct str login, name;
    int8_t anywhere[PERM_COUNT];   /* highest label of the permission in any unit, LABEL_NONE: not held */
    int8_t everywhere[PERM_COUNT]; /* highest label when held for the whole group, else LABEL_NONE */
    bool is_role[ROLE_COUNT];
};

const char *perm_name(enum perm perm);
bool perm_find(struct str name, enum perm *ret_perm);
/* True for permissions that hold for units and labels. */
bool perm_is_scoped(enum perm perm);
const char *role_name(enum role role);
bool role_find(struct str name, enum role *ret_role);
bool role_is_admin(enum role role);
bool role_has_perm(enum role role, enum perm perm);

/* The program itself. */
struct actor actor_program(void);
/* Reads what an account may do from its grants. */
enum rc actor_load(struct ctx *ctx, struct db *db, int64_t account_id, struct actor *ret_actor) MUST_CHECK;
/* Whether the permission is held at all. */
bool actor_has(const struct actor *actor, enum perm perm);
/* Permission for a unit's record with a label: RC_OK, RC_FORBIDDEN. */
enum rc actor_check(struct ctx *ctx, struct db *db, const struct actor *actor, enum perm perm, int64_t unit_id,
                    int64_t label) MUST_CHECK;
/* Binds what the {scope} macro of sql/query needs: $me $perm $scope_all. */
void actor_bind_scope(struct db_stmt *st, const struct actor *actor, enum perm perm);
/* Writes data/roles.def into role_permission and derives user_scope again when it differs.  In a write transaction. */
enum rc actor_sync_roles(struct ctx *ctx, struct db *db) MUST_CHECK;

#endif
