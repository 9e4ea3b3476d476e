/* page_bulletin.c: bulletins inside: the list, and the composer: register at the left, text at the right, checks above.
 */
#include "base/clock.h"
#include "loop/bulletin.h"
#include "publish/bulletin_paper.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "text/json.h"
#include "text/numeral.h"

enum { PAPER_CEILING = 64 << 20 };

static const char *state_status(struct str state)
{
    if (str_equal(state, STR("published")))
        return "closed";
    return str_equal(state, STR("withdrawn")) ? "overdue" : str_equal(state, STR("submitted")) ? "due_soon" : "normal";
}

enum rc page_bulletin_list(struct page *page)
{
    static const struct record_column columns[] = {
        {"bulletin.title", "title", CELL_TEXT, NULL, "/bulletins/{id}"},
        {"bulletin.no", "no", CELL_TEXT, NULL, NULL},
        {"bulletin.state", "state", CELL_CHOICE, "bulletin.state", NULL},
        {"finding.source", "source_no", CELL_TEXT, NULL, "/sources/{source_id}"},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"bulletin.window_from", "window_from", CELL_DAY, NULL, NULL},
        {"bulletin.window_to", "window_to", CELL_DUE, NULL, NULL},
    };
    static const struct record_show shows[] = {
        {"all", 0, BULLETIN_LIST_SORT_NEWEST},
        {"open", BULLETIN_LIST_FILTER_OPEN, BULLETIN_LIST_SORT_NEWEST},
        {"public", BULLETIN_LIST_FILTER_PUBLIC, BULLETIN_LIST_SORT_NEWEST},
        {"withdrawn", BULLETIN_LIST_FILTER_WITHDRAWN, BULLETIN_LIST_SORT_NEWEST}};
    record_begin_list(page, "bulletin.list", "bulletin.list_about");
    const struct record_show *show =
        record_choose(page, "/bulletins", "bulletin.show", shows, sizeof shows / sizeof shows[0]);
    struct db_stmt *st = page_list_statement(page, Q_BULLETIN_LIST, show->filter, show->sort);
    TRY(record_put_items(page, st, "/bulletins", arena_format(page->ctx.arena, "show=%s&", show->name).p));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "bulletin.none");
    if (page_can(page, PERM_COMMENT_WORK))
        record_add_action(page, page->view, "comment.list", STR("/comments"), false);
    if (page_can(page, PERM_BULLETIN_RELEASE))
        record_add_action(page, page->view, "publish_rules.title", STR("/publish_rules"), false);
    if (page_can(page, PERM_BULLETIN_WRITE))
        record_add_action(page, page->view, "bulletin.new", STR("/bulletins/new"), true);
    return RC_OK;
}

static enum rc read_bulletin(struct page *page, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_BULLETIN_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_row);
}

/* ---- the text ----------------------------------------------------------------------------------------------- */

struct marks {
    int64_t part, section, item, point;
};

static struct str mark_of(struct arena *arena, struct marks *marks, struct str kind)
{
    enum bulletin_text which = BULLETIN_MARK_POINT;
    int64_t n = 0;
    if (str_equal(kind, STR("item")))
        return arena_format(arena, "%lld.", (long long)++marks->item);
    if (str_equal(kind, STR("part"))) {
        marks->section = marks->point = 0;
        which = BULLETIN_MARK_PART;
        n = ++marks->part;
    } else if (str_equal(kind, STR("section"))) {
        marks->point = 0;
        which = BULLETIN_MARK_SECTION;
        n = ++marks->section;
    } else if (str_equal(kind, STR("point"))) {
        n = ++marks->point;
    }
    struct str numeral = numeral_format(arena, n);
    return n ? bulletin_fill(arena, which, &numeral, 1) : STR("");
}

/* What was typed into the form of this block, when it was refused. */
static bool is_typed(const struct page *page, int64_t n)
{
    int64_t block = 0;
    return page->form && str_parse_int64(form_text(page->form->fields, "block"), &block) && block == n &&
           value_get(page->form->fields, "body");
}

