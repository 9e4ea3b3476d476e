/* page_step.c: see page_step.h. */
#include "serve/page_step.h"

#include "serve/chrome.h"
#include "serve/page_spread.h"
#include "serve/rival.h"
#include "serve/typed_form.h"

static enum rc put_field(struct page *page, struct value *form, struct value *list, const struct step_field *field,
                         const struct value *row, enum perm perm)
{
    struct arena *arena = page->ctx.arena;
    struct value *typed = typed_form_field(page, form, field->name, row);
    if (field->kind == STEP_CHOICE)
        typed_form_choices(page, typed, field->choices, field->prefix);
    if (field->kind == STEP_UNITS || field->kind == STEP_UNIT)
        TRY(spread_put_units(page, typed, perm, field->kind == STEP_UNIT));
    struct value *item = value_copy(arena, typed);
    if (!item)
        return arena_rc(arena);
    item->key = STR_EMPTY;
    item->next = NULL;
    value_put_text(arena, item, "label", page_text(page, field->label));
    value_put_text(arena, item, "help", field->help ? page_text(page, field->help) : STR(""));
    value_put_bool(arena, item, "is_required", field->is_required);
    value_put_bool(arena, item, "is_line", field->kind == STEP_LINE);
    value_put_bool(arena, item, "is_long", field->kind == STEP_LONG);
    value_put_bool(arena, item, "is_date", field->kind == STEP_DATE);
    value_put_bool(arena, item, "is_number", field->kind == STEP_NUMBER);
    value_put_bool(arena, item, "is_choice",
                   field->kind == STEP_CHOICE || field->kind == STEP_UNIT || field->kind == STEP_OPTIONS);
    value_put_bool(arena, item, "is_units", field->kind == STEP_UNITS);
    value_add(list, item);
    return RC_OK;
}

void step_hide(struct page *page, const char *name, struct str value)
{
    struct value *list = (struct value *)value_get(value_get(page->view, "form"), "hidden");
    struct str typed = page->form ? form_text(page->form->fields, name) : value;
    if (!typed.n)
        return;
    struct value *item = value_add_map(page->ctx.arena, list);
    value_put_text(page->ctx.arena, item, "name", str_from_cstr(name));
    value_put_text(page->ctx.arena, item, "value", typed);
}

enum rc step_put_change(struct page *page, const struct step *step, const struct step_place *place, struct str action,
                        struct str back, const struct value *row, struct str about, const char *noun)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form_begin(page, action, back), *list = value_new_list(arena);
    if (noun)
        TRY(rival_merge(page, noun, value_get_int(row, "id", 0), row));
    for (size_t i = 0; i < sizeof step->fields / sizeof step->fields[0] && step->fields[i].name; i++)
        TRY(put_field(page, form, list, &step->fields[i], row, place->perm));
    value_put(form, STR("fields"), list);
    value_put_text(arena, form, "about", about);
    value_put_text(arena, form, "heading", page_text(page, step->title)); /* "title" may be a field */
    value_put_text(arena, form, "button", page_text(page, step->title));  /* a page may name it otherwise */
    value_put_list(arena, form, "hidden");
    rival_put_words(page);
    if (noun)
        step_hide(page, "revision", rival_revision(page, row));
    step_hide(page, "finding_id", page_param_text(page, "finding"));
    step_hide(page, "measure_id", page_param_text(page, "measure"));
    chrome_add_crumb(page, page_text(page, place->list), str_from_cstr(place->href));
    if (about.n)
        chrome_add_crumb(page, about, back);
    chrome_add_crumb(page, page_text(page, step->title), STR_EMPTY);
    return RC_OK;
}

enum rc step_put(struct page *page, const struct step *step, const struct step_place *place, struct str action,
                 struct str back, const struct value *row, struct str about)
{
    return step_put_change(page, step, place, action, back, row, about, NULL);
}

struct value *step_field(struct page *page, const char *name)
{
    const struct value *fields = value_get(value_get(page->view, "form"), "fields");
    for (struct value *field = fields ? fields->items.first : NULL; field; field = field->next)
        if (str_equal_cstr(value_get_text(field, "name"), name))
            return field;
    return NULL;
}
