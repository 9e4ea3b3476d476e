/* rule.c: a rule from its draft to its issue; see rule.h.
 *
 * Invariants: nothing is issued that was not reviewed and passed; a rule that is issued keeps its text; all of it
 * stands in the organisation's chain.
 */
#include "loop/rule.h"

#include "base/clock.h"

enum {
    NAME_MAX_CHARS = 200,
    TEXT_MAX = 200000,
    CHECK_AFTER_DAYS = 180 /* issued, and not checked for six months: ledgers A13 */
};

static enum rc first_row(struct command_call *call, enum query query, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    return db_first_row(call->ctx, st, ret_row);
}

enum rc rule_begin(struct command_call *call, const char *command, struct rule_call *rule)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_RULE, command);
    rule->id = value_get_int(call->input, "id", 0);
    TRY(first_row(call, Q_RULE_GET_ANY, rule->id, &rule->row));
    if (!rule->row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "rule.not_found");
    TRY(lifecycle_begin(call, move, rule->row));
    rule->body = lifecycle_body(call, move, rule->row, NULL);
    value_put_text(call->ctx->arena, rule->body, "name", value_get_text(rule->row, "name"));
    if (value_get_text(rule->row, "doc_no").n) /* what it is found by */
        value_put_text(call->ctx->arena, rule->body, "doc_no", value_get_text(rule->row, "doc_no"));
    value_put_int(call->ctx->arena, call->result, "id", rule->id);
    return RC_OK;
}

enum rc rule_append(struct command_call *call, enum event_kind kind, const struct rule_call *rule)
{
    int64_t seq;
    return command_append(call, kind, CHAIN_ORGANISATION, rule->id, rule->body, &seq);
}

static void put_date(struct command_call *call, struct value *body, const char *key, struct str text)
{
    if (text.n)
        value_put_text(call->ctx->arena, body, key, text);
    else
        value_put_null(call->ctx->arena, body, key);
}

static void copy_text(struct command_call *call, struct value *body, const char *key)
{
    value_put_text(call->ctx->arena, body, key, value_get_text(call->input, key));
}

/* A day that something happened on: not in the future. */
static enum rc check_past(struct command_call *call, const char *field)
{
    if (str_compare(value_get_text(call->input, field), lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "rule.day_in_future", field);
    return RC_OK;
}

static void wait_to_make(struct command_call *call, struct rule_call *rule)
{
    lifecycle_wait(call, rule->body, "make_rule", STR("unit"), value_get_int(rule->row, "drafter_id", 0),
                   value_get_text(rule->row, "due"));
}

/* ---- drafting ----------------------------------------------------------------------------------------------- */

static enum rc check_unit(struct command_call *call, int64_t unit_id, const char *field)
{
    struct value *unit;
    TRY(first_row(call, Q_UNIT_GET_ANY, unit_id, &unit));
    if (!unit || !value_is_null(value_get(unit, "valid_to")))
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", field);
    return RC_OK;
}

/* The rule that is revised or abolished, by number; it must be in force. */
static enum rc put_replaced(struct command_call *call, struct value *body)
{
    struct str no = value_get_text(call->input, "replaces");
    struct value *old = NULL;
    if (!no.n) {
        value_put_null(call->ctx->arena, body, "replaces_id");
        return RC_OK;
    }
    struct db_stmt *st = db_query(call->db, Q_RULE_FIND_NO);
    db_bind_text(st, "no", no);
    TRY(db_first_row(call->ctx, st, &old));
    enum rc rc =
        old ? command_require(call, PERM_RULE_WRITE, value_get_int(old, "unit_id", 0), value_get_int(old, "label", 0))
            : RC_NOT_FOUND;
    if (rc == RC_FORBIDDEN || rc == RC_NOT_FOUND) {
        ctx_clear_issues(call->ctx);
        return ctx_fail_field(call->ctx, RC_INVALID, "rule.not_found", "replaces");
    }
    TRY(rc);
    if (!str_equal(value_get_text(old, "state"), STR("issued")))
        return ctx_fail_field(call->ctx, RC_INVALID, "rule.replaced_not_in_force", "replaces");
    value_put_int(call->ctx->arena, body, "replaces_id", value_get_int(old, "id", 0));
    if (!value_get_text(call->input, "old_text").n) /* what it said, for the table of old and new */
        value_set(body, STR("old_text"), value_new_text(call->ctx->arena, value_get_text(old, "text")));
    return RC_OK;
}

/* A finding or measure that the actor may read, as a link; row NULL: there is none. */
static enum rc add_target(struct command_call *call, struct value *links, const char *field, const char *kind,
                          const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    enum rc rc = row ? actor_check(call->ctx, call->db, call->actor, PERM_FINDING_READ,
                                   value_get_int(row, "unit_id", 0), value_get_int(row, "label", 0))
                     : RC_NOT_FOUND;
    if (rc == RC_NOT_FOUND || rc == RC_FORBIDDEN) {
        ctx_clear_issues(call->ctx);
        return ctx_fail_field(call->ctx, RC_INVALID, "finding.not_found", field);
    }
    TRY(rc);
    struct value *link = value_add_map(arena, links);
    value_put_text(arena, link, "target_kind", str_from_cstr(kind));
    value_put_int(arena, link, "target_id", value_get_int(row, "id", 0));
    return RC_OK;
}

static enum rc put_target(struct command_call *call, struct value *links, const char *field, const char *kind,
                          enum query query)
{
    int64_t id = value_get_int(call->input, field, 0);
    struct value *row;
    if (!id)
        return RC_OK;
    TRY(first_row(call, query, id, &row));
    return add_target(call, links, field, kind, row);
}

/* A finding named by its number. */
static enum rc put_named_finding(struct command_call *call, struct value *links)
{
    struct str no = value_get_text(call->input, "finding");
    struct value *row;
    if (!no.n)
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_FINDING_FIND_NO);
    db_bind_text(st, "no", no);
    TRY(db_first_row(call->ctx, st, &row));
    return add_target(call, links, "finding", "finding", row);
}

