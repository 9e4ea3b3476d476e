/* page_review.c: cases of review: the queue, and one case with all that a signer needs. */
#include "loop/review.h"

#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/page_closing.h"
#include "serve/page_loop.h"
#include "serve/pages.h"
#include "serve/typed_form.h"
#include "text/json.h"

enum { LIST_ROWS = 50 };

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* ---- the queue ---------------------------------------------------------------------------------------------- */

static const struct show_row {
    const char *name, *label;
    uint32_t filters;
    bool is_newest; /* ended ones: the last first */
} shows[] = {{"mine", "review.show.mine", REVIEW_LIST_FILTER_OPEN | REVIEW_LIST_FILTER_MINE, false},
             {"open", "review.show.open", REVIEW_LIST_FILTER_OPEN, false},
             {"overdue", "review.show.overdue", REVIEW_LIST_FILTER_OPEN | REVIEW_LIST_FILTER_OVERDUE, false},
             {"ended", "review.show.ended", REVIEW_LIST_FILTER_ENDED, true}};
enum { SHOWS = sizeof shows / sizeof shows[0] };

static const struct show_row *chosen_show(struct page *page)
{
    struct str show = page_param_text(page, "show");
    for (size_t i = 0; i < SHOWS; i++)
        if (str_equal_cstr(show, shows[i].name))
            return &shows[i];
    return &shows[0];
}

static struct db_stmt *list_statement(struct page *page, enum query query, uint32_t filters, bool is_newest)
{
    struct str purpose = page_param_text(page, "purpose"), step = page_param_text(page, "step");
    int64_t under = page_param_int(page, "under", 0);
    filters |= (purpose.n ? REVIEW_LIST_FILTER_PURPOSE : 0u) | (step.n ? REVIEW_LIST_FILTER_STEP : 0u) |
               (under ? REVIEW_LIST_FILTER_UNDER : 0u);
    struct db_stmt *st =
        page_list_statement(page, query, filters, is_newest ? REVIEW_LIST_SORT_NEWEST : REVIEW_LIST_SORT_DUE);
    if (!st)
        return NULL;
    db_bind_text(st, "purpose", purpose);
    db_bind_text(st, "step", step);
    db_bind_int(st, "under", under);
    db_bind_text(st, "today", closing_today(page));
    return st;
}

static enum rc put_shows(struct page *page, const struct show_row *chosen)
{
    enum { COUNT_MAX = 1000 };
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "shows");
    for (size_t i = 0; i < SHOWS; i++) {
        struct db_stmt *st = list_statement(page, Q_REVIEW_COUNT, shows[i].filters, false);
        int64_t n;
        if (!st)
            return RC_DB;
        db_bind_int(st, "limit", COUNT_MAX);
        TRY(db_get_int(&page->ctx, st, &n));
        struct value *row = value_add_map(arena, list);
        value_put_text(arena, row, "href", arena_format(arena, "/reviews?show=%s", shows[i].name));
        value_put_text(arena, row, "label", page_text(page, shows[i].label));
        value_put_int(arena, row, "count", n);
        value_put_bool(arena, row, "is_current", &shows[i] == chosen);
    }
    return RC_OK;
}

static void put_case_words(struct page *page, struct value *row)
{
    closing_put_label(page, row, "purpose", "review.purpose");
    closing_put_label(page, row, "state", "review.state");
    closing_put_step_due(page, row);
    closing_put_day(page, row, "step_since");
    closing_put_day(page, row, "opened_at");
}

