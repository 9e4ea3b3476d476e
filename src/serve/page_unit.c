/* page_unit.c: the organisation: the tree as of a day, one unit, its forms.
 *
 * Counts of findings carry the scope of finding.read, not of unit.read: whoever may see a unit need not see what was
 * found there.
 */
#include "base/clock.h"
#include "base/map.h"
#include "base/vec.h"
#include "loop/unit.h"
#include "serve/chrome.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/rival.h"
#include "serve/typed_form.h"
#include "text/normalize.h"

enum { TREE_DEPTH_MAX = 20, OPEN_DEPTH_DEFAULT = 2 };

static struct str number_text(struct arena *arena, int64_t n) { return arena_format(arena, "%lld", (long long)n); }

static struct str unit_href(struct arena *arena, int64_t id)
{
    return arena_format(arena, "/units/%lld", (long long)id);
}

static void put_label(struct page *page, struct value *row, const char *key, const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    struct str value = value_get_text(row, key);
    struct str text =
        value.n ? message_find(page->lang, arena_format(arena, "%s.%.*s", prefix, STR_ARG(value))) : STR("");
    value_put_text(arena, row, arena_copy_cstr(arena, arena_format(arena, "%s_label", key)), text.p ? text : value);
}

static void put_level(struct page *page, struct value *row)
{
    struct str level = number_text(page->ctx.arena, value_get_int(row, "mgmt_level", 0));
    value_put_text(page->ctx.arena, row, "level_label", page_text_args(page, "unit.level_text", &level, 1));
}

/* ---- tree --------------------------------------------------------------------------------------------------- */

struct tree_node {
    struct value *row;
    struct tree_node *parent, *first, *last, *next;
    int64_t open_findings, people;
    bool is_shown, is_open;
};

struct tree {
    struct map by_id;
    VEC(struct tree_node *) nodes;
    struct tree_node *first_root, *last_root;
};

static struct tree_node *find_node(const struct tree *tree, struct arena *arena, int64_t id)
{
    return id ? map_get(&tree->by_id, number_text(arena, id)) : NULL;
}

/* Units whose parent is not in sight are roots of what one sees. */
static enum rc build_tree(struct page *page, struct value *rows, struct tree *tree)
{
    struct arena *arena = page->ctx.arena;
    map_init(&tree->by_id, arena);
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct tree_node *node = ARENA_NEW(arena, struct tree_node);
        if (!node || !VEC_PUSH(arena, &tree->nodes, node))
            return arena_rc(arena);
        node->row = row;
        TRY(map_put(&tree->by_id, number_text(arena, value_get_int(row, "id", 0)), node));
    }
    for (size_t i = 0; i < tree->nodes.n; i++) {
        struct tree_node *node = tree->nodes.p[i];
        node->parent = find_node(tree, arena, value_get_int(node->row, "parent_id", 0));
        struct tree_node **last = node->parent ? &node->parent->last : &tree->last_root;
        struct tree_node **first = node->parent ? &node->parent->first : &tree->first_root;
        if (*last)
            (*last)->next = node;
        else
            *first = node;
        *last = node;
    }
    return RC_OK;
}

static enum rc add_counts(struct page *page, struct tree *tree, enum query query, enum perm perm, const char *key)
{
    struct value *rows;
    struct db_stmt *st = db_query(page->db, query);
    actor_bind_scope(st, &page->actor, perm);
    TRY(db_rows(&page->ctx, st, &rows));
    bool is_people = str_equal_cstr(STR("people"), key);
    VALUE_EACH (row, rows) {
        struct tree_node *node = find_node(tree, page->ctx.arena, value_get_int(row, "unit_id", 0));
        int64_t n = value_get_int(row, key, 0);
        if (node && is_people)
            node->people += n;
        for (int depth = 0; node && !is_people && depth < TREE_DEPTH_MAX; node = node->parent, depth++)
            node->open_findings += n; /* the figure of a unit is that of its subtree */
    }
    return RC_OK;
}

static bool contains_nocase(struct str text, struct str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (str_equal_nocase(str_slice(text, i, i + word.n), word))
            return true;
    return false;
}

