/* paper_data.c: reading and freezing what papers are made from; see paper_data.h. */
#include "publish/paper_data.h"

#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "publish/event_words.h"
#include "publish/paper_dress.h"
#include "publish/paper_list.h"
#include "serve/messages.h"
#include "text/digest.h"
#include "text/json.h"

enum { JSON_MAX = 256 * 1024 * 1024, SETS_MAX = 20 };

#define SUBJECT_SOURCE PAPER_OF_SOURCE
#define SUBJECT_FINDING PAPER_OF_FINDING
#define SUBJECT_LETTER PAPER_OF_LETTER
#define SUBJECT_CERTIFICATE PAPER_OF_CERTIFICATE
#define SUBJECT_MEETING PAPER_OF_MEETING
#define SUBJECT_SWEEP PAPER_OF_SWEEP
#define SUBJECT_ASSESSMENT PAPER_OF_ASSESSMENT

static const struct paper_kind_row kinds[PAPER_KINDS] = {
#define PAPER(name, kind_, subject_, formats_, texts_)                                                                 \
    [PAPER_##name] = {.kind = kind_, .formats = formats_, .texts = texts_, .subject = SUBJECT_##subject_},
#include "../../data/papers.def"
#undef PAPER
};

static const char *const subjects[PAPER_SUBJECTS] = {"source",  "finding", "letter",    "certificate",
                                                     "meeting", "sweep",   "assessment"};

int paper_kind_count(void) { return PAPER_KINDS + paper_list_count(); }

const struct paper_kind_row *paper_kind_row(enum paper_kind kind)
{
    int own = (int)kind - PAPER_KINDS;
    return own >= 0 && own < paper_list_count() ? paper_list_row(own) : &kinds[own < 0 ? kind : 0];
}

const char *paper_subject_name(enum paper_subject subject) { return subjects[subject]; }

bool paper_kind_find(struct str name, enum paper_kind *ret_kind)
{
    for (int i = 0; i < paper_kind_count(); i++)
        if (str_equal_cstr(name, paper_kind_row((enum paper_kind)i)->kind)) {
            *ret_kind = (enum paper_kind)i;
            return true;
        }
    return false;
}

bool paper_subject_find(struct str name, enum paper_subject *ret_subject)
{
    for (int i = 0; i < PAPER_SUBJECTS; i++)
        if (str_equal_cstr(name, subjects[i])) {
            *ret_subject = (enum paper_subject)i;
            return true;
        }
    return false;
}

bool paper_has_word(const char *words, const char *word)
{
    struct str rest = str_from_cstr(words), part;
    while (str_split_next(&rest, ' ', &part))
        if (str_equal_cstr(part, word))
            return true;
    return false;
}

/* ---- queries of the subjects --------------------------------------------------------------------------------- */

enum set_kind { SET_ONE, SET_FIGURES, SET_LIST };

struct paper_set {
    const char *key;
    enum query query;
    enum set_kind kind;
    const char *under, *by; /* a list that is also hung under the rows of another, by this column */
};

static const struct paper_set source_sets[] = {
    {"source", Q_PAPER_SOURCE, SET_ONE, NULL, NULL},
    {"figures", Q_PAPER_FIGURES_FINDINGS, SET_FIGURES, NULL, NULL},
    {"figures", Q_PAPER_FIGURES_MEASURES, SET_FIGURES, NULL, NULL},
    {"figures", Q_PAPER_FIGURES_TASKS, SET_FIGURES, NULL, NULL},
    {"figures", Q_PAPER_FIGURES_REPORTS, SET_FIGURES, NULL, NULL},
    {"figures", Q_PAPER_FIGURES_LOOP, SET_FIGURES, NULL, NULL},
    {"aspects", Q_PAPER_ASPECTS, SET_LIST, NULL, NULL},
    {"findings", Q_PAPER_FINDINGS, SET_LIST, "aspects", "aspect_id"},
    {"points", Q_PAPER_POINTS, SET_LIST, "findings", "finding_id"},
    {"causes", Q_PAPER_CAUSES, SET_LIST, "findings", "finding_id"},
    {"measures", Q_PAPER_MEASURES, SET_LIST, "findings", "finding_id"},
    {"tasks", Q_PAPER_TASKS, SET_LIST, "measures", "measure_id"},
    {"nodes", Q_PAPER_NODES, SET_LIST, "tasks", "task_id"},
    {"evidence", Q_PAPER_EVIDENCE, SET_LIST, "findings", "finding_id"},
    {"reports", Q_PAPER_REPORTS, SET_LIST, "findings", "finding_id"},
    {"duties", Q_PAPER_DUTIES, SET_LIST, NULL, NULL},
    {"rules", Q_PAPER_RULES, SET_LIST, NULL, NULL},
    {"leads", Q_PAPER_LEADS, SET_LIST, NULL, NULL},
    {"meetings", Q_PAPER_MEETINGS, SET_LIST, NULL, NULL},
};

bool paper_source_has_list(struct str name)
{
    for (size_t i = 0; i < sizeof source_sets / sizeof source_sets[0]; i++)
        if (source_sets[i].kind == SET_LIST && str_equal_cstr(name, source_sets[i].key))
            return true;
    return false;
}

static const struct paper_set letter_sets[] = {{"letter", Q_LETTER_GET, SET_ONE, NULL, NULL}};
static const struct paper_set certificate_sets[] = {{"certificate", Q_CERTIFICATE_GET, SET_ONE, NULL, NULL}};
static const struct paper_set meeting_sets[] = {{"meeting", Q_MEETING_GET, SET_ONE, NULL, NULL},
                                                {"people", Q_MEETING_PEOPLE, SET_LIST, NULL, NULL},
                                                {"decisions", Q_MEETING_DECISIONS, SET_LIST, NULL, NULL}};
static const struct paper_set sweep_sets[] = {{"sweep", Q_SWEEP_GET, SET_ONE, NULL, NULL},
                                              {"figures", Q_PAPER_FIGURES_SWEEP, SET_FIGURES, NULL, NULL},
                                              {"items", Q_SWEEP_ITEMS, SET_LIST, NULL, NULL},
                                              {"answers", Q_PAPER_SWEEP_ANSWERS, SET_LIST, NULL, NULL}};
static const struct paper_set assessment_sets[] = {{"assessment", Q_ASSESSMENT_GET, SET_ONE, NULL, NULL},
                                                   {"cards", Q_ASSESSMENT_CARDS, SET_LIST, NULL, NULL}};
static const struct paper_set finding_sets[] = {{"finding", Q_FINDING_GET, SET_ONE, NULL, NULL},
                                                {"request", Q_PAPER_FINDING_REQUEST, SET_FIGURES, NULL, NULL},
                                                {"history", Q_PAPER_HISTORY, SET_LIST, NULL, NULL},
                                                {"evidence", Q_PAPER_FINDING_EVIDENCE, SET_LIST, NULL, NULL},
                                                {"certificates", Q_PAPER_FINDING_CERTIFICATES, SET_LIST, NULL, NULL}};

#define SETS(array) array, (int)(sizeof(array) / sizeof(array)[0])

static const struct subject_row {
    const struct paper_set *sets;
    int count;
    const char *key, *no; /* the row that says who may see it, and its number */
    enum perm perm;
} subject_rows[PAPER_SUBJECTS] = {
    [PAPER_OF_SOURCE] = {SETS(source_sets), "source", "no", PERM_FINDING_READ},
    [PAPER_OF_FINDING] = {SETS(finding_sets), "finding", "no", PERM_TASK_READ},
    [PAPER_OF_LETTER] = {SETS(letter_sets), "letter", "no", PERM_TASK_READ},
    [PAPER_OF_CERTIFICATE] = {SETS(certificate_sets), "certificate", "no", PERM_TASK_READ},
    [PAPER_OF_MEETING] = {SETS(meeting_sets), "meeting", "no", PERM_TASK_READ},
    [PAPER_OF_SWEEP] = {SETS(sweep_sets), "sweep", "no", PERM_TASK_READ},
    [PAPER_OF_ASSESSMENT] = {SETS(assessment_sets), "assessment", "no", PERM_TASK_READ},
};

/* ---- reading ------------------------------------------------------------------------------------------------- */

struct taking {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
    enum perm perm;
    int64_t id;
    struct str today;
    struct value *data;
};

static struct db_stmt *statement(struct taking *taking, enum query query, int64_t id)
{
    struct db_stmt *st = db_query(taking->db, query);
    actor_bind_scope(st, taking->actor, taking->perm);
    db_bind_int(st, "id", id);
    db_bind_text(st, "today", taking->today);
    return st;
}

static struct value *find_put(struct taking *taking, const char *key)
{
    struct value *found = (struct value *)value_get(taking->data, key);
    return found ? found : value_put_map(taking->ctx->arena, taking->data, key);
}

static enum rc read_set(struct taking *taking, const struct paper_set *set)
{
    struct value *row, *rows, *to;
    struct db_stmt *st = statement(taking, set->query, taking->id);
    switch (set->kind) {
    case SET_LIST:
        TRY(db_rows(taking->ctx, st, &rows));
        value_put(taking->data, str_from_cstr(set->key), rows);
        return RC_OK;
    case SET_ONE:
        TRY(db_first_row(taking->ctx, st, &row));
        if (!row)
            return ctx_fail_key(taking->ctx, RC_NOT_FOUND, "paper.no_subject");
        value_put(taking->data, str_from_cstr(set->key), row);
        return RC_OK;
    case SET_FIGURES:
        TRY(db_first_row(taking->ctx, st, &row));
        to = find_put(taking, set->key);
        for (struct value *child = row ? row->items.first : NULL, *next; child; child = next) {
            next = child->next;
            value_put(to, child->key, child);
        }
        return RC_OK;
    }
    return RC_OK;
}

/* Hangs copies of the rows under those of another list: first the innermost, so that a copy carries what hangs under
 * it. */
static enum rc hang(struct taking *taking, const struct paper_set *set)
{
    struct arena *arena = taking->ctx->arena;
    struct value *rows = (struct value *)value_get(taking->data, set->key),
                 *above = (struct value *)value_get(taking->data, set->under);
    struct map by_id;
    map_init(&by_id, arena);
    for (struct value *row = above ? above->items.first : NULL; row; row = row->next) {
        struct str id = arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0));
        TRY(map_put(&by_id, id, value_put_list(arena, row, set->key)));
    }
    for (const struct value *row = rows ? rows->items.first : NULL; row; row = row->next) {
        struct value *list = map_get(&by_id, arena_format(arena, "%lld", (long long)value_get_int(row, set->by, 0)));
        if (list)
            value_add(list, value_copy(arena, row));
    }
    return RC_OK;
}

