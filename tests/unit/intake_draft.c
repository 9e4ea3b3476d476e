/* intake_draft.c: the draft register and its changes: each operation, what it refuses, and the invariant after any
 * sequence. */
#include "unit.h"

#include "base/value.h"
#include "intake/draft.h"
#include "intake/reader.h"
#include "text/json.h"

enum { FILE_MAX_BYTES = 1024 * 1024, PATH_BYTES = 4096, RANDOM_RUNS = 12, RANDOM_OPS = 60 };

struct fixture {
    struct arena *arena;
    struct ctx ctx;
    struct value *draft;
};

static bool open_draft(struct fixture *fixture, const char *name)
{
    char path[PATH_BYTES];
    const char *source = getenv("BIHUAN_SOURCE");
    snprintf(path, sizeof path, "%s/tests/data/outline/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    fixture->arena = arena_new((size_t)1024 * 1024 * 1024);
    fixture->ctx = (struct ctx){.arena = fixture->arena};
    char *p = arena_alloc(fixture->arena, FILE_MAX_BYTES);
    size_t n = fread(p, 1, FILE_MAX_BYTES, file);
    fclose(file);
    struct document *document = ARENA_NEW(fixture->arena, struct document);
    struct outline *outline = NULL;
    assert_ok(reader_read(&fixture->ctx, (struct str){p, n}, str_from_cstr(name), document));
    assert_ok(outline_build(&fixture->ctx, document, &outline));
    fixture->draft = draft_from_outline(fixture->arena, outline);
    assert_non_null(fixture->draft);
    return true;
}

static enum rc apply(struct fixture *fixture, const char *op_text)
{
    struct value *op = NULL;
    assert_ok(json_parse(&fixture->ctx, str_from_cstr(op_text), &op));
    return draft_apply(&fixture->ctx, fixture->draft, op);
}

static bool holds_number(const struct value *list, int64_t n)
{
    VALUE_EACH (child, list) {
        if (child->kind == VALUE_INT ? child->integer == n : value_get_int(child, "n", 0) == n)
            return true;
    }
    return false;
}

/* Each paragraph is used, unplaced or dropped, and in no two of them; every user exists once. */
static void check_invariant(const struct value *draft)
{
    size_t used = 0;
    VALUE_EACH (paragraph, value_get(draft, "paragraphs")) {
        int64_t n = value_get_int(paragraph, "n", 0);
        bool is_used = value_count(value_get(paragraph, "used_by")) > 0;
        bool is_unplaced = holds_number(value_get(draft, "unplaced"), n);
        bool is_dropped = holds_number(value_get(draft, "dropped"), n);
        assert_int_equal((int)is_used + (int)is_unplaced + (int)is_dropped, 1);
        assert_str(value_get_text(paragraph, "state"), is_used ? "used" : is_dropped ? "dropped" : "unplaced");
        used += is_used;
    }
    assert_int_equal(used + value_count(value_get(draft, "unplaced")) + value_count(value_get(draft, "dropped")),
                     value_count(value_get(draft, "paragraphs")));
}

static const struct value *nth(const struct value *list, size_t i)
{
    VALUE_EACH (child, list)
        if (i-- == 0)
            return child;
    return NULL;
}

static const struct value *finding(const struct fixture *fixture, size_t i)
{
    return nth(value_get(fixture->draft, "findings"), i);
}

static void test_draft_of_bulletin(void **state)
{
    (void)state;
    struct fixture fixture;
    if (!open_draft(&fixture, "run-on-full-width.txt"))
        skip();
    assert_int_equal(value_count(value_get(fixture.draft, "findings")), 4);
    assert_int_equal(value_count(value_get(fixture.draft, "aspects")), 2);
    assert_int_equal(value_count(value_get(fixture.draft, "next_steps")), 2);
    const struct value *first = finding(&fixture, 0);
    assert_str(value_get_text(first, "phase"), "concentrated");
    assert_int_equal(value_count(value_get(first, "measures")), 2);
    const struct value *measure = nth(value_get(first, "measures"), 0);
    assert_true(value_get_bool(measure, "derived"));
    assert_true(
        str_equal(value_get_text(first, "aspect"), value_get_text(nth(value_get(fixture.draft, "aspects"), 0), "id")));
    assert_int_equal(value_count(value_get(first, "figures")), 1);
    check_invariant(fixture.draft);
    arena_free(fixture.arena);
}

static void test_draft_of_ledger(void **state)
{
    (void)state;
    struct fixture fixture;
    if (!open_draft(&fixture, "ledger.html"))
        skip();
    const struct value *first = finding(&fixture, 0), *second = finding(&fixture, 1), *third = finding(&fixture, 2);
    assert_non_null(third);
    assert_int_equal(value_get_int(first, "amount_fen", 0), 1200500000LL);
    assert_int_equal(value_count(value_get(first, "measures")), 2);
    assert_str(value_get_text(first, "due"), "2026-03-31");
    assert_str(value_get_text(first, "status"), "in_progress");
    assert_str(value_get_text(second, "phase"), "immediate");
    assert_str(value_get_text(second, "status"), "done");
    assert_str(value_get_text(third, "phase"), "long_term");
    assert_str(value_get_text(third, "status"), "basically_done");
    check_invariant(fixture.draft);
    arena_free(fixture.arena);
}

/* A feedback document gives findings and no measures, news neither. */
static void test_other_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t findings;
    } cases[] = {
        {"feedback.txt", 7}, {"feedback-prose.txt", 3}, {"news.txt", 0}, {"announcement.txt", 0}, {"closure.txt", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        if (!open_draft(&fixture, cases[i].name))
            skip();
        assert_int_equal(value_count(value_get(fixture.draft, "findings")), cases[i].findings);
        if (strncmp(cases[i].name, "feedback", 8) == 0)
            VALUE_EACH (entry, value_get(fixture.draft, "findings"))
                assert_int_equal(value_count(value_get(entry, "measures")), 0);
        check_invariant(fixture.draft);
        arena_free(fixture.arena);
    }
}

