/* intake_register_sheet.c: the rows of ledgers: columns, lines of one finding, dates, sums, and what is refused. */
#include "unit.h"

#include "intake/reader.h"
#include "intake/register_sheet.h"
#include "intake/sheet_map.h"
#include "serve/messages.h"

#define HEAD "序号,反馈问题,整改措施,整改类型,责任单位,责任人,完成时限,涉及金额（万元）,整改状态\n"

struct table {
    struct ctx ctx;
    struct sheet_grid grid;
    struct value *mapping, *fields, *sheet;
    enum rc rc;
};

static void read_text(struct table *t, const char *text)
{
    struct document document;
    t->ctx = (struct ctx){.arena = arena_new((size_t)256 << 20)};
    assert_ok(reader_read(&t->ctx, str_from_cstr(text), STR("l.csv"), &document));
    assert_ok(sheet_from_document(&t->ctx, &document, STR_EMPTY, &t->grid));
    assert_ok(register_sheet_guess(&t->ctx, &t->grid, NULL, &t->mapping));
    t->fields = value_new_list(t->ctx.arena);
    VALUE_EACH (column, value_get(t->mapping, "columns"))
        value_add_text(t->ctx.arena, t->fields, value_get_text(column, "field"));
    t->rc = register_sheet_read(&t->ctx, &t->grid, t->fields, &t->sheet);
}

static void done(struct table *t) { arena_free(t->ctx.arena); }

static const struct value *at(const struct value *list, size_t n)
{
    const struct value *v = list ? list->items.first : NULL;
    while (v && n--)
        v = v->next;
    assert_non_null(v);
    return v;
}

static const struct value *row_at(const struct table *t, size_t n) { return at(value_get(t->sheet, "rows"), n); }

static void expect_error(const struct table *t, size_t n, int row, const char *column, const char *key)
{
    const struct value *error = at(value_get(t->sheet, "errors"), n);
    assert_str(value_get_text(error, "key"), key);
    assert_str(value_get_text(error, "column"), column);
    assert_int_equal(value_get_int(error, "row", 0), row);
}

static void usual_ledger(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, "某集团问题台账,,,,,,,,\n" HEAD "一、党的领导方面,,,,,,,,\n"
                  "1,学习不深入,1.制定计划,立行立改,办公室,张三,2026年6月底前,,已完成\n"
                  ",,2.每月研讨,,,,长期坚持,,\n"
                  "2,采购不严,修订办法,集中整改,采购部、财务部,李四,2026-09-30,\"1,234.56\",整改中\n"
                  "二、选人用人方面,,,,,,,,\n"
                  "3,交流不足,轮岗,,人事部,王五,长期坚持,0.0001万元,\n"
                  "4,,,,,,,,\n"
                  "合计,,,,,,,1234.56,\n"
                  "填表人：赵六,,,,,,,,\n");
    assert_ok(t.rc);
    assert_int_equal(value_count(value_get(t.sheet, "errors")), 0);
    assert_int_equal(value_count(value_get(t.sheet, "rows")), 3);
    const struct value *one = row_at(&t, 0), *two = row_at(&t, 1), *three = row_at(&t, 2);
    assert_str(value_get_text(one, "aspect"), "党的领导方面");
    assert_str(value_get_text(one, "phase"), "immediate");
    assert_str(value_get_text(one, "due"), "2026-06-30");
    assert_str(value_get_text(one, "due_stated"), "2026年6月底前");
    assert_str(value_get_text(one, "responsible"), "办公室；张三");
    assert_int_equal(value_count(value_get(one, "measures")), 2);
    assert_str(value_get_text(at(value_get(one, "measures"), 1), "text"), "每月研讨");
    assert_str(value_get_text(at(value_get(one, "measures"), 1), "phase"), "long_term");
    assert_int_equal(value_get_int(two, "amount_fen", 0), 1234560000);
    assert_null(value_get(two, "due_stated"));
    assert_str(value_get_text(three, "phase"), "long_term");
    assert_str(value_get_text(three, "aspect"), "选人用人方面");
    assert_int_equal(value_get_int(three, "amount_fen", 0), 100);
    static const char *const notes[] = {"register.note_heading", "register.note_heading", "register.note_empty",
                                        "register.note_total", "register.note_line"};
    for (size_t i = 0; i < 5; i++)
        assert_str(value_get_text(at(value_get(t.sheet, "notes"), i), "key"), notes[i]);
    done(&t);
}

/* Two heads are enough where no sheet has more; a title beside the day it was written is none above a wider head. */
static void two_columns_are_a_ledger(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, "反馈问题,责任单位\n学习不深入,办公室\n采购不严,财务部\n");
    assert_int_equal(t.grid.head_index, 0);
    assert_ok(t.rc);
    assert_int_equal(value_count(value_get(t.sheet, "rows")), 2);
    done(&t);
    read_text(&t, "某集团问题台账,填报单位,\n反馈问题,责任单位,整改措施\n学习不深入,办公室,制定计划\n");
    assert_int_equal(t.grid.head_index, 1);
    done(&t);
}

