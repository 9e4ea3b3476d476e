/* finding.c: the register: findings, their measures, links between sources.
 *
 * Invariants: a finding's number is its source's number and a running item number that is never used again; a finding
 * is counted once however many sources name it; unit and label of a finding decide who sees it, its measures and its
 * search hits.
 */
#include "loop/finding.h"

#include "base/clock.h"
#include "loop/closing.h"
#include "loop/duty.h"
#include "loop/many.h"

#define PHASES "immediate|concentrated|long_term"
#define NATURES "|individual|common|mechanism|legacy"
#define SEVERITIES "|general|serious|major"

static void copy_text(struct arena *arena, struct value *to, const struct value *from, const char *key)
{
    value_put_text(arena, to, key, value_get_text(from, key));
}

/* The value of key, or null when absent or empty. */
static void copy_or_null(struct arena *arena, struct value *to, const struct value *from, const char *key)
{
    const struct value *v = value_get(from, key);
    if (v && v->kind == VALUE_INT)
        value_put_int(arena, to, key, v->integer);
    else if (v && v->kind == VALUE_TEXT && v->text.n)
        value_put_text(arena, to, key, v->text);
    else
        value_put_null(arena, to, key);
}

struct str finding_number_head(struct str no)
{
    size_t n = no.n;
    while (n && no.p[n - 1] >= '0' && no.p[n - 1] <= '9')
        n--;
    return str_slice(no, 0, n);
}

enum rc finding_register(struct command_call *call, int64_t source_id, const struct value *source, int64_t item_no,
                         const struct value *finding, int64_t *ret_id)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "source_id", source_id);
    value_put_int(arena, body, "item_no", item_no);
    value_put_text(arena, body, "no",
                   arena_format(arena, "%.*s-%03lld", STR_ARG(value_get_text(source, "no")), (long long)item_no));
    copy_text(arena, body, finding, "mark");
    copy_or_null(arena, body, finding, "aspect_id");
    static const char *const texts[] = {"title",         "facts",       "nature",    "severity",
                                        "status_stated", "responsible", "due_stated"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        copy_text(arena, body, finding, texts[i]);
    struct str phase = value_get_text(finding, "phase");
    value_put_text(arena, body, "phase", phase.n ? phase : STR("concentrated"));
    value_put_text(arena, body, "status", STR("registered"));
    copy_or_null(arena, body, finding, "amount_fen");
    value_put_int(arena, body, "unit_id", value_get_int(finding, "unit_id", value_get_int(source, "unit_id", 0)));
    value_put_int(arena, body, "label",
                  value_get_int(finding, "label", value_get_int(source, "label", LABEL_INTERNAL)));
    copy_or_null(arena, body, finding, "due");
    copy_or_null(arena, body, finding, "paragraph_from");
    copy_or_null(arena, body, finding, "paragraph_to");
    value_put_text(arena, body, "noun", STR("finding"));
    value_put_list(arena, body, "waits");
    finding_wait_for_confirm(call, body, value_get_int(body, "unit_id", 0), value_get_int(source, "unit_id", 0));
    return command_append(call, EVENT_FINDING_REGISTERED, source_id, 0, body, ret_id);
}

static enum rc find_row(struct command_call *call, enum query query, int64_t id, const char *missing,
                        struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_row));
    return *ret_row ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, missing);
}

static enum rc require_row(struct command_call *call, const struct value *row, enum perm perm)
{
    enum rc rc = command_require(call, perm, value_get_int(row, "unit_id", 0), value_get_int(row, "label", 0));
    if (rc != RC_FORBIDDEN)
        return rc;
    /* Who may not even read it learns nothing of its existence. */
    enum perm read = PERM_FINDING_READ;
    if (actor_check(call->ctx, call->db, call->actor, read, value_get_int(row, "unit_id", 0),
                    value_get_int(row, "label", 0)) == RC_OK)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_key(call->ctx, RC_NOT_FOUND, "finding.not_found");
}

