/* webhook.c: robots of groups: adding, changing, disabling.
 *
 * Threat: who reads the record, a page or a log must not learn the address, which holds the group's password, or the
 * secret that signs.  So the event has the host alone; address and secret go into a local table in the same
 * transaction, sealed under the key of loop/vault.h, so that a copy of the database does not hold them either.
 */
#include "loop/outbox.h"
#include "loop/vault.h"

enum { URL_MAX = 1000, SECRET_MAX = 200 };

/* "https://host:port/..." -> host and port; empty when it is no such address or carries a name and password. */
static struct str host_of(struct str url)
{
    size_t at = str_find(url, STR("://"), 0);
    bool is_web = str_has_prefix(url, STR("https://")) || str_has_prefix(url, STR("http://"));
    if (!is_web)
        return STR_EMPTY;
    size_t end = at + 3;
    while (end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#')
        end++;
    struct str host = str_slice(url, at + 3, end);
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || (unsigned char)url.p[i] >= 0x7f)
            return STR_EMPTY;
    return str_find_byte(host, '@', 0) == SIZE_MAX ? host : STR_EMPTY;
}

static enum rc keep_secret(struct command_call *call, int64_t id, struct str url, struct str secret)
{
    struct str sealed_url, sealed_secret = STR("");
    TRY(vault_seal(call->ctx, url, &sealed_url));
    if (secret.n)
        TRY(vault_seal(call->ctx, secret, &sealed_secret));
    struct db_stmt *st = db_query(call->db, Q_WEBHOOK_SECRET_SET);
    db_bind_int(st, "id", id);
    db_bind_text(st, "url", sealed_url);
    db_bind_text(st, "secret", sealed_secret);
    return db_run(call->ctx, st);
}

static void open_text(struct ctx *ctx, struct value *row, const char *key)
{
    struct str sealed = value_get_text(row, key), plain = STR("");
    if (sealed.n && vault_open(ctx, sealed, &plain) != RC_OK) {
        ctx_clear_issues(ctx);
        plain = STR("");
    }
    value_set(row, str_from_cstr(key), value_new_text(ctx->arena, plain));
}

enum rc webhook_read(struct ctx *ctx, struct db *db, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(db, Q_WEBHOOK_SECRET_GET);
    db_bind_int(st, "id", id);
    TRY(db_first_row(ctx, st, ret_row));
    if (!*ret_row)
        return RC_OK;
    open_text(ctx, *ret_row, "url");
    open_text(ctx, *ret_row, "secret");
    return RC_OK;
}

static enum rc check(struct command_call *call, struct str host)
{
    int64_t label = value_get_int(call->input, "label_max", LABEL_INTERNAL);
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    struct value *unit;
    if (!host.n)
        return ctx_fail_field(call->ctx, RC_INVALID, "webhook.bad_url", "url");
    if (label < LABEL_PUBLIC || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_label", "label_max");
    db_bind_int(st, "id", value_get_int(call->input, "unit_id", 0));
    TRY(db_first_row(call->ctx, st, &unit));
    return unit ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
}

static struct value *make_body(struct command_call *call, struct str host)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "name", value_get_text(call->input, "name"));
    value_put_text(arena, body, "kind", value_get_text(call->input, "kind"));
    value_put_text(arena, body, "host", host);
    value_put_int(arena, body, "unit_id", value_get_int(call->input, "unit_id", 0));
    value_put_int(arena, body, "label_max", value_get_int(call->input, "label_max", LABEL_INTERNAL));
    value_put_text(arena, body, "rules", value_get_text(call->input, "rules"));
    return body;
}

static enum rc webhook_add(struct command_call *call)
{
    struct str url = value_get_text(call->input, "url"), host = host_of(url);
    int64_t id;
    TRY(check(call, host));
    TRY(command_append(call, EVENT_WEBHOOK_ADDED, CHAIN_ORGANISATION, 0, make_body(call, host), &id));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return keep_secret(call, id, url, value_get_text(call->input, "secret"));
}

static enum rc find(struct command_call *call, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, Q_WEBHOOK_GET);
    db_bind_int(st, "id", value_get_int(call->input, "id", 0));
    TRY(db_first_row(call->ctx, st, ret_row));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return *ret_row ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, "error.not_found");
}

