/* view_form.c: see view_form.h. */
#include "serve/view_form.h"

struct value *view_form(struct page *page)
{
    struct value *form = (struct value *)value_get(page->view, "form");
    return form ? form : value_put_map(page->ctx.arena, page->view, "form");
}

struct value *view_form_field(struct page *page, const char *name, struct str value)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = value_put_map(arena, view_form(page), name);
    struct str text = STR("");
    for (const struct ctx_issue *issue = page->ctx.first; issue && !text.n; issue = issue->next)
        if (str_equal_cstr(issue->field, name))
            text = message_of_issue(arena, page->lang, issue);
    value_put_text(arena, field, "value", value);
    value_put_text(arena, field, "error", text);
    return field;
}

void view_form_option(struct page *page, struct value *options, struct str value, struct str label, bool is_selected)
{
    struct arena *arena = page->ctx.arena;
    struct value *option = value_add_map(arena, options);
    value_put_text(arena, option, "value", value);
    value_put_text(arena, option, "label", label);
    value_put_bool(arena, option, "selected", is_selected);
}

struct value *view_form_choices(struct page *page, const char *name, struct str value, const char *choices,
                                const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = view_form_field(page, name, value);
    struct value *options = value_put_list(arena, field, "options");
    struct str rest = str_from_cstr(choices), choice;
    while (str_split_next(&rest, '|', &choice)) {
        struct str key = arena_format(arena, "%s.%.*s", prefix, STR_ARG(choice));
        view_form_option(page, options, choice,
                         choice.n ? page_text(page, arena_copy_cstr(arena, key)) : page_text(page, "form.choose"),
                         str_equal(choice, value));
    }
    return field;
}

enum rc view_form_again(struct page *page, enum rc rc, const char *tpl)
{
    if (page->is_json || (rc != RC_INVALID && rc != RC_CONFLICT && rc != RC_GUARD))
        return rc;
    page->tpl = tpl;
    page->status = rc_http_status(rc);
    return RC_OK;
}

struct str view_form_value(struct page *page, const struct value *row, const char *name)
{
    const struct value *v = page->form ? value_get(page->form->fields, name) : NULL;
    if (v && v->kind == VALUE_TEXT)
        return v->text;
    v = value_get(row, name);
    return !v                      ? STR("")
           : v->kind == VALUE_INT  ? arena_format(page->ctx.arena, "%lld", (long long)v->integer)
           : v->kind == VALUE_TEXT ? v->text
                                   : STR("");
}
