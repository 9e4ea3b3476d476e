/* page_paper.c: papers: list, making, one paper with its files, made again. */
#include "base/clock.h"
#include "publish/oscal_write.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/paper_files.h"
#include "text/json.h"

/* ---- list ----------------------------------------------------------------------------------------------------- */

enum rc page_paper_list(struct page *page)
{
    static const struct record_show shows[] = {{"all", PAPER_LIST_FILTER_LIVE, PAPER_LIST_SORT_NEWEST},
                                               {"draft", PAPER_LIST_FILTER_STATE, PAPER_LIST_SORT_NEWEST},
                                               {"issued", PAPER_LIST_FILTER_STATE, PAPER_LIST_SORT_NEWEST},
                                               {"void", PAPER_LIST_FILTER_STATE, PAPER_LIST_SORT_NEWEST}};
    static const struct record_column columns[] = {
        {"paper.title", "title", CELL_TEXT, NULL, "/papers/{id}"},
        {"paper.kind", "kind", CELL_CHOICE, "paper.kind", NULL},
        {"paper.state", "state", CELL_CHOICE, "paper.state", NULL},
        {"paper.n", "n", CELL_NUM, NULL, NULL},
        {"paper.made_on", "made_on", CELL_DAY, NULL, NULL},
        {"paper.issued_on", "issued_on", CELL_DAY, NULL, NULL},
        {"finding.unit", "unit_short", CELL_TEXT, NULL, NULL},
        {"paper.no", "no", CELL_TEXT, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    record_begin_list(page, "paper.list", "paper.list_about");
    const struct record_show *show =
        record_choose(page, "/papers", "paper.show", shows, sizeof shows / sizeof shows[0]);
    struct str kind = page_param_text(page, "kind");
    int64_t source = page_param_int(page, "source", 0);
    uint32_t filters = show->filter | (kind.n ? PAPER_LIST_FILTER_KIND : 0u) | (source ? PAPER_LIST_FILTER_SOURCE : 0u);
    struct db_stmt *st = page_list_statement(page, Q_PAPER_LIST, filters, show->sort);
    if (st) {
        db_bind_text(st, "state", str_from_cstr(show->name));
        db_bind_text(st, "kind", kind);
        db_bind_int(st, "source", source);
    }
    TRY(record_put_items(page, st, "/papers", arena_format(arena, "show=%s&", show->name).p));
    record_put_list(page, columns, sizeof columns / sizeof columns[0], "paper.none");
    if (page_can(page, PERM_PAPER_WRITE))
        record_add_action(page, page->view, "paper.make", STR("/papers/new"), true);
    record_add_action(page, page->view, "paper_template.list", STR("/paper_templates"), false);
    return RC_OK;
}

/* ---- making --------------------------------------------------------------------------------------------------- */

static void put_kinds(struct page *page, enum paper_subject subject, struct str chosen)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "kinds"),
                 *texts = value_put_list(arena, page->view, "texts");
    for (int i = 0; i < paper_kind_count(); i++) {
        const struct paper_kind_row *row = paper_kind_row((enum paper_kind)i);
        if (row->subject != subject)
            continue;
        struct value *kind = value_add_map(arena, list);
        value_put_text(arena, kind, "value", str_from_cstr(row->kind));
        value_put_text(arena, kind, "label", page_text(page, arena_format(arena, "paper.kind.%s", row->kind).p));
        value_put_text(arena, kind, "formats", str_from_cstr(row->formats));
        value_put_bool(arena, kind, "checked",
                       chosen.n ? str_equal_cstr(chosen, row->kind) : i <= PAPER_DUTIES || subject != PAPER_OF_SOURCE);
        struct str rest = str_from_cstr(row->texts), name;
        while (str_split_next(&rest, ' ', &name)) {
            bool is_known = false;
            VALUE_EACH (text, texts)
                is_known |= str_equal(value_get_text(text, "name"), name);
            if (is_known)
                continue;
            struct value *text = value_add_map(arena, texts);
            value_put_text(arena, text, "name", name);
            value_put_text(arena, text, "label",
                           page_text(page, arena_format(arena, "form.paper.%.*s", STR_ARG(name)).p));
            value_put_bool(arena, text, "is_date", str_equal(name, STR("signed_on")));
            value_put_bool(arena, text, "is_line", str_equal(name, STR("doc_no")) || str_equal(name, STR("signer")));
        }
    }
}

