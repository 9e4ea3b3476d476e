/* typed_form.c: see typed_form.h. */
#include "serve/typed_form.h"

#include "serve/chrome.h"

struct value *typed_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = (struct value *)value_get(page->view, "form");
    if (form)
        return form;
    form = value_put_map(arena, page->view, "form");
    value_put_bool(arena, form, "has_rivals", false); /* rival.h */
    value_put_bool(arena, form, "has_rival_rows", false);
    value_put_list(arena, form, "rivals");
    return form;
}

struct value *typed_form_begin(struct page *page, struct str action, struct str back)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form(page);
    struct str typed = page->form ? form_text(page->form->fields, "back") : page_param_text(page, "back");
    value_put_text(arena, form, "action", action);
    value_put_text(arena, form, "back", page_is_local_path(typed) ? typed : back);
    value_put_text(arena, form, "form", page->form ? form_text(page->form->fields, "form") : page->request->path);
    return form;
}

struct value *typed_form_put(struct page *page, struct value *form, const char *name, struct str value)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = value_put_map(arena, form, name);
    value_put_text(arena, field, "name", str_from_cstr(name));
    value_put_text(arena, field, "value", value);
    for (const struct ctx_issue *issue = page->ctx.first; issue; issue = issue->next) {
        if (!str_equal_cstr(issue->field, name))
            continue;
        value_put_text(arena, field, "error", message_of_issue(arena, page->lang, issue));
        return field;
    }
    value_put_null(arena, field, "error");
    return field;
}

struct str typed_form_value(struct page *page, const struct value *row, const char *name)
{
    if (page->form && value_get(page->form->fields, name))
        return form_text(page->form->fields, name);
    const struct value *v = value_get(row, name);
    if (v && v->kind == VALUE_INT)
        return arena_format(page->ctx.arena, "%lld", (long long)v->integer);
    return v && v->kind == VALUE_TEXT ? v->text : STR("");
}

struct value *typed_form_field(struct page *page, struct value *form, const char *name, const struct value *row)
{
    return typed_form_put(page, form, name, typed_form_value(page, row, name));
}

struct value *typed_form_money(struct page *page, struct value *form, const char *name, const struct value *row)
{
    const struct value *v = value_get(row, name);
    if ((page->form && value_get(page->form->fields, name)) || !v || v->kind != VALUE_INT)
        return typed_form_field(page, form, name, NULL);
    uint64_t fen = v->integer < 0 ? 0 - (uint64_t)v->integer : (uint64_t)v->integer;
    return typed_form_put(page, form, name,
                          arena_format(page->ctx.arena, "%s%llu.%02u", v->integer < 0 ? "-" : "",
                                       (unsigned long long)(fen / 100), (unsigned)(fen % 100)));
}

enum rc typed_form_records(struct page *page, struct value *field, struct db_stmt *st, const char *first,
                           const char *second)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct str label = value_get_text(row, first);
        if (second)
            label = arena_format(arena, "%.*s %.*s", STR_ARG(label), STR_ARG(value_get_text(row, second)));
        typed_form_option(page, field, arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0)), label);
    }
    return RC_OK;
}

void typed_form_add_option(struct page *page, struct value *options, struct str value, struct str label,
                           bool is_selected)
{
    struct arena *arena = page->ctx.arena;
    struct value *option = value_add_map(arena, options);
    value_put_text(arena, option, "value", value);
    value_put_text(arena, option, "label", label);
    value_put_bool(arena, option, "selected", is_selected);
    value_put_text(arena, option, "find", STR("")); /* more words by which a choice is found, such as pinyin */
}

void typed_form_option(struct page *page, struct value *field, struct str value, struct str label)
{
    struct value *options = (struct value *)value_get(field, "options");
    if (!options)
        options = value_put_list(page->ctx.arena, field, "options");
    typed_form_add_option(page, options, value, label, str_equal(value, value_get_text(field, "value")));
}

void typed_form_choices(struct page *page, struct value *field, const char *choices, const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    struct str rest = str_from_cstr(choices), choice;
    while (str_split_next(&rest, '|', &choice)) {
        struct str key = arena_format(arena, "%s.%.*s", prefix, STR_ARG(choice));
        typed_form_option(page, field, choice, choice.n ? page_text(page, key.p) : page_text(page, "form.not_said"));
    }
}

static bool is_fault_of_input(enum rc rc) { return rc == RC_INVALID || rc == RC_CONFLICT || rc == RC_GUARD; }

enum rc typed_form_refused(struct page *page, enum rc rc, const char *tpl)
{
    if (page->is_json || !is_fault_of_input(rc))
        return rc;
    page->tpl = tpl;
    page->status = rc_http_status(rc);
    return RC_OK;
}

bool typed_form_is_marked(const struct page *page, const char *name, int64_t id)
{
    const struct value *typed = page->form ? value_get(page->form->fields, name) : NULL;
    struct str text = arena_format(page->ctx.arena, "%lld", (long long)id);
    bool is = typed && typed->kind == VALUE_TEXT && str_equal(typed->text, text);
    VALUE_EACH (one, typed) {
        is |= one->kind == VALUE_TEXT && str_equal(one->text, text);
    }
    return is;
}

bool typed_form_again(struct page *page, enum rc rc)
{
    if (page->is_json || !page->form || !is_fault_of_input(rc))
        return false;
    struct str path = form_text(page->form->fields, "form");
    struct value *params = value_new_map(page->ctx.arena);
    size_t mark = str_find_byte(path, '?', 0);
    if (mark != SIZE_MAX) { /* the page as it was chosen */
        if (form_parse_query(&page->ctx, str_slice(path, mark + 1, path.n), NULL, &page->query) != RC_OK)
            return false;
        path = str_slice(path, 0, mark);
    }
    const struct route *route = path.n ? route_find(HTTP_GET, path, page->ctx.arena, params) : NULL;
    if (!route || !route->tpl || route->perm == PERM_COUNT || !actor_has(&page->actor, route->perm))
        return false;
    page->route = route;
    page->params = params;
    if (page_fill(page) != RC_OK)
        return false;
    page->status = rc_http_status(rc);
    page_send(page);
    return true;
}
