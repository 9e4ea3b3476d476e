/* page_command_form.c: the form of a command, made from its fields.
 *
 * A GET route at a command's own path shows its form; a route /NOUNs/new shows that of the command that makes one.
 * Labels are messages form.NOUN.FIELD, else form.FIELD; choices are NOUN.FIELD.CHOICE, else choice.FIELD.CHOICE.
 */
#include <string.h>

#include "base/clock.h"
#include "loop/lifecycle.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/rival.h"
#include "serve/typed_form.h"

/* What a path begins with: how its row is read, where its list is. */
static const struct form_noun {
    const char *first, *noun, *list, *list_title, *maker;
    enum query query;
    const char *above, *above_title; /* where the list hangs; NULL: supervision */
    const char *record;              /* the page of one; NULL: /FIRST/{id} */
} nouns[] = {
    {"hangs", "hang", "/hung", "hang.list", NULL, Q_HANG_GET, NULL, NULL, NULL},
    {"letters", "letter", "/letters", "letter.list", "letter.draft", Q_LETTER_GET, NULL, NULL, NULL},
    {"leads", "lead", "/leads", "lead.list", "lead.start", Q_LEAD_GET, NULL, NULL, NULL},
    {"meetings", "meeting", "/meetings", "meeting.list", "meeting.create", Q_MEETING_GET, NULL, NULL, NULL},
    {"decisions", "decision", "/decisions", "decision.list", NULL, Q_DECISION_GET, NULL, NULL, NULL},
    {"groups", "group", "/groups", "group.list", "group.set_up", Q_GROUP_GET, NULL, NULL, NULL},
    {"handovers", "handover", "/handovers", "handover.list", "handover.begin", Q_HANDOVER_GET, NULL, NULL, NULL},
    {"plans", "plan", "/plans", "plan.list", "plan.make", Q_PLAN_GET, "/sources", "nav.sources", NULL},
    {"findings", "finding", "/findings", "nav.findings", NULL, Q_FINDING_GET, "/findings", "nav.findings", NULL},
    {"reports", "report", "/tasks", "nav.tasks", NULL, Q_REPORT_GET, "/tasks", "nav.tasks", NULL},
    {"posts", "post", "/units", "nav.units", "post.create", Q_POST_GET, "/units", "nav.units", NULL},
    {"teams", "team", "/teams", "team.list", "team.create", Q_TEAM_GET, "/units", "nav.units", NULL},
    {"people", "person", "/units", "nav.units", "person.create", Q_PERSON_GET, "/units", "nav.units", "/leaders/{id}"},
};

enum option_kind { OPTION_UNIT, OPTION_PERSON, OPTION_POST, OPTION_SOURCE, OPTION_MEASURE, OPTION_PROBLEM };

/* Where the choices of an id come from. */
static const struct option_row {
    const char *field;
    enum query query;
    enum perm perm;
    enum option_kind kind;
    const char *noun; /* only on forms of this noun, before the row that serves all others */
} option_rows[] = {
    {"source_id", Q_PLAN_MISSING_SOURCES, PERM_PLAN_WRITE, OPTION_SOURCE, "plan"},
    {"tenure_id", Q_TENURE_OPTIONS, PERM_UNIT_READ, OPTION_SOURCE, NULL},
    {"member_id", Q_TEAM_MEMBER_OPTIONS, PERM_TASK_READ, OPTION_SOURCE, NULL},
    {"meeting_id", Q_PLAN_MEETING_OPTIONS, PERM_TASK_READ, OPTION_SOURCE, NULL},
    {"decision_id", Q_PLAN_DECISION_OPTIONS, PERM_TASK_READ, OPTION_SOURCE, NULL},
    {"unit_id", Q_UNIT_OPTIONS, PERM_UNIT_READ, OPTION_UNIT, NULL},
    {"stationed_id", Q_UNIT_OPTIONS, PERM_UNIT_READ, OPTION_UNIT, NULL},
    {"person_id", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"head_id", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"from_person", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"to_person", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"deputy_ids", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"member_ids", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"attended", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"observed", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"absent", Q_PERSON_OPTIONS, PERM_UNIT_READ, OPTION_PERSON, NULL},
    {"post_id", Q_LEAD_POST_OPTIONS, PERM_UNIT_READ, OPTION_POST, NULL},
    {"source_id", Q_SOURCE_OPTIONS, PERM_FINDING_WRITE, OPTION_SOURCE, NULL},
    {"measure_id", Q_DECISION_MEASURE_OPTIONS, PERM_PLAN_WRITE, OPTION_MEASURE, NULL},
    {"problem_id", Q_MEETING_PROBLEMS, PERM_TASK_READ, OPTION_PROBLEM, NULL},
};

