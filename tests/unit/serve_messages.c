/* serve_messages.c: the catalogues are complete and every key in use exists. */
#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "serve/messages.h"
#include "serve/messages_table.h"

static bool is_singular(struct str key) { return str_has_suffix(key, STR("|one")); }

static void test_both_languages_have_every_key(void **state)
{
    (void)state;
    int missing = 0;
    for (size_t i = 0; i < message_entry_count; i++) {
        const struct message_entry *entry = &message_entries[i];
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            if (entry->texts[lang].n || (lang == LANG_ZH && is_singular(entry->key)))
                continue;
            print_error("%.*s: no text in %s\n", STR_ARG(entry->key), lang_tag((enum lang)lang));
            missing++;
        }
    }
    assert_int_equal(missing, 0);
    assert_true(message_entry_count > 200);
}

/* Bit n is set when {n} is used. */
static unsigned placeholders(struct str text)
{
    unsigned found = 0;
    for (size_t i = 0; i + 2 < text.n; i++)
        if (text.p[i] == '{' && isdigit((unsigned char)text.p[i + 1]) && text.p[i + 2] == '}')
            found |= 1u << (text.p[i + 1] - '0');
    return found;
}

static void test_both_languages_take_the_same_arguments(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < message_entry_count; i++) {
        const struct message_entry *entry = &message_entries[i];
        if (is_singular(entry->key) || placeholders(entry->texts[LANG_ZH]) == placeholders(entry->texts[LANG_EN]))
            continue;
        print_error("%.*s: placeholders differ\n", STR_ARG(entry->key));
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void test_every_failure_has_a_message(void **state)
{
    (void)state;
    for (int rc = 1; rc < RC_COUNT_; rc++) {
        assert_true(message_of_rc(LANG_ZH, (enum rc)rc).n > 0);
        assert_true(message_of_rc(LANG_EN, (enum rc)rc).n > 0);
    }
}

/* The page of settings and `bihuan config show` explain each one. */
static void test_every_setting_is_explained(void **state)
{
    (void)state;
    static const char *const keys[] = {
#define SETTING_TEXT(name, otherwise, key) "setting." key,
#define SETTING_INT(name, otherwise, min, max, key) "setting." key,
#define SETTING_BOOL(name, otherwise, key) "setting." key,
#include "../../data/settings.def"
#undef SETTING_TEXT
#undef SETTING_INT
#undef SETTING_BOOL
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!message_find(LANG_ZH, str_from_cstr(keys[i])).n || !message_find(LANG_EN, str_from_cstr(keys[i])).n)
            fail_msg("no message %s", keys[i]);
}

static void test_find_and_format(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    const struct str args[] = {STR("7"), STR("<x>")}, one[] = {STR("1")};
    assert_true(str_equal(message_find(LANG_EN, STR("button.save")), STR("Save")));
    assert_null(message_find(LANG_EN, STR("no.such")).p);
    assert_true(str_equal(message_format(arena, LANG_EN, STR("no.such"), args, 2), STR("no.such")));
    assert_true(str_equal(message_format(arena, LANG_EN, STR("table.count"), args, 1), STR("7 rows")));
    assert_true(str_equal(message_format(arena, LANG_EN, STR("table.count"), one, 1), STR("1 row")));
    assert_true(str_equal(message_format(arena, LANG_EN, STR("form.out_of_range"), args, 1),
                          STR("Must be between 7 and {1}.")));
    assert_true(str_equal(message_format(arena, LANG_EN, STR("form.out_of_range"), args, 2),
                          STR("Must be between 7 and <x>.")));
    for (size_t i = 0; message_key_at(i).n; i++)
        assert_true(message_find(LANG_EN, message_key_at(i)).p == message_entries[i].texts[LANG_EN].p);
    struct ctx ctx = {.arena = arena};
    assert_int_equal(ctx_fail_key(&ctx, RC_NOT_FOUND, "no.such"), RC_NOT_FOUND);
    assert_true(str_equal(message_of_issue(arena, LANG_EN, ctx.first), message_of_rc(LANG_EN, RC_NOT_FOUND)));
    arena_free(arena);
}

static void test_language_of_headers(void **state)
{
    (void)state;
    assert_int_equal(lang_parse(STR("zh-CN,zh;q=0.9,en;q=0.8"), LANG_EN), LANG_ZH);
    assert_int_equal(lang_parse(STR("fr, en-GB;q=0.7"), LANG_ZH), LANG_EN);
    assert_int_equal(lang_parse(STR("fr"), LANG_ZH), LANG_ZH);
    assert_int_equal(lang_parse(STR("eng"), LANG_ZH), LANG_ZH);
    assert_int_equal(lang_parse(STR(""), LANG_EN), LANG_EN);
}

/* ---- keys in use ---- */

static struct str read_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = arena_alloc(arena, size + 1);
    size_t n = fread(text, 1, size, file);
    (void)fclose(file);
    return (struct str){text, n};
}

