/* paper_closing_test.c: request and certificate of closing and the file of a finding, after it was really closed. */
#include "loop_closing_support.h"

#include "publish/event_words.h"
#include "publish/paper_make.h"

static void render(struct store *store, enum paper_kind kind, int64_t id, const char *words)
{
    struct paper_snapshot snapshot;
    struct paper_made made;
    struct buf html CLEANUP(buf_done);
    buf_init(&html, 1 << 24);
    STORE_OK(paper_take(store->ctx, store->db, &world.office, paper_kind_row(kind)->subject, id, STR("2026-11-28"),
                        NULL, &snapshot));
    struct paper_order order = {.kind = kind,
                                .snapshot_seq = snapshot.seq,
                                .data_json = snapshot.json,
                                .digest = str_from_cstr(snapshot.digest)};
    STORE_OK(paper_shipped(store->ctx, kind, &order.template_docx));
    enum rc rc = paper_render(store->ctx, &order, &made);
    for (const struct ctx_issue *issue = store->ctx->first; rc != RC_OK && issue; issue = issue->next)
        print_error("%.*s %.*s %.*s\n", STR_ARG(issue->place), STR_ARG(issue->key), STR_ARG(issue->args[0]));
    STORE_OK(rc);
    STORE_OK(doc_write_html(made.doc, &html));
    assert_true(str_find(buf_str(&html), str_from_cstr(words), 0) != SIZE_MAX);
    paper_made_done(&made);
}

STORE_TEST(a_closed_finding_has_its_certificate_and_its_file_on_paper)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    render(store, PAPER_REQUEST, world.finding, "销号申请表");
    render(store, PAPER_DOSSIER, world.finding, "尚未销号");
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    render(store, PAPER_REQUEST, world.finding, "销号申请表");
    render(store, PAPER_DOSSIER, world.finding,
           "申请销号：整改中 → 已申请销号"); /* from what to what, as the page tells it */
    struct str told =
        event_finding_words(store->ctx, LANG_ZH, STR("duty.handed"),
                            STR("{\"item_kind\": \"duty\", \"role\": \"lead_leader\", \"title\": \"甲 → 乙\"}"));
    assert_true(str_equal(told, STR("牵头领导 甲 → 乙"))); /* what passed, from whom to whom */
    closing_sign_all(store, review);
    render(store, PAPER_CERTIFICATE, count_sql(store, "SELECT max(id) FROM certificate"), "审核意见");
    render(store, PAPER_DOSSIER, world.finding, "整改销");
    (void)make_finding(store, world.source, "尚未完成的一项"); /* the second of the register, the first that is open */
    render(store, PAPER_FIRST, world.source, "1.尚未完成的一项");
}

int main(void) { return STORE_RUN(STORE_CASE(a_closed_finding_has_its_certificate_and_its_file_on_paper)); }