enum rc page_review_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    const struct show_row *show = chosen_show(page);
    struct str after = page_param_text(page, "after");
    int64_t before = page_param_int(page, "before", 0), key_id = 0;
    size_t mark = str_find_byte(after, '~', 0);
    bool is_after =
        !show->is_newest && mark != SIZE_MAX && str_parse_int64(str_slice(after, mark + 1, after.n), &key_id);
    uint32_t filters = show->filters | (is_after ? REVIEW_LIST_FILTER_AFTER_DUE : 0u) |
                       (show->is_newest && before ? REVIEW_LIST_FILTER_BEFORE_ID : 0u);
    struct db_stmt *st = list_statement(page, Q_REVIEW_LIST, filters, show->is_newest);
    if (!st)
        return RC_DB;
    db_bind_text(st, "key", str_slice(after, 0, mark));
    db_bind_int(st, "key_id", is_after ? key_id : before);
    db_bind_int(st, "limit", LIST_ROWS);
    TRY(page_put_rows(page, "reviews", st));
    struct value *rows = list_of(page->view, "reviews");
    for (struct value *row = rows->items.first; row; row = row->next)
        put_case_words(page, row);
    value_put_bool(arena, page->view, "has_reviews", value_count(rows) > 0);
    value_put_text(arena, page->view, "empty_why",
                   page_text(page, str_equal_cstr(STR("mine"), show->name) ? "review.none_mine" : "review.none"));
    TRY(put_shows(page, show));
    st = page_statement(page, Q_REVIEW_STEP_TITLES);
    db_bind_text(st, "today", closing_today(page));
    TRY(page_put_rows(page, "steps", st));
    struct str step = page_param_text(page, "step");
    for (struct value *row = list_of(page->view, "steps")->items.first; row; row = row->next) {
        if (!value_get_int(row, "overdue", 0))
            value_set(row, STR("overdue"), value_new_text(arena, STR("")));
        value_put_bool(arena, row, "is_current", step.n && str_equal(step, value_get_text(row, "title")));
    }
    value_put_bool(arena, page->view, "has_steps", value_count(list_of(page->view, "steps")) > 0);
    value_put_text(arena, page->view, "show", str_from_cstr(show->name));
    struct str query = arena_format(arena, "show=%s", show->name);
    closing_put_pager(page, rows, LIST_ROWS, "/reviews", query);
    const struct value *last = rows->items.last;
    if (!show->is_newest && last && value_count(rows) == LIST_ROWS)
        value_set(list_of(page->view, "pager"), STR("next_href"),
                  value_new_text(arena, arena_format(arena, "/reviews?%.*s&after=%.*s~%lld", STR_ARG(query),
                                                     STR_ARG(value_get_text(last, "due_key")),
                                                     (long long)value_get_int(last, "id", 0))));
    closing_put_tabs(page, "reviews");
    return RC_OK;
}

/* ---- one case ----------------------------------------------------------------------------------------------- */

/* What is asked for, as label and text. */
static enum rc put_asked(struct page *page, struct value *review)
{
    static const struct {
        const char *key, *label, *prefix;
    } rows[] = {{"result", "closing.result", "closing.result"},
                {"self_result", "closing.self_result", NULL},
                {"accept_reason", "closing.accept_reason", NULL},
                {"accept_owner", "closing.accept_owner", NULL},
                {"accept_until", "closing.accept_until", NULL},
                {"basis", "closing.basis", "closing.basis"},
                {"from_phase", "closing.from_phase", "phase"},
                {"due_was", "closing.due_was", NULL},
                {"due", "closing.new_due", NULL},
                {"yearly_goal", "long_term.yearly_goal", NULL},
                {"finish_mark", "long_term.finish_mark", NULL},
                {"reason", "form.reason", NULL}};
    struct arena *arena = page->ctx.arena;
    struct value *asked, *list = value_put_list(arena, review, "asked_rows");
    TRY(json_parse(&page->ctx, value_get_text(review, "asked"), &asked));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str text = value_get_text(asked, rows[i].key);
        if (!text.n)
            continue;
        struct value *row = value_add_map(arena, list);
        value_put_text(arena, row, "label", page_text(page, rows[i].label));
        value_put_text(arena, row, "text",
                       rows[i].prefix ? page_text(page, arena_format(arena, "%s.%.*s", rows[i].prefix, STR_ARG(text)).p)
                                      : text);
    }
    return RC_OK;
}

