/* draft_similar.c: see draft_similar.h. */
#include "serve/draft_similar.h"

#include "serve/similar.h"

enum { SEARCH_BYTES = 16 << 20 };

/* With memory of its own: the texts that are compared are not kept. */
static enum rc find(struct page *page, const struct value *finding, struct value **ret_list)
{
    struct arena *own CLEANUP(arena_free_ptr) = arena_new(SEARCH_BYTES);
    if (!own)
        return RC_NOMEM;
    struct ctx ctx = {.arena = own};
    struct value *list;
    enum rc rc = similar_find(&ctx, page->db, &page->actor, value_get_text(finding, "title"),
                              value_get_text(finding, "body"), 0, &list);
    if (rc != RC_OK)
        return page_take_issues(page, &ctx, rc);
    *ret_list = value_copy(page->ctx.arena, list);
    return arena_rc(page->ctx.arena);
}

enum rc draft_similar_put_rows(struct page *page, const struct value *draft)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows = value_put_list(arena, page->view, "rows"), *similar;
    int looked_for = 0;
    VALUE_EACH (finding, value_get(draft, "findings")) {
        if (++looked_for > DRAFT_SIMILAR_MAX)
            break;
        TRY(find(page, finding, &similar));
        if (value_count(similar) == 0)
            continue;
        struct value *row = value_add_map(arena, rows);
        value_put_text(arena, row, "node", arena_concat(arena, STR("n-"), value_get_text(finding, "id")));
        value_put_text(arena, row, "number", value_get_text(finding, "no"));
        value_put_text(arena, row, "title", value_get_text(finding, "title"));
        value_put(row, STR("similar"), similar);
    }
    value_put_bool(arena, page->view, "has_rows", value_count(rows) > 0);
    return arena_rc(arena);
}

enum rc draft_similar_fill(struct page *page)
{
    int looked_for = 0;
    VALUE_EACH (aspect, value_get(value_get(page->view, "draft"), "aspects")) {
        const struct value *findings = value_get(aspect, "findings");
        for (struct value *row = findings ? findings->items.first : NULL; row; row = row->next) {
            struct value *similar;
            if (++looked_for > DRAFT_SIMILAR_MAX)
                return RC_OK;
            TRY(find(page, row, &similar));
            value_put(row, STR("similar"), similar);
        }
    }
    return RC_OK;
}
