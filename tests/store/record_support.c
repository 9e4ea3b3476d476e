/* record_support.c: see record_support.h. */
#include "record_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "text/bigram.h"
#include "text/json.h"

struct value *json(struct store *store, const char *text)
{
    struct value *tree = NULL;
    char *copy = arena_copy_cstr(store->ctx->arena, str_from_cstr(text));
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    STORE_OK(json_parse(store->ctx, str_from_cstr(copy), &tree));
    return tree;
}

enum { TEXT_BYTES = 8192 };

static void format_text(char text[TEXT_BYTES], const char *format, va_list args)
{
    int n = vsnprintf(text, TEXT_BYTES, format, args);
    assert_true(n >= 0 && n < TEXT_BYTES);
}

struct value *jsonf(struct store *store, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    return json(store, text);
}

/* An answer says each thing once: as JSON a second "id" would hide the first. */
static void expect_keys_once(const struct command *command, const struct value *result)
{
    VALUE_EACH (one, result)
        for (const struct value *other = one->next; other; other = other->next)
            if (str_equal(one->key, other->key))
                fail_msg("%s answers \"%.*s\" twice", command->name, STR_ARG(one->key));
}

enum rc run_as(struct store *store, const struct actor *actor, const struct command *command, const struct value *raw,
               struct value **ret_result)
{
    struct actor program = actor_program();
    struct value *input = NULL;
    ctx_clear_issues(store->ctx);
    TRY(command_read_input(store->ctx, command, raw, &input));
    struct write_job job = {.command = command, .ctx = store->ctx, .actor = actor ? actor : &program, .input = input};
    TRY(writer_run_once(store->db, &job));
    expect_keys_once(command, job.result);
    if (ret_result)
        *ret_result = job.result;
    return RC_OK;
}

enum rc run(struct store *store, const struct command *command, const struct value *raw, struct value **ret_result)
{
    return run_as(store, NULL, command, raw, ret_result);
}

int64_t make(struct store *store, const struct command *command, const struct value *raw)
{
    struct value *result = NULL;
    STORE_OK(run(store, command, raw, &result));
    return value_get_int(result, "id", 0);
}

const char *issue_field(struct store *store)
{
    return store->ctx->last ? arena_copy_cstr(store->ctx->arena, store->ctx->last->field) : "";
}

const char *issue_key(struct store *store)
{
    return store->ctx->last ? arena_copy_cstr(store->ctx->arena, store->ctx->last->key) : "";
}

int64_t make_unit(struct store *store, int64_t parent_id, const char *code, const char *name)
{
    return make(store, &command_unit_create,
                jsonf(store,
                      "{'parent_id': %lld, 'code': '%s', 'name': '%s', 'kind': 'company', 'valid_from': '2015-01-01'}",
                      (long long)parent_id, code, name));
}

int64_t make_root(struct store *store)
{
    struct ctx *ctx = store->ctx;
    STORE_OK(db_begin(ctx, store->db, true));
    STORE_OK(actor_sync_roles(ctx, store->db));
    STORE_OK(db_commit(ctx, store->db));
    return make(store, &command_unit_create,
                json(store, "{'code': 'ROOT', 'name': '岫川集团', 'kind': 'group', 'valid_from': '2010-01-01'}"));
}

static struct actor grant(struct store *store, int64_t account_id, const char *role, int64_t unit_id, int64_t label)
{
    struct actor actor;
    (void)make(store, &command_grant_give,
               jsonf(store, "{'id': %lld, 'role': '%s', 'unit_id': %lld, 'clearance': %lld}", (long long)account_id,
                     role, (long long)unit_id, (long long)label));
    STORE_OK(actor_load(store->ctx, store->db, account_id, &actor));
    return actor;
}

struct actor make_actor(struct store *store, const char *login, const char *role, int64_t unit_id, int64_t label)
{
    return grant(store,
                 make(store, &command_account_create, jsonf(store, "{'login': '%s', 'name': '%s'}", login, login)),
                 role, unit_id, label);
}