/* Who wrote the block since the form was opened, when, and what stood there before when an event tells it. */
static enum rc put_rival(struct page *page, int64_t bulletin_id, struct value *block)
{
    struct arena *arena = page->ctx.arena;
    int64_t n = value_get_int(block, "n", 0), typed = 0, now = value_get_int(block, "changed_seq", 0);
    struct str from = STR(""), actor = STR("");
    struct value *events = NULL, *told = value_new_map(arena);
    value_put_int(arena, told, "at", 0);
    if (is_typed(page, n) && str_parse_int64(form_text(page->form->fields, "revision"), &typed) && typed != now) {
        struct db_stmt *st = db_query(page->db, Q_EVENT_SINCE);
        db_bind_int(st, "id", bulletin_id);
        db_bind_int(st, "seen", typed - 1); /* with the event that the form showed */
        TRY(db_rows(&page->ctx, st, &events));
        actor = page_text(page, "event.program");
    }
    VALUE_EACH (event, events) {
        struct value *body;
        TRY(json_parse(&page->ctx, value_get_text(event, "body"), &body));
        if (value_get_int(body, "n", 0) != n || !str_equal(value_get_text(event, "kind"), STR("bulletin.written")))
            continue;
        if (value_get_int(event, "seq", 0) == typed)
            from = value_get_text(body, "body");
        else {
            actor = value_get_text(event, "actor_name");
            value_set(told, STR("at"), value_new_int(arena, value_get_int(event, "at", 0)));
        }
    }
    page_put_time(page, told, "at");
    bool is_known = value_get_int(told, "at", 0) > 0;
    value_put_text(arena, block, "rival_actor", is_known ? actor : STR(""));
    value_put_text(arena, block, "rival_at", is_known ? value_get_text(told, "at_text") : STR(""));
    value_put_text(arena, block, "rival_from", is_known ? bulletin_plain(arena, from) : STR(""));
    return arena_rc(arena);
}

static void put_block(struct page *page, struct value *block, struct marks *marks, const struct value *checks,
                      bool may_write)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = value_get_text(block, "kind"), title = value_get_text(block, "title"),
               body = value_get_text(block, "body");
    int64_t n = value_get_int(block, "n", 0);
    bool is_withheld = bulletin_is(block, "is_withheld"), typed = is_typed(page, n);
    bool has_trouble = false;
    VALUE_EACH (found, checks)
        has_trouble = has_trouble || (value_get_int(found, "n", 0) == n && n);
    value_put_text(arena, block, "mark", is_withheld ? STR("") : mark_of(arena, marks, kind));
    value_put_text(arena, block, "plain_title", bulletin_plain(arena, title));
    value_put_text(arena, block, "plain_body", bulletin_plain(arena, body));
    value_put_text(arena, block, "typed_title", typed ? form_text(page->form->fields, "title") : title);
    value_put_text(arena, block, "typed_body", typed ? form_text(page->form->fields, "body") : body);
    value_put_bool(arena, block, "is_typed", typed);
    value_put_bool(arena, block, "is_part", str_equal(kind, STR("part")));
    value_put_bool(arena, block, "is_section", str_equal(kind, STR("section")));
    value_put_bool(arena, block, "has_title", !str_equal(kind, STR("opening")));
    value_put_bool(arena, block, "has_trouble", has_trouble);
    value_put_bool(arena, block, "may_write", may_write);
    value_set(block, STR("is_withheld"), value_new_int(arena, 0));
    value_put_bool(arena, block, "is_kept_back", is_withheld);
    value_put_text(arena, block, "kind_label", page_word(page, "bulletin.kind", kind));
    value_put_text(arena, block, "finding_href", record_href(arena, "/findings/{finding_id}", block));
}

/* Which block it is about, as it is numbered. */
static struct str place_of(struct arena *arena, const struct value *blocks, int64_t n)
{
    VALUE_EACH (block, blocks)
        if (n && value_get_int(block, "n", 0) == n)
            return value_get_bool(block, "has_title")
                       ? arena_concat(arena, value_get_text(block, "mark"), value_get_text(block, "plain_title"))
                       : value_get_text(block, "kind_label");
    return STR("");
}