/* Looks for tags {{t.KEY}}; the number of keys without a message. */
static int check_tags(struct str text, const char *path, struct map *used)
{
    int missing = 0;
    for (size_t at = str_find(text, STR("{{"), 0); at != SIZE_MAX; at = str_find(text, STR("{{"), at + 2)) {
        size_t from = at + 2;
        while (from < text.n && strchr("{& ", text.p[from]))
            from++;
        if (!str_has_prefix(str_slice(text, from, text.n), STR("t.")))
            continue;
        from += 2;
        size_t to = from;
        while (to < text.n && (isalnum((unsigned char)text.p[to]) || strchr("._|", text.p[to])))
            to++;
        struct str key = str_slice(text, from, to);
        assert_int_equal(map_put(used, key, (void *)path), RC_OK);
        if (message_find(LANG_ZH, key).p)
            continue;
        print_error("%s: no message %.*s\n", path, STR_ARG(key));
        missing++;
    }
    return missing;
}

/* Length of the quoted word at text[at] when it is shaped like a key ("a.b_c"); else 0. */
static size_t key_length(struct str text, size_t at)
{
    size_t n = 0;
    bool has_dot = false;
    while (at + n < text.n && (islower((unsigned char)text.p[at + n]) || strchr("._", text.p[at + n]) ||
                               (n && isdigit((unsigned char)text.p[at + n])))) {
        has_dot |= text.p[at + n] == '.';
        n++;
    }
    return has_dot && text.p[at + n - 1] != '.' && at + n < text.n && text.p[at + n] == '"' ? n : 0;
}

/* Every key given to a call that reports a failure or a note has a message. */
static int check_calls(struct str text, const char *path)
{
    static const struct str calls[] = {{"ctx_fail", 8},    {"reader_note", 11}, {"reader_damaged", 14},
                                       {"page_text", 9},   {"refuse(", 7},      {"set_flash", 9},
                                       {"fail_field", 10}, {"fail_setting", 12}};
    int missing = 0;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (size_t at = str_find(text, calls[i], 0); at != SIZE_MAX; at = str_find(text, calls[i], at + 1)) {
            struct str call = str_slice(text, at, str_find_byte(text, ';', at));
            for (size_t q = str_find_byte(call, '"', 0); q != SIZE_MAX; q = str_find_byte(call, '"', q + 1)) {
                struct str key = str_slice(call, q + 1, q + 1 + key_length(call, q + 1));
                if (key.n == 0 || message_find(LANG_ZH, key).p)
                    continue;
                print_error("%s: no message %.*s\n", path, STR_ARG(key));
                missing++;
            }
        }
    }
    return missing;
}

/* Quoted words of sources that are keys. */
static void note_literals(struct str text, struct map *used)
{
    for (size_t at = str_find_byte(text, '"', 0); at != SIZE_MAX; at = str_find_byte(text, '"', at + 1)) {
        size_t end = at + 1;
        while (end < text.n && (isalnum((unsigned char)text.p[end]) || strchr("._", text.p[end])))
            end++;
        struct str key = str_slice(text, at + 1, end);
        if (end < text.n && text.p[end] == '"' && message_find(LANG_ZH, key).p)
            assert_int_equal(map_put(used, key, (void *)"source"), RC_OK);
    }
}