/* Findings outside of any aspect stand under one of their own. */
static void add_other_aspect(struct taking *taking)
{
    struct arena *arena = taking->ctx->arena;
    struct value *aspects = (struct value *)value_get(taking->data, "aspects");
    bool is_needed = false;
    const struct value *findings = value_get(taking->data, "findings");
    VALUE_EACH (row, findings)
        is_needed |= value_get_int(row, "aspect_id", 0) == 0;
    if (!is_needed || !aspects)
        return;
    struct value *other = value_add_map(arena, aspects);
    value_put_int(arena, other, "id", 0);
    value_put_text(arena, other, "title",
                   message_find(LANG_ZH, aspects->items.n > 1 ? STR("paper.other_aspect") : STR("paper.only_aspect")));
}

static enum rc read_subject(struct taking *taking, enum paper_subject subject)
{
    const struct subject_row *row = &subject_rows[subject];
    for (int i = 0; i < row->count; i++)
        TRY(read_set(taking, &row->sets[i]));
    if (subject == PAPER_OF_SOURCE) {
        add_other_aspect(taking);
        TRY(paper_dress_duties(taking->ctx, taking->data));
    }
    for (int i = 0; i < row->count; i++) /* rows are dressed before copies of them are hung elsewhere */
        if (i == 0 || strcmp(row->sets[i].key, row->sets[i - 1].key) != 0)
            paper_dress(taking->ctx, (struct value *)value_get(taking->data, row->sets[i].key), taking->today);
    for (int i = row->count; i-- > 0;)
        if (row->sets[i].under)
            TRY(hang(taking, &row->sets[i]));
    for (int i = 0; i < row->count; i++)
        paper_number(taking->ctx, (struct value *)value_get(taking->data, row->sets[i].key));
    return RC_OK;
}