static enum rc put_targets(struct command_call *call, struct value *body)
{
    struct value *links = value_put_list(call->ctx->arena, body, "links");
    TRY(put_named_finding(call, links));
    TRY(put_target(call, links, "finding_id", "finding", Q_FINDING_GET_ANY));
    return put_target(call, links, "measure_id", "measure", Q_RULE_MEASURE_GET);
}

static enum rc make_no(struct command_call *call, struct str *ret_no)
{
    struct str year = str_slice(lifecycle_today(call), 0, 4);
    struct db_stmt *st = db_query(call->db, Q_RULE_NEXT_NO);
    int64_t n;
    db_bind_text(st, "prefix", arena_format(call->ctx->arena, "ZD-%.*s-%%", STR_ARG(year)));
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(call->ctx->arena, "ZD-%.*s-%03lld", STR_ARG(year), (long long)n);
    return RC_OK;
}

static enum rc rule_draft(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    struct str no, due = value_get_text(call->input, "due");
    int64_t unit_id = value_get_int(call->input, "unit_id", 0), id;
    int64_t drafter_id = value_get_int(call->input, "drafter_id", unit_id);
    int64_t label = value_get_int(call->input, "label", LABEL_INTERNAL);
    if (label < LABEL_PUBLIC || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_label", "label");
    TRY(check_unit(call, unit_id, "unit_id"));
    TRY(command_require(call, PERM_RULE_WRITE, unit_id, label));
    TRY(check_unit(call, drafter_id, "drafter_id"));
    TRY(make_no(call, &no));
    value_put_text(arena, body, "noun", STR("rule"));
    value_put_text(arena, body, "no", no);
    copy_text(call, body, "name");
    value_put_text(arena, body, "title", value_get_text(call->input, "name"));
    copy_text(call, body, "kind");
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "drafter_id", drafter_id);
    value_put_int(arena, body, "label", label);
    value_put_int(arena, body, "source_id", 0);
    put_date(call, body, "due", due);
    copy_text(call, body, "text");
    copy_text(call, body, "old_text");
    TRY(put_replaced(call, body));
    TRY(put_targets(call, body));
    value_put_list(arena, body, "waits");
    lifecycle_wait(call, body, "make_rule", STR("unit"), drafter_id, due);
    TRY(command_append(call, EVENT_RULE_DRAFTED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_text(arena, call->result, "no", no);
    return RC_OK;
}

/* Texts and dates until it is issued; afterwards only the date of the next review. */
static enum rc rule_change(struct command_call *call)
{
    static const char *const keys[] = {"name", "text", "old_text", "due", "review_due", NULL};
    struct rule_call rule;
    TRY(rule_begin(call, "change", &rule));
    TRY(lifecycle_check_revision(call, rule.row));
    bool is_issued = str_equal(value_get_text(rule.row, "state"), STR("issued"));
    for (size_t i = 0; keys[i]; i++) {
        const struct value *fresh = value_get(call->input, keys[i]);
        struct str was = value_get_text(rule.row, keys[i]), now = fresh ? value_get_text(call->input, keys[i]) : was;
        if (is_issued && i < 4 && !str_equal(was, now))
            return ctx_fail_field(call->ctx, RC_GUARD, "rule.issued_stays", keys[i]);
        struct value *text = value_new_text(call->ctx->arena, now);
        if (i >= 3)
            put_date(call, rule.body, keys[i], now);
        else
            value_set(rule.body, str_from_cstr(keys[i]), text);
    }
    if (!value_get_text(rule.body, "name").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "name");
    lifecycle_note_changes(call, rule.body, rule.row, keys);
    struct value *rewait = value_put_list(call->ctx->arena, rule.body, "rewait");
    if (!is_issued) { /* the date may be another */
        (void)value_add_map(call->ctx->arena, rewait);
        lifecycle_wait(call, rule.body, "make_rule", STR("unit"), value_get_int(rule.row, "drafter_id", 0),
                       value_get_text(rule.body, "due"));
    }
    return rule_append(call, EVENT_RULE_CHANGED, &rule);
}

/* ---- steps to its issue ------------------------------------------------------------------------------------- */

static enum rc rule_review(struct command_call *call)
{
    struct rule_call rule;
    TRY(rule_begin(call, "review", &rule));
    TRY(check_past(call, "reviewed_on"));
    copy_text(call, rule.body, "reviewer");
    copy_text(call, rule.body, "reviewed_on");
    copy_text(call, rule.body, "opinion");
    wait_to_make(call, &rule);
    return rule_append(call, EVENT_RULE_REVIEWED, &rule);
}

static enum rc rule_pass(struct command_call *call)
{
    struct rule_call rule;
    TRY(rule_begin(call, "pass", &rule));
    TRY(check_past(call, "met_on"));
    if (str_compare(value_get_text(call->input, "met_on"), value_get_text(rule.row, "reviewed_on")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "rule.before_review", "met_on");
    copy_text(call, rule.body, "meeting");
    copy_text(call, rule.body, "met_on");
    wait_to_make(call, &rule);
    return rule_append(call, EVENT_RULE_PASSED, &rule);
}

static struct str days_after(struct command_call *call, struct str day_text, int days)
{
    int32_t day;
    if (!date_parse(day_text, &day))
        return STR_EMPTY;
    return date_text(call->ctx->arena, day + days);
}

static enum rc rule_issue(struct command_call *call)
{
    struct rule_call rule;
    struct str issued = value_get_text(call->input, "issued_on"),
               effective = value_get_text(call->input, "effective_on");
    TRY(rule_begin(call, "issue", &rule));
    TRY(check_past(call, "issued_on"));
    if (str_compare(issued, value_get_text(rule.row, "met_on")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "rule.before_meeting", "issued_on");
    copy_text(call, rule.body, "doc_no");
    copy_text(call, rule.body, "issued_on");
    put_date(call, rule.body, "effective_on", effective.n ? effective : issued);
    put_date(call, rule.body, "review_due", value_get_text(call->input, "review_due"));
    int64_t replaces = value_get_int(rule.row, "replaces_id", 0);
    if (replaces)
        value_put_int(call->ctx->arena, rule.body, "replaces_id", replaces);
    else
        value_put_null(call->ctx->arena, rule.body, "replaces_id");
    if (!str_equal(value_get_text(rule.row, "kind"), STR("abolished")))
        lifecycle_wait(call, rule.body, "check_rule", STR("unit"), value_get_int(rule.row, "drafter_id", 0),
                       days_after(call, issued, CHECK_AFTER_DAYS));
    return rule_append(call, EVENT_RULE_ISSUED, &rule);
}

static enum rc rule_drop(struct command_call *call)
{
    struct rule_call rule;
    TRY(rule_begin(call, "drop", &rule));
    return rule_append(call, EVENT_RULE_DROPPED, &rule);
}

/* ---- links -------------------------------------------------------------------------------------------------- */

static enum rc change_links(struct command_call *call, enum event_kind kind)
{
    struct rule_call rule;
    TRY(rule_begin(call, "link", &rule));
    TRY(put_targets(call, rule.body));
    if (!value_count(value_get(rule.body, "links")))
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "finding");
    return rule_append(call, kind, &rule);
}

static enum rc rule_link(struct command_call *call) { return change_links(call, EVENT_RULE_LINKED); }
static enum rc rule_unlink(struct command_call *call) { return change_links(call, EVENT_RULE_UNLINKED); }

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field rule_draft_fields[] = {{"name", FIELD_TEXT, true, NAME_MAX_CHARS, NULL},
                                                 {"kind", FIELD_CHOICE, true, 0, "new|revised|abolished"},
                                                 {"unit_id", FIELD_ID, true, 0, NULL},
                                                 {"drafter_id", FIELD_ID, false, 0, NULL},
                                                 {"label", FIELD_INT, false, 0, NULL},
                                                 {"due", FIELD_DATE, false, 0, NULL},
                                                 {"replaces", FIELD_TEXT, false, 30, NULL},
                                                 {"text", FIELD_LONG, false, TEXT_MAX, NULL},
                                                 {"old_text", FIELD_LONG, false, TEXT_MAX, NULL},
                                                 {"finding_id", FIELD_ID, false, 0, NULL},
                                                 {"measure_id", FIELD_ID, false, 0, NULL}};
const struct command command_rule_draft = {.name = "rule.draft",
                                           .perm = PERM_RULE_WRITE,
                                           COMMAND_FIELDS(rule_draft_fields),
                                           .run = rule_draft,
                                           .path = "/rules",
                                           .redirect = "/rules/{id}"};

static const struct field rule_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"revision", FIELD_INT, false, 0, NULL},
                                                  {"name", FIELD_TEXT, false, NAME_MAX_CHARS, NULL},
                                                  {"text", FIELD_LONG, false, TEXT_MAX, NULL},
                                                  {"old_text", FIELD_LONG, false, TEXT_MAX, NULL},
                                                  {"due", FIELD_DATE, false, 0, NULL},
                                                  {"review_due", FIELD_DATE, false, 0, NULL},
                                                  {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_rule_change = {.name = "rule.change",
                                            .perm = PERM_RULE_WRITE,
                                            COMMAND_FIELDS(rule_change_fields),
                                            .is_patch = true,
                                            .run = rule_change,
                                            .path = "/rules/{id}/change",
                                            .redirect = "/rules/{id}"};

static const struct field rule_review_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"reviewer", FIELD_TEXT, true, 60, NULL},
                                                  {"reviewed_on", FIELD_DATE, true, 0, NULL},
                                                  {"opinion", FIELD_LONG, true, 4000, NULL}};
const struct command command_rule_review = {.name = "rule.review",
                                            .perm = PERM_RULE_WRITE,
                                            COMMAND_FIELDS(rule_review_fields),
                                            .run = rule_review,
                                            .path = "/rules/{id}/review",
                                            .redirect = "/rules/{id}"};

static const struct field rule_pass_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"meeting", FIELD_TEXT, true, 200, NULL}, {"met_on", FIELD_DATE, true, 0, NULL}};
const struct command command_rule_pass = {.name = "rule.pass",
                                          .perm = PERM_RULE_WRITE,
                                          COMMAND_FIELDS(rule_pass_fields),
                                          .run = rule_pass,
                                          .path = "/rules/{id}/pass",
                                          .redirect = "/rules/{id}"};