static struct str message_or(struct page *page, struct str key, struct str otherwise)
{
    struct str text = message_find(page->lang, key);
    return text.p ? text : page_text(page, arena_copy_cstr(page->ctx.arena, otherwise));
}

static const struct form_noun *find_noun(struct str path)
{
    struct str first = str_slice(path, 1, str_find_byte(path, '/', 1));
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        if (str_equal_cstr(first, nouns[i].first))
            return &nouns[i];
    return NULL;
}

static struct str option_label(struct page *page, const struct value *row, enum option_kind kind)
{
    struct arena *arena = page->ctx.arena;
    struct str unit = value_get_text(row, "unit_short"), title = value_get_text(row, "title");
    switch (kind) {
    case OPTION_UNIT:
        return value_get_text(row, "name");
    case OPTION_PERSON:
        return arena_format(arena, "%.*s  %.*s %.*s", STR_ARG(value_get_text(row, "name")), STR_ARG(unit),
                            STR_ARG(title));
    case OPTION_POST:
        return arena_format(arena, "%.*s %.*s", STR_ARG(unit), STR_ARG(title));
    case OPTION_SOURCE:
        return arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(row, "no")), STR_ARG(title));
    case OPTION_MEASURE:
    case OPTION_PROBLEM:
        break;
    }
    return arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(row, "no")), STR_ARG(value_get_text(row, "text")));
}

/* Whether a field that takes several has this one. */
static bool is_chosen(struct page *page, const char *name, struct str id, struct str value)
{
    const struct value *typed = page->form ? value_get(page->form->fields, name) : NULL;
    if (!typed || typed->kind != VALUE_LIST)
        return str_equal(id, value);
    VALUE_EACH (one, typed) {
        if (one->kind == VALUE_TEXT && str_equal(one->text, id))
            return true;
    }
    return false;
}

static enum rc put_options(struct page *page, struct value *field, const struct option_row *from, bool is_required)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, from->query);
    struct value *rows, *options = value_put_list(arena, field, "options");
    struct str value = value_get_text(field, "value");
    actor_bind_scope(st, &page->actor, from->perm);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    if (!value_get_bool(field, "is_many")) {
        struct str label = page_text(page, is_required ? "form.choose" : "form.not_said");
        typed_form_add_option(page, options, STR(""), label, !value.n);
    }
    VALUE_EACH (row, rows) {
        if (from->kind == OPTION_PROBLEM && value_get_int(row, "finding_id", 0))
            continue;
        struct str id = arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0));
        struct value *option = value_add_map(arena, options);
        value_put_text(arena, option, "value", id);
        value_put_text(arena, option, "label", option_label(page, row, from->kind));
        value_put_text(arena, option, "find", value_get_text(row, "pinyin"));
        value_put_bool(arena, option, "selected", is_chosen(page, from->field, id, value));
    }
    return RC_OK;
}

static void put_choices(struct page *page, struct value *field, const char *noun, const struct field *about)
{
    struct arena *arena = page->ctx.arena;
    struct value *options = value_put_list(arena, field, "options");
    struct str value = value_get_text(field, "value"), rest = str_from_cstr(about->choices), choice;
    while (str_split_next(&rest, '|', &choice)) {
        struct str label = choice.n
                               ? message_or(page, arena_format(arena, "%s.%s.%.*s", noun, about->name, STR_ARG(choice)),
                                            arena_format(arena, "choice.%s.%.*s", about->name, STR_ARG(choice)))
                               : page_text(page, "form.not_said");
        typed_form_add_option(page, options, choice, label, str_equal(choice, value));
    }
}

