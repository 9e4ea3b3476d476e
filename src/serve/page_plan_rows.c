/* page_plan_rows.c: rows of plans as people read them: the list of a version, what it lacks, what differs; see
 * page_plan.h. */
#include "serve/page_plan.h"

#include <string.h>

#include "base/map.h"
#include "loop/plan.h"
#include "serve/chrome.h"
#include "serve/page_plan_parts.h"
#include "serve/page_record.h"
#include "serve/pages.h"

enum { FINDINGS_A_PAGE = 10 };

static struct str number(struct arena *arena, int64_t n) { return arena_format(arena, "%lld", (long long)n); }

/* ---- rows --------------------------------------------------------------------------------------------------- */

static enum rc read_seen(struct page *page, int64_t source_id, struct map *map)
{
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_PLAN_SEEN_FINDINGS);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "source", source_id);
    TRY(db_rows(&page->ctx, st, &rows));
    map_init(map, page->ctx.arena);
    for (struct value *row = rows->items.first; row; row = row->next)
        TRY(map_put(map, number(page->ctx.arena, value_get_int(row, "id", 0)), row));
    return RC_OK;
}

/* Takes out the rows for which the map has no entry under the number of key. */
static void keep_known(struct arena *arena, struct value *rows, const char *key, const struct map *map)
{
    struct value *row = rows->items.first, *next;
    rows->items.first = rows->items.last = NULL;
    rows->items.n = 0;
    for (; row; row = next) {
        next = row->next;
        row->next = NULL;
        if (map_get(map, number(arena, value_get_int(row, key, 0))))
            value_add(rows, row);
    }
}

enum rc plan_page_keep_seen(struct page *page, int64_t source_id, struct value *rows)
{
    struct map seen;
    TRY(read_seen(page, source_id, &seen));
    keep_known(page->ctx.arena, rows, "row_finding", &seen);
    return RC_OK;
}

enum rc plan_page_read_rows(struct page *page, const struct value *plan, int64_t version, struct value **ret_rows)
{
    int64_t source_id = value_get_int(plan, "source_id", 0);
    if (!version) {
        TRY(plan_rows_now(&page->ctx, page->db, source_id, value_get_int(plan, "unit_id", 0),
                          value_get_int(plan, "label", LABEL_INTERNAL), ret_rows));
        return plan_page_keep_seen(page, source_id, *ret_rows);
    }
    struct value *found;
    struct db_stmt *st = db_query(page->db, Q_PLAN_VERSION_GET);
    db_bind_int(st, "id", value_get_int(plan, "id", 0));
    db_bind_int(st, "version", version);
    TRY(page_find_row(page, st, &found));
    st = db_query(page->db, Q_PLAN_ROWS);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_int(st, "id", value_get_int(found, "id", 0));
    return db_rows(&page->ctx, st, ret_rows);
}

static struct str row_href(struct page *page, const struct value *row)
{
    static const char *const kinds[][2] = {{"finding", "/findings/"},
                                           {"cause", "/findings/"},
                                           {"measure", "/measures/"},
                                           {"task", "/tasks/"},
                                           {"node", ""}};
    struct str kind = value_get_text(row, "row_kind");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!str_equal_cstr(kind, kinds[i][0]) || !*kinds[i][1])
            continue;
        int64_t id = value_get_int(row, i == 1 ? "row_finding" : "row_subject", 0);
        return arena_format(page->ctx.arena, "%s%lld%s", kinds[i][1], (long long)id, i == 1 ? "#causes" : "");
    }
    return STR("");
}

static void put_who(struct page *page, struct value *row)
{
    static const char *const roles[] = {"lead_leader", "lead_dept", "assist", "supervisor", "doer"};
    struct arena *arena = page->ctx.arena;
    struct value *who = value_put_list(arena, row, "who");
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        struct str names = value_get_text(row, roles[i]);
        if (!names.n)
            continue;
        struct value *one = value_add_map(arena, who);
        value_put_text(arena, one, "role", page_text(page, arena_format(arena, "duty.%s", roles[i]).p));
        value_put_text(arena, one, "names", names);
    }
}

