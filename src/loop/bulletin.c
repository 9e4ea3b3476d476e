/* bulletin.c: bulletins from the first draft to the end of their window; see bulletin.h.
 *
 * Invariants: what is released is a frozen version; who wrote in a bulletin, or shares a delegation with somebody who
 * did, does not release it; a bulletin with a failing check is neither handed in nor released; only the program
 * publishes and closes.
 */
#include "loop/bulletin.h"

#include "base/clock.h"
#include "calendar/calendar.h"
#include "loop/bulletin_steps.h"
#include "loop/tick.h"
#include "text/digest.h"
#include "text/json.h"
#include "text/marks.h"

enum { CONTENT_CEILING = 8 << 20 };

bool bulletin_is(const struct value *row, const char *key)
{
    return value_get_bool(row, key) || value_get_int(row, key, 0) != 0;
}

enum rc bulletin_read_rules(struct ctx *ctx, struct db *db, struct bulletin_rules *ret_rules)
{
    struct db_stmt *st = db_query(db, Q_BULLETIN_RULES_GET);
    struct value *row;
    TRY(db_first_row(ctx, st, &row));
    *ret_rules =
        (struct bulletin_rules){.window_days = value_get_int(row, "window_days", BULLETIN_WINDOW_DAYS),
                                .ack_days = value_get_int(row, "ack_days", BULLETIN_ACK_DAYS),
                                .answer_days = value_get_int(row, "answer_days", BULLETIN_ANSWER_DAYS),
                                .label_max = value_get_int(row, "label_max", LABEL_INTERNAL),
                                .window_first_day = row ? bulletin_is(row, "window_first_day") : BULLETIN_FIRST_DAY,
                                .forbidden = row ? value_get_text(row, "forbidden") : STR("")};
    return RC_OK;
}

enum rc bulletin_read_blocks(struct ctx *ctx, struct db *db, int64_t id, struct value **ret_blocks)
{
    struct db_stmt *st = db_query(db, Q_BULLETIN_BLOCKS);
    db_bind_int(st, "id", id);
    return db_rows(ctx, st, ret_blocks);
}

enum rc bulletin_begin(struct command_call *call, const char *move, struct value **ret_row, struct value **ret_body)
{
    return supervise_begin(call, NOUN_BULLETIN, Q_BULLETIN_GET_ANY, "bulletin.not_found", move, ret_row, ret_body);
}

/* ---- making one --------------------------------------------------------------------------------------------- */

static enum rc next_no(struct command_call *call, struct str *ret_no)
{
    int year, month, day;
    int64_t n;
    date_to_civil(clock_today(), &year, &month, &day);
    struct db_stmt *st = db_query(call->db, Q_BULLETIN_NEXT_NO);
    db_bind_text(st, "prefix", arena_format(call->ctx->arena, "TB-%d-%%", year));
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(call->ctx->arena, "TB-%d-%03lld", year, (long long)n);
    return RC_OK;
}

static bool is_own_bulletin(const struct value *source)
{
    return str_equal(value_get_text(source, "doc_kind"), STR("bulletin"));
}

static struct str own_title(struct command_call *call, const struct value *source)
{
    struct str typed = value_get_text(call->input, "title"), title = value_get_text(source, "title");
    if (typed.n)
        return typed;
    title = marks_chinese(call->ctx->arena, title);
    if (is_own_bulletin(source))
        return title;
    struct str args[] = {value_get_text(source, "inspected_body"), title},
               inspector = value_get_text(source, "inspector");
    if (str_find(title, bulletin_text(BULLETIN_ABOUT), 0) == SIZE_MAX)
        return bulletin_fill(call->ctx->arena, BULLETIN_TITLE, args, 2);
    if (!inspector.n)
        return bulletin_fill(call->ctx->arena, BULLETIN_TITLE_NAMED, args, 2);
    args[1] = inspector;
    return bulletin_fill(call->ctx->arena, BULLETIN_TITLE_INSPECTED, args, 2);
}

/* Who answers for it, and where people turn: what a bulletin said of itself; a feedback is signed by those who gave it.
 */