/* The figures that a text may name, by their names and what they are now. */
static void put_figures(struct page *page, const struct value *data)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "figures");
    const struct value *figures = value_get(data, "figures");
    VALUE_EACH (figure, figures) {
        struct str text =
            figure->kind == VALUE_TEXT ? figure->text : arena_format(arena, "%lld", (long long)figure->integer);
        if (figure->kind == VALUE_INT && str_has_suffix(figure->key, STR("_fen")))
            continue; /* its text follows */
        struct value *row = value_add_map(arena, list);
        value_put_text(arena, row, "field", arena_format(arena, "{{figures.%.*s}}", STR_ARG(figure->key)));
        value_put_text(arena, row, "value", arena_copy_str(arena, text));
    }
}

static enum rc put_sources(struct page *page, int64_t chosen)
{
    struct value *rows;
    struct db_stmt *st = page_statement(page, Q_SOURCE_OPTIONS);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        value_put_bool(page->ctx.arena, row, "selected", value_get_int(row, "id", 0) == chosen);
    value_put(page->view, STR("sources"), rows);
    return RC_OK;
}

static enum paper_subject chosen_subject(struct page *page)
{
    enum paper_subject subject = PAPER_OF_SOURCE;
    (void)paper_subject_find(page_param_text(page, "subject"), &subject);
    return subject;
}

enum rc page_paper_new(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    enum paper_subject subject = chosen_subject(page);
    int64_t id = page_param_int(page, "id", 0);
    struct value *form = value_put_map(arena, page->view, "form");
    value_put_text(arena, form, "subject", str_from_cstr(paper_subject_name(subject)));
    value_put_int(arena, form, "id", id);
    value_put_bool(arena, form, "is_source", subject == PAPER_OF_SOURCE);
    put_kinds(page, subject, page_param_text(page, "kind"));
    TRY(put_sources(page, id));
    value_put_bool(arena, form, "has_subject", id > 0);
    value_put_text(arena, form, "subject_title", STR(""));
    if (id) {
        struct paper_snapshot snapshot;
        TRY(paper_take(&page->ctx, page->db, &page->actor, subject, id, record_day_before(page, 0), NULL, &snapshot));
        value_set(form, STR("subject_title"), value_new_text(arena, snapshot.subject_title));
        put_figures(page, snapshot.data);
    } else {
        value_put_list(arena, page->view, "figures");
    }
    value_put_bool(arena, form, "has_figures", value_count(value_get(page->view, "figures")) > 0);
    chrome_add_crumb(page, page_text(page, "paper.list"), STR("/papers"));
    chrome_add_crumb(page, page_text(page, "paper.make"), STR_EMPTY);
    return RC_OK;
}

/* What the office wrote, of the texts that a kind has. */
static struct value *texts_of(struct page *page, enum paper_kind kind)
{
    struct arena *arena = page->ctx.arena;
    struct value *text = value_new_map(arena);
    struct str rest = str_from_cstr(paper_kind_row(kind)->texts), name;
    while (str_split_next(&rest, ' ', &name)) {
        char *key = arena_copy_cstr(arena, name);
        value_put_text(arena, text, key, str_trim(form_text(page->form->fields, key)));
    }
    return text;
}

static enum rc make_all(struct page *page, struct ctx *work, int64_t *ret_last, int *ret_count)
{
    enum paper_subject subject = PAPER_OF_SOURCE;
    struct paper_snapshot snapshot;
    struct value *before;
    int64_t id = 0, before_id = -1; /* what the snapshot is marked against */
    size_t count;
    struct str *names = form_texts(page->ctx.arena, page->form->fields, "kinds", &count);
    (void)paper_subject_find(form_text(page->form->fields, "subject"), &subject);
    if (!str_parse_int64(form_text(page->form->fields, "id"), &id) || id <= 0)
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.required", "id");
    for (size_t i = 0; i < count; i++) {
        enum paper_kind kind;
        if (!paper_kind_find(names[i], &kind) || paper_kind_row(kind)->subject != subject)
            continue;
        TRY(paper_files_before(page, work, kind, id, &before));
        if (value_get_int(before, "id", 0) != before_id) {
            before_id = value_get_int(before, "id", 0);
            TRY(paper_files_take(page, work, subject, id, before, &snapshot));
            TRY(actor_check(work, page->db, &page->actor, PERM_PAPER_WRITE, snapshot.unit_id, snapshot.label));
        }
        TRY(paper_files_make(page, work, &snapshot, id, kind, texts_of(page, kind), ret_last));
        ++*ret_count;
    }
    return *ret_count ? RC_OK : ctx_fail_field(&page->ctx, RC_INVALID, "paper.no_kind", "kinds");
}

