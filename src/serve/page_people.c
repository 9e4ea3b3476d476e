/* page_people.c: posts with their holders, teams with their members, delegations; the posts of a unit on its page. */
#include "base/clock.h"
#include "loop/post.h"
#include "serve/chrome.h"
#include "serve/page_plan_parts.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

static struct value *list_of(struct value *map, const char *key) { return (struct value *)value_get(map, key); }

/* ---- posts -------------------------------------------------------------------------------------------------- */

/* Rows of who is there: over when their last day is past. */
static void put_spans(struct page *page, struct value *rows)
{
    struct str today = record_day_before(page, 0);
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str from = value_get_text(row, "valid_from"), to = value_get_text(row, "valid_to");
        const char *key = str_compare(from, today) > 0         ? "person.span.coming"
                          : to.n && str_compare(to, today) < 0 ? "person.span.past"
                                                               : "person.span.now";
        value_put_text(page->ctx.arena, row, "span_text", page_text(page, key));
    }
}

enum rc page_post(struct page *page)
{
    static const struct record_column facts[] = {
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"post.kind", "kind", CELL_CHOICE, "post.kind", NULL},
        {"leader.is_board", "is_board", CELL_YES, NULL, NULL},
    };
    static const struct record_column holders[] = {{"person.name", "name", CELL_TEXT, NULL, "/leaders/{person_id}"},
                                                   {"person.span", "span_text", CELL_TEXT, NULL, NULL},
                                                   {"leader.from", "valid_from", CELL_DAY, NULL, NULL},
                                                   {"leader.to", "valid_to", CELL_DAY, NULL, NULL},
                                                   {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL}};
    struct value *row, *item, *rows;
    struct db_stmt *st = page_statement(page, Q_POST_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    TRY(record_begin(page, row, NOUN_POST, &item));
    bool is_closed = value_get_int(row, "is_closed", 0) != 0;
    record_add_badge(page, item, page_text(page, is_closed ? "post.state.closed" : "post.state.open"),
                     is_closed ? "" : "normal");
    record_add_badge(page, item, value_get_text(row, "unit_name"), "");
    TRY(record_rows(page, Q_POST_TENURES, PERM_UNIT_READ, id, &rows));
    put_spans(page, rows);
    record_add_table(page, item, "post.holders", "holders", rows, holders, sizeof holders / sizeof holders[0]);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    if (page_can(page, PERM_MEETING_WRITE))
        record_add_action(page, item, "handover.do.begin", STR("/handovers/new"), false);
    chrome_add_crumb(page, page_text(page, "nav.units"), STR("/units"));
    chrome_add_crumb(page, value_get_text(row, "unit_name"), record_href(page->ctx.arena, "/units/{unit_id}", row));
    chrome_add_crumb(page, value_get_text(row, "title"), STR_EMPTY);
    return RC_OK;
}

/* Names of the holders of each post of a unit today. */
static void put_holders(struct page *page, struct value *posts, const struct value *holders)
{
    struct arena *arena = page->ctx.arena;
    for (struct value *post = posts->items.first; post; post = post->next) {
        struct value *list = value_put_list(arena, post, "holders");
        VALUE_EACH (holder, holders) {
            if (value_get_int(holder, "post_id", 0) != value_get_int(post, "id", -1))
                continue;
            struct value *one = value_add_map(arena, list);
            value_put_text(arena, one, "name", value_get_text(holder, "name"));
            value_put_text(arena, one, "since", value_get_text(holder, "valid_from"));
            value_put_text(arena, one, "href", record_href(arena, "/leaders/{person_id}", holder));
        }
        value_put_bool(arena, post, "has_holders", value_count(list) > 0);
        value_put_bool(arena, post, "is_over", value_get_int(post, "is_closed", 0) != 0);
        value_put_text(arena, post, "href", record_href(arena, "/posts/{id}", post));
        value_put_text(arena, post, "kind_label", page_word(page, "post.kind", value_get_text(post, "kind")));
    }
}