static bool is_match(const struct value *row, struct str word)
{
    static const char *const keys[] = {"name", "short_name", "code", "pinyin"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (contains_nocase(value_get_text(row, keys[i]), word))
            return true;
    return false;
}

/* Shows the units that match with everything above them, opened; without a word all, opened to a level. */
static enum rc choose_nodes(struct page *page, struct tree *tree, struct str q, int64_t at, int64_t *ret_shown)
{
    struct arena *arena = page->ctx.arena;
    int64_t open_depth = page_param_int(page, "level", OPEN_DEPTH_DEFAULT), shown = 0;
    struct str word = q;
    if (q.n)
        TRY(text_simplify(arena, q, &word));
    for (size_t i = 0; i < tree->nodes.n; i++) {
        struct tree_node *node = tree->nodes.p[i];
        bool is_found = q.n && is_match(node->row, word);
        bool is_at = value_get_int(node->row, "id", 0) == at;
        value_put_bool(arena, node->row, "is_found", is_found || is_at);
        shown += q.n ? is_found : 1;
        int depth = 0;
        for (struct tree_node *up = node->parent; up && depth < TREE_DEPTH_MAX; up = up->parent, depth++)
            if (is_found || is_at)
                up->is_shown = up->is_open = true;
        node->is_shown |= is_found || !q.n;
        node->is_open |= !q.n && depth + 1 < open_depth;
    }
    *ret_shown = shown;
    return RC_OK;
}

static void put_nodes(struct page *page, struct value *list, struct tree_node *first, int depth)
{
    struct arena *arena = page->ctx.arena;
    for (struct tree_node *node = first; node && depth < TREE_DEPTH_MAX; node = node->next) {
        if (!node->is_shown)
            continue;
        struct value *row = node->row;
        put_level(page, row);
        put_label(page, row, "kind", "unit_kind");
        value_put_int(arena, row, "open_findings", node->open_findings);
        value_put_int(arena, row, "people", node->people);
        value_put_bool(arena, row, "is_open", node->is_open);
        struct value *children = value_put_list(arena, row, "children");
        put_nodes(page, children, node->first, depth + 1);
        value_put_bool(arena, row, "has_children", value_count(children) > 0);
        row->next = NULL;
        value_add(list, row);
    }
}

static struct str read_as_of(struct page *page, bool *ret_is_today)
{
    int32_t day, today = clock_today();
    if (!date_parse(page_param_text(page, "as_of"), &day))
        day = today;
    *ret_is_today = day == today;
    return date_text(page->ctx.arena, day);
}

static void put_levels(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t chosen = page_param_int(page, "level", OPEN_DEPTH_DEFAULT);
    struct value *options = value_put_list(arena, page->view, "levels");
    for (int64_t i = 1; i <= 6; i++) {
        struct str n = number_text(arena, i);
        typed_form_add_option(page, options, n, page_text_args(page, "unit.open_to", &n, 1), i == chosen);
    }
}

enum rc page_unit_tree(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    bool is_today;
    struct str as_of = read_as_of(page, &is_today), q = str_trim(page_param_text(page, "q"));
    struct db_stmt *st = page_statement(page, Q_UNIT_TREE);
    db_bind_text(st, "as_of", as_of);
    struct value *rows;
    TRY(db_rows(&page->ctx, st, &rows));
    struct tree tree = {0};
    int64_t shown;
    TRY(build_tree(page, rows, &tree));
    TRY(add_counts(page, &tree, Q_UNIT_OPEN_FINDING_COUNTS, PERM_FINDING_READ, "open_findings"));
    TRY(add_counts(page, &tree, Q_UNIT_PEOPLE_COUNTS, PERM_UNIT_READ, "people"));
    TRY(choose_nodes(page, &tree, q, page_param_int(page, "at", 0), &shown));
    struct value *units = value_put_list(arena, page->view, "units");
    put_nodes(page, units, tree.first_root, 0);
    bool may_edit = page_can(page, PERM_UNIT_WRITE);
    value_put_text(arena, page->view, "as_of", as_of);
    value_put_bool(arena, page->view, "is_today", is_today);
    value_put_int(arena, page->view, "count", shown);
    value_put_bool(arena, page->view, "has_units", units->items.n > 0);
    value_put_bool(arena, page->view, "may_edit", may_edit);
    value_put_bool(arena, page->view, "may_move", may_edit && is_today);
    typed_form_put(page, value_put_map(arena, page->view, "filter"), "q", q);
    value_put_text(arena, page->view, "empty_why", page_text(page, q.n ? "unit.none_match" : "unit.none_why"));
    put_levels(page);
    return RC_OK;
}

/* ---- one unit ------------------------------------------------------------------------------------------------ */

static void add_figure(struct page *page, struct value *list, const char *label, int64_t n, struct str href,
                       const char *status)
{
    struct arena *arena = page->ctx.arena;
    struct value *figure = value_add_map(arena, list);
    value_put_text(arena, figure, "label", page_text(page, label));
    value_put_int(arena, figure, "value", n);
    value_put_text(arena, figure, "href", href);
    value_put_text(arena, figure, "status", str_from_cstr(status));
}

static enum rc put_figures(struct page *page, struct value *unit)
{
    struct arena *arena = page->ctx.arena;
    long long id = (long long)value_get_int(unit, "id", 0);
    char today[DATE_TEXT_BYTES];
    struct db_stmt *st = db_query(page->db, Q_UNIT_FINDING_FIGURES);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", date_format(clock_today(), today));
    struct value *row;
    TRY(db_first_row(&page->ctx, st, &row));
    struct value *figures = value_put_list(arena, unit, "figures");
    int64_t overdue = value_get_int(row, "overdue", 0);
    add_figure(page, figures, "unit.open_own", value_get_int(row, "open_own", 0),
               arena_format(arena, "/findings?unit=%lld&status=open", id), "");
    add_figure(page, figures, "unit.open_below", value_get_int(row, "open_below", 0),
               arena_format(arena, "/findings?under=%lld&status=open", id), "");
    add_figure(page, figures, "unit.overdue_below", overdue,
               arena_format(arena, "/findings?under=%lld&due=overdue", id), overdue ? "overdue" : "");
    return RC_OK;
}

static enum rc put_children(struct page *page, struct value *unit)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows, *counts;
    struct db_stmt *st = page_statement(page, Q_UNIT_CHILDREN);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    st = db_query(page->db, Q_UNIT_CHILD_FINDING_COUNTS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    TRY(db_rows(&page->ctx, st, &counts));
    for (struct value *row = rows->items.first; row; row = row->next) {
        int64_t n = 0;
        VALUE_EACH (count, counts) {
            if (value_get_int(count, "unit_id", 0) == value_get_int(row, "id", 0))
                n = value_get_int(count, "open_findings", 0);
        }
        value_put_int(arena, row, "open_findings", n);
        put_label(page, row, "kind", "unit_kind");
    }
    value_put(unit, STR("children"), rows);
    value_put_bool(arena, unit, "has_children", rows->items.n > 0);
    return RC_OK;
}

static enum rc put_people(struct page *page, struct value *unit)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = page_statement(page, Q_PERSON_OF_UNIT);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str title = value_get_text(row, "title"), party = value_get_text(row, "party_post");
        value_put_text(arena, row, "post",
                       title.n && party.n ? arena_format(arena, "%.*s, %.*s", STR_ARG(party), STR_ARG(title))
                       : title.n          ? title
                                          : party);
    }
    value_put(unit, STR("people"), rows);
    value_put_bool(arena, unit, "has_people", rows->items.n > 0);
    return RC_OK;
}

