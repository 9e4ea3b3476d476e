/* rival.c: see rival.h. */
#include "serve/rival.h"

#include "publish/event_words.h"
#include "serve/page_loop.h"
#include "serve/typed_form.h"
#include "text/json.h"
#include "text/utf8.h"

enum { WORDS_BYTES = 900 };

/* The fields of each form, by the label that they have there. */
static const struct watched {
    const char *noun, *name, *label;
} watched[] = {{"finding", "title", "finding.title"},
               {"finding", "facts", "finding.body"},
               {"finding", "aspect_id", "finding.aspect"},
               {"finding", "phase", "finding.phase"},
               {"finding", "due", "finding.due"},
               {"finding", "due_stated", "finding.due_stated"},
               {"finding", "unit_id", "finding.unit"},
               {"finding", "responsible", "finding.person"},
               {"finding", "amount_fen", "finding.amount_yuan"},
               {"finding", "nature", "finding.nature"},
               {"finding", "severity", "finding.severity"},
               {"finding", "label", "finding.label"},
               {"finding", "status_stated", "finding.status_stated"},
               {"measure", "text", "measure.text"},
               {"measure", "cause_id", "measure.cause"},
               {"measure", "kinds", "measure.kinds"},
               {"measure", "phase", "finding.phase"},
               {"measure", "due", "finding.due"},
               {"measure", "weight", "task.weight"},
               {"measure", "finish_mark", "task.finish_mark"},
               {"measure", "yearly_goal", "measure.yearly_goal"},
               {"task", "title", "task.title"},
               {"task", "goal", "task.goal"},
               {"task", "finish_mark", "task.finish_mark"},
               {"task", "phase", "finding.phase"},
               {"task", "start", "task.start"},
               {"task", "due", "finding.due"},
               {"task", "weight", "task.weight"},
               {"task", "report_cycle", "task.report_cycle"},
               {"cause", "level", "cause.level"},
               {"cause", "method", "cause.method"},
               {"cause", "text", "cause.text"},
               {"cause", "steps", "cause.steps"},
               {"node", "name", "node.name"},
               {"node", "deliverable", "node.deliverable"},
               {"node", "start", "task.start"},
               {"node", "due", "finding.due"},
               {"node", "weight", "task.weight"},
               {"rule", "name", "rule.name"},
               {"rule", "text", "rule.text"},
               {"rule", "old_text", "rule.old_text"},
               {"rule", "due", "rule.due"},
               {"rule", "review_due", "rule.review_due"},
               {"plan", "title", "form.plan.title"},
               {"plan", "report_due", "form.plan.report_due"},
               {"plan", "concentrated_end", "form.plan.concentrated_end"},
               {"plan", "pledge", "form.plan.pledge"},
               {"unit", "name", "unit.name"},
               {"unit", "short_name", "unit.short_name"},
               {"unit", "code", "unit.code"},
               {"unit", "kind", "unit.kind"},
               {"unit", "legal_level", "unit.legal_level"},
               {"unit", "sector", "unit.sector"},
               {"unit", "uscc", "unit.uscc"},
               {"unit", "sort_no", "unit.sort_no"},
               {"unit", "core_business", "unit.core_business"},
               {"unit", "valid_from", "unit.valid_from"}};

static const struct watched *find_watched(const char *noun, struct str name)
{
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
        if (str_equal_cstr(str_from_cstr(noun), watched[i].noun) && str_equal_cstr(name, watched[i].name))
            return &watched[i];
    return NULL;
}

/* ---- values as a form has them ------------------------------------------------------------------------------- */

/* "1,234.50" and "1234.5" are one amount. */
static struct str plain_amount(struct arena *arena, struct str text)
{
    char out[40];
    size_t n = 0;
    bool has_point = false;
    for (size_t i = 0; i < text.n && n < sizeof out; i++) {
        has_point |= text.p[i] == '.';
        if (text.p[i] != ',' && text.p[i] != ' ')
            out[n++] = text.p[i];
    }
    while (has_point && n && (out[n - 1] == '0' || out[n - 1] == '.'))
        has_point = out[--n] != '.';
    return arena_format(arena, "%.*s", (int)n, out);
}

static struct str text_of(struct page *page, struct str name, const struct value *v)
{
    struct arena *arena = page->ctx.arena;
    struct str lines = STR("");
    VALUE_EACH (line, v && v->kind == VALUE_LIST ? v : NULL) {
        lines = lines.n ? arena_format(arena, "%.*s\n%.*s", STR_ARG(lines), STR_ARG(line->text)) : line->text;
    }
    if (!v || v->kind != VALUE_INT)
        return v && v->kind == VALUE_TEXT ? v->text : lines;
    if (!str_equal(name, STR("amount_fen")))
        return arena_format(arena, "%lld", (long long)v->integer);
    return plain_amount(arena, page_format_money(arena, v->integer));
}