/* Level of a cause, kinds of a measure, in words. */
static struct str sort_words(struct page *page, struct str kind, struct str sort)
{
    return str_equal(kind, STR("cause")) ? page_word(page, "cause_level", sort)
                                         : page_set_words(page, sort, "measure_kind");
}

void plan_page_put_words(struct page *page, struct value *rows)
{
    struct arena *arena = page->ctx.arena;
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str kind = value_get_text(row, "row_kind"), no = value_get_text(row, "row_no");
        bool is_finding = str_equal(kind, STR("finding")), is_measure = str_equal(kind, STR("measure"));
        value_put_text(arena, row, "kind_label", page_word(page, "plan.kind", kind));
        value_put_text(arena, row, "href", row_href(page, row));
        value_put_bool(arena, row, "is_finding", is_finding);
        value_put_text(arena, row, "no_text", is_finding || is_measure || str_equal(kind, STR("task")) ? no : STR(""));
        value_put_text(arena, row, "sort_text", sort_words(page, kind, value_get_text(row, "sort")));
        value_put_text(arena, row, "phase_text", page_word(page, "phase", value_get_text(row, "phase")));
        value_put_bool(arena, row, "is_vague",
                       str_equal(kind, STR("task")) &&
                           !plan_is_measurable(value_get_text(row, "goal"), value_get_text(row, "finish_mark")));
        put_who(page, row);
        value_put_list(arena, row, "gaps");
        value_put_bool(arena, row, "has_gaps", false);
    }
}

/* ---- gaps --------------------------------------------------------------------------------------------------- */

/* What can be missing: the kind of row that shows it, and where it is put right. */
static const struct gap_row {
    const char *gap, *kind, *link; /* {row}: what is wrong; {finding} */
} gap_rows[] = {{"confirm", "finding", "/findings/{row}"},
                {"cause", "finding", "/findings/{row}/causes"},
                {"measure", "cause", "/findings/{finding}/measures/new?cause={row}"},
                {"due", "finding", "/findings/{row}/edit#due"},
                {"leader", "finding", "/findings/{row}/charge"},
                {"task", "finding", "/findings/{row}#measures"},
                {"node", "task", "/tasks/{row}/nodes"},
                {"measure_task", "measure", "/measures/{row}/tasks"},
                {"measure_mark", "measure", "/measures/{row}/edit"},
                {"measure_evidence", "measure", "/measures/{row}"},
                {"measure_dept", "measure", "/measures/{row}/charge"},
                {"measure_late", "measure", "/measures/{row}/edit"},
                {"task_late", "task", "/tasks/{row}/change"},
                {"node_late", "node", "/nodes/{row}"},
                {"goal", "task", "/tasks/{row}/change"}};
enum { GAPS = sizeof gap_rows / sizeof gap_rows[0] };

static const struct gap_row *find_gap(struct str gap)
{
    for (int i = 0; i < GAPS; i++)
        if (str_equal_cstr(gap, gap_rows[i].gap))
            return &gap_rows[i];
    return NULL;
}

static struct str gap_name(struct arena *arena, struct str kind, int64_t subject, int64_t finding)
{
    return arena_format(arena, "%.*s:%lld:%lld", STR_ARG(kind), (long long)subject, (long long)finding);
}

static void add_gap(struct page *page, struct value *row, const struct gap_row *about, int64_t id, bool is_needed)
{
    struct arena *arena = page->ctx.arena;
    struct value *gap = value_add_map(arena, (struct value *)value_get(row, "gaps")), *ids = value_new_map(arena);
    value_put_int(arena, ids, "row", id);
    value_put_int(arena, ids, "finding", value_get_int(row, "row_finding", 0));
    value_put_text(arena, gap, "key", str_from_cstr(about->gap));
    value_put_text(arena, gap, "text", page_text(page, arena_format(arena, "gap.%s", about->gap).p));
    value_put_text(arena, gap, "href", record_href(arena, about->link, ids));
    value_put_bool(arena, gap, "is_needed", is_needed);
    ((struct value *)value_get(row, "has_gaps"))->boolean = true;
}