/* Labels up to what the reader may write. */
static void put_labels(struct page *page, struct value *field, enum perm perm)
{
    struct arena *arena = page->ctx.arena;
    struct value *options = value_put_list(arena, field, "options");
    struct str value = value_get_text(field, "value");
    value = value.n ? value : STR("1");
    for (int i = LABEL_PUBLIC; i <= page->actor.anywhere[perm]; i++) {
        struct str code = arena_format(arena, "%d", i);
        typed_form_add_option(page, options, code, page_text(page, arena_format(arena, "label.%d", i).p),
                              str_equal(code, value));
    }
}

static const struct option_row *find_options(const char *noun, const char *field)
{
    for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0]; i++)
        if (strcmp(option_rows[i].field, field) == 0 &&
            (!option_rows[i].noun || strcmp(option_rows[i].noun, noun) == 0))
            return &option_rows[i];
    return NULL;
}

static bool is_subject(const char *name)
{
    return strcmp(name, "finding_id") == 0 || strcmp(name, "task_id") == 0 || strcmp(name, "team_id") == 0;
}

/* What the address of the form already says. */
static bool is_in_path(struct arena *arena, const struct command *command, const char *name)
{
    return strstr(command->path, arena_format(arena, "{%s}", name).p) != NULL;
}

static enum rc put_field(struct page *page, struct value *list, const struct command *command, const char *noun,
                         const struct field *about, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = value_new_map(arena), *field = about->kind == FIELD_MONEY
                                                            ? typed_form_money(page, form, about->name, row)
                                                            : typed_form_field(page, form, about->name, row);
    bool is_many = about->kind == FIELD_IDS, is_label = strcmp(about->name, "label") == 0, is_select = is_label;
    value_put_text(arena, field, "label",
                   message_or(page, arena_format(arena, "form.%s.%s", noun, about->name),
                              arena_format(arena, "form.%s", about->name)));
    struct str help = message_find(page->lang, arena_format(arena, "form.%s.%s.help", noun, about->name));
    value_put_text(arena, field, "help", help.p ? help : STR(""));
    value_put_bool(arena, field, "is_required", about->is_required);
    value_put_bool(arena, field, "is_many", is_many);
    value_put_int(arena, field, "max", about->max ? about->max : about->kind == FIELD_LONG ? 20000 : 200);
    if (is_label)
        put_labels(page, field, command->perm);
    if (about->kind == FIELD_CHOICE) {
        put_choices(page, field, noun, about);
        is_select = true;
    }
    const struct option_row *options = find_options(noun, about->name);
    if (options) {
        TRY(put_options(page, field, options, about->is_required));
        is_select = true;
    }
    bool is_revision = strcmp(about->name, "revision") == 0;
    if (is_revision)
        value_set(field, STR("value"), value_new_text(arena, rival_revision(page, row)));
    bool is_hidden = is_revision || is_subject(about->name) || is_in_path(arena, command, about->name);
    if (!is_select)
        value_put_list(arena, field, "options");
    value_put_bool(arena, field, "is_hidden", is_hidden);
    value_put_bool(arena, field, "is_select", is_select && !is_hidden && !is_many);
    value_put_bool(arena, field, "is_multiple", is_select && !is_hidden && is_many);
    value_put_bool(arena, field, "is_long", about->kind == FIELD_LONG);
    value_put_bool(arena, field, "is_date", about->kind == FIELD_DATE);
    value_put_bool(arena, field, "is_check", about->kind == FIELD_BOOL);
    value_put_bool(arena, field, "is_text",
                   !is_select && !is_hidden && about->kind != FIELD_LONG && about->kind != FIELD_DATE &&
                       about->kind != FIELD_BOOL);
    value_add(list, field);
    return RC_OK;
}

/* What the query string says of the new record: the item that it is about. */
static enum rc put_subject(struct page *page, struct value *form)
{
    struct arena *arena = page->ctx.arena;
    int64_t task_id = page_param_int(page, "task_id", 0), finding_id = page_param_int(page, "finding_id", 0);
    if (page->form) {
        (void)str_parse_int64(form_text(page->form->fields, "task_id"), &task_id);
        (void)str_parse_int64(form_text(page->form->fields, "finding_id"), &finding_id);
    }
    value_put_text(arena, form, "about", STR(""));
    value_put_text(arena, form, "about_href", STR(""));
    if (!task_id && !finding_id)
        return RC_OK;
    struct value *row;
    struct db_stmt *st = db_query(page->db, task_id ? Q_TASK_GET : Q_FINDING_GET);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", task_id ? task_id : finding_id);
    TRY(page_find_row(page, st, &row));
    value_set(form, STR("about"),
              value_new_text(arena, arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(row, "no")),
                                                 STR_ARG(value_get_text(row, "title")))));
    value_set(form, STR("about_href"),
              value_new_text(arena, task_id ? arena_format(arena, "/tasks/%lld", (long long)task_id)
                                            : arena_format(arena, "/findings/%lld", (long long)finding_id)));
    return RC_OK;
}

