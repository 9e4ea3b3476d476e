/* page_evidence.c: evidence: search, one with its versions and what it is for, and the form that takes a file. */
#include "loop/evidence.h"

#include "base/clock.h"
#include "record/frozen.h"
#include "serve/chrome.h"
#include "serve/file_kind.h"
#include "serve/page_doing.h"
#include "serve/page_evidence.h"
#include "serve/page_loop.h"
#include "serve/pages.h"
#include "serve/typed_form.h"
#include "text/bigram.h"

enum { LIST_ROWS = 50, FIND_BYTES_MAX = 200, DIGEST_CHARS_MIN = 8 };

static struct value *list_of(const struct value *map, const char *key) { return (struct value *)value_get(map, key); }

static struct str href(struct page *page, struct str nouns, int64_t id)
{
    return arena_format(page->ctx.arena, "/%.*s/%lld", STR_ARG(nouns), (long long)id);
}

/* ---- search ------------------------------------------------------------------------------------------------- */

/* Whether q may be the beginning of a digest. */
static bool is_digest(struct str q)
{
    for (size_t i = 0; i < q.n; i++)
        if (!(q.p[i] >= '0' && q.p[i] <= '9') && !(q.p[i] >= 'a' && q.p[i] <= 'f'))
            return false;
    return q.n >= DIGEST_CHARS_MIN;
}

/* The filter that finds q: a digest, or words of number, name, file or note by the search index. */
static enum rc find_by(struct page *page, struct str q, struct str *ret_match, uint32_t *ret_filters)
{
    struct arena *arena = page->ctx.arena;
    struct bigram_query query;
    if (!q.n)
        return RC_OK;
    if (is_digest(q)) {
        *ret_filters |= EVIDENCE_LIST_FILTER_DIGEST;
        return RC_OK;
    }
    TRY(bigram_query(arena, q, &query));
    if (!query.n)
        return RC_OK;
    query = bigram_query_with(arena, &query, STR("zzkevidence"));
    *ret_match =
        db_get_engine(page->db) == DB_SQLITE ? bigram_fts5_query(arena, &query) : bigram_tsquery(arena, &query);
    *ret_filters |= EVIDENCE_LIST_FILTER_WORDS;
    return RC_OK;
}

static bool is_subject(struct str kind)
{
    return str_equal(kind, STR("task")) || str_equal(kind, STR("measure")) || str_equal(kind, STR("finding"));
}

enum rc page_evidence_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str q = str_slice(str_trim(page_param_text(page, "q")), 0, FIND_BYTES_MAX),
               verdict = page_param_text(page, "verdict"), class = page_param_text(page, "class"),
               kind = page_param_text(page, "for");
    int64_t to = page_param_int(page, "to", 0);
    uint32_t filters = (verdict.n ? EVIDENCE_LIST_FILTER_VERDICT : 0u) | (class.n ? EVIDENCE_LIST_FILTER_CLASS : 0u);
    struct str match = STR_EMPTY;
    TRY(find_by(page, q, &match, &filters));
    struct db_stmt *st = page_list_statement(page, Q_EVIDENCE_LIST, filters, EVIDENCE_LIST_SORT_NEWEST);
    if (!st)
        return RC_DB;
    db_bind_text(st, "digest", q);
    db_bind_text(st, "digest_end", arena_concat(arena, q, STR("g"))); /* behind every digest that begins so */
    db_bind_text(st, "match", match);
    db_bind_text(st, "verdict", verdict);
    db_bind_text(st, "class", class);
    db_bind_int(st, "before", page_param_int(page, "before", INT64_MAX));
    db_bind_int(st, "limit", LIST_ROWS);
    TRY(page_put_rows(page, "evidence", st));
    struct value *rows = list_of(page->view, "evidence"), *last = NULL;
    bool is_choosing = is_subject(kind) && to > 0;
    for (struct value *row = rows->items.first; row; last = row, row = row->next)
        doing_put_evidence_words(page, row);
    struct value *filter = value_put_map(arena, page->view, "filter");
    typed_form_put(page, filter, "q", q);
    typed_form_choices(page, typed_form_put(page, filter, "verdict", verdict), "pending|" EVIDENCE_VERDICTS,
                       "evidence.verdict");
    typed_form_choices(page, typed_form_put(page, filter, "class", class), EVIDENCE_CLASSES, "evidence.class");
    value_put_bool(arena, page->view, "has_evidence", value_count(rows) > 0);
    value_put_bool(arena, page->view, "is_choosing", is_choosing);
    value_put_text(arena, page->view, "for_kind", is_choosing ? kind : STR(""));
    value_put_int(arena, page->view, "for_id", is_choosing ? to : 0);
    value_put_text(arena, page->view, "more_href",
                   value_count(rows) == LIST_ROWS
                       ? arena_format(arena, "/evidences?before=%lld", (long long)value_get_int(last, "id", 0))
                       : STR(""));
    return RC_OK;
}

/* ---- one ---------------------------------------------------------------------------------------------------- */