/* A row's absence is the input's fault: RC_INVALID at the field. */
static enum rc check_exists(struct command_call *call, enum query query, int64_t id, const char *missing,
                            const char *field, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_row));
    return *ret_row ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, missing, field);
}

/* Where the finding will stand: unit and label of input, else of `base` (its source or itself as it is).  Whoever puts
 * it there must be allowed to write there; the aspect must be one of the source. */
static enum rc check_place(struct command_call *call, int64_t source_id, const struct value *base,
                           const struct value *input)
{
    int64_t old_unit = value_get_int(base, "unit_id", 0), old_label = value_get_int(base, "label", LABEL_INTERNAL);
    int64_t unit_id = value_get_int(input, "unit_id", old_unit), label = value_get_int(input, "label", old_label);
    int64_t aspect_id = value_get_int(input, "aspect_id", 0);
    struct value *row;
    if (label < LABEL_PUBLIC || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_label", "label");
    if (unit_id != old_unit)
        TRY(check_exists(call, Q_UNIT_GET_ANY, unit_id, "unit.not_found", "unit_id", &row));
    if (unit_id != old_unit || label != old_label)
        TRY(command_require(call, PERM_FINDING_WRITE, unit_id, label));
    if (!aspect_id)
        return RC_OK;
    TRY(check_exists(call, Q_ASPECT_GET, aspect_id, "aspect.not_of_source", "aspect_id", &row));
    if (value_get_int(row, "source_id", 0) != source_id)
        return ctx_fail_field(call->ctx, RC_INVALID, "aspect.not_of_source", "aspect_id");
    return RC_OK;
}

enum rc finding_read_locked(struct command_call *call, int64_t id, struct value **ret_row)
{
    TRY(find_row(call, Q_FINDING_GET_ANY, id, "finding.not_found", ret_row));
    TRY(command_lock_chain(call, value_get_int(*ret_row, "source_id", 0)));
    if (db_get_engine(call->db) != DB_SQLITE)
        TRY(find_row(call, Q_FINDING_GET_ANY, id, "finding.not_found", ret_row));
    return RC_OK;
}

enum rc finding_find_for_write(struct command_call *call, int64_t id, struct value **ret_row)
{
    TRY(finding_read_locked(call, id, ret_row));
    return require_row(call, *ret_row, PERM_FINDING_WRITE);
}

static enum rc finding_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t source_id = value_get_int(call->input, "source_id", 0);
    struct value *source;
    TRY(command_lock_chain(call, source_id));
    TRY(check_exists(call, Q_SOURCE_GET_ANY, source_id, "source.not_found", "source_id", &source));
    TRY(command_require(call, PERM_FINDING_WRITE, value_get_int(source, "unit_id", 0),
                        value_get_int(source, "label", 0)));
    TRY(check_place(call, source_id, source, call->input));
    int64_t item_no = value_get_int(source, "last_item_no", 0) + 1, id;
    TRY(finding_register(call, source_id, source, item_no, call->input, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_text(arena, call->result, "no",
                   arena_format(arena, "%.*s-%03lld", STR_ARG(value_get_text(source, "no")), (long long)item_no));
    return RC_OK;
}

static bool cannot_be_empty(const char *key)
{
    struct str s = str_from_cstr(key);
    return str_equal_cstr(s, "unit_id") || str_equal_cstr(s, "label") || str_equal_cstr(s, "phase");
}

/* Body of finding.changed: the row as it stands with `input` on top; *ret_is_changed tells whether anything differs. */
static struct value *make_change(struct command_call *call, const struct value *row, const struct value *input,
                                 bool *ret_is_changed)
{
    static const char *const keys[] = {"title",    "facts",         "aspect_id",  "phase",       "nature",
                                       "severity", "status_stated", "amount_fen", "responsible", "unit_id",
                                       "label",    "due",           "due_stated"};
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    struct value *changed = value_new_list(arena), *was = value_new_map(arena);
    value_put_int(arena, body, "id", value_get_int(row, "id", 0));
    copy_text(arena, body, row, "no");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct value *old = value_get(row, keys[i]), *fresh = value_get(input, keys[i]);
        bool is_text_empty = fresh && fresh->kind == VALUE_TEXT && fresh->text.n == 0;
        bool is_old_null = value_is_null(old);
        const struct value *use = !fresh                                                     ? old
                                  : (value_is_null(fresh) || (is_text_empty && is_old_null)) ? NULL
                                                                                             : fresh;
        if (fresh && (value_is_null(fresh) || is_text_empty) && cannot_be_empty(keys[i]))
            use = old;
        if (use)
            value_put(body, str_from_cstr(keys[i]), value_copy(arena, use));
        else
            value_put_null(arena, body, keys[i]);
        if (value_equal(use, old) || (!use && value_is_null(old)))
            continue;
        value_add_text(arena, changed, str_from_cstr(keys[i]));
        if (value_is_null(old))
            value_put_null(arena, was, keys[i]);
        else
            value_put(was, str_from_cstr(keys[i]), value_copy(arena, old));
    }
    *ret_is_changed = value_count(changed) > 0;
    value_put(body, STR("changed"), changed);
    value_put(body, STR("was"), was); /* so that the event tells the whole change by itself */
    value_put_text(arena, body, "noun", STR("finding"));
    return body;
}

/* The names of units as they are called at the time, for readers of the event. */
static enum rc put_unit_names(struct command_call *call, struct value *body, int64_t old_id, int64_t new_id)
{
    struct value *unit;
    if (old_id == new_id)
        return RC_OK;
    TRY(find_row(call, Q_UNIT_GET_ANY, old_id, "unit.not_found", &unit));
    value_put_text(call->ctx->arena, body, "unit_was", value_get_text(unit, "name"));
    TRY(find_row(call, Q_UNIT_GET_ANY, new_id, "unit.not_found", &unit));
    value_put_text(call->ctx->arena, body, "unit_is", value_get_text(unit, "name"));
    return RC_OK;
}

/* The date that the work waits for goes with the finding's; how late it is does not. */
static void put_due(struct command_call *call, const struct value *row, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    value_put_int(arena, body, "keeps_late", 1);
    struct value *moves = value_put_list(arena, body, "work_dues");
    const struct value *due = value_get(body, "due");
    if (value_equal(value_get(row, "due"), due))
        return;
    struct value *move = value_add_map(arena, moves);
    if (value_is_null(due))
        value_put_null(arena, move, "work_due");
    else
        value_put(move, STR("work_due"), value_copy(arena, due));
}

/* *ret_row is set as soon as the finding may be changed by the actor. */
static enum rc change_finding(struct command_call *call, int64_t id, const struct value *input, bool *ret_is_changed,
                              struct value **ret_row)
{
    struct value *row;
    TRY(finding_find_for_write(call, id, &row));
    *ret_row = row;
    const struct value *rev = value_get(input, "rev");
    if (rev && rev->kind == VALUE_INT && rev->integer != value_get_int(row, "rev", 0))
        return ctx_fail_key(call->ctx, RC_CONFLICT, "finding.changed_meanwhile");
    TRY(check_place(call, value_get_int(row, "source_id", 0), row, input));
    struct value *body = make_change(call, row, input, ret_is_changed);
    if (!*ret_is_changed)
        return RC_OK; /* an untouched form changes nothing and leaves no event */
    if (value_get_text(body, "title").n == 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "title");
    TRY(long_term_check(call, row, value_get_text(row, "phase"), value_get_text(body, "phase")));
    TRY(finding_check_due(call, row, value_get(row, "due"), value_get(body, "due")));
    TRY(put_unit_names(call, body, value_get_int(row, "unit_id", 0), value_get_int(body, "unit_id", 0)));
    TRY(finding_move_waits(call, row, body));
    put_due(call, row, body);
    int64_t seq;
    TRY(command_append(call, EVENT_FINDING_CHANGED, value_get_int(row, "source_id", 0), id, body, &seq));
    return finding_settle_dispute(call, row, value_get_int(body, "unit_id", 0));
}

/* Finance puts right the amount alone, with a reason. */
static enum rc finding_amount(struct command_call *call)
{
    struct value *row;
    int64_t id = value_get_int(call->input, "id", 0), seq;
    bool is_changed;
    TRY(finding_read_locked(call, id, &row));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_FINDING, "amount"), row));
    struct value *only = value_new_map(call->ctx->arena);
    value_put(only, STR("amount_fen"), value_copy(call->ctx->arena, value_get(call->input, "amount_fen")));
    struct value *body = make_change(call, row, only, &is_changed);
    value_put_int(call->ctx->arena, call->result, "id", id);
    value_put_bool(call->ctx->arena, call->result, "is_changed", is_changed);
    if (!is_changed)
        return RC_OK;
    put_due(call, row, body);
    return command_append(call, EVENT_FINDING_CHANGED, value_get_int(row, "source_id", 0), id, body, &seq);
}