/* What was typed, as a record would hold it; false when the form had no such field. */
static bool typed_of(struct page *page, struct str name, struct str *ret)
{
    struct arena *arena = page->ctx.arena;
    const struct value *v = value_get_str(page->form->fields, name);
    struct str all = v && v->kind == VALUE_TEXT ? v->text : STR("");
    VALUE_EACH (one, v && v->kind == VALUE_LIST ? v : NULL) {
        if (one->kind == VALUE_TEXT && one->text.n)
            all = all.n ? arena_format(arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(one->text)) : one->text;
    }
    all = str_trim(all);
    if (str_equal(name, STR("amount_fen")))
        all = plain_amount(arena, all);
    if (str_equal(name, STR("report_cycle")) && str_equal(all, STR("days"))) {
        struct str days = form_text(page->form->fields, "report_days");
        all = arena_format(arena, "days:%.*s", STR_ARG(days));
    }
    *ret = all;
    return v != NULL;
}

static void type_in(struct page *page, struct str name, struct str text)
{
    struct arena *arena = page->ctx.arena;
    struct value *fields = page->form->fields;
    bool is_own = str_equal(name, STR("report_cycle")) && str_has_prefix(text, STR("days:"));
    value_set(fields, name, value_new_text(arena, is_own ? STR("days") : text));
    if (is_own)
        value_set(fields, STR("report_days"), value_new_text(arena, str_slice(text, 5, text.n)));
}

/* ---- what the others did ------------------------------------------------------------------------------------- */

static struct value *row_of(struct page *page, struct value *rows, const char *noun, struct str name)
{
    struct arena *arena = page->ctx.arena;
    for (struct value *row = rows->items.first; row; row = row->next)
        if (str_equal(value_get_text(row, "name"), name))
            return row;
    const struct watched *field = find_watched(noun, name);
    if (!field)
        return NULL;
    struct value *row = value_add_map(arena, rows);
    value_put_text(arena, row, "name", name);
    value_put_text(arena, row, "label", page_text(page, field->label));
    return row;
}

static void put_who(struct page *page, struct value *row, const struct value *event)
{
    struct arena *arena = page->ctx.arena;
    struct str actor = value_get_text(event, "actor_name");
    value_set(row, STR("actor"), value_new_text(arena, actor.n ? actor : page_text(page, "event.program")));
    value_set(row, STR("at"), value_new_int(arena, value_get_int(event, "at", 0)));
}

static void add_changes(struct page *page, struct value *rows, const char *noun, const struct value *event,
                        const struct value *body)
{
    struct arena *arena = page->ctx.arena;
    VALUE_EACH (name, value_get(body, "changed")) {
        struct value *row = name->kind == VALUE_TEXT ? row_of(page, rows, noun, name->text) : NULL;
        if (!row)
            continue;
        bool is_unit = str_equal(name->text, STR("unit_id"));
        if (!value_get(row, "from")) {
            const struct value *was = value_get_str(value_get(body, "was"), name->text);
            value_put_text(arena, row, "from", text_of(page, name->text, was));
            value_put_text(arena, row, "from_name", is_unit ? value_get_text(body, "unit_was") : STR(""));
        }
        struct str to = text_of(page, name->text, value_get_str(body, name->text));
        value_set(row, STR("to"), value_new_text(arena, to));
        value_set(row, STR("to_name"), value_new_text(arena, is_unit ? value_get_text(body, "unit_is") : STR("")));
        put_who(page, row, event);
    }
}

/* A step from state to state also makes a new version. */
static void add_move(struct page *page, struct value *rows, const struct value *event, const struct value *body)
{
    struct arena *arena = page->ctx.arena;
    struct value *row = value_add_map(arena, rows);
    struct str kind = value_get_text(event, "kind");
    value_put_text(arena, row, "name", STR(""));
    value_put_text(arena, row, "label", page_text(page, arena_format(arena, "event.%.*s", STR_ARG(kind)).p));
    value_put_text(arena, row, "from", STR(""));
    value_put_text(arena, row, "from_name", STR(""));
    value_put_text(arena, row, "to", event_move_words(page->ctx.arena, page->lang, body));
    value_put_text(arena, row, "to_name", STR(""));
    put_who(page, row, event);
}

static enum rc read_events(struct page *page, const char *noun, int64_t subject, int64_t id, int64_t seen,
                           struct value *rows)
{
    struct arena *arena = page->ctx.arena;
    struct str prefix = arena_format(arena, "%s.", noun), change = arena_format(arena, "%s.changed", noun);
    const char *own = arena_format(arena, "%s_id", noun).p;
    struct db_stmt *st = db_query(page->db, Q_EVENT_SINCE);
    struct value *events;
    db_bind_int(st, "id", subject);
    db_bind_int(st, "seen", seen);
    TRY(db_rows(&page->ctx, st, &events));
    VALUE_EACH (event, events) {
        struct str kind = value_get_text(event, "kind");
        struct value *body;
        if (!str_has_prefix(kind, prefix))
            continue;
        TRY(json_parse(&page->ctx, value_get_text(event, "body"), &body));
        if (subject != id && value_get_int(body, own, value_get_int(body, "id", 0)) != id)
            continue; /* of another measure of the same finding */
        if (str_equal(kind, change))
            add_changes(page, rows, noun, event, body);
        else
            add_move(page, rows, event, body);
    }
    return RC_OK;
}

