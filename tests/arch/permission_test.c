/* permission_test.c: every route and every command, tried by every role inside and outside its units and above its
 * label.
 *
 * Nothing is listed here: the rows come from route_table, command_table and data/roles.def, so that a new page or
 * command is tried the day it is added.  One group with two subtrees, EAST and WEST; every role is granted in EAST up
 * to "internal".  What is in WEST, or in EAST as a work secret, must change nothing of what a role in EAST gets: no
 * row, no count, no hit, no byte of an export.
 */
#include "app_site.h"
#include "record_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "intake/draft.h"
#include "intake/outline.h"
#include "intake/package_read.h"
#include "intake/reader.h"
#include "loop/bulletin.h"
#include "loop/assess.h"
#include "loop/cause.h"
#include "loop/node.h"
#include "loop/plan.h"
#include "loop/post.h"
#include "loop/closing.h"
#include "loop/evidence.h"
#include "loop/extension.h"
#include "loop/report.h"
#include "loop/rule.h"
#include "loop/group.h"
#include "loop/handover.h"
#include "loop/lead.h"
#include "loop/letter.h"
#include "loop/meeting.h"
#include "loop/paper.h"
#include "loop/sweep.h"
#include "loop/feed.h"
#include "loop/task.h"
#include "loop/tick.h"
#include "publish/paper_make.h"
#include "serve/page.h"
#include "serve/template_read.h"

enum { NOBODY = ROLE_COUNT, ANYBODY_COUNT, SNAPSHOTS_MAX = 4000, PATH_BYTES = 300 };
enum place { INSIDE, OUTSIDE, ABOVE, PLACE_COUNT };
static const char *const place_names[] = {"inside", "outside", "above the label"};

/* What an address may name, by its first segment: a line of nouns.def for each. */
enum noun {
#define PATH_NOUN(name, text) name,
#define FIELD_NOUN(name, noun)
#include "nouns.def"
#undef FIELD_NOUN
#undef PATH_NOUN
    NOUN_COUNT
};
static const char *const noun_names[] = {
#define PATH_NOUN(name, text) text,
#define FIELD_NOUN(name, noun)
#include "nouns.def"
#undef FIELD_NOUN
#undef PATH_NOUN
};

static struct {
    struct store *store;
    struct app_site site;
    int64_t ids[NOUN_COUNT][PLACE_COUNT];
    int64_t root;
    struct actor actors[ANYBODY_COUNT];
    struct app_session sessions[ANYBODY_COUNT];
    uint64_t snapshots[SNAPSHOTS_MAX];
    int faults, tried;
} world;

static const char *who_name(int who)
{
    return who < 0 ? "anonymous" : who == NOBODY ? "no role" : role_name((enum role)who);
}

static bool may(int who, enum perm perm)
{
    return perm == PERM_COUNT ||
           (who >= 0 && (perm == PERM_SELF || (who < ROLE_COUNT && role_has_perm((enum role)who, perm))));
}

static void fault(const char *what, const char *path, int who, const char *detail)
{
    print_error("%s: %s as %s: %s\n", path, what, who_name(who), detail);
    world.faults++;
}

/* ---- the group ---------------------------------------------------------------------------------------------- */

static char source_digest[FILESTORE_NAME_BYTES]; /* of the document stored last */
static const char text_of_document[] =
    "关于共同事项的反馈意见\n一、存在问题\n1.共同事项的制度不健全。\n2.共同事项的台账不完整。\n";

static void make_documents(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    struct filestore *files = NULL;
    struct document document;
    struct outline *outline = NULL;
    char digest[FILESTORE_NAME_BYTES], draft_digest[FILESTORE_NAME_BYTES];
    struct str bytes = arena_format(store->ctx->arena, "%s%s\n", text_of_document, place_names[place]);
    STORE_OK(filestore_open(store->ctx, app_site_files(store), &files));
    STORE_OK(filestore_put(store->ctx, files, bytes, digest));
    memcpy(source_digest, digest, sizeof source_digest);
    STORE_OK(reader_read(store->ctx, bytes, STR("feedback.txt"), &document));
    STORE_OK(outline_build(store->ctx, &document, &outline));
    struct value *draft = draft_from_outline(store->ctx->arena, outline);
    value_put_text(store->ctx->arena, draft, "format", STR("txt"));
    value_put_text(store->ctx->arena, draft, "encoding", STR("UTF-8"));
    value_put_list(store->ctx->arena, draft, "reader_notes");
    struct buf json_text CLEANUP(buf_done);
    buf_init(&json_text, 1 << 20);
    value_write_json(&json_text, draft, false);
    STORE_OK(filestore_put(store->ctx, files, buf_str(&json_text), draft_digest));
    filestore_close(files);
    world.ids[DRAFTS][place] = make(
        store, &command_draft_open,
        jsonf(store,
              "{'file_sha256': '%s', 'draft_sha256': '%s', 'file_name': 'feedback.txt', 'media_type':"
              " 'text/plain', 'size': %zu, 'draft_size': %zu, 'title': '共同事项', 'unit_id': %lld, 'label': %lld}",
              digest, draft_digest, bytes.n, json_text.n, (long long)unit_id, (long long)label));
    struct value *body = jsonf(
        store,
        "{'no': 'LY-2026-%03d', 'kind': 'inspection', 'doc_kind': 'feedback', 'title': '共同事项反馈意见', 'issuer': "
        "'',"
        " 'inspector': '巡视组', 'inspected_body': '', 'inspected_from': null, 'inspected_to': null,"
        " 'fed_back': '2026-01-05', 'signatory': '', 'signed': null, 'publicity_from': null,"
        " 'publicity_to': null, 'publicity_days': null, 'publicity_first_day': null, 'contacts': '[]',"
        " 'unit_id': %lld, 'label': %lld, 'file_sha256': '%s', 'file_name': 'feedback.txt',"
        " 'paragraphs': [{'n': 1, 'place': 'p1', 'role': 'title', 'text': '共同事项', 'raw': '', 'dropped': ''}]}",
        (int)place + 1, (long long)unit_id, (long long)label, digest);
    struct event_new event = {.kind = EVENT_SOURCE_REGISTERED,
                              .is_own_chain = true,
                              .at_ms = clock_now_ms(),
                              .reason = STR(""),
                              .body = body};
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &world.ids[SOURCES][place]));
    STORE_OK(db_commit(store->ctx, store->db));
}

