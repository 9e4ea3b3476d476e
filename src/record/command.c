/* command.c: typing of input and running of commands; see command.h. */
#include "record/command.h"

#include <string.h>

#include "base/clock.h"
#include "text/json.h"
#include "text/utf8.h"

enum { FIELD_LINE_DEFAULT = 200, FIELD_LONG_DEFAULT = 20000, FIELD_IDS_DEFAULT = 1000 };

static enum rc fail_field(struct ctx *ctx, const struct field *field, const char *key, struct str arg)
{
    return ctx_fail(ctx, RC_INVALID, key, str_from_cstr(field->name), STR_EMPTY, &arg, 1);
}

static bool is_choice(const char *choices, struct str s)
{
    struct str rest = str_from_cstr(choices), part;
    while (str_split_next(&rest, '|', &part))
        if (str_equal(part, s))
            return true;
    return false;
}

/* "1,234.56" in yuan to fen, exact; at most two decimals. */
static bool parse_money(struct arena *arena, struct str s, int64_t *ret_fen)
{
    struct buf digits CLEANUP(buf_done);
    buf_init(&digits, 64);
    bool has_point = false;
    int decimals = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ',' && !has_point)
            continue;
        if (c == '.' && !has_point && i > 0) {
            has_point = true;
            continue;
        }
        if ((c < '0' || c > '9') && !(c == '-' && i == 0))
            return false;
        if (has_point && ++decimals > 2)
            return false;
        buf_add_char(&digits, c);
    }
    for (; decimals < 2; decimals++)
        buf_add_char(&digits, '0');
    (void)arena;
    return buf_rc(&digits) == RC_OK && s.n > 0 && str_parse_int64(buf_str(&digits), ret_fen);
}

static enum rc read_text(struct ctx *ctx, const struct field *field, struct str s, struct value *input)
{
    int max = field->max ? field->max : field->kind == FIELD_LONG ? FIELD_LONG_DEFAULT : FIELD_LINE_DEFAULT;
    if (utf8_count(s) > (size_t)max)
        return fail_field(ctx, field, "field.too_long", arena_format(ctx->arena, "%d", max));
    if (field->kind == FIELD_TEXT && (str_find_byte(s, '\n', 0) != SIZE_MAX || str_find_byte(s, '\t', 0) != SIZE_MAX))
        return fail_field(ctx, field, "field.one_line", STR_EMPTY);
    value_put_text(ctx->arena, input, field->name, s);
    return RC_OK;
}

static enum rc read_ids(struct ctx *ctx, const struct field *field, const struct value *raw, struct value *input)
{
    struct value *list = value_put_list(ctx->arena, input, field->name);
    size_t max = field->max ? (size_t)field->max : FIELD_IDS_DEFAULT;
    struct str text = raw->kind == VALUE_TEXT ? raw->text : STR_EMPTY, part;
    while (str_split_next(&text, ',', &part)) {
        int64_t id;
        if (!str_parse_int64(str_trim(part), &id))
            return fail_field(ctx, field, "field.not_a_number", part);
        value_add_int(ctx->arena, list, id);
    }
    VALUE_EACH(item, raw)
    {
        int64_t id = item->kind == VALUE_INT ? item->integer : 0;
        if (item->kind != VALUE_INT && !(item->kind == VALUE_TEXT && str_parse_int64(str_trim(item->text), &id)))
            return fail_field(ctx, field, "field.not_a_number", STR_EMPTY);
        value_add_int(ctx->arena, list, id);
    }
    if (value_count(list) > max)
        return fail_field(ctx, field, "field.too_many", arena_format(ctx->arena, "%zu", max));
    if (field->is_required && value_count(list) == 0)
        return fail_field(ctx, field, "field.required", STR_EMPTY);
    return RC_OK;
}

static enum rc read_integer(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                            struct value *input)
{
    int64_t n;
    if (raw->kind == VALUE_INT)
        n = raw->integer;
    else if (field->kind == FIELD_MONEY ? !parse_money(ctx->arena, s, &n) : !str_parse_int64(s, &n))
        return fail_field(ctx, field, field->kind == FIELD_MONEY ? "field.not_money" : "field.not_a_number", s);
    value_put_int(ctx->arena, input, field->name, n);
    return RC_OK;
}