/* Places one after the other; two that touch under the same parent (a move that was undone) are shown as one. */
static enum rc put_placements(struct page *page, struct value *unit)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_UNIT_TENURES);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    struct value *list = value_put_list(arena, unit, "placements"), *last = NULL;
    VALUE_EACH (row, rows) {
        if (last && value_get_int(last, "parent_id", 0) == value_get_int(row, "parent_id", 0)) {
            value_set(last, STR("valid_from"), value_new_text(arena, value_get_text(row, "valid_from")));
            continue;
        }
        last = value_copy(arena, row);
        if (!last)
            return arena_rc(arena);
        if (value_is_null(value_get(row, "valid_to")) &&
            value_get_text(unit, "valid_to").n) /* it ended with the unit */
            value_set(last, STR("valid_to"), value_new_text(arena, value_get_text(unit, "valid_to")));
        struct str name = value_get_text(row, "parent_name");
        value_set(last, STR("parent_name"), value_new_text(arena, name.n ? name : page_text(page, "unit.top")));
        value_add(list, last);
    }
    return RC_OK;
}

static enum rc put_crumbs(struct page *page, const struct value *unit)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_UNIT_PATH);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    chrome_add_crumb(page, page_text(page, "nav.units"), STR("/units"));
    VALUE_EACH (row, rows) {
        bool is_here = !row->next;
        chrome_add_crumb(page, value_get_text(row, "short_name"),
                         is_here ? STR("") : unit_href(arena, value_get_int(row, "id", 0)));
    }
    return RC_OK;
}