static void put_shown(struct page *page, struct value *version, int64_t id)
{
    struct arena *arena = page->ctx.arena;
    const struct file_kind *kind = file_kind_of(value_get_text(version, "format"));
    long long n = (long long)value_get_int(version, "n", 0);
    enum file_shown shown = kind ? kind->shown : SHOWN_NOTHING;
    value_put_text(arena, version, "file_href", arena_format(arena, "/evidences/%lld/file?n=%lld", (long long)id, n));
    value_put_text(arena, version, "view_href",
                   shown == SHOWN_IMAGE   ? arena_format(arena, "/evidences/%lld/file?n=%lld&view=1", (long long)id, n)
                   : shown == SHOWN_PAGES ? arena_format(arena, "/evidences/%lld/picture?n=%lld&p=1", (long long)id, n)
                                          : STR(""));
    value_put_text(arena, version, "read_href",
                   shown == SHOWN_TEXT || shown == SHOWN_PAGES
                       ? arena_format(arena, "/evidences/%lld/read?n=%lld", (long long)id, n)
                       : STR(""));
}

static enum rc put_versions(struct page *page, struct value *evidence)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = value_get_int(evidence, "id", 0), current = value_get_int(evidence, "version_n", 0);
    struct db_stmt *st = db_query(page->db, Q_EVIDENCE_VERSIONS);
    struct value *rows;
    db_bind_int(st, "id", id);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        doing_put_evidence_words(page, row);
        doing_put_time(page, row, "judged_at");
        put_shown(page, row, id);
        value_put_bool(arena, row, "is_current", value_get_int(row, "n", 0) == current);
    }
    value_put(evidence, STR("versions"), rows);
    struct value *newest = rows->items.first;
    value_put_text(arena, evidence, "view_href", value_get_text(newest, "view_href"));
    value_put_text(arena, evidence, "read_href", value_get_text(newest, "read_href"));
    value_put_text(arena, evidence, "file_href", value_get_text(newest, "file_href"));
    value_put_text(arena, evidence, "file_name", value_get_text(newest, "file_name"));
    value_put_int(arena, evidence, "size_bytes", value_get_int(newest, "size_bytes", 0));
    value_put_int(arena, evidence, "added_by", value_get_int(newest, "added_by", 0));
    value_put_int(arena, evidence, "added_at", value_get_int(newest, "added_at", 0));
    return RC_OK;
}

static enum rc put_links(struct page *page, struct value *evidence, bool may_work)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_EVIDENCE_LINKS);
    struct value *rows;
    db_bind_int(st, "id", value_get_int(evidence, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str kind = value_get_text(row, "subject_kind");
        bool is_measure = str_equal(kind, STR("measure"));
        value_put_text(arena, row, "kind_label", doing_words(page, "evidence.of", kind));
        value_put_text(arena, row, "href",
                       is_measure
                           ? href(page, STR("findings"), value_get_int(row, "finding_id", 0))
                           : href(page, arena_concat(arena, kind, STR("s")), value_get_int(row, "subject_id", 0)));
        value_put_bool(arena, row, "may_unlink", may_work && !value_get_int(row, "is_home", 0));
    }
    value_put(evidence, STR("links"), rows);
    return RC_OK;
}

/* The row that commands read, for what this reader may do with it. */
static enum rc put_may(struct page *page, struct value *evidence, bool *ret_may_work)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_EVIDENCE_GET_ANY);
    struct value *row;
    db_bind_int(st, "id", value_get_int(evidence, "id", 0));
    TRY(db_first_row(&page->ctx, st, &row));
    bool is_own = value_get_int(row, "added_by", 0) == page->actor.account_id;
    bool is_frozen;
    TRY(frozen_find(&page->ctx, page->db, value_get_int(evidence, "id", 0), &is_frozen));
    bool may_judge = !is_frozen && doing_may(page, PERM_TASK_APPROVE, row);
    *ret_may_work = !is_frozen && doing_may(page, PERM_TASK_WORK, row);
    value_put_bool(arena, evidence, "may_judge", may_judge && !is_own);
    value_put_bool(arena, evidence, "is_own", may_judge && is_own);
    value_put_bool(arena, evidence, "may_work", *ret_may_work);
    return RC_OK;
}

static void put_forms(struct page *page, const struct value *evidence)
{
    struct str here = href(page, STR("evidences"), value_get_int(evidence, "id", 0));
    struct value *form = typed_form_begin(page, here, here);
    value_set(form, STR("form"), value_new_text(page->ctx.arena, here));
    typed_form_field(page, form, "title", evidence);
    typed_form_field(page, form, "expires", evidence);
    typed_form_field(page, form, "reason", NULL);
    typed_form_choices(page, typed_form_field(page, form, "class", evidence), EVIDENCE_CLASSES, "evidence.class");
    typed_form_choices(page, typed_form_field(page, form, "label", evidence), "0|1|2", "label");
    typed_form_choices(page, typed_form_field(page, form, "verdict", NULL), EVIDENCE_VERDICTS, "evidence.verdict");
}

