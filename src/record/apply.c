/* apply.c: turns an event into rows.
 *
 * Owns the only writes to replayed tables.  Derived values (pinyin order, search tokens, keys of
 * similar texts) are made here from the
 * body, so that events hold facts and a better derivation needs no new events, only a rebuild.
 */
#include "record/apply.h"

#include <string.h>

#include "base/clock.h"
#include "record/search_index.h"
#include "text/bigram.h"
#include "text/collate.h"
#include "text/similarity.h"

struct apply_step {
    enum query query;
    const char *each; /* key of a list in the body; NULL: once */
};

enum { APPLY_STEPS_MAX = 32, SEARCH_PARTS_MAX = 4 };

/* How an event keeps the search index: which keys of the body make the indexed text and its scope. */
struct search_rule {
    const char *kind; /* of the search document; NULL: not indexed */
    bool is_update;   /* the document exists under body.id */
    const char *title[SEARCH_PARTS_MAX];
    const char *body[SEARCH_PARTS_MAX];
    const char *target; /* key of the id that a hit leads to; NULL: the thing itself */
    const char *unit;   /* key of the unit whose scope holds; NULL: the thing itself */
    int64_t label;      /* when the body has no label */
    bool has_pinyin;    /* the name is found by pinyin too */
    bool is_linked;     /* seen with what it is linked to, see search_find, and nowhere else */
};

enum { LABEL_OF_NOBODY = 99 };

#define UNIT_TEXT .title = {"name"}, .body = {"short_name", "code", "pinyin"}, .has_pinyin = true
#define PERSON_TEXT .title = {"name", "title"}, .body = {"pinyin"}, .unit = "unit_id", .label = 1, .has_pinyin = true
#define FINDING_TEXT .title = {"title"}, .body = {"no", "facts", "responsible"}, .unit = "unit_id"
#define MEASURE_TEXT .title = {"text"}, .target = "finding_id", .unit = "unit_id"
#define RULE_TEXT .title = {"name"}, .body = {"no", "doc_no"}, .unit = "unit_id"
#define EVIDENCE_TEXT .title = {"title"}, .body = {"no", "file_name", "note"}, .is_linked = true
#define TASK_TEXT .title = {"title"}, .body = {"no", "goal", "finish_mark"}, .unit = "unit_id"

static const struct search_rule SEARCH_NONE = {.kind = NULL};
/* Not indexed, but with a sort key and pinyin of the name. */
static const struct search_rule SEARCH_NAMED = {.kind = NULL, .has_pinyin = true};
static const struct search_rule SEARCH_UNIT_NEW = {.kind = "unit", UNIT_TEXT};
static const struct search_rule SEARCH_UNIT_OLD = {.kind = "unit", .is_update = true, UNIT_TEXT};
static const struct search_rule SEARCH_PERSON_NEW = {.kind = "person", PERSON_TEXT};
static const struct search_rule SEARCH_PERSON_OLD = {.kind = "person", .is_update = true, PERSON_TEXT};
static const struct search_rule SEARCH_SOURCE_NEW = {
    .kind = "source", .title = {"title"}, .body = {"no", "issuer", "inspector", "inspected_body"}, .unit = "unit_id"};
static const struct search_rule SEARCH_FINDING_NEW = {.kind = "finding", FINDING_TEXT};
static const struct search_rule SEARCH_FINDING_OLD = {.kind = "finding", .is_update = true, FINDING_TEXT};
static const struct search_rule SEARCH_MEASURE_NEW = {.kind = "measure", MEASURE_TEXT};
static const struct search_rule SEARCH_MEASURE_OLD = {.kind = "measure", .is_update = true, MEASURE_TEXT};

