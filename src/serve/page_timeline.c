/* page_timeline.c: events as sentences: what happened, when, by whom, why. */
#include "publish/event_words.h"
#include "serve/page_loop.h"
#include "text/json.h"

/* "title, due": the fields that a change names, in the page's language. */
static struct str changed_fields(struct page *page, const struct value *body)
{
    struct arena *arena = page->ctx.arena;
    struct str all = STR("");
    VALUE_EACH (name, value_get(body, "changed")) {
        if (name->kind != VALUE_TEXT)
            continue;
        struct str key = arena_format(arena, "field_name.%.*s", STR_ARG(name->text));
        struct str label = message_find(page->lang, key);
        if (all.n)
            all = arena_concat(arena, all, page_text(page, "list.comma"));
        all = arena_concat(arena, all, label.p ? label : name->text);
    }
    return all;
}

/* Words of a code: message PREFIX.code, else the code. */
static struct str coded_text(struct page *page, const char *prefix, struct str code)
{
    struct str words = message_find(page->lang, arena_format(page->ctx.arena, "%s.%.*s", prefix, STR_ARG(code)));
    return code.n && words.p ? words : code;
}

/* What tells one event of a kind from another: the changed fields, else a title, text, name or last day. */
static struct str event_detail(struct page *page, const struct value *body)
{
    static const char *const keys[] = {"person_name", "title", "text", "name", "valid_to"};
    static const char *const codes[][2] = {{"role", "role"}, {"state", "draft_state"}};
    struct str detail = event_move_words(page->ctx.arena, page->lang, body);
    if (!detail.n)
        detail = changed_fields(page, body);
    for (size_t i = 0; !detail.n && i < sizeof keys / sizeof keys[0]; i++)
        detail = value_get_text(body, keys[i]);
    for (size_t i = 0; !detail.n && i < sizeof codes / sizeof codes[0]; i++)
        detail = coded_text(page, codes[i][1], value_get_text(body, codes[i][0]));
    return detail;
}

enum rc page_put_timeline(struct page *page, struct db_stmt *st)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(db_rows(&page->ctx, st, &rows));
    struct value *events = value_put_list(arena, page->view, "events");
    VALUE_EACH (row, rows) {
        struct value *event = value_add_map(arena, events), *body = NULL;
        TRY(json_parse(&page->ctx, value_get_text(row, "body"), &body));
        struct str kind = value_get_text(row, "kind");
        value_put_int(arena, event, "seq", value_get_int(row, "seq", 0));
        value_put_text(arena, event, "kind", kind);
        value_put_text(arena, event, "what",
                       page_text(page, arena_copy_cstr(arena, arena_concat(arena, STR("event."), kind))));
        value_put_text(arena, event, "detail", event_detail(page, body));
        value_put_int(arena, event, "at", value_get_int(row, "at", 0));
        page_put_time(page, event, "at");
        struct str actor = value_get_text(row, "actor_name");
        value_put_text(arena, event, "actor", actor.n ? actor : page_text(page, "event.program"));
        value_put_text(arena, event, "reason", value_get_text(row, "reason"));
    }
    return RC_OK;
}
