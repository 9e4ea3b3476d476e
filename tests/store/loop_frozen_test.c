/* loop_frozen_test.c: whatever is closed cannot be changed by any command.
 *
 * Every command of data/commands.def, which is what page, API, command line and bulk edit run, and those that only
 * pages and imports run, is tried on everything that belongs to a closed finding, as the people who could do most and
 * as the program. Then each row of it must be what it was.
 */
#include "loop_any.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "intake/reader.h"
#include "intake/register_sheet.h"
#include "intake/register_sheet_plan.h"
#include "intake/sheet_map.h"
#include "loop/evidence.h"
#include "serve/page.h"
#include "text/digest.h"

enum { ACTORS = 3, VALUES = 3 };

/* The rows that make up a closed cycle, by the finding's id; columns that stand for other things are left out. */
static const struct part {
    const char *noun, *sql;
} parts[] = {
    {"finding", "SELECT id, no, title, facts, phase, nature, severity, responsible, amount_fen, due, due_stated, "
                "status, aspect_id, unit_id, label, cycle_id, cycle_n, measure_count "
                "FROM finding WHERE id = %lld"},
    {"", "SELECT * FROM cycle WHERE finding_id = %lld ORDER BY id"},
    {"", "SELECT * FROM certificate WHERE finding_id = %lld ORDER BY id"},
    {"measure", "SELECT * FROM measure WHERE finding_id = %lld ORDER BY id"},
    {"task", "SELECT * FROM task WHERE finding_id = %lld ORDER BY id"},
    {"node", "SELECT n.* FROM node n JOIN task t ON t.id = n.task_id WHERE t.finding_id = %lld ORDER BY n.id"},
    {"cause",
     "SELECT k.* FROM cause k JOIN finding_cause c ON c.cause_id = k.id WHERE c.finding_id = %lld ORDER BY k.id"},
    {"", "SELECT * FROM finding_cause WHERE finding_id = %lld ORDER BY cause_id"},
    {"report", "SELECT r.* FROM report r JOIN task t ON t.id = r.task_id WHERE t.finding_id = %lld ORDER BY r.id"},
    {"evidence", "SELECT id, no, title, class, label, expires, version_n, verdict, made_on, sha256 FROM evidence WHERE "
                 "finding_id = %lld ORDER BY id"},
    {"", "SELECT v.* FROM evidence_version v JOIN evidence e ON e.id = v.evidence_id WHERE e.finding_id = %lld ORDER "
         "BY v.evidence_id, v.n"},
    {"extension",
     "SELECT x.* FROM extension x JOIN task t ON t.id = x.task_id WHERE t.finding_id = %lld ORDER BY x.id"},
    {"", "SELECT d.* FROM duty d WHERE d.subject_kind = 'finding' AND d.subject_id = %lld ORDER BY d.id"},
    {"", "SELECT e.* FROM expected_evidence e JOIN measure m ON m.id = e.measure_id WHERE m.finding_id = %lld ORDER BY "
         "e.id"},
    {"review", "SELECT * FROM review WHERE subject_kind = 'finding' AND subject_id = %lld ORDER BY id"},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

static char before[PARTS][DIGEST_TEXT_BYTES];
static struct value *ids[PARTS];
static int64_t tried, passed;

static struct value *rows_of(struct store *store, size_t part)
{
    char sql[700];
    struct value *rows;
    struct db_stmt *st;
    snprintf(sql, sizeof sql, parts[part].sql, (long long)world.finding); /* NOLINT */
    STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &st));
    STORE_OK(db_rows(store->ctx, st, &rows));
    db_stmt_free(st);
    return rows;
}

static void take_digest(const struct value *rows, char hex[DIGEST_TEXT_BYTES])
{
    struct buf text;
    uint8_t digest[DIGEST_BYTES];
    buf_init(&text, 4 << 20);
    value_write_json(&text, rows, false);
    digest_sha256(buf_str(&text), digest);
    digest_format(digest, hex);
    buf_done(&text);
}