static void put_issuer(struct arena *arena, struct value *body, const struct value *source)
{
    bool is_own = is_own_bulletin(source);
    struct str signatory = value_get_text(source, is_own ? "signatory" : "inspected_body"),
               contacts = is_own ? value_get_text(source, "contacts") : STR_EMPTY;
    value_put_text(arena, body, "signatory", signatory.n ? signatory : STR(""));
    value_put_text(arena, body, "contacts", contacts.n ? contacts : STR("[]"));
}

/* As the document had it, else by the parameters. */
static void put_window(struct arena *arena, struct value *body, const struct value *source,
                       const struct bulletin_rules *rules)
{
    static const char *const days[][2] = {
        {"window_from", "publicity_from"}, {"window_to", "publicity_to"}, {"signed", "signed"}};
    bool is_stated = value_get_int(source, "publicity_days", 0) > 0;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct str day = value_get_text(source, days[i][1]);
        if (day.n && (is_stated || i == 2) && is_own_bulletin(source))
            value_put_text(arena, body, days[i][0], day);
        else
            value_put_null(arena, body, days[i][0]);
    }
    value_put_int(arena, body, "window_days", value_get_int(source, "publicity_days", rules->window_days));
    value_put_bool(arena, body, "window_first_day",
                   is_stated && !value_is_null(value_get(source, "publicity_first_day"))
                       ? bulletin_is(source, "publicity_first_day")
                       : rules->window_first_day);
}

static enum rc bulletin_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *source, *blocks;
    struct bulletin_rules rules;
    struct str no;
    TRY(supervise_read(call, Q_BULLETIN_SOURCE, value_get_int(call->input, "source_id", 0), "source.not_found",
                       &source));
    int64_t unit_id = value_get_int(source, "unit_id", 0), label = value_get_int(source, "label", LABEL_INTERNAL);
    if (actor_check(call->ctx, call->db, call->actor, PERM_BULLETIN_WRITE, unit_id, label) != RC_OK) {
        ctx_clear_issues(call->ctx);
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "source.not_found");
    }
    TRY(bulletin_read_rules(call->ctx, call->db, &rules));
    TRY(bulletin_compose(call->ctx, call->db, source, rules.label_max, &blocks));
    TRY(next_no(call, &no));
    struct value *body = supervise_body(call, "bulletin", source, no, own_title(call, source));
    value_set(body, STR("source_id"), value_new_int(arena, value_get_int(source, "id", 0)));
    put_window(arena, body, source, &rules);
    put_issuer(arena, body, source);
    value_put_int(arena, body, "last_block", (int64_t)value_count(blocks));
    value_put(body, STR("blocks"), blocks);
    lifecycle_wait(call, body, "write_bulletin", STR("office"), unit_id, STR_EMPTY);
    value_put_text(arena, call->result, "no", no);
    return supervise_append(call, EVENT_BULLETIN_CREATED, 0, body);
}

/* ---- the head ----------------------------------------------------------------------------------------------- */

static void add_contact(struct command_call *call, struct value *list, const char *kind, const char *field)
{
    struct arena *arena = call->ctx->arena;
    struct str value = value_get_text(call->input, field);
    if (!value.n)
        return;
    struct value *contact = value_add_map(arena, list);
    value_put_text(arena, contact, "kind", str_from_cstr(kind));
    value_put_text(arena, contact, "value", value);
    struct str hours = value_get_text(call->input, "hours");
    if (str_equal_cstr(str_from_cstr(kind), "phone") && hours.n)
        value_put_text(arena, contact, "hours", hours);
}

static enum rc put_contacts(struct command_call *call, struct value *body)
{
    struct value *list = value_new_list(call->ctx->arena);
    struct buf json CLEANUP(buf_done);
    buf_init(&json, 64 * 1024);
    add_contact(call, list, "phone", "phone");
    add_contact(call, list, "address", "address");
    add_contact(call, list, "postcode", "postcode");
    add_contact(call, list, "email", "email");
    value_write_json(&json, list, false);
    TRY(buf_rc(&json));
    value_put_text(call->ctx->arena, body, "contacts", arena_copy_str(call->ctx->arena, buf_str(&json)));
    return RC_OK;
}

