/* bulletin_block.c: the blocks of a bulletin: written, added, kept back, put in order; see bulletin.h. */
#include "loop/bulletin_steps.h"

static const struct value *find_block(const struct value *blocks, int64_t n)
{
    VALUE_EACH (block, blocks) {
        if (value_get_int(block, "n", 0) == n)
            return block;
    }
    return NULL;
}

/* The bulletin, its blocks, and the one of field block. */
static enum rc begin_block(struct command_call *call, struct value **ret_row, struct value **ret_body,
                           struct value **ret_blocks, const struct value **ret_block)
{
    TRY(bulletin_begin(call, "change", ret_row, ret_body));
    TRY(bulletin_read_blocks(call->ctx, call->db, value_get_int(*ret_row, "id", 0), ret_blocks));
    *ret_block = find_block(*ret_blocks, value_get_int(call->input, "block", 0));
    if (!*ret_block)
        return ctx_fail_field(call->ctx, RC_NOT_FOUND, "bulletin.no_block", "block");
    value_put_int(call->ctx->arena, *ret_body, "n", value_get_int(*ret_block, "n", 0));
    value_put_int(call->ctx->arena, call->result, "block", value_get_int(*ret_block, "n", 0));
    return RC_OK;
}

static enum rc bulletin_write(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *blocks;
    const struct value *block;
    TRY(begin_block(call, &row, &body, &blocks, &block));
    const struct value *revision = value_get(call->input, "revision");
    if (revision && revision->kind == VALUE_INT && revision->integer != value_get_int(block, "changed_seq", 0))
        return ctx_fail_key(call->ctx, RC_CONFLICT, "bulletin.changed_meanwhile");
    bool is_opening = str_equal(value_get_text(block, "kind"), STR("opening"));
    struct str title = value_get_text(call->input, "title");
    if (!is_opening && !title.n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "title");
    value_put_text(arena, body, "block_title", is_opening ? STR("") : title);
    value_put_text(arena, body, "body", value_get_text(call->input, "body"));
    return supervise_append(call, EVENT_BULLETIN_WRITTEN, value_get_int(row, "id", 0), body);
}

/* Gives every block its place again, with a gap at `gap` (after that many). */
static void put_order(struct command_call *call, struct value *body, const struct value *blocks, int64_t gap)
{
    struct arena *arena = call->ctx->arena;
    struct value *list = value_put_list(arena, body, "blocks");
    int64_t at = 0;
    VALUE_EACH (block, blocks) {
        at++;
        int64_t sort = (at + (at > gap ? 1 : 0)) * 10;
        if (sort == value_get_int(block, "sort", 0))
            continue;
        struct value *item = value_add_map(arena, list);
        value_put_int(arena, item, "n", value_get_int(block, "n", 0));
        value_put_int(arena, item, "sort", sort);
    }
}

static enum rc check_finding(struct command_call *call, const struct value *row, int64_t finding_id,
                             struct value **ret_finding)
{
    struct bulletin_rules rules;
    struct value *finding;
    TRY(supervise_subject_of(call, STR("finding"), finding_id, &finding));
    TRY(bulletin_read_rules(call->ctx, call->db, &rules));
    bool is_ours = value_get_int(finding, "source_id", 0) == value_get_int(row, "source_id", 0);
    bool may_read = actor_check(call->ctx, call->db, call->actor, PERM_FINDING_READ,
                                value_get_int(finding, "unit_id", 0), value_get_int(finding, "label", 0)) == RC_OK;
    ctx_clear_issues(call->ctx);
    if (!is_ours || !may_read)
        return ctx_fail_field(call->ctx, RC_NOT_FOUND, "finding.not_found", "finding_id");
    if (value_get_int(finding, "label", 0) > rules.label_max)
        return ctx_fail_field(call->ctx, RC_GUARD, "bulletin.label_too_high", "finding_id");
    *ret_finding = finding;
    return RC_OK;
}