static enum rc read_gaps(struct page *page, enum query query, int64_t source_id, struct value **ret_rows)
{
    struct map seen;
    struct db_stmt *st = db_query(page->db, query);
    db_bind_int(st, "source", source_id);
    TRY(db_rows(&page->ctx, st, ret_rows));
    TRY(read_seen(page, source_id, &seen));
    keep_known(page->ctx.arena, *ret_rows, "finding_id", &seen);
    return RC_OK;
}

enum rc plan_page_count_gaps(struct page *page, int64_t source_id, int64_t *ret_needed, int64_t *ret_warnings)
{
    struct value *needed, *warnings;
    TRY(read_gaps(page, Q_PLAN_GAPS, source_id, &needed));
    TRY(read_gaps(page, Q_PLAN_WARNINGS, source_id, &warnings));
    *ret_needed = (int64_t)value_count(needed);
    *ret_warnings = (int64_t)value_count(warnings);
    return RC_OK;
}

static enum rc attach_gaps(struct page *page, enum query query, int64_t source_id, const struct map *rows)
{
    struct value *gaps;
    TRY(read_gaps(page, query, source_id, &gaps));
    VALUE_EACH (gap, gaps) {
        const struct gap_row *about = find_gap(value_get_text(gap, "gap"));
        int64_t id = value_get_int(gap, "row_id", 0), finding = value_get_int(gap, "finding_id", 0);
        struct value *row =
            about ? map_get(rows, gap_name(page->ctx.arena, str_from_cstr(about->kind), id, finding)) : NULL;
        if (row)
            add_gap(page, row, about, id, value_get_int(gap, "is_needed", 0) != 0);
    }
    return RC_OK;
}

static bool has_gap(const struct value *row, struct str wanted)
{
    VALUE_EACH (gap, value_get(row, "gaps")) {
        if (str_equal(wanted, STR("any")) || str_equal(value_get_text(gap, "key"), wanted))
            return true;
    }
    return false;
}

/* One tab for all rows, one for all gaps, one for each kind that there is. */
static void put_gap_tabs(struct page *page, const struct value *rows, const char *path, struct str chosen)
{
    struct arena *arena = page->ctx.arena;
    struct value *tabs = value_put_list(arena, page->view, "gap_tabs");
    for (int i = -2; i < GAPS; i++) {
        int64_t n = 0;
        struct str name = i == -2 ? STR("") : i == -1 ? STR("any") : str_from_cstr(gap_rows[i].gap);
        VALUE_EACH (row, rows) {
            VALUE_EACH (gap, value_get(row, "gaps")) {
                n += i == -1 || str_equal(value_get_text(gap, "key"), name);
            }
        }
        if (i >= 0 && !n)
            continue;
        struct value *tab = value_add_map(arena, tabs);
        struct str label = page_text(page, i == -2   ? "gap.all_rows"
                                           : i == -1 ? "gap.any"
                                                     : arena_format(arena, "gap.%s", gap_rows[i].gap).p);
        value_put_text(arena, tab, "label", label);
        value_put_text(arena, tab, "count", i == -2 ? STR("") : number(arena, n));
        value_put_text(arena, tab, "href",
                       i == -2 ? arena_format(arena, "%s?gap=", path)
                               : arena_format(arena, "%s?gap=%.*s", path, STR_ARG(name)));
        value_put_bool(arena, tab, "is_current", str_equal(chosen, name));
    }
}

/* Keeps the rows with the gap, each below its finding. */
static void keep_gap(struct value *rows, struct str wanted)
{
    struct value *row = rows->items.first, *next, *finding = NULL;
    rows->items.first = rows->items.last = NULL;
    rows->items.n = 0;
    for (; row; row = next) {
        next = row->next;
        row->next = NULL;
        if (value_get_bool(row, "is_finding"))
            finding = row;
        if (!has_gap(row, wanted))
            continue;
        if (finding && finding != row)
            value_add(rows, finding);
        value_add(rows, row);
        finding = NULL;
    }
}

