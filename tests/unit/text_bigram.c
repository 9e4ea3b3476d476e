/* text_bigram.c: search tokens, with plain search as the oracle. */
#include "unit.h"

#include "text/bigram.h"

static void check_document(const char *text, const char *expected)
{
    struct arena *arena = arena_new(1 << 20);
    struct str tokens;
    assert_ok(bigram_document(arena, str_from_cstr(text), &tokens));
    assert_str(tokens, expected);
    arena_free(arena);
}

static void makes_tokens(void **state)
{
    (void)state;
    check_document("巡视整改", "巡视 视整 整改 改");
    check_document("巡視(shì)整改,整改", "巡视 视整 整改 改");
    check_document("ＥＲＰ系统2024年", "erp 系统 统 2024 年");
    check_document("GB18030 gb18030", "gb18030");
    check_document("——!! ", "");
    check_document("", "");
}

static void makes_queries(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct bigram_query q;
    assert_ok(bigram_query(arena, STR("巡視整改"), &q));
    assert_int_equal(q.n, 3);
    assert_str(bigram_fts5_query(arena, &q), "\"巡视\" AND \"视整\" AND \"整改\"");
    assert_str(bigram_tsquery(arena, &q), "'巡视' & '视整' & '整改'");
    assert_ok(bigram_query(arena, STR("改 Erp"), &q));
    assert_str(bigram_fts5_query(arena, &q), "\"改\" * AND \"erp\" *");
    assert_str(bigram_tsquery(arena, &q), "'改':* & 'erp':*");
    assert_ok(bigram_query(arena, STR("\"' OR * --"), &q));
    assert_str(bigram_fts5_query(arena, &q), "\"or\" *");
    assert_ok(bigram_query(arena, STR("、。"), &q));
    assert_int_equal(q.n, 0);
    assert_str(bigram_tsquery(arena, &q), "");
    char longer[4000];
    size_t n = 0;
    for (int i = 0; i < 500; i++)
        n += (size_t)snprintf(longer + n, sizeof longer - n, "w%d ", i);
    assert_ok(bigram_query(arena, (struct str){longer, n}, &q));
    assert_int_equal(q.n, BIGRAM_QUERY_MAX_TOKENS);
    arena_free(arena);
}

/* Whether the query matches the tokens as the engines do it. */
static bool is_hit(struct str tokens, const struct bigram_query *query)
{
    for (size_t i = 0; i < query->n; i++) {
        struct str rest = tokens, token;
        bool has = false;
        while (!has && str_split_next(&rest, ' ', &token))
            has = query->p[i].is_prefix ? str_has_prefix(token, query->p[i].text) : str_equal(token, query->p[i].text);
        if (!has)
            return false;
    }
    return query->n > 0;
}

/* Every stretch of Chinese characters that occurs in a text is found in it. */
static void finds_all_that_plain_search_finds(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 24);
    struct str text = STR("对整改不力的单位,由党组约谈主要负责人;对逾期项目亮红灯。甲方");
    struct str tokens;
    assert_ok(bigram_document(arena, text, &tokens));
    for (size_t from = 0; from < text.n; from += 3)
        for (size_t n = 3; n <= 15 && from + n <= text.n; n += 3) {
            struct str word = str_slice(text, from, from + n);
            struct bigram_query q;
            if (bigram_query(arena, word, &q) != RC_OK || q.n == 0)
                continue; /* cut through an ASCII mark, or only marks */
            if (!is_hit(tokens, &q))
                fail_msg("%.*s is not found", STR_ARG(word));
        }
    struct bigram_query q;
    assert_ok(bigram_query(arena, STR("审计"), &q));
    assert_false(is_hit(tokens, &q));
    assert_ok(bigram_query(arena, STR("方"), &q));
    assert_true(is_hit(tokens, &q));
    arena_free(arena);
}

static enum rc tokens_in_arena(void)
{
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return RC_NOMEM;
    struct str tokens;
    return bigram_document(arena, STR("巡视整改 abc"), &tokens);
}

static void reports_short_memory(void **state)
{
    (void)state;
    torture(tokens_in_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_tokens),
        cmocka_unit_test(makes_queries),
        cmocka_unit_test(finds_all_that_plain_search_finds),
        cmocka_unit_test(reports_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