static enum rc bulletin_change(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(bulletin_begin(call, "change", &row, &body));
    struct str from = value_get_text(call->input, "window_from"), to = value_get_text(call->input, "window_to");
    int64_t days = value_get_int(call->input, "window_days", 0);
    if (days < 1 || days > 250)
        return ctx_fail_field(call->ctx, RC_INVALID, "bulletin.days_range", "window_days");
    if (from.n && to.n && str_compare(to, from) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "bulletin.window_order", "window_to");
    value_set(body, STR("title"), value_new_text(arena, value_get_text(call->input, "title")));
    supervise_copy(call, body, NULL, "window_from window_to window_days window_first_day signatory signed doc_no");
    TRY(put_contacts(call, body));
    return supervise_append(call, EVENT_BULLETIN_CHANGED, value_get_int(row, "id", 0), body);
}

/* ---- handing in and releasing ------------------------------------------------------------------------------- */

/* Puts every check that stops on ctx: RC_GUARD when there is one. */
static enum rc require_checks(struct command_call *call, const struct value *row, const struct value *blocks)
{
    struct bulletin_rules rules;
    struct value *list;
    enum rc rc = RC_OK;
    TRY(bulletin_read_rules(call->ctx, call->db, &rules));
    TRY(bulletin_check(call->ctx, call->db, row, blocks, &rules, &list));
    VALUE_EACH (found, list) {
        struct str args[] = {value_get_text(found, "arg0"), value_get_text(found, "arg1")};
        if (!value_get_bool(found, "is_stop"))
            continue;
        struct str place =
            arena_format(call->ctx->arena, "/bulletins/%lld#block-%lld", (long long)value_get_int(row, "id", 0),
                         (long long)value_get_int(found, "n", 0));
        rc = ctx_fail(call->ctx, RC_GUARD,
                      arena_format(call->ctx->arena, "bulletin.check.%.*s", STR_ARG(value_get_text(found, "check"))).p,
                      STR_EMPTY, place, args, 2);
    }
    return rc;
}

