/* page_draft.c: the confirm screen: what was read, corrected by a person, then confirmed in one transaction. */
#include "intake/draft.h"
#include "intake/import.h"
#include "serve/chrome.h"
#include "serve/draft_cursor.h"
#include "serve/draft_similar.h"
#include "serve/draft_view.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "text/json.h"

struct draft_state {
    const struct value *row;
    struct value *draft, *ops;
    int64_t op_total;
};

/* The draft as it stands, seen only by who may write in its unit and label. */
static enum rc load(struct page *page, struct draft_state *ret_state)
{
    struct db_stmt *st = db_query(page->db, Q_DRAFT_GET);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_WRITE);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    struct value *row;
    TRY(page_find_row(page, st, &row));
    st = db_query(page->db, Q_DRAFT_OPS);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(&page->ctx, st, &ret_state->ops));
    ret_state->row = row;
    ret_state->op_total = (int64_t)value_count(ret_state->ops);
    return import_load_draft(&page->ctx, page->app->files, row, ret_state->ops, &ret_state->draft);
}

/* "n-f12" of the page to "f12" of the draft. */
static struct str draft_id_of(struct str node)
{
    return str_has_prefix(node, STR("n-")) ? str_slice(node, 2, node.n) : node;
}

static struct draft_cursor query_cursor(struct page *page)
{
    return (struct draft_cursor){draft_id_of(page_param_text(page, "node")), page_param_int(page, "paragraph", 0)};
}

static enum rc show(struct page *page, const struct draft_state *state, struct draft_cursor at)
{
    TRY(draft_view_put(page, state->row, state->draft, state->op_total, at));
    TRY(draft_view_put_selected(page, state->row, state->draft, at));
    struct str target = http_header_get(page->request, "HX-Target");
    if (page->is_fragment && str_equal(target, STR("inspector")))
        page->tpl = "_draft_inspector";
    else if (page->is_fragment)
        page->tpl = "_draft";
    value_put_text(page->ctx.arena, page->view, "page_title", value_get_text(state->row, "title"));
    return RC_OK;
}

/* A program gets at once what the page asks for afterwards. */
static enum rc show_with_similar(struct page *page)
{
    struct draft_state state;
    TRY(load(page, &state));
    TRY(show(page, &state, query_cursor(page)));
    return draft_similar_fill(page);
}

enum rc page_draft(struct page *page)
{
    struct draft_state state;
    TRY(load(page, &state));
    struct str name = value_get_text(state.row, "state");
    if (str_equal(name, STR("confirmed")) && !page->is_json) {
        page_redirect(
            page, arena_format(page->ctx.arena, "/sources/%lld", (long long)value_get_int(state.row, "source_id", 0)));
        return RC_OK;
    }
    if (!str_equal(name, STR("open")))
        return ctx_fail_key(&page->ctx, RC_NOT_FOUND, "draft.closed");
    chrome_add_crumb(page, page_text(page, "nav.sources"), STR("/sources"));
    chrome_add_crumb(page, page_text(page, "draft.title"), STR(""));
    if (page->is_json) {
        page_run_slow(page, show_with_similar);
        return RC_OK;
    }
    return show(page, &state, query_cursor(page));
}

static enum rc put_similar(struct page *page)
{
    struct draft_state state;
    TRY(load(page, &state));
    if (!str_equal(value_get_text(state.row, "state"), STR("open")))
        return ctx_fail_key(&page->ctx, RC_NOT_FOUND, "draft.closed");
    chrome_add_crumb(page, page_text(page, "nav.sources"), STR("/sources"));
    chrome_add_crumb(page, page_text(page, "finding.similar"), STR(""));
    value_put_int(page->ctx.arena, page->view, "draft_id", value_get_int(state.row, "id", 0));
    value_put_text(page->ctx.arena, page->view, "draft_title", value_get_text(state.row, "title"));
    return draft_similar_put_rows(page, state.draft);
}

enum rc page_draft_similar(struct page *page)
{
    page_run_slow(page, put_similar);
    return RC_OK;
}

