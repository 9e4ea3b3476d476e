/* page_outbox.c: for administrators: what went out, what did not and why; robots; test messages.
 *
 * They see no business data: who was told, by what rule and when, but not about which finding.  Addresses and secrets
 * of robots are never shown again, not even in a form that comes back.
 */
#include "base/clock.h"
#include "loop/outbox.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/sender.h"
#include "serve/submit.h"
#include "serve/typed_form.h"

enum { SHOWN_DAYS = 60 };

static struct str reason_text(struct page *page, struct str reason)
{
    struct arena *arena = page->ctx.arena;
    size_t at = str_find_byte(reason, ':', 0);
    struct str kind = str_slice(reason, 0, at), code = at == SIZE_MAX ? STR("") : str_slice(reason, at + 1, reason.n);
    struct str key = arena_format(arena, "outbox.reason.%.*s", STR_ARG(kind));
    return reason.n && message_find(page->lang, key).p ? page_text_args(page, key.p, &code, 1) : reason;
}

/* ---- the page ----------------------------------------------------------------------------------------------- */

static void put_words(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    bool is_mail = str_equal(value_get_text(row, "channel"), STR("mail"));
    struct str hook = value_get_text(row, "hook_name"), state = value_get_text(row, "state");
    bool is_waiting = str_equal(state, STR("waiting"));
    value_put_text(arena, row, "who", is_mail ? value_get_text(row, "account_name") : hook);
    value_put_text(arena, row, "way", page_text(page, is_mail ? "outbox.way.mail" : "outbox.way.hook"));
    value_put_text(arena, row, "why", reason_text(page, value_get_text(row, "reason")));
    value_put_int(arena, row, "when",
                  value_get_int(row,
                                str_equal(state, STR("sent")) ? "sent_at"
                                : is_waiting                  ? "next_at"
                                                              : "created_at",
                                0));
}

static enum rc put_list(struct page *page)
{
    static const struct record_show shows[] = {{"failed", OUTBOX_LIST_FILTER_FAILED, OUTBOX_LIST_SORT_NEWEST},
                                               {"waiting", OUTBOX_LIST_FILTER_WAITING, OUTBOX_LIST_SORT_NEWEST},
                                               {"sent", OUTBOX_LIST_FILTER_SENT, OUTBOX_LIST_SORT_NEWEST},
                                               {"skipped", OUTBOX_LIST_FILTER_SKIPPED, OUTBOX_LIST_SORT_NEWEST},
                                               {"all", 0, OUTBOX_LIST_SORT_NEWEST}};
    static const struct record_column columns[] = {{"outbox.who", "who", CELL_TEXT, NULL, NULL},
                                                   {"outbox.way", "way", CELL_TEXT, NULL, NULL},
                                                   {"outbox.reminders", "reminders", CELL_NUM, NULL, NULL},
                                                   {"outbox.state", "state", CELL_CHOICE, "outbox.state", NULL},
                                                   {"outbox.why", "why", CELL_TEXT, NULL, NULL},
                                                   {"outbox.tries", "tries", CELL_NUM, NULL, NULL},
                                                   {"outbox.when", "when", CELL_TIME, NULL, NULL}};
    const struct record_show *show = record_choose(page, "/outbox", "outbox.show", shows, 5);
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query_list(page->db, Q_OUTBOX_LIST, show->filter, show->sort);
    if (st)
        db_bind_text(st, "since", record_day_before(page, SHOWN_DAYS));
    TRY(record_put_items(page, st, "/outbox", arena_format(arena, "show=%s&", show->name).p));
    struct value *items = (struct value *)value_get(page->view, "items");
    for (struct value *row = items->items.first; row; row = row->next)
        put_words(page, row);
    value_put_bool(arena, page->view, "is_failed_shown", show == &shows[0] && value_count(items) > 0);
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "outbox.none");
    return RC_OK;
}

static enum rc put_figures(struct page *page)
{
    static const char *const states[] = {"sent", "waiting", "failed", "skipped"};
    static const char *const colours[] = {"", "", "overdue", ""};
    static const char *const labels[] = {"outbox.show.sent", "outbox.show.waiting", "outbox.show.failed",
                                         "outbox.show.skipped"};
    static const char *const hrefs[] = {"/outbox?show=sent", "/outbox?show=waiting", "/outbox?show=failed",
                                        "/outbox?show=skipped"};
    struct value *counts;
    struct db_stmt *st = db_query(page->db, Q_OUTBOX_COUNTS);
    db_bind_text(st, "since", record_day_before(page, SHOWN_DAYS));
    TRY(db_rows(&page->ctx, st, &counts));
    for (size_t i = 0; i < 4; i++) {
        int64_t n = 0;
        VALUE_EACH (row, counts) {
            struct str state = value_get_text(row, "state");
            if (str_equal_cstr(state, states[i]) || (i == 1 && str_equal(state, STR("claimed"))))
                n += value_get_int(row, "n", 0);
        }
        record_add_figure(page, labels[i], n, hrefs[i], colours[i]);
    }
    return RC_OK;
}