/* What becomes of each field in the form. */
static void settle(struct page *page, struct value *rows)
{
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str name = value_get_text(row, "name"), from = value_get_text(row, "from"),
                   to = value_get_text(row, "to"), typed;
        const char *state = "same";
        if (name.n && typed_of(page, name, &typed) && !str_equal(typed, to)) {
            bool is_left_alone = str_equal(typed, str_trim(from));
            if (is_left_alone)
                type_in(page, name, to);
            state = is_left_alone ? "taken" : "clash";
        }
        value_put_text(page->ctx.arena, row, "state", str_from_cstr(name.n ? state : "moved"));
    }
}

/* Whether the versions of its records are counted; those of others are told by the newest event. */
static bool is_counted(const char *noun)
{
    static const char *const nouns[] = {"finding", "measure", "task"};
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        if (str_equal_cstr(str_from_cstr(noun), nouns[i]))
            return true;
    return false;
}

enum rc rival_merge(struct page *page, const char *noun, int64_t subject, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    bool is_by_event = !is_counted(noun);
    const char *version = is_by_event ? "revision" : "rev";
    int64_t now = value_get_int(row, is_by_event ? "changed_seq" : "rev", 0), typed, seen;
    if (!page->form || !str_parse_int64(form_text(page->form->fields, version), &typed) || typed == now)
        return RC_OK;
    struct value *form = typed_form(page), *rows = value_new_list(arena);
    if (is_by_event || str_parse_int64(form_text(page->form->fields, "seen"), &seen))
        TRY(read_events(page, noun, subject, value_get_int(row, "id", 0), is_by_event ? typed : seen, rows));
    settle(page, rows);
    struct value *told = value_new_map(arena);
    value_put_bool(arena, told, "has_rivals", true);
    value_put_bool(arena, told, "has_rival_rows", value_count(rows) > 0);
    VALUE_EACH (flag, told) {
        value_set(form, flag->key, value_copy(arena, flag));
    }
    value_set(form, STR("rivals"), rows);
    type_in(page, str_from_cstr(version), arena_format(arena, "%lld", (long long)now));
    type_in(page, STR("seen"), arena_format(arena, "%lld", (long long)value_get_int(row, "changed_seq", 0)));
    return arena_rc(arena);
}

struct str rival_revision(struct page *page, const struct value *row)
{
    struct str typed = page->form ? form_text(page->form->fields, "revision") : STR("");
    return typed.n ? typed : arena_format(page->ctx.arena, "%lld", (long long)value_get_int(row, "changed_seq", 0));
}

struct str rival_seen(struct page *page, const struct value *row)
{
    struct str typed = page->form ? form_text(page->form->fields, "seen") : STR("");
    return typed.n ? typed : arena_format(page->ctx.arena, "%lld", (long long)value_get_int(row, "changed_seq", 0));
}

/* ---- words ---------------------------------------------------------------------------------------------------- */

static struct str choice_label(const struct value *field, struct str value)
{
    VALUE_EACH (option, value_get(field, "options")) {
        if (str_equal(value_get_text(option, "value"), value))
            return value_get_text(option, "label");
    }
    return STR("");
}

static struct str words_of(struct page *page, const struct value *field, struct str text, struct str name)
{
    struct arena *arena = page->ctx.arena;
    struct str all = STR(""), rest = text, part;
    if (name.n)
        return name;
    if (!text.n)
        return page_text(page, "event.empty_value");
    if (!value_get(field, "options"))
        return text.n > WORDS_BYTES
                   ? arena_format(arena, "%.*s\xe2\x80\xa6", STR_ARG(utf8_cut_bytes(text, WORDS_BYTES)))
                   : text;
    while (str_split_next(&rest, ',', &part)) {
        bool is_own = str_has_prefix(part, STR("days:"));
        struct str label = choice_label(field, is_own ? STR("days") : part);
        label = !label.n ? part
                : is_own ? arena_format(arena, "%.*s %.*s", STR_ARG(label), (int)part.n - 5, part.p + 5)
                         : label;
        all = all.n ? arena_concat(arena, arena_concat(arena, all, page_text(page, "list.comma")), label) : label;
    }
    return all;
}

void rival_put_words(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form(page);
    VALUE_EACH (row, value_get(form, "rivals")) {
        struct value *line = (struct value *)row;
        struct str name = value_get_text(row, "name");
        const struct value *field = name.n ? value_get_str(form, name) : NULL;
        struct str from = words_of(page, field, value_get_text(row, "from"), value_get_text(row, "from_name"));
        struct str to = words_of(page, field, value_get_text(row, "to"), value_get_text(row, "to_name"));
        value_set(line, STR("from"), value_new_text(arena, name.n ? from : STR("")));
        value_set(line, STR("to"), value_new_text(arena, name.n ? to : value_get_text(row, "to")));
        page_put_time(page, line, "at");
        struct str state = value_get_text(row, "state");
        value_put_text(arena, line, "state_label",
                       page_text(page, arena_format(arena, "rival.%.*s", STR_ARG(state)).p));
        value_put_bool(arena, line, "is_clash", str_equal(state, STR("clash")));
    }
}
