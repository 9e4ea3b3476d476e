/* page_comment.c: comments of the public, inside: the list, one comment with its words, the steps. */
#include "base/clock.h"
#include "loop/comment.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/page_step.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

static const struct step_place place = {"comment.list", "/comments", PERM_COMMENT_WORK};

enum rc page_comment_list(struct page *page)
{
    static const struct record_column columns[] = {
        {"comment.no", "no", CELL_TEXT, NULL, "/comments/{id}"},
        {"bulletin.one", "bulletin_no", CELL_TEXT, NULL, "/bulletins/{bulletin_id}"},
        {"comment.channel", "channel", CELL_CHOICE, "comment.channel", NULL},
        {"comment.received_on", "received_on", CELL_DAY, NULL, NULL},
        {"comment.state", "state", CELL_CHOICE, "comment.state", NULL},
        {"comment.kind", "kind", CELL_CHOICE, "comment.kind", NULL},
        {"comment.finding", "finding_no", CELL_TEXT, NULL, "/findings/{finding_id}"},
        {"comment.due", "due", CELL_DUE, NULL, NULL}};
    static const struct record_show shows[] = {{"new", COMMENT_LIST_FILTER_NEW, COMMENT_LIST_SORT_NEWEST},
                                               {"accepted", COMMENT_LIST_FILTER_ACCEPTED, COMMENT_LIST_SORT_NEWEST},
                                               {"lead", COMMENT_LIST_FILTER_LEAD, COMMENT_LIST_SORT_NEWEST},
                                               {"late", COMMENT_LIST_FILTER_LATE, COMMENT_LIST_SORT_NEWEST},
                                               {"over", COMMENT_LIST_FILTER_OVER, COMMENT_LIST_SORT_NEWEST},
                                               {"all", 0, COMMENT_LIST_SORT_NEWEST}};
    struct value *row;
    int64_t bulletin = page_param_int(page, "bulletin", 0);
    record_begin_list(page, "comment.list", "comment.list_about");
    struct db_stmt *st = page_statement(page, Q_COMMENT_FIGURES);
    db_bind_text(st, "today", record_day_before(page, 0));
    TRY(db_first_row(&page->ctx, st, &row));
    record_add_figure(page, "comment.show.new", value_get_int(row, "new_count", 0), "/comments?show=new", "due_soon");
    record_add_figure(page, "comment.show.accepted", value_get_int(row, "accepted_count", 0), "/comments?show=accepted",
                      "");
    record_add_figure(page, "comment.show.lead", value_get_int(row, "lead_count", 0), "/comments?show=lead", "behind");
    record_add_figure(page, "comment.show.late", value_get_int(row, "late_count", 0), "/comments?show=late", "overdue");
    const struct record_show *show =
        record_choose(page, "/comments", "comment.show", shows, sizeof shows / sizeof shows[0]);
    st = page_list_statement(page, Q_COMMENT_LIST, show->filter | (bulletin ? COMMENT_LIST_FILTER_BULLETIN : 0u),
                             show->sort);
    if (st) {
        db_bind_int(st, "bulletin", bulletin);
        db_bind_text(st, "today", record_day_before(page, 0));
    }
    struct str kept = bulletin ? arena_format(page->ctx.arena, "bulletin=%lld&", (long long)bulletin) : STR("");
    TRY(record_put_items(page, st, "/comments",
                         arena_format(page->ctx.arena, "show=%s&%.*s", show->name, STR_ARG(kept)).p));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "comment.none");
    record_add_action(page, page->view, "comment.do.enter", STR("/comments/new"), true);
    return RC_OK;
}

static enum rc read_comment(struct page *page, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_COMMENT_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_row);
}