static void put_checks(struct page *page, struct value *record, const struct value *checks, const struct value *blocks,
                       int64_t id)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, record, "checks");
    int64_t stops = 0;
    VALUE_EACH (found, checks) {
        struct str args[] = {value_get_text(found, "arg0"), value_get_text(found, "arg1")},
                   name = value_get_text(found, "check");
        int64_t n = value_get_int(found, "n", 0);
        struct value *item = value_add_map(arena, list);
        bool is_missing = str_equal(name, STR("missing"));
        value_put_text(arena, item, "text",
                       page_text_args(page, arena_format(arena, "bulletin.check.%.*s", STR_ARG(name)).p, args, 2));
        value_put_text(arena, item, "href",
                       n ? arena_format(arena, "#block-%lld", (long long)n)
                       : is_missing
                           ? arena_format(arena, "#finding-%lld", (long long)value_get_int(found, "finding_id", 0))
                           : arena_format(arena, "/bulletins/%lld/change", (long long)id));
        value_put_text(arena, item, "place", place_of(arena, blocks, n));
        value_put_bool(arena, item, "is_stop", value_get_bool(found, "is_stop"));
        stops += value_get_bool(found, "is_stop");
    }
    value_put_bool(arena, record, "has_checks", value_count(list) > 0);
    value_put_int(arena, record, "check_count", stops);
}

/* ---- the register beside it --------------------------------------------------------------------------------- */

/* Suggested sentences for the finding that was asked for; each may be put at the end of its block. */
static enum rc put_sentences(struct page *page, const struct value *row, struct value *finding,
                             const struct value *blocks, int64_t label_max)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, finding, "sentences"), *texts;
    bool is_asked = page_param_int(page, "finding", 0) == value_get_int(finding, "id", 0);
    value_put_bool(arena, finding, "is_asked", is_asked);
    if (!is_asked)
        return RC_OK;
    const struct value *block = NULL;
    VALUE_EACH (one, blocks) {
        if (value_get_int(one, "n", 0) == value_get_int(finding, "block", -1))
            block = one;
    }
    TRY(bulletin_suggest(&page->ctx, page->db, value_get_int(row, "source_id", 0), value_get_int(finding, "id", 0),
                         label_max, &texts));
    VALUE_EACH (text, texts) {
        struct value *item = value_add_map(arena, list);
        value_put_text(arena, item, "text", bulletin_plain(arena, text->text));
        value_put_text(arena, item, "joined",
                       block ? arena_concat(arena, value_get_text(block, "body"), text->text) : text->text);
        value_put_bool(arena, item, "has_block", block != NULL);
        value_put_text(arena, item, "title", value_get_text(block, "title"));
        value_put_int(arena, item, "block", value_get_int(block, "n", 0));
        value_put_int(arena, item, "revision", value_get_int(block, "changed_seq", 0));
    }
    return RC_OK;
}

static enum rc put_register(struct page *page, const struct value *row, struct value *record,
                            const struct value *blocks, const struct bulletin_rules *rules, bool may_write)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_BULLETIN_REGISTER);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "source_id", value_get_int(row, "source_id", 0));
    db_bind_int(st, "bulletin_id", value_get_int(row, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    struct str aspect = STR("");
    int64_t section = 0;
    for (struct value *finding = rows->items.first; finding; finding = finding->next) {
        bool is_confidential = value_get_int(finding, "label", 0) > rules->label_max,
             is_in = value_get_int(finding, "block", 0) > 0;
        struct str own = value_get_text(finding, "aspect");
        VALUE_EACH (block, blocks) {
            bool is_lasting = str_equal(value_get_text(block, "role"), STR("long_term"));
            if (is_lasting == str_equal(value_get_text(finding, "phase"), STR("long_term")) &&
                (str_equal(value_get_text(block, "title"), own) || !own.n))
                section = value_get_int(block, "n", 0);
        }
        value_put_text(arena, finding, "aspect_head", str_equal(own, aspect) ? STR("") : own);
        aspect = own;
        value_put_text(arena, finding, "status_label",
                       page_word(page, "finding.status", value_get_text(finding, "status")));
        value_put_text(arena, finding, "phase_label", page_word(page, "phase", value_get_text(finding, "phase")));
        value_put_bool(arena, finding, "is_confidential", is_confidential);
        value_put_bool(arena, finding, "is_in", is_in);
        value_put_bool(arena, finding, "may_add", may_write && !is_in && !is_confidential);
        value_put_text(arena, finding, "as_kind",
                       str_equal(value_get_text(finding, "phase"), STR("long_term")) ? STR("point") : STR("item"));
        value_put_int(arena, finding, "after", section);
        value_put_bool(arena, finding, "may_suggest", may_write && !is_confidential);
        TRY(put_sentences(page, row, finding, blocks, rules->label_max));
    }
    value_put(record, STR("register"), rows);
    return RC_OK;
}

/* ---- one bulletin ------------------------------------------------------------------------------------------- */

static void put_facts(struct page *page, struct value *item, struct value *row)
{
    static const struct record_column facts[] = {
        {"finding.source", "source_title", CELL_TEXT, NULL, "/sources/{source_id}"},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"bulletin.window_from", "window_from", CELL_DAY, NULL, NULL},
        {"bulletin.window_to", "window_end", CELL_DAY, NULL, NULL},
        {"bulletin.window_days", "window_days", CELL_NUM, NULL, NULL},
        {"bulletin.window_first_day", "window_first_day", CELL_YES, NULL, NULL},
        {"bulletin.doc_no", "doc_no", CELL_TEXT, NULL, NULL},
        {"bulletin.signatory", "signatory", CELL_TEXT, NULL, NULL},
        {"bulletin.signed", "signed", CELL_DAY, NULL, NULL},
        {"bulletin.closing", "closing", CELL_LONG, NULL, NULL},
        {"bulletin.created_by", "created_by_name", CELL_TEXT, NULL, NULL},
        {"bulletin.released_by", "released_by_name", CELL_TEXT, NULL, NULL},
        {"bulletin.published_on", "published_on", CELL_DAY, NULL, NULL},
        {"bulletin.closed_on", "closed_on", CELL_DAY, NULL, NULL},
        {"bulletin.postpone_reason", "postpone_reason", CELL_TEXT, NULL, NULL},
        {"bulletin.withdraw_reason", "withdraw_reason", CELL_TEXT, NULL, NULL},
    };
    (void)record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
}

