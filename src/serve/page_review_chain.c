/* page_review_chain.c: chains of review: list, one version with its history, and the editor.
 *
 * The editor has fields of its own for each step and signer, so that it works without script; they become the steps of
 * the command review_chain.set.
 */
#include "loop/review.h"

#include "serve/chrome.h"
#include "serve/page_closing.h"
#include "serve/page_loop.h"
#include "serve/page_spread.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"

enum { FORM_SIGNERS = 3 };

#define SOURCE_KINDS "inspection|audit|thematic|democratic_life|self_check|directive|comment|alert|other"
#define COUNTERSIGNS "|supervision|discipline|hr|audit|finance"

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

enum rc page_review_chain_list(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_REVIEW_CHAIN_LIST);
    TRY(page_put_rows(page, "chains", st));
    struct value *rows = list_of(page->view, "chains");
    for (struct value *row = rows->items.first; row; row = row->next) {
        closing_put_label(page, row, "purpose", "review.purpose");
        closing_put_label(page, row, "source_kind", "source.kind_");
    }
    value_put_bool(page->ctx.arena, page->view, "has_chains", value_count(rows) > 0);
    closing_put_tabs(page, "review_chains");
    return RC_OK;
}

/* ---- one chain ---------------------------------------------------------------------------------------------- */

static struct str signer_text(struct page *page, const struct value *signer)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = value_get_text(signer, "kind"), ref = value_get_text(signer, "ref");
    struct str name = value_get_text(signer, "ref_name"), label = value_get_text(signer, "label"), who = name;
    if (str_equal(kind, STR("role")))
        who = page_actor_label(page, ref, name.n ? name : page_text(page, "review_chain.its_unit"));
    else if (str_equal(kind, STR("duty")))
        who = page_text(page, arena_format(arena, "duty.%.*s", STR_ARG(ref)).p);
    if (!label.n)
        return who;
    struct str args[] = {who, page_text(page, arena_format(arena, "review.countersign.%.*s", STR_ARG(label)).p)};
    return page_text_args(page, "review.signer_of", args, 2);
}

static enum rc read_steps(struct page *page, int64_t chain_id, struct value **ret_steps)
{
    struct arena *arena = page->ctx.arena;
    struct value *steps, *signers;
    struct db_stmt *st = db_query(page->db, Q_REVIEW_CHAIN_STEPS);
    db_bind_int(st, "chain_id", chain_id);
    TRY(db_rows(&page->ctx, st, &steps));
    st = db_query(page->db, Q_REVIEW_CHAIN_SIGNERS);
    db_bind_int(st, "chain_id", chain_id);
    TRY(db_rows(&page->ctx, st, &signers));
    for (struct value *step = steps->items.first; step; step = step->next) {
        struct value *list = value_put_list(arena, step, "signers");
        closing_put_label(page, step, "mode", "review.mode");
        value_put_bool(arena, step, "is_vote", str_equal(value_get_text(step, "mode"), STR("vote")));
        VALUE_EACH (signer, signers) {
            if (value_get_int(signer, "step_n", 0) != value_get_int(step, "n", 0))
                continue;
            struct value *row = value_copy(arena, signer);
            value_put_text(arena, row, "text", signer_text(page, signer));
            value_add(list, row);
        }
    }
    *ret_steps = steps;
    return RC_OK;
}

enum rc page_review_chain(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_REVIEW_CHAIN_GET);
    struct value *steps;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_put_row(page, "chain", st));
    struct value *chain = list_of(page->view, "chain");
    bool is_current = value_get_int(chain, "is_current", 0) != 0;
    closing_put_label(page, chain, "purpose", "review.purpose");
    closing_put_label(page, chain, "source_kind", "source.kind_");
    TRY(read_steps(page, value_get_int(chain, "id", 0), &steps));
    value_put(chain, STR("steps"), steps);
    value_put_bool(arena, chain, "may_edit", is_current);
    st = db_query(page->db, Q_REVIEW_CHAIN_VERSIONS);
    db_bind_int(st, "root_id", value_get_int(chain, "root_id", 0));
    struct value *versions;
    TRY(db_rows(&page->ctx, st, &versions));
    for (struct value *row = versions->items.first; row; row = row->next) {
        struct str actor = value_get_text(row, "actor_name");
        page_put_time(page, row, "at");
        value_put_text(arena, row, "actor_label", actor.n ? actor : page_text(page, "event.program"));
    }
    value_put(chain, STR("versions"), versions);
    value_put_text(arena, page->view, "page_title", value_get_text(chain, "name"));
    chrome_add_crumb(page, page_text(page, "review_chain.list"), STR("/review_chains"));
    chrome_add_crumb(page, value_get_text(chain, "name"), STR_EMPTY);
    return RC_OK;
}