/* In a fresh arena: there are thousands of them. */
static void expect_same(struct store *store, const char *after)
{
    for (size_t i = 0; i < PARTS; i++) {
        struct arena *arena CLEANUP(arena_free_ptr) = arena_new(8 << 20);
        struct ctx ctx = {.arena = arena};
        struct store inner = *store;
        char now[DIGEST_TEXT_BYTES];
        inner.ctx = &ctx;
        take_digest(rows_of(&inner, i), now);
        if (strcmp(now, before[i]) != 0)
            fail_msg("after %s: %s", after, parts[i].sql);
    }
}

static enum rc attempt(struct store *store, const struct actor *actor, const struct command *command,
                       const struct value *given)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(16 << 20);
    struct ctx ctx = {.arena = arena};
    struct store inner = *store;
    inner.ctx = &ctx;
    enum rc rc = run_as(&inner, actor, command, any_input(&inner, command, given), NULL);
    if (rc == RC_INTERNAL || rc == RC_DB)
        fail_msg("%s gives %s (%.*s)", command->name, rc_name(rc), STR_ARG(ctx.first ? ctx.first->key : STR_EMPTY));
    tried++;
    passed += rc == RC_OK;
    return rc;
}

/* What a field of an id can mean here: something of the closed finding. */
static void give_ids(struct store *store, const struct command *command, struct value *given)
{
    const char *dot = strchr(command->name, '.');
    for (int i = 0; i < command->field_count; i++) {
        const struct field *field = &command->fields[i];
        const char *table = strcmp(field->name, "id") == 0
                                ? any_table_of_noun((struct str){command->name, (size_t)(dot - command->name)})
                                : any_table_of_field(field->name);
        for (size_t k = 0; table && k < PARTS; k++) {
            const char *own = *parts[k].noun ? any_table_of_noun(str_from_cstr(parts[k].noun)) : NULL;
            if (!own || strcmp(own, table) != 0 || !value_count(ids[k]))
                continue;
            uint32_t at = any_random((uint32_t)value_count(ids[k]));
            const struct value *row = ids[k]->items.first;
            while (at--)
                row = row->next;
            if (field->kind == FIELD_ID)
                value_put_int(store->ctx->arena, given, field->name, value_get_int(row, "id", 0));
            else if (field->kind == FIELD_IDS)
                value_add_int(store->ctx->arena, value_put_list(store->ctx->arena, given, field->name),
                              value_get_int(row, "id", 0));
        }
    }
}

static void try_command(struct store *store, const struct actor *const actors[ACTORS], const struct command *command)
{
    for (int a = 0; a < ACTORS; a++) {
        for (int i = 0; i < VALUES; i++) {
            struct value *given = value_new_map(store->ctx->arena);
            give_ids(store, command, given);
            (void)attempt(store, actors[a], command, given);
        }
    }
    expect_same(store, command->name);
}

/* Evidence, a report and more time asked for belong to it before it is closed. */
static void close_it(struct store *store)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    (void)make(store, &command_measure_expect,
               jsonf(store, "{'id': %lld, 'class': 'photo', 'text': '照片'}", (long long)world.measure));
    closing_prove(store, "measure", world.measure, "photo");
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    closing_sign_all(store, review);
    assert_int_equal(closing_state_is(store, world.finding, "closed"), 1);
    (void)make_finding(store, world.source, "另一个问题"); /* for what needs a second one */
    for (size_t i = 0; i < PARTS; i++) {
        ids[i] = rows_of(store, i);
        take_digest(ids[i], before[i]);
    }
}