/* A sweep of the place's unit from its finding, and the answer that is asked of the unit. */
static void make_sweep(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    world.ids[SWEEPS][place] =
        make(store, &command_sweep_open,
             jsonf(store,
                   "{'finding_id': %lld, 'title': '共同排查', 'items': '共同', 'due': '2099-12-31', 'reach': 'units',"
                   " 'unit_ids': [%lld], 'label': %lld}",
                   (long long)world.ids[FINDINGS][place], (long long)unit_id, (long long)label));
    world.ids[ANSWERS][place] = count_sql(store, "SELECT max(id) FROM sweep_answer");
}

static int64_t append(struct store *store, enum event_kind kind, int64_t chain, const struct value *body)
{
    struct event_new event = {
        .kind = kind, .chain = chain, .at_ms = clock_now_ms(), .reason = STR(""), .body = body};
    int64_t id = 0;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &id));
    STORE_OK(db_commit(store->ctx, store->db));
    return id;
}

/* A case, a certificate and a look-back about the place's finding, by their events: the roles that a chain needs are not
 * there yet. */
static void make_closing(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    long long finding = (long long)world.ids[FINDINGS][place], source = (long long)world.ids[SOURCES][place];
    long long unit = (long long)unit_id, at = (long long)label;
    if (place != ABOVE)
        world.ids[REVIEW_CHAINS][place] =
            make(store, &command_review_chain_set,
                 jsonf(store,
                       "{'purpose': 'close', 'name': '共同', 'unit_id': %lld, 'steps': [{'title': '共同', 'mode': 'any', "
                       "'limit_days': 5, 'signers': [{'kind': 'role', 'ref': 'office'}]}]}",
                       unit));
    world.ids[REVIEWS][place] =
        append(store, EVENT_REVIEW_OPENED, source,
               jsonf(store,
                     "{'noun': 'review', 'purpose': 'close', 'subject_kind': 'finding', 'subject_id': %lld, 'finding_id': %lld, "
                     "'cycle_id': %lld, 'source_id': %lld, 'chain_id': %lld, 'unit_id': %lld, 'label': %lld, 'no': 'R', "
                     "'title': '共同', 'step_n': 1, 'step_count': 1, 'step_title': '共同', 'step_due': '2026-03-02', "
                     "'asked': {'result': 'completed', 'close_move': 'close', 'from': 'doing'}, 'pledge': '共同', 'pledge_by': '', 'signs': [], "
                     "'slots': [{'slot_n': 0, 'actor_kind': 'office', 'actor_id': %lld, 'slot_label': ''}], 'waits': [{'wait_n': 0, "
                     "'what': 'review_step', 'actor_kind': 'office', 'actor_id': %lld, 'wait_due': null}]}",
                     finding, finding, finding, source,
                     (long long)world.ids[REVIEW_CHAINS][place == OUTSIDE ? OUTSIDE : INSIDE], unit, at, unit, unit));
    world.ids[CERTIFICATES][place] = append(
        store, EVENT_CERTIFICATE_ISSUED, source,
        jsonf(store,
              "{'review_id': %lld, 'finding_id': %lld, 'cycle_id': %lld, 'doc_issuer_id': %lld, 'doc_year': 2026, 'doc_kind': "
              "'closing', 'doc_n': %d, 'no': '共同', 'result': 'completed', 'is_on_time': true, 'unit_id': %lld, 'label': %lld, "
              "'finding_no': 'N', 'title': '共同', 'content': {'title': '共同'}}",
              (long long)world.ids[REVIEWS][place], finding, finding, (long long)world.root, (int)place + 1, unit, at));
    world.ids[LOOKBACKS][place] =
        append(store, EVENT_LOOKBACK_DRAWN, CHAIN_ORGANISATION,
               jsonf(store,
                     "{'name': '共同', 'unit_id': %lld, 'label': %lld, 'source_id': 0, 'closed_from': '2026-01-01', 'closed_to': "
                     "'2026-02-01', 'population': 1, 'sample': 1, 'seed': '1', 'method': 'sha256-rank-1', 'checklist': ['共同'], "
                     "'due': '2026-03-01', 'items': [{'rank': 1, 'cycle_id': %lld, 'finding_id': %lld}]}",
                     unit, at, finding, finding));
    world.ids[LOOKBACK_ITEMS][place] = world.ids[LOOKBACKS][place] * 1024 + 1;
}