enum rc plan_page_put_gaps(struct page *page, int64_t source_id, struct value *rows, const char *path)
{
    struct arena *arena = page->ctx.arena;
    struct map map;
    struct str chosen = page_param_text(page, "gap");
    map_init(&map, arena);
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str name = gap_name(arena, value_get_text(row, "row_kind"), value_get_int(row, "row_subject", 0),
                                   value_get_int(row, "row_finding", 0));
        TRY(map_put(&map, name, row));
        if (value_get_bool(row, "is_vague"))
            add_gap(page, row, find_gap(STR("goal")), value_get_int(row, "row_subject", 0), false);
    }
    TRY(attach_gaps(page, Q_PLAN_GAPS, source_id, &map));
    TRY(attach_gaps(page, Q_PLAN_WARNINGS, source_id, &map));
    put_gap_tabs(page, rows, path, chosen);
    if (chosen.n)
        keep_gap(rows, chosen);
    return RC_OK;
}

/* ---- a page of rows ----------------------------------------------------------------------------------------- */

/* So many findings a page: keeps those of the page that is asked for. */
static void put_page(struct page *page, struct value *rows, const char *path, struct str query)
{
    struct arena *arena = page->ctx.arena;
    int64_t at = page_param_int(page, "page", 1), n = 0;
    at = at < 1 ? 1 : at;
    struct value *row = rows->items.first, *next;
    rows->items.first = rows->items.last = NULL;
    rows->items.n = 0;
    for (; row; row = next) {
        next = row->next;
        row->next = NULL;
        n += value_get_bool(row, "is_finding");
        if (n > (at - 1) * FINDINGS_A_PAGE && n <= at * FINDINGS_A_PAGE)
            value_add(rows, row);
    }
    struct value *pager = value_put_map(arena, page->view, "pager");
    value_put_int(arena, pager, "total", n);
    bool is_more = n > at * FINDINGS_A_PAGE;
    value_put_text(arena, pager, "previous_href",
                   at > 1 ? arena_format(arena, "%s?%.*s&page=%lld", path, STR_ARG(query), (long long)at - 1)
                          : STR(""));
    value_put_text(arena, pager, "next_href",
                   is_more ? arena_format(arena, "%s?%.*s&page=%lld", path, STR_ARG(query), (long long)at + 1)
                           : STR(""));
    value_put_bool(arena, page->view, "has_pager", at > 1 || is_more);
}

static void put_rows(struct page *page, struct value *rows, const char *path, struct str query)
{
    put_page(page, rows, path, query);
    value_put(page->view, STR("rows"), rows);
    value_put_bool(page->ctx.arena, page->view, "has_rows", value_count(rows) > 0);
}

static enum rc read_plan(struct page *page, struct value **ret_plan)
{
    struct db_stmt *st = page_statement(page, Q_PLAN_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_plan);
}

static void put_crumbs(struct page *page, const struct value *plan, const char *here)
{
    struct arena *arena = page->ctx.arena;
    chrome_add_crumb(page, page_text(page, "plan.list"), STR("/plans"));
    chrome_add_crumb(page, value_get_text(plan, "no"), record_href(arena, "/plans/{id}", plan));
    chrome_add_crumb(page, page_text(page, here), STR_EMPTY);
    value_put_text(arena, page->view, "about", value_get_text(plan, "title"));
    value_put_text(arena, page->view, "about_href", record_href(arena, "/plans/{id}", plan));
}

static struct str version_label(struct page *page, int64_t version)
{
    struct str arg = number(page->ctx.arena, version);
    return version ? page_text_args(page, "plan.version_n", &arg, 1) : page_text(page, "plan.now");
}