/* ---- the editor --------------------------------------------------------------------------------------------- */

static void add_signer_option(struct page *page, struct value *options, struct str value, struct str label)
{
    typed_form_add_option(page, options, value, label, false);
}

static enum rc add_named(struct page *page, struct value *options, const char *kind, enum query query, enum perm perm)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, query);
    struct value *rows;
    actor_bind_scope(st, &page->actor, perm);
    db_bind_int(st, "sign_perm", PERM_REVIEW_SIGN);
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct str unit = value_get_text(row, "unit_short");
        add_signer_option(page, options, arena_format(arena, "%s::%lld", kind, (long long)value_get_int(row, "id", 0)),
                          arena_format(arena, "%.*s  %.*s", STR_ARG(value_get_text(row, "title")),
                                       STR_ARG(unit.n ? unit : value_get_text(row, "unit_name"))));
    }
    return RC_OK;
}

/* Everybody who may stand in a step: duties of the finding, roles, posts, teams, people with the right to sign. */
static enum rc read_signer_options(struct page *page, struct value **ret_options)
{
    static const char *const duties[] = {"lead_dept", "lead_leader", "supervisor"};
    struct arena *arena = page->ctx.arena;
    struct value *options = value_new_list(arena);
    add_signer_option(page, options, STR(""), page_text(page, "review_chain.nobody"));
    for (size_t i = 0; i < sizeof duties / sizeof duties[0]; i++)
        add_signer_option(page, options, arena_format(arena, "duty:%s:0", duties[i]),
                          page_text(page, arena_format(arena, "duty.%s", duties[i]).p));
    for (int role = 0; role < ROLE_COUNT; role++)
        if (role_has_perm((enum role)role, PERM_REVIEW_SIGN))
            add_signer_option(page, options, arena_format(arena, "role:%s:0", role_name((enum role)role)),
                              page_text(page, arena_format(arena, "role.%s", role_name((enum role)role)).p));
    TRY(add_named(page, options, "post", Q_REVIEW_SIGNER_POSTS, PERM_UNIT_READ));
    TRY(add_named(page, options, "team", Q_REVIEW_SIGNER_TEAMS, PERM_UNIT_READ));
    TRY(add_named(page, options, "person", Q_REVIEW_SIGNER_PEOPLE, PERM_UNIT_READ));
    *ret_options = options;
    return RC_OK;
}

static struct value *choose(struct page *page, const struct value *options, struct str chosen)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_copy(arena, options);
    bool is_found = false;
    for (struct value *option = list->items.first; option; option = option->next) {
        bool is = str_equal(value_get_text(option, "value"), chosen);
        is_found |= is;
        value_set(option, STR("selected"), value_put_bool(arena, value_new_map(arena), "x", is));
    }
    if (!is_found && chosen.n)
        typed_form_add_option(page, list, chosen, chosen, true);
    return list;
}

static struct str typed_or(struct page *page, const char *name, struct str otherwise)
{
    return page->form ? form_text(page->form->fields, name) : otherwise;
}

static struct str number_text(struct arena *arena, const struct value *row, const char *key)
{
    int64_t n = value_get_int(row, key, 0);
    return n ? arena_format(arena, "%lld", (long long)n) : STR("");
}

static struct value *words_options(struct page *page, const char *choices, const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_new_list(arena);
    struct str rest = str_from_cstr(choices), part;
    while (str_split_next(&rest, '|', &part))
        typed_form_add_option(
            page, list, part,
            page_text(page, part.n ? arena_format(arena, "%s.%.*s", prefix, STR_ARG(part)).p : "review_chain.no_label"),
            false);
    return list;
}