static enum rc bulletin_add(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *blocks, *finding = NULL, *sentences;
    TRY(bulletin_begin(call, "change", &row, &body));
    int64_t id = value_get_int(row, "id", 0), finding_id = value_get_int(call->input, "finding_id", 0), gap = 0, at = 0;
    TRY(bulletin_read_blocks(call->ctx, call->db, id, &blocks));
    if (value_count(blocks) >= BULLETIN_BLOCKS_MAX)
        return RC_TOO_LARGE;
    if (finding_id)
        TRY(check_finding(call, row, finding_id, &finding));
    struct str role = STR(""), title = value_get_text(call->input, "title"), text = value_get_text(call->input, "body");
    VALUE_EACH (block, blocks) {
        at++;
        if (value_get_int(block, "n", 0) == value_get_int(call->input, "after", 0)) {
            gap = at;
            role = value_get_text(block, "role");
        }
        if (finding_id && value_get_int(block, "finding_id", 0) == finding_id)
            return ctx_fail_field(call->ctx, RC_GUARD, "bulletin.already_in", "finding_id");
    }
    title = title.n || !finding ? title : value_get_text(finding, "title");
    if (!title.n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "title");
    if (finding && !text.n) {
        TRY(bulletin_suggest(call->ctx, call->db, value_get_int(row, "source_id", 0), finding_id, LABEL_INTERNAL,
                             &sentences));
        VALUE_EACH (sentence, sentences) {
            text = arena_concat(arena, text, sentence->text);
        }
    }
    gap = gap ? gap : (int64_t)value_count(blocks);
    put_order(call, body, blocks, gap);
    struct value *fresh = value_add_map(arena, value_put_list(arena, body, "fresh"));
    value_put_int(arena, fresh, "n", value_get_int(row, "last_block", 0) + 1);
    value_put_int(arena, fresh, "sort", (gap + 1) * 10);
    value_put_text(arena, fresh, "kind", value_get_text(call->input, "kind"));
    value_put_text(arena, fresh, "role", role);
    value_put_text(arena, fresh, "title", title);
    value_put_text(arena, fresh, "body", text.p ? text : STR(""));
    if (finding_id)
        value_put_int(arena, fresh, "finding_id", finding_id);
    else
        value_put_null(arena, fresh, "finding_id");
    value_put_bool(arena, fresh, "is_withheld", false);
    value_put_text(arena, fresh, "why", STR(""));
    value_put_int(arena, call->result, "block", value_get_int(row, "last_block", 0) + 1);
    return supervise_append(call, EVENT_BULLETIN_ADDED, id, body);
}

static enum rc set_withheld(struct command_call *call, bool is_withheld)
{
    struct value *row, *body, *blocks;
    const struct value *block;
    TRY(begin_block(call, &row, &body, &blocks, &block));
    value_put_bool(call->ctx->arena, body, "is_withheld", is_withheld);
    value_put_text(call->ctx->arena, body, "why", is_withheld ? value_get_text(call->input, "reason") : STR(""));
    return supervise_append(call, EVENT_BULLETIN_WITHHELD, value_get_int(row, "id", 0), body);
}

static enum rc bulletin_withhold(struct command_call *call) { return set_withheld(call, true); }
static enum rc bulletin_show(struct command_call *call) { return set_withheld(call, false); }

/* A block changes places with the one before or after it. */
static enum rc swap(struct command_call *call, bool is_up)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *blocks;
    const struct value *block, *other = NULL;
    TRY(begin_block(call, &row, &body, &blocks, &block));
    VALUE_EACH (at, blocks) {
        if (is_up && at->next == block)
            other = at;
    }
    other = is_up ? other : block->next;
    if (!other)
        return ctx_fail_key(call->ctx, RC_GUARD, "bulletin.at_end");
    struct value *list = value_put_list(arena, body, "blocks");
    const struct value *pair[] = {block, other};
    for (int i = 0; i < 2; i++) {
        struct value *item = value_add_map(arena, list);
        value_put_int(arena, item, "n", value_get_int(pair[i], "n", 0));
        value_put_int(arena, item, "sort", value_get_int(pair[1 - i], "sort", 0));
    }
    return supervise_append(call, EVENT_BULLETIN_SORTED, value_get_int(row, "id", 0), body);
}

static enum rc bulletin_up(struct command_call *call) { return swap(call, true); }
static enum rc bulletin_down(struct command_call *call) { return swap(call, false); }