static void test_labelled_lines_fill_the_fields(void **state)
{
    (void)state;
    struct fixture f;
    if (!open_draft(&f, "first-second.txt"))
        skip();
    const struct value *one = finding(&f, 0), *two = finding(&f, 1);
    assert_str(value_get_text(one, "responsible"), "办公室");
    assert_str(value_get_text(one, "leader"), "张某");
    assert_str(value_get_text(one, "due"), "2026-03-31");
    assert_str(value_get_text(one, "status"), "done");
    assert_str(value_get_text(two, "responsible"), "信贷科");
    assert_str(value_get_text(two, "status"), "in_progress");
    assert_true(value_is_null(value_get(two, "due")));
    check_invariant(f.draft);
    arena_free(f.arena);
}

/* What stands under labels below a problem, or behind its marked measures, is told of the problem itself. */
static void test_labelled_items_and_phases(void **state)
{
    (void)state;
    struct fixture f;
    if (!open_draft(&f, "bulletin-labelled-items.txt"))
        skip();
    assert_int_equal(value_count(value_get(f.draft, "findings")), 4);
    static const struct {
        const char *responsible, *leader, *due, *due_text, *status, *phase;
        int measures;
    } expected[] = {{"业务科", "", "2025-11-30", "2025年11月底前", "", "concentrated", 2},
                    {"", "", "", "", "done", "concentrated", 1},
                    {"资产科", "万青松", "", "长期坚持", "in_progress", "long_term", 2},
                    {"", "", "", "立行立改", "", "immediate", 2}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct value *one = finding(&f, (int)i);
        assert_str(value_get_text(one, "responsible"), expected[i].responsible);
        assert_str(value_get_text(one, "leader"), expected[i].leader);
        assert_str(value_get_text(one, "due"), expected[i].due);
        assert_str(value_get_text(one, "due_text"), expected[i].due_text);
        assert_str(value_get_text(one, "status"), expected[i].status);
        assert_str(value_get_text(one, "phase"), expected[i].phase);
        assert_int_equal(value_count(value_get(one, "measures")), expected[i].measures);
        VALUE_EACH (measure, value_get(one, "measures"))
            assert_str(value_get_text(measure, "phase"), expected[i].phase);
    }
    assert_true(
        strstr(arena_copy_cstr(f.arena, value_get_text(finding(&f, 0), "body")), "整改成效。农资配送覆盖62个村。"));
    check_invariant(f.draft);
    arena_free(f.arena);
}