/* Links to the plan as it stands and to each version. */
static enum rc put_version_tabs(struct page *page, const struct value *plan, int64_t chosen)
{
    struct arena *arena = page->ctx.arena;
    struct value *tabs = value_put_list(arena, page->view, "tabs");
    for (int64_t version = 0; version <= value_get_int(plan, "last_version", 0); version++) {
        struct value *tab = value_add_map(arena, tabs);
        value_put_text(arena, tab, "label", version_label(page, version));
        value_put_text(arena, tab, "href",
                       arena_format(arena, "/plans/%lld/rows?version=%lld", (long long)value_get_int(plan, "id", 0),
                                    (long long)version));
        value_put_bool(arena, tab, "is_current", version == chosen);
    }
    return RC_OK;
}

enum rc page_plan_rows(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *plan, *rows;
    int64_t version = page_param_int(page, "version", 0);
    TRY(read_plan(page, &plan));
    TRY(plan_page_read_rows(page, plan, version, &rows));
    plan_page_put_words(page, rows);
    TRY(put_version_tabs(page, plan, version));
    value_put_list(arena, page->view, "gap_tabs");
    value_put_bool(arena, page->view, "shows_gaps", false);
    put_rows(page, rows, arena_copy_cstr(arena, record_href(arena, "/plans/{id}/rows", plan)),
             arena_format(arena, "version=%lld", (long long)version));
    value_put_text(arena, page->view, "list_title", page_text(page, "plan.rows"));
    value_put_text(arena, page->view, "empty_why", page_text(page, "plan.no_rows"));
    put_crumbs(page, plan, "plan.rows");
    return RC_OK;
}

static enum rc put_gap_page(struct page *page, int64_t source_id, struct value *rows, const char *path)
{
    struct arena *arena = page->ctx.arena;
    struct str gap = page_param_text(page, "gap");
    plan_page_put_words(page, rows);
    TRY(plan_page_put_gaps(page, source_id, rows, path));
    value_put_list(arena, page->view, "tabs");
    value_put_bool(arena, page->view, "shows_gaps", true);
    put_rows(page, rows, path,
             arena_format(arena, "gap=%.*s", STR_ARG(find_gap(gap) || str_equal(gap, STR("any")) ? gap : STR(""))));
    value_put_text(arena, page->view, "list_title", page_text(page, "plan.consistency"));
    value_put_text(arena, page->view, "empty_why", page_text(page, gap.n ? "plan.no_gaps" : "plan.no_rows"));
    return RC_OK;
}

enum rc page_plan_gaps(struct page *page)
{
    struct value *plan, *rows;
    TRY(read_plan(page, &plan));
    TRY(plan_page_read_rows(page, plan, 0, &rows));
    put_crumbs(page, plan, "plan.consistency");
    return put_gap_page(page, value_get_int(plan, "source_id", 0), rows,
                        arena_copy_cstr(page->ctx.arena, record_href(page->ctx.arena, "/plans/{id}/gaps", plan)));
}

/* The same of a source, whether it has a plan or not. */
enum rc page_source_consistency(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *source = (struct value *)value_get(page->view, "source"), *rows;
    int64_t id = value_get_int(source, "id", 0);
    TRY(plan_rows_now(&page->ctx, page->db, id, 0, LABEL_WORK_SECRET, &rows));
    TRY(plan_page_keep_seen(page, id, rows));
    value_put_text(arena, page->view, "about", value_get_text(source, "title"));
    value_put_text(arena, page->view, "about_href", record_href(arena, "/sources/{id}", source));
    chrome_add_crumb(page, page_text(page, "nav.sources"), STR("/sources"));
    chrome_add_crumb(page, value_get_text(source, "no"), record_href(arena, "/sources/{id}", source));
    chrome_add_crumb(page, page_text(page, "plan.consistency"), STR_EMPTY);
    return put_gap_page(page, id, rows,
                        arena_copy_cstr(arena, record_href(arena, "/sources/{id}/consistency", source)));
}

/* ---- differences -------------------------------------------------------------------------------------------- */