/* ---- operations --------------------------------------------------------------------------------------------- */

static struct value *new_op(struct arena *arena, struct value *ops, const char *name)
{
    struct value *op = value_add_map(arena, ops);
    value_put_text(arena, op, "op", str_from_cstr(name));
    return op;
}

static void add_edit(struct arena *arena, struct value *ops, struct str id, const char *field, struct str value,
                     struct str now)
{
    if (str_equal(str_trim(value), now))
        return;
    struct value *op = new_op(arena, ops, "edit");
    value_put_text(arena, op, "id", id);
    value_put_text(arena, op, "field", str_from_cstr(field));
    value_put_text(arena, op, "value", str_trim(value));
}

static void make_edits(struct arena *arena, struct value *ops, const struct value *fields,
                       const struct draft_entry *found)
{
    static const char *const names[] = {"phase", "due", "responsible", "body"};
    struct str id = value_get_text(found->entry, "id");
    const char *title = found->finding ? "text" : "title";
    add_edit(arena, ops, id, title, form_text(fields, "title"), value_get_text(found->entry, title));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((i < 2 || !found->finding) && value_get(fields, names[i]))
            add_edit(arena, ops, id, names[i], form_text(fields, names[i]), value_get_text(found->entry, names[i]));
}

static void make_split(struct arena *arena, struct value *ops, struct str id, struct str at)
{
    struct value *op = new_op(arena, ops, "split");
    size_t colon = str_find_byte(at, ':', 0);
    int64_t paragraph = 0, offset = 0;
    (void)str_parse_int64(str_slice(at, 0, colon == SIZE_MAX ? 0 : colon), &paragraph);
    (void)str_parse_int64(str_slice(at, colon == SIZE_MAX ? 0 : colon + 1, at.n), &offset);
    value_put_text(arena, op, "id", id);
    if (paragraph)
        value_put_int(arena, op, "paragraph", paragraph);
    value_put_int(arena, op, "at", offset);
}

static void put_parent(struct arena *arena, struct value *op, struct str parent)
{
    if (parent.n)
        value_put_text(arena, op, "to", parent);
    else
        value_put_null(arena, op, "to"); /* to no aspect */
}

/* The operations of intake/draft.h that a form asks for; all of them are one step for undo. */
static enum rc make_ops(struct page *page, const struct value *draft, struct value *ops)
{
    struct arena *arena = page->ctx.arena;
    const struct value *fields = page->form->fields;
    struct str name = form_text(fields, "op"), id = draft_id_of(form_text(fields, "node"));
    int64_t paragraph = 0;
    (void)str_parse_int64(form_text(fields, "paragraph"), &paragraph);
    struct draft_entry found = {0};
    if (id.n && !draft_view_find(draft, id, &found))
        return ctx_fail_format(&page->ctx, RC_INVALID, "draft.unknown_id", "%.*s", STR_ARG(id));
    if (str_equal(name, STR("place"))) {
        struct value *op = new_op(arena, ops, "place");
        value_put_int(arena, op, "paragraph", paragraph);
        value_put_text(arena, op, "as", form_text(fields, "role"));
        value_put_text(arena, op, "to", form_text(fields, "parent"));
        return RC_OK;
    }
    if (str_equal(name, STR("drop"))) {
        struct value *op = new_op(arena, ops, "drop");
        if (id.n)
            value_put_text(arena, op, "id", id);
        else
            value_put_int(arena, op, "paragraph", paragraph);
        value_put_text(arena, op, "reason", form_text(fields, "reason"));
        return RC_OK;
    }
    if (!found.entry)
        return ctx_fail_key(&page->ctx, RC_INVALID, "draft.pick_first");
    if (str_equal(name, STR("edit"))) {
        make_edits(arena, ops, fields, &found);
    } else if (str_equal(name, STR("merge")) && found.before) {
        struct value *ids = value_put_list(arena, new_op(arena, ops, "merge"), "ids");
        value_add_text(arena, ids, value_get_text(found.before, "id"));
        value_add_text(arena, ids, id);
    } else if (str_equal(name, STR("split"))) {
        make_split(arena, ops, id, form_text(fields, "at"));
    } else if (str_equal(name, STR("retype"))) {
        struct value *op = new_op(arena, ops, "retype");
        value_put_text(arena, op, "id", id);
        value_put_text(arena, op, "to", form_text(fields, "role"));
    } else if (str_equal(name, STR("move"))) {
        struct value *op = new_op(arena, ops, "move");
        value_put_text(arena, op, "id", id);
        put_parent(arena, op, form_text(fields, "parent"));
    } else {
        return ctx_fail_format(&page->ctx, RC_INVALID, "draft.unknown_op", "%.*s", STR_ARG(name));
    }
    return RC_OK;
}