static enum rc finding_change(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0);
    bool is_changed;
    struct value *row;
    TRY(change_finding(call, id, call->input, &is_changed, &row));
    value_put_int(call->ctx->arena, call->result, "id", id);
    value_put_bool(call->ctx->arena, call->result, "is_changed", is_changed);
    return RC_OK;
}

/* A unit may be named instead of numbered. */
static enum rc find_unit_named(struct command_call *call, struct str name, struct str *ret_id)
{
    int64_t id;
    *ret_id = name;
    if (!name.n || str_parse_int64(name, &id))
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_UNIT_FIND_NAME);
    struct value *rows;
    db_bind_text(st, "name", name);
    TRY(db_rows(call->ctx, st, &rows));
    if (value_count(rows) != 1)
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "value");
    *ret_id = arena_format(call->ctx->arena, "%lld", (long long)value_get_int(rows->items.first, "id", 0));
    return RC_OK;
}

/* A person by id, name, pinyin or initials, of those whom the actor may see; "name unit" when there are two.  0:
 * nobody. */
static enum rc find_person_named(struct command_call *call, struct str name, int64_t *ret_id)
{
    struct str rest = name, first, unit;
    struct value *rows;
    *ret_id = 0;
    if (!name.n)
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_PERSON_NAMED);
    (void)str_split_next(&rest, ' ', &first);
    unit = str_trim(rest);
    int64_t id = 0;
    (void)str_parse_int64(first, &id);
    actor_bind_scope(st, call->actor, PERM_UNIT_READ);
    db_bind_text(st, "name", first);
    db_bind_text(st, "unit", unit);
    db_bind_int(st, "id", id);
    TRY(db_rows(call->ctx, st, &rows));
    if (value_count(rows) != 1)
        return ctx_fail_field(call->ctx, RC_INVALID, value_count(rows) ? "person.ambiguous" : "person.not_found",
                              "value");
    *ret_id = value_get_int(rows->items.first, "id", 0);
    return RC_OK;
}