/* Every figure of the text as the register says now. */
static enum rc bulletin_renew_all(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *blocks, *figures;
    struct bulletin_rules rules;
    int64_t changed = 0;
    TRY(bulletin_begin(call, "change", &row, &body));
    TRY(bulletin_read_rules(call->ctx, call->db, &rules));
    TRY(bulletin_read_blocks(call->ctx, call->db, value_get_int(row, "id", 0), &blocks));
    TRY(bulletin_read_figures(call->ctx, call->db, value_get_int(row, "source_id", 0), rules.label_max, &figures));
    VALUE_EACH (block, blocks) {
        struct str title = value_get_text(block, "title"), text = value_get_text(block, "body");
        struct str new_title = bulletin_renew(arena, title, figures), new_text = bulletin_renew(arena, text, figures);
        if (str_equal(title, new_title) && str_equal(text, new_text))
            continue;
        struct value *one = value_copy(arena, body);
        value_put_int(arena, one, "n", value_get_int(block, "n", 0));
        value_put_text(arena, one, "block_title", new_title);
        value_put_text(arena, one, "body", new_text);
        TRY(supervise_append(call, EVENT_BULLETIN_WRITTEN, value_get_int(row, "id", 0), one));
        changed++;
    }
    value_put_int(arena, call->result, "changed", changed);
    return RC_OK;
}

static const struct field write_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                            {"block", FIELD_INT, true, 0, NULL},
                                            {"revision", FIELD_INT, false, 0, NULL},
                                            {"title", FIELD_TEXT, false, 500, NULL},
                                            {"body", FIELD_LONG, false, 20000, NULL}};
const struct command command_bulletin_write = {.name = "bulletin.write",
                                               .perm = PERM_BULLETIN_WRITE,
                                               COMMAND_FIELDS(write_fields),
                                               .run = bulletin_write,
                                               .path = "/bulletins/{id}/write",
                                               .redirect = "/bulletins/{id}#block-{block}"};
static const struct field add_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                          {"after", FIELD_INT, false, 0, NULL},
                                          {"kind", FIELD_CHOICE, true, 0, "part|section|item|point"},
                                          {"title", FIELD_TEXT, false, 500, NULL},
                                          {"body", FIELD_LONG, false, 20000, NULL},
                                          {"finding_id", FIELD_ID, false, 0, NULL}};
const struct command command_bulletin_add = {.name = "bulletin.add",
                                             .perm = PERM_BULLETIN_WRITE,
                                             COMMAND_FIELDS(add_fields),
                                             .run = bulletin_add,
                                             .path = "/bulletins/{id}/add",
                                             .redirect = "/bulletins/{id}#block-{block}"};
static const struct field withhold_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"block", FIELD_INT, true, 0, NULL}, {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_bulletin_withhold = {.name = "bulletin.withhold",
                                                  .perm = PERM_BULLETIN_WRITE,
                                                  COMMAND_FIELDS(withhold_fields),
                                                  .run = bulletin_withhold,
                                                  .path = "/bulletins/{id}/withhold",
                                                  .redirect = "/bulletins/{id}#block-{block}"};
static const struct field block_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"block", FIELD_INT, true, 0, NULL}};
const struct command command_bulletin_show = {.name = "bulletin.show",
                                              .perm = PERM_BULLETIN_WRITE,
                                              COMMAND_FIELDS(block_fields),
                                              .run = bulletin_show,
                                              .path = "/bulletins/{id}/show",
                                              .redirect = "/bulletins/{id}#block-{block}"};
const struct command command_bulletin_up = {.name = "bulletin.up",
                                            .perm = PERM_BULLETIN_WRITE,
                                            COMMAND_FIELDS(block_fields),
                                            .run = bulletin_up,
                                            .path = "/bulletins/{id}/up",
                                            .redirect = "/bulletins/{id}#block-{block}"};
const struct command command_bulletin_down = {.name = "bulletin.down",
                                              .perm = PERM_BULLETIN_WRITE,
                                              COMMAND_FIELDS(block_fields),
                                              .run = bulletin_down,
                                              .path = "/bulletins/{id}/down",
                                              .redirect = "/bulletins/{id}#block-{block}"};
static const struct field renew_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_bulletin_renew = {.name = "bulletin.renew",
                                               .perm = PERM_BULLETIN_WRITE,
                                               COMMAND_FIELDS(renew_fields),
                                               .run = bulletin_renew_all,
                                               .path = "/bulletins/{id}/renew",
                                               .redirect = "/bulletins/{id}"};