static void put_change_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = value_get_text(row, "row_kind");
    for (struct value *field = ((struct value *)value_get(row, "fields"))->items.first; field; field = field->next) {
        struct str name = value_get_text(field, "field");
        const char *prefix = str_equal(name, STR("phase")) ? "phase" : NULL;
        static const char *const sides[] = {"before", "after"};
        for (int i = 0; i < 2; i++) {
            struct str text = value_get_text(field, sides[i]);
            text = prefix                         ? page_word(page, prefix, text)
                   : str_equal(name, STR("sort")) ? sort_words(page, kind, text)
                                                  : text;
            value_put_text(arena, field, i ? "after_text" : "before_text", text.n ? text : STR("\xe2\x80\x94"));
        }
        value_put_text(arena, field, "label", page_text(page, arena_format(arena, "plan_field.%.*s", STR_ARG(name)).p));
    }
}

/* Says which finding a row belongs to, where its own number does not.  The rows of a part stand in the order of the
 * plan that they come from, so one walk over it finds them all. */
static void put_finding_no(struct page *page, struct value *rows, const struct value *plan_rows)
{
    const struct value *finding = plan_rows->items.first;
    for (struct value *row = rows->items.first; row; row = row->next) {
        int64_t id = value_get_int(row, "row_finding", 0);
        while (finding && (!str_equal(value_get_text(finding, "row_kind"), STR("finding")) ||
                           value_get_int(finding, "row_subject", 0) != id))
            finding = finding->next;
        if (!finding)
            return;
        struct str kind = value_get_text(row, "row_kind"), no = value_get_text(finding, "row_no");
        if (str_equal(kind, STR("measure")))
            no = arena_format(page->ctx.arena, "%.*s/%.*s", STR_ARG(no), STR_ARG(value_get_text(row, "row_no")));
        if (value_get_text(row, "no_text").n == 0 || str_equal(kind, STR("measure")))
            value_set(row, STR("no_text"), value_new_text(page->ctx.arena, no));
    }
}

/* A part of the difference; plan_rows are the rows of the version that it stands in. */
static void put_part(struct page *page, struct value *difference, const char *key, const struct value *plan_rows,
                     bool has_fields)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows = (struct value *)value_get(difference, key);
    plan_page_put_words(page, rows);
    put_finding_no(page, rows, plan_rows);
    for (struct value *row = rows->items.first; row && has_fields; row = row->next)
        put_change_words(page, row);
    value_put_bool(arena, difference, arena_format(arena, "has_%s", key).p, value_count(rows) > 0);
    value_put_int(arena, difference, arena_format(arena, "%s_count", key).p, (int64_t)value_count(rows));
}

static void put_choices(struct page *page, const struct value *plan, const char *name, int64_t chosen)
{
    struct arena *arena = page->ctx.arena;
    struct value *options = value_put_list(arena, page->view, name);
    for (int64_t version = 0; version <= value_get_int(plan, "last_version", 0); version++) {
        struct value *option = value_add_map(arena, options);
        value_put_text(arena, option, "value", number(arena, version));
        value_put_text(arena, option, "label", version_label(page, version));
        value_put_bool(arena, option, "selected", version == chosen);
    }
}

enum rc page_plan_difference(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *plan, *before, *after, *difference;
    TRY(read_plan(page, &plan));
    int64_t last = value_get_int(plan, "last_version", 0), approved = value_get_int(plan, "version", 0),
            from = page_param_int(page, "from", approved ? approved : last), to = page_param_int(page, "to", 0);
    TRY(plan_page_read_rows(page, plan, from, &before));
    TRY(plan_page_read_rows(page, plan, to, &after));
    TRY(plan_rows_compare(&page->ctx, before, after, &difference));
    put_part(page, difference, "added", after, false);
    put_part(page, difference, "removed", before, false);
    put_part(page, difference, "changed", after, true);
    value_put(page->view, STR("difference"), difference);
    value_put_bool(arena, page->view, "is_same", value_get_int(difference, "count", 0) == 0);
    put_choices(page, plan, "from_options", from);
    put_choices(page, plan, "to_options", to);
    value_put_text(arena, page->view, "from_label", version_label(page, from));
    value_put_text(arena, page->view, "to_label", version_label(page, to));
    value_put_text(arena, page->view, "here", record_href(arena, "/plans/{id}/difference", plan));
    put_crumbs(page, plan, "plan.difference");
    return RC_OK;
}