static struct value *new_input(struct page *page, const struct value *row)
{
    struct value *input = value_new_map(page->ctx.arena);
    int64_t revision = value_get_int(row, "changed_seq", 0);
    (void)str_parse_int64(form_text(page->form->fields, "revision"), &revision);
    value_put_int(page->ctx.arena, input, "id", value_get_int(row, "id", 0));
    value_put_int(page->ctx.arena, input, "revision", revision);
    return input;
}

static enum rc apply_all(struct page *page, struct value *draft, const struct value *ops)
{
    VALUE_EACH (op, ops) {
        TRY(draft_apply(&page->ctx, draft, op));
    }
    return RC_OK;
}

static enum rc run_op(struct page *page, struct draft_state *state)
{
    struct arena *arena = page->ctx.arena;
    struct str name = form_text(page->form->fields, "op");
    bool is_undo = str_equal(name, STR("undo")), is_redo = str_equal(name, STR("redo"));
    struct value *input = new_input(page, state->row), *result;
    if (is_undo || is_redo) {
        value_put_int(arena, input, "to", value_get_int(state->row, "op_count", 0) + (is_redo ? 1 : -1));
        return submit_and_wait(page, &command_draft_rewind, input, &result);
    }
    struct value *ops = value_new_list(arena);
    TRY(make_ops(page, state->draft, ops));
    TRY(apply_all(page, state->draft, ops));
    if (value_count(ops) == 0)
        return RC_OK; /* saved without a change */
    struct value *op = value_new_map(arena);
    value_put(op, STR("ops"), ops);
    value_put(input, STR("op"), op);
    return submit_and_wait(page, &command_draft_edit, input, &result);
}

static struct draft_cursor form_cursor(struct page *page)
{
    struct draft_cursor at = {.node = draft_id_of(form_text(page->form->fields, "node"))};
    (void)str_parse_int64(form_text(page->form->fields, "paragraph"), &at.paragraph);
    return at;
}

/* The row that takes in the chosen one; empty when the form asks for something else. */
static struct str merge_target(struct page *page, const struct value *draft)
{
    struct draft_entry found;
    bool is_merge = str_equal(form_text(page->form->fields, "op"), STR("merge")) &&
                    draft_view_find(draft, form_cursor(page).node, &found);
    return is_merge ? arena_copy_str(page->ctx.arena, value_get_text(found.before, "id")) : STR_EMPTY;
}

/* The row that the operation with this number is about; empty when it is about a paragraph or about several. */
static struct str row_of_op(struct page *page, const struct value *ops, int64_t n)
{
    VALUE_EACH (row, ops) {
        struct value *op;
        if (value_get_int(row, "n", 0) != n || json_parse(&page->ctx, value_get_text(row, "op"), &op) != RC_OK)
            continue;
        const struct value *list = value_get(op, "ops");
        return value_get_text(value_count(list) ? list->items.first : op, "id");
    }
    return STR_EMPTY;
}

/* Where the cursor is after a change that state is the outcome of. */
static struct draft_cursor next_cursor(struct page *page, const struct draft_state *state,
                                       const struct draft_order *before, struct str merged_into)
{
    struct draft_order after = draft_cursor_order(page->ctx.arena, state->draft);
    struct draft_cursor at = form_cursor(page);
    struct str name = form_text(page->form->fields, "op");
    bool is_undo = str_equal(name, STR("undo")), is_redo = str_equal(name, STR("redo"));
    int64_t in_force = value_get_int(state->row, "op_count", 0);
    struct str about = is_undo || is_redo ? row_of_op(page, state->ops, in_force + is_undo) : STR_EMPTY;
    if (about.n)
        at = (struct draft_cursor){.node = about};
    return draft_cursor_after(before, &after, at, merged_into, is_undo || is_redo);
}

