/* page_plan_parts.c: see page_plan_parts.h. */
#include "serve/page_plan_parts.h"

#include "serve/page_loop.h"
#include "serve/page_task.h"
#include "serve/typed_form.h"
#include "text/json.h"

static struct str id_text(struct arena *arena, int64_t id) { return arena_format(arena, "%lld", (long long)id); }

/* ---- options ------------------------------------------------------------------------------------------------ */

enum rc page_put_people(struct page *page, struct db_stmt *st, struct value *field)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, field, STR(""), page_text(page, "form.not_said"));
    VALUE_EACH (person, rows) {
        struct str unit = value_get_text(person, "unit_short");
        unit = unit.n ? unit : value_get_text(person, "unit_name");
        typed_form_option(page, field, id_text(arena, value_get_int(person, "id", 0)),
                          arena_format(arena, "%.*s  %.*s %.*s", STR_ARG(value_get_text(person, "name")), STR_ARG(unit),
                                       STR_ARG(value_get_text(person, "title"))));
        struct value *option = ((struct value *)value_get(field, "options"))->items.last;
        value_set(option, STR("find"), value_new_text(arena, value_get_text(person, "pinyin")));
    }
    return RC_OK;
}

enum rc page_put_person_options(struct page *page, struct value *field)
{
    struct db_stmt *st = db_query(page->db, Q_PERSON_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_UNIT_READ);
    return page_put_people(page, st, field);
}

enum rc page_put_unit_options(struct page *page, struct value *field, enum perm perm)
{
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, perm);
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, field, STR(""), page_text(page, "form.not_said"));
    VALUE_EACH (unit, rows) {
        typed_form_option(page, field, id_text(page->ctx.arena, value_get_int(unit, "id", 0)),
                          value_get_text(unit, "name"));
    }
    return RC_OK;
}

/* Posts or teams, each with its unit. */
static enum rc put_named_options(struct page *page, struct value *field, enum query query, enum perm perm)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = db_query(page->db, query);
    actor_bind_scope(st, &page->actor, perm);
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, field, STR(""), page_text(page, "form.not_said"));
    VALUE_EACH (row, rows) {
        typed_form_option(page, field, id_text(arena, value_get_int(row, "id", 0)),
                          arena_format(arena, "%.*s  %.*s", STR_ARG(value_get_text(row, "title")),
                                       STR_ARG(value_get_text(row, "unit_short"))));
    }
    return RC_OK;
}

/* The actor that carries a role now, as text for a form; empty when nobody does. */
static struct str holder(struct page *page, const struct value *duties, const char *role, const char *kind)
{
    VALUE_EACH (duty, duties) {
        if (str_equal_cstr(value_get_text(duty, "role"), role) &&
            str_equal_cstr(value_get_text(duty, "actor_kind"), kind))
            return id_text(page->ctx.arena, value_get_int(duty, "actor_id", 0));
    }
    return STR("");
}

/* Several units may assist: what is chosen is marked in each option. */
static void mark_assisting(struct page *page, struct value *field, const struct value *duties)
{
    const struct value *typed = page->form ? value_get(page->form->fields, "assist_ids") : NULL;
    for (struct value *option = ((struct value *)value_get(field, "options"))->items.first; option;
         option = option->next) {
        struct str value = value_get_text(option, "value");
        bool is_on = false;
        VALUE_EACH (duty, typed ? NULL : duties) {
            is_on |= str_equal(value_get_text(duty, "role"), STR("assist")) &&
                     str_equal(id_text(page->ctx.arena, value_get_int(duty, "actor_id", 0)), value);
        }
        VALUE_EACH (one, typed) {
            is_on |= one->kind == VALUE_TEXT && str_equal(one->text, value);
        }
        is_on |= typed && typed->kind == VALUE_TEXT && value.n && str_equal(typed->text, value);
        ((struct value *)value_get(option, "selected"))->boolean = is_on && value.n;
    }
}

static enum rc put_actor_options(struct page *page, struct value *field, struct str kind)
{
    return str_equal(kind, STR("unit"))   ? page_put_unit_options(page, field, PERM_UNIT_READ)
           : str_equal(kind, STR("post")) ? put_named_options(page, field, Q_LEAD_POST_OPTIONS, PERM_UNIT_READ)
           : str_equal(kind, STR("team")) ? put_named_options(page, field, Q_TEAM_OPTIONS, PERM_TASK_READ)
                                          : page_put_person_options(page, field);
}

