/* page_supervision.c: the way into supervision: figures of everything that is hung, written, led, met and handed over,
 * each a link to its list. */
#include "base/clock.h"
#include "loop/supervise.h"
#include "serve/page_supervision.h"
#include "serve/pages.h"

struct figure {
    const char *column, *label, *href, *status;
};

static enum rc put_section(struct page *page, const char *title, const char *href, enum query query, int silent_days,
                           const struct figure *figures, int count)
{
    struct arena *arena = page->ctx.arena;
    char today[DATE_TEXT_BYTES], since[DATE_TEXT_BYTES], signed_since[DATE_TEXT_BYTES];
    struct value *row, *section = value_add_map(arena, (struct value *)value_get(page->view, "sections"));
    struct db_stmt *st = page_statement(page, query);
    db_bind_text(st, "today", date_format(clock_today(), today));
    db_bind_text(st, "silent_since", date_format(clock_today() - silent_days, since));
    db_bind_text(st, "signed_since", date_format(clock_today() - SUPERVISE_LETTER_SIGN_DAYS, signed_since));
    TRY(db_first_row(&page->ctx, st, &row));
    value_put_text(arena, section, "title", page_text(page, title));
    value_put_text(arena, section, "href", str_from_cstr(href));
    struct value *list = value_put_list(arena, section, "figures");
    for (int i = 0; i < count; i++) {
        struct value *figure = value_add_map(arena, list);
        int64_t n = value_get_int(row, figures[i].column, 0);
        value_put_text(arena, figure, "label", page_text(page, figures[i].label));
        value_put_int(arena, figure, "value", n);
        value_put_text(arena, figure, "href", str_from_cstr(figures[i].href));
        value_put_text(arena, figure, "status", n > 0 ? str_from_cstr(figures[i].status) : STR(""));
    }
    return RC_OK;
}

#define SECTION(title, href, query, days, figures)                                                                     \
    TRY(put_section(page, title, href, query, days, figures, (int)(sizeof(figures) / sizeof(figures)[0])))

enum rc page_supervision(struct page *page)
{
    static const struct figure hung[] = {{"open_count", "hang.show.open", "/hung?show=open", "overdue"},
                                         {"again_count", "hang.show.again", "/hung?show=again", "overdue"},
                                         {"unheard_count", "hang.show.unheard", "/hung?show=unheard", "behind"}};
    static const struct figure letters[] = {
        {"draft_count", "letter.show.draft", "/letters?show=draft", "due_soon"},
        {"running_count", "letter.show.running", "/letters?show=running", ""},
        {"unsigned_count", "letter.show.unsigned", "/letters?show=unsigned", "behind"},
        {"late_count", "letter.show.late", "/letters?show=late", "overdue"}};
    static const struct figure leads[] = {{"active_count", "lead.show.active", "/leads?show=active", ""},
                                          {"silent_count", "lead.show.silent", "/leads?show=silent", "behind"},
                                          {"late_count", "lead.show.late", "/leads?show=late", "behind"},
                                          {"orphan_count", "lead.show.orphan", "/leads?show=orphan", "overdue"}};
    static const struct figure decisions[] = {{"open_count", "decision.show.open", "/decisions?show=open", ""},
                                              {"late_count", "decision.show.late", "/decisions?show=late", "overdue"},
                                              {"done_count", "decision.show.done", "/decisions?show=done", "closed"}};
    static const struct figure groups[] = {
        {"active_count", "group.show.active", "/groups?show=active", ""},
        {"late_count", "group.show.late", "/groups?show=late", "behind"},
        {"headless_count", "group.show.headless", "/groups?show=headless", "behind"}};
    value_put_list(page->ctx.arena, page->view, "sections");
    SECTION("hang.list", "/hung", Q_HANG_FIGURES, SUPERVISE_HANG_SILENT_DAYS, hung);
    SECTION("letter.list", "/letters", Q_LETTER_FIGURES, 0, letters);
    SECTION("lead.list", "/leads", Q_LEAD_FIGURES, SUPERVISE_LEAD_CYCLE_DAYS, leads);
    SECTION("decision.list", "/decisions", Q_DECISION_FIGURES, 0, decisions);
    SECTION("group.list", "/groups", Q_GROUP_FIGURES, 0, groups);
    return RC_OK;
}

