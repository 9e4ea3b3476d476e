/* page_inbox.c: reminders in the program: the inbox, reading, muting, how one wants to be told. */
#include "base/clock.h"
#include "loop/notice.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/submit.h"

enum { MUTE_DAYS = 30, ROWS_A_PAGE = 20 };

static struct str clock_text(struct arena *arena, int64_t minute)
{
    return minute < 0 ? STR("") : arena_format(arena, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
}

enum rc page_put_wish(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row;
    struct db_stmt *st = db_query(page->db, Q_NOTICE_WISH_GET);
    db_bind_int(st, "account_id", page->session.account_id);
    TRY(db_first_row(&page->ctx, st, &row));
    bool is_inbox = str_has_prefix(page->request->path, STR("/inbox"));
    value_put_text(arena, page->view, "wish_back", is_inbox ? STR("/inbox#wish") : STR("/me#wish"));
    struct value *wish = value_put_map(arena, page->view, "wish");
    value_put_bool(arena, wish, "is_mail",
                   value_is_null(value_get(row, "is_mail")) || value_get_int(row, "is_mail", 1));
    value_put_text(arena, wish, "quiet_from", clock_text(arena, value_get_int(row, "quiet_from", -1)));
    value_put_text(arena, wish, "quiet_to", clock_text(arena, value_get_int(row, "quiet_to", -1)));
    value_put_text(arena, wish, "email", value_get_text(row, "email"));
    value_put_bool(arena, wish, "has_email", value_get_text(row, "email").n > 0);
    return RC_OK;
}

static void put_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    page_put_choice_text(page, row, "rule", "notice.rule");
    value_put_text(arena, row, "what_label",
                   page_text(page, arena_format(arena, "wait.%.*s", STR_ARG(value_get_text(row, "what"))).p));
    value_put_text(arena, row, "href", record_href(arena, "/{subject_kind}s/{subject_id}", row));
    value_put_bool(arena, row, "is_read", value_get_int(row, "read_at", 0) != 0);
    page_put_due(page, row, "due", false);
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    struct str rule = value_get_text(row, "rule");
    value_put_text(arena, row, "status",
                   str_equal(rule, STR("overdue")) ? STR("overdue")
                   : str_equal(rule, STR("urged")) ? STR("behind")
                                                   : STR("due_soon"));
}

enum rc page_inbox(struct page *page)
{
    static const struct record_show shows[] = {
        {"unread", NOTICE_INBOX_FILTER_UNREAD, NOTICE_INBOX_SORT_NEWEST},
        {"overdue", NOTICE_INBOX_FILTER_UNREAD | NOTICE_INBOX_FILTER_OVERDUE, NOTICE_INBOX_SORT_NEWEST},
        {"soon", NOTICE_INBOX_FILTER_UNREAD | NOTICE_INBOX_FILTER_SOON, NOTICE_INBOX_SORT_NEWEST},
        {"waiting", NOTICE_INBOX_FILTER_UNREAD | NOTICE_INBOX_FILTER_WAITING, NOTICE_INBOX_SORT_NEWEST},
        {"all", 0, NOTICE_INBOX_SORT_NEWEST}};
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "inbox.title", "inbox.about");
    const struct record_show *show = record_choose(page, "/inbox", "inbox.show", shows, 5);
    struct db_stmt *st = db_query_list(page->db, Q_NOTICE_INBOX, show->filter, show->sort);
    if (!st)
        return RC_DB;
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    TRY(record_put_page(page, st, "/inbox", arena_format(arena, "show=%s&", show->name).p, ROWS_A_PAGE));
    struct value *items = (struct value *)value_get(page->view, "items");
    for (struct value *row = items->items.first; row; row = row->next) {
        bool is_settled = value_get_int(row, "is_settled", 0) != 0;
        put_words(page, row);
        value_put_bool(arena, row, "is_over", is_settled);
        value_put_bool(arena, row, "is_muted", !value_is_null(value_get(row, "muted_until")));
    }
    value_put_bool(arena, page->view, "has_items", value_count(items) > 0);
    value_put_bool(arena, page->view, "is_unread_only", show->filter != 0);
    value_put_text(arena, page->view, "back", arena_format(arena, "/inbox?show=%s", show->name));
    return page_put_wish(page);
}

/* Where a form of the inbox leads back to. */
static enum rc go_back(struct page *page)
{
    struct str back = form_text(page->form->fields, "back");
    if (page->is_json) {
        value_put_bool(page->ctx.arena, page->view, "is_done", true);
        return RC_OK;
    }
    page_redirect(page, page_is_local_path(back) ? back : STR("/inbox"));
    return RC_OK;
}

enum rc page_inbox_read_post(struct page *page)
{
    struct notice_read read = {.account_id = page->session.account_id, .now_ms = clock_now_ms()};
    struct str id = form_text(page->form->fields, "id");
    if (id.n && !str_parse_int64(id, &read.id))
        return RC_INVALID;
    TRY(submit_work(page, notice_work_read, &read));
    return go_back(page);
}

enum rc page_inbox_mute_post(struct page *page)
{
    char until[DATE_TEXT_BYTES];
    struct notice_mute mute = {.account_id = page->session.account_id};
    if (!str_parse_int64(form_text(page->form->fields, "id"), &mute.id))
        return RC_INVALID;
    if (!str_equal(form_text(page->form->fields, "mute"), STR("0")))
        mute.until = date_format(clock_today() + MUTE_DAYS, until);
    TRY(submit_work(page, notice_work_mute, &mute));
    return go_back(page);
}

/* "21:30" as minutes; empty: -1. */
static bool read_minute(struct str text, int64_t *ret_minute)
{
    int64_t hour, minute;
    *ret_minute = -1;
    if (!text.n)
        return true;
    if (text.n != 5 || text.p[2] != ':' || !str_parse_int64(str_slice(text, 0, 2), &hour) ||
        !str_parse_int64(str_slice(text, 3, 5), &minute) || hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    *ret_minute = hour * 60 + minute;
    return true;
}

enum rc page_inbox_wish_post(struct page *page)
{
    struct notice_wish wish = {.account_id = page->session.account_id,
                               .is_mail = form_text(page->form->fields, "is_mail").n > 0};
    if (!read_minute(form_text(page->form->fields, "quiet_from"), &wish.quiet_from))
        return ctx_fail_field(&page->ctx, RC_INVALID, "inbox.bad_time", "quiet_from");
    if (!read_minute(form_text(page->form->fields, "quiet_to"), &wish.quiet_to))
        return ctx_fail_field(&page->ctx, RC_INVALID, "inbox.bad_time", "quiet_to");
    if ((wish.quiet_from < 0) != (wish.quiet_to < 0))
        return ctx_fail_field(&page->ctx, RC_INVALID, "inbox.both_times", "quiet_to");
    TRY(submit_work(page, notice_work_wish, &wish));
    return go_back(page);
}