enum rc bulletin_make_content(struct ctx *ctx, const struct value *row, const struct value *blocks,
                              struct value **ret_content)
{
    struct arena *arena = ctx->arena;
    struct value *content = value_new_map(arena), *contacts;
    static const char *const keys[] = {"no", "doc_no", "title", "signatory", "signed", "window_from"};
    static const char *const block_keys[] = {"n", "kind", "role", "title", "body"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        value_put_text(arena, content, keys[i],
                       value_get_text(row, keys[i]).n ? value_get_text(row, keys[i]) : STR(""));
    value_put_text(arena, content, "window_to", bulletin_window_end(arena, row));
    value_put_int(arena, content, "window_days", value_get_int(row, "window_days", 0));
    value_put_bool(arena, content, "window_first_day", bulletin_is(row, "window_first_day"));
    TRY(json_parse(ctx, value_get_text(row, "contacts"), &contacts));
    value_put(content, STR("contacts"), contacts);
    struct value *shown = value_put_list(arena, content, "blocks");
    VALUE_EACH (block, blocks) {
        if (bulletin_is(block, "is_withheld"))
            continue;
        struct value *copy = value_add_map(arena, shown);
        for (size_t i = 0; i < sizeof block_keys / sizeof block_keys[0]; i++)
            value_put(copy, str_from_cstr(block_keys[i]), value_copy(arena, value_get(block, block_keys[i])));
    }
    *ret_content = content;
    return arena_rc(arena);
}

enum rc bulletin_read_content(struct ctx *ctx, struct db *db, const struct value *row, struct value **ret_content,
                              struct value **ret_version)
{
    struct value *blocks, *version = NULL;
    int64_t id = value_get_int(row, "id", 0);
    if (!str_equal(value_get_text(row, "state"), STR("draft"))) {
        struct db_stmt *st = db_query(db, Q_BULLETIN_VERSION_GET);
        db_bind_int(st, "id", id);
        db_bind_int(st, "version", value_get_int(row, "version", 0));
        TRY(db_first_row(ctx, st, &version));
    }
    if (ret_version)
        *ret_version = version;
    if (version)
        return json_parse(ctx, value_get_text(version, "content"), ret_content);
    TRY(bulletin_read_blocks(ctx, db, id, &blocks));
    return bulletin_make_content(ctx, row, blocks, ret_content);
}

/* What is released, as JSON with its digest. */
static enum rc freeze(struct command_call *call, struct value *body, const struct value *row,
                      const struct value *blocks)
{
    struct arena *arena = call->ctx->arena;
    struct value *content;
    struct buf json CLEANUP(buf_done);
    uint8_t digest[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    buf_init(&json, CONTENT_CEILING);
    TRY(bulletin_make_content(call->ctx, row, blocks, &content));
    value_write_json(&json, content, false);
    TRY(buf_rc(&json));
    digest_sha256(buf_str(&json), digest);
    value_put_text(arena, body, "content", arena_copy_str(arena, buf_str(&json)));
    value_put_text(arena, body, "sha256", arena_copy_str(arena, digest_format(digest, hex)));
    return arena_rc(arena);
}

static enum rc bulletin_submit(struct command_call *call)
{
    struct value *row, *body, *blocks;
    TRY(bulletin_begin(call, "submit", &row, &body));
    int64_t id = value_get_int(row, "id", 0);
    TRY(bulletin_read_blocks(call->ctx, call->db, id, &blocks));
    TRY(require_checks(call, row, blocks));
    value_put_int(call->ctx->arena, body, "version", value_get_int(row, "version", 0) + 1);
    TRY(freeze(call, body, row, blocks));
    lifecycle_wait(call, body, "release_bulletin", STR("leading_group"), value_get_int(row, "unit_id", 0),
                   lifecycle_due_in(call, BULLETIN_SIGN_DAYS));
    return supervise_append(call, EVENT_BULLETIN_SUBMITTED, id, body);
}

static enum rc bulletin_return(struct command_call *call)
{
    struct value *row, *body;
    TRY(bulletin_begin(call, "return", &row, &body));
    lifecycle_wait(call, body, "write_bulletin", STR("office"), value_get_int(row, "unit_id", 0),
                   lifecycle_due_in(call, BULLETIN_SIGN_DAYS));
    return supervise_append(call, EVENT_BULLETIN_RETURNED, value_get_int(row, "id", 0), body);
}

static enum rc publish_now(struct command_call *call, const struct value *row, struct str today)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_BULLETIN, "publish");
    if (str_compare(value_get_text(row, "window_from"), today) > 0)
        return RC_OK;
    return supervise_append(call, EVENT_BULLETIN_PUBLISHED, value_get_int(row, "id", 0),
                            lifecycle_body(call, move, row, NULL));
}

static enum rc bulletin_release(struct command_call *call)
{
    struct value *row, *body, *blocks;
    int64_t hands;
    TRY(bulletin_begin(call, "release", &row, &body));
    int64_t id = value_get_int(row, "id", 0);
    struct db_stmt *st = db_query(call->db, Q_BULLETIN_ENTANGLED);
    db_bind_int(st, "id", id);
    db_bind_int(st, "me", call->actor->account_id);
    db_bind_text(st, "today", lifecycle_today(call));
    TRY(db_get_int(call->ctx, st, &hands));
    if (hands)
        return ctx_fail_key(call->ctx, RC_GUARD, "bulletin.four_eyes");
    if (str_compare(bulletin_window_end(call->ctx->arena, row), lifecycle_today(call)) < 0)
        return ctx_fail_key(call->ctx, RC_GUARD, "bulletin.window_over");
    TRY(bulletin_read_blocks(call->ctx, call->db, id, &blocks));
    TRY(require_checks(call, row, blocks));
    value_put_text(call->ctx->arena, body, "window_to", bulletin_window_end(call->ctx->arena, row));
    TRY(supervise_append(call, EVENT_BULLETIN_RELEASED, id, body));
    value_set(row, STR("state"), value_new_text(call->ctx->arena, STR("released")));
    return publish_now(call, row, lifecycle_today(call));
}