static enum rc put_signer(struct page *page, struct value *slot)
{
    struct arena *arena = page->ctx.arena;
    TRY(page_put_actor(page, slot));
    struct str who = value_get_text(slot, "actor_label"), label = value_get_text(slot, "label");
    struct str args[] = {who, label};
    if (label.n)
        args[1] = page_text(page, arena_format(arena, "review.countersign.%.*s", STR_ARG(label)).p);
    value_put_text(arena, slot, "signer_text", label.n ? page_text_args(page, "review.signer_of", args, 2) : who);
    return RC_OK;
}

static void put_signs_of_step(struct page *page, struct value *step, const struct value *signs)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, step, "signs");
    VALUE_EACH (sign, signs) {
        if (value_get_int(sign, "step_n", 0) != value_get_int(step, "n", 0))
            continue;
        struct value *row = value_copy(arena, sign);
        closing_put_label(page, row, "verdict", "review.verdict");
        closing_put_label(page, row, "label", "review.countersign");
        page_put_time(page, row, "at");
        struct str other = value_get_text(row, "acted_for");
        value_put_text(arena, row, "acted_for_text",
                       other.n ? page_text_args(page, "review.acted_for", &other, 1) : STR(""));
        value_add(list, row);
    }
}

static enum rc put_steps(struct page *page, struct value *review)
{
    struct arena *arena = page->ctx.arena;
    struct value *steps, *signs, *slots;
    struct db_stmt *st = db_query(page->db, Q_REVIEW_CHAIN_STEPS);
    db_bind_int(st, "chain_id", value_get_int(review, "chain_id", 0));
    TRY(db_rows(&page->ctx, st, &steps));
    st = db_query(page->db, Q_REVIEW_SIGNS);
    db_bind_int(st, "id", value_get_int(review, "id", 0));
    TRY(db_rows(&page->ctx, st, &signs));
    int64_t now = value_get_int(review, "step_n", 0);
    bool is_open = str_equal(value_get_text(review, "state"), STR("open"));
    for (struct value *step = steps->items.first; step; step = step->next) {
        int64_t n = value_get_int(step, "n", 0);
        closing_put_label(page, step, "mode", "review.mode");
        value_put_bool(arena, step, "is_now", is_open && n == now);
        value_put_bool(arena, step, "is_vote", str_equal(value_get_text(step, "mode"), STR("vote")));
        put_signs_of_step(page, step, signs);
        st = db_query(page->db, Q_REVIEW_SLOTS);
        db_bind_int(st, "id", value_get_int(review, "id", 0));
        db_bind_int(st, "step_n", n);
        TRY(db_rows(&page->ctx, st, &slots));
        for (struct value *slot = slots->items.first; slot; slot = slot->next) {
            TRY(put_signer(page, slot));
            value_put_bool(arena, slot, "is_free", !value_get_int(slot, "is_signed", 0) && is_open && n == now);
        }
        value_put(step, STR("slots"), slots);
    }
    value_put(review, STR("steps"), steps);
    return RC_OK;
}

/* Whether the reader has taken up a place of this step, or nobody has taken up one: what may be claimed or put back. */
static void read_claims(struct page *page, const struct value *review, bool *ret_has_claimed, bool *ret_is_free)
{
    *ret_has_claimed = *ret_is_free = false;
    VALUE_EACH (step, value_get(review, "steps")) {
        VALUE_EACH (slot, value_get(step, "slots")) {
            if (!value_get(slot, "is_free")->boolean)
                continue;
            *ret_has_claimed |= value_get_int(slot, "claimed_by", 0) == page->actor.account_id;
            *ret_is_free |= !value_get_int(slot, "claimed_by", 0);
        }
    }
}