static void faults_have_their_place(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, HEAD "1,甲问题,措施,随便,办公室,,某天,很多,\n"
                       "2,,措施二,,办公室,,,,\n"
                       "3,乙问题,,,办公室,,收到反馈后3个月内,,\n"
                       "4,甲问题,,,办公室,,,,\n"
                       "5,丙问题,,,办公室,,45291,约5万元,\n");
    assert_ok(t.rc);
    expect_error(&t, 0, 2, "D", "register.bad_phase");
    expect_error(&t, 1, 2, "G", "register.bad_due");
    expect_error(&t, 2, 2, "H", "register.bad_amount");
    expect_error(&t, 3, 3, "B", "register.no_title");
    expect_error(&t, 4, 4, "G", "register.due_relative");
    expect_error(&t, 5, 5, "B", "register.twice");
    expect_error(&t, 6, 6, "H", "register.bad_amount");
    assert_int_equal(value_count(value_get(t.sheet, "errors")), 7);
    assert_str(value_get_text(row_at(&t, 4), "due"), "2023-12-31"); /* a serial number of Excel */
    done(&t);
}

static void long_findings_keep_all_their_text(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, "序号,问题描述,责任单位\n1,\"担保不规范。\n为三户企业担保。\",办公室\n2,短问题,办公室\n");
    assert_ok(t.rc);
    assert_str(value_get_text(row_at(&t, 0), "title"), "担保不规范");
    assert_str(value_get_text(row_at(&t, 0), "facts"), "担保不规范。\n为三户企业担保。");
    assert_null(value_get(row_at(&t, 1), "facts"));
    done(&t);
}

static void secrets_are_refused(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, "序号,问题描述,密级\n1,甲,机密\n2,乙,工作秘密\n3,丙,内部\n");
    assert_ok(t.rc);
    expect_error(&t, 0, 2, "C", "register.state_secret");
    assert_int_equal(value_get_int(row_at(&t, 1), "label", -1), 2);
    assert_int_equal(value_get_int(row_at(&t, 2), "label", -1), 1);
    done(&t);
}

static void a_plan_of_action_numbers_each_item_once_and_has_its_own_states(void **state)
{
    (void)state;
    struct table t;
    read_text(&t,
              "POAM ID,Weakness Name,Weakness Description,Weakness Detector Source,Scheduled Completion Date,Status\n"
              "V-1,Weak passwords,a,scanner,2027-01-31,Open\nV-2,Old library,b,scanner,2027-13-45,Open\n"
              "V-3,,c,scanner,2027-01-31,Open\nV-4,Missing logs,d,scanner,2027-01-31,Sleeping\n"
              "V-1,Duplicate,e,scanner,2027-01-31,Closed\n");
    assert_ok(t.rc);
    expect_error(&t, 0, 3, "E", "register.bad_due");
    expect_error(&t, 1, 4, "B", "register.no_title");
    expect_error(&t, 2, 5, "F", "register.poam_status");
    expect_error(&t, 3, 6, "A", "register.poam_twice");
    assert_int_equal(value_count(value_get(t.sheet, "errors")), 4);
    done(&t);
}

static void mapping_faults_name_the_column(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, "序号,问题描述,备注\n1,甲,x\n");
    assert_ok(t.rc);
    struct value *twice = value_new_list(t.ctx.arena), *none = value_new_list(t.ctx.arena);
    static const char *const names[] = {"number", "title", "title"};
    for (size_t i = 0; i < 3; i++) {
        value_add_text(t.ctx.arena, twice, str_from_cstr(names[i]));
        value_add_text(t.ctx.arena, none, STR("nothing"));
    }
    assert_int_equal(register_sheet_read(&t.ctx, &t.grid, twice, &t.sheet), RC_INVALID);
    assert_str(t.ctx.last->field, "column_3");
    assert_int_equal(register_sheet_read(&t.ctx, &t.grid, none, &t.sheet), RC_INVALID);
    assert_str(t.ctx.last->key, "register.no_title_column");
    done(&t);
}

static void remembered_columns_win(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, "序号,问题描述,备注\n1,甲,x\n");
    struct value *remembered = value_new_map(t.ctx.arena), *list = value_put_list(t.ctx.arena, remembered, "columns");
    static const char *const names[] = {"mark", "facts", "title"};
    for (size_t i = 0; i < 3; i++)
        value_add_text(t.ctx.arena, list, str_from_cstr(names[i]));
    assert_ok(register_sheet_guess(&t.ctx, &t.grid, remembered, &t.mapping));
    assert_true(value_get_bool(t.mapping, "is_remembered"));
    for (size_t i = 0; i < 3; i++)
        assert_str(value_get_text(at(value_get(t.mapping, "columns"), i), "field"), names[i]);
    done(&t);
}