/* What the public said so far, in numbers. */
static enum rc put_summary(struct page *page, struct value *item, int64_t id)
{
    static const struct record_column columns[] = {
        {"bulletin.comments", "comments", CELL_NUM, NULL, "/comments?show=all&bulletin={id}"},
        {"comment.channel.form", "by_form", CELL_NUM, NULL, NULL},
        {"comment.channel.phone", "by_phone", CELL_NUM, NULL, NULL},
        {"comment.channel.post", "by_post", CELL_NUM, NULL, NULL},
        {"comment.channel.email", "by_email", CELL_NUM, NULL, NULL},
        {"comment.state.answered", "answered", CELL_NUM, NULL, NULL},
        {"comment.state.refused", "refused", CELL_NUM, NULL, NULL},
        {"bulletin.waiting", "waiting", CELL_NUM, NULL, NULL},
        {"comment.kind.not_done", "not_done", CELL_NUM, NULL, NULL},
        {"bulletin.leads", "leads", CELL_NUM, NULL, NULL}};
    struct value *row;
    struct db_stmt *st = db_query(page->db, Q_COMMENT_SUMMARY);
    db_bind_int(st, "id", id);
    TRY(db_first_row(&page->ctx, st, &row));
    value_put_int(page->ctx.arena, row, "id", id);
    struct str all = arena_format(page->ctx.arena, "/comments?show=all&bulletin=%lld", (long long)id);
    static const char *const heads[][3] = {{"bulletin.comments", "comments", ""},
                                           {"comment.state.answered", "answered", ""},
                                           {"bulletin.waiting", "waiting", "behind"},
                                           {"comment.kind.not_done", "not_done", ""},
                                           {"bulletin.leads", "leads", ""}};
    value_put_list(page->ctx.arena, page->view, "figures");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) /* above the text, which is long */
        record_add_figure(page, heads[i][0], value_get_int(row, heads[i][1], 0), "", heads[i][2]);
    value_put_text(page->ctx.arena, item, "said_href", all);
    (void)record_add_facts(page, item, "bulletin.summary", "summary", row, columns, sizeof columns / sizeof columns[0],
                           true);
    return RC_OK;
}

static enum rc put_versions(struct page *page, struct value *item, int64_t id)
{
    static const struct record_column columns[] = {{"bulletin.version", "n", CELL_NUM, NULL, NULL},
                                                   {"bulletin.made_at", "made_at", CELL_TIME, NULL, NULL},
                                                   {"bulletin.made_by", "made_by_name", CELL_TEXT, NULL, NULL},
                                                   {"bulletin.digest", "short", CELL_TEXT, NULL, NULL}};
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_BULLETIN_VERSIONS);
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        value_put_text(page->ctx.arena, row, "short", str_slice(value_get_text(row, "sha256"), 0, 12));
    if (value_count(rows))
        (void)record_add_table(page, item, "bulletin.versions", "versions", rows, columns,
                               sizeof columns / sizeof columns[0]);
    return RC_OK;
}