/* Before it is public the window moves; afterwards it only gets longer. */
static enum rc bulletin_postpone(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(bulletin_begin(call, "postpone", &row, &body));
    bool is_public = str_equal(value_get_text(row, "state"), STR("published"));
    struct str from = value_get_text(call->input, "window_from"), old_end = bulletin_window_end(arena, row);
    int64_t days = value_get_int(call->input, "window_days", value_get_int(row, "window_days", 0));
    int32_t day;
    if (is_public && from.n && !str_equal(from, value_get_text(row, "window_from")))
        return ctx_fail_field(call->ctx, RC_GUARD, "bulletin.already_public", "window_from");
    from = from.n ? from : value_get_text(row, "window_from");
    if (days < 1 || days > 250)
        return ctx_fail_field(call->ctx, RC_INVALID, "bulletin.days_range", "window_days");
    if (!date_parse(from, &day) || !calendar_is_working_day(day) ||
        (!is_public && str_compare(from, lifecycle_today(call)) < 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "bulletin.postpone_from", "window_from");
    struct value *next = value_copy(arena, row);
    value_set(next, STR("window_from"), value_new_text(arena, from));
    value_set(next, STR("window_to"), value_new_text(arena, STR("")));
    value_set(next, STR("window_days"), value_new_int(arena, days));
    struct str end = bulletin_window_end(arena, next);
    if (str_compare(end, old_end) <= 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "bulletin.postpone_earlier", "window_days");
    value_put_text(arena, body, "window_from", from);
    value_put_text(arena, body, "window_to", end);
    value_put_int(arena, body, "window_days", days);
    value_put_text(arena, body, "why", value_get_text(call->input, "reason"));
    return supervise_append(call, EVENT_BULLETIN_POSTPONED, value_get_int(row, "id", 0), body);
}

static enum rc bulletin_withdraw(struct command_call *call)
{
    struct value *row, *body;
    TRY(bulletin_begin(call, "withdraw", &row, &body));
    value_put_text(call->ctx->arena, body, "why", value_get_text(call->input, "reason"));
    return supervise_append(call, EVENT_BULLETIN_WITHDRAWN, value_get_int(row, "id", 0), body);
}

/* ---- parameters --------------------------------------------------------------------------------------------- */

static enum rc publish_rules_set(struct command_call *call)
{
    struct value *body = value_new_map(call->ctx->arena);
    static const struct {
        const char *field;
        int64_t max;
    } days[] = {{"window_days", 250}, {"ack_days", 60}, {"answer_days", 250}};
    int64_t seq;
    /* They hold for the whole group. */
    if (call->actor->account_id && call->actor->everywhere[PERM_BULLETIN_RELEASE] < LABEL_INTERNAL)
        return RC_FORBIDDEN;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        int64_t n = value_get_int(call->input, days[i].field, 0);
        if (n < 1 || n > days[i].max)
            return ctx_fail_field(call->ctx, RC_INVALID, "bulletin.days_range", days[i].field);
    }
    int64_t label = value_get_int(call->input, "label_max", LABEL_INTERNAL);
    if (label < LABEL_PUBLIC || label > LABEL_INTERNAL)
        return ctx_fail_field(call->ctx, RC_INVALID, "bulletin.label_range", "label_max");
    supervise_copy(call, body, NULL, "window_days window_first_day ack_days answer_days label_max forbidden");
    return command_append(call, EVENT_PUBLISH_RULES_SET, CHAIN_ORGANISATION, 0, body, &seq);
}

/* ---- by the day --------------------------------------------------------------------------------------------- */

static enum rc publish_due(struct tick *tick, const struct value *row)
{
    tick->changed++;
    return publish_now(tick->call, row, tick->today);
}

static enum rc close_window(struct tick *tick, const struct value *row)
{
    struct command_call *call = tick->call;
    struct value *body = lifecycle_body(call, lifecycle_find(NOUN_BULLETIN, "close"), row, NULL);
    TRY(bulletin_put_summary(call, body, row));
    tick->changed++;
    return supervise_append(call, EVENT_BULLETIN_CLOSED, value_get_int(row, "id", 0), body);
}

enum rc tick_bulletin(struct tick *tick)
{
    static const struct tick_step steps[] = {{Q_BULLETIN_TO_PUBLISH, publish_due, 0},
                                             {Q_BULLETIN_TO_CLOSE, close_window, 0}};
    return tick_run_steps(tick, steps, sizeof steps / sizeof steps[0]);
}

/* ---- the commands ------------------------------------------------------------------------------------------- */

static const struct field create_fields[] = {{"source_id", FIELD_ID, true, 0, NULL},
                                             {"title", FIELD_TEXT, false, 300, NULL}};