/* Texts that hold JSON become part of the tree. */
static enum rc open_json(struct taking *taking, const char *key, const char *column)
{
    struct value *row = (struct value *)value_get(taking->data, key), *tree;
    struct str text = value_get_text(row, column);
    if (!text.n)
        return RC_OK;
    TRY(json_parse(taking->ctx, text, &tree));
    paper_dress_tree(taking->ctx, tree, taking->today);
    value_set(row, str_from_cstr(column), tree);
    return RC_OK;
}

/* What happened, told as the page of the finding tells it; no event's body goes into a paper. */
static void tell_history(struct taking *taking)
{
    struct value *rows = (struct value *)value_get(taking->data, "history");
    for (struct value *row = rows ? rows->items.first : NULL; row; row = row->next) {
        struct str words =
            event_finding_words(taking->ctx, LANG_ZH, value_get_text(row, "kind"), value_get_text(row, "detail"));
        value_set(row, STR("detail"), value_new_text(taking->ctx->arena, words));
        if (!value_get_text(row, "actor_name").n)
            value_set(row, STR("actor_name"),
                      value_new_text(taking->ctx->arena, message_find(LANG_ZH, STR("event.program"))));
    }
}

/* A finding's paper holds all that its source's data say of it. */
static enum rc add_finding(struct taking *taking)
{
    struct value *finding = (struct value *)value_get(taking->data, "finding");
    tell_history(taking);
    struct taking source = *taking;
    source.id = value_get_int(finding, "source_id", 0);
    source.perm = PERM_FINDING_READ;
    source.data = value_new_map(taking->ctx->arena);
    if (value_get(value_get(taking->data, "request"), "asked"))
        TRY(open_json(taking, "request", "asked"));
    else
        value_put_null(taking->ctx->arena, (struct value *)value_get(taking->data, "request"), "asked");
    enum rc rc = read_subject(&source, PAPER_OF_SOURCE);
    if (rc == RC_NOT_FOUND) { /* the source itself may be out of sight */
        ctx_clear_issues(taking->ctx);
        value_put_null(taking->ctx->arena, taking->data, "item");
        value_put_null(taking->ctx->arena, taking->data, "source");
        return RC_OK;
    }
    TRY(rc);
    value_put_null(taking->ctx->arena, taking->data, "item"); /* a withdrawn finding is in no list */
    for (struct value *row = ((struct value *)value_get(source.data, "findings"))->items.first; row; row = row->next)
        if (value_get_int(row, "id", 0) == taking->id)
            value_set(taking->data, STR("item"), value_copy(taking->ctx->arena, row));
    value_put(taking->data, STR("source"), value_copy(taking->ctx->arena, value_get(source.data, "source")));
    return RC_OK;
}