/* An empty address or secret stays as it is: neither is ever shown, so nobody can type it again. */
static enum rc webhook_change(struct command_call *call)
{
    struct str url = value_get_text(call->input, "url"), secret = value_get_text(call->input, "secret");
    struct value *row, *kept;
    int64_t seq;
    TRY(find(call, &row));
    int64_t id = value_get_int(row, "id", 0);
    TRY(webhook_read(call->ctx, call->db, id, &kept));
    if (!url.n)
        url = value_get_text(kept, "url");
    if (!secret.n)
        secret = value_get_text(kept, "secret");
    TRY(check(call, host_of(url)));
    struct value *body = make_body(call, host_of(url));
    value_put_int(call->ctx->arena, body, "id", id);
    TRY(command_append(call, EVENT_WEBHOOK_CHANGED, CHAIN_ORGANISATION, id, body, &seq));
    return keep_secret(call, id, url, secret);
}

static enum rc webhook_switch(struct command_call *call)
{
    struct value *row, *body = value_new_map(call->ctx->arena);
    bool is_enabled = value_get_bool(call->input, "is_enabled");
    int64_t seq;
    TRY(find(call, &row));
    if (is_enabled && !value_get_int(row, "has_secret", 0))
        return ctx_fail_field(call->ctx, RC_GUARD, "webhook.no_url", "url");
    value_put_int(call->ctx->arena, body, "id", value_get_int(row, "id", 0));
    value_put_int(call->ctx->arena, body, "is_enabled", is_enabled);
    return command_append(call, EVENT_WEBHOOK_SWITCHED, CHAIN_ORGANISATION, value_get_int(row, "id", 0), body, &seq);
}

#define WEBHOOK_KINDS "generic|wecom|dingtalk|feishu"
#define WEBHOOK_RULES "t30|t15|t7|t3|due|overdue|waiting|urged"
static const struct field webhook_add_fields[] = {
    {"name", FIELD_TEXT, true, 60, NULL},         {"kind", FIELD_CHOICE, true, 0, WEBHOOK_KINDS},
    {"url", FIELD_SECRET, true, URL_MAX, NULL},   {"secret", FIELD_SECRET, false, SECRET_MAX, NULL},
    {"unit_id", FIELD_ID, true, 0, NULL},         {"label_max", FIELD_INT, false, 0, NULL},
    {"rules", FIELD_SET, false, 0, WEBHOOK_RULES}};
const struct command command_webhook_add = {.name = "webhook.add",
                                            .perm = PERM_SYSTEM_WRITE,
                                            COMMAND_FIELDS(webhook_add_fields),
                                            .run = webhook_add,
                                            .path = "/webhooks",
                                            .redirect = "/outbox"};

static const struct field webhook_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"name", FIELD_TEXT, true, 60, NULL},
                                                     {"kind", FIELD_CHOICE, true, 0, WEBHOOK_KINDS},
                                                     {"url", FIELD_SECRET, false, URL_MAX, NULL},
                                                     {"secret", FIELD_SECRET, false, SECRET_MAX, NULL},
                                                     {"unit_id", FIELD_ID, true, 0, NULL},
                                                     {"label_max", FIELD_INT, false, 0, NULL},
                                                     {"rules", FIELD_SET, false, 0, WEBHOOK_RULES}};
const struct command command_webhook_change = {.name = "webhook.change",
                                               .perm = PERM_SYSTEM_WRITE,
                                               COMMAND_FIELDS(webhook_change_fields),
                                               .run = webhook_change,
                                               .path = "/webhooks/{id}",
                                               .redirect = "/outbox"};

static const struct field webhook_switch_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"is_enabled", FIELD_BOOL, false, 0, NULL}};
const struct command command_webhook_switch = {.name = "webhook.switch",
                                               .perm = PERM_SYSTEM_WRITE,
                                               COMMAND_FIELDS(webhook_switch_fields),
                                               .run = webhook_switch,
                                               .path = "/webhooks/{id}/switch",
                                               .redirect = "/outbox"};
