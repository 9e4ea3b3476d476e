/* comment.c: intake of comments; see comment.h.
 *
 * Threats: words of the public that end up in the log for ever (the event names a digest, no word); contacts that
 * whoever copies the database can read (sealed under a key outside it); a receipt number that can be guessed (120
 * random bits, only its digest is kept); one form sent many times (its nonce is good once).
 */
#include "loop/comment.h"

#include "base/clock.h"
#include "loop/bulletin.h"
#include "loop/tick.h"
#include "loop/vault.h"
#include "text/digest.h"
#include "text/json.h"
#include "text/utf8.h"

enum { FORM_LIFE_MS = 24 * 3600 * 1000, SEALED_CEILING = 128 * 1024 };

static struct str hex_digest(struct arena *arena, struct str s)
{
    uint8_t digest[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    digest_sha256(s, digest);
    return arena_copy_str(arena, digest_format(digest, hex));
}

/* Before the transaction: seals the words, so that no later step sees them, and makes the receipt number. */
static enum rc seal_words(struct ctx *ctx, struct value *input)
{
    struct arena *arena = ctx->arena;
    struct value *words = value_new_map(arena);
    struct str text = str_trim(value_get_text(input, "text")), sealed;
    struct buf json CLEANUP(buf_done);
    char receipt[RECEIPT_TEXT_BYTES];
    buf_init(&json, SEALED_CEILING);
    if (!text.n)
        return ctx_fail_field(ctx, RC_INVALID, "field.required", "text");
    value_put_text(arena, words, "text", text);
    value_put_text(arena, words, "name", value_get_text(input, "name"));
    value_put_text(arena, words, "contact", value_get_text(input, "contact"));
    value_write_json(&json, words, false);
    TRY(buf_rc(&json));
    TRY(vault_seal(ctx, buf_str(&json), &sealed));
    value_put_text(arena, input, "sealed", sealed);
    value_put_text(arena, input, "sha256", hex_digest(arena, sealed));
    value_put_int(arena, input, "chars", (int64_t)utf8_count(text));
    value_put_bool(arena, input, "has_contact", value_get_text(input, "contact").n > 0);
    struct str number = arena_copy_str(arena, vault_make_receipt(receipt));
    value_put_text(arena, input, "receipt", number);
    value_put_text(arena, input, "receipt_sha256", hex_digest(arena, vault_read_receipt(arena, number)));
    value_set(input, STR("text"), value_new_text(arena, STR("")));
    value_set(input, STR("name"), value_new_text(arena, STR("")));
    value_set(input, STR("contact"), value_new_text(arena, STR("")));
    return arena_rc(arena);
}

static enum rc next_no(struct command_call *call, enum query query, const char *letters, int width, struct str *ret_no)
{
    int year, month, day;
    int64_t n;
    date_to_civil(clock_today(), &year, &month, &day);
    struct db_stmt *st = db_query(call->db, query);
    db_bind_text(st, "prefix", arena_format(call->ctx->arena, "%s-%d-%%", letters, year));
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(call->ctx->arena, "%s-%d-%0*lld", letters, year, width, (long long)n);
    return RC_OK;
}

static enum rc keep_sealed(struct command_call *call)
{
    struct db_stmt *st = db_query(call->db, Q_COMMENT_STORE_PUT);
    db_bind_text(st, "sha256", value_get_text(call->input, "sha256"));
    db_bind_text(st, "sealed", value_get_text(call->input, "sealed"));
    db_bind_int(st, "now", call->now_ms);
    return db_run(call->ctx, st);
}

/* bulletin: id, title, unit_id, source_id. */
static enum rc take(struct command_call *call, const struct value *bulletin, struct str channel, struct str received_on)
{
    struct arena *arena = call->ctx->arena;
    struct bulletin_rules rules;
    struct str no;
    int64_t id;
    TRY(bulletin_read_rules(call->ctx, call->db, &rules));
    TRY(next_no(call, Q_COMMENT_NEXT_NO, "YJ", 4, &no));
    TRY(keep_sealed(call));
    struct value *place = value_copy(arena, bulletin);
    value_set(place, STR("label"), value_new_int(arena, LABEL_INTERNAL));
    struct value *body =
        supervise_body(call, "comment", place, no,
                       arena_format(arena, "%.*s %.*s", STR_ARG(no), STR_ARG(value_get_text(bulletin, "no"))));
    struct str ack_due = supervise_working_day_after(arena, received_on, (int)rules.ack_days);
    value_put_int(arena, body, "bulletin_id", value_get_int(bulletin, "id", 0));
    value_put_text(arena, body, "channel", channel);
    value_put_text(arena, body, "received_on", received_on);
    supervise_copy(call, body, NULL, "receipt_sha256 sha256 has_contact chars");
    value_put_text(arena, body, "ack_due", ack_due);
    value_put_text(arena, body, "answer_due", supervise_working_day_after(arena, received_on, (int)rules.answer_days));
    lifecycle_wait(call, body, "take_comment", STR("office"), value_get_int(bulletin, "unit_id", 0), ack_due);
    TRY(command_append(call, EVENT_COMMENT_RECEIVED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_text(arena, call->result, "no", no);
    value_put_text(arena, call->result, "receipt", value_get_text(call->input, "receipt"));
    return RC_OK;
}

static enum rc comment_receive(struct command_call *call)
{
    struct value *bulletin;
    if (call->actor->account_id)
        return RC_FORBIDDEN;
    struct db_stmt *st = db_query(call->db, Q_COMMENT_BULLETIN);
    db_bind_text(st, "no", value_get_text(call->input, "bulletin_no"));
    TRY(db_first_row(call->ctx, st, &bulletin));
    if (!bulletin)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "comment.window_closed");
    st = db_query(call->db, Q_COMMENT_FORM_USE);
    db_bind_text(st, "nonce", value_get_text(call->input, "nonce"));
    db_bind_int(st, "now", call->now_ms);
    enum rc rc = db_run(call->ctx, st);
    if (rc == RC_CONFLICT) {
        ctx_clear_issues(call->ctx);
        return ctx_fail_key(call->ctx, RC_CONFLICT, "comment.form_used");
    }
    TRY(rc);
    return take(call, bulletin, STR("form"), lifecycle_today(call));
}

static enum rc comment_enter(struct command_call *call)
{
    struct value *bulletin;
    struct str day = value_get_text(call->input, "received_on");
    TRY(supervise_read(call, Q_BULLETIN_GET_ANY, value_get_int(call->input, "bulletin_id", 0), "bulletin.not_found",
                       &bulletin));
    int64_t unit_id = value_get_int(bulletin, "unit_id", 0), label = value_get_int(bulletin, "label", LABEL_INTERNAL);
    if (actor_check(call->ctx, call->db, call->actor, PERM_COMMENT_WORK, unit_id, label) != RC_OK) {
        ctx_clear_issues(call->ctx);
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "bulletin.not_found");
    }
    if (!value_get_text(bulletin, "published_on").n)
        return ctx_fail_field(call->ctx, RC_GUARD, "comment.not_public", "bulletin_id");
    if (str_compare(day, lifecycle_today(call)) > 0 || str_compare(day, value_get_text(bulletin, "published_on")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "comment.day_range", "received_on");
    return take(call, bulletin, value_get_text(call->input, "channel"), day);
}

enum rc comment_read_words(struct ctx *ctx, struct db *db, const struct value *row, struct value **ret_words)
{
    struct db_stmt *st = db_query(db, Q_COMMENT_STORE_GET);
    struct value *kept;
    struct str plain;
    db_bind_text(st, "sha256", value_get_text(row, "sha256"));
    TRY(db_first_row(ctx, st, &kept));
    *ret_words = value_new_map(ctx->arena);
    if (!kept)
        return RC_OK;
    TRY(vault_open(ctx, value_get_text(kept, "sealed"), &plain));
    return json_parse(ctx, plain, ret_words);
}

/* Nonces older than any form. */
enum rc tick_comment(struct tick *tick)
{
    struct db_stmt *st = db_query(tick->call->db, Q_COMMENT_FORM_TIDY);
    db_bind_int(st, "before", tick->call->now_ms - FORM_LIFE_MS);
    return db_run(tick->call->ctx, st);
}

static const struct field receive_fields[] = {{"bulletin_no", FIELD_TEXT, true, 40, NULL},
                                              {"text", FIELD_LONG, true, COMMENT_TEXT_MAX, NULL},
                                              {"name", FIELD_TEXT, false, COMMENT_NAME_MAX, NULL},
                                              {"contact", FIELD_TEXT, false, COMMENT_CONTACT_MAX, NULL},
                                              {"nonce", FIELD_TEXT, true, 64, NULL}};
const struct command command_comment_receive = {.name = "comment.receive",
                                                .perm = PERM_SELF,
                                                COMMAND_FIELDS(receive_fields),
                                                .prepare = seal_words,
                                                .run = comment_receive};

static const struct field enter_fields[] = {{"bulletin_id", FIELD_ID, true, 0, NULL},
                                            {"channel", FIELD_CHOICE, true, 0, "phone|post|email"},
                                            {"received_on", FIELD_DATE, true, 0, NULL},
                                            {"text", FIELD_LONG, true, COMMENT_TEXT_MAX, NULL},
                                            {"name", FIELD_TEXT, false, COMMENT_NAME_MAX, NULL},
                                            {"contact", FIELD_TEXT, false, COMMENT_CONTACT_MAX, NULL}};
const struct command command_comment_enter = {.name = "comment.enter",
                                              .perm = PERM_COMMENT_WORK,
                                              COMMAND_FIELDS(enter_fields),
                                              .prepare = seal_words,
                                              .run = comment_enter,
                                              .path = "/comments",
                                              .redirect = "/comments/{id}?receipt={receipt}"};