enum rc page_put_duty_fields(struct page *page, struct value *form, const char *noun, int64_t subject)
{
    static const struct {
        const char *field, *role, *kind;
    } rows[] = {{"lead_leader_id", "lead_leader", "person"},
                {"lead_post_id", "lead_leader", "post"},
                {"lead_dept_id", "lead_dept", "unit"},
                {"supervisor_id", "supervisor", "unit"},
                {"assist_ids", "assist", "unit"},
                {"doer_id", "doer", "person"},
                {"doer_team_id", "doer", "team"},
                {"contact_id", "contact", "person"}};
    struct value *duties, *now = value_new_map(page->ctx.arena);
    struct db_stmt *st = db_query(page->db, Q_DUTY_OF_SUBJECT);
    db_bind_text(st, "noun", str_from_cstr(noun));
    db_bind_int(st, "id", subject);
    TRY(db_rows(&page->ctx, st, &duties));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        value_put_text(page->ctx.arena, now, rows[i].field, holder(page, duties, rows[i].role, rows[i].kind));
        struct value *field = typed_form_field(page, form, rows[i].field, now);
        TRY(put_actor_options(page, field, str_from_cstr(rows[i].kind)));
    }
    mark_assisting(page, (struct value *)value_get(form, "assist_ids"), duties);
    return RC_OK;
}

/* ---- sets --------------------------------------------------------------------------------------------------- */

static bool has_member(struct str set, struct str choice)
{
    struct str part;
    while (str_split_next(&set, ',', &part))
        if (str_equal(part, choice))
            return true;
    return false;
}

void page_put_set(struct page *page, struct value *form, const char *name, const struct value *row, const char *choices,
                  const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = typed_form_field(page, form, name, row);
    const struct value *typed = page->form ? value_get(page->form->fields, name) : NULL;
    struct str set = value_get_text(row, name), rest = str_from_cstr(choices), choice;
    struct value *options = value_put_list(arena, field, "options");
    while (str_split_next(&rest, '|', &choice)) {
        struct value *option = value_add_map(arena, options);
        bool is_on = !typed && has_member(set, choice);
        VALUE_EACH (one, typed) {
            is_on |= one->kind == VALUE_TEXT && str_equal(one->text, choice);
        }
        is_on |= typed && typed->kind == VALUE_TEXT && has_member(typed->text, choice);
        value_put_text(arena, option, "value", choice);
        value_put_text(arena, option, "label",
                       page_text(page, arena_format(arena, "%s.%.*s", prefix, STR_ARG(choice)).p));
        value_put_bool(arena, option, "selected", is_on);
    }
}

struct str page_set_words(struct page *page, struct str set, const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    struct str all = STR(""), part;
    while (str_split_next(&set, ',', &part)) {
        if (!part.n)
            continue;
        struct str word = page_text(page, arena_format(arena, "%s.%.*s", prefix, STR_ARG(part)).p);
        all = all.n ? arena_format(arena, "%.*s%.*s%.*s", STR_ARG(all), STR_ARG(page_text(page, "list.comma")),
                                   STR_ARG(word))
                    : word;
    }
    return all;
}

/* ---- causes on the page of a finding ------------------------------------------------------------------------ */

static enum rc put_cause_words(struct page *page, struct value *row, int64_t finding_id)
{
    struct value *steps = NULL;
    page_put_choice_text(page, row, "level", "cause_level");
    page_put_choice_text(page, row, "method", "cause_method");
    TRY(json_parse(&page->ctx, value_get_text(row, "steps"), &steps));
    value_set(row, STR("steps"), steps);
    value_put_bool(page->ctx.arena, row, "has_steps", value_count(steps) > 0);
    value_put_bool(page->ctx.arena, row, "is_shared", value_get_int(row, "finding_id", 0) != finding_id);
    value_put_bool(page->ctx.arena, row, "is_unmet", value_get_int(row, "measures", 0) == 0);
    return RC_OK;
}

enum rc page_put_causes(struct page *page, struct value *finding)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(finding, "id", 0);
    struct value *rows, *serving;
    struct db_stmt *st = db_query(page->db, Q_CAUSE_OF_FINDING);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", id);
    TRY(page_rows(page, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        TRY(put_cause_words(page, row, id));
    value_put_bool(arena, finding, "has_causes", value_count(rows) > 0);
    value_put(finding, STR("causes"), rows);
    st = db_query(page->db, Q_MEASURE_SERVING);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", id);
    TRY(page_rows(page, st, &serving));
    for (struct value *row = serving->items.first; row; row = row->next) {
        page_put_choice_text(page, row, "state", "measure.state");
        task_put_progress(page, row);
    }
    value_put_bool(arena, finding, "has_serving", value_count(serving) > 0);
    value_put(finding, STR("serving"), serving);
    return page_put_duties(page, finding, NOUN_FINDING, id);
}