/* Who had a hand in it is told who releases it instead of being offered what would be refused. */
static enum rc put_releasers(struct page *page, struct value *item, const struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *kept = value_new_list(arena), *rows;
    struct str today = date_text(arena, clock_today()), names = STR("");
    int64_t id = value_get_int(row, "id", 0), hands = 0;
    struct db_stmt *st = db_query(page->db, Q_BULLETIN_ENTANGLED);
    db_bind_int(st, "id", id);
    db_bind_int(st, "me", page->actor.account_id);
    db_bind_text(st, "today", today);
    TRY(db_get_int(&page->ctx, st, &hands));
    VALUE_EACH (offer, value_get(item, "offers"))
        if (!hands || !str_equal(value_get_text(offer, "command"), STR("release")))
            value_add(kept, value_copy(arena, offer));
    if (value_count(kept) == value_count(value_get(item, "offers")))
        return RC_OK;
    value_set(item, STR("has_offers"), value_put_bool(arena, value_new_map(arena), "x", value_count(kept) > 0));
    value_set(item, STR("offers"), kept);
    st = db_query(page->db, Q_BULLETIN_RELEASERS);
    db_bind_int(st, "id", id);
    db_bind_int(st, "unit_id", value_get_int(row, "unit_id", 0));
    db_bind_int(st, "label", value_get_int(row, "label", 0));
    db_bind_int(st, "perm", PERM_BULLETIN_RELEASE);
    db_bind_text(st, "today", today);
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (one, rows)
        names = arena_format(arena, "%.*s%.*s%.*s", STR_ARG(names),
                             STR_ARG(names.n ? page_text(page, "list.comma") : STR("")),
                             STR_ARG(value_get_text(one, "name")));
    record_add_alert(page, item, names.n ? "bulletin.released_by_others" : "bulletin.released_by_nobody", &names, 1);
    return RC_OK;
}

enum rc page_bulletin(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row, *item, *blocks, *checks = NULL, *content;
    struct bulletin_rules rules;
    struct marks marks = {0};
    TRY(read_bulletin(page, &row));
    int64_t id = value_get_int(row, "id", 0);
    struct str state = value_get_text(row, "state");
    bool is_draft = str_equal(state, STR("draft"));
    bool may_write = is_draft && actor_check(&page->ctx, page->db, &page->actor, PERM_BULLETIN_WRITE,
                                             value_get_int(row, "unit_id", 0), value_get_int(row, "label", 0)) == RC_OK;
    TRY(bulletin_read_rules(&page->ctx, page->db, &rules));
    TRY(bulletin_read_blocks(&page->ctx, page->db, id, &blocks));
    TRY(bulletin_make_content(&page->ctx, row, blocks, &content));
    value_put_text(arena, row, "window_end", bulletin_window_end(arena, row));
    value_put_text(arena, row, "closing", bulletin_paper_closing(arena, content));
    if (is_draft || str_equal(state, STR("submitted")))
        TRY(bulletin_check(&page->ctx, page->db, row, blocks, &rules, &checks));
    TRY(record_begin(page, row, NOUN_BULLETIN, &item));
    TRY(put_releasers(page, item, row));
    record_add_badge(page, item, page_word(page, "bulletin.state", state), state_status(state));
    record_add_badge(page, item, value_get_text(row, "no"), "");
    record_add_action(page, item, "bulletin.preview", record_href(arena, "/bulletins/{id}/preview", row), false);
    record_add_action(page, item, "bulletin.docx", record_href(arena, "/bulletins/{id}/paper.docx", row), false);
    record_add_action(page, item, "bulletin.pdf", record_href(arena, "/bulletins/{id}/paper.pdf", row), false);
    record_add_action(page, item, "bulletin.ofd", record_href(arena, "/bulletins/{id}/paper.ofd", row), false);
    if (str_equal(value_get_text(row, "source_doc_kind"), STR("bulletin")) && page_can(page, PERM_SOURCE_READ))
        record_add_action(page, item, "bulletin.compare", record_href(arena, "/bulletins/{id}/differences", row),
                          false);
    value_put_bool(arena, item, "is_checked", checks != NULL);
    for (struct value *block = blocks->items.first; block; block = block->next) {
        put_block(page, block, &marks, checks, may_write);
        TRY(put_rival(page, id, block));
    }
    put_checks(page, item, checks, blocks, id);
    TRY(put_register(page, row, item, blocks, &rules, may_write));
    value_put(item, STR("blocks"), blocks);
    value_put_bool(arena, item, "may_write", may_write);
    value_put_int(arena, item, "bulletin_id", id);
    value_put_text(arena, item, "here", record_href(arena, "/bulletins/{id}", row));
    value_put_int(arena, item, "last_block", value_get_int(blocks->items.last, "n", 0));
    put_facts(page, item, row);
    bool has_summary = value_get_text(row, "published_on").n && page_can(page, PERM_COMMENT_WORK);
    value_put_bool(arena, item, "has_summary", has_summary);
    if (has_summary)
        TRY(put_summary(page, item, id));
    TRY(put_versions(page, item, id));
    chrome_add_crumb(page, page_text(page, "bulletin.list"), STR("/bulletins"));
    chrome_add_crumb(page, value_get_text(row, "no"), STR_EMPTY);
    return RC_OK;
}