static const struct field rule_issue_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"doc_no", FIELD_TEXT, true, 80, NULL},
                                                 {"issued_on", FIELD_DATE, true, 0, NULL},
                                                 {"effective_on", FIELD_DATE, false, 0, NULL},
                                                 {"review_due", FIELD_DATE, false, 0, NULL}};
const struct command command_rule_issue = {.name = "rule.issue",
                                           .perm = PERM_RULE_WRITE,
                                           COMMAND_FIELDS(rule_issue_fields),
                                           .run = rule_issue,
                                           .path = "/rules/{id}/issue",
                                           .redirect = "/rules/{id}"};

static const struct field rule_drop_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_rule_drop = {.name = "rule.drop",
                                          .perm = PERM_RULE_WRITE,
                                          COMMAND_FIELDS(rule_drop_fields),
                                          .run = rule_drop,
                                          .path = "/rules/{id}/drop",
                                          .redirect = "/rules/{id}"};

static const struct field rule_link_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"finding", FIELD_TEXT, false, 60, NULL},
                                                {"finding_id", FIELD_ID, false, 0, NULL},
                                                {"measure_id", FIELD_ID, false, 0, NULL},
                                                {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_rule_link = {.name = "rule.link",
                                          .perm = PERM_RULE_WRITE,
                                          COMMAND_FIELDS(rule_link_fields),
                                          .run = rule_link,
                                          .path = "/rules/{id}/link",
                                          .redirect = "/rules/{id}"};
const struct command command_rule_unlink = {.name = "rule.unlink",
                                            .perm = PERM_RULE_WRITE,
                                            COMMAND_FIELDS(rule_link_fields),
                                            .run = rule_unlink,
                                            .path = "/rules/{id}/unlink",
                                            .redirect = "/rules/{id}"};