enum rc page_evidence(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_EVIDENCE_GET);
    int64_t id = page_param_int(page, "id", 0);
    bool may_work;
    db_bind_int(st, "id", id);
    TRY(page_put_row(page, "evidence", st));
    struct value *evidence = list_of(page->view, "evidence");
    TRY(put_versions(page, evidence));
    doing_put_evidence_words(page, evidence);
    TRY(put_may(page, evidence, &may_work));
    TRY(put_links(page, evidence, may_work));
    TRY(page_put_waiting(page, evidence, NOUN_EVIDENCE, id));
    put_forms(page, evidence);
    value_put_text(
        arena, evidence, "label_label",
        page_text(page, arena_format(arena, "label.%lld", (long long)value_get_int(evidence, "label", 1)).p));
    value_put_text(arena, page->view, "page_title", value_get_text(evidence, "title"));
    chrome_add_crumb(page, page_text(page, "evidence.list"), STR("/evidences"));
    chrome_add_crumb(page, value_get_text(evidence, "no"), STR_EMPTY);
    st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", id);
    return page_put_timeline(page, st);
}

/* ---- the form ----------------------------------------------------------------------------------------------- */

/* "/tasks/12/evidence/new": what the file is for, from the address. */
struct str evidence_subject_kind(const struct page *page)
{
    struct str path = page->request->path;
    return str_has_prefix(path, STR("/tasks/"))      ? STR("task")
           : str_has_prefix(path, STR("/measures/")) ? STR("measure")
                                                     : STR("finding");
}

static enum rc find_subject(struct page *page, struct str kind, struct value **ret_row)
{
    enum query query = str_equal(kind, STR("task"))      ? Q_EVIDENCE_SUBJECT_TASK
                       : str_equal(kind, STR("measure")) ? Q_EVIDENCE_SUBJECT_MEASURE
                                                         : Q_EVIDENCE_SUBJECT_FINDING;
    struct db_stmt *st = db_query(page->db, query);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(db_first_row(&page->ctx, st, ret_row));
    return *ret_row && doing_may(page, page->route->perm, *ret_row) ? RC_OK : RC_NOT_FOUND;
}

static void put_file_fields(struct page *page, struct value *form)
{
    struct arena *arena = page->ctx.arena;
    struct value *today = value_new_map(arena);
    value_put_text(arena, today, "made_on", date_text(arena, clock_today()));
    typed_form_field(page, form, "made_on", today);
    typed_form_field(page, form, "note", NULL);
    typed_form_field(page, form, "file", NULL);
    value_put_text(arena, form, "accept", file_kind_accept(arena));
    value_put_text(arena, form, "max_size_text",
                   arena_format(arena, "%lld MB", (long long)page->app->settings->body_max_mb));
}

enum rc evidence_put_new_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = evidence_subject_kind(page);
    struct value *subject, *labels = value_new_map(arena);
    TRY(find_subject(page, kind, &subject));
    int64_t id = value_get_int(subject, "id", 0);
    bool is_measure = str_equal(kind, STR("measure"));
    struct str nouns = arena_concat(arena, kind, STR("s"));
    struct str back =
        is_measure ? href(page, STR("findings"), value_get_int(subject, "finding_id", 0)) : href(page, nouns, id);
    struct str action = arena_concat(arena, href(page, nouns, id), STR("/evidence/upload"));
    struct value *form = typed_form_begin(page, action, back);
    put_file_fields(page, form);
    typed_form_field(page, form, "title", NULL);
    typed_form_field(page, form, "expires", NULL);
    typed_form_choices(page, typed_form_field(page, form, "class", NULL), EVIDENCE_CLASSES, "evidence.class");
    value_put_int(arena, labels, "label", value_get_int(subject, "label", LABEL_INTERNAL));
    typed_form_choices(page, typed_form_field(page, form, "label", labels), "0|1|2", "label");
    value_put_bool(arena, form, "is_new", true);
    value_put_text(arena, form, "about", value_get_text(subject, "title"));
    chrome_add_crumb(page, value_get_text(subject, "no"), back);
    chrome_add_crumb(page, page_text(page, "evidence.add"), STR_EMPTY);
    return RC_OK;
}

enum rc evidence_put_revise_form(struct page *page)
{
    struct db_stmt *st = page_statement(page, Q_EVIDENCE_GET);
    struct value *row;
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, &row));
    struct str back = href(page, STR("evidences"), value_get_int(row, "id", 0));
    struct value *form = typed_form_begin(page, arena_concat(page->ctx.arena, back, STR("/upload")), back);
    put_file_fields(page, form);
    value_put_bool(page->ctx.arena, form, "is_new", false);
    value_put_text(page->ctx.arena, form, "about", value_get_text(row, "title"));
    chrome_add_crumb(page, value_get_text(row, "no"), back);
    chrome_add_crumb(page, page_text(page, "evidence.revise"), STR_EMPTY);
    return RC_OK;
}

enum rc page_evidence_new(struct page *page) { return evidence_put_new_form(page); }
enum rc page_evidence_revise(struct page *page) { return evidence_put_revise_form(page); }
