/* account.c: accounts, grants, passwords; see account.h.
 *
 * Invariants: the three administrators exclude each other and every business role on one account (GB/T 22239-2019
 * 8.1.4.2); the system administrator makes accounts, the security administrator gives roles, neither sees business
 * data.  A password never reaches an event (bodies are made key by key); its hash stands only in the local table
 * credential.
 */
#include "access/account.h"

#include "access/password.h"

/* Adds the password's hash to the input, on a worker. */
static enum rc hash_password(struct ctx *ctx, struct value *input)
{
    struct str password = value_get_text(input, "password");
    if (!password.n)
        return RC_OK;
    TRY(password_check_rule(ctx, password, value_get_text(input, "login")));
    struct str hash;
    TRY(password_hash(ctx, password, &hash));
    value_put_text(ctx->arena, input, "password_hash", hash);
    return arena_rc(ctx->arena);
}

static enum rc set_credential(struct command_call *call, int64_t account_id, struct str hash, bool must_change)
{
    struct db_stmt *st = db_query(call->db, Q_CREDENTIAL_SET);
    db_bind_int(st, "account_id", account_id);
    db_bind_text(st, "password_hash", hash);
    db_bind_int(st, "must_change", must_change);
    db_bind_int(st, "at", call->now_ms);
    return db_run(call->ctx, st);
}

static enum rc clear_tries(struct command_call *call, int64_t account_id)
{
    struct db_stmt *st = db_query(call->db, Q_SIGN_IN_TRY_CLEAR);
    db_bind_int(st, "account_id", account_id);
    return db_run(call->ctx, st);
}

static enum rc find_account(struct command_call *call, int64_t id, struct value **ret_account)
{
    struct db_stmt *st = db_query(call->db, Q_ACCOUNT_GET);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_account));
    return *ret_account ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, "account.not_found");
}

static bool is_login(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'))
            return false;
    }
    return s.n >= 2;
}

/* A person has one account in use: what waits for the person must not be signed from two. */
static enum rc put_person(struct command_call *call, int64_t account_id, struct value *body)
{
    int64_t person_id = value_get_int(call->input, "person_id", 0);
    if (!person_id) {
        value_put_null(call->ctx->arena, body, "person_id");
        return RC_OK;
    }
    struct db_stmt *st = db_query(call->db, Q_ACCOUNT_PERSON);
    db_bind_int(st, "person_id", person_id);
    db_bind_int(st, "id", account_id);
    struct value *person;
    TRY(db_first_row(call->ctx, st, &person));
    if (!person)
        return ctx_fail_field(call->ctx, RC_INVALID, "account.no_such_person", "person_id");
    struct str other = value_get_text(person, "login");
    if (other.n)
        return ctx_fail(call->ctx, RC_CONFLICT, "account.person_taken", STR("person_id"), STR_EMPTY, &other, 1);
    value_put_int(call->ctx->arena, body, "person_id", person_id);
    return RC_OK;
}

static enum rc account_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct str login = value_get_text(call->input, "login");
    if (!is_login(login))
        return ctx_fail_field(call->ctx, RC_INVALID, "account.login_form", "login");
    struct db_stmt *st = db_query(call->db, Q_ACCOUNT_FIND_LOGIN);
    db_bind_text(st, "login", login);
    struct value *taken;
    TRY(db_first_row(call->ctx, st, &taken));
    if (taken)
        return ctx_fail_field(call->ctx, RC_CONFLICT, "account.login_taken", "login");
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "login", login);
    value_put_text(arena, body, "name", value_get_text(call->input, "name"));
    int64_t id;
    TRY(put_person(call, 0, body));
    TRY(command_append(call, EVENT_ACCOUNT_CREATED, CHAIN_ORGANISATION, 0, body, &id));
    struct str hash = value_get_text(call->input, "password_hash");
    if (hash.n)
        TRY(set_credential(call, id, hash, value_get_bool(call->input, "must_change")));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