/* ---- as a paper --------------------------------------------------------------------------------------------- */

static enum rc make_paper(struct page *page, bulletin_paper_fn *set, struct value **ret_row, struct doc **ret_doc)
{
    struct value *content, *version;
    TRY(read_bulletin(page, ret_row));
    TRY(bulletin_read_content(&page->ctx, page->db, *ret_row, &content, &version));
    if (!version)
        return set(&page->ctx, content, 0, STR(""), 0, ret_doc);
    return set(&page->ctx, content, value_get_int(version, "id", 0), value_get_text(version, "sha256"),
               value_get_int(version, "made_at", 0), ret_doc);
}

enum rc page_bulletin_preview(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *row;
    struct doc *doc;
    struct buf html CLEANUP(buf_done);
    buf_init(&html, PAPER_CEILING);
    TRY(make_paper(page, bulletin_paper, &row, &doc));
    TRY(doc_write_html(doc, &html));
    struct value *paper = value_put_map(arena, page->view, "paper");
    value_put_html(arena, paper, "html", arena_copy_str(arena, buf_str(&html)));
    value_put_text(arena, paper, "back", record_href(arena, "/bulletins/{id}", row));
    value_put_text(arena, page->view, "page_title", value_get_text(row, "title"));
    chrome_add_crumb(page, page_text(page, "bulletin.list"), STR("/bulletins"));
    chrome_add_crumb(page, value_get_text(row, "no"), record_href(arena, "/bulletins/{id}", row));
    chrome_add_crumb(page, page_text(page, "bulletin.preview"), STR_EMPTY);
    return RC_OK;
}

static enum rc send_paper(struct page *page, enum rc (*write)(struct doc *doc, struct buf *out), const char *type,
                          const char *ending)
{
    struct value *row;
    struct doc *doc;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, PAPER_CEILING);
    TRY(make_paper(page, bulletin_paper_file, &row, &doc));
    TRY(write(doc, &out));
    http_set_header(page->request, "Content-Type", str_from_cstr(type));
    http_set_header(
        page->request, "Content-Disposition",
        arena_format(page->ctx.arena, "attachment; filename=\"%.*s.%s\"", STR_ARG(value_get_text(row, "no")), ending));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

static enum rc send_docx(struct page *page)
{
    return send_paper(page, doc_write_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                      "docx");
}
static enum rc send_pdf(struct page *page) { return send_paper(page, doc_write_pdf, "application/pdf", "pdf"); }
static enum rc send_ofd(struct page *page) { return send_paper(page, doc_write_ofd, "application/ofd", "ofd"); }

enum rc page_bulletin_docx(struct page *page)
{
    page_run_slow(page, send_docx);
    return RC_OK;
}

enum rc page_bulletin_pdf(struct page *page)
{
    page_run_slow(page, send_pdf);
    return RC_OK;
}

enum rc page_bulletin_ofd(struct page *page)
{
    page_run_slow(page, send_ofd);
    return RC_OK;
}