static int64_t highest_label(const struct value *data, const struct value *subject)
{
    int64_t label = value_get_int(subject, "label", LABEL_INTERNAL);
    static const char *const lists[] = {"findings", "gone_findings"}; /* what was cancelled stands in it too */
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        VALUE_EACH (row, value_get(data, lists[i])) {
            int64_t one = value_get_int(row, "label", 0);
            label = one > label ? one : label;
        }
    return label;
}

static void freeze(struct ctx *ctx, struct paper_snapshot *snapshot)
{
    struct buf json CLEANUP(buf_done);
    uint8_t digest[DIGEST_BYTES];
    buf_init(&json, JSON_MAX);
    value_write_json(&json, snapshot->data, false);
    snapshot->json = arena_copy_str(ctx->arena, buf_str(&json));
    digest_sha256(snapshot->json, digest);
    (void)digest_format(digest, snapshot->digest);
}

enum rc paper_take(struct ctx *ctx, struct db *db, const struct actor *actor, enum paper_subject subject, int64_t id,
                   struct str today, const struct value *before, struct paper_snapshot *ret)
{
    struct taking taking = {
        .ctx = ctx, .db = db, .actor = actor, .perm = subject_rows[subject].perm, .id = id, .today = today};
    int32_t day;
    *ret = (struct paper_snapshot){.seq = 0};
    taking.data = value_new_map(ctx->arena);
    value_put_text(ctx->arena, taking.data, "subject", str_from_cstr(subjects[subject]));
    value_put_text(ctx->arena, taking.data, "today", today);
    value_put_text(ctx->arena, taking.data, "today_text",
                   date_parse(today, &day) ? paper_date_text(ctx->arena, day) : today);
    TRY(read_subject(&taking, subject));
    if (subject == PAPER_OF_FINDING)
        TRY(add_finding(&taking));
    if (subject == PAPER_OF_CERTIFICATE)
        TRY(open_json(&taking, "certificate", "content"));
    paper_mark_changes(ctx, taking.data, before);
    TRY(arena_rc(ctx->arena));
    const struct value *row = value_get(taking.data, subject_rows[subject].key);
    struct db_stmt *st = db_query(db, Q_PAPER_SNAPSHOT_SEQ);
    db_bind_int(st, "id", id);
    db_bind_int(st, "source_id", subject == PAPER_OF_SOURCE ? id : value_get_int(row, "source_id", 0));
    TRY(db_get_int(ctx, st, &ret->seq));
    value_put_int(ctx->arena, taking.data, "event", ret->seq);
    ret->data = taking.data;
    ret->unit_id = value_get_int(row, "unit_id", 0);
    ret->label = highest_label(taking.data, row);
    ret->source_id = subject == PAPER_OF_SOURCE ? id : value_get_int(row, "source_id", 0);
    ret->subject_no = value_get_text(row, "no");
    ret->subject_title = value_get_text(row, "title");
    if (!ret->subject_no.n)
        ret->subject_no = arena_format(ctx->arena, "%s-%lld", subjects[subject], (long long)id);
    freeze(ctx, ret);
    return arena_rc(ctx->arena);
}

enum rc paper_thaw(struct ctx *ctx, struct str json, struct str digest, struct value **ret_data)
{
    uint8_t is[DIGEST_BYTES];
    char text[DIGEST_TEXT_BYTES];
    digest_sha256(json, is);
    if (!str_equal(digest_format(is, text), digest))
        return ctx_fail_key(ctx, RC_CHAIN, "paper.data_changed");
    return json_parse(ctx, json, ret_data);
}