enum rc page_put_unit_posts(struct page *page, struct value *unit)
{
    struct arena *arena = page->ctx.arena;
    struct value *posts, *holders;
    int64_t id = value_get_int(unit, "id", 0);
    TRY(record_rows(page, Q_POST_OF_UNIT, PERM_UNIT_READ, id, &posts));
    TRY(record_rows(page, Q_POST_HOLDERS_OF_UNIT, PERM_UNIT_READ, id, &holders));
    put_holders(page, posts, holders);
    bool may = actor_check(&page->ctx, page->db, &page->actor, PERM_UNIT_WRITE, id, LABEL_INTERNAL) == RC_OK;
    ctx_clear_issues(&page->ctx);
    value_put_bool(arena, unit, "may_staff", may);
    value_put_bool(arena, unit, "has_posts", value_count(posts) > 0);
    value_put_text(arena, unit, "new_post_href", arena_format(arena, "/posts/new?unit_id=%lld", (long long)id));
    value_put_text(arena, unit, "new_person_href", arena_format(arena, "/people/new?unit_id=%lld", (long long)id));
    value_put(unit, STR("posts"), posts);
    return RC_OK;
}

/* ---- teams -------------------------------------------------------------------------------------------------- */

enum rc page_team_list(struct page *page)
{
    static const struct record_show shows[] = {{"active", TEAM_LIST_FILTER_ACTIVE, TEAM_LIST_SORT_NAME},
                                               {"ended", TEAM_LIST_FILTER_ENDED, TEAM_LIST_SORT_NAME}};
    static const struct record_column columns[] = {
        {"team.name", "name", CELL_TEXT, NULL, "/teams/{id}"}, {"team.kind", "kind", CELL_CHOICE, "team.kind", NULL},
        {"team.head", "head_name", CELL_TEXT, NULL, NULL},     {"team.members", "member_count", CELL_NUM, NULL, NULL},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL}, {"leader.from", "valid_from", CELL_DAY, NULL, NULL},
        {"leader.to", "valid_to", CELL_DAY, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    chrome_add_crumb(page, page_text(page, "nav.units"), STR("/units"));
    record_begin_list(page, "team.list", "team.list_about");
    const struct record_show *show = record_choose(page, "/teams", "team.show", shows, sizeof shows / sizeof shows[0]);
    TRY(record_put_items(page, page_list_statement(page, Q_TEAM_LIST, show->filter, show->sort), "/teams",
                         arena_format(arena, "show=%s&", show->name).p));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "team.none");
    if (page_can(page, PERM_MEETING_WRITE))
        record_add_action(page, page->view, "team.do.create", STR("/teams/new"), true);
    return RC_OK;
}

enum rc page_team(struct page *page)
{
    static const struct record_column facts[] = {
        {"finding.unit", "unit_name", CELL_TEXT, NULL, "/units/{unit_id}"},
        {"team.kind", "kind", CELL_CHOICE, "team.kind", NULL},
        {"leader.from", "valid_from", CELL_DAY, NULL, NULL},
        {"leader.to", "valid_to", CELL_DAY, NULL, NULL},
        {"team.group", "group_title", CELL_TEXT, NULL, "/groups/{group_id}"},
    };
    static const struct record_column members[] = {{"person.name", "name", CELL_TEXT, NULL, "/leaders/{person_id}"},
                                                   {"group.role", "role", CELL_CHOICE, "group.role", NULL},
                                                   {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
                                                   {"person.post", "title", CELL_TEXT, NULL, NULL},
                                                   {"leader.from", "valid_from", CELL_DAY, NULL, NULL},
                                                   {"leader.to", "valid_to", CELL_DAY, NULL, NULL}};
    struct value *row, *item, *rows;
    struct db_stmt *st = page_statement(page, Q_TEAM_GET);
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &row));
    bool is_active = value_is_null(value_get(row, "valid_to"));
    value_put_text(page->ctx.arena, row, "group_title",
                   value_get_int(row, "group_id", 0) ? page_text(page, "group.title") : STR(""));
    TRY(record_begin(page, row, NOUN_TEAM, &item));
    record_add_badge(page, item, page_text(page, is_active ? "team.state.active" : "team.state.ended"),
                     is_active ? "normal" : "closed");
    record_add_badge(page, item, page_word(page, "team.kind", value_get_text(row, "kind")), "");
    TRY(record_rows(page, Q_TEAM_MEMBERS, PERM_TASK_READ, id, &rows));
    record_add_table(page, item, "team.members", "members", rows, members, sizeof members / sizeof members[0]);
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    chrome_add_crumb(page, page_text(page, "nav.units"), STR("/units"));
    chrome_add_crumb(page, page_text(page, "team.list"), STR("/teams"));
    chrome_add_crumb(page, value_get_text(row, "title"), STR_EMPTY);
    return RC_OK;
}

