/* page_loop.c: waits, offers and duties on pages; see page_loop.h. */
#include "serve/page_loop.h"

#include "base/clock.h"
#include "calendar/calendar.h"
#include "record/frozen.h"

static bool is_role(struct str kind)
{
    static const char *const named[] = {"person", "post", "team", "unit"};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (str_equal_cstr(kind, named[i]))
            return false;
    return true;
}

static struct str role_words(struct page *page, struct str role)
{
    return page_text(page, arena_format(page->ctx.arena, "role.%.*s", STR_ARG(role)).p);
}

struct str page_actor_label(struct page *page, struct str kind, struct str name)
{
    if (!is_role(kind))
        return name;
    struct str args[] = {role_words(page, kind), name};
    return page_text_args(page, "actor.role_for", args, 2);
}

enum rc page_put_actor(struct page *page, struct value *row)
{
    struct str kind = value_get_text(row, "actor_kind"), name = value_get_text(row, "actor_name");
    int64_t unit_id = value_get_int(row, "actor_id", 0);
    struct value *keeper = NULL;
    if (is_role(kind)) {
        struct db_stmt *st = db_query(page->db, Q_ROLE_KEEPER);
        db_bind_text(st, "role", kind);
        db_bind_int(st, "unit_id", unit_id);
        TRY(db_first_row(&page->ctx, st, &keeper));
        struct str args[] = {role_words(page, kind), name, value_get_text(keeper, "short_name")};
        name = page_text_args(page,
                              !keeper                                     ? "actor.role_nobody"
                              : value_get_int(keeper, "id", 0) == unit_id ? "actor.role_own"
                                                                          : "actor.role_above",
                              args, 3);
    }
    value_put_text(page->ctx.arena, row, "actor_label", name);
    return RC_OK;
}

/* ---- who is waited for -------------------------------------------------------------------------------------- */

/* A unit or a person without an account would be waited for in vain. */
static enum rc say_nobody(struct page *page, const struct value *row, struct str *actor)
{
    struct str kind = value_get_text(row, "actor_kind");
    struct value *account;
    if (!str_equal(kind, STR("unit")) && !str_equal(kind, STR("person")))
        return RC_OK;
    struct db_stmt *st = db_query(page->db, Q_WAIT_ACCOUNT);
    db_bind_text(st, "actor_kind", kind);
    db_bind_int(st, "actor_id", value_get_int(row, "actor_id", 0));
    TRY(db_first_row(&page->ctx, st, &account));
    if (!account)
        *actor = page_text_args(page, "waiting.nobody", actor, 1);
    return RC_OK;
}

static enum rc put_wait_line(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    char text[TIME_TEXT_BYTES];
    int32_t since_day = 0;
    bool is_estimated;
    struct str since = time_format_china(value_get_int(row, "since", 0), text);
    since = arena_copy_str(arena, str_slice(since, 0, DATE_TEXT_BYTES - 1));
    (void)date_parse(since, &since_day);
    int days = calendar_count_working_days(since_day, clock_today(), false, &is_estimated);
    struct str what = page_text(page, arena_format(arena, "wait.%.*s", STR_ARG(value_get_text(row, "what"))).p);
    TRY(page_put_actor(page, row));
    struct str actor = value_get_text(row, "actor_label");
    struct str deputies[] = {actor, value_get_text(row, "deputy")};
    if (deputies[1].n) /* whoever acts in the place of the one who is waited for */
        actor = page_text_args(page, "waiting.deputy", deputies, 2);
    else
        TRY(say_nobody(page, row, &actor));
    struct str number = arena_format(arena, "%d", days);
    struct str args[] = {actor, what, since, page_text_args(page, "date.working_days", &number, 1)};
    value_put_text(arena, row, "text", page_text_args(page, "waiting.line", args, 4));
    value_put_text(arena, row, "what_label", what);
    value_set(row, STR("actor_label"), value_new_text(arena, actor));
    value_put_text(arena, row, "since_text", since);
    value_put_int(arena, row, "days", days);
    page_put_due(page, row, "due", false);
    if (!value_get(row, "due_left_text"))
        value_put_null(arena, row, "due_left_text");
    struct str state = value_get_text(row, "due_state");
    value_put_text(arena, row, "due_state_label",
                   page_text(page, arena_format(arena, "status.%.*s", STR_ARG(state)).p));
    return RC_OK;
}

enum rc page_put_waiting(struct page *page, struct value *map, enum lifecycle_noun noun, int64_t id)
{
    struct db_stmt *st = db_query(page->db, Q_WAIT_NAMES);
    struct value *rows;
    char today[DATE_TEXT_BYTES];
    db_bind_text(st, "noun", str_from_cstr(lifecycle_noun_name(noun)));
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", date_format(clock_today(), today));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        TRY(put_wait_line(page, row));
    value_put_bool(page->ctx.arena, map, "has_waits", value_count(rows) > 0);
    value_put(map, STR("waits"), rows);
    return RC_OK;
}

/* ---- what can be done next ---------------------------------------------------------------------------------- */

/* Path of a command with the subject's id for its one parameter; empty when it has none. */
static struct str command_address(struct arena *arena, const struct command *command, int64_t id)
{
    struct str path = command && command->path ? str_from_cstr(command->path) : STR("");
    size_t open = str_find_byte(path, '{', 0), close = str_find_byte(path, '}', 0);
    if (open == SIZE_MAX || close == SIZE_MAX)
        return STR("");
    struct str head = str_slice(path, 0, open), tail = str_slice(path, close + 1, path.n);
    return arena_format(arena, "%.*s%lld%.*s", STR_ARG(head), (long long)id, STR_ARG(tail));
}

