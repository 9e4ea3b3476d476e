/* page_gantt.c: the timetable of a source, and the form that moves one of its nodes.
 *
 * Dragging a bar only fills this form: what is posted is the command node.change with everything else of the node as it
 * is.
 */
#include "base/clock.h"
#include "calendar/calendar.h"
#include "publish/gantt.h"
#include "publish/mindmap.h"
#include "serve/page_board.h"
#include "serve/pages.h"

enum { GANTT_BYTES_MAX = 32 * 1024 * 1024 };

static enum rc read_request(struct page *page, struct gantt_request *ret)
{
    struct board_filter filter;
    struct str by = page_param_text(page, "by");
    TRY(board_read_filter(page, &filter));
    if (by.n && !str_equal(by, STR("unit")) && !str_equal(by, STR("leader")))
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_a_choice", "by");
    *ret = (struct gantt_request){.source_id = filter.source,
                                  .by_leader = str_equal(by, STR("leader")),
                                  .lang = page->lang,
                                  .today = clock_today()};
    return RC_OK;
}

/* A date that was typed, else that of the address, from dragging, else the node's own. */
static struct str date_or(const struct page *page, const char *name, struct str otherwise)
{
    int32_t day;
    struct str s = page->form ? form_text(page->form->fields, name) : page_param_text(page, name);
    return date_parse(s, &day) ? s : otherwise;
}

static enum rc put_move(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "node", 0);
    value_put_null(arena, page->view, "move");
    if (!id || !page_can(page, PERM_TASK_APPROVE))
        return RC_OK;
    struct db_stmt *st = db_query(page->db, Q_GANTT_NODE);
    struct value *node, *preds;
    actor_bind_scope(st, &page->actor, PERM_TASK_APPROVE);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &node));
    st = db_query(page->db, Q_GANTT_PREDS);
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &preds));
    value_put(node, STR("preds"), preds);
    struct str start = date_or(page, "start", value_get_text(node, "start"));
    struct str due = date_or(page, "due", value_get_text(node, "due"));
    int32_t from, to;
    int days = date_parse(start, &from) && date_parse(due, &to) ? calendar_count_working_days(from, to, true, NULL) : 0;
    struct str count = arena_format(arena, "%d", days);
    value_put_text(arena, node, "new_start", start);
    value_put_text(arena, node, "new_due", due);
    value_put_text(arena, node, "reason", page->form ? form_text(page->form->fields, "reason") : STR(""));
    value_put_text(arena, node, "days_text", page_text_args(page, "gantt.working_days", &count, 1));
    value_set(page->view, STR("move"), node);
    return RC_OK;
}

static void put_day(struct arena *arena, struct value *item, const char *key, int32_t day)
{
    value_put_text(arena, item, key, day ? date_text(arena, day) : STR(""));
}

/* The rows of the drawing with plan, baseline and what was done, and which row follows which.  The page shows their
 * names beside it, where they stay while the days move. */
static void put_rows(struct page *page, const struct gantt *gantt)
{
    static const char *const kinds[] = {"group", "task", "node"};
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "rows");
    for (int32_t i = 0; i < gantt->n; i++) {
        const struct gantt_row *row = &gantt->rows[i];
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "kind", str_from_cstr(kinds[row->kind]));
        value_put_int(arena, item, "id", row->id);
        value_put_text(arena, item, "title", row->title);
        value_put_text(arena, item, "href", row->href);
        value_put_bool(arena, item, "is_critical", row->is_critical);
        put_day(arena, item, "start", row->start);
        put_day(arena, item, "due", row->due);
        put_day(arena, item, "base_start", row->base_start);
        put_day(arena, item, "base_due", row->base_due);
        put_day(arena, item, "real_start", row->real_start);
        put_day(arena, item, "real_due", row->real_due);
    }
    struct value *links = value_put_list(arena, page->view, "links");
    for (int32_t i = 0; i < gantt->link_count && page->is_json; i++) {
        struct value *link = value_add_map(arena, links);
        value_put_int(arena, link, "from", gantt->rows[gantt->links[i].from].id);
        value_put_int(arena, link, "to", gantt->rows[gantt->links[i].to].id);
    }
}

enum rc page_gantt(struct page *page)
{
    struct gantt_request request;
    struct gantt gantt;
    struct arena *arena = page->ctx.arena;
    TRY(read_request(page, &request));
    bool is_chosen = request.source_id != 0;
    TRY(board_choose_source(page, &request.source_id));
    enum rc rc = request.source_id ? gantt_read(&page->ctx, page->db, &page->actor, PERM_BOARD_READ, &request, &gantt)
                                   : RC_NOT_FOUND;
    const char *by = request.by_leader ? "leader" : "unit";
    value_put_bool(arena, page->view, "by_leader", request.by_leader);
    value_put_text(arena, page->view, "by", str_from_cstr(by));
    value_put_int(arena, page->view, "source_id", request.source_id);
    value_put_text(arena, page->view, "here",
                   arena_format(arena, "/gantt?source=%lld&by=%s", (long long)request.source_id, by));
    value_put_bool(arena, page->view, "has_gantt", rc == RC_OK && gantt.n > 0);
    if (rc != RC_OK && is_chosen)
        return rc;
    if (rc != RC_OK || !gantt.n)
        return RC_OK;
    struct buf out CLEANUP(buf_done), head CLEANUP(buf_done);
    buf_init(&out, GANTT_BYTES_MAX);
    buf_init(&head, GANTT_BYTES_MAX);
    gantt.is_bare = true;
    TRY(gantt_draw_head(&gantt, &head));
    TRY(gantt_draw(&gantt, CANVAS_PAGE, &out));
    value_put_html(arena, page->view, "head", arena_copy_str(arena, buf_str(&head)));
    value_put_html(arena, page->view, "drawing", arena_copy_str(arena, buf_str(&out)));
    value_put_bool(arena, page->view, "is_cut", gantt.is_cut);
    value_put_text(arena, page->view, "day_width", arena_format(arena, "%.3f", gantt.day_width));
    value_put_bool(arena, page->view, "may_move", page_can(page, PERM_TASK_APPROVE));
    put_rows(page, &gantt);
    return put_move(page);
}

enum rc page_gantt_export(struct page *page)
{
    static const enum canvas_kind kinds[] = {[MAP_SVG] = CANVAS_SVG, [MAP_PDF] = CANVAS_PDF, [MAP_PNG] = CANVAS_PNG};
    struct gantt_request request;
    struct gantt gantt;
    enum map_format format;
    struct buf out;
    TRY(read_request(page, &request));
    struct str name = page_param_text(page, "format");
    request.source_id = page_param_int(page, "id", 0);
    if (!map_format_find(name.n ? name : STR("svg"), &format) || format > MAP_PNG)
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.not_a_choice", "format");
    TRY(gantt_read(&page->ctx, page->db, &page->actor, PERM_BOARD_READ, &request, &gantt));
    buf_init(&out, GANTT_BYTES_MAX);
    enum rc rc = gantt_draw(&gantt, kinds[format], &out);
    if (rc != RC_OK) {
        buf_done(&out);
        return rc;
    }
    http_set_header(page->request, "Content-Type", str_from_cstr(map_format_type(format)));
    http_set_header(page->request, "Content-Disposition",
                    arena_format(page->ctx.arena, "attachment; filename=\"timetable-%lld.%s\"",
                                 (long long)request.source_id, map_format_name(format)));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}
