/* board_test.c: each figure of a board, and the list behind it, agree; for whom sees all, a part, or up to a label. */
#include "app_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { UNITS = 9, SOURCES = 3, FINDINGS = 160, LEADERS = 3, PATH_BYTES = 400 };

static struct {
    int64_t root, units[UNITS], sources[SOURCES], findings[FINDINGS], leaders[LEADERS];
    uint64_t random;
    int compared, differing, sums;
    struct actor office;
    struct app_session sessions[4];
} world;

static int64_t draw(int64_t n)
{
    world.random = world.random * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int64_t)(world.random >> 33) % n;
}

static struct str day_text(struct store *store, int32_t day)
{
    char text[DATE_TEXT_BYTES];
    return arena_copy_str(store->ctx->arena, date_format(day, text));
}

static void make_units(struct store *store)
{
    world.root = make_root(store);
    for (int i = 0; i < UNITS; i++) {
        char code[20];
        snprintf(code, sizeof code, "U%d", i);
        world.units[i] = make_unit(store, i < 3 ? world.root : world.units[i / 3 - 1], code, code);
    }
}

/* States and leaders that other commands will set are put there directly: a board reads tables, however they came to
 * be. */
static void make_finding_row(struct store *store, int i)
{
    static const char *const states[] = {"registered", "doing", "closed",    "closed",
                                         "kept",       "ended", "submitted", "withdrawn"};
    int64_t source = world.sources[draw(SOURCES)], id = make_finding(store, source, "问题");
    int32_t today = clock_today(), due = today + (int32_t)draw(300) - 150;
    const char *state = states[draw(8)];
    bool is_done = strcmp(state, "closed") == 0 || strcmp(state, "ended") == 0;
    world.findings[i] = id;
    struct str due_text = draw(5) ? arena_format(store->ctx->arena, "'%s'", day_text(store, due).p) : STR("NULL");
    struct str done = is_done ? arena_format(store->ctx->arena, "'%s'", day_text(store, due + (int32_t)draw(20) - 10).p)
                              : STR("NULL");
    tamperf(store,
            "UPDATE finding SET unit_id = %lld, label = %d, status = '%s', due = %s, due_key = coalesce(%s, "
            "'9999-12-31'), closed_on = %s, amount_fen = %d, recovered_fen = %d, rules_made = %d, aspect_id "
            "= (SELECT min(id) FROM aspect WHERE "
            "source_id = %lld AND no = %d) WHERE id = %lld",
            (long long)(draw(10) ? world.units[draw(UNITS)] : world.root), (int)draw(3), state, due_text.p, due_text.p,
            done.p, (int)draw(100000), (int)draw(3) * 1234567, (int)draw(2), (long long)source, (int)draw(3),
            (long long)id);
    tamperf(store, "UPDATE cycle SET is_on_time = %d WHERE finding_id = %lld", (int)draw(2), (long long)id);
    if (draw(6) == 0)
        insert_hang(store, &(struct hang_row){.id = id * 16 + 8,
                                              .no = arena_format(store->ctx->arena, "G%lld", (long long)id).p,
                                              .finding_id = id,
                                              .unit_id = world.root,
                                              .source_id = source,
                                              .state = draw(3) ? "open" : "released",
                                              .hung_on = "2026-01-05",
                                              .miss_count = 1});
    if (draw(3))
        tamperf(store,
                "INSERT INTO duty (id, subject_kind, subject_id, role, actor_kind, actor_id, since, until) "
                "VALUES (%lld, 'finding', %lld, 'lead_leader', 'person', %lld, '2026-01-01', NULL)",
                (long long)id * 16 + 9, (long long)id, (long long)world.leaders[draw(LEADERS)]);
    if (i > 0 && draw(8) == 0)
        tamperf(store, "UPDATE finding SET main_id = %lld WHERE id = %lld", (long long)world.findings[i - 1],
                (long long)id);
}

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.random = 20261128;
    make_units(store);
    for (int i = 0; i < LEADERS; i++)
        world.leaders[i] = make(store, &command_person_create,
                                jsonf(store, "{'unit_id': %lld, 'name': '领办%d'}", (long long)world.root, i));
    for (int i = 0; i < SOURCES; i++) {
        char no[30];
        snprintf(no, sizeof no, "LY-2026-00%d", i + 1);
        world.sources[i] = make_source(store, world.root, no);
        for (int a = 0; a < 2; a++)
            tamperf(store, "INSERT INTO aspect (id, source_id, no, title) VALUES (%d, %lld, %d, 'A%d')",
                    900000 + i * 10 + a, (long long)world.sources[i], a, a);
    }
    for (int i = 0; i < FINDINGS; i++)
        make_finding_row(store, i);
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    struct actor part = make_actor(store, "part", "unit_approver", world.units[0], LABEL_INTERNAL);
    struct actor open = make_actor(store, "open", "reader", world.root, LABEL_PUBLIC);
    struct actor deep = make_actor(store, "deep", "reader", world.units[8], LABEL_WORK_SECRET);
    world.sessions[0] = app_sign_in(store, world.office.account_id);
    world.sessions[1] = app_sign_in(store, part.account_id);
    world.sessions[2] = app_sign_in(store, open.account_id);
    world.sessions[3] = app_sign_in(store, deep.account_id);
}