/* ---- delegations -------------------------------------------------------------------------------------------- */

static void put_delegation(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct str today = record_day_before(page, 0), from = value_get_text(row, "valid_from"),
               to = value_get_text(row, "valid_to");
    bool is_back = value_get_int(row, "is_taken_back", 0) != 0, is_given = value_get_int(row, "is_given", 0) != 0,
         is_past = str_compare(to, today)<0, is_coming = str_compare(from, today)> 0;
    const char *key = is_back     ? "delegation.taken_back"
                      : is_past   ? "person.span.past"
                      : is_coming ? "person.span.coming"
                                  : "person.span.now";
    value_put_text(arena, row, "state_text", page_text(page, key));
    value_put_text(arena, row, "status", !is_back && !is_past && !is_coming ? STR("due_soon") : STR("normal"));
    value_put_text(arena, row, "way", page_text(page, is_given ? "delegation.given" : "delegation.received"));
    value_put_text(arena, row, "other", value_get_text(row, is_given ? "to_name" : "from_name"));
    value_put_bool(arena, row, "may_take_back", is_given && !is_back && !is_past);
    value_put_text(arena, row, "action", record_href(arena, "/delegations/{id}/take_back", row));
}

/* Says of a delegation in force how much of the work the other cannot do, so that nobody leaves believing it is in
 * hands. */
static enum rc put_unreached(struct page *page, struct value *row)
{
    int64_t count = 0;
    if (value_get_bool(row, "may_take_back")) {
        struct db_stmt *st = db_query(page->db, Q_DELEGATION_UNREACHED);
        db_bind_int(st, "from_person", value_get_int(row, "from_person", 0));
        db_bind_int(st, "to_person", value_get_int(row, "to_person", 0));
        db_bind_text(st, "today", record_day_before(page, 0));
        db_bind_int(st, "perm", PERM_TASK_READ);
        db_bind_int(st, "sign", PERM_REVIEW_SIGN);
        TRY(db_get_int(&page->ctx, st, &count));
    }
    struct str args[] = {arena_format(page->ctx.arena, "%lld", (long long)count)};
    value_put_text(page->ctx.arena, row, "unreached_text",
                   count ? page_text_args(page, "delegation.unreached", args, 1) : STR(""));
    return RC_OK;
}

enum rc page_delegations(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *self, *given = value_new_map(arena);
    struct db_stmt *st = db_query(page->db, Q_DELEGATION_SELF);
    db_bind_int(st, "me", page->actor.account_id);
    TRY(db_first_row(&page->ctx, st, &self));
    st = db_query(page->db, Q_DELEGATION_MINE);
    db_bind_int(st, "me", page->actor.account_id);
    TRY(page_put_rows(page, "delegations", st));
    struct value *rows = list_of(page->view, "delegations");
    for (struct value *row = rows->items.first; row; row = row->next) {
        put_delegation(page, row);
        TRY(put_unreached(page, row));
    }
    value_put_bool(arena, page->view, "has_delegations", value_count(rows) > 0);
    value_put_bool(arena, page->view, "has_person", self != NULL);
    struct value *form = typed_form_begin(page, STR("/delegations"), STR("/delegations"));
    value_put_text(arena, given, "valid_from", record_day_before(page, 0));
    struct value *person = typed_form_field(page, form, "to_person", given);
    TRY(page_put_person_options(page, person));
    struct value *none = ((struct value *)value_get(person, "options"))->items.first; /* somebody must be chosen */
    if (none && !value_get_text(none, "value").n)
        value_set(none, STR("label"), value_new_text(page->ctx.arena, page_text(page, "form.choose")));
    static const char *const fields[] = {"valid_from", "valid_to", "reason"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        typed_form_field(page, form, fields[i], given);
    chrome_add_crumb(page, page_text(page, "me.title"), STR("/me"));
    chrome_add_crumb(page, page_text(page, "delegation.list"), STR_EMPTY);
    return RC_OK;
}