static enum rc end_sessions(struct command_call *call, int64_t account_id)
{
    struct db_stmt *st = db_query(call->db, Q_SESSION_DELETE_ACCOUNT);
    db_bind_int(st, "account_id", account_id);
    return db_run(call->ctx, st);
}

static enum rc account_change(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0), seq;
    struct value *account;
    TRY(find_account(call, id, &account));
    struct str name = value_get_text(call->input, "name");
    bool is_given = value_get(call->input, "is_disabled") != NULL;
    bool is_disabled =
        is_given ? value_get_bool(call->input, "is_disabled") : value_get_int(account, "is_disabled", 0) != 0;
    if (is_disabled && id == call->actor->account_id)
        return ctx_fail_field(call->ctx, RC_GUARD, "account.not_yourself", "is_disabled");
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "id", id);
    value_put_text(arena, body, "name", name.n ? name : value_get_text(account, "name"));
    value_put_bool(arena, body, "is_disabled", is_disabled);
    TRY(command_append(call, EVENT_ACCOUNT_CHANGED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    return is_disabled ? end_sessions(call, id) : RC_OK;
}

static enum rc account_link(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0), seq;
    struct value *account, *body = value_new_map(call->ctx->arena);
    TRY(find_account(call, id, &account));
    value_put_int(call->ctx->arena, body, "id", id);
    TRY(put_person(call, id, body));
    TRY(command_append(call, EVENT_ACCOUNT_LINKED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

static enum rc note_password(struct command_call *call, int64_t account_id, const char *how)
{
    struct value *body = value_new_map(call->ctx->arena);
    value_put_int(call->ctx->arena, body, "id", account_id);
    value_put_text(call->ctx->arena, body, "how", str_from_cstr(how));
    int64_t seq;
    return command_append(call, EVENT_PASSWORD_CHANGED, CHAIN_ORGANISATION, account_id, body, &seq);
}

/* Who makes accounts could else sign in as another administrator; such a password is reset on the machine (bihuan
 * user). */
static enum rc check_no_administrator(struct command_call *call, int64_t account_id)
{
    if (call->actor->account_id == 0 || call->actor->is_role[ROLE_FIRST_ADMIN])
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_GRANT_ROLES);
    db_bind_int(st, "account_id", account_id);
    struct value *rows;
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        enum role role;
        if (role_find(value_get_text(row, "role"), &role) && role_is_admin(role))
            return ctx_fail_field(call->ctx, RC_GUARD, "password.of_administrator", "id");
    }
    return RC_OK;
}

static enum rc password_reset(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *account;
    TRY(find_account(call, id, &account));
    TRY(check_no_administrator(call, id));
    TRY(password_check_rule(call->ctx, value_get_text(call->input, "password"), value_get_text(account, "login")));
    TRY(note_password(call, id, "reset"));
    TRY(set_credential(call, id, value_get_text(call->input, "password_hash"), true));
    TRY(clear_tries(call, id));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return end_sessions(call, id);
}

/* Compares the present password before the transaction: it is as slow as making a hash. */
static enum rc password_change(struct command_call *call)
{
    int64_t id = call->actor->account_id;
    TRY(note_password(call, id, "own"));
    TRY(set_credential(call, id, value_get_text(call->input, "password_hash"), false));
    TRY(clear_tries(call, id));
    struct db_stmt *st = db_query(call->db, Q_SESSION_DELETE_OTHERS); /* whoever knew the old one is out */
    db_bind_int(st, "account_id", id);
    db_bind_text(st, "token_hash", value_get_text(call->input, "session"));
    return db_run(call->ctx, st);
}

/* An event that changes no table: who did it, and when. */
static enum rc note(struct command_call *call, enum event_kind kind, int64_t account_id)
{
    struct value *body = value_new_map(call->ctx->arena);
    int64_t seq;
    value_put_int(call->ctx->arena, body, "id", account_id);
    value_put_int(call->ctx->arena, call->result, "id", account_id);
    return command_append(call, kind, CHAIN_ORGANISATION, account_id, body, &seq);
}

static enum rc sessions_end(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *account;
    TRY(find_account(call, id, &account));
    TRY(note(call, EVENT_SESSIONS_ENDED, id));
    return end_sessions(call, id);
}

static enum rc account_unlock(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *account;
    TRY(find_account(call, id, &account));
    TRY(note(call, EVENT_ACCOUNT_UNLOCKED, id));
    return clear_tries(call, id);
}

static enum rc check_exclusion(struct command_call *call, int64_t account_id, enum role role, int64_t unit_id)
{
    struct db_stmt *st = db_query(call->db, Q_GRANT_ROLES);
    db_bind_int(st, "account_id", account_id);
    for (;;) {
        bool is_row;
        TRY(db_step(call->ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        enum role held;
        if (!role_find(db_column_text(st, 0), &held))
            continue;
        if (held == role && (role_is_admin(role) || db_column_int(st, 1) == unit_id)) {
            db_reset(st);
            return ctx_fail_field(call->ctx, RC_CONFLICT, "grant.already", "role");
        }
        if (held == role)
            continue;
        if (role_is_admin(held) || role_is_admin(role)) {
            db_reset(st);
            struct str other = str_from_cstr(role_name(held));
            return ctx_fail(call->ctx, RC_GUARD, "grant.excluded", STR("role"), STR_EMPTY, &other, 1);
        }
    }
}

static enum rc refresh_scope(struct command_call *call, int64_t account_id)
{
    struct db_stmt *st = db_query(call->db, Q_USER_SCOPE_CLEAR);
    db_bind_int(st, "account_id", account_id);
    TRY(db_run(call->ctx, st));
    st = db_query(call->db, Q_USER_SCOPE_FILL);
    db_bind_int(st, "account_id", account_id);
    return db_run(call->ctx, st);
}

static enum rc grant_give(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t account_id = value_get_int(call->input, "id", 0), unit_id = value_get_int(call->input, "unit_id", 0), seq;
    int64_t clearance = value_get_int(call->input, "clearance", LABEL_INTERNAL);
    struct value *account, *unit;
    enum role role;
    TRY(find_account(call, account_id, &account));
    if (account_id == call->actor->account_id)
        return ctx_fail_field(call->ctx, RC_GUARD, "grant.not_yourself", "id");
    if (!role_find(value_get_text(call->input, "role"), &role))
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_role", "role");
    if (clearance < LABEL_PUBLIC || clearance > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_label", "clearance");
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", unit_id);
    TRY(db_first_row(call->ctx, st, &unit));
    if (!unit)
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
    TRY(check_exclusion(call, account_id, role, unit_id));
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "account_id", account_id);
    value_put_text(arena, body, "role", str_from_cstr(role_name(role)));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "clearance", clearance);
    TRY(command_append(call, EVENT_GRANT_GIVEN, CHAIN_ORGANISATION, account_id, body, &seq));
    value_put_int(arena, call->result, "id", account_id);
    value_put_int(arena, call->result, "grant_id", seq);
    return refresh_scope(call, account_id);
}

static enum rc grant_take(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct db_stmt *st = db_query(call->db, Q_GRANT_GET);
    db_bind_int(st, "id", value_get_int(call->input, "grant_id", 0));
    struct value *grant;
    TRY(db_first_row(call->ctx, st, &grant));
    if (!grant)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "grant.not_found");
    int64_t account_id = value_get_int(grant, "account_id", 0), seq;
    if (account_id == call->actor->account_id)
        return ctx_fail_field(call->ctx, RC_GUARD, "grant.not_yourself", "grant_id");
    TRY(command_append(call, EVENT_GRANT_TAKEN, CHAIN_ORGANISATION, account_id, grant, &seq));
    value_put_int(arena, call->result, "id", account_id);
    return refresh_scope(call, account_id);
}

static const struct field account_create_fields[] = {{"login", FIELD_TEXT, true, 40, NULL},
                                                     {"name", FIELD_TEXT, true, 60, NULL},
                                                     {"person_id", FIELD_ID, false, 0, NULL},
                                                     {"password", FIELD_SECRET, false, 200, NULL},
                                                     {"must_change", FIELD_BOOL, false, 0, NULL}};
const struct command command_account_create = {.name = "account.create",
                                               .perm = PERM_ACCOUNT_WRITE,
                                               COMMAND_FIELDS(account_create_fields),
                                               .prepare = hash_password,
                                               .run = account_create,
                                               .path = "/accounts",
                                               .redirect = "/accounts/{id}"};

static const struct field account_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"name", FIELD_TEXT, true, 60, NULL},
                                                     {"is_disabled", FIELD_BOOL, false, 0, NULL},
                                                     {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_account_change = {.name = "account.change",
                                               .is_patch = true,
                                               .perm = PERM_ACCOUNT_WRITE,
                                               COMMAND_FIELDS(account_change_fields),
                                               .run = account_change,
                                               .path = "/accounts/{id}",
                                               .redirect = "/accounts/{id}"};

static const struct field account_link_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"person_id", FIELD_ID, false, 0, NULL}};
const struct command command_account_link = {.name = "account.link",
                                             .perm = PERM_ACCOUNT_WRITE,
                                             COMMAND_FIELDS(account_link_fields),
                                             .run = account_link,
                                             .path = "/accounts/{id}/person",
                                             .redirect = "/accounts/{id}"};