struct actor make_actor_of(struct store *store, const char *login, const char *role, int64_t unit_id, int64_t person_id)
{
    int64_t id =
        make(store, &command_account_create,
             jsonf(store, "{'login': '%s', 'name': '%s', 'person_id': %lld}", login, login, (long long)person_id));
    return grant(store, id, role, unit_id, LABEL_INTERNAL);
}

void give_finding(struct store *store, int64_t finding_id, int64_t unit_id, const char *due)
{
    STORE_OK(
        run(store, &command_finding_change,
            jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '%s'}", (long long)finding_id, (long long)unit_id, due),
            NULL));
}

int64_t make_source(struct store *store, int64_t unit_id, const char *no)
{
    struct value *body =
        jsonf(store,
              "{'no': '%s', 'kind': 'inspection', 'doc_kind': 'feedback', 'title': '巡视反馈意见', 'issuer': '',"
              " 'inspector': '省委巡视组', 'inspected_body': '', 'inspected_from': null, 'inspected_to': null,"
              " 'fed_back': '2026-01-05', 'signatory': '', 'signed': null, 'publicity_from': null,"
              " 'publicity_to': null, 'publicity_days': null, 'publicity_first_day': null, 'contacts': '[]',"
              " 'unit_id': %lld, 'label': 1, 'file_sha256': '', 'file_name': '',"
              " 'paragraphs': [{'n': 1, 'place': 'p1', 'role': 'title', 'text': '一', 'raw': '', 'dropped': ''},"
              " {'n': 2, 'place': 'p2', 'role': 'finding', 'text': '二', 'raw': '貳', 'dropped': ''}]}",
              no, (long long)unit_id);
    struct event_new event = {.kind = EVENT_SOURCE_REGISTERED,
                              .is_own_chain = true,
                              .at_ms = clock_now_ms(),
                              .reason = STR(""),
                              .body = body};
    int64_t id = 0;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &id));
    STORE_OK(db_commit(store->ctx, store->db));
    return id;
}

int64_t make_finding(struct store *store, int64_t source_id, const char *title)
{
    return make(store, &command_finding_create,
                jsonf(store, "{'source_id': %lld, 'title': '%s'}", (long long)source_id, title));
}

int64_t count_sql(struct store *store, const char *sql)
{
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    int64_t n = 0;
    STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &st));
    STORE_OK(db_get_int(store->ctx, st, &n));
    return n;
}

int64_t count_sqlf(struct store *store, const char *format, ...)
{
    char sql[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    format_text(sql, format, args);
    va_end(args);
    return count_sql(store, sql);
}

int64_t event_count(struct store *store) { return count_sql(store, "SELECT count(*) FROM event"); }

void tamper(struct store *store, const char *sql)
{
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &st));
    STORE_OK(db_run(store->ctx, st));
}

