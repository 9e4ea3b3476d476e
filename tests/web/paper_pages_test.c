/* paper_pages_test.c: papers as the server makes them: all kinds, made again from their snapshot after the register has
 * moved on; templates of the office, uploaded, tried, used and refused. */
#include "paper_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/zip_file.h"
#include "serve/template_read.h"

static bool is_made_again_the_same(struct store *store, int64_t paper)
{
    return value_get_bool(paper_site_post(store,
                                          arena_format(store->ctx->arena, "/papers/%lld/verify", (long long)paper).p,
                                          STR(""), 200),
                          "is_same");
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

/* ---- all kinds ------------------------------------------------------------------------------------------------ */

/* Everything that a paper tells is another thing afterwards. */
static void move_on(struct store *store)
{
    static const char *const changes[] = {
        "UPDATE source SET title = 'moved', no = 'LY-2026-777'",
        ("UPDATE finding SET title = 'moved', facts = 'moved', amount_fen = 777, due = '2027-07-07', status = 'doing', "
         "phase = 'long_term'"),
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
    paper_site_subjects(store);
    app_site_start(store, &paper_site);
    for (int kind = 0; kind < PAPER_KINDS; kind++)
        papers[kind] = paper_site_make(store, (enum paper_kind)kind);
    move_on(store);
    for (int kind = 0; kind < PAPER_KINDS; kind++) {
        if (!is_made_again_the_same(store, papers[kind]))
            fail_msg("%s", paper_kind_row((enum paper_kind)kind)->kind);
        /* Its event number and digest stand in the row, and the data under that digest are those of then. */
        assert_int_equal(
            text_sql(store, "SELECT data_sha256 FROM paper WHERE id = %lld AND snapshot_seq > 0", papers[kind]).n, 64);
        /* A new paper is made of what is there now. */
        int64_t again = paper_site_make(store, (enum paper_kind)kind);
        assert_false(str_equal(
            text_sql(store, "SELECT sha256 FROM paper_file WHERE format = 'docx' AND paper_id = %lld", papers[kind]),
            text_sql(store, "SELECT sha256 FROM paper_file WHERE format = 'docx' AND paper_id = %lld", again)));
    }
    /* Each format is looked at. */
    static const char *const formats[] = {"docx", "pdf", "ofd", "zip"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct str sha256 = text_sql(store, "SELECT sha256 FROM paper_file WHERE format = 'docx' AND paper_id = %lld",
                                     papers[PAPER_PLAN]);
        struct arena *arena = store->ctx->arena;
        struct str was = text_sql(
            store,
            arena_format(arena, "SELECT sha256 FROM paper_file WHERE format = '%s' AND paper_id = %%lld", formats[i]).p,
            papers[PAPER_DOSSIER]);
        tamper(store,
               arena_format(arena, "UPDATE paper_file SET sha256 = '%.*s' WHERE format = '%s' AND paper_id = %lld",
                            STR_ARG(sha256), formats[i], (long long)papers[PAPER_DOSSIER])
                   .p);
        assert_false(is_made_again_the_same(store, papers[PAPER_DOSSIER]));
        tamper(store,
               arena_format(arena, "UPDATE paper_file SET sha256 = '%.*s' WHERE format = '%s' AND paper_id = %lld",
                            STR_ARG(was), formats[i], (long long)papers[PAPER_DOSSIER])
                   .p);
    }
    assert_true(is_made_again_the_same(store, papers[PAPER_DOSSIER]));
    app_site_stop(&paper_site);
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
                  STR("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override "
                      "PartName=\"/word/document.xml\" ContentType=\"" WORD_TYPE "\"/></Types>"));
    zip_write_add(zip, STR("word/document.xml"),
                  arena_format(store->ctx->arena, "<w:document " WORD_NS "><w:body>%s</w:body></w:document>", body));
    if (more)
        zip_write_add(zip, str_from_cstr(more), STR("x"));
    STORE_OK(zip_write_close(store->ctx, zip, &out));
    struct str copy = arena_copy_str(store->ctx->arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static struct app_answer upload(struct store *store, const char *kind, struct str file)
{
    struct str unit = arena_format(store->ctx->arena, "%lld", (long long)world.root);
    return paper_site_send_file(store, "/paper_templates",
                                arena_concat(store->ctx->arena, paper_site_field(store, "kind", kind),
                                             paper_site_field(store, "unit_id", unit.p)),
                                "own.docx", file);
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
    struct app_answer got =
        paper_site_get(store, arena_format(store->ctx->arena, "/papers/%lld/files/docx", (long long)paper).p);
    assert_int_equal(got.status, 200);
    assert_true(str_find(got.head, STR("-%E6%95%B4%E6%94%B9%E8%BF%9B%E5%B1%95%E6%83%85%E5%86%B5%E6%8A%A5%E5%91%8A-"),
                         0) != SIZE_MAX); /* the file is called -整改进展情况报告- */
    STORE_OK(zip_read_parts(store->ctx, arena_copy_str(store->ctx->arena, got.body), &parts));
    return words_of(store, zip_find_part(&parts, STR("word/document.xml"))->bytes);
}

STORE_TEST(a_template_of_the_office_is_uploaded_tried_used_and_retired)
{
    paper_site_subjects(store);
    app_site_start(store, &paper_site);
    assert_int_equal(paper_site_get(store, "/paper_templates").status, 200);
    struct app_answer shipped = paper_site_get(store, "/paper_templates/shipped/progress");
    assert_true(shipped.status == 200 && str_has_prefix(shipped.body, STR("PK")));
    assert_int_equal(paper_site_get(store, "/paper_templates/shipped/nothing").status, 404);
    int64_t first = paper_site_make(store, PAPER_PROGRESS);
    assert_false(paper_site_has(document_of(store, first), "own template"));

    struct str good = word_file(
        store, "<w:p>" RUN("own template {{sour") RUN("ce.no}}: {{figures.") RUN("findings}}") "</w:p>", NULL);
    struct app_answer got = upload(store, "progress", good);
    assert_int_equal(got.status, 303);
    int64_t template =
        count_sql(store, "SELECT max(id) FROM paper_template WHERE state = 'used' AND kind = 'progress'");
    assert_true(template > 0);
    assert_true(paper_site_has(paper_site_get(store, "/paper_templates").body, "own.docx"));
    got =
        paper_site_get(store, arena_format(store->ctx->arena, "/paper_templates/%lld/preview", (long long)template).p);
    assert_true(got.status == 200 && str_has_prefix(got.body, STR("%PDF")));
    int64_t second = paper_site_make(store, PAPER_PROGRESS);
    assert_true(paper_site_has(document_of(store, second), "own template LY-2026-001: 2"));

    /* What is wrong is told with its place; what is dangerous is not taken. */
    got = upload(store, "progress",
                 word_file(store, "<w:p>" RUN("good") "</w:p><w:p>" RUN("bad {{source.nothing}}") "</w:p>", NULL));
    assert_true(got.status == 422 && paper_site_has(got.body, "第2段") && paper_site_has(got.body, "source.nothing"));
    got = upload(store, "progress", word_file(store, "<w:p>" RUN("x") "</w:p>", "word/vbaProject.bin"));
    assert_true(got.status >= 400 && paper_site_has(got.body, "vbaProject.bin"));
    got = upload(store, "progress", STR("no package at all"));
    /* The form is there to choose another file, its kind still chosen. */
    assert_true(got.status == 422 && paper_site_has(got.body, "value=\"progress\" selected") &&
                paper_site_has(got.body, "enctype=\"multipart/form-data\""));
    assert_true(upload(store, "nothing", good).status >= 400);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM paper_template"), 1);

    (void)paper_site_post(store, arena_format(store->ctx->arena, "/paper_templates/%lld/retire", (long long)template).p,
                          STR(""), 200);
    assert_false(paper_site_has(document_of(store, paper_site_make(store, PAPER_PROGRESS)), "own template"));
    /* Papers keep the template that they were made with. */
    assert_true(is_made_again_the_same(store, first) && is_made_again_the_same(store, second));
    app_site_stop(&paper_site);
}

int main(int argc, char **argv)
{
    if (argc > 1 &&
        strcmp(argv[1], TEMPLATE_CHILD_VERB) == 0) /* the child that opens templates is this program again */
        return template_child_main(argc, argv);
    return STORE_RUN(STORE_CASE(every_kind_of_paper_is_made_again_the_same_after_the_register_has_moved_on),
                     STORE_CASE(a_template_of_the_office_is_uploaded_tried_used_and_retired));
}