/* ---- following every link ------------------------------------------------------------------------------------- */

static int64_t walk_list(struct store *store, const struct app_session *session, struct str href)
{
    int64_t rows = 0, total = -1;
    while (href.n) {
        struct value *list = app_view(store, session, href.p);
        const struct value *found = value_get(list, "findings");
        rows += (int64_t)value_count(found ? found : value_get(list, "longest"));
        total = value_get_int(list, "total", rows);
        href = arena_copy_str(store->ctx->arena, value_get_text(list, "next_href"));
    }
    if (total != rows)
        print_error("a list of %lld says %lld\n", (long long)rows, (long long)total);
    assert_int_equal(total, rows);
    return rows;
}

static void compare(struct store *store, const struct app_session *session, int64_t figure, struct str href)
{
    int64_t rows = walk_list(store, session, href);
    world.compared++;
    if (rows == figure)
        return;
    print_error("%.*s: the figure is %lld, the list has %lld\n", STR_ARG(href), (long long)figure, (long long)rows);
    world.differing++;
}

/* A figure that is a sum over the rows of its list. */
static void compare_sum(struct store *store, const struct app_session *session, int64_t sum, struct str key,
                        struct str href)
{
    struct value *list = app_view(store, session, href.p);
    int64_t of_list = value_get_int(list, arena_copy_str(store->ctx->arena, key).p, -1), of_rows = 0;
    while (list) {
        VALUE_EACH (row, value_get(list, "findings"))
            of_rows += value_get_int(row, arena_copy_str(store->ctx->arena, key).p, 0);
        struct str next = value_get_text(list, "next_href");
        list = next.n ? app_view(store, session, arena_copy_str(store->ctx->arena, next).p) : NULL;
    }
    world.compared++;
    world.sums += sum > 0;
    if (of_list != sum || of_rows != sum) {
        print_error("%.*s: %.*s is %lld, of the list %lld, of its rows %lld\n", STR_ARG(href), STR_ARG(key),
                    (long long)sum, (long long)of_list, (long long)of_rows);
        world.differing++;
    }
}

/* Every map of the view that has a figure and the address of its list. */
static void follow(struct store *store, const struct app_session *session, const struct value *v)
{
    static const char *const pairs[][2] = {{"n", "href"},
                                           {"open", "href"},
                                           {"value", "href"},
                                           {"due", "due_href"},
                                           {"closed", "closed_href"},
                                           {"waits", "href"},
                                           {"over_week", "week_href"},
                                           {"over_month", "month_href"}};
    for (size_t i = 0; v->kind == VALUE_MAP && i < sizeof pairs / sizeof *pairs; i++) {
        const struct value *figure = value_get(v, pairs[i][0]);
        struct str href = value_get_text(v, pairs[i][1]);
        int64_t n;
        if (!str_has_prefix(href, STR("/board/")) || !figure)
            continue;
        struct str sum_of = value_get_text(v, "sum_of");
        if (sum_of.n) {
            compare_sum(store, session, value_get_int(v, "sum", -1), sum_of, href);
            continue;
        }
        if (figure->kind == VALUE_INT)
            compare(store, session, figure->integer, href);
        else if (figure->kind == VALUE_TEXT && str_parse_int64(figure->text, &n))
            compare(store, session, n, href);
    }
    VALUE_EACH (child, v)
        follow(store, session, child);
}