/* The one field of a bulk edit as a typed map, by the same rules as the form of a single finding.  "field=value" in one
 * is what a page offers as a choice. */
static enum rc read_bulk_value(struct command_call *call, struct value **ret_input)
{
    static const struct field fields[] = {{"phase", FIELD_CHOICE, true, 0, PHASES},
                                          {"nature", FIELD_CHOICE, false, 0, NATURES},
                                          {"severity", FIELD_CHOICE, false, 0, SEVERITIES},
                                          {"unit_id", FIELD_ID, true, 0, NULL},
                                          {"due", FIELD_DATE, false, 0, NULL},
                                          {"responsible", FIELD_TEXT, false, 0, NULL},
                                          {"label", FIELD_INT, true, 0, NULL}};
    struct str given = value_get_text(call->input, "field"), value = value_get_text(call->input, "value");
    size_t at = str_find_byte(given, '=', 0);
    struct str name = str_slice(given, 0, at);
    if (at != SIZE_MAX)
        value = str_slice(given, at + 1, given.n);
    if (str_equal(name, STR("unit_id")))
        TRY(find_unit_named(call, value, &value));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!str_equal_cstr(name, fields[i].name))
            continue;
        struct value *raw = value_new_map(call->ctx->arena);
        value_put_text(call->ctx->arena, raw, fields[i].name, value);
        struct command one = {.name = "finding.bulk", .fields = &fields[i], .field_count = 1};
        return command_read_input(call->ctx, &one, raw, ret_input);
    }
    return ctx_fail_field(call->ctx, RC_INVALID, "bulk.choose_field", "field");
}