static enum rc read_field(struct ctx *ctx, const struct field *field, const struct value *raw, struct value *input)
{
    if (field->kind == FIELD_IDS && raw)
        return read_ids(ctx, field, raw, input);
    if (field->kind == FIELD_JSON && raw && raw->kind != VALUE_TEXT) {
        value_put(input, str_from_cstr(field->name), value_copy(ctx->arena, raw));
        return RC_OK;
    }
    if (raw && raw->kind == VALUE_LIST) /* a form may send a name twice: the last one counts */
        raw = raw->items.last;
    if (raw && raw->kind == VALUE_MAP)
        return fail_field(ctx, field, "field.not_text", STR_EMPTY);
    struct str s = raw && raw->kind == VALUE_TEXT ? raw->text : STR_EMPTY;
    if (field->kind != FIELD_LONG)
        s = str_trim(s);
    bool is_empty = !raw || raw->kind == VALUE_NULL || (raw->kind == VALUE_TEXT && s.n == 0);
    if (field->kind == FIELD_BOOL) {
        bool on = raw && ((raw->kind == VALUE_BOOL && raw->boolean) || (raw->kind == VALUE_INT && raw->integer != 0) ||
                          (s.n && !str_equal(s, STR("0")) && !str_equal(s, STR("false"))));
        value_put_bool(ctx->arena, input, field->name, on);
        return RC_OK;
    }
    if (is_empty && field->is_required)
        return fail_field(ctx, field, "field.required", STR_EMPTY);
    if (is_empty) {
        if (field->kind == FIELD_TEXT || field->kind == FIELD_LONG || field->kind == FIELD_CHOICE)
            value_put_text(ctx->arena, input, field->name, STR(""));
        else
            value_put_null(ctx->arena, input, field->name);
        return RC_OK;
    }
    int32_t day;
    struct value *tree;
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_LONG:
        if (raw->kind != VALUE_TEXT)
            return fail_field(ctx, field, "field.not_text", STR_EMPTY);
        return read_text(ctx, field, s, input);
    case FIELD_INT:
    case FIELD_ID:
    case FIELD_MONEY:
        return read_integer(ctx, field, raw, s, input);
    case FIELD_DATE:
        if (!date_parse(s, &day))
            return fail_field(ctx, field, "field.not_a_date", s);
        value_put_text(ctx->arena, input, field->name, s);
        return RC_OK;
    case FIELD_CHOICE:
        if (!is_choice(field->choices, s))
            return fail_field(ctx, field, "field.not_a_choice", str_from_cstr(field->choices));
        value_put_text(ctx->arena, input, field->name, s);
        return RC_OK;
    case FIELD_JSON:
        TRY(json_parse(ctx, s, &tree));
        value_put(input, str_from_cstr(field->name), tree);
        return RC_OK;
    case FIELD_BOOL:
    case FIELD_IDS:
        break;
    }
    return fail_field(ctx, field, "field.required", STR_EMPTY);
}

enum rc command_read_input(struct ctx *ctx, const struct command *command, const struct value *raw,
                           struct value **ret_input)
{
    struct value *input = value_new_map(ctx->arena);
    enum rc worst = RC_OK;
    for (int i = 0; i < command->field_count; i++) {
        const struct field *field = &command->fields[i];
        const struct value *given = value_get(raw, field->name);
        if (command->is_patch && !given && !(field->kind == FIELD_ID && field->is_required))
            continue;
        enum rc rc = read_field(ctx, field, given, input);
        if (rc != RC_OK)
            worst = rc;
    }
    if (worst != RC_OK)
        return worst;
    TRY(arena_rc(ctx->arena));
    if (command->prepare)
        TRY(command->prepare(ctx, input));
    *ret_input = input;
    return RC_OK;
}

enum rc command_run(const struct command *command, struct command_call *call)
{
    if (!actor_has(call->actor, command->perm))
        return ctx_fail_format(call->ctx, RC_FORBIDDEN, "error.forbidden_perm", "%s", perm_name(command->perm));
    if (!call->result)
        call->result = value_new_map(call->ctx->arena);
    TRY(command->run(call));
    return arena_rc(call->ctx->arena);
}

enum rc command_append(struct command_call *call, enum event_kind kind, int64_t chain, int64_t subject,
                       const struct value *body, int64_t *ret_seq)
{
    struct event_new event = {
        .kind = kind,
        .chain = chain,
        .is_own_chain = kind == EVENT_SOURCE_REGISTERED,
        .subject = subject,
        .actor = call->actor->account_id,
        .at_ms = call->now_ms,
        .reason = value_get_text(call->input, "reason"),
        .body = body,
    };
    TRY(arena_rc(call->ctx->arena));
    return event_append(call->ctx, call->db, &event, ret_seq);
}

enum rc command_require(struct command_call *call, enum perm perm, int64_t unit_id, int64_t label)
{
    enum rc rc = actor_check(call->ctx, call->db, call->actor, perm, unit_id, label);
    if (rc == RC_FORBIDDEN)
        return ctx_fail_format(call->ctx, rc, "error.forbidden_perm", "%s", perm_name(perm));
    return rc;
}