/* Choice among the units that one may change. */
static enum rc put_unit_choice(struct page *page, const char *name, struct str value, int64_t but_not)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows,
        *options = value_put_list(arena, typed_form_put(page, typed_form(page), name, value), "options");
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_UNIT_WRITE);
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        int64_t id = value_get_int(row, "id", 0);
        struct str code = value_get_text(row, "code"), label = value_get_text(row, "name");
        if (id != but_not)
            typed_form_add_option(page, options, number_text(arena, id),
                                  arena_format(arena, "%.*s  %.*s", STR_ARG(label), STR_ARG(code)),
                                  str_equal(number_text(arena, id), value));
    }
    return RC_OK;
}

static enum rc put_unit_forms(struct page *page, struct value *unit, bool may_edit)
{
    int64_t id = value_get_int(unit, "id", 0);
    struct str from = typed_form_value(page, NULL, "valid_from"), to = typed_form_value(page, NULL, "valid_to");
    struct str parent = typed_form_value(page, NULL, "parent_id");
    if (!parent.n)
        parent = number_text(page->ctx.arena, value_get_int(unit, "parent_id", 0));
    typed_form_put(page, typed_form(page), "valid_from", from.n ? from : date_text(page->ctx.arena, clock_today()));
    typed_form_put(page, typed_form(page), "valid_to", to.n ? to : date_text(page->ctx.arena, clock_today()));
    typed_form_field(page, typed_form(page), "reason", NULL);
    if (!may_edit)
        return RC_OK;
    TRY(put_unit_choice(page, "parent_id", parent, id));
    return put_unit_choice(page, "findings_to", typed_form_value(page, NULL, "findings_to"), id);
}

enum rc page_unit(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *unit = (struct value *)value_get(page->view, "unit");
    int64_t id = value_get_int(unit, "id", 0);
    put_level(page, unit);
    put_label(page, unit, "kind", "unit_kind");
    put_label(page, unit, "sector", "unit_sector");
    TRY(put_figures(page, unit));
    TRY(put_children(page, unit));
    TRY(put_people(page, unit));
    TRY(page_put_unit_posts(page, unit));
    TRY(put_placements(page, unit));
    TRY(put_crumbs(page, unit));
    bool is_closed = !value_is_null(value_get(unit, "valid_to")), is_root = value_is_null(value_get(unit, "parent_id"));
    bool may_edit = actor_check(&page->ctx, page->db, &page->actor, PERM_UNIT_WRITE, id, LABEL_PUBLIC) == RC_OK;
    value_put_bool(arena, unit, "may_edit", may_edit);
    value_put_bool(arena, unit, "may_add", may_edit && !is_closed);
    value_put_bool(arena, unit, "may_move", may_edit && !is_root && !is_closed);
    value_put_bool(arena, unit, "may_reopen", may_edit && is_closed);
    value_put_text(arena, page->view, "page_title", value_get_text(unit, "name"));
    TRY(put_unit_forms(page, unit, may_edit));
    struct db_stmt *st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    return page_put_timeline(page, st);
}

/* ---- forms --------------------------------------------------------------------------------------------------- */