/* What a bulk edit does to each row: a field of its own, or who carries it. */
struct bulk {
    const struct value *input;
    const char *duty; /* NULL: a field */
    int64_t actor_id;
};

static enum rc read_bulk(struct command_call *call, struct bulk *ret_bulk)
{
    struct str name = value_get_text(call->input, "field"), value = value_get_text(call->input, "value");
    struct value *input = NULL;
    bool is_unit;
    *ret_bulk = (struct bulk){0};
    if (!duty_field_kind(name, &is_unit)) {
        TRY(read_bulk_value(call, &input));
        ret_bulk->input = input;
        return RC_OK;
    }
    ret_bulk->duty = arena_copy_cstr(call->ctx->arena, name);
    if (is_unit) {
        TRY(find_unit_named(call, value, &value));
        return !value.n || str_parse_int64(value, &ret_bulk->actor_id)
                   ? RC_OK
                   : ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "value");
    }
    return find_person_named(call, value, &ret_bulk->actor_id);
}

static enum rc change_one(struct command_call *call, void *arg, int64_t id, struct many_row *row)
{
    const struct bulk *bulk = arg;
    struct value *finding = NULL;
    bool is_changed = false;
    enum rc rc = bulk->duty ? duty_charge_finding(call, id, bulk->duty, bulk->actor_id, &is_changed, &finding)
                            : change_finding(call, id, bulk->input, &is_changed, &finding);
    *row = (struct many_row){.record = finding, .is_changed = is_changed};
    return rc;
}

static enum rc finding_bulk(struct command_call *call)
{
    struct bulk bulk;
    TRY(read_bulk(call, &bulk));
    return many_each(call, change_one, &bulk);
}

static enum rc view_save(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    copy_text(arena, body, call->input, "page");
    copy_text(arena, body, call->input, "name");
    copy_text(arena, body, call->input, "query");
    int64_t id;
    TRY(command_append(call, EVENT_VIEW_SAVED, CHAIN_ORGANISATION, call->actor->account_id, body, &id));
    struct db_stmt *st = db_query(call->db, Q_SAVED_VIEW_FIND); /* a view of that name keeps its id */
    db_bind_int(st, "me", call->actor->account_id);
    db_bind_map(st, body);
    TRY(db_get_int(call->ctx, st, &id));
    value_put_int(arena, call->result, "id", id);
    copy_text(arena, call->result, call->input, "query");
    return RC_OK;
}

static enum rc view_drop(struct command_call *call)
{
    struct value *body = value_new_map(call->ctx->arena);
    int64_t id = value_get_int(call->input, "id", 0), seq;
    struct db_stmt *st = db_query(call->db, Q_SAVED_VIEW_GET);
    struct value *view;
    db_bind_int(st, "id", id);
    db_bind_int(st, "me", call->actor->account_id);
    TRY(db_first_row(call->ctx, st, &view));
    if (!view)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "view.not_found");
    value_put_int(call->ctx->arena, body, "id", id);
    return command_append(call, EVENT_VIEW_DROPPED, CHAIN_ORGANISATION, call->actor->account_id, body, &seq);
}