/* Requests that a sentence announces behind the last problem are notes; the problem does not hold them. */
static void test_requests_of_a_feedback(void **state)
{
    (void)state;
    struct fixture f;
    if (!open_draft(&f, "feedback-bare-parts.txt"))
        skip();
    int requests = 0;
    VALUE_EACH (note, value_get(f.draft, "notes"))
        requests += str_equal_cstr(value_get_text(note, "role"), "recommendation");
    assert_int_equal(requests, 2);
    assert_int_equal(value_count(value_get(f.draft, "findings")), 6);
    check_invariant(f.draft);
    arena_free(f.arena);
}

/* "6月15日前" makes no news of a list of problems; each names its unit and deadline on its own line. */
static void test_list_of_a_check(void **state)
{
    (void)state;
    struct fixture f;
    if (!open_draft(&f, "check-feedback.txt"))
        skip();
    assert_int_equal(value_count(value_get(f.draft, "findings")), 4);
    assert_str(value_get_text(finding(&f, 0), "responsible"), "设备科");
    assert_str(value_get_text(finding(&f, 0), "due"), "2025-09-20");
    assert_str(value_get_text(finding(&f, 1), "phase"), "immediate");
    assert_str(value_get_text(finding(&f, 2), "leader"), "段立文");
    assert_true(value_is_null(value_get(finding(&f, 3), "responsible")));
    assert_int_equal(value_count(value_get(finding(&f, 0), "measures")), 0);
    check_invariant(f.draft);
    arena_free(f.arena);
}

static void test_title_of_a_closed_problem(void **state)
{
    (void)state;
    struct fixture f;
    if (!open_draft(&f, "closure-notice.txt"))
        skip();
    assert_true(str_has_prefix(value_get_text(finding(&f, 0), "title"), STR("县城西河段3处黑臭水体")));
    /* The parts behind the problem are its aim and its measures. */
    assert_int_equal(value_count(value_get(finding(&f, 0), "measures")), 3);
    assert_true(str_find(value_get_text(finding(&f, 0), "body"), STR("2025年12月底前消除黑臭水体"), 0) != SIZE_MAX);
    check_invariant(f.draft);
    arena_free(f.arena);
}

