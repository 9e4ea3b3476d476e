/* command.c: typing of input and running of commands; see command.h. */
#include "record/command.h"

#include <string.h>

#include "base/clock.h"
#include "record/frozen.h"
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

/* "1,234.56" in yuan to fen, exact: at most two decimals; commas only between groups of three, so that a decimal comma
 * is not taken for one. */
static bool parse_money(struct str s, int64_t *ret_fen)
{
    struct buf digits CLEANUP(buf_done);
    buf_init(&digits, 64);
    struct str rest = s;
    if (rest.n && rest.p[0] == '-') {
        buf_add_char(&digits, '-');
        rest = str_slice(rest, 1, rest.n);
    }
    size_t point = str_find_byte(rest, '.', 0);
    struct str whole = str_slice(rest, 0, point),
               part = point == SIZE_MAX ? STR_EMPTY : str_slice(rest, point + 1, rest.n);
    bool has_commas = str_find_byte(whole, ',', 0) != SIZE_MAX;
    if (whole.n == 0 || part.n > 2 || (point != SIZE_MAX && part.n == 0))
        return false;
    for (size_t i = 0; i < whole.n; i++) {
        bool is_comma_due = has_commas && i > 0 && (whole.n - i) % 4 == 0;
        if (is_comma_due ? whole.p[i] != ',' : whole.p[i] < '0' || whole.p[i] > '9')
            return false;
        if (!is_comma_due)
            buf_add_char(&digits, whole.p[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        char c = i < part.n ? part.p[i] : '0';
        if (c < '0' || c > '9')
            return false;
        buf_add_char(&digits, c);
    }
    return buf_rc(&digits) == RC_OK && str_parse_int64(buf_str(&digits), ret_fen);
}

/* Line ends as the program keeps them, so that a text that went through a form and back is the same text. */
static struct str with_line_feeds(struct arena *arena, struct str s)
{
    if (str_find_byte(s, '\r', 0) == SIZE_MAX)
        return s;
    char *text = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; text && i < s.n; i++) {
        if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
            continue;
        text[n++] = s.p[i] == '\r' ? '\n' : s.p[i];
    }
    return (struct str){text, n};
}

static enum rc read_text(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                         struct value *input)
{
    if (raw->kind != VALUE_TEXT)
        return fail_field(ctx, field, "field.not_text", STR_EMPTY);
    TRY(utf8_check(ctx, s, field->name));
    s = with_line_feeds(ctx->arena, s);
    int max = field->max ? field->max : field->kind == FIELD_LONG ? FIELD_LONG_DEFAULT : FIELD_LINE_DEFAULT;
    if (utf8_count(s) > (size_t)max)
        return fail_field(ctx, field, "field.too_long", arena_format(ctx->arena, "%d", max));
    if (field->kind != FIELD_LONG && (str_find_byte(s, '\n', 0) != SIZE_MAX || str_find_byte(s, '\t', 0) != SIZE_MAX))
        return fail_field(ctx, field, "field.one_line", STR_EMPTY);
    value_put_text(ctx->arena, input, field->name, s);
    return RC_OK;
}

/* Empty parts are no numbers and no faults: forms send one to say that the field was there and nothing was chosen. */
static enum rc read_ids(struct ctx *ctx, const struct field *field, const struct value *raw, struct value *input)
{
    struct value *list = value_put_list(ctx->arena, input, field->name);
    size_t max = field->max ? (size_t)field->max : FIELD_IDS_DEFAULT;
    struct str text = raw->kind == VALUE_TEXT ? raw->text : STR_EMPTY, part;
    while (str_split_next(&text, ',', &part)) {
        int64_t id;
        part = str_trim(part);
        if (part.n && !str_parse_int64(part, &id))
            return fail_field(ctx, field, "field.not_a_number", part);
        if (part.n)
            value_add_int(ctx->arena, list, id);
    }
    VALUE_EACH (item, raw) {
        int64_t id = item->kind == VALUE_INT ? item->integer : 0;
        if (item->kind == VALUE_TEXT && !str_trim(item->text).n)
            continue;
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

static bool is_in_set(const struct value *raw, struct str choice)
{
    struct str rest = raw->kind == VALUE_TEXT ? raw->text : STR_EMPTY, part;
    while (str_split_next(&rest, ',', &part))
        if (str_equal(str_trim(part), choice))
            return true;
    VALUE_EACH (item, raw) {
        if (item->kind == VALUE_TEXT && str_equal(str_trim(item->text), choice))
            return true;
    }
    return false;
}

static size_t set_count(const struct value *raw)
{
    struct str rest = raw->kind == VALUE_TEXT ? raw->text : STR_EMPTY, part;
    size_t n = 0;
    while (str_split_next(&rest, ',', &part))
        n += str_trim(part).n > 0;
    VALUE_EACH (item, raw) {
        n += item->kind != VALUE_TEXT || str_trim(item->text).n > 0; /* a form says "none" with an empty one */
    }
    return n;
}

static enum rc read_set(struct ctx *ctx, const struct field *field, const struct value *raw, struct value *input)
{
    struct str rest = str_from_cstr(field->choices), choice, all = STR("");
    size_t n = 0;
    while (str_split_next(&rest, '|', &choice)) {
        if (!choice.n || !is_in_set(raw, choice))
            continue;
        all = n++ ? arena_format(ctx->arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(choice)) : choice;
    }
    if (n != set_count(raw)) /* something that is no choice, or one twice */
        return fail_field(ctx, field, "field.not_a_choice", str_from_cstr(field->choices));
    if (field->is_required && !n)
        return fail_field(ctx, field, "field.required", STR_EMPTY);
    value_put_text(ctx->arena, input, field->name, all);
    return RC_OK;
}

static enum rc read_integer(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                            struct value *input)
{
    int64_t n;
    if (raw->kind == VALUE_INT)
        n = raw->integer;
    else if (field->kind == FIELD_MONEY ? !parse_money(s, &n) : !str_parse_int64(s, &n))
        return fail_field(ctx, field, field->kind == FIELD_MONEY ? "field.not_money" : "field.not_a_number", s);
    if (field->kind == FIELD_ID && n <= 0)
        return fail_field(ctx, field, "field.not_a_number", s);
    value_put_int(ctx->arena, input, field->name, n);
    return RC_OK;
}

static enum rc read_date(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                         struct value *input)
{
    (void)raw;
    int32_t day;
    if (!date_parse(s, &day))
        return fail_field(ctx, field, "field.not_a_date", s);
    value_put_text(ctx->arena, input, field->name, s);
    return RC_OK;
}

static enum rc read_choice(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                           struct value *input)
{
    if (raw->kind != VALUE_TEXT || !is_choice(field->choices, s))
        return fail_field(ctx, field, "field.not_a_choice", str_from_cstr(field->choices));
    value_put_text(ctx->arena, input, field->name, s);
    return RC_OK;
}

static enum rc read_json(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                         struct value *input)
{
    (void)raw;
    struct value *tree;
    TRY(json_parse(ctx, s, &tree));
    value_put(input, str_from_cstr(field->name), tree);
    return RC_OK;
}

/* A box that is not ticked is not sent at all. */
static enum rc read_bool(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                         struct value *input)
{
    bool on = raw && ((raw->kind == VALUE_BOOL && raw->boolean) || (raw->kind == VALUE_INT && raw->integer != 0) ||
                      (s.n && !str_equal(s, STR("0")) && !str_equal(s, STR("false"))));
    value_put_bool(ctx->arena, input, field->name, on);
    return RC_OK;
}

/* How each kind of field is read once something was given; lists of ids and whole trees are read before. */
static const struct field_reader {
    enum rc (*read)(struct ctx *ctx, const struct field *field, const struct value *raw, struct str s,
                    struct value *input);
    bool is_exact;      /* blanks at the ends count */
    bool is_empty_text; /* nothing given is "", else null */
} field_readers[] = {
    [FIELD_TEXT] = {read_text, false, true},      [FIELD_SECRET] = {read_text, true, true},
    [FIELD_LONG] = {read_text, true, true},       [FIELD_INT] = {read_integer, false, false},
    [FIELD_ID] = {read_integer, false, false},    [FIELD_DATE] = {read_date, false, false},
    [FIELD_CHOICE] = {read_choice, false, true},  [FIELD_BOOL] = {read_bool, false, false},
    [FIELD_MONEY] = {read_integer, false, false}, [FIELD_JSON] = {read_json, false, false},
    [FIELD_IDS] = {NULL, false, false},           [FIELD_SET] = {NULL, false, true},
};

static enum rc read_nothing(struct ctx *ctx, const struct field *field, struct value *input)
{
    if (field->is_required)
        return fail_field(ctx, field, "field.required", STR_EMPTY);
    if (field_readers[field->kind].is_empty_text)
        value_put_text(ctx->arena, input, field->name, STR(""));
    else
        value_put_null(ctx->arena, input, field->name);
    return RC_OK;
}

static enum rc read_field(struct ctx *ctx, const struct field *field, const struct value *raw, struct value *input)
{
    const struct field_reader *reader = &field_readers[field->kind];
    if (field->kind == FIELD_IDS)
        return raw ? read_ids(ctx, field, raw, input) : read_nothing(ctx, field, input);
    if (field->kind == FIELD_SET)
        return value_is_null(raw) ? read_nothing(ctx, field, input) : read_set(ctx, field, raw, input);
    if (field->kind == FIELD_JSON && raw && raw->kind != VALUE_TEXT) {
        value_put(input, str_from_cstr(field->name), value_copy(ctx->arena, raw));
        return RC_OK;
    }
    if (raw && raw->kind == VALUE_LIST) /* a form may send a name twice: the last one counts */
        raw = raw->items.last;
    if (raw && raw->kind == VALUE_MAP)
        return fail_field(ctx, field, "field.not_text", STR_EMPTY);
    struct str s = raw && raw->kind == VALUE_TEXT ? raw->text : STR_EMPTY;
    if (!reader->is_exact)
        s = str_trim(s);
    bool is_empty = !raw || raw->kind == VALUE_NULL || (raw->kind == VALUE_TEXT && s.n == 0);
    if (is_empty && field->kind != FIELD_BOOL)
        return read_nothing(ctx, field, input);
    return reader->read(ctx, field, raw, s, input);
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
            worst = worst == RC_OK || worst == rc ? rc : RC_INVALID;
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
    if (!command->is_on_source)
        TRY(command_lock_chain(call, CHAIN_ORGANISATION));
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
    TRY(frozen_check(call->ctx, call->db, kind, subject, body));
    return event_append(call->ctx, call->db, &event, ret_seq);
}

enum rc command_lock_chain(struct command_call *call, int64_t chain)
{
    if (db_get_engine(call->db) == DB_SQLITE)
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_CHAIN_GET_FOR_UPDATE);
    db_bind_int(st, "chain", chain);
    return db_run(call->ctx, st);
}

enum rc command_require(struct command_call *call, enum perm perm, int64_t unit_id, int64_t label)
{
    enum rc rc = actor_check(call->ctx, call->db, call->actor, perm, unit_id, label);
    if (rc == RC_FORBIDDEN)
        return ctx_fail_format(call->ctx, rc, "error.forbidden_perm", "%s", perm_name(perm));
    return rc;
}