/* An assessment of the place's unit; above the label there is none, for its label is that of all assessments. */
static void make_assessment(struct store *store, enum place place, int64_t unit_id)
{
    if (place == ABOVE)
        return;
    world.ids[SCHEMES][place] = make(
        store, &command_scheme_save,
        jsonf(store, "{'name': '共同', 'unit_id': %lld, 'text': 'item NEW manual 10 共同\\nitem b auto 90 共同\\ndeduct b tasks_late 1\\nband 0 共同'}",
              (long long)unit_id));
    world.ids[ASSESSMENTS][place] = make(
        store, &command_assessment_open,
        jsonf(store,
              "{'title': '共同', 'scheme_id': %lld, 'unit_id': %lld, 'year': 2026, 'period_from': '2026-01-01', 'period_to': '2026-12-31'}",
              (long long)world.ids[SCHEMES][place], (long long)unit_id));
    world.ids[SCORECARDS][place] = count_sql(store, "SELECT max(id) FROM scorecard");
}

/* A bulletin of the place's source, as its first draft, and a comment that came in about it, by its event. */
static void make_bulletin(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    world.ids[BULLETINS][place] = make(store, &command_bulletin_create, jsonf(store, "{'source_id': %lld, 'title': '共同通报'}", (long long)world.ids[SOURCES][place]));
    world.ids[COMMENTS][place] = append(store, EVENT_COMMENT_RECEIVED, CHAIN_ORGANISATION,
                                        jsonf(store,
                                              "{'noun': 'comment', 'no': 'YJ-%d', 'title': '共同', 'bulletin_id': %lld, 'channel': 'post', 'unit_id': %lld, 'label': %lld, 'source_id': %lld, 'received_on': '2026-01-01', "
                                              "'receipt_sha256': '%d', 'sha256': '%d', 'has_contact': false, 'chars': 1, 'ack_due': '2026-01-08', 'answer_due': '2026-01-22', 'waits': []}",
                                              (int)place, (long long)world.ids[BULLETINS][place], (long long)unit_id, (long long)label, (long long)world.ids[SOURCES][place], (int)place, (int)place));
}

/* A rule of the place's unit that is in force, and the branch below that has to take it over. */
static void make_rule(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    static const char *const steps[] = {"'reviewer': '共同', 'reviewed_on': '2026-01-01', 'opinion': '共同'",
                                        "'meeting': '共同', 'met_on': '2026-01-02'",
                                        "'doc_no': '共同', 'issued_on': '2026-01-03'", "'reach': 'subtree', 'due': '2099-12-31'"};
    static const struct command *const commands[] = {&command_rule_review, &command_rule_pass, &command_rule_issue,
                                                     &command_rule_cascade};
    int64_t id = world.ids[RULES][place] =
        make(store, &command_rule_draft,
             jsonf(store,
                   "{'name': '共同制度', 'kind': 'new', 'unit_id': %lld, 'label': %lld, 'text': '共同', 'finding_id': %lld}",
                   (long long)unit_id, (long long)label, (long long)world.ids[FINDINGS][place]));
    for (int i = 0; i < 4; i++)
        (void)make(store, commands[i], jsonf(store, "{'id': %lld, %s}", (long long)id, steps[i]));
    world.ids[CASCADES][place] = count_sql(store, "SELECT max(id) FROM rule_cascade");
}

/* A task that is being worked on, with a report, evidence older than the finding (a check), and more time asked for. */
static void make_doing(struct store *store, enum place place)
{
    struct filestore *files = NULL;
    char digest[FILESTORE_NAME_BYTES];
    long long task = (long long)world.ids[TASKS][place];
    struct str bytes = arena_format(store->ctx->arena, "\x89PNG\r\n\x1a\n%s", place_names[place]);
    STORE_OK(filestore_open(store->ctx, app_site_files(store), &files));
    STORE_OK(filestore_put(store->ctx, files, bytes, digest));
    filestore_close(files);
    STORE_OK(run(store, &command_task_accept, jsonf(store, "{'id': %lld}", task), NULL));
    world.ids[REPORTS][place] = make(store, &command_task_report, jsonf(store, "{'id': %lld}", task));
    world.ids[EVIDENCES][place] =
        make(store, &command_evidence_add,
             jsonf(store,
                   "{'subject_kind': 'task', 'subject_id': %lld, 'class': 'photo', 'made_on': '2025-01-01', 'sha256': '%s',"
                   " 'file_name': '共同.png', 'media_type': 'image/png', 'format': 'png', 'size_bytes': %zu}",
                   task, digest, bytes.n));
    world.ids[CHECKS][place] = count_sql(store, "SELECT max(id) FROM truth_check");
    world.ids[EXTENSIONS][place] = make(
        store, &command_task_extend, jsonf(store, "{'id': %lld, 'new_due': '2099-12-31', 'reason': '共同'}", task));
}

static enum rc hang_now(struct command_call *call)
{
    struct tick tick = {.call = call, .day = clock_today(), .today = lifecycle_today(call), .limit = TICK_LIMIT};
    return tick_hang(&tick);
}