static char *format_op(struct fixture *fixture, const char *format, struct str a, struct str b)
{
    struct buf text;
    buf_init(&text, 4096);
    for (const char *p = format; *p; p++) {
        if (*p == '$')
            buf_add(&text, *++p == '1' ? a : b);
        else
            buf_add_char(&text, *p);
    }
    char *copy = arena_copy_cstr(fixture->arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

static void test_operations(void **state)
{
    (void)state;
    struct fixture f;
    if (!open_draft(&f, "ordinals.txt"))
        skip();
    struct str one = value_get_text(finding(&f, 0), "id"), two = value_get_text(finding(&f, 1), "id");
    assert_ok(apply(&f, format_op(&f, "{\"op\":\"merge\",\"ids\":[\"$1\",\"$2\"]}", one, two)));
    assert_int_equal(value_count(value_get(f.draft, "findings")), 2);
    assert_int_equal(value_count(value_get(finding(&f, 0), "measures")), 5);
    struct str measure = value_get_text(nth(value_get(finding(&f, 0), "measures"), 0), "id");
    assert_ok(apply(&f, format_op(&f, "{\"op\":\"split\",\"id\":\"$1\",\"at\":6}", measure, STR_EMPTY)));
    assert_int_equal(value_count(value_get(finding(&f, 0), "measures")), 6);
    assert_ok(apply(&f, format_op(&f, "{\"op\":\"retype\",\"id\":\"$1\",\"to\":\"long_term\"}", measure, STR_EMPTY)));
    assert_str(value_get_text(finding(&f, 1), "phase"), "long_term");
    struct str fresh = value_get_text(finding(&f, 1), "id");
    assert_ok(apply(&f, "{\"op\":\"add\",\"as\":\"aspect\",\"title\":\"X\"}"));
    struct str aspect = value_get_text(nth(value_get(f.draft, "aspects"), 0), "id");
    assert_ok(apply(&f, format_op(&f, "{\"op\":\"move\",\"id\":\"$1\",\"to\":\"$2\"}", fresh, aspect)));
    assert_ok(apply(&f, format_op(&f, "{\"op\":\"edit\",\"id\":\"$1\",\"field\":\"due\",\"value\":\"2026-05-31\"}",
                                  fresh, STR_EMPTY)));
    assert_ok(apply(&f, format_op(&f, "{\"op\":\"drop\",\"id\":\"$1\",\"reason\":\"twice\"}", fresh, STR_EMPTY)));
    check_invariant(f.draft);
    struct str third = value_get_text(finding(&f, 1), "id");
    int64_t paragraph = nth(value_get(finding(&f, 1), "paragraphs"), 0)->integer;
    assert_ok(apply(&f, format_op(&f, "{\"op\":\"drop\",\"id\":\"$1\",\"reason\":\"no\"}", third, STR_EMPTY)));
    assert_true(holds_number(value_get(f.draft, "dropped"), paragraph));
    struct str n = arena_format(f.arena, "%lld", (long long)paragraph);
    assert_ok(
        apply(&f, format_op(&f, "{\"op\":\"place\",\"paragraph\":$1,\"as\":\"finding\",\"to\":\"$2\"}", n, aspect)));
    assert_false(holds_number(value_get(f.draft, "dropped"), paragraph));
    check_invariant(f.draft);
    arena_free(f.arena);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const ops[] = {
        "{\"op\":\"fly\"}",
        "{\"op\":\"merge\",\"ids\":[\"f999\",\"f998\"]}",
        "{\"op\":\"merge\",\"ids\":[]}",
        "{\"op\":\"split\",\"id\":\"nope\",\"at\":3}",
        "{\"op\":\"drop\",\"paragraph\":1}",
        "{\"op\":\"drop\",\"paragraph\":1,\"reason\":\"x\"}",
        "{\"op\":\"drop\",\"paragraph\":999,\"reason\":\"x\"}",
        "{\"op\":\"place\",\"paragraph\":1,\"as\":\"finding\"}",
        "{\"op\":\"edit\",\"id\":\"source\",\"field\":\"paragraphs\",\"value\":\"x\"}",
        "{\"op\":\"edit\",\"id\":\"source\",\"field\":\"fed_back\",\"value\":\"tomorrow\"}",
        "{\"op\":\"add\",\"as\":\"finding\"}",
        "{\"op\":\"add\",\"as\":\"measure\",\"title\":\"x\"}",
        "{\"op\":\"move\",\"id\":\"p1\",\"to\":\"p1\"}",
        "{\"op\":\"retype\",\"id\":\"p1\",\"to\":\"finding\"}",
        "{}"};
    struct fixture f;
    if (!open_draft(&f, "ordinals.txt"))
        skip();
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        struct value *before = value_copy(f.arena, f.draft);
        ctx_clear_issues(&f.ctx);
        assert_int_equal(apply(&f, ops[i]), RC_INVALID);
        assert_int_equal(f.ctx.issue_count, 1);
        assert_true(value_equal(before, f.draft));
    }
    arena_free(f.arena);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct str random_id(const struct value *draft, uint32_t *seed)
{
    static const char *const lists[] = {"findings", "findings", "aspects", "notes", "next_steps"};
    const struct value *list = value_get(draft, lists[next_random(seed) % 5]);
    size_t count = value_count(list);
    if (count == 0)
        return STR("f1");
    const struct value *entry = nth(list, next_random(seed) % count);
    const struct value *measures = value_get(entry, "measures");
    if (value_count(measures) > 0 && next_random(seed) % 2)
        entry = nth(measures, next_random(seed) % value_count(measures));
    return value_get_text(entry, "id");
}

static struct value *random_op(struct fixture *f, uint32_t *seed)
{
    static const char *const names[] = {"merge", "split", "retype", "move", "drop", "drop", "place", "edit", "add"};
    static const char *const kinds[] = {"finding", "long_term", "measure", "aspect", "note"};
    struct value *op = value_new_map(f->arena);
    struct str id = random_id(f->draft, seed);
    value_put_text(f->arena, op, "op", str_from_cstr(names[next_random(seed) % 9]));
    bool is_paragraph = next_random(seed) % 3 == 0;
    if (!is_paragraph)
        value_put_text(f->arena, op, "id", id);
    value_put_int(f->arena, op, "paragraph", 1 + next_random(seed) % 20);
    value_put_int(f->arena, op, "at", 3 * (next_random(seed) % 8));
    struct value *ids = value_put_list(f->arena, op, "ids");
    value_add_text(f->arena, ids, id);
    value_add_text(f->arena, ids, random_id(f->draft, seed));
    const char *kind = kinds[next_random(seed) % 5];
    bool is_kind = str_equal_cstr(value_get_text(op, "op"), "retype");
    if (is_kind || next_random(seed) % 2)
        value_put_text(f->arena, op, "to", is_kind ? str_from_cstr(kind) : random_id(f->draft, seed));
    value_put_text(f->arena, op, "as", str_from_cstr(kind));
    value_put_text(f->arena, op, "title", STR("T"));
    value_put_text(f->arena, op, "reason", STR("R"));
    value_put_text(f->arena, op, "field", STR("title"));
    value_put_text(f->arena, op, "value", STR("V"));
    return op;
}

static void test_any_sequence(void **state)
{
    (void)state;
    static const char *const names[] = {"ordinals.txt", "feedback.txt", "ledger.html", "damage.txt",
                                        "run-on-full-width.txt"};
    int accepted = 0;
    for (uint32_t run = 0; run < RANDOM_RUNS; run++) {
        struct fixture f, again;
        uint32_t seed = run * 7919u + 1;
        if (!open_draft(&f, names[run % 5]) || !open_draft(&again, names[run % 5]))
            skip();
        for (int i = 0; i < RANDOM_OPS; i++) {
            struct value *op = random_op(&f, &seed);
            struct value *before = value_copy(f.arena, f.draft);
            ctx_clear_issues(&f.ctx);
            enum rc rc = draft_apply(&f.ctx, f.draft, op);
            check_invariant(f.draft);
            if (rc != RC_OK) {
                assert_int_equal(rc, RC_INVALID);
                assert_true(f.ctx.issue_count > 0);
                assert_true(value_equal(before, f.draft));
                continue;
            }
            accepted++;
            assert_ok(draft_apply(&again.ctx, again.draft, op));
        }
        assert_true(value_equal(f.draft, again.draft)); /* a replay gives the same */
        arena_free(f.arena);
        arena_free(again.arena);
    }
    assert_true(accepted > RANDOM_RUNS * 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_draft_of_bulletin),
                                       cmocka_unit_test(test_draft_of_ledger),
                                       cmocka_unit_test(test_other_kinds),
                                       cmocka_unit_test(test_labelled_lines_fill_the_fields),
                                       cmocka_unit_test(test_labelled_items_and_phases),
                                       cmocka_unit_test(test_requests_of_a_feedback),
                                       cmocka_unit_test(test_list_of_a_check),
                                       cmocka_unit_test(test_title_of_a_closed_problem),
                                       cmocka_unit_test(test_operations),
                                       cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_any_sequence)};
    return cmocka_run_group_tests_name("intake draft", tests, NULL, NULL);
}
