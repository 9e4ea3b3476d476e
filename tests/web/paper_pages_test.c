/* paper_pages_test.c: papers as the server makes them: all kinds, made again from their snapshot after the register has moved on; templates
 * of the office, uploaded, tried, used and refused. */
#include "app_site.h"
#include "loop_closing_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/assess.h"
#include "loop/letter.h"
#include "loop/meeting.h"
#include "loop/sweep.h"
#include "publish/paper_make.h"
#include "publish/zip_file.h"
#include "record/filestore.h"
#include "serve/template_read.h"
#include "text/json.h"

static struct app_site site;
static struct app_session office;
static int64_t subject_ids[PAPER_SUBJECTS];

static struct str cookie(struct store *store)
{
    return arena_format(store->ctx->arena, "Cookie: bihuan=%s\r\nX-CSRF-Token: %s\r\n", office.token, office.csrf);
}

static struct app_answer get(struct store *store, const char *path) { return app_site_ask(&site, "GET", path, cookie(store).p, STR("")); }

/* A form, answered in JSON; the answer must have the status. */
static struct value *post(struct store *store, const char *path, struct str form, int status)
{
    struct value *view = NULL;
    struct str lines = arena_concat(store->ctx->arena, cookie(store), STR("Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    struct app_answer got = app_site_ask(&site, "POST", path, lines.p, form);
    if (got.status != status)
        print_error("%s %.*s: %d %.*s\n", path, STR_ARG(form), got.status, STR_ARG(str_slice(got.body, 0, 600)));
    assert_int_equal(got.status, status);
    STORE_OK(json_parse(store->ctx, arena_copy_str(store->ctx->arena, got.body), &view));
    return view;
}

static int64_t make_paper(struct store *store, enum paper_kind kind)
{
    const struct paper_kind_row *row = paper_kind_row(kind);
    struct str form = arena_format(store->ctx->arena, "subject=%s&id=%lld&kinds=%s", paper_subject_name(row->subject), (long long)subject_ids[row->subject], row->kind);
    return value_get_int(post(store, "/papers/new", form, 201), "id", 0);
}

static bool is_made_again_the_same(struct store *store, int64_t paper)
{
    return value_get_bool(post(store, arena_format(store->ctx->arena, "/papers/%lld/verify", (long long)paper).p, STR(""), 200), "is_same");
}

static struct str text_sql(struct store *store, const char *format, int64_t id)
{
    struct db_stmt *st CLEANUP(db_stmt_free_ptr) = NULL;
    struct value *row = NULL;
    struct str sql = arena_format(store->ctx->arena, format, (long long)id); /* NOLINT */
    STORE_OK(db_prepare_text(store->ctx, store->db, sql, &st));
    STORE_OK(db_first_row(store->ctx, st, &row));
    assert_non_null(row);
    return arena_copy_str(store->ctx->arena, row->items.first->text);
}

static bool has(struct str s, const char *needle) { return str_find(s, str_from_cstr(needle), 0) != SIZE_MAX; }

/* ---- all kinds ------------------------------------------------------------------------------------------------ */

/* The evidence of the finding becomes files that are really stored: its file of one finding packs them. */
static void store_evidence(struct store *store)
{
    struct filestore *files;
    char digest[FILESTORE_NAME_BYTES];
    STORE_OK(filestore_open(store->ctx, app_site_files(store), &files));
    STORE_OK(filestore_put(store->ctx, files, STR("%PDF-1.4\nvoucher\n%%EOF\n"), digest));
    filestore_close(files);
    tamper(store, arena_format(store->ctx->arena, "UPDATE evidence SET sha256 = '%s'", digest).p);
    tamper(store, arena_format(store->ctx->arena, "UPDATE evidence_version SET sha256 = '%s'", digest).p);
}

static void make_subjects(struct store *store)
{
    closing_make_world(store);
    closing_close(store, world.finding);
    store_evidence(store);
    subject_ids[PAPER_OF_SOURCE] = world.source;
    subject_ids[PAPER_OF_FINDING] = world.finding;
    subject_ids[PAPER_OF_CERTIFICATE] = count_sql(store, "SELECT max(id) FROM certificate");
    int64_t open = make_finding(store, world.source, "应收账款清收不力");
    STORE_OK(run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'due': '2026-12-31', 'amount_fen': '1234.56'}", (long long)open), NULL));
    subject_ids[PAPER_OF_LETTER] = make(store, &command_letter_draft, jsonf(store, "{'finding_id': %lld, 'kind': 'red'}", (long long)open));
    int64_t meeting = make(store, &command_meeting_create,
                           jsonf(store, "{'unit_id': %lld, 'label': 1, 'kind': 'special', 'title': '专题会', 'held_on': '2026-11-01', 'agenda': '一\\n二'}", (long long)world.root));
    STORE_OK(run(store, &command_meeting_decide, jsonf(store, "{'id': %lld, 'text': '决定', 'unit_id': %lld}", (long long)meeting, (long long)world.firm), NULL));
    subject_ids[PAPER_OF_MEETING] = meeting;
    subject_ids[PAPER_OF_SWEEP] = make(store, &command_sweep_open,
                                       jsonf(store, "{'title': '排查', 'finding_id': %lld, 'items': '一\\n二', 'reach': 'units', 'unit_ids': [%lld], 'due': '2027-01-31'}",
                                             (long long)open, (long long)world.firm));
    int64_t scheme = make(store, &command_scheme_save,
                          jsonf(store, "{'name': '方案', 'unit_id': %lld, 'text': 'item a manual 10 落实\\nitem b auto 90 完成\\ndeduct b tasks_late 1\\nband 0 好'}", (long long)world.root));
    subject_ids[PAPER_OF_ASSESSMENT] = make(store, &command_assessment_open,
                                            jsonf(store, "{'title': '考核', 'scheme_id': %lld, 'unit_id': %lld, 'year': 2026, 'period_from': '2026-01-01', 'period_to': '2026-12-31'}",
                                                  (long long)scheme, (long long)world.root));
    app_site_sign_in(store, world.office.account_id, &office);
}

/* Everything that a paper tells is another thing afterwards. */
static void move_on(struct store *store)
{
    static const char *const changes[] = {"UPDATE source SET title = 'moved', no = 'LY-2026-777'",
                                          "UPDATE finding SET title = 'moved', facts = 'moved', amount_fen = 777, due = '2027-07-07', status = 'doing', phase = 'long_term'",
                                          "UPDATE aspect SET title = 'moved'",
                                          "UPDATE cause SET text = 'moved'",
                                          "UPDATE measure SET text = 'moved', due = '2027-07-07'",
                                          "UPDATE task SET title = 'moved', state = 'doing', due = '2027-07-07', progress_bp = 777",
                                          "UPDATE unit SET name = 'moved', short_name = 'moved'",
                                          "UPDATE person SET name = 'moved'",
                                          "UPDATE letter SET title = 'moved', demand = 'moved'",
                                          "UPDATE certificate SET no = 'moved', title = 'moved'",
                                          "UPDATE review SET pledge = 'moved', title = 'moved'",
                                          "UPDATE meeting SET title = 'moved', agenda = 'moved', held_on = '2027-07-07'",
                                          "UPDATE decision SET title = 'moved'",
                                          "UPDATE sweep SET title = 'moved'",
                                          "UPDATE sweep_answer SET found_count = 77, state = 'answered'",
                                          "UPDATE assessment SET title = 'moved'",
                                          "UPDATE evidence SET title = 'moved'",
                                          "UPDATE evidence_version SET file_name = 'moved'"};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        tamper(store, changes[i]);
    (void)make_finding(store, world.source, "后来的问题");
}

STORE_TEST(every_kind_of_paper_is_made_again_the_same_after_the_register_has_moved_on)
{
    int64_t papers[PAPER_KINDS];
    make_subjects(store);
    app_site_start(store, &site);
    for (int kind = 0; kind < PAPER_KINDS; kind++)
        papers[kind] = make_paper(store, (enum paper_kind)kind);
    move_on(store);
    for (int kind = 0; kind < PAPER_KINDS; kind++) {
        if (!is_made_again_the_same(store, papers[kind]))
            fail_msg("%s", paper_kind_row((enum paper_kind)kind)->kind);
        /* Its event number and digest stand in the row, and the data under that digest are those of then. */
        assert_int_equal(text_sql(store, "SELECT data_sha256 FROM paper WHERE id = %lld AND snapshot_seq > 0", papers[kind]).n, 64);
        /* A new paper is made of what is there now. */
        int64_t again = make_paper(store, (enum paper_kind)kind);
        assert_false(str_equal(text_sql(store, "SELECT sha256 FROM paper_file WHERE format = 'docx' AND paper_id = %lld", papers[kind]),
                               text_sql(store, "SELECT sha256 FROM paper_file WHERE format = 'docx' AND paper_id = %lld", again)));
    }
    /* Each format is looked at. */
    static const char *const formats[] = {"docx", "pdf", "ofd", "zip"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct str sha256 = text_sql(store, "SELECT sha256 FROM paper_file WHERE format = 'docx' AND paper_id = %lld", papers[PAPER_PLAN]);
        struct arena *arena = store->ctx->arena;
        struct str was = text_sql(store, arena_format(arena, "SELECT sha256 FROM paper_file WHERE format = '%s' AND paper_id = %%lld", formats[i]).p, papers[PAPER_DOSSIER]);
        tamper(store, arena_format(arena, "UPDATE paper_file SET sha256 = '%.*s' WHERE format = '%s' AND paper_id = %lld", STR_ARG(sha256), formats[i], (long long)papers[PAPER_DOSSIER]).p);
        assert_false(is_made_again_the_same(store, papers[PAPER_DOSSIER]));
        tamper(store, arena_format(arena, "UPDATE paper_file SET sha256 = '%.*s' WHERE format = '%s' AND paper_id = %lld", STR_ARG(was), formats[i], (long long)papers[PAPER_DOSSIER]).p);
    }
    assert_true(is_made_again_the_same(store, papers[PAPER_DOSSIER]));
    app_site_stop(&site);
}

/* ---- templates ------------------------------------------------------------------------------------------------ */

#define WORD_NS "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
#define RUN(text) "<w:r><w:t xml:space=\"preserve\">" text "</w:t></w:r>"

static struct str word_file(struct store *store, const char *body, const char *more)
{
    struct zip_write *zip;
    struct buf out;
    buf_init(&out, 1 << 20);
    STORE_OK(zip_write_open(store->ctx, NULL, &zip));
    zip_write_add(zip, STR("[Content_Types].xml"),
                  STR("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"" WORD_TYPE "\"/></Types>"));
    zip_write_add(zip, STR("word/document.xml"), arena_format(store->ctx->arena, "<w:document " WORD_NS "><w:body>%s</w:body></w:document>", body));
    if (more)
        zip_write_add(zip, str_from_cstr(more), STR("x"));
    STORE_OK(zip_write_close(store->ctx, zip, &out));
    struct str copy = arena_copy_str(store->ctx->arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static struct app_answer upload(struct store *store, const char *kind, struct str file)
{
    struct arena *arena = store->ctx->arena;
    struct str part = arena_format(arena,
                                   "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n%s\r\n--b\r\nContent-Disposition: form-data; name=\"unit_id\"\r\n\r\n%lld\r\n"
                                   "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
                                   "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"own.docx\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                                   kind, (long long)world.root, office.csrf);
    struct str body = arena_concat(arena, arena_concat(arena, part, file), STR("\r\n--b--\r\n"));
    struct str lines = arena_concat(arena, cookie(store), STR("Accept: text/html\r\nContent-Type: multipart/form-data; boundary=b\r\n"));
    return app_site_ask(&site, "POST", "/paper_templates", lines.p, body);
}

/* The words of the document: what stands between its tags. */
static struct str words_of(struct store *store, struct str xml)
{
    char *out = arena_alloc(store->ctx->arena, xml.n + 1);
    size_t n = 0;
    bool is_tag = false;
    for (size_t i = 0; i < xml.n; i++) {
        is_tag = is_tag ? xml.p[i] != '>' : xml.p[i] == '<';
        if (!is_tag && xml.p[i] != '>')
            out[n++] = xml.p[i];
    }
    return (struct str){out, n};
}

static struct str document_of(struct store *store, int64_t paper)
{
    struct zip_parts parts;
    struct app_answer got = get(store, arena_format(store->ctx->arena, "/papers/%lld/files/docx", (long long)paper).p);
    assert_int_equal(got.status, 200);
    STORE_OK(zip_read_parts(store->ctx, arena_copy_str(store->ctx->arena, got.body), &parts));
    return words_of(store, zip_find_part(&parts, STR("word/document.xml"))->bytes);
}

STORE_TEST(a_template_of_the_office_is_uploaded_tried_used_and_retired)
{
    make_subjects(store);
    app_site_start(store, &site);
    assert_int_equal(get(store, "/paper_templates").status, 200);
    struct app_answer shipped = get(store, "/paper_templates/shipped/progress");
    assert_true(shipped.status == 200 && str_has_prefix(shipped.body, STR("PK")));
    assert_int_equal(get(store, "/paper_templates/shipped/nothing").status, 404);
    int64_t first = make_paper(store, PAPER_PROGRESS);
    assert_false(has(document_of(store, first), "own template"));

    struct str good = word_file(store, "<w:p>" RUN("own template {{sour") RUN("ce.no}}: {{figures.") RUN("findings}}") "</w:p>", NULL);
    struct app_answer got = upload(store, "progress", good);
    assert_int_equal(got.status, 303);
    int64_t template = count_sql(store, "SELECT max(id) FROM paper_template WHERE state = 'used' AND kind = 'progress'");
    assert_true(template > 0);
    assert_true(has(get(store, "/paper_templates").body, "own.docx"));
    got = get(store, arena_format(store->ctx->arena, "/paper_templates/%lld/preview", (long long)template).p);
    assert_true(got.status == 200 && str_has_prefix(got.body, STR("%PDF")));
    int64_t second = make_paper(store, PAPER_PROGRESS);
    assert_true(has(document_of(store, second), "own template LY-2026-001: 2"));

    /* What is wrong is told with its place; what is dangerous is not taken. */
    got = upload(store, "progress", word_file(store, "<w:p>" RUN("good") "</w:p><w:p>" RUN("bad {{source.nothing}}") "</w:p>", NULL));
    assert_true(got.status == 422 && has(got.body, "第2段") && has(got.body, "source.nothing"));
    got = upload(store, "progress", word_file(store, "<w:p>" RUN("x") "</w:p>", "word/vbaProject.bin"));
    assert_true(got.status >= 400 && has(got.body, "vbaProject.bin"));
    assert_true(upload(store, "progress", STR("no package at all")).status >= 400);
    assert_true(upload(store, "nothing", good).status >= 400);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM paper_template"), 1);

    (void)post(store, arena_format(store->ctx->arena, "/paper_templates/%lld/retire", (long long)template).p, STR(""), 200);
    assert_false(has(document_of(store, make_paper(store, PAPER_PROGRESS)), "own template"));
    /* Papers keep the template that they were made with. */
    assert_true(is_made_again_the_same(store, first) && is_made_again_the_same(store, second));
    app_site_stop(&site);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], TEMPLATE_CHILD_VERB) == 0) /* the child that opens templates is this program again */
        return template_child_main(argc, argv);
    return STORE_RUN(STORE_CASE(every_kind_of_paper_is_made_again_the_same_after_the_register_has_moved_on),
                     STORE_CASE(a_template_of_the_office_is_uploaded_tried_used_and_retired));
}