/* What is supervised: hung by the tick, then a letter, a lead case, a meeting with its decision, a group, a handover.  The
 * people who carry what lies above the label are there from the beginning: units have no label. */
static void make_supervision(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    static const struct command hang = {.name = "hang.now", .perm = PERM_SELF, .run = hang_now};
    static int64_t leaders[PLACE_COUNT], heirs[PLACE_COUNT];
    long long finding = (long long)world.ids[FINDINGS][place], unit = (long long)unit_id, at = (long long)label;
    const char *person = "{'unit_id': %lld, 'name': '共同'}";
    for (int other = INSIDE; other < PLACE_COUNT && place != ABOVE; other++) {
        if (other != (int)place && (place == OUTSIDE || other == OUTSIDE))
            continue;
        leaders[other] = make(store, &command_person_create, jsonf(store, person, unit));
        heirs[other] = make(store, &command_person_create, jsonf(store, person, unit));
    }
    long long leader = (long long)leaders[place], heir = (long long)heirs[place];
    if (place != ABOVE)
        world.ids[LEADERS][place] = leader;
    STORE_OK(run(store, &hang, json(store, "{}"), NULL));
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT max(id) FROM hang WHERE unit_id = %lld AND label = %lld", unit, at);
    world.ids[HANGS][place] = count_sql(store, sql);
    world.ids[LETTERS][place] =
        make(store, &command_letter_draft, jsonf(store, "{'finding_id': %lld, 'kind': 'blue'}", finding));
    world.ids[LETTER_FILES][place] =
        append(store, EVENT_LETTER_ATTACHED, CHAIN_ORGANISATION,
               jsonf(store, "{'noun': 'letter', 'id': %lld, 'file_sha256': '%s', 'file_name': 'a.txt', 'file_size': 1}",
                     (long long)world.ids[LETTERS][place], source_digest));
    world.ids[LEADS][place] = make(store, &command_lead_start,
                                   jsonf(store, "{'finding_id': %lld, 'kind': 'lead', 'person_id': %lld}", finding, leader));
    world.ids[MEETINGS][place] =
        make(store, &command_meeting_create,
             jsonf(store, "{'unit_id': %lld, 'label': %lld, 'kind': 'special', 'title': '共同会议', 'held_on': '2026-01-01'}", unit, at));
    struct value *result;
    STORE_OK(run(store, &command_meeting_decide,
                 jsonf(store, "{'id': %lld, 'text': '共同决定', 'unit_id': %lld}", (long long)world.ids[MEETINGS][place], unit), &result));
    world.ids[DECISIONS][place] = value_get_int(result, "decision_id", 0);
    world.ids[GROUPS][place] = make(store, &command_group_set_up,
                                    jsonf(store, "{'finding_id': %lld, 'name': '共同组', 'head_id': %lld, 'plan': '共同'}", finding, leader));
    world.ids[HANDOVERS][place] =
        make(store, &command_handover_begin, jsonf(store, "{'from_person': %lld, 'to_person': %lld}", leader, heir));
}

/* A real paper of the source, so that its files and its template can be read and filled. */
static void make_papers(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    struct ctx *ctx = store->ctx;
    struct actor program = actor_program();
    struct filestore *files = NULL;
    struct paper_snapshot snapshot;
    struct paper_order order = {.kind = PAPER_PLAN};
    char data[FILESTORE_NAME_BYTES], docx[FILESTORE_NAME_BYTES];
    STORE_OK(filestore_open(ctx, app_site_files(store), &files));
    STORE_OK(paper_take(ctx, store->db, &program, PAPER_OF_SOURCE, world.ids[SOURCES][place], STR("2026-01-05"), NULL, &snapshot));
    STORE_OK(paper_shipped(ctx, order.kind, &order.template_docx));
    STORE_OK(filestore_put(ctx, files, snapshot.json, data));
    STORE_OK(filestore_put(ctx, files, order.template_docx, docx));
    filestore_close(files);
    world.ids[PAPERS][place] =
        make(store, &command_paper_make,
             jsonf(store,
                   "{'kind': 'plan', 'subject_kind': 'source', 'subject_id': %lld, 'subject_no': 'P%d', 'source_id': %lld, 'title': '共同文书', 'unit_id': %lld, "
                   "'label': %lld, 'snapshot_seq': %lld, 'data_sha256': '%s', 'template_sha256': '%s', 'text': {}, 'faults': [], 'fault_count': 0, "
                   "'files': [{'format': 'docx', 'sha256': '%s', 'size': 1}]}",
                   (long long)world.ids[SOURCES][place], (int)place, (long long)world.ids[SOURCES][place], (long long)unit_id, (long long)label, (long long)snapshot.seq, data,
                   docx, docx));
    if (place == ABOVE) /* templates have no label */
        return;
    world.ids[PAPER_TEMPLATES][place] = make(store, &command_paper_template_add,
                                             jsonf(store, "{'kind': 'plan', 'title': '共同模板', 'unit_id': %lld, 'sha256': '%s', 'size': 1}", (long long)unit_id, docx));
}

