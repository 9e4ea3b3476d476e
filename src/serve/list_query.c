/* list_query.c: see list_query.h. */
#include "serve/list_query.h"

#include <string.h>

#include "base/clock.h"
#include "serve/typed_form.h"
#include "text/bigram.h"

enum { ADDRESS_BYTES_MAX = 64 * 1024 };

static enum rc wrong(struct page *page, const char *key, const char *name, struct str arg)
{
    return ctx_fail(&page->ctx, RC_INVALID, key, str_from_cstr(name), STR_EMPTY, &arg, 1);
}

enum rc list_read_choice(struct page *page, const char *name, const char *choices, uint64_t bit, uint64_t *filters,
                         struct str *ret)
{
    struct str s = page_param_text(page, name), rest = str_from_cstr(choices), choice;
    *ret = s;
    if (!s.n)
        return RC_OK;
    while (str_split_next(&rest, '|', &choice)) {
        if (!str_equal(choice, s))
            continue;
        *filters |= bit;
        return RC_OK;
    }
    return wrong(page, "field.not_a_choice", name, str_from_cstr(choices));
}

enum rc list_read_number(struct page *page, const char *name, uint64_t bit, uint64_t *filters, int64_t *ret)
{
    struct str s = str_trim(page_param_text(page, name));
    if (!s.n)
        return RC_OK;
    if (!str_parse_int64(s, ret))
        return wrong(page, "field.not_a_number", name, s);
    *filters |= bit;
    return RC_OK;
}

enum rc list_read_date(struct page *page, const char *name, uint64_t bit, uint64_t *filters, struct str *ret)
{
    int32_t day;
    *ret = str_trim(page_param_text(page, name));
    if (!ret->n)
        return RC_OK;
    if (!date_parse(*ret, &day))
        return wrong(page, "field.not_a_date", name, *ret);
    *filters |= bit;
    return RC_OK;
}

enum rc list_read_words(struct page *page, const char *kind, uint64_t bit, uint64_t *filters, struct str *ret_match)
{
    struct arena *arena = page->ctx.arena;
    struct str words = str_trim(page_param_text(page, "q"));
    struct bigram_query tokens;
    if (!words.n)
        return RC_OK;
    TRY(bigram_query(arena, words, &tokens));
    if (tokens.n == 0)
        return ctx_fail_field(&page->ctx, RC_INVALID, "search.no_words", "q");
    tokens = bigram_query_with(arena, &tokens, arena_format(arena, "zzk%s", kind));
    *ret_match =
        db_get_engine(page->db) == DB_SQLITE ? bigram_fts5_query(arena, &tokens) : bigram_tsquery(arena, &tokens);
    *filters |= bit;
    return RC_OK;
}

enum rc list_read_sort(struct page *page, const char *columns, int *ret_column, bool *ret_is_back)
{
    struct arena *arena = page->ctx.arena;
    struct str s = page_param_text(page, "sort"), rest = str_from_cstr(columns), column, choices = STR("");
    if (!s.n)
        return RC_OK;
    bool is_back = s.p[0] == '-';
    struct str name = str_slice(s, is_back ? 1 : 0, s.n);
    for (int i = 0; str_split_next(&rest, '|', &column); i++) {
        if (str_equal(name, column)) {
            *ret_column = i;
            *ret_is_back = is_back;
            return RC_OK;
        }
        choices = arena_format(arena, "%.*s%s%.*s|-%.*s", STR_ARG(choices), choices.n ? "|" : "", STR_ARG(column),
                               STR_ARG(column));
    }
    return wrong(page, "field.not_a_choice", "sort", choices);
}

struct value *list_put_filter(struct page *page, struct value *filter, const char *name)
{
    return typed_form_put(page, filter, name, page_param_text(page, name));
}

void list_put_choices(struct page *page, struct value *filter, const char *name, const char *choices,
                      const char *prefix)
{
    typed_form_choices(page, list_put_filter(page, filter, name), choices, prefix);
}

enum rc list_put_records(struct page *page, struct value *filter, const char *name, struct db_stmt *st,
                         const char *first, const char *second)
{
    struct value *field = list_put_filter(page, filter, name);
    value_put_list(page->ctx.arena, field, "options");
    return typed_form_records(page, field, st, first, second);
}

void list_add_chip(struct page *page, struct value *chips, const char *name, const char *label, struct str value,
                   struct str remove_href)
{
    struct arena *arena = page->ctx.arena;
    struct value *chip = value_add_map(arena, chips);
    value_put_text(arena, chip, "name", str_from_cstr(name));
    value_put_text(arena, chip, "label", page_text(page, label));
    value_put_text(arena, chip, "value", value);
    value_put_text(arena, chip, "remove_href", remove_href);
}

void list_put_sort(struct page *page, struct value *sort, const char *name, bool is_current, bool is_back,
                   struct str href)
{
    struct value *one = value_put_map(page->ctx.arena, sort, name);
    value_put_text(page->ctx.arena, one, "href", href);
    value_put_text(page->ctx.arena, one, "direction",
                   !is_current ? STR("none")
                   : is_back   ? STR("descending")
                               : STR("ascending"));
}

struct str list_address(struct page *page, const char *path, const char *const *names, size_t names_n, const char *name,
                        struct str value)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, ADDRESS_BYTES_MAX);
    buf_add_cstr(&out, path);
    buf_add_char(&out, '?');
    for (size_t i = 0; i < names_n; i++) {
        struct str text = page_param_text(page, names[i]);
        if (text.n && !(name && strcmp(name, names[i]) == 0))
            url_add_query(&out, str_from_cstr(names[i]), text);
    }
    if (name && value.n)
        url_add_query(&out, str_from_cstr(name), value);
    struct str s = buf_str(&out);
    return arena_copy_str(page->ctx.arena, str_slice(s, 0, s.n - (s.n && s.p[s.n - 1] == '?')));
}
