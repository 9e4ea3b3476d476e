/* base_str.c: slices. */
#include "unit.h"

static void parses_int64_to_its_limits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"+5", 5},
                {"007", 7},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    int64_t value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(str_parse_int64(str_from_cstr(good[i].text), &value));
        assert_int_equal(value, good[i].value);
    }
    static const char *const bad[] = {
        "",    "-",  "+", " 1", "1 ", "1.0", "9223372036854775808", "-9223372036854775809", "99999999999999999999999",
        "0x1", "--1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(str_parse_int64(str_from_cstr(bad[i]), &value));
}

static void compares_and_finds(void **state)
{
    (void)state;
    struct str none = str_from_cstr(NULL);
    assert_true(str_equal(none, STR_EMPTY) && str_equal(none, STR("")));
    assert_true(str_compare(STR("a"), STR("ab")) < 0 && str_compare(STR("b"), STR("ab")) > 0 &&
                str_compare(STR("a"), STR("a")) == 0);
    assert_true(str_compare(STR("a"), STR("\xff")) < 0);
    assert_true(str_has_prefix(STR("abc"), STR("ab")) && !str_has_prefix(STR("a"), STR("ab")) &&
                str_has_prefix(none, none));
    assert_true(str_has_suffix(STR("abc"), STR("bc")) && !str_has_suffix(STR("c"), STR("bc")));
    assert_int_equal(str_find(STR("abcabc"), STR("ca"), 0), 2);
    assert_int_equal(str_find(STR("abcabc"), STR("abc"), 1), 3);
    assert_int_equal(str_find(STR("abc"), STR("abcd"), 0), SIZE_MAX);
    assert_int_equal(str_find(STR("abc"), STR(""), 2), 2);
    assert_int_equal(str_find(STR("aab"), STR("ab"), 0), 1);
    assert_int_equal(str_find_byte(STR("abc"), 'c', 0), 2);
    assert_int_equal(str_find_byte(STR("abc"), 'c', 3), SIZE_MAX);
    assert_str(str_slice(STR("abc"), 1, 99), "bc");
    assert_str(str_slice(STR("abc"), 5, 2), "");
    assert_str(str_trim(STR(" \t a b \r\n")), "a b");
    assert_str(str_trim(STR("  ")), "");
    assert_true(str_equal_nocase(STR("AbC"), STR("aBc")) && !str_equal_nocase(STR("ab"), STR("abc")));
    assert_true(str_hash(STR("a"), 1) != str_hash(STR("a"), 2));
}

static void splits(void **state)
{
    (void)state;
    struct str rest = STR("a,,b"), part;
    assert_true(str_split_next(&rest, ',', &part));
    assert_str(part, "a");
    assert_true(str_split_next(&rest, ',', &part));
    assert_str(part, "");
    assert_true(str_split_next(&rest, ',', &part));
    assert_str(part, "b");
    assert_false(str_split_next(&rest, ',', &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_int64_to_its_limits),
        cmocka_unit_test(compares_and_finds),
        cmocka_unit_test(splits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