/* One of each thing; in EAST twice, once above the label that the roles have. */
static void make_place(struct store *store, enum place place)
{
    int64_t label = place == ABOVE ? LABEL_WORK_SECRET : LABEL_INTERNAL, unit_id = world.ids[UNITS][INSIDE];
    if (place != ABOVE) {
        const char *code = place == INSIDE ? "EAST" : "WEST";
        unit_id = world.ids[UNITS][place] =
            make_unit(store, world.root, code, place == INSIDE ? "东部共同公司" : "西部共同公司");
        (void)make_unit(store, unit_id, place == INSIDE ? "EAST-1" : "WEST-1", "共同分公司");
        world.ids[PEOPLE][place] =
            make(store, &command_person_create,
                 jsonf(store, "{'unit_id': %lld, 'name': '共同', 'title': '经理'}", (long long)unit_id));
    }
    if (place != ABOVE)
        world.ids[POSTS][place] =
            make(store, &command_post_create, jsonf(store, "{'unit_id': %lld, 'title': '共同岗位', 'kind': 'officer'}", (long long)unit_id));
    world.ids[TEAMS][place] =
        make(store, &command_team_create,
             jsonf(store, "{'unit_id': %lld, 'label': %lld, 'kind': 'other', 'name': '共同工作组'}", (long long)unit_id, (long long)label));
    make_documents(store, place, unit_id, label);
    world.ids[FINDINGS][place] =
        make(store, &command_finding_create,
             jsonf(store,
                   "{'source_id': %lld, 'title': '共同事项不规范', 'facts': '共同', 'due': '2026-03-01', 'unit_id': "
                   "%lld, 'label': %lld}",
                   (long long)world.ids[SOURCES][place], (long long)unit_id, (long long)label));
    world.ids[MEASURES][place] = make(store, &command_measure_plan,
                                      jsonf(store, "{'finding_id': %lld, 'text': '共同整改', 'phase': 'concentrated'}",
                                            (long long)world.ids[FINDINGS][place]));
    world.ids[CAUSES][place] = make(
        store, &command_cause_find,
        jsonf(
            store,
            "{'finding_id': %lld, 'level': 'system', 'method': 'five_why', 'text': '共同制度缺失', 'steps': '一\\n二'}",
            (long long)world.ids[FINDINGS][place]));
    world.ids[TASKS][place] = make(store, &command_task_assign,
                                   jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '共同任务', 'due': '2099-11-30'}",
                                         (long long)world.ids[MEASURES][place], (long long)unit_id));
    world.ids[NODES][place] =
        make(store, &command_node_plan,
             jsonf(store, "{'task_id': %lld, 'name': '共同节点', 'start': '2026-01-12', 'due': '2026-02-12'}",
                   (long long)world.ids[TASKS][place]));
    world.ids[PLANS][place] =
        make(store, &command_plan_make, jsonf(store, "{'source_id': %lld, 'title': '共同方案'}", (long long)world.ids[SOURCES][place]));
    make_sweep(store, place, unit_id, label);
    make_closing(store, place, unit_id, label);
    make_doing(store, place);
    make_rule(store, place, unit_id, label);
    make_assessment(store, place, unit_id);
    make_bulletin(store, place, unit_id, label);
    make_supervision(store, place, unit_id, label);
    make_papers(store, place, unit_id, label);
}

static void make_people_of_all_roles(struct store *store)
{
    for (int who = 0; who < ROLE_COUNT; who++) {
        struct str login = arena_format(store->ctx->arena, "r%d", who);
        world.actors[who] =
            make_actor(store, login.p, role_name((enum role)who), world.ids[UNITS][INSIDE], LABEL_INTERNAL);
        app_site_sign_in(store, world.actors[who].account_id, &world.sessions[who]);
    }
    int64_t id = make(store, &command_account_create, json(store, "{'login': 'nobody', 'name': 'nobody'}"));
    STORE_OK(actor_load(store->ctx, store->db, id, &world.actors[NOBODY]));
    app_site_sign_in(store, id, &world.sessions[NOBODY]);
    struct value *view = NULL;
    STORE_OK(run_as(store, &world.actors[NOBODY], &command_view_save,
                    json(store, "{'page': 'findings', 'name': 'mine', 'query': 'q=x'}"), &view));
    struct value *feed = NULL;
    STORE_OK(run_as(store, &world.actors[NOBODY], &command_feed_open,
                    json(store, "{'token_hash': '0000000000000000000000000000000000000000000000000000000000000001'}"), &feed));
    for (int place = 0; place < PLACE_COUNT; place++) {
        world.ids[VIEWS][place] = value_get_int(view, "id", 0);
        world.ids[FEEDS][place] = value_get_int(feed, "id", 0);
        world.ids[DELEGATIONS][place] = value_get_int(feed, "id", 0); /* nobody's: only the giver finds one */
        world.ids[ACCOUNTS][place] = id;
        world.ids[EVENTS][place] = 1;
        world.ids[GRANTS][place] = count_sql(store, "SELECT min(id) FROM role_grant");
    }
}

/* ---- asking -------------------------------------------------------------------------------------------------- */

/* Status of one request; its text stands in answer. */
static struct app_answer answer;