static void follow_board(struct store *store, const struct app_session *session, const char *path)
{
    struct value *view = app_view(store, session, path);
    follow(store, session, view);
}

STORE_TEST(every_figure_agrees_with_the_list_behind_it)
{
    clock_set_ms(1795600000000);
    make_world(store);
    app_start(store);
    char path[PATH_BYTES];
    for (int who = 0; who < 4; who++) {
        follow_board(store, &world.sessions[who], "/board");
        snprintf(path, sizeof path, "/board?source=%lld", (long long)world.sources[who % SOURCES]);
        follow_board(store, &world.sessions[who], path);
    }
    snprintf(path, sizeof path, "/board?source=%lld&under=%lld", (long long)world.sources[1],
             (long long)world.units[1]);
    follow_board(store, &world.sessions[0], path);
    print_message("# %d figures compared with their lists\n", world.compared);
    app_end();
    clock_set_ms(0);
    assert_true(world.compared > 300);
    assert_true(world.sums > 6);
    assert_int_equal(world.differing, 0);
}

static int64_t figure_of(struct store *store, const struct app_session *session, const char *name)
{
    struct value *view = app_view(store, session, "/board");
    int64_t n = -1;
    VALUE_EACH (figure, value_get(view, "figures"))
        if (str_equal_cstr(value_get_text(figure, "name"), name))
            (void)str_parse_int64(value_get_text(figure, "value"), &n);
    return n;
}

STORE_TEST(a_board_follows_every_change)
{
    clock_set_ms(1795600000000);
    make_world(store);
    app_start(store);
    int64_t total = figure_of(store, &world.sessions[0], "total"), part = figure_of(store, &world.sessions[1], "total");
    int64_t id = make_finding(store, world.sources[0], "新问题");
    assert_int_equal(figure_of(store, &world.sessions[0], "total"), total + 1);
    assert_int_equal(figure_of(store, &world.sessions[1], "total"), part);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '2020-01-01', 'label': 1}", (long long)id,
                       (long long)world.units[0]),
                 NULL));
    assert_int_equal(figure_of(store, &world.sessions[1], "total"), part + 1);
    int64_t late = figure_of(store, &world.sessions[1], "overdue");
    STORE_OK(run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)id), NULL));
    assert_int_equal(figure_of(store, &world.sessions[1], "total"), part);
    assert_int_equal(figure_of(store, &world.sessions[1], "overdue"), late - 1);
    /* The tree moves under it: the unit leaves what the part's reader sees, and its findings with it. */
    int64_t before = figure_of(store, &world.sessions[0], "total");
    STORE_OK(run(store, &command_unit_move,
                 jsonf(store, "{'id': %lld, 'parent_id': %lld, 'reason': '调整'}", (long long)world.units[3],
                       (long long)world.units[2]),
                 NULL));
    assert_int_equal(figure_of(store, &world.sessions[0], "total"), before);
    follow_board(store, &world.sessions[1], "/board");
    app_end();
    clock_set_ms(0);
    assert_int_equal(world.differing, 0);
}