static bool has_revision(const struct command *command)
{
    for (int i = 0; i < command->field_count; i++)
        if (strcmp(command->fields[i].name, "revision") == 0)
            return true;
    return false;
}

static enum rc put_form(struct page *page, const struct command *command, const struct form_noun *noun,
                        struct str action, struct str back, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form_begin(page, action, back), *list = value_put_list(arena, form, "fields");
    const char *word = strchr(command->name, '.') + 1;
    if (row && has_revision(command))
        TRY(rival_merge(page, noun->noun, value_get_int(row, "id", 0), row));
    for (int i = 0; i < command->field_count; i++)
        if (strcmp(command->fields[i].name, "id") != 0)
            TRY(put_field(page, list, command, noun->noun, &command->fields[i], row));
    rival_put_words(page);
    struct str title = page_text(page, arena_format(arena, "%s.do.%s", noun->noun, word).p);
    value_put_text(arena, form, "title", title);
    value_put_text(arena, page->view, "page_title", title);
    if (!noun->above || strcmp(noun->above, noun->list) != 0)
        chrome_add_crumb(page, page_text(page, noun->above ? noun->above_title : "supervision.title"),
                         noun->above ? str_from_cstr(noun->above) : STR("/supervision"));
    chrome_add_crumb(page, page_text(page, noun->list_title), str_from_cstr(noun->list));
    return RC_OK;
}

enum rc page_command_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *params = value_new_map(arena), *row;
    struct str path = page->form ? form_text(page->form->fields, "form") : page->request->path;
    if (str_has_suffix(path, STR(".json")))
        path = str_slice(path, 0, path.n - 5);
    const struct command *command = command_find_path(path, arena, params);
    const struct form_noun *noun = find_noun(path);
    if (!command || !noun)
        return RC_NOT_FOUND;
    struct db_stmt *st = page_statement(page, noun->query);
    char today[DATE_TEXT_BYTES];
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    db_bind_text(st, "today", date_format(clock_today(), today));
    TRY(page_find_row(page, st, &row));
    struct str back = noun->record
                          ? record_href(arena, noun->record, row)
                          : arena_format(arena, "/%s/%lld", noun->first, (long long)value_get_int(row, "id", 0));
    TRY(put_form(page, command, noun, path, back, row));
    struct value *form = (struct value *)value_get(page->view, "form");
    value_put_text(
        arena, form, "about",
        arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(row, "no")), STR_ARG(value_get_text(row, "title"))));
    value_put_text(arena, form, "about_href", back);
    chrome_add_crumb(page, value_get_text(row, "no").n ? value_get_text(row, "no") : value_get_text(row, "title"),
                     back);
    chrome_add_crumb(page, value_get_text(form, "title"), STR_EMPTY);
    return RC_OK;
}

enum rc page_command_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    const struct form_noun *noun = find_noun(str_from_cstr(page->route->path));
    const struct command *command = noun && noun->maker ? command_find_name(str_from_cstr(noun->maker)) : NULL;
    if (!command)
        return RC_NOT_FOUND;
    struct value *row = value_new_map(arena); /* what the address proposes */
    VALUE_EACH (field, page->query) {
        if (field->kind == VALUE_TEXT)
            value_put(row, field->key, value_new_text(arena, field->text));
    }
    TRY(put_form(page, command, noun, record_href(arena, command->path, row), str_from_cstr(noun->list), row));
    struct value *form = (struct value *)value_get(page->view, "form");
    TRY(put_subject(page, form));
    chrome_add_crumb(page, value_get_text(form, "title"), STR_EMPTY);
    return RC_OK;
}