/* Decisions stand in a form of their own with the opinion; what is left are the other offers. */
static enum rc put_offers(struct page *page, struct value *review)
{
    struct arena *arena = page->ctx.arena;
    struct value *kept = value_new_list(arena);
    bool may_decide = false, has_claimed, is_free;
    read_claims(page, review, &has_claimed, &is_free);
    TRY(page_put_offers(page, review, NOUN_REVIEW, review));
    struct value *offers = list_of(review, "offers");
    for (struct value *offer = offers->items.first, *next; offer; offer = next) {
        next = offer->next;
        struct str name = value_get_text(offer, "command");
        if (str_equal(name, STR("approve")) || str_equal(name, STR("return")) || str_equal(name, STR("reject")))
            may_decide = true;
        else if (str_equal(name, STR("claim")) ? is_free && !has_claimed
                                               : !str_equal(name, STR("release")) || has_claimed)
            value_add(kept, offer);
        value_set(offer, STR("style"), value_new_text(arena, STR(""))); /* the opinion is what to do here */
    }
    value_set(review, STR("offers"), kept);
    value_set(review, STR("has_offers"), value_put_bool(arena, value_new_map(arena), "x", value_count(kept) > 0));
    struct db_stmt *st = db_query(page->db, Q_REVIEW_ENTANGLED);
    struct value *row = NULL;
    db_bind_int(st, "id", value_get_int(review, "id", 0));
    db_bind_int(st, "me", page->actor.account_id);
    db_bind_text(st, "today", closing_today(page));
    if (may_decide)
        TRY(db_first_row(&page->ctx, st, &row));
    value_put_text(
        arena, review, "entangled",
        row ? page_text(page, arena_format(arena, "review.entangled_%.*s", STR_ARG(value_get_text(row, "why"))).p)
            : STR(""));
    value_put_bool(arena, review, "may_decide", may_decide && !row);
    value_put_text(arena, review, "typed_reason", page->form ? form_text(page->form->fields, "reason") : STR(""));
    struct value *form = value_new_map(arena);
    value_set(review, STR("reason_error"),
              value_copy(arena, value_get(typed_form_put(page, form, "reason", STR("")), "error")));
    return RC_OK;
}

static enum rc put_subject(struct page *page, struct value *review)
{
    int64_t finding_id = value_get_int(review, "finding_id", 0);
    TRY(closing_put_rows(page, review, "causes", Q_CERTIFICATE_CAUSES, finding_id));
    TRY(closing_put_rows(page, review, "measures", Q_CERTIFICATE_MEASURES, finding_id));
    TRY(closing_put_rows(page, review, "evidence", Q_CERTIFICATE_EVIDENCE, finding_id));
    for (struct value *row = list_of(review, "measures")->items.first; row; row = row->next)
        closing_put_label(page, row, "phase", "phase");
    for (struct value *row = list_of(review, "evidence")->items.first; row; row = row->next)
        closing_put_label(page, row, "class", "evidence.class");
    struct arena *arena = page->ctx.arena;
    struct str kind = value_get_text(review, "subject_kind");
    value_put_text(arena, review, "subject_href",
                   str_equal(kind, STR("task"))
                       ? arena_format(arena, "/tasks/%lld", (long long)value_get_int(review, "subject_id", 0))
                       : arena_format(arena, "/findings/%lld", (long long)finding_id));
    return RC_OK;
}

enum rc page_review(struct page *page)
{
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_REVIEW_GET);
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "review", st));
    struct value *review = list_of(page->view, "review");
    put_case_words(page, review);
    closing_put_label(page, review, "finding_status", "finding.status");
    TRY(put_asked(page, review));
    TRY(put_steps(page, review));
    TRY(page_put_waiting(page, review, NOUN_REVIEW, id));
    TRY(put_offers(page, review));
    TRY(put_subject(page, review));
    st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    TRY(page_put_timeline(page, st));
    value_put_text(page->ctx.arena, page->view, "page_title", value_get_text(review, "title"));
    chrome_add_crumb(page, page_text(page, "review.list"), STR("/reviews"));
    chrome_add_crumb(page, value_get_text(review, "no"), STR_EMPTY);
    return RC_OK;
}
