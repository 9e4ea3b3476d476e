/* loop_tick_test.c: the frame of the daily work, with ticks of its own; each real tick is tested with its noun. */
#include "doing_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static int64_t root;
static int batches;

/* Makes units until there are five, two in a batch. */
static enum rc make_units(struct tick *tick)
{
    int64_t have;
    batches++;
    TRY(db_get_int(tick->call->ctx, db_query(tick->call->db, Q_UNIT_COUNT), &have));
    for (int i = 0; i < 2 && have < 5; i++, have++) {
        struct arena *arena = tick->call->ctx->arena;
        struct value *raw = value_new_map(arena), *input;
        struct command_call call = *tick->call;
        value_put_int(arena, raw, "parent_id", root);
        value_put_text(arena, raw, "code", arena_format(arena, "T%lld", (long long)have));
        value_put_text(arena, raw, "name", arena_format(arena, "Unit %lld", (long long)have));
        value_put_text(arena, raw, "kind", STR("company"));
        TRY(command_read_input(call.ctx, &command_unit_create, raw, &input));
        call.input = input;
        call.result = value_new_map(arena); /* each command of a batch answers for itself */
        TRY(command_run(&command_unit_create, &call));
        tick->changed++;
    }
    tick->is_more = have < 5;
    return RC_OK;
}

static enum rc fail_after_change(struct tick *tick)
{
    TRY(make_units(tick));
    return ctx_fail_key(tick->call->ctx, RC_INTERNAL, "error.internal");
}

static const struct tick_row units_row = {"units", make_units}, failing_row = {"failing", fail_after_change};
static const struct tick_row *running;
static const char *running_day;

static enum rc run_running(struct command_call *call)
{
    return tick_run_batch(call, running, str_from_cstr(running_day));
}

static const struct field batch_fields[] = {{"step", FIELD_INT, false, 0, NULL},
                                            {"after", FIELD_INT, false, 0, NULL},
                                            {"after_day", FIELD_DATE, false, 0, NULL}};
static const struct command command_batch = {
    .name = "tick.batch", .perm = PERM_SELF, COMMAND_FIELDS(batch_fields), .run = run_running};

static enum rc batch(struct store *store, const struct actor *actor, const struct tick_row *row, const char *day,
                     struct value **ret_result)
{
    running = row;
    running_day = day;
    return run_as(store, actor, &command_batch, json(store, "{}"), ret_result);
}

STORE_TEST(a_tick_is_done_in_batches_and_once_a_day)
{
    struct value *result;
    root = make_root(store);
    batches = 0;
    for (int i = 0; i < 2; i++) {
        STORE_OK(batch(store, NULL, &units_row, "2026-03-02", &result));
        assert_int_equal(value_get_int(result, "changed", -1), 2);
        assert_int_equal(value_get_bool(result, "is_done"), i == 1);
    }
    int64_t events = event_count(store);
    STORE_OK(batch(store, NULL, &units_row, "2026-03-02", &result));
    assert_true(value_get_bool(result, "is_done"));
    STORE_OK(batch(store, NULL, &units_row, "2026-03-01", &result));
    assert_true(value_get_bool(result, "is_done"));
    assert_int_equal(batches, 2);
    assert_int_equal(event_count(store), events);
    STORE_OK(batch(store, NULL, &units_row, "2026-03-03", &result));
    assert_int_equal(batches, 3);
    assert_int_equal(value_get_int(result, "changed", -1), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM tick WHERE last_day = '2026-03-03'"), 1);
    expect_kinds(store, "tick");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_batch_that_fails_leaves_nothing)
{
    root = make_root(store);
    assert_int_equal(batch(store, NULL, &failing_row, "2026-03-02", NULL), RC_INTERNAL);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM unit"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM tick"), 0);
}

STORE_TEST(only_the_program_does_it)
{
    root = make_root(store);
    struct actor office = make_actor(store, "office", "office", root, LABEL_WORK_SECRET);
    assert_int_equal(batch(store, &office, &units_row, "2026-03-02", NULL), RC_FORBIDDEN);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM unit"), 1);
    assert_int_equal(batch(store, NULL, &units_row, "2026-02-30", NULL), RC_INVALID);
}

static int looks, changes;

static enum rc look(struct tick *tick, const struct value *row)
{
    (void)tick;
    assert_true(value_get_int(row, "id", 0) > 0);
    looks++;
    return RC_OK;
}

static enum rc change(struct tick *tick, const struct value *row)
{
    tick->changed++;
    changes++;
    return look(tick, row);
}

/* Both leave their rows as they are. */
static enum rc look_twice(struct tick *tick)
{
    static const struct tick_step steps[] = {{Q_LETTER_DUE_SOON, look, 2}, {Q_LETTER_DUE_SOON, change, 0}};
    batches++;
    tick->limit = 2;
    tick->until = STR("2026-12-07");
    return tick_run_steps(tick, steps, sizeof steps / sizeof steps[0]);
}

static const struct tick_row looking_row = {"looking", look_twice};

STORE_TEST(a_step_goes_on_where_the_batch_before_stopped)
{
    struct doing doing;
    struct value *result = NULL;
    doing_make(store, &doing, "2026-11-24", "");
    for (int i = 0; i < 4; i++)
        (void)doing_make_task(store, &doing, "");
    batches = looks = changes = 0;
    running = &looking_row;
    running_day = "2026-11-25";
    for (struct value *input = json(store, "{}"); batches < 20; input = result) {
        STORE_OK(run_as(store, NULL, &command_batch, input, &result));
        if (value_get_bool(result, "is_done"))
            break;
        result = jsonf(store, "{'step': %lld, 'after': %lld, 'after_day': '%.*s'}",
                       (long long)value_get_int(result, "step", 0), (long long)value_get_int(result, "after", 0),
                       STR_ARG(value_get_text(result, "after_day")));
    }
    assert_int_equal(changes, 5);
    assert_int_equal(looks, 10); /* five tasks, each once by either step */
    assert_int_equal(batches, 5);
    doing_end();
}

static enum rc run_here(void *arg, struct write_job *job) { return writer_run_once(((struct store *)arg)->db, job); }

/* All of data/ticks.def, twice: the second time of a day changes nothing. */
STORE_TEST(the_whole_day_is_done_once)
{
    root = make_root(store);
    clock_set_ms(1772467200000); /* 2026-03-03 00:00 in China */
    assert_int_equal(run(store, &command_tick_run, json(store, "{'name': 'x', 'date': '2026-03-04'}"), NULL),
                     RC_INVALID);
    assert_int_equal(run(store, &command_tick_run, json(store, "{'name': 'x', 'date': '2026-03-03'}"), NULL),
                     RC_NOT_FOUND);
    STORE_OK(tick_run_all(STR("2026-03-03"), run_here, NULL, store));
    int64_t events = event_count(store), ticks = 0;
    for (const struct tick_row *row = tick_table; row->name; row++)
        ticks++;
    assert_int_equal(count_sql(store, "SELECT count(*) FROM tick WHERE last_day = '2026-03-03'"), ticks);
    STORE_OK(tick_run_all(STR("2026-03-03"), run_here, NULL, store));
    assert_int_equal(event_count(store), events);
    clock_set_ms(0);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_tick_is_done_in_batches_and_once_a_day),
                     STORE_CASE(a_batch_that_fails_leaves_nothing), STORE_CASE(only_the_program_does_it),
                     STORE_CASE(a_step_goes_on_where_the_batch_before_stopped), STORE_CASE(the_whole_day_is_done_once));
}