static const struct search_rule SEARCH_RULE_NEW = {.kind = "rule", RULE_TEXT};
static const struct search_rule SEARCH_RULE_OLD = {.kind = "rule", .is_update = true, RULE_TEXT};
static const struct search_rule SEARCH_EVIDENCE_NEW = {.kind = "evidence", EVIDENCE_TEXT};
static const struct search_rule SEARCH_EVIDENCE_OLD = {.kind = "evidence", .is_update = true, EVIDENCE_TEXT};
static const struct search_rule SEARCH_TASK_NEW = {.kind = "task", TASK_TEXT};
static const struct search_rule SEARCH_TASK_OLD = {.kind = "task", .is_update = true, TASK_TEXT};

static const struct apply_row {
    const struct search_rule *search;
    struct apply_step steps[APPLY_STEPS_MAX];
    int step_count;
} apply_table[EVENT_KIND_COUNT] = {
#define RUN(q) {Q_##q, NULL},
#define EACH(q, list) {Q_##q, list},
#define EVENT(name, kind, search, ...)                                                                                 \
    [EVENT_##name] = {&SEARCH_##search,                                                                                \
                      {__VA_ARGS__},                                                                                   \
                      (int)(sizeof((const struct apply_step[]){__VA_ARGS__}) / sizeof(struct apply_step))},
#include "../../data/events.def"
#undef EVENT
};

/* Steps that found no room would be left out without a word. */
#define EVENT(name, kind, search, ...)                                                                                 \
    _Static_assert(sizeof((const struct apply_step[]){__VA_ARGS__}) / sizeof(struct apply_step) <= APPLY_STEPS_MAX,    \
                   "APPLY_STEPS_MAX is too small for " kind);
#include "../../data/events.def"
#undef EVENT
#undef EACH
#undef RUN

static enum rc bind_derived(struct ctx *ctx, struct value *extra, const struct value *body)
{
    struct str name = value_get_text(body, "name");
    if (!name.n)
        return RC_OK;
    struct str key, pinyin;
    TRY(text_sort_key(ctx->arena, name, &key));
    TRY(text_pinyin(ctx->arena, name, &pinyin));
    value_put_text(ctx->arena, extra, "sort_key", key);
    value_put_text(ctx->arena, extra, "pinyin", pinyin);
    return RC_OK;
}

/* Keys by which a report with nearly the same words is found: a list "bands" of {band}.  A text without words has none.
 */
static void bind_bands(struct arena *arena, struct value *extra, struct str text)
{
    uint32_t sig[MINHASH_SIZE];
    struct value *bands = value_put_list(arena, extra, "bands");
    text_minhash(text, sig);
    for (int i = 0; i < MINHASH_WIDE_BANDS && sig[0] != UINT32_MAX; i++)
        value_put_int(arena, value_add_map(arena, bands), "band", minhash_wide_band(sig, i));
}

static struct str join_parts(struct arena *arena, const struct value *body, const struct value *extra,
                             const char *const keys[SEARCH_PARTS_MAX])
{
    struct str all = STR("");
    for (int i = 0; i < SEARCH_PARTS_MAX && keys[i]; i++) {
        struct str part = value_get_text(body, keys[i]);
        if (!part.n)
            part = value_get_text(extra, keys[i]);
        if (!part.n)
            continue;
        if (all.n)
            all = arena_concat(arena, all, STR("\n"));
        all = all.n ? arena_concat(arena, all, part) : part;
    }
    return all;
}

/* Tokens of a document; the kind itself is a token too, so that one kind can be asked for. */
static enum rc make_tokens(struct ctx *ctx, struct str kind, struct str title, struct str body, struct str *ret_tokens)
{
    struct str text = arena_format(ctx->arena, "%.*s\n%.*s\nzzk%.*s", STR_ARG(title), STR_ARG(body), STR_ARG(kind));
    return bigram_document(ctx->arena, text, ret_tokens);
}

static void bind_place(struct arena *arena, const struct search_rule *rule, const struct value *body, int64_t id,
                       struct value *extra)
{
    int64_t unit = rule->is_linked ? 0 : rule->unit ? value_get_int(body, rule->unit, 0) : id;
    value_put_int(arena, extra, "search_unit", unit);
    value_put_int(arena, extra, "search_label",
                  rule->is_linked ? LABEL_OF_NOBODY : value_get_int(body, "label", rule->label));
}