enum rc page_comment(struct page *page)
{
    static const struct record_column words[] = {{"comment.text", "text", CELL_LONG, NULL, NULL},
                                                 {"comment.name", "name", CELL_TEXT, NULL, NULL},
                                                 {"comment.contact", "contact", CELL_TEXT, NULL, NULL}};
    static const struct record_column answers[] = {{"comment.answer", "answer", CELL_LONG, NULL, NULL},
                                                   {"comment.answered_on", "answered_on", CELL_DAY, NULL, NULL}};
    static const struct record_column refusal[] = {{"comment.reason", "reason", CELL_LONG, NULL, NULL},
                                                   {"comment.answered_on", "answered_on", CELL_DAY, NULL, NULL}};
    static const struct record_column facts[] = {
        {"bulletin.one", "bulletin_title", CELL_TEXT, NULL, "/bulletins/{bulletin_id}"},
        {"comment.channel", "channel", CELL_CHOICE, "comment.channel", NULL},
        {"comment.received_on", "received_on", CELL_DAY, NULL, NULL},
        {"comment.kind", "kind", CELL_CHOICE, "comment.kind", NULL},
        {"comment.finding", "finding_title", CELL_TEXT, NULL, "/findings/{finding_id}"},
        {"comment.check", "check_label", CELL_TEXT, NULL, "/checks/{check_id}"},
        {"comment.ack_due", "ack_due", CELL_DAY, NULL, NULL},
        {"comment.answer_due", "answer_due", CELL_DUE, NULL, NULL},
        {"comment.accepted_on", "accepted_on", CELL_DAY, NULL, NULL}};
    static const struct record_column lead[] = {{"comment.lead_no", "lead_no", CELL_TEXT, NULL, NULL},
                                                {"comment.lead_to", "lead_to", CELL_TEXT, NULL, NULL},
                                                {"comment.lead_on", "lead_on", CELL_DAY, NULL, NULL},
                                                {"comment.lead_receipt", "lead_receipt", CELL_TEXT, NULL, NULL},
                                                {"comment.wiped_on", "wiped_on", CELL_DAY, NULL, NULL}};
    struct arena *arena = page->ctx.arena;
    struct value *row, *item, *kept;
    TRY(read_comment(page, &row));
    struct str state = value_get_text(row, "state"), receipt = page_param_text(page, "receipt");
    if (value_get_int(row, "check_id", 0))
        value_put_text(arena, row, "check_label", page_text(page, "check.rule.public_denies"));
    else
        value_put_null(arena, row, "check_label");
    TRY(comment_read_words(&page->ctx, page->db, row, &kept));
    value_put_int(arena, row, "is_over", /* no answer is due for a lead either */
                  !str_equal(state, STR("new")) && !str_equal(state, STR("accepted")));
    value_set(row, STR("title"),
              value_new_text(arena, arena_format(arena, "%s \xC2\xB7 %.*s", page_text(page, "comment.one").p,
                                                 STR_ARG(value_get_text(row, "bulletin_title")))));
    TRY(record_begin(page, row, NOUN_COMMENT, &item));
    record_add_badge(page, item, page_word(page, "comment.state", state),
                     str_equal(state, STR("answered")) ? "closed"
                     : str_equal(state, STR("new"))    ? "due_soon"
                                                       : "normal");
    record_add_badge(page, item, value_get_text(row, "no"), "");
    if (receipt.n && receipt.n <= 40)
        record_add_alert(page, item, "comment.tell_receipt", &receipt, 1);
    if (str_equal(state, STR("wiped")))
        record_add_alert(page, item, "comment.was_wiped", NULL, 0);
    else
        (void)record_add_facts(page, item, "comment.words", "words", kept, words, sizeof words / sizeof words[0],
                               false);
    if (value_get_text(row, "answered_on").n)
        (void)record_add_facts(page, item, "comment.answer", "answer", row,
                               value_get_text(row, "reason").n ? refusal : answers, 2, false);
    (void)record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    if (value_get_text(row, "lead_no").n)
        (void)record_add_facts(page, item, "comment.lead", "lead", row, lead, sizeof lead / sizeof lead[0], true);
    chrome_add_crumb(page, page_text(page, "bulletin.list"), STR("/bulletins"));
    chrome_add_crumb(page, page_text(page, "comment.list"), STR("/comments"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

/* ---- the steps ---------------------------------------------------------------------------------------------- */

static const struct step accept_step = {
    "comment.do.accept",
    {{"kind", "comment.kind", NULL, STEP_CHOICE, true, "advice|question|not_done|praise", "comment.kind"},
     {"finding_id", "comment.finding", "comment.finding_help", STEP_OPTIONS, false, NULL, NULL}}};
static const struct step link_step = {
    "comment.do.link", {{"finding_id", "comment.finding", "comment.finding_help", STEP_OPTIONS, true, NULL, NULL}}};
static const struct step answer_step = {
    "comment.do.answer", {{"answer", "comment.answer", "comment.answer_help", STEP_LONG, true, NULL, NULL}}};
static const struct step lead_step = {
    "comment.do.lead", {{"lead_to", "comment.lead_to", "comment.lead_help", STEP_LINE, true, NULL, NULL}}};
static const struct step handed_step = {
    "comment.do.handed",
    {{"lead_receipt", "comment.lead_receipt", "comment.handed_help", STEP_LINE, true, NULL, NULL}}};
static const struct step enter_step = {
    "comment.do.enter",
    {{"bulletin_id", "bulletin.one", NULL, STEP_OPTIONS, true, NULL, NULL},
     {"channel", "comment.channel", NULL, STEP_CHOICE, true, "phone|post|email", "comment.channel"},
     {"received_on", "comment.received_on", NULL, STEP_DATE, true, NULL, NULL},
     {"text", "comment.text", "comment.text_help", STEP_LONG, true, NULL, NULL},
     {"name", "comment.name", NULL, STEP_LINE, false, NULL, NULL},
     {"contact", "comment.contact", NULL, STEP_LINE, false, NULL, NULL}}};

static enum rc put_findings(struct page *page, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *field = step_field(page, "finding_id"), *rows;
    if (!field)
        return RC_OK;
    struct db_stmt *st = db_query(page->db, Q_COMMENT_FINDING_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "source_id", value_get_int(row, "source_id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, field, STR(""), page_text(page, "form.not_said"));
    VALUE_EACH (finding, rows) {
        typed_form_option(page, field, arena_format(arena, "%lld", (long long)value_get_int(finding, "id", 0)),
                          arena_format(arena, "%.*s %.*s (%.*s)", STR_ARG(value_get_text(finding, "no")),
                                       STR_ARG(value_get_text(finding, "title")),
                                       STR_ARG(page_word(page, "finding.status", value_get_text(finding, "status")))));
    }
    return RC_OK;
}

static enum rc put_step(struct page *page, const struct step *step, const char *verb)
{
    struct arena *arena = page->ctx.arena;
    struct value *row, *kept;
    TRY(read_comment(page, &row));
    TRY(comment_read_words(&page->ctx, page->db, row, &kept));
    struct str back = arena_format(arena, "/comments/%lld", (long long)value_get_int(row, "id", 0));
    TRY(step_put(page, step, &place, arena_format(arena, "%.*s/%s", STR_ARG(back), verb), back, row,
                 value_get_text(row, "no")));
    struct str about =
        arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(row, "no")), STR_ARG(value_get_text(kept, "text")));
    value_set((struct value *)value_get(page->view, "form"), STR("about"), value_new_text(arena, about));
    return put_findings(page, row);
}

enum rc page_comment_accept(struct page *page) { return put_step(page, &accept_step, "accept"); }
enum rc page_comment_link(struct page *page) { return put_step(page, &link_step, "link"); }
enum rc page_comment_answer(struct page *page) { return put_step(page, &answer_step, "answer"); }
enum rc page_comment_lead(struct page *page) { return put_step(page, &lead_step, "lead"); }
enum rc page_comment_handed(struct page *page) { return put_step(page, &handed_step, "handed"); }

enum rc page_comment_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows, *row = value_new_map(arena);
    value_put_text(arena, row, "received_on", record_day_before(page, 0));
    TRY(step_put(page, &enter_step, &place, STR("/comments"), STR("/comments"), row, STR("")));
    struct db_stmt *st =
        page_list_statement(page, Q_BULLETIN_LIST, BULLETIN_LIST_FILTER_PUBLIC, BULLETIN_LIST_SORT_NEWEST);
    if (!st)
        return RC_DB;
    db_bind_int(st, "limit", 200);
    db_bind_int(st, "offset", 0);
    TRY(db_rows(&page->ctx, st, &rows));
    typed_form_option(page, step_field(page, "bulletin_id"), STR(""), page_text(page, "form.choose"));
    VALUE_EACH (bulletin, rows) {
        typed_form_option(page, step_field(page, "bulletin_id"),
                          arena_format(arena, "%lld", (long long)value_get_int(bulletin, "id", 0)),
                          arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(bulletin, "no")),
                                       STR_ARG(value_get_text(bulletin, "title"))));
    }
    return RC_OK;
}