static const struct field password_reset_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"password", FIELD_SECRET, true, 200, NULL}};
const struct command command_password_reset = {.name = "password.reset",
                                               .perm = PERM_ACCOUNT_WRITE,
                                               COMMAND_FIELDS(password_reset_fields),
                                               .prepare = hash_password,
                                               .run = password_reset,
                                               .path = "/accounts/{id}/password",
                                               .redirect = "/accounts/{id}"};

/* The route compares the present password before this command runs (serve/page_login.c). */
static const struct field password_change_fields[] = {{"password", FIELD_SECRET, true, 200, NULL},
                                                      {"session", FIELD_TEXT, false, 0, NULL},
                                                      {"login", FIELD_TEXT, false, 0, NULL}};
const struct command command_password_change = {.name = "password.change",
                                                .perm = PERM_SELF,
                                                COMMAND_FIELDS(password_change_fields),
                                                .prepare = hash_password,
                                                .run = password_change,
                                                .path = NULL,
                                                .redirect = "/"};

static const struct field sessions_end_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_sessions_end = {.name = "sessions.end",
                                             .perm = PERM_ACCOUNT_WRITE,
                                             COMMAND_FIELDS(sessions_end_fields),
                                             .run = sessions_end,
                                             .path = "/accounts/{id}/sessions/end",
                                             .redirect = "/accounts/{id}"};

static const struct field account_unlock_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_account_unlock = {.name = "account.unlock",
                                               .perm = PERM_ACCOUNT_WRITE,
                                               COMMAND_FIELDS(account_unlock_fields),
                                               .run = account_unlock,
                                               .path = "/accounts/{id}/unlock",
                                               .redirect = "/accounts/{id}"};

static const struct field grant_give_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"role", FIELD_TEXT, true, 40, NULL},
                                                 {"unit_id", FIELD_ID, true, 0, NULL},
                                                 {"clearance", FIELD_INT, false, 0, NULL}};
const struct command command_grant_give = {.name = "grant.give",
                                           .perm = PERM_GRANT_WRITE,
                                           COMMAND_FIELDS(grant_give_fields),
                                           .run = grant_give,
                                           .path = "/accounts/{id}/grants",
                                           .redirect = "/accounts/{id}"};

static const struct field grant_take_fields[] = {{"grant_id", FIELD_ID, true, 0, NULL}};
const struct command command_grant_take = {.name = "grant.take",
                                           .perm = PERM_GRANT_WRITE,
                                           COMMAND_FIELDS(grant_take_fields),
                                           .run = grant_take,
                                           .path = "/grants/{grant_id}/take",
                                           .redirect = "/accounts/{id}"};