/* ---- on the page of a finding or a task ----------------------------------------------------------------------- */

static void put_line(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str noun = value_get_text(row, "noun"), detail = value_get_text(row, "detail"),
               no = value_get_text(row, "no");
    const char *kinds = str_equal(noun, STR("hang"))     ? "hang.level"
                        : str_equal(noun, STR("letter")) ? "letter.kind"
                                                         : "lead.kind";
    value_put_text(arena, row, "text",
                   detail.n ? page_text(page, arena_format(arena, "%s.%.*s", kinds, STR_ARG(detail)).p) : STR(""));
    value_put_text(arena, row, "noun_label", page_text(page, arena_format(arena, "%.*s.title", STR_ARG(noun)).p));
    value_put_text(
        arena, row, "state_label",
        page_text(page,
                  arena_format(arena, "%.*s.state.%.*s", STR_ARG(noun), STR_ARG(value_get_text(row, "state"))).p));
    value_put_text(arena, row, "number", no.n ? no : page_text(page, "letter.not_issued"));
    value_put_text(arena, row, "href",
                   arena_format(arena, "/%.*ss/%lld", STR_ARG(noun), (long long)value_get_int(row, "id", 0)));
}

/* As subject_finding and subject_task in sql/query/hang.sql: what is over is not urged, hung or led. */
static bool is_subject_open(const char *kind, const struct value *row)
{
    static const char *const over[] = {"closed", "kept", "ended", "withdrawn", "done", "cancelled"};
    struct str state = value_get_text(row, str_equal(str_from_cstr(kind), STR("finding")) ? "status" : "state");
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++)
        if (str_equal_cstr(state, over[i]))
            return false;
    return true;
}

enum rc supervision_put_section(struct page *page, struct value *map, const char *kind, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(row, "id", 0), unit_id = value_get_int(row, "unit_id", 0),
            label = value_get_int(row, "label", 0);
    struct value *section = value_put_map(arena, map, "supervision"), *rows;
    struct db_stmt *st = db_query(page->db, Q_SUPERVISION_OF_SUBJECT);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_text(st, "subject_kind", str_from_cstr(kind));
    db_bind_int(st, "id", id);
    TRY(page_rows(page, st, &rows));
    for (struct value *one = rows->items.first; one; one = one->next)
        put_line(page, one);
    bool is_open = is_subject_open(kind, row);
    bool may = is_open && actor_check(&page->ctx, page->db, &page->actor, PERM_SUPERVISE, unit_id, label) == RC_OK;
    bool may_group = is_open && str_equal(str_from_cstr(kind), STR("finding")) &&
                     actor_check(&page->ctx, page->db, &page->actor, PERM_MEETING_WRITE, unit_id, label) == RC_OK;
    value_put_bool(arena, section, "has_lines", value_count(rows) > 0);
    value_put(section, STR("lines"), rows);
    value_put_bool(arena, section, "may_supervise", may);
    value_put_bool(arena, section, "may_group", may_group);
    value_put_bool(arena, section, "is_shown", may || may_group || value_count(rows) > 0);
    struct str subject = arena_format(arena, "%s_id=%lld", kind, (long long)id);
    value_put_text(arena, section, "subject", subject);
    value_put_text(arena, section, "urge_action", arena_format(arena, "/%ss/%lld/urge", kind, (long long)id));
    value_put_text(arena, section, "here", arena_format(arena, "/%ss/%lld", kind, (long long)id));
    return RC_OK;
}