static enum rc make_slowly(struct page *page)
{
    struct arena *arena CLEANUP(arena_free_ptr) = paper_files_arena();
    struct ctx work = {.arena = arena};
    int64_t last = 0;
    int count = 0;
    if (!arena)
        return RC_NOMEM;
    enum rc rc = make_all(page, &work, &last, &count);
    if (rc != RC_OK)
        return page_take_issues(page, &work, rc);
    struct str to = count == 1 ? arena_format(page->ctx.arena, "/papers/%lld", (long long)last) : STR("/papers");
    if (page->is_json) {
        value_put_int(page->ctx.arena, page->view, "id", last);
        value_put_int(page->ctx.arena, page->view, "count", count);
        value_put_text(page->ctx.arena, page->view, "url", to);
        page->status = 201;
        return RC_OK;
    }
    chrome_set_flash(page, "success", "flash.saved", STR_EMPTY, STR_EMPTY);
    page_redirect(page, to);
    return RC_OK;
}

enum rc page_paper_new_post(struct page *page)
{
    page_run_slow(page, make_slowly);
    return RC_OK;
}

/* ---- one paper ------------------------------------------------------------------------------------------------ */

static enum rc read_paper(struct page *page, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_PAPER_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_row);
}

static enum rc put_files(struct page *page, struct value *item, int64_t id)
{
    static const struct record_column columns[] = {
        {"paper.format", "format_label", CELL_TEXT, NULL, "/papers/{id}/files/{format}"},
        {"paper.size", "size", CELL_NUM, NULL, NULL},
        {"paper.digest", "sha256", CELL_TEXT, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    TRY(record_rows(page, Q_PAPER_FILES, PERM_TASK_READ, id, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        value_put_int(arena, row, "id", id);
        value_put_text(
            arena, row, "format_label",
            page_text(page, arena_format(arena, "paper.format.%.*s", STR_ARG(value_get_text(row, "format"))).p));
    }
    record_add_table(page, item, "paper.files", "files", rows, columns, sizeof columns / sizeof columns[0]);
    return RC_OK;
}

static enum rc put_faults(struct page *page, struct value *item, const struct value *row)
{
    static const struct record_column columns[] = {{"paper.fault", "text", CELL_LONG, NULL, NULL}};
    struct arena *arena = page->ctx.arena;
    struct value *faults, *rows = value_new_list(arena);
    TRY(json_parse(&page->ctx, value_get_text(row, "faults"), &faults));
    VALUE_EACH (fault, faults)
        value_put_text(arena, value_add_map(arena, rows), "text", fault->text);
    if (!value_count(faults))
        return RC_OK;
    struct str n = arena_format(arena, "%zu", value_count(faults));
    record_add_alert(page, item, "paper.has_faults", &n, 1);
    record_add_table(page, item, "paper.faults", "faults", rows, columns, 1);
    return RC_OK;
}

enum rc page_paper(struct page *page)
{
    static const struct record_column facts[] = {
        {"paper.kind", "kind", CELL_CHOICE, "paper.kind", NULL},
        {"paper.subject", "subject_no", CELL_TEXT, NULL, "/{subject_kind}s/{subject_id}"},
        {"paper.n", "n", CELL_NUM, NULL, NULL},
        {"paper.doc_no", "doc_no", CELL_TEXT, NULL, NULL},
        {"finding.unit", "unit_name", CELL_TEXT, NULL, NULL},
        {"paper.made_on", "made_on", CELL_DAY, NULL, NULL},
        {"paper.made_by", "made_name", CELL_TEXT, NULL, NULL},
        {"paper.issued_on", "issued_on", CELL_DAY, NULL, NULL},
        {"paper.issued_by", "issued_name", CELL_TEXT, NULL, NULL},
        {"paper.snapshot_seq", "snapshot_seq", CELL_NUM, NULL, NULL},
        {"paper.digest", "data_sha256", CELL_TEXT, NULL, NULL},
    };
    struct arena *arena = page->ctx.arena;
    struct value *row, *item;
    TRY(read_paper(page, &row));
    TRY(record_begin(page, row, NOUN_PAPER, &item));
    struct str state = value_get_text(row, "state"), no = value_get_text(row, "no");
    record_add_badge(page, item, page_text(page, arena_format(arena, "paper.state.%.*s", STR_ARG(state)).p),
                     str_equal(state, STR("issued"))  ? "closed"
                     : str_equal(state, STR("draft")) ? "due_soon"
                                                      : "");
    record_add_badge(page, item, no, "");
    record_add_action(page, item, "paper.read", record_href(arena, "/papers/{id}/files/pdf", row), false);
    TRY(put_faults(page, item, row));
    TRY(put_files(page, item, value_get_int(row, "id", 0)));
    record_add_facts(page, item, "record.facts", "facts", row, facts, sizeof facts / sizeof facts[0], true);
    value_put_text(arena, page->view, "verify_action", record_href(arena, "/papers/{id}/verify", row));
    chrome_add_crumb(page, page_text(page, "paper.list"), STR("/papers"));
    chrome_add_crumb(page, no, STR_EMPTY);
    return RC_OK;
}

/* The number of a paper has the code of its kind, the name of its file the kind in words: LY-2026-003-plan-1. */
static struct str file_name(struct page *page, const struct value *row, struct str format)
{
    struct str no = value_get_text(row, "no"), kind = value_get_text(row, "kind");
    size_t at = str_find(no, kind, 0);
    struct str before = str_slice(no, 0, at), after = str_slice(no, at == SIZE_MAX ? no.n : at + kind.n, no.n);
    struct str words = at == SIZE_MAX ? STR("") : page_word(page, "paper.kind", kind);
    return arena_format(page->ctx.arena, "%.*s%.*s%.*s.%.*s", STR_ARG(before), STR_ARG(words), STR_ARG(after),
                        STR_ARG(format));
}

enum rc page_paper_file(struct page *page)
{
    struct value *row, *files;
    TRY(read_paper(page, &row));
    TRY(record_rows(page, Q_PAPER_FILES, PERM_TASK_READ, value_get_int(row, "id", 0), &files));
    struct str format = page_param_text(page, "name");
    VALUE_EACH (file, files)
        if (str_equal(value_get_text(file, "format"), format))
            return page_send_stored(page, value_get_text(file, "sha256"), file_name(page, row, format));
    return RC_NOT_FOUND;
}

static enum rc verify_slowly(struct page *page)
{
    struct arena *arena CLEANUP(arena_free_ptr) = paper_files_arena();
    struct ctx work = {.arena = arena};
    struct value *row;
    bool is_same = false;
    if (!arena)
        return RC_NOMEM;
    TRY(read_paper(page, &row));
    enum rc rc = paper_files_again(page, &work, row, &is_same);
    if (rc != RC_OK)
        return page_take_issues(page, &work, rc);
    struct str to = record_href(page->ctx.arena, "/papers/{id}", row);
    if (page->is_json) {
        value_put_bool(page->ctx.arena, page->view, "is_same", is_same);
        return RC_OK;
    }
    chrome_set_flash(page, is_same ? "success" : "danger", is_same ? "paper.same" : "paper.not_same", STR_EMPTY,
                     STR_EMPTY);
    page_redirect(page, to);
    return RC_OK;
}

enum rc page_paper_verify_post(struct page *page)
{
    page_run_slow(page, verify_slowly);
    return RC_OK;
}

/* ---- for other programs --------------------------------------------------------------------------------------- */

static enum rc send_snapshot(struct page *page, bool is_oscal)
{
    struct arena *arena CLEANUP(arena_free_ptr) = paper_files_arena();
    struct ctx work = {.arena = arena};
    struct paper_snapshot snapshot;
    struct value *before = NULL;
    struct buf out;
    if (!arena)
        return RC_NOMEM;
    int64_t id = page_param_int(page, "id", 0);
    enum rc rc = paper_files_before(page, &work, PAPER_PLAN, id, &before);
    if (rc == RC_OK)
        rc = paper_files_take(page, &work, PAPER_OF_SOURCE, id, before, &snapshot);
    if (rc != RC_OK)
        return page_take_issues(page, &work, rc);
    buf_init(&out, (size_t)512 << 20);
    if (is_oscal)
        rc = oscal_write(&work, &snapshot, &out);
    else
        buf_add(&out, snapshot.json);
    if (rc != RC_OK || buf_rc(&out) != RC_OK) {
        rc = rc != RC_OK ? rc : buf_rc(&out);
        buf_done(&out);
        return rc;
    }
    http_set_header(page->request, "Content-Type", STR("application/json; charset=utf-8"));
    http_set_header(page->request, "Content-Disposition",
                    arena_format(page->ctx.arena, "attachment; filename=\"%.*s-%s.json\"", STR_ARG(snapshot.subject_no),
                                 is_oscal ? "poam" : "data"));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

static enum rc send_poam(struct page *page) { return send_snapshot(page, true); }
static enum rc send_data(struct page *page) { return send_snapshot(page, false); }

enum rc page_source_poam(struct page *page)
{
    page_run_slow(page, send_poam);
    return RC_OK;
}

enum rc page_source_snapshot(struct page *page)
{
    page_run_slow(page, send_data);
    return RC_OK;
}