static void put_step_form(struct page *page, struct value *list, int64_t n, const struct value *old,
                          const struct value *signer_options)
{
    struct arena *arena = page->ctx.arena;
    struct value *step = value_add_map(arena, list);
    const struct value *olds = value_get(old, "signers"), *signer = olds ? olds->items.first : NULL;
    struct str mode = value_get_text(old, "mode");
    value_put_int(arena, step, "n", n);
    value_put_text(arena, step, "title",
                   typed_or(page, arena_format(arena, "step%lld_title", (long long)n).p, value_get_text(old, "title")));
    value_put_text(arena, step, "days",
                   typed_or(page, arena_format(arena, "step%lld_days", (long long)n).p,
                            old ? number_text(arena, old, "limit_days") : STR("5")));
    value_put_text(arena, step, "threshold",
                   typed_or(page, arena_format(arena, "step%lld_threshold", (long long)n).p,
                            number_text(arena, old, "threshold")));
    mode = typed_or(page, arena_format(arena, "step%lld_mode", (long long)n).p, mode.n ? mode : STR("any"));
    value_put(step, STR("modes"),
              choose(page, words_options(page, n == 1 ? "self|any|all|vote" : "any|all|vote", "review.mode"), mode));
    struct value *signers = value_put_list(arena, step, "signers");
    for (int k = 1; k <= FORM_SIGNERS; k++) {
        struct value *row = value_add_map(arena, signers);
        struct str was =
            signer ? arena_format(arena, "%.*s:%.*s:%lld", STR_ARG(value_get_text(signer, "kind")),
                                  STR_ARG(value_get_text(signer, "ref")), (long long)value_get_int(signer, "ref_id", 0))
                   : STR("");
        value_put_int(arena, row, "k", k);
        value_put(row, STR("options"),
                  choose(page, signer_options,
                         typed_or(page, arena_format(arena, "step%lld_signer%d", (long long)n, k).p, was)));
        value_put(row, STR("labels"),
                  choose(page, words_options(page, COUNTERSIGNS, "review.countersign"),
                         typed_or(page, arena_format(arena, "step%lld_label%d", (long long)n, k).p,
                                  value_get_text(signer, "label"))));
        signer = signer ? signer->next : NULL;
    }
    bool is_used = value_get_text(step, "title").n > 0;
    value_put_bool(arena, step, "is_used", is_used || n == 1);
    const char *error = NULL;
    struct str field = arena_format(arena, "step%lld", (long long)n);
    value_put_null(arena, step, "error");
    for (const struct ctx_issue *issue = page->ctx.first; issue && !error; issue = issue->next)
        if (str_equal(issue->field, field)) {
            error = "";
            value_set(step, STR("error"), value_new_text(arena, message_of_issue(arena, page->lang, issue)));
        }
}

static void put_source_kinds(struct page *page, struct value *field)
{
    struct str rest = STR(SOURCE_KINDS), part;
    typed_form_option(page, field, STR(""), page_text(page, "review_chain.all_kinds"));
    while (str_split_next(&rest, '|', &part))
        typed_form_option(page, field, part,
                          page_text(page, arena_format(page->ctx.arena, "source.kind_%.*s", STR_ARG(part)).p));
}

static enum rc put_editor(struct page *page, const struct value *chain)
{
    struct arena *arena = page->ctx.arena;
    long long id = (long long)value_get_int(chain, "id", 0);
    struct value *old_steps = NULL, *options;
    struct value *form =
        typed_form_begin(page, id ? arena_format(arena, "/review_chains/%lld/edit", id) : STR("/review_chains/new"),
                         id ? arena_format(arena, "/review_chains/%lld", id) : STR("/review_chains"));
    typed_form_field(page, form, "name", chain);
    typed_form_field(page, form, "reason", NULL);
    typed_form_choices(page, typed_form_field(page, form, "purpose", chain), "close|long_term|reopen",
                       "review.purpose");
    put_source_kinds(page, typed_form_field(page, form, "source_kind", chain));
    TRY(spread_put_units(page, typed_form_field(page, form, "unit_id", chain), PERM_SUPERVISE, false));
    if (id)
        TRY(read_steps(page, id, &old_steps));
    TRY(read_signer_options(page, &options));
    struct value *steps = value_put_list(arena, form, "steps");
    const struct value *old = old_steps ? old_steps->items.first : NULL;
    for (int64_t n = 1; n <= REVIEW_STEPS_MAX; n++) {
        put_step_form(page, steps, n, old, options);
        old = old ? old->next : NULL;
    }
    value_put_bool(arena, form, "is_new", id == 0);
    chrome_add_crumb(page, page_text(page, "review_chain.list"), STR("/review_chains"));
    chrome_add_crumb(page, id ? value_get_text(chain, "name") : page_text(page, "review_chain.new"), STR_EMPTY);
    return RC_OK;
}