static int ask(const char *method, const char *path, int who, const char *accept, bool has_token, struct str *ret_body)
{
    char lines[2000];
    bool is_post = strcmp(method, "POST") == 0, is_token = has_token && who >= 0;
    snprintf(lines, sizeof lines, "Accept: %s\r\nCookie: bihuan=%s\r\n%s%s%s%s", accept,
             who < 0 ? "" : world.sessions[who].token, is_token ? "X-CSRF-Token: " : "",
             is_token ? world.sessions[who].csrf : "", is_token ? "\r\n" : "",
             is_post ? "Content-Type: application/json\r\n" : "");
    answer = app_site_ask(&world.site, method, path, lines, STR("{}"));
    *ret_body = answer.body;
    world.tried++;
    return answer.status;
}

static bool has_header(const char *line) { return str_find(answer.head, str_from_cstr(line), 0) != SIZE_MAX; }

/* Signing in without a page takes the token and its cookie from the same answer; a forged way back stays here. */
static void try_sign_in(void)
{
    static const char *const local[] = {"/", "/a//b?c=%09"}, *const foreign[] = {"",      "a",     "//h",     "/\\h",
                                                                                 "/\t/h", "/\n/h", "http://h"};
    struct str body;
    assert_int_equal(ask("GET", "/login", -1, "application/json", false, &body), 200);
    assert_true(has_header("Set-Cookie: pre="));
    assert_true(str_find(body, STR("\"csrf\":\""), 0) != SIZE_MAX);
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        assert_true(page_is_local_path(str_from_cstr(local[i])));
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(page_is_local_path(str_from_cstr(foreign[i])));
}

/* ---- addresses ----------------------------------------------------------------------------------------------- */

static bool find_noun(const char *pattern, enum noun *ret_noun)
{
    size_t n = strcspn(pattern + 1, "/");
    for (int i = 0; i < NOUN_COUNT; i++) {
        if (strlen(noun_names[i]) == n && strncmp(pattern + 1, noun_names[i], n) == 0) {
            *ret_noun = (enum noun)i;
            return true;
        }
    }
    return false;
}

/* The pattern with the thing of a place; false when there is no such thing (units have no label). */
static bool fill_path(const char *pattern, enum place place, char path[PATH_BYTES])
{
    const char *open = strchr(pattern, '{'), *close = open ? strchr(open, '}') : NULL;
    enum noun noun = UNITS;
    if (!open) {
        snprintf(path, PATH_BYTES, "%s", pattern);
        return place == INSIDE;
    }
    bool is_direct = find_noun(pattern, &noun) && open == pattern + 2 + strlen(noun_names[noun]);
    int64_t id = is_direct ? world.ids[noun][place] : place == INSIDE ? INT32_MAX : 0;
    size_t rest = strcspn(close + 1, "{"); /* the only second parameter is the name of a file of the thing */
    snprintf(path, PATH_BYTES, "%.*s%lld%.*s%s", (int)(open - pattern), pattern, (long long)id, (int)rest, close + 1, close[1 + rest] ? "docx" : "");
    return id != 0;
}

static bool is_hidden_by_scope(const struct route *route)
{
    return route->perm < PERM_COUNT && perm_is_scoped(route->perm);
}

static void try_route(const struct route *route, int who, enum place place)
{
    char path[PATH_BYTES], detail[100];
    struct str body;
    if (!fill_path(route->path, place, path))
        return;
    int status = ask("GET", path, who, "application/json", false, &body);
    int wanted = who < 0 && route->perm != PERM_COUNT           ? 401
                 : !may(who, route->perm)                       ? 403
                 : place != INSIDE && is_hidden_by_scope(route) ? 404
                                                                : 200;
    if (wanted == 200 && strstr(path, "/2147483647")) /* long work of somebody: nobody else's to see */
        wanted = 404;
    if (status != wanted) {
        snprintf(detail, sizeof detail, "%d instead of %d, %s", status, wanted, place_names[place]);
        fault("GET", path, who, detail);
    }
    if (wanted != 200 || !route->tpl)
        return;
    status = ask("GET", path, who, "text/html", false,
                 &body); /* strict templates: a name that is not in the view is a 500 */
    snprintf(detail, sizeof detail, "%d as a page", status);
    if (status != 200)
        fault("GET", path, who, detail);
}

static void try_reading(void)
{
    char path[PATH_BYTES];
    struct str body;
    for (int i = 0; i < route_count; i++) {
        const struct route *route = &route_table[i];
        if (route->method != HTTP_GET)
            continue;
        for (int who = -1; who < ANYBODY_COUNT; who++)
            for (int place = 0; place < PLACE_COUNT; place++)
                try_route(route, who, (enum place)place);
        if (route->perm == PERM_COUNT || !fill_path(route->path, INSIDE, path))
            continue;
        int status = ask("GET", path, -1, "text/html", false, &body);
        if (status != 303 || !has_header("Location: /login"))
            fault("GET", path, -1, "is not sent to the login");
    }
}

static void try_post(const char *pattern, enum perm perm)
{
    char path[PATH_BYTES], detail[100];
    struct str body;
    if (perm == PERM_COUNT || !fill_path(pattern, INSIDE, path))
        return;
    for (int who = -1; who < ANYBODY_COUNT; who++) {
        bool has_perm = may(who, perm);
        int status = ask("POST", path, who, "application/json", !has_perm, &body), wanted = who < 0 ? 401 : 403;
        if (status == wanted)
            continue;
        snprintf(detail, sizeof detail, "%d instead of %d%s", status, wanted, has_perm ? " without the token" : "");
        fault("POST", path, who, detail);
    }
}

