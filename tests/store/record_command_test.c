/* record_command_test.c: typing of a command's fields, savepoints, permission. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

static enum rc run_nothing(struct command_call *call)
{
    (void)call;
    return RC_OK;
}

static const struct field all_fields[] = {
    {"text", FIELD_TEXT, true, 5, NULL},        {"long", FIELD_LONG, false, 10, NULL},
    {"secret", FIELD_SECRET, false, 0, NULL},   {"int", FIELD_INT, false, 0, NULL},
    {"id", FIELD_ID, false, 0, NULL},           {"date", FIELD_DATE, false, 0, NULL},
    {"choice", FIELD_CHOICE, false, 0, "|a|b"}, {"bool", FIELD_BOOL, false, 0, NULL},
    {"money", FIELD_MONEY, false, 0, NULL},     {"json", FIELD_JSON, false, 0, NULL},
    {"ids", FIELD_IDS, false, 3, NULL}};
static const struct command all = {.name = "all", .perm = PERM_SELF, COMMAND_FIELDS(all_fields), .run = run_nothing};
static const struct command patch = {
    .name = "patch", .is_patch = true, .perm = PERM_SELF, COMMAND_FIELDS(all_fields), .run = run_nothing};

static struct value *typed(struct store *store, const struct value *raw)
{
    struct value *input = NULL;
    ctx_clear_issues(store->ctx);
    STORE_OK(command_read_input(store->ctx, &all, raw, &input));
    return input;
}

static void refused(struct store *store, const struct value *raw, const char *field, const char *key)
{
    struct value *input = NULL;
    ctx_clear_issues(store->ctx);
    assert_int_not_equal(command_read_input(store->ctx, &all, raw, &input), RC_OK);
    assert_string_equal(issue_field(store), field);
    assert_string_equal(issue_key(store), key);
}

static struct value *with(struct store *store, const char *field, const char *text)
{
    struct value *raw = json(store, "{'text': 'x'}");
    value_set(raw, str_from_cstr(field), value_new_text(store->ctx->arena, str_from_cstr(text)));
    return raw;
}

STORE_TEST(texts_are_trimmed_and_limited)
{
    assert_true(
        str_equal_cstr(value_get_text(typed(store, with(store, "text", "  五个汉字吧 ")), "text"), "五个汉字吧"));
    refused(store, with(store, "text", "六个汉字太长"), "text", "field.too_long");
    refused(store, with(store, "text", "a\nb"), "text", "field.one_line");
    refused(store, with(store, "text", "   "), "text", "field.required");
    refused(store, json(store, "{}"), "text", "field.required");
    refused(store, json(store, "{'text': 5}"), "text", "field.not_text");
    refused(store, json(store, "{'text': {'a': 1}}"), "text", "field.not_text");
    assert_true(str_equal_cstr(value_get_text(typed(store, json(store, "{'text': ['a', 'b']}")), "text"), "b"));
    assert_true(str_equal_cstr(value_get_text(typed(store, with(store, "secret", " a ")), "secret"), " a "));
}

/* A form sends CRLF: the text that comes back is the text that went out. */
STORE_TEST(line_ends_become_line_feeds)
{
    assert_true(str_equal_cstr(value_get_text(typed(store, with(store, "long", "a\r\nb\rc")), "long"), "a\nb\nc"));
    refused(store, with(store, "long", "12345678901"), "long", "field.too_long");
}

STORE_TEST(text_must_be_clean_utf8)
{
    struct value *input = NULL;
    ctx_clear_issues(store->ctx);
    STORE_RC(command_read_input(store->ctx, &all, with(store, "text", "\xff"), &input), RC_BAD_ENCODING);
    assert_string_equal(issue_field(store), "text");
    STORE_RC(command_read_input(store->ctx, &all, with(store, "long", "a\xe2\x80\xae"), &input), RC_BAD_ENCODING);
    STORE_RC(command_read_input(store->ctx, &all, with(store, "long", "\xe4\xb8"), &input), RC_BAD_ENCODING);
}