STORE_TEST(no_command_changes_what_is_closed)
{
    struct actor program = actor_program();
    const struct actor *const actors[ACTORS] = {&program, &world.office, &world.chief};
    any_seed(20261128);
    close_it(store);
    tried = passed = 0;
    for (int i = 0; i < command_count; i++)
        if (!any_is_elsewhere(command_table[i]) && strcmp(command_table[i]->name, "finding.propose_reopen") != 0)
            try_command(store, actors, command_table[i]);
    try_command(store, actors, &command_evidence_add); /* files come by a page of their own */
    try_command(store, actors, &command_evidence_revise);
    print_message("# %lld tried, %lld passed beside it\n", (long long)tried, (long long)passed);
    assert_true(tried > 1000);
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* Bulk edit says so for each row. */
STORE_TEST(bulk_edit_is_refused_row_by_row)
{
    static const char *const fields[] = {"label",    "phase",  "due",       "unit_id",
                                         "severity", "nature", "aspect_id", "responsible"};
    close_it(store);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct value *result = NULL;
        const char *value = strcmp(fields[i], "due") == 0     ? "2030-01-01"
                            : strcmp(fields[i], "phase") == 0 ? "long_term"
                                                              : "2";
        enum rc rc = run(
            store, &command_finding_bulk,
            jsonf(store, "{'ids': [%lld], 'field': '%s', 'value': '%s'}", (long long)world.finding, fields[i], value),
            &result);
        expect_same(store, fields[i]);
        VALUE_EACH (row, rc == RC_OK ? value_get(result, "rows") : NULL)
            assert_true(!value_get_bool(row, "ok") || !value_get_bool(row, "is_changed"));
    }
}

static enum rc import(struct store *store, const char *text)
{
    struct document *document = ARENA_NEW(store->ctx->arena, struct document);
    struct sheet_grid grid;
    struct value *mapping, *fields = value_new_list(store->ctx->arena), *sheet;
    STORE_OK(reader_read(store->ctx, str_from_cstr(text), STR("l.csv"), document));
    STORE_OK(sheet_from_document(store->ctx, document, STR_EMPTY, &grid));
    STORE_OK(register_sheet_guess(store->ctx, &grid, NULL, &mapping));
    VALUE_EACH (column, value_get(mapping, "columns"))
        value_add_text(store->ctx->arena, fields, value_get_text(column, "field"));
    STORE_OK(register_sheet_read(store->ctx, &grid, fields, &sheet));
    struct value *input =
        jsonf(store, "{'policy': 'update', 'signature': 'abc', 'source_id': %lld}", (long long)world.source);
    value_put(input, STR("sheet"), sheet);
    value_put(input, STR("columns"), fields);
    return run(store, &command_register_import, input, NULL);
}

/* A ledger with another unit and date: it changes an open finding and is refused for a closed one. */
STORE_TEST(an_import_is_refused)
{
    close_it(store);
    tamper(store, "UPDATE finding SET item_no = id, mark = '' WHERE item_no IS NULL OR item_no = 0");
    for (size_t i = 0; i < PARTS; i++)
        take_digest(rows_of(store, i), before[i]);
    char line[300];
    static const char head[] = "序号,反馈问题,整改措施,整改类型,责任单位,完成时限\n";
    long long open_no = count_sql(store, "SELECT max(item_no) FROM finding"),
              closed_no = count_sql(store, "SELECT min(item_no) FROM finding");
    snprintf(line, sizeof line, "%s%lld,另一个问题,,集中整改,西部公司,2031-01-31\n", head, open_no);
    STORE_OK(import(store, line));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE due = '2031-01-31'"), 1);
    snprintf(line, sizeof line, "%s%lld,担保管理不规范,,集中整改,西部公司,2031-01-31\n", head, closed_no);
    STORE_RC(import(store, line), RC_GUARD);
    assert_string_equal(issue_key(store), "record.frozen");
    expect_same(store, "register.import");
}

int main(void)
{
    return STORE_RUN(STORE_CASE(no_command_changes_what_is_closed), STORE_CASE(bulk_edit_is_refused_row_by_row),
                     STORE_CASE(an_import_is_refused));
}