static enum rc read_chain(struct page *page, struct value **ret_chain)
{
    struct db_stmt *st = page_statement(page, Q_REVIEW_CHAIN_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_chain);
}

enum rc page_review_chain_new(struct page *page) { return put_editor(page, NULL); }

enum rc page_review_chain_edit(struct page *page)
{
    struct value *chain;
    TRY(read_chain(page, &chain));
    return put_editor(page, chain);
}

/* ---- what was typed ----------------------------------------------------------------------------------------- */

static struct str field_of(struct page *page, const char *format, int n, int k)
{
    struct arena *arena = page->ctx.arena;
    struct str name =
        k ? arena_format(arena, "step%d_%s%d", n, format, k) : arena_format(arena, "step%d_%s", n, format);
    return form_text(page->form->fields, name.p);
}

static void add_typed_signers(struct page *page, struct value *step, int n)
{
    struct arena *arena = page->ctx.arena;
    struct value *signers = value_put_list(arena, step, "signers");
    for (int k = 1; k <= FORM_SIGNERS; k++) {
        struct str rest = field_of(page, "signer", n, k), kind, ref = STR_EMPTY;
        int64_t ref_id = 0;
        if (!rest.n || !str_split_next(&rest, ':', &kind) || !str_split_next(&rest, ':', &ref))
            continue;
        (void)str_parse_int64(rest, &ref_id);
        struct value *signer = value_add_map(arena, signers);
        value_put_text(arena, signer, "kind", kind);
        value_put_text(arena, signer, "ref", ref);
        value_put_int(arena, signer, "ref_id", ref_id);
        value_put_text(arena, signer, "label", field_of(page, "label", n, k));
    }
}

static struct value *typed_steps(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *steps = value_new_list(arena);
    for (int n = 1; n <= REVIEW_STEPS_MAX; n++) {
        struct str title = str_trim(field_of(page, "title", n, 0));
        int64_t days = 0, threshold = 0;
        if (!title.n)
            continue;
        struct value *step = value_add_map(arena, steps);
        (void)str_parse_int64(field_of(page, "days", n, 0), &days);
        (void)str_parse_int64(field_of(page, "threshold", n, 0), &threshold);
        value_put_text(arena, step, "title", title);
        value_put_text(arena, step, "mode", field_of(page, "mode", n, 0));
        value_put_int(arena, step, "limit_days", days);
        value_put_int(arena, step, "threshold", threshold);
        add_typed_signers(page, step, n);
    }
    return steps;
}

static enum rc post_chain(struct page *page, const struct value *chain)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_copy(arena, page->form->fields), *result;
    if (chain) {
        value_set(raw, STR("id"), value_new_int(arena, value_get_int(chain, "id", 0)));
        value_set(raw, STR("purpose"), value_new_text(arena, value_get_text(chain, "purpose")));
        value_set(raw, STR("source_id"), value_new_int(arena, value_get_int(chain, "source_id", 0)));
        if (!value_get_int(chain, "source_id", 0))
            value_set(raw, STR("source_id"), value_new_text(arena, STR("")));
    }
    value_set(raw, STR("steps"), typed_steps(page));
    enum rc rc = submit_and_wait(page, &command_review_chain_set, raw, &result);
    if (rc == RC_OK) {
        chrome_set_flash(page, "success", "flash.saved", STR_EMPTY, STR_EMPTY);
        page_redirect(page, arena_format(arena, "/review_chains/%lld", (long long)value_get_int(result, "id", 0)));
        return RC_OK;
    }
    TRY(typed_form_refused(page, rc, "review_chain_form"));
    return put_editor(page, chain);
}

enum rc page_review_chain_new_post(struct page *page) { return post_chain(page, NULL); }

enum rc page_review_chain_edit_post(struct page *page)
{
    struct value *chain;
    TRY(read_chain(page, &chain));
    return post_chain(page, chain);
}