const struct command command_bulletin_create = {.name = "bulletin.create",
                                                .perm = PERM_BULLETIN_WRITE,
                                                COMMAND_FIELDS(create_fields),
                                                .run = bulletin_create,
                                                .path = "/bulletins",
                                                .redirect = "/bulletins/{id}"};

static const struct field change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                             {"title", FIELD_TEXT, true, 300, NULL},
                                             {"window_from", FIELD_DATE, false, 0, NULL},
                                             {"window_to", FIELD_DATE, false, 0, NULL},
                                             {"window_days", FIELD_INT, true, 0, NULL},
                                             {"window_first_day", FIELD_BOOL, false, 0, NULL},
                                             {"signatory", FIELD_TEXT, false, 200, NULL},
                                             {"signed", FIELD_DATE, false, 0, NULL},
                                             {"doc_no", FIELD_TEXT, false, 100, NULL},
                                             {"phone", FIELD_TEXT, false, 100, NULL},
                                             {"hours", FIELD_TEXT, false, 100, NULL},
                                             {"address", FIELD_TEXT, false, 300, NULL},
                                             {"postcode", FIELD_TEXT, false, 20, NULL},
                                             {"email", FIELD_TEXT, false, 200, NULL}};
const struct command command_bulletin_change = {.name = "bulletin.change",
                                                .perm = PERM_BULLETIN_WRITE,
                                                COMMAND_FIELDS(change_fields),
                                                .run = bulletin_change,
                                                .path = "/bulletins/{id}/change",
                                                .redirect = "/bulletins/{id}"};

static const struct field id_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
static const struct field reason_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_bulletin_submit = {.name = "bulletin.submit",
                                                .perm = PERM_BULLETIN_WRITE,
                                                COMMAND_FIELDS(id_fields),
                                                .run = bulletin_submit,
                                                .path = "/bulletins/{id}/submit",
                                                .redirect = "/bulletins/{id}"};
const struct command command_bulletin_return = {.name = "bulletin.return",
                                                .perm = PERM_BULLETIN_RELEASE,
                                                COMMAND_FIELDS(reason_fields),
                                                .run = bulletin_return,
                                                .path = "/bulletins/{id}/return",
                                                .redirect = "/bulletins/{id}"};
const struct command command_bulletin_release = {.name = "bulletin.release",
                                                 .perm = PERM_BULLETIN_RELEASE,
                                                 COMMAND_FIELDS(id_fields),
                                                 .run = bulletin_release,
                                                 .path = "/bulletins/{id}/release",
                                                 .redirect = "/bulletins/{id}"};
const struct command command_bulletin_withdraw = {.name = "bulletin.withdraw",
                                                  .perm = PERM_BULLETIN_RELEASE,
                                                  COMMAND_FIELDS(reason_fields),
                                                  .run = bulletin_withdraw,
                                                  .path = "/bulletins/{id}/withdraw",
                                                  .redirect = "/bulletins/{id}"};

static const struct field postpone_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                               {"window_from", FIELD_DATE, false, 0, NULL},
                                               {"window_days", FIELD_INT, false, 0, NULL},
                                               {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_bulletin_postpone = {.name = "bulletin.postpone",
                                                  .perm = PERM_BULLETIN_RELEASE,
                                                  COMMAND_FIELDS(postpone_fields),
                                                  .run = bulletin_postpone,
                                                  .path = "/bulletins/{id}/postpone",
                                                  .redirect = "/bulletins/{id}"};

static const struct field rules_fields[] = {
    {"window_days", FIELD_INT, true, 0, NULL}, {"window_first_day", FIELD_BOOL, false, 0, NULL},
    {"ack_days", FIELD_INT, true, 0, NULL},    {"answer_days", FIELD_INT, true, 0, NULL},
    {"label_max", FIELD_INT, true, 0, NULL},   {"forbidden", FIELD_LONG, false, 4000, NULL}};
const struct command command_publish_rules_set = {.name = "publish_rules.set",
                                                  .perm = PERM_BULLETIN_RELEASE,
                                                  COMMAND_FIELDS(rules_fields),
                                                  .run = publish_rules_set,
                                                  .path = "/publish_rules",
                                                  .redirect = "/publish_rules"};