static int walk(struct arena *arena, const char *directory, struct map *used)
{
    DIR *dir = opendir(directory);
    int missing = 0;
    if (!dir)
        return 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        struct str name = str_from_cstr(entry->d_name);
        struct str path = arena_format(arena, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        if (entry->d_type == DT_DIR)
            missing += walk(arena, path.p, used);
        else if (str_has_suffix(name, STR(".html")) || str_has_suffix(name, STR(".mustache")))
            missing += check_tags(read_file(arena, path.p), path.p, used);
        else if (str_has_suffix(name, STR(".c")) || str_has_suffix(name, STR(".def"))) {
            struct str text = read_file(arena, path.p);
            note_literals(text, used);
            missing += check_calls(text, path.p);
        }
    }
    (void)closedir(dir);
    return missing;
}

static void test_keys_in_use_exist(void **state)
{
    (void)state;
    const char *root = getenv("BIHUAN_SOURCE");
    if (!root) {
        print_message("# SKIP: BIHUAN_SOURCE is not set\n");
        skip();
    }
    struct arena *arena = arena_new((size_t)256 << 20);
    struct map used;
    map_init(&used, arena);
    int missing = walk(arena, arena_format(arena, "%s/web/templates", root).p, &used);
    missing += walk(arena, arena_format(arena, "%s/src", root).p, &used);
    missing += walk(arena, arena_format(arena, "%s/data", root).p, &used);
    int unused = 0;
    for (size_t i = 0; message_key_at(i).n; i++)
        if (!map_get(&used, message_key_at(i)) && !is_singular(message_key_at(i)))
            unused++;
    print_message("# %zu messages, %d not named in a template or source\n", message_entry_count, unused);
    if (getenv("BIHUAN_LIST_UNUSED"))
        for (size_t i = 0; message_key_at(i).n; i++)
            if (!map_get(&used, message_key_at(i)) && !is_singular(message_key_at(i)))
                print_message("# unused: %.*s\n", STR_ARG(message_key_at(i)));
    arena_free(arena);
    assert_int_equal(missing, 0);
}

/* A reader is told the words of the choices, a program what it has to send; nobody of the empty one. */
static void test_choices_are_named_by_their_words(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct ctx_issue issue = {.rc = RC_INVALID,
                              .key = STR("field.not_a_choice"),
                              .field = STR("sector"),
                              .args = {STR("|industry|non_industry|research|finance|other")},
                              .arg_count = 1};
    assert_string_equal(message_of_issue(arena, LANG_ZH, &issue).p,
                        "请从下列值中选择：工业、非工业、科研、金融、其他。");
    assert_string_equal(message_of_issue_coded(arena, LANG_EN, &issue).p,
                        "Choose one of industry, non_industry, research, finance, other.");
    issue.field = STR("hung");
    issue.args[0] = STR("open");
    assert_string_equal(message_of_issue(arena, LANG_ZH, &issue).p, "请从下列值中选择：挂账中的。");
    issue.field = STR("sort");
    issue.args[0] = STR("due|-due");
    assert_string_equal(message_of_issue(arena, LANG_ZH, &issue).p, "请从下列值中选择：due、-due。");
    issue.arg_count = 0;
    assert_null(strchr(message_of_issue(arena, LANG_ZH, &issue).p, '{'));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_languages_have_every_key),
        cmocka_unit_test(test_both_languages_take_the_same_arguments),
        cmocka_unit_test(test_every_failure_has_a_message),
        cmocka_unit_test(test_every_setting_is_explained),
        cmocka_unit_test(test_find_and_format),
        cmocka_unit_test(test_choices_are_named_by_their_words),
        cmocka_unit_test(test_language_of_headers),
        cmocka_unit_test(test_keys_in_use_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
