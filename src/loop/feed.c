/* feed.c: opening and closing the address under which one's dates are fetched by a calendar program.
 *
 * Threat: the address opens without a password what its owner may see, so it is a random secret of which only the
 * digest is kept; it shows numbers and short titles alone, ends when it is closed or the account is, and never outlives
 * a change of rights.
 */
#include "loop/feed.h"

#include "record/command.h"
#include "text/digest.h"

enum { FEEDS_MAX = 5 };

static enum rc run_open(struct command_call *call)
{
    uint8_t digest[DIGEST_BYTES];
    struct str hash = value_get_text(call->input, "token_hash");
    struct value *rows;
    int64_t id;
    if (!digest_parse(hash, digest))
        return ctx_fail_field(call->ctx, RC_INVALID, "feed.bad_digest", "token_hash");
    struct db_stmt *st = db_query(call->db, Q_FEED_MINE);
    db_bind_int(st, "me", call->actor->account_id);
    TRY(db_rows(call->ctx, st, &rows));
    if (value_count(rows) >= FEEDS_MAX)
        return ctx_fail_key(call->ctx, RC_GUARD, "feed.too_many");
    struct value *body = value_new_map(call->ctx->arena);
    value_put_text(call->ctx->arena, body, "token_hash", hash);
    TRY(command_append(call, EVENT_FEED_OPENED, CHAIN_ORGANISATION, call->actor->account_id, body, &id));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

static enum rc run_close(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0), found, seq;
    struct db_stmt *st = db_query(call->db, Q_FEED_OWN);
    db_bind_int(st, "id", id);
    db_bind_int(st, "me", call->actor->account_id);
    TRY(db_get_int(call->ctx, st, &found));
    struct value *body = value_new_map(call->ctx->arena);
    value_put_int(call->ctx->arena, body, "id", id);
    return command_append(call, EVENT_FEED_CLOSED, CHAIN_ORGANISATION, call->actor->account_id, body, &seq);
}

static const struct field open_fields[] = {{"token_hash", FIELD_TEXT, true, 64, NULL}};
static const struct field close_fields[] = {{"id", FIELD_ID, true, 0, NULL}};

/* No path: the page makes the secret, and shows it once. */
const struct command command_feed_open = {
    .name = "feed.open", .perm = PERM_SELF, COMMAND_FIELDS(open_fields), .run = run_open};
const struct command command_feed_close = {.name = "feed.close",
                                           .perm = PERM_SELF,
                                           COMMAND_FIELDS(close_fields),
                                           .run = run_close,
                                           .path = "/feeds/{id}/close",
                                           .redirect = "/me"};