static void a_remembered_column_that_was_not_taken_is_suggested_when_it_is_known_now(void **state)
{
    (void)state;
    struct table t;
    read_text(&t, "序号,问题描述,原因,其他\n1,甲,管理薄弱,x\n");
    struct value *remembered = value_new_map(t.ctx.arena), *list = value_put_list(t.ctx.arena, remembered, "columns");
    static const char *const names[] = {"number", "title", "", ""};
    for (size_t i = 0; i < 4; i++)
        value_add_text(t.ctx.arena, list, str_from_cstr(names[i]));
    assert_ok(register_sheet_guess(&t.ctx, &t.grid, remembered, &t.mapping));
    const struct value *columns = value_get(t.mapping, "columns");
    assert_str(value_get_text(at(columns, 2), "field"), ""); /* what was chosen stays */
    assert_str(value_get_text(at(columns, 2), "suggested"), "cause");
    assert_str(value_get_text(at(columns, 1), "suggested"), "");
    assert_str(value_get_text(at(columns, 3), "suggested"), "");
    done(&t);
}

static void units_are_found_and_suggested(void **state)
{
    (void)state;
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct value *rows = value_new_list(ctx.arena);
    static const char *const units[][4] = {{"A", "集团采购管理部", "采购部", ""},
                                           {"B", "财务资产部", "财务部", ""},
                                           {"C", "旧人事部", "人事", "2020-01-01"},
                                           {"D", "甲公司办公室", "办公室", ""},
                                           {"E", "乙公司办公室", "办公室", ""}};
    for (size_t i = 0; i < 5; i++) {
        struct value *row = value_add_map(ctx.arena, rows);
        value_put_int(ctx.arena, row, "id", (int64_t)i + 1);
        value_put_text(ctx.arena, row, "code", str_from_cstr(units[i][0]));
        value_put_text(ctx.arena, row, "name", str_from_cstr(units[i][1]));
        value_put_text(ctx.arena, row, "short_name", str_from_cstr(units[i][2]));
        value_put_text(ctx.arena, row, "valid_to", str_from_cstr(units[i][3]));
    }
    struct register_units *index = register_units_new(ctx.arena, rows);
    const struct value *unit = NULL;
    assert_int_equal(register_units_find(index, STR("采购部、财务部"), &unit), UNIT_FOUND);
    assert_int_equal(value_get_int(unit, "id", 0), 1);
    assert_int_equal(register_units_find(index, STR(" 财务 资产部"), &unit), UNIT_FOUND);
    assert_int_equal(register_units_find(index, STR("人事"), &unit), UNIT_CLOSED);
    assert_int_equal(register_units_find(index, STR("办公室"), &unit), UNIT_AMBIGUOUS);
    assert_int_equal(register_units_find(index, STR("采购管理处"), &unit), UNIT_UNKNOWN);
    assert_str(register_units_suggest(index, STR("采购管理处")), "集团采购管理部");
    assert_str(register_units_suggest(index, STR("zzz")), "");
    arena_free(ctx.arena);
}

static void words_of_our_own_export_are_known(void **state)
{
    (void)state;
    static const char *const words[][2] = {
        {"phase.immediate", "整改类型"},   {"phase.concentrated", "整改类型"}, {"phase.long_term", "整改类型"},
        {"nature.individual", "问题性质"}, {"nature.common", "问题性质"},      {"nature.mechanism", "问题性质"},
        {"nature.legacy", "问题性质"},     {"severity.general", "严重程度"},   {"severity.serious", "严重程度"},
        {"severity.major", "严重程度"},    {"label.public", "密级标识"},       {"label.internal", "密级标识"},
        {"label.work_secret", "密级标识"}};
    for (int lang = 0; lang < 2; lang++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            struct str word = message_find(lang ? LANG_EN : LANG_ZH, str_from_cstr(words[i][0]));
            char text[400];
            if (!word.n)
                fail_msg("no message %s", words[i][0]);
            snprintf(text, sizeof text, "序号,问题描述,%s\n1,甲,%.*s\n", words[i][1], STR_ARG(word));
            struct table t;
            read_text(&t, text);
            assert_ok(t.rc);
            if (value_count(value_get(t.sheet, "errors")))
                fail_msg("%s: \"%.*s\" is not known", words[i][0], STR_ARG(word));
            done(&t);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_ledger),
        cmocka_unit_test(two_columns_are_a_ledger),
        cmocka_unit_test(faults_have_their_place),
        cmocka_unit_test(long_findings_keep_all_their_text),
        cmocka_unit_test(secrets_are_refused),
        cmocka_unit_test(mapping_faults_name_the_column),
        cmocka_unit_test(a_plan_of_action_numbers_each_item_once_and_has_its_own_states),
        cmocka_unit_test(remembered_columns_win),
        cmocka_unit_test(a_remembered_column_that_was_not_taken_is_suggested_when_it_is_known_now),
        cmocka_unit_test(units_are_found_and_suggested),
        cmocka_unit_test(words_of_our_own_export_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