STORE_TEST(what_is_out_of_sight_is_no_board)
{
    struct str body;
    char path[PATH_BYTES];
    make_world(store);
    app_start(store);
    snprintf(path, sizeof path, "/board?under=%lld", (long long)world.units[2]);
    assert_int_equal(app_get(&world.sessions[1], path, "application/json", &body), 404);
    assert_int_equal(app_get(&world.sessions[0], "/board?under=x", "application/json", &body), 422);
    assert_int_equal(app_get(&world.sessions[0], "/board/findings?figure=x", "application/json", &body), 422);
    assert_int_equal(app_get(&world.sessions[0], "/board/findings?leader=x:1", "application/json", &body), 422);
    assert_int_equal(app_get(&world.sessions[0], "/board/findings?month=2026-13&by=due", "application/json", &body),
                     422);
    assert_int_equal(app_get(&world.sessions[0], "/board/waits?what=%22x", "application/json", &body), 422);
    assert_int_equal(app_get(&world.sessions[0], "/board/wall", "text/html", &body), 200);
    assert_true(str_find(body, STR("hx-trigger=\"every 60s\""), 0) != SIZE_MAX);
    app_end();
}

/* Sum of the totals of the groups of a board. */
static int64_t sum_of(struct store *store, const struct app_session *session, const char *path, const char *groups)
{
    int64_t sum = 0;
    VALUE_EACH (group, value_get(app_view(store, session, path), groups)) {
        sum += value_get_int(value_get(group, "total"), "n", -1000);
    }
    return sum;
}

static int64_t total_at(struct store *store, const struct app_session *session, const char *format, int64_t id)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, format, (long long)id);
    VALUE_EACH (figure, value_get(app_view(store, session, path), "figures")) {
        int64_t n = -1;
        if (str_equal_cstr(value_get_text(figure, "name"), "total") &&
            str_parse_int64(value_get_text(figure, "value"), &n))
            return n;
    }
    return -1;
}

static void change_link(struct store *store, const struct command *command, int64_t id, int64_t other)
{
    STORE_OK(run(store, command, jsonf(store, "{'id': %lld, 'other': '%lld'}", (long long)id, (long long)other), NULL));
}

STORE_TEST(a_matter_of_several_sources_is_counted_once_in_totals_and_once_under_each_source)
{
    int64_t f[4];
    memset(&world, 0, sizeof world);
    make_units(store);
    for (int i = 0; i < 4; i++) {
        char no[30];
        snprintf(no, sizeof no, "LY-2026-00%d", i + 1);
        if (i < SOURCES)
            world.sources[i] = make_source(store, world.root, no);
        f[i] = make_finding(store, world.sources[i % SOURCES], "同一事项");
        STORE_OK(run(store, &command_finding_change,
                     jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)f[i], (long long)world.units[i % 3]),
                     NULL));
    }
    struct actor office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    struct actor part = make_actor(store, "part", "unit_approver", world.units[1], LABEL_INTERNAL);
    struct app_session all = app_sign_in(store, office.account_id), one = app_sign_in(store, part.account_id);
    app_start(store);
    assert_int_equal(total_at(store, &all, "/board", 0), 4);
    change_link(store, &command_finding_link, f[1], f[0]);
    change_link(store, &command_finding_link, f[2], f[1]);
    assert_int_equal(total_at(store, &all, "/board", 0), 2);
    assert_int_equal(sum_of(store, &all, "/board", "units"), 2); /* the parts add up to the whole */
    assert_int_equal(sum_of(store, &all, "/board", "leaders"), 2);
    assert_int_equal(sum_of(store, &all, "/board", "columns"), 4); /* each source has its own */
    assert_int_equal(total_at(store, &all, "/board?source=%lld", world.sources[0]), 2);
    assert_int_equal(total_at(store, &all, "/board?source=%lld", world.sources[1]), 1);
    assert_int_equal(total_at(store, &all, "/board?source=%lld", world.sources[2]), 1);
    assert_int_equal(value_count(value_get(app_view(store, &all, "/findings?matter=once"), "findings")), 2);
    assert_int_equal(value_count(value_get(app_view(store, &all, "/findings"), "findings")), 4);
    /* Who does not see the main finding counts the one in sight. */
    assert_int_equal(total_at(store, &one, "/board", 0), 1);
    assert_int_equal(value_count(value_get(app_view(store, &one, "/findings?matter=once"), "findings")), 1);
    follow_board(store, &all, "/board");
    follow_board(store, &one, "/board");
    change_link(store, &command_finding_unlink, f[2], f[1]);
    assert_int_equal(total_at(store, &all, "/board", 0), 3);
    STORE_OK(
        run(store, &command_finding_withdraw, jsonf(store, "{'id': %lld, 'reason': '误登'}", (long long)f[0]), NULL));
    assert_int_equal(total_at(store, &all, "/board", 0), 3); /* its part is counted in its place */
    assert_int_equal(sum_of(store, &all, "/board", "units"), 3);
    app_end();
    assert_int_equal(world.differing, 0);
}