static bool is_unwelcome(struct str command)
{
    static const char *const names[] = {"cancel", "withdraw", "dispute", "reject", "drop", "end", "refuse", "return"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_equal_cstr(command, names[i]))
            return true;
    return false;
}

static void put_offer_words(struct page *page, struct value *offer, enum lifecycle_noun noun, int64_t id,
                            bool *is_primary_given)
{
    struct arena *arena = page->ctx.arena;
    const char *noun_name = lifecycle_noun_name(noun);
    struct str name = value_get_text(offer, "command");
    const struct command *command = command_find_name(arena_format(arena, "%s.%.*s", noun_name, STR_ARG(name)));
    struct str action = command_address(arena, command, id);
    const struct route *form = action.n ? route_find(HTTP_GET, action, arena, NULL) : NULL;
    bool is_ready = value_get_bool(offer, "is_ready"), is_page = form && form->tpl, is_post = is_ready && !is_page;
    bool is_tried = page->form && str_equal(page->request->path, action);
    bool is_bad = is_unwelcome(name), needs_reason = value_get_bool(offer, "needs_reason");
    bool is_primary = is_ready && !is_bad && !*is_primary_given && value_get_bool(offer, "is_mine");
    *is_primary_given |= is_primary;
    value_put_text(arena, offer, "label",
                   page_text(page, arena_format(arena, "%s.do.%.*s", noun_name, STR_ARG(name)).p));
    value_put_text(arena, offer, "action", action);
    value_put_text(arena, offer, "here", arena_format(arena, "/%ss/%lld", noun_name, (long long)id));
    value_put_bool(arena, offer, "is_page", is_ready && is_page);
    value_put_bool(arena, offer, "is_button", is_post && !needs_reason);
    value_put_bool(arena, offer, "is_asking", is_post && needs_reason);
    value_put_bool(arena, offer, "is_tried", is_tried);
    value_put_text(arena, offer, "typed", is_tried ? form_text(page->form->fields, "reason") : STR(""));
    value_put_text(arena, offer, "style", is_primary ? STR("btn-primary") : STR(""));
    value_put_int(arena, offer, "missing_count", (int64_t)value_count(value_get(offer, "missing")));
    struct value *missing = (struct value *)value_get(offer, "missing");
    for (struct value *row = missing->items.first; row; row = row->next) {
        struct str arg = value_get_text(row, "title");
        const char *key = arena_copy_cstr(arena, value_get_text(row, "key"));
        value_put_text(arena, row, "text", page_text_args(page, key, &arg, 1));
    }
}

static struct value *without(struct arena *arena, const struct value *offers, const char *command)
{
    struct value *left = value_new_list(arena);
    for (struct value *offer = offers->items.first, *next; offer; offer = next) {
        next = offer->next;
        if (!str_equal_cstr(value_get_text(offer, "command"), command))
            value_add(left, offer);
    }
    return left;
}

enum rc page_put_offers(struct page *page, struct value *map, enum lifecycle_noun noun, const struct value *row)
{
    struct value *offers;
    bool is_primary_given = false, is_frozen = false;
    if (noun == NOUN_MEASURE || noun == NOUN_TASK || noun == NOUN_REPORT || noun == NOUN_EVIDENCE ||
        noun == NOUN_EXTENSION)
        TRY(frozen_find(&page->ctx, page->db, value_get_int(row, "id", 0), &is_frozen));
    if (is_frozen) {
        value_put_bool(page->ctx.arena, map, "has_offers", false);
        value_put_list(page->ctx.arena, map, "offers");
        return RC_OK;
    }
    TRY(lifecycle_offers(&page->ctx, page->db, &page->actor, noun, row, &offers));
    if (str_equal(value_get_text(row, "phase"), STR("long_term")))
        offers = without(page->ctx.arena, offers, "to_long_term"); /* it is that already */
    for (struct value *offer = offers->items.first; offer; offer = offer->next)
        put_offer_words(page, offer, noun, value_get_int(row, "id", 0), &is_primary_given);
    value_put_bool(page->ctx.arena, map, "has_offers", value_count(offers) > 0);
    value_put(map, STR("offers"), offers);
    return RC_OK;
}

/* ---- who carries it ----------------------------------------------------------------------------------------- */

enum rc page_put_duties(struct page *page, struct value *map, enum lifecycle_noun noun, int64_t id)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_DUTY_OF_SUBJECT);
    struct value *rows;
    db_bind_text(st, "noun", str_from_cstr(lifecycle_noun_name(noun)));
    db_bind_int(st, "id", id);
    TRY(page_rows(page, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str role = value_get_text(row, "role");
        value_put_text(arena, row, "role_label", page_text(page, arena_format(arena, "duty.%.*s", STR_ARG(role)).p));
        value_put_text(arena, row, "actor_label",
                       page_actor_label(page, value_get_text(row, "actor_kind"), value_get_text(row, "actor_name")));
    }
    value_put_bool(arena, map, "has_duties", value_count(rows) > 0);
    value_put(map, STR("duties"), rows);
    return RC_OK;
}