static void put_mail(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    const struct settings *settings = page->app->settings;
    struct value *mail = value_put_map(arena, page->view, "mail");
    value_put_bool(arena, mail, "is_on", settings->mail_server.n > 0);
    value_put_bool(arena, mail, "is_sending", settings->send);
    value_put_text(arena, mail, "server", settings_hide_password(arena, settings->mail_server));
    value_put_text(arena, mail, "from", settings->mail_from);
    value_put_text(arena, mail, "quiet", settings->quiet_hours.n ? settings->quiet_hours : STR(""));
    value_put_text(arena, mail, "site", settings->site_url);
}

static struct str rules_text(struct page *page, struct str rules)
{
    struct buf out CLEANUP(buf_done);
    struct str rest = rules, rule;
    buf_init(&out, 2000);
    while (rules.n && str_split_next(&rest, ',', &rule)) {
        if (out.n)
            buf_add(&out, page_text(page, "list.comma"));
        buf_add(&out, page_text(page, arena_format(page->ctx.arena, "notice.rule.%.*s", STR_ARG(rule)).p));
    }
    return rules.n ? arena_copy_str(page->ctx.arena, buf_str(&out)) : page_text(page, "webhook.all_rules");
}

static enum rc put_hooks(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(db_rows(&page->ctx, db_query(page->db, Q_WEBHOOK_LIST), &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        bool is_on = value_get_int(row, "is_enabled", 0) != 0, has_secret = value_get_int(row, "has_secret", 0) != 0;
        value_put_text(
            arena, row, "kind_label",
            page_text(page, arena_format(arena, "webhook.kind.%.*s", STR_ARG(value_get_text(row, "kind"))).p));
        value_put_text(arena, row, "rules_text", rules_text(page, value_get_text(row, "rules")));
        value_put_text(
            arena, row, "label_text",
            page_text(page, arena_format(arena, "label.%lld", (long long)value_get_int(row, "label_max", 1)).p));
        value_put_text(arena, row, "state_text",
                       page_text(page, !has_secret ? "webhook.no_url_short"
                                       : is_on     ? "webhook.on"
                                                   : "webhook.off"));
        value_put_bool(arena, row, "is_on", is_on);
        value_put_bool(arena, row, "can_test", has_secret);
    }
    value_put(page->view, STR("hooks"), rows);
    value_put_bool(arena, page->view, "has_hooks", value_count(rows) > 0);
    return RC_OK;
}

enum rc page_outbox(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    bool may_write = page_can(page, PERM_SYSTEM_WRITE);
    record_begin_list(page, "outbox.title", "outbox.about");
    if (may_write)
        record_add_action(page, page->view, "webhook.add", STR("/webhooks/new"), true);
    value_put_bool(arena, page->view, "may_write", may_write);
    typed_form_field(page, typed_form(page), "to", NULL);
    put_mail(page);
    TRY(put_hooks(page));
    TRY(put_figures(page));
    return put_list(page);
}

/* ---- a robot's form ----------------------------------------------------------------------------------------- */

static enum rc put_form(struct page *page, const struct value *row, struct str action)
{
    static const char *const rules[] = {"t30", "t15", "t7", "t3", "due", "overdue", "waiting", "urged"};
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form_begin(page, action, STR("/outbox")), *units;
    typed_form_field(page, form, "name", row);
    typed_form_choices(page, typed_form_field(page, form, "kind", row), "generic|wecom|dingtalk|feishu",
                       "webhook.kind");
    typed_form_put(page, form, "url", STR("")); /* never shown again, also not what was just typed */
    typed_form_put(page, form, "secret", STR(""));
    struct value *unit = typed_form_field(page, form, "unit_id", row);
    if (!value_get_text(unit, "value").n) {
        int64_t root;
        TRY(db_get_int(&page->ctx, db_query(page->db, Q_UNIT_ROOT), &root));
        value_set(unit, STR("value"), value_new_text(arena, arena_format(arena, "%lld", (long long)root)));
    }
    TRY(db_rows(&page->ctx, db_query(page->db, Q_GRANT_UNITS), &units));
    VALUE_EACH (one, units)
        typed_form_option(page, unit, arena_format(arena, "%lld", (long long)value_get_int(one, "id", 0)),
                          arena_format(arena, "%.*s  %.*s", STR_ARG(value_get_text(one, "name")),
                                       STR_ARG(value_get_text(one, "code"))));
    struct value *label = typed_form_field(page, form, "label_max", row);
    if (!value_get_text(label, "value").n)
        value_set(label, STR("value"), value_new_text(arena, STR("1")));
    typed_form_choices(page, label, "0|1|2", "label");
    struct value *field = typed_form_put(page, form, "rules", typed_form_value(page, row, "rules")),
                 *list = value_put_list(arena, field, "options");
    const struct value *typed = page->form ? value_get(page->form->fields, "rules") : NULL;
    struct str chosen = arena_format(arena, ",%.*s,", STR_ARG(value_get_text(field, "value")));
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        bool is_on = str_find(chosen, arena_format(arena, ",%s,", rules[i]), 0) != SIZE_MAX;
        if (typed && typed->kind == VALUE_LIST) {
            is_on = false;
            VALUE_EACH (one, typed)
                is_on = is_on || (one->kind == VALUE_TEXT && str_equal_cstr(one->text, rules[i]));
        }
        typed_form_add_option(page, list, str_from_cstr(rules[i]),
                              page_text(page, arena_format(arena, "notice.rule.%s", rules[i]).p), is_on);
    }
    value_put_bool(arena, form, "is_new", !row);
    chrome_add_crumb(page, page_text(page, "outbox.title"), STR("/outbox"));
    chrome_add_crumb(page, row ? value_get_text(row, "name") : page_text(page, "webhook.add"), STR_EMPTY);
    return RC_OK;
}