void tamperf(struct store *store, const char *format, ...)
{
    char sql[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    format_text(sql, format, args);
    va_end(args);
    tamper(store, sql);
}

void insert_hang(struct store *store, const struct hang_row *row)
{
    tamperf(store,
            "INSERT INTO hang (id, no, title, subject_kind, subject_id, finding_id, unit_id, label, source_id, state,"
            " hung_on, item_due, missed_due, miss_count, level, reason_class, adjusted, cycle_days, next_hearing,"
            " hearing_count, release_rule, release_note, changed_seq)"
            " VALUES (%lld, '%s', 'x', 'finding', %lld, %lld, %lld, 0, %lld, '%s', '%s', '2026-01-04', '2026-01-04',"
            " %d, 'department', '', '', 7, '2026-01-12', 0, '', '', 1)",
            (long long)row->id, row->no, (long long)row->finding_id, (long long)row->finding_id,
            (long long)row->unit_id, (long long)row->source_id, row->state, row->hung_on, row->miss_count);
}

struct check_result check(struct store *store)
{
    struct check_result result = {0};
    STORE_OK(maintain_check(store->ctx, store->db, NULL, &result));
    return result;
}

void expect_clean(struct store *store)
{
    struct check_result result = check(store);
    VALUE_EACH (problem, result.list) {
        print_error("%.*s\n", STR_ARG(problem->text));
    }
    assert_int_equal(result.problems, 0);
}

bool has_problem(const struct check_result *result, const char *words)
{
    VALUE_EACH (problem, result->list) {
        if (str_find(problem->text, str_from_cstr(words), 0) != SIZE_MAX)
            return true;
    }
    return false;
}

/* What boards read instead of all waits says the same as they do. */
static void expect_wait_sums(struct store *store, struct db *db)
{
    static const char *const sql = "SELECT count(*) AS n FROM (SELECT * FROM (SELECT what, label, (since + 28800000) / "
                                   "86400000, count(*) FROM wait WHERE what <> 'work_task' "
                                   "GROUP BY 1, 2, 3 EXCEPT SELECT what, label, day, n FROM wait_sum) UNION ALL SELECT "
                                   "* FROM (SELECT what, label, day, n FROM wait_sum "
                                   "EXCEPT SELECT what, label, (since + 28800000) / 86400000, count(*) FROM wait WHERE "
                                   "what <> 'work_task' GROUP BY 1, 2, 3))";
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    int64_t n = -1;
    STORE_OK(db_prepare_text(store->ctx, db, str_from_cstr(sql), &st));
    STORE_OK(db_get_int(store->ctx, st, &n));
    assert_int_equal(n, 0);
}

void expect_rebuild_equal(struct store *store)
{
    char url[400];
    static int number;
    struct value *differences = NULL;
    int64_t events = 0;
    struct db *to CLEANUP(db_close_ptr) = NULL;
    snprintf(url, sizeof url, "%s/rebuilt-%d.db", store->dir, ++number);
    STORE_OK(db_open(store->ctx, str_from_cstr(url), DB_CREATE, &to));
    STORE_OK(db_set_bulk(to, true));
    STORE_OK(db_migrate(store->ctx, to));
    STORE_OK(maintain_replay(store->ctx, store->db, to, INT64_MAX, &events));
    assert_int_equal(events, event_count(store));
    expect_wait_sums(store, to);
    if (db_get_engine(store->db) == DB_SQLITE)
        expect_wait_sums(store, store->db);
    /* The new one first: PostgreSQL has one column more, at the end, for its search. */
    STORE_OK(maintain_compare(store->ctx, to, store->db, &differences));
    VALUE_EACH (difference, differences) {
        print_error("%.*s\n", STR_ARG(difference->text));
    }
    assert_int_equal(value_count(differences), 0);
}

int64_t search_hits(struct store *store, const char *words)
{
    struct actor program = actor_program();
    return search_hits_of(store, &program, words);
}

int64_t search_hits_of(struct store *store, const struct actor *actor, const char *words)
{
    struct bigram_query query;
    struct value *rows = NULL;
    STORE_OK(bigram_query(store->ctx->arena, str_from_cstr(words), &query));
    struct db_stmt *st = db_query(store->db, Q_SEARCH_FIND);
    bool is_sqlite = db_get_engine(store->db) == DB_SQLITE;
    db_bind_text(st, "match",
                 is_sqlite ? bigram_fts5_query(store->ctx->arena, &query) : bigram_tsquery(store->ctx->arena, &query));
    db_bind_int(st, "before", INT64_MAX);
    db_bind_int(st, "limit", 1000);
    actor_bind_scope(st, actor, PERM_FINDING_READ);
    STORE_OK(db_rows(store->ctx, st, &rows));
    return (int64_t)value_count(rows);
}

void expect_kinds(struct store *store, const char *noun)
{
    struct str prefix = arena_format(store->ctx->arena, "%s.", noun);
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct str name = event_kind_name((enum event_kind)kind);
        if (str_has_prefix(name, prefix) &&
            count_sqlf(store, "SELECT count(*) FROM event WHERE kind = '%.*s'", STR_ARG(name)) == 0)
            fail_msg("no case for %.*s", STR_ARG(name));
    }
}