#define FINDING_FIELDS                                                                                                 \
    {"title", FIELD_TEXT, true, 300, NULL}, {"facts", FIELD_LONG, false, 0, NULL},                                     \
        {"phase", FIELD_CHOICE, false, 0, "|" PHASES}, {"nature", FIELD_CHOICE, false, 0, NATURES},                    \
        {"severity", FIELD_CHOICE, false, 0, SEVERITIES}, {"responsible", FIELD_TEXT, false, 0, NULL},                 \
        {"amount_fen", FIELD_MONEY, false, 0, NULL}, {"due", FIELD_DATE, false, 0, NULL},                              \
        {"due_stated", FIELD_TEXT, false, 0, NULL}, {"status_stated", FIELD_TEXT, false, 0, NULL},                     \
        {"aspect_id", FIELD_ID, false, 0, NULL}, {"unit_id", FIELD_ID, false, 0, NULL},                                \
    {                                                                                                                  \
        "label", FIELD_INT, false, 0, NULL                                                                             \
    }

static const struct field finding_create_fields[] = {{"source_id", FIELD_ID, true, 0, NULL}, FINDING_FIELDS};
const struct command command_finding_create = {.name = "finding.create",
                                               .is_on_source = true,
                                               .perm = PERM_FINDING_WRITE,
                                               COMMAND_FIELDS(finding_create_fields),
                                               .run = finding_create,
                                               .path = "/findings",
                                               .redirect = "/findings/{id}"};

static const struct field finding_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"rev", FIELD_INT, false, 0, NULL},
                                                     FINDING_FIELDS,
                                                     {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_finding_change = {.name = "finding.change",
                                               .is_on_source = true,
                                               .is_patch = true,
                                               .perm = PERM_FINDING_WRITE,
                                               COMMAND_FIELDS(finding_change_fields),
                                               .run = finding_change,
                                               .path = "/findings/{id}",
                                               .redirect = "/findings/{id}"};

static const struct field finding_amount_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"amount_fen", FIELD_MONEY, true, 0, NULL},
                                                     {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_finding_amount = {.name = "finding.amount",
                                               .is_on_source = true,
                                               .perm = PERM_MONEY_CONFIRM,
                                               COMMAND_FIELDS(finding_amount_fields),
                                               .run = finding_amount,
                                               .path = "/findings/{id}/amount",
                                               .redirect = "/findings/{id}"};

static const struct field finding_bulk_fields[] = {
    {"ids", FIELD_IDS, false, 1000, NULL},
    {"field", FIELD_TEXT, true, 0, NULL}, /* phase nature severity unit_id due responsible label lead_leader_id
                                             lead_dept_id supervisor_id, or one with "=value" */
    {"value", FIELD_TEXT, false, 0, NULL},
    {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_finding_bulk = {.name = "finding.bulk",
                                             .is_on_source = true,
                                             .perm = PERM_FINDING_WRITE,
                                             COMMAND_FIELDS(finding_bulk_fields),
                                             .run = finding_bulk,
                                             .path = "/findings/bulk",
                                             .redirect = "/findings"};

static const struct field view_save_fields[] = {{"page", FIELD_CHOICE, true, 0, "findings"},
                                                {"name", FIELD_TEXT, true, 60, NULL},
                                                {"query", FIELD_TEXT, false, 2000, NULL}};
const struct command command_view_save = {.name = "view.save",
                                          .perm = PERM_SELF,
                                          COMMAND_FIELDS(view_save_fields),
                                          .run = view_save,
                                          .path = "/views",
                                          .redirect = "/findings?{query}"};

static const struct field view_drop_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_view_drop = {.name = "view.drop",
                                          .perm = PERM_SELF,
                                          COMMAND_FIELDS(view_drop_fields),
                                          .run = view_drop,
                                          .path = "/views/{id}/drop",
                                          .redirect = "/findings"};