static enum rc redirect_to(struct page *page, const struct draft_state *state, struct draft_cursor at)
{
    struct buf to CLEANUP(buf_done);
    buf_init(&to, 4096);
    buf_add_format(&to, "/drafts/%lld", (long long)value_get_int(state->row, "id", 0));
    if (at.paragraph) {
        buf_add_format(&to, "?paragraph=%lld", (long long)at.paragraph);
    } else {
        buf_add_cstr(&to, "?node=");
        url_encode(&to, at.node);
    }
    buf_add_cstr(&to, "#inspector");
    TRY(buf_rc(&to));
    page_redirect(page, buf_str(&to));
    return RC_OK;
}

enum rc page_draft_op_post(struct page *page)
{
    struct draft_state state;
    TRY(load(page, &state));
    struct draft_order before = draft_cursor_order(page->ctx.arena, state.draft);
    struct str merged_into = merge_target(page, state.draft);
    enum rc rc = run_op(page, &state);
    bool is_refused = rc == RC_INVALID || rc == RC_CONFLICT || rc == RC_GUARD;
    if (rc != RC_OK && !is_refused)
        return rc;
    if (page->is_json && is_refused)
        return rc;
    TRY(load(page, &state)); /* as it is now, whether changed or refused */
    struct draft_cursor at = form_cursor(page);
    if (is_refused)
        page->status = rc_http_status(RC_INVALID);
    else
        at = next_cursor(page, &state, &before, merged_into);
    page->tpl = "draft";
    return page->is_fragment || page->is_json || is_refused ? show(page, &state, at) : redirect_to(page, &state, at);
}

/* ---- confirming --------------------------------------------------------------------------------------------- */

/* Paragraphs that nobody placed do not become findings later: whoever registers without them says so by their number.
 */
static enum rc check_unplaced(struct page *page, const struct value *draft)
{
    int64_t unplaced = (int64_t)value_count(value_get(draft, "unplaced")), said = 0;
    (void)str_parse_int64(form_text(page->form->fields, "unplaced"), &said);
    if (unplaced == 0 || said == unplaced)
        return RC_OK;
    struct str count = arena_format(page->ctx.arena, "%lld", (long long)unplaced);
    return ctx_fail(&page->ctx, RC_INVALID, "draft.ask_unplaced", STR_EMPTY, STR_EMPTY, &count, 1);
}

static enum rc confirm(struct page *page, const struct draft_state *state, struct value **ret_result)
{
    struct value *input = new_input(page, state->row);
    TRY(check_unplaced(page, state->draft));
    value_put(input, STR("draft"), value_copy(page->ctx.arena, state->draft));
    return submit_and_wait(page, &command_draft_confirm, input, ret_result);
}

enum rc page_draft_confirm_post(struct page *page)
{
    struct draft_state state;
    TRY(load(page, &state));
    struct value *result;
    enum rc rc = confirm(page, &state, &result);
    if ((rc == RC_GUARD || rc == RC_CONFLICT || rc == RC_INVALID) && !page->is_json) {
        page->tpl = "draft";
        page->status = rc_http_status(rc);
        return show(page, &state, (struct draft_cursor){0});
    }
    TRY(rc);
    if (page->is_json) {
        page->view = value_copy(page->ctx.arena, result);
        page->status = 201;
        return RC_OK;
    }
    struct str count = arena_format(page->ctx.arena, "%lld", (long long)value_get_int(result, "findings", 0));
    chrome_set_flash(page, "success", "flash.confirmed", count, STR_EMPTY);
    page_redirect(page, arena_format(page->ctx.arena, "/sources/%lld", (long long)value_get_int(result, "id", 0)));
    return RC_OK;
}