static enum rc bind_search(struct ctx *ctx, struct db *db, const struct search_rule *rule, const struct event *event,
                           const struct value *body, struct value *extra)
{
    struct arena *arena = ctx->arena;
    struct str kind = str_from_cstr(rule->kind);
    struct str title = join_parts(arena, body, extra, rule->title);
    struct str text = join_parts(arena, body, extra, rule->body);
    struct str tokens;
    TRY(make_tokens(ctx, kind, title, text, &tokens));
    int64_t id = rule->is_update ? value_get_int(body, "id", 0) : event->seq;
    value_put_text(arena, extra, "search_kind", kind);
    value_put_int(arena, extra, "search_target", rule->target ? value_get_int(body, rule->target, 0) : id);
    bind_place(arena, rule, body, id, extra);
    value_put_text(arena, extra, "search_title", title);
    value_put_text(arena, extra, "search_body", text);
    value_put_text(arena, extra, "search_tokens", tokens);
    if (!rule->is_update)
        return RC_OK;
    struct db_stmt *st = db_query(db, Q_SEARCH_GET);
    db_bind_int(st, "id", id);
    struct value *old;
    TRY(db_first_row(ctx, st, &old));
    struct str old_tokens;
    TRY(make_tokens(ctx, kind, value_get_text(old, "title"), value_get_text(old, "body"), &old_tokens));
    value_put_text(arena, extra, "old_tokens", old_tokens);
    return RC_OK;
}

static enum rc run_step(struct ctx *ctx, struct db *db, enum query query, const struct event *event,
                        const struct value *body, const struct value *extra, const struct value *item)
{
    struct db_stmt *st = db_query(db, query);
    db_bind_map(st, body);
    db_bind_map(st, extra);
    if (item)
        db_bind_map(st, item);
    db_bind_int(st, "seq", event->seq);
    db_bind_int(st, "at", event->at_ms);
    db_bind_int(st, "actor", event->actor);
    db_bind_int(st, "chain", event->chain);
    db_bind_int(st, "subject", event->subject);
    return db_run(ctx, st);
}

enum rc apply_event(struct ctx *ctx, struct db *db, enum event_kind kind, const struct event *event,
                    const struct value *body)
{
    const struct apply_row *row = &apply_table[kind];
    const struct search_rule *search = row->search;
    char time[TIME_TEXT_BYTES]; /* lives as long as the steps that bind it */
    struct value *extra = value_new_map(ctx->arena);
    value_put_text(ctx->arena, extra, "day", str_slice(time_format_china(event->at_ms, time), 0, DATE_TEXT_BYTES - 1));
    if (search->has_pinyin)
        TRY(bind_derived(ctx, extra, body));
    if (kind == EVENT_REPORT_SUBMITTED)
        bind_bands(ctx->arena, extra, value_get_text(body, "done_text"));
    if (search->kind)
        TRY(bind_search(ctx, db, search, event, body, extra));
    if (arena_rc(ctx->arena) != RC_OK)
        return arena_rc(ctx->arena);
    for (int i = 0; i < row->step_count; i++) {
        const struct apply_step *step = &row->steps[i];
        if (!step->each) {
            TRY(run_step(ctx, db, step->query, event, body, extra, NULL));
            continue;
        }
        const struct value *list = value_get(body, step->each);
        VALUE_EACH (item, list ? list : value_get(extra, step->each)) {
            TRY(run_step(ctx, db, step->query, event, body, extra, item));
        }
    }
    if (!search->kind)
        return RC_OK;
    int64_t id = search->is_update ? value_get_int(body, "id", 0) : event->seq;
    TRY(run_step(ctx, db, search->is_update ? Q_SEARCH_UPDATE : Q_SEARCH_INSERT, event, body, extra, NULL));
    if (search->is_update)
        TRY(search_index_remove(ctx, db, id, value_get_text(extra, "old_tokens")));
    return search_index_add(ctx, db, id, value_get_text(extra, "search_tokens"));
}