static int64_t figure_at(struct store *store, const struct app_session *session, const char *path, const char *key,
                         const char *name, struct str *ret_href)
{
    *ret_href = STR_EMPTY;
    VALUE_EACH (figure, value_get(app_view(store, session, path), "figures")) {
        int64_t n = -1;
        if (!str_equal_cstr(value_get_text(figure, key), name))
            continue;
        *ret_href = arena_copy_str(store->ctx->arena, value_get_text(figure, "href"));
        const struct value *value = value_get(figure, "value");
        return value->kind == VALUE_INT ? value->integer : str_parse_int64(value->text, &n) ? n : -1;
    }
    return -1;
}

/* A figure of a board or the home page, and the list that it opens. */
static void expect_figure(struct store *store, const struct app_session *session, const char *path, const char *key,
                          const char *name, int64_t n)
{
    struct str href;
    assert_int_equal(figure_at(store, session, path, key, name, &href), n);
    assert_int_equal(value_count(value_get(app_view(store, session, href.p), "findings")), n);
}

static void expect_matter(struct store *store, const struct app_session *session, int64_t overdue, int64_t hung,
                          int64_t closed)
{
    expect_figure(store, session, "/board", "name", "overdue", overdue);
    expect_figure(store, session, "/board", "name", "hung", hung);
    expect_figure(store, session, "/board", "name", "closed", closed);
    expect_figure(store, session, "/", "label", "逾期", overdue);
    expect_figure(store, session, "/", "label", "问题总数", 1);
    expect_figure(store, session, "/board", "name", "total", 1);
}

STORE_TEST(a_matter_is_late_and_hung_when_any_finding_of_it_is)
{
    int64_t f[2];
    clock_set_ms(1795600000000);
    memset(&world, 0, sizeof world);
    make_units(store);
    for (int i = 0; i < 2; i++) {
        world.sources[i] = make_source(store, world.root, i ? "LY-2026-002" : "LY-2026-001");
        f[i] = make_finding(store, world.sources[i], "同一事项");
        STORE_OK(run(store, &command_finding_change,
                     jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '%s'}", (long long)f[i],
                           (long long)world.units[i], i ? "2020-01-01" : "2027-06-30"),
                     NULL));
    }
    change_link(store, &command_finding_link, f[1], f[0]);
    struct actor office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    struct actor part = make_actor(store, "part", "unit_approver", world.units[0], LABEL_INTERNAL);
    struct app_session all = app_sign_in(store, office.account_id), one = app_sign_in(store, part.account_id);
    app_start(store);
    expect_matter(store, &all, 1, 0, 0);
    expect_matter(store, &one, 0, 0, 0); /* what is out of sight does not count */
    insert_hang(store, &(struct hang_row){.id = 99,
                                          .no = "G",
                                          .finding_id = f[1],
                                          .unit_id = world.units[1],
                                          .source_id = world.sources[1],
                                          .state = "open",
                                          .hung_on = "2026-01-05",
                                          .miss_count = 1});
    tamperf(store, "UPDATE finding SET status = 'closed', closed_on = '2026-01-05' WHERE id = %lld", (long long)f[0]);
    for (int i = 0; i < 2; i++) { /* the board looks at both sources again */
        int64_t other = make_finding(store, world.sources[i], "误登");
        STORE_OK(run(store, &command_finding_withdraw, jsonf(store, "{'id': %lld, 'reason': '误登'}", (long long)other),
                     NULL));
    }
    const struct value *hung = value_get(app_view(store, &all, "/findings?hung=open"), "findings");
    assert_int_equal(value_count(hung), 1);
    assert_int_equal(value_get_int(hung->items.first, "id", 0), f[1]);
    assert_true(value_get_bool(hung->items.first, "is_hung"));
    hung = value_get(app_view(store, &all, "/findings?hung=open&matter=once"), "findings");
    assert_int_equal(value_get_int(hung->items.first, "id", 0), f[0]);
    expect_matter(store, &all, 1, 1, 0); /* the main one is closed, the other is not */
    follow_board(store, &all, "/board");
    app_end();
    clock_set_ms(0);
    assert_int_equal(world.differing, 0);
}