static void try_writing(void)
{
    for (int i = 0; i < route_count; i++)
        if (route_table[i].method == HTTP_POST)
            try_post(route_table[i].path, route_table[i].perm);
    for (int i = 0; i < command_count; i++)
        if (command_table[i]->path)
            try_post(command_table[i]->path, command_table[i]->perm);
}

/* ---- nothing from outside ------------------------------------------------------------------------------------- */

/* A search states how long it took. */
static uint64_t hash_without_time(struct str body, int status)
{
    size_t from = str_find(body, STR("\"took_text\":\""), 0);
    size_t to = from == SIZE_MAX ? from : str_find_byte(body, ',', from);
    return str_hash(str_slice(body, to == SIZE_MAX ? body.n : to, body.n),
                    str_hash(str_slice(body, 0, from), (uint64_t)status));
}

/* Everything that roles with a scope read, with and without a word to search for; kept as hashes, compared the second
 * time. */
static void look_at_all(bool is_second)
{
    static const char *const queries[] = {"", "?q=%E5%85%B1%E5%90%8C"};
    char path[PATH_BYTES * 2], plain[PATH_BYTES];
    struct str body;
    int n = 0;
    for (int i = 0; i < route_count; i++) {
        const struct route *route = &route_table[i];
        bool is_private = route->perm == PERM_SELF || is_hidden_by_scope(route);
        if (route->method != HTTP_GET || !is_private || !fill_path(route->path, INSIDE, plain))
            continue;
        for (int q = 0; q < 2; q++) {
            for (int who = 0; who < ANYBODY_COUNT; who++) {
                if (!may(who, route->perm))
                    continue;
                snprintf(path, sizeof path, "%s%s", plain, queries[q]);
                int status = ask("GET", path, who, "application/json", false, &body);
                assert_true(n < SNAPSHOTS_MAX);
                uint64_t hash = hash_without_time(body, status);
                if (is_second && world.snapshots[n] != hash)
                    fault("GET", path, who, "shows or counts something from outside");
                world.snapshots[n++] = hash;
            }
        }
    }
}

/* ---- commands ------------------------------------------------------------------------------------------------- */

static const char *first_choice(const char *choices, char text[60])
{
    const char *p = choices;
    while (*p == '|')
        p++;
    snprintf(text, 60, "%.*s", (int)strcspn(p, "|"), p);
    return text;
}

static bool id_for(const struct command *command, const char *field, enum place place, int64_t *ret_id)
{
    static const struct {
        const char *field;
        enum noun noun;
    } rows[] = {
#define PATH_NOUN(name, text)
#define FIELD_NOUN(name, noun) {name, noun},
#include "nouns.def"
#undef FIELD_NOUN
#undef PATH_NOUN
    };
    enum noun noun;
    bool is_known =
        (strcmp(field, "id") == 0 || strcmp(field, "ids") == 0) && command->path && find_noun(command->path, &noun);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !is_known; i++) {
        if (strcmp(rows[i].field, field) == 0) {
            noun = rows[i].noun;
            is_known = true;
        }
    }
    *ret_id = is_known ? world.ids[noun][place] : 0;
    return is_known;
}

static void put_text(struct store *store, struct value *raw, const struct field *field)
{
    static const struct {
        const char *field, *value;
    } sensible[] = {{"role", "reader"},   {"login", "someone"}, {"field", "severity"},
                    {"value", "general"}, {"reason", "test"},   {"password", "Random-Text-77"}};
    const char *value = field->is_required ? "NEW" : NULL;
    for (size_t i = 0; i < sizeof sensible / sizeof *sensible; i++)
        if (strcmp(sensible[i].field, field->name) == 0)
            value = sensible[i].value;
    if (value)
        value_put_text(store->ctx->arena, raw, field->name, str_from_cstr(value));
}

/* Something sensible for each field, about the things of a place. */
static struct value *make_input(struct store *store, const struct command *command, enum place place)
{
    struct arena *arena = store->ctx->arena;
    struct value *raw = value_new_map(arena);
    char text[60];
    int64_t id;
    for (int i = 0; i < command->field_count; i++) {
        const struct field *field = &command->fields[i];
        switch (field->kind) {
        case FIELD_ID:
            if (id_for(command, field->name, place, &id) && !id && field->is_required)
                id = world.ids[UNITS][INSIDE]; /* units have no label, so there is none above it */
            if (id)
                value_put_int(arena, raw, field->name, id);
            break;
        case FIELD_IDS:
            if (id_for(command, field->name, place, &id) && id)
                value_add_int(arena, value_put_list(arena, raw, field->name), id);
            break;
        case FIELD_TEXT:
        case FIELD_SECRET:
        case FIELD_LONG:
            put_text(store, raw, field);
            break;
        case FIELD_SET:
        case FIELD_CHOICE:
            value_put_text(arena, raw, field->name,
                           arena_copy_str(arena, str_from_cstr(first_choice(field->choices, text))));
            break;
        case FIELD_DATE:
            if (field->is_required)
                value_put_text(arena, raw, field->name, STR("2026-02-01"));
            break;
        case FIELD_INT:
        case FIELD_MONEY:
            if (field->is_required)
                value_put_int(arena, raw, field->name, 1);
            break;
        case FIELD_JSON:
            if (strcmp(field->name, "steps") == 0)
                value_put(raw, STR("steps"),
                          json(store, "[{'title': 'a', 'mode': 'any', 'signers': [{'kind': 'role', 'ref': 'office'}]}]"));
            if (strcmp(field->name, "text") == 0)
                value_put(raw, STR("text"), json(store, "{}"));
            if (strcmp(field->name, "faults") == 0 || strcmp(field->name, "files") == 0 || strcmp(field->name, "rows") == 0)
                value_put(raw, str_from_cstr(field->name), value_new_list(arena));
            if (strcmp(field->name, "answers") == 0)
                value_put(raw, STR("answers"), json(store, "['yes']"));
            if (strcmp(field->name, "units") == 0)
                value_put(
                    raw, STR("units"),
                    jsonf(store, "[{'row': 2, 'code': '%s', 'name': 'renamed'}]", place == OUTSIDE ? "WEST" : "EAST"));
            break;
        case FIELD_BOOL:
            break;
        }
    }
    return raw;
}