enum rc page_webhook_new(struct page *page) { return put_form(page, NULL, STR("/webhooks")); }

enum rc page_webhook(struct page *page)
{
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = db_query(page->db, Q_WEBHOOK_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "webhook", st));
    const struct value *row = value_get(page->view, "webhook");
    value_put_text(page->ctx.arena, page->view, "page_title", value_get_text(row, "name"));
    return put_form(page, row, arena_format(page->ctx.arena, "/webhooks/%lld", (long long)id));
}

/* ---- tests and trying again --------------------------------------------------------------------------------- */

static enum rc answer_test(struct page *page, const struct post_result *result)
{
    struct arena *arena = page->ctx.arena;
    if (page->is_json) {
        value_put_bool(arena, page->view, "is_sent", result->is_sent);
        value_put_text(arena, page->view, "reason", arena_copy_str(arena, str_from_cstr(result->reason)));
        return RC_OK;
    }
    if (result->is_sent)
        chrome_set_flash(page, "success", "outbox.test_sent", STR_EMPTY, STR_EMPTY);
    else
        chrome_set_flash(page, "danger", "outbox.test_failed", reason_text(page, str_from_cstr(result->reason)),
                         STR_EMPTY);
    page_redirect(page, STR("/outbox"));
    return RC_OK;
}

static enum rc run_mail_test(struct page *page)
{
    struct post_result result =
        sender_test_mail(page->ctx.arena, page->app->settings, str_trim(form_text(page->form->fields, "to")));
    return answer_test(page, &result);
}

enum rc page_outbox_test_post(struct page *page)
{
    page_run_slow(page, run_mail_test); /* a mail server may take its time */
    return RC_OK;
}

static enum rc run_hook_test(struct page *page)
{
    struct value *row;
    TRY(webhook_read(&page->ctx, page->db, page_param_int(page, "id", 0), &row));
    if (!row)
        return RC_NOT_FOUND;
    struct post_result result = sender_test_hook(page->ctx.arena, page->app->settings, row);
    return answer_test(page, &result);
}

enum rc page_webhook_test_post(struct page *page)
{
    page_run_slow(page, run_hook_test);
    return RC_OK;
}

enum rc page_outbox_again_post(struct page *page)
{
    int64_t now_ms = clock_now_ms();
    TRY(submit_work(page, outbox_work_again, &now_ms));
    if (page->is_json) {
        value_put_bool(page->ctx.arena, page->view, "is_done", true);
        return RC_OK;
    }
    chrome_set_flash(page, "success", "outbox.again_done", STR_EMPTY, STR_EMPTY);
    page_redirect(page, STR("/outbox?show=waiting"));
    return RC_OK;
}