STORE_TEST(numbers_are_read)
{
    assert_int_equal(value_get_int(typed(store, with(store, "int", " -12 ")), "int", 0), -12);
    assert_int_equal(value_get_int(typed(store, json(store, "{'text': 'x', 'int': 7}")), "int", 0), 7);
    assert_true(value_is_null(value_get(typed(store, with(store, "int", "")), "int")));
    refused(store, with(store, "int", "1.5"), "int", "field.not_a_number");
    refused(store, with(store, "int", "99999999999999999999"), "int", "field.not_a_number");
    refused(store, json(store, "{'text': 'x', 'int': true}"), "int", "field.not_a_number");
    refused(store, with(store, "id", "0"), "id", "field.not_a_number");
    refused(store, json(store, "{'text': 'x', 'id': -4}"), "id", "field.not_a_number");
}

STORE_TEST(money_is_read_exactly)
{
    static const struct {
        const char *text;
        int64_t fen;
    } good[] = {{"1,234.56", 123456},
                {"0.01", 1},
                {"5", 500},
                {"-5.5", -550},
                {"1,000,000", 100000000},
                {"12,345.6", 1234560},
                {"1234567", 123456700},
                {"0", 0}};
    static const char *const bad[] = {"1,23",  "12,34.5", ",123", "1,",    "-",
                                      ".",     "1.",      ".5",   "1.234", "1,2345",
                                      "1 000", "abc",     "1e3",  "--1",   "999999999999999999999",
                                      "1.2,3", "1.-5"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t fen = value_get_int(typed(store, with(store, "money", good[i].text)), "money", -1);
        if (fen != good[i].fen)
            fail_msg("%s gives %lld", good[i].text, (long long)fen);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refused(store, with(store, "money", bad[i]), "money", "field.not_money");
    assert_int_equal(value_get_int(typed(store, json(store, "{'text': 'x', 'money': 123}")), "money", 0), 123);
}

STORE_TEST(dates_and_choices_are_closed_sets)
{
    assert_true(str_equal_cstr(value_get_text(typed(store, with(store, "date", "2024-02-29")), "date"), "2024-02-29"));
    refused(store, with(store, "date", "2023-02-29"), "date", "field.not_a_date");
    refused(store, with(store, "date", "2023-2-1"), "date", "field.not_a_date");
    refused(store, json(store, "{'text': 'x', 'date': 20230201}"), "date", "field.not_a_date");
    assert_true(str_equal_cstr(value_get_text(typed(store, with(store, "choice", "b")), "choice"), "b"));
    assert_int_equal(value_get_text(typed(store, with(store, "choice", "")), "choice").n, 0);
    refused(store, with(store, "choice", "a|b"), "choice", "field.not_a_choice");
    refused(store, json(store, "{'text': 'x', 'choice': 1}"), "choice", "field.not_a_choice");
}

STORE_TEST(booleans_lists_and_trees)
{
    assert_true(value_get_bool(typed(store, with(store, "bool", "on")), "bool"));
    assert_false(value_get_bool(typed(store, with(store, "bool", "0")), "bool"));
    assert_false(value_get_bool(typed(store, json(store, "{'text': 'x'}")), "bool"));
    assert_int_equal(value_count(value_get(typed(store, with(store, "ids", "1, 2,3")), "ids")), 3);
    assert_int_equal(value_count(value_get(typed(store, json(store, "{'text': 'x', 'ids': [1, '2']}")), "ids")), 2);
    assert_int_equal(value_count(value_get(typed(store, with(store, "ids", "")), "ids")), 0);
    assert_int_equal(value_count(value_get(typed(store, json(store, "{'text': 'x', 'ids': ['', '2']}")), "ids")), 1);
    refused(store, with(store, "ids", "1,2,3,4"), "ids", "field.too_many");
    refused(store, with(store, "ids", "1,x"), "ids", "field.not_a_number");
    assert_int_equal(value_get_int(value_get(typed(store, with(store, "json", "{\"a\": 4}")), "json"), "a", 0), 4);
    struct value *input = NULL;
    STORE_RC(command_read_input(store->ctx, &all, with(store, "json", "{"), &input), RC_INVALID);
}

STORE_TEST(all_faults_are_named_at_once)
{
    struct value *input = NULL;
    ctx_clear_issues(store->ctx);
    STORE_RC(command_read_input(store->ctx, &all, json(store, "{'int': 'x', 'date': 'y', 'money': 'z'}"), &input),
             RC_INVALID);
    assert_int_equal(store->ctx->issue_count, 4);
}

STORE_TEST(patch_leaves_out_what_is_absent)
{
    struct value *input = NULL;
    STORE_OK(command_read_input(store->ctx, &patch, json(store, "{'int': '', 'long': 'a'}"), &input));
    assert_null(value_get(input, "text"));
    assert_null(value_get(input, "bool"));
    assert_non_null(value_get(input, "int"));
    assert_int_equal(value_count(input), 2);
}

STORE_TEST(command_without_its_permission_changes_nothing)
{
    int64_t root = make_root(store);
    struct actor reader = make_actor(store, "reader", "reader", root, 1);
    int64_t before = event_count(store);
    STORE_RC(
        run_as(store, &reader, &command_unit_create, json(store, "{'parent_id': 1, 'code': 'B', 'name': 'B'}"), NULL),
        RC_FORBIDDEN);
    assert_int_equal(event_count(store), before);
}

static enum rc append_then_fail(struct command_call *call)
{
    struct value *body = value_new_map(call->ctx->arena);
    int64_t seq;
    value_put_text(call->ctx->arena, body, "signature", STR("half"));
    value_put_text(call->ctx->arena, body, "mapping", STR("{}"));
    TRY(command_append(call, EVENT_MAPPING_LEARNED, CHAIN_ORGANISATION, 0, body, &seq));
    return ctx_fail_key(call->ctx, RC_GUARD, "error.guard");
}

/* As the writer does for each command of a group. */
STORE_TEST(savepoint_of_a_failing_command_leaves_no_trace)
{
    static const struct command bad = {.name = "bad", .perm = PERM_SELF, .run = append_then_fail};
    struct actor program = actor_program();
    struct value *nothing = json(store, "{}");
    make_root(store);
    STORE_OK(db_begin(store->ctx, store->db, true));
    for (int i = 0; i < 3; i++) {
        char raw[100];
        struct value *input = NULL;
        snprintf(raw, sizeof raw, "{'parent_id': 1, 'code': 'U%d', 'name': 'U%d'}", i, i);
        STORE_OK(command_read_input(store->ctx, &command_unit_create, json(store, raw), &input));
        struct command_call call = {.ctx = store->ctx, .db = store->db, .actor = &program, .now_ms = 5, .input = input};
        STORE_OK(db_savepoint(store->ctx, store->db));
        STORE_OK(command_run(&command_unit_create, &call));
        STORE_OK(db_savepoint_release(store->ctx, store->db));
        struct command_call failing = {
            .ctx = store->ctx, .db = store->db, .actor = &program, .now_ms = 5, .input = nothing};
        STORE_OK(db_savepoint(store->ctx, store->db));
        STORE_RC(command_run(&bad, &failing), RC_GUARD);
        db_savepoint_rollback(store->db);
    }
    STORE_OK(db_commit(store->ctx, store->db));
    assert_int_equal(event_count(store), 4);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM import_mapping"), 0);
    if (db_get_engine(store->db) == DB_SQLITE)
        expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(texts_are_trimmed_and_limited), STORE_CASE(line_ends_become_line_feeds),
                     STORE_CASE(text_must_be_clean_utf8), STORE_CASE(numbers_are_read),
                     STORE_CASE(money_is_read_exactly), STORE_CASE(dates_and_choices_are_closed_sets),
                     STORE_CASE(booleans_lists_and_trees), STORE_CASE(all_faults_are_named_at_once),
                     STORE_CASE(patch_leaves_out_what_is_absent),
                     STORE_CASE(command_without_its_permission_changes_nothing),
                     STORE_CASE(savepoint_of_a_failing_command_leaves_no_trace));
}