static int64_t sum_at(struct store *store, const struct app_session *session, int64_t source)
{
    struct str path = arena_format(store->ctx->arena, source ? "/board?source=%lld" : "/board", (long long)source);
    int64_t sum = -1;
    VALUE_EACH (figure, value_get(app_view(store, session, path.p), "figures")) {
        if (str_equal_cstr(value_get_text(figure, "name"), "recovered"))
            sum = value_get_int(figure, "sum", -1);
    }
    return sum;
}

/* A column of the first row of a query over a source, as the writer of a paper or bulletin has it. */
static int64_t of_source(struct store *store, enum query query, int64_t source, const char *column)
{
    struct value *row;
    struct db_stmt *st = db_query(store->db, query);
    actor_bind_scope(st, &world.office, PERM_FINDING_READ);
    db_bind_int(st, "id", source);
    db_bind_int(st, "label_max", LABEL_WORK_SECRET);
    db_bind_text(st, "today", day_text(store, clock_today()));
    STORE_OK(db_first_row(store->ctx, st, &row));
    return value_get_int(row, column, -1);
}

/* Board, papers and bulletins of a source. */
static void expect_source(struct store *store, const struct app_session *session, int64_t source, int64_t findings,
                          int64_t fen)
{
    assert_int_equal(total_at(store, session, "/board?source=%lld", source), findings);
    assert_int_equal(of_source(store, Q_PAPER_FIGURES_FINDINGS, source, "findings"), findings);
    assert_int_equal(of_source(store, Q_BULLETIN_FIGURES, source, "findings"), findings);
    assert_int_equal(sum_at(store, session, source), fen);
    assert_int_equal(of_source(store, Q_PAPER_FIGURES_REPORTS, source, "recovered_fen"), fen);
}

/* What was reported under any finding of a matter is of the matter: each of its sources has all of it. */
STORE_TEST(money_of_a_matter_counts_once_in_totals_and_once_under_each_source)
{
    int64_t f[4];
    memset(&world, 0, sizeof world);
    make_units(store);
    for (int i = 0; i < 2; i++)
        world.sources[i] = make_source(store, world.root, i ? "LY-2026-002" : "LY-2026-001");
    for (int i = 0; i < 4; i++) {
        f[i] = make_finding(store, world.sources[i % 2], "同一事项");
        tamper(store, arena_format(store->ctx->arena,
                                   "UPDATE finding SET unit_id = %lld, recovered_fen = %d WHERE id = "
                                   "%lld",
                                   (long long)world.units[i % 2],
                                   i == 0   ? 100
                                   : i == 1 ? 20
                                   : i == 2 ? 3
                                            : 0,
                                   (long long)f[i])
                          .p);
    }
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    struct actor part = make_actor(store, "part", "unit_approver", world.units[1], LABEL_INTERNAL);
    struct app_session all = app_sign_in(store, world.office.account_id), one = app_sign_in(store, part.account_id);
    app_start(store);
    expect_source(store, &all, world.sources[0], 2, 103);
    expect_source(store, &all, world.sources[1], 2, 20);
    assert_int_equal(sum_at(store, &all, 0), 123);
    change_link(store, &command_finding_link, f[1], f[0]);
    expect_source(store, &all, world.sources[0], 2, 123);
    expect_source(store, &all, world.sources[1], 2, 120);
    assert_int_equal(sum_at(store, &all, 0), 123);
    change_link(store, &command_finding_link, f[2], f[1]); /* two of one source: it has the money once */
    expect_source(store, &all, world.sources[0], 2, 123);
    expect_source(store, &all, world.sources[1], 2, 123);
    assert_int_equal(sum_at(store, &all, 0), 123);
    assert_int_equal(sum_at(store, &one, 0), 20); /* of what is in sight */
    follow_board(store, &all, "/board");
    follow_board(store, &one, "/board");
    for (int i = 0; i < 2; i++)
        follow_board(store, &all, arena_format(store->ctx->arena, "/board?source=%lld", (long long)world.sources[i]).p);
    app_end();
    assert_int_equal(world.differing, 0);
}