/* Runs in a transaction that is given up; the number of events it would have made. */
static enum rc try_run(struct store *store, const struct command *command, const struct value *input, int who,
                       int64_t *ret_events)
{
    int64_t before = 0, after = 0;
    ctx_clear_issues(store->ctx);
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(db_get_int(store->ctx, db_query(store->db, Q_EVENT_NEWEST), &before));
    struct command_call call = {
        .ctx = store->ctx, .db = store->db, .actor = &world.actors[who], .now_ms = clock_now_ms(), .input = input};
    enum rc rc = command_run(command, &call);
    if (rc == RC_OK)
        STORE_OK(db_get_int(store->ctx, db_query(store->db, Q_EVENT_NEWEST), &after));
    *ret_events = rc == RC_OK ? after - before : 0;
    db_rollback(store->db);
    world.tried++;
    return rc;
}

static bool touches(struct store *store, const struct command *command, enum place place)
{
    int64_t id;
    for (int i = 0; i < command->field_count; i++)
        if ((command->fields[i].kind == FIELD_ID || command->fields[i].kind == FIELD_IDS) &&
            id_for(command, command->fields[i].name, place, &id) && id && id != world.ids[UNITS][INSIDE])
            return true;
    (void)store;
    return command == &command_unit_import && place == OUTSIDE;
}

static void try_command(struct store *store, const struct command *command)
{
    for (int place = 0; place < PLACE_COUNT; place++) {
        struct value *input = NULL;
        enum rc typed = command_read_input(store->ctx, command, make_input(store, command, (enum place)place), &input);
        if (place != INSIDE && (!perm_is_scoped(command->perm) || !touches(store, command, (enum place)place)))
            continue;
        if (typed != RC_OK) {
            fault("command", command->name, NOBODY, "gets no sensible input");
            continue;
        }
        for (int who = 0; who < ANYBODY_COUNT; who++) {
            int64_t events;
            bool has_perm = may(who, command->perm), is_scoped = perm_is_scoped(command->perm);
            enum rc rc = try_run(store, command, input, who, &events);
            if (!has_perm && rc != RC_FORBIDDEN)
                fault("command", command->name, who, rc_name(rc));
            if (has_perm && place != INSIDE &&
                (events || (rc != RC_FORBIDDEN && rc != RC_NOT_FOUND && rc != RC_OK && rc != RC_INVALID)))
                fault(place_names[place], command->name, who, events ? "was done" : rc_name(rc));
            if (rc == RC_FORBIDDEN && strcmp(issue_key(store), "error.forbidden_perm") != 0)
                rc = RC_GUARD; /* the permission is held; who is waited for, or four eyes, say no */
            if (has_perm && place == INSIDE && is_scoped && rc != RC_OK && rc != RC_GUARD && rc != RC_CONFLICT &&
                rc != RC_INVALID)
                fault("inside", command->name, who, rc_name(rc));
        }
    }
}

STORE_TEST(every_route_and_command_obeys_role_scope_and_label)
{
    memset(&world, 0, sizeof world);
    world.store = store;
    clock_set_ms(clock_now_ms()); /* a workbook states when it was made */
    world.root = make_root(store);
    make_place(store, INSIDE);
    make_people_of_all_roles(store);
    app_site_start(store, &world.site);
    try_sign_in();
    look_at_all(false);
    make_place(store, OUTSIDE);
    make_place(store, ABOVE);
    look_at_all(true);
    try_reading();
    try_writing();
    app_site_stop(&world.site);
    for (int i = 0; i < command_count; i++)
        try_command(store, command_table[i]);
    print_message("%d requests and commands tried\n", world.tried);
    clock_set_ms(0);
    assert_int_equal(world.faults, 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0) /* the readers' children are this program again */
        return reader_child_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], PACKAGE_CHILD_VERB) == 0)
        return package_child_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], TEMPLATE_CHILD_VERB) == 0)
        return template_child_main(argc, argv);
    return STORE_RUN(STORE_CASE(every_route_and_command_obeys_role_scope_and_label));
}