static enum rc put_form(struct page *page, const struct value *unit)
{
    struct arena *arena = page->ctx.arena;
    if (unit)
        TRY(rival_merge(page, "unit", value_get_int(unit, "id", 0), unit));
    static const char *const texts[] = {"name", "short_name",    "code",   "legal_level",
                                        "uscc", "core_business", "sort_no"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        typed_form_field(page, typed_form(page), texts[i], unit);
    typed_form_choices(page, typed_form_field(page, typed_form(page), "kind", unit), UNIT_KINDS, "unit_kind");
    typed_form_choices(page, typed_form_field(page, typed_form(page), "sector", unit), UNIT_SECTORS, "unit_sector");
    struct value *form = typed_form(page);
    int64_t id = value_get_int(unit, "id", 0);
    struct str revision = page->form ? form_text(page->form->fields, "revision") : STR("");
    if (!revision.n && unit)
        revision = number_text(arena, value_get_int(unit, "changed_seq", 0));
    typed_form_put(page, typed_form(page), "revision", revision);
    value_put_bool(arena, form, "is_new", !unit);
    value_put_text(arena, form, "action",
                   unit ? arena_format(arena, "/units/%lld/edit", (long long)id) : STR("/units/new"));
    value_put_text(arena, form, "back", unit ? unit_href(arena, id) : STR("/units"));
    if (unit) {
        typed_form_field(page, typed_form(page), "reason", NULL);
        typed_form_field(page, typed_form(page), "valid_from", unit);
        rival_put_words(page);
        return put_crumbs(page, unit);
    }
    struct str from = typed_form_value(page, NULL, "valid_from");
    typed_form_put(page, typed_form(page), "valid_from", from.n ? from : date_text(page->ctx.arena, clock_today()));
    chrome_add_crumb(page, page_text(page, "nav.units"), STR("/units"));
    chrome_add_crumb(page, page_text(page, "unit.new"), STR(""));
    struct str parent = typed_form_value(page, NULL, "parent_id");
    return put_unit_choice(page, "parent_id", parent.n ? parent : page_param_text(page, "parent_id"), 0);
}

enum rc page_unit_new(struct page *page) { return put_form(page, NULL); }

enum rc page_unit_edit(struct page *page)
{
    const struct value *unit = value_get(page->view, "unit");
    TRY(actor_check(&page->ctx, page->db, &page->actor, PERM_UNIT_WRITE, value_get_int(unit, "id", 0), LABEL_PUBLIC));
    return put_form(page, unit);
}

/* What was typed, with the unit that the address names. */
static struct value *make_raw(struct page *page)
{
    struct value *raw = value_copy(page->ctx.arena, page->form->fields);
    int64_t id = page_param_int(page, "id", 0);
    if (raw && id)
        value_set(raw, STR("id"), value_new_int(page->ctx.arena, id));
    return raw;
}

static enum rc done(struct page *page, const struct value *result, const char *flash, struct str name)
{
    struct arena *arena = page->ctx.arena;
    struct str path = unit_href(arena, value_get_int(result, "id", 0));
    if (page->is_json) {
        page->view = value_new_map(arena);
        value_put(page->view, STR("result"), value_copy(arena, result));
        value_put_text(arena, page->view, "url", path);
        return arena_rc(arena);
    }
    chrome_set_flash(page, "success", flash, name, value_get_text(result, "undo_path"));
    struct str back = form_text(page->form->fields, "back");
    bool is_tree = str_has_prefix(back, STR("/units?")) || str_equal(back, STR("/units"));
    page_redirect(page,
                  is_tree ? arena_format(arena, "/units?at=%lld", (long long)value_get_int(result, "id", 0)) : path);
    return RC_OK;
}

enum rc page_unit_new_post(struct page *page)
{
    struct value *result;
    enum rc rc = submit_and_wait(page, &command_unit_create, make_raw(page), &result);
    if (rc == RC_OK)
        return done(page, result, "flash.saved", STR_EMPTY);
    TRY(typed_form_refused(page, rc, "unit_form"));
    return put_form(page, NULL);
}

enum rc page_unit_edit_post(struct page *page)
{
    struct value *result;
    enum rc rc = submit_and_wait(page, &command_unit_change, make_raw(page), &result);
    if (rc == RC_OK)
        return done(page, result, "flash.saved", STR_EMPTY);
    TRY(typed_form_refused(page, rc, "unit_form"));
    return put_form(page, value_get(page->view, "unit"));
}

static enum rc run_on_unit(struct page *page, const struct command *command, const char *flash)
{
    struct value *result;
    enum rc rc = submit_and_wait(page, command, make_raw(page), &result);
    if (rc == RC_OK)
        return done(page, result, flash, value_get_text(value_get(page->view, "unit"), "name"));
    TRY(typed_form_refused(page, rc, "unit"));
    return page_unit(page);
}

enum rc page_unit_move_post(struct page *page) { return run_on_unit(page, &command_unit_move, "flash.unit_moved"); }

enum rc page_unit_close_post(struct page *page) { return run_on_unit(page, &command_unit_close, "flash.unit_closed"); }