/* As a list, counted, and as a file. */
static void expect_register(struct store *store, const struct app_session *session, struct str href, int64_t n)
{
    struct arena *arena = store->ctx->arena;
    struct str query = str_slice(href, strlen("/findings"), href.n), csv;
    int64_t lines = 0;
    assert_true(str_has_prefix(href, STR("/findings")));
    assert_int_equal(value_count(value_get(app_view(store, session, href.p), "findings")), n);
    struct str count = arena_format(arena, "/findings/count%.*s", STR_ARG(query));
    assert_int_equal(value_get_int(app_view(store, session, count.p), "total", -1), n);
    struct str file = arena_format(arena, "/findings/export.csv%.*s", STR_ARG(query));
    assert_int_equal(app_get(session, file.p, "text/csv", &csv), 200);
    for (size_t at = 0; (at = str_find(csv, STR("LY-2026-001-"), at)) != SIZE_MAX; at++)
        lines++;
    assert_int_equal(lines, n);
}

STORE_TEST(figures_of_closing_agree_with_the_register)
{
    static const char *const rows[][2] = {
        {"doing", "concentrated"}, {"doing", "immediate"},    {"returned", "concentrated"},
        {"doing", "long_term"},    {"kept", "concentrated"},  {"kept", "long_term"},
        {"closed", "long_term"},   {"ended", "concentrated"}, {"withdrawn", "immediate"}};
    static const int64_t expected[] = {8, 1, 2, 1, 3, 1}; /* all, closed, kept, ended, not long term, long term */
    static const char *const pages[] = {"/certificates", "/long_term"};
    struct str href;
    memset(&world, 0, sizeof world);
    make_units(store);
    world.sources[0] = make_source(store, world.root, "LY-2026-001");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tamper(store, arena_format(store->ctx->arena, "UPDATE finding SET status = '%s', phase = '%s' WHERE id = %lld",
                                   rows[i][0], rows[i][1], (long long)make_finding(store, world.sources[0], "x"))
                          .p);
    struct actor office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    struct app_session session = app_sign_in(store, office.account_id);
    app_start(store);
    for (size_t p = 0; p < 2; p++) {
        size_t i = 0;
        const struct value *figures = value_get(app_view(store, &session, pages[p]), "figures");
        assert_int_equal(value_count(figures), 6);
        VALUE_EACH (figure, figures) {
            struct str label = value_get_text(figure, "label");
            assert_int_equal(
                figure_at(store, &session, pages[p], "label", arena_copy_cstr(store->ctx->arena, label), &href),
                expected[i]);
            expect_register(store, &session, href, expected[i++]);
        }
    }
    app_end();
}

int main(void)
{
    return STORE_RUN(STORE_CASE(every_figure_agrees_with_the_list_behind_it), STORE_CASE(a_board_follows_every_change),
                     STORE_CASE(what_is_out_of_sight_is_no_board),
                     STORE_CASE(a_matter_is_late_and_hung_when_any_finding_of_it_is),
                     STORE_CASE(money_of_a_matter_counts_once_in_totals_and_once_under_each_source),
                     STORE_CASE(figures_of_closing_agree_with_the_register),
                     STORE_CASE(a_matter_of_several_sources_is_counted_once_in_totals_and_once_under_each_source));
}
