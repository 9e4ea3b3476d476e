/* permission_world.c: see permission_world.h. */
#include "permission_world.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "intake/draft.h"
#include "intake/outline.h"
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

const char *const place_names[PLACE_COUNT] = {"inside", "outside", "above the label"};

struct permission_world world;

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
    struct event_new event = {.kind = kind, .chain = chain, .at_ms = clock_now_ms(), .reason = STR(""), .body = body};
    int64_t id = 0;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &id));
    STORE_OK(db_commit(store->ctx, store->db));
    return id;
}

/* A case, a certificate and a look-back about the place's finding, by their events: the roles that a chain needs are
 * not there yet. */
static void make_closing(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    long long finding = (long long)world.ids[FINDINGS][place], source = (long long)world.ids[SOURCES][place];
    long long unit = (long long)unit_id, at = (long long)label;
    if (place != ABOVE)
        world.ids[REVIEW_CHAINS][place] = make(
            store, &command_review_chain_set,
            jsonf(store,
                  "{'purpose': 'close', 'name': '共同', 'unit_id': %lld, 'steps': [{'title': '共同', 'mode': 'any', "
                  "'limit_days': 5, 'signers': [{'kind': 'role', 'ref': 'office'}]}]}",
                  unit));
    world.ids[REVIEWS][place] = append(
        store, EVENT_REVIEW_OPENED, source,
        jsonf(
            store,
            "{'noun': 'review', 'purpose': 'close', 'subject_kind': 'finding', 'subject_id': %lld, 'finding_id': %lld, "
            "'cycle_id': %lld, 'source_id': %lld, 'chain_id': %lld, 'unit_id': %lld, 'label': %lld, 'no': 'R', "
            "'title': '共同', 'step_n': 1, 'step_count': 1, 'step_title': '共同', 'step_due': '2026-03-02', "
            "'asked': {'result': 'completed', 'close_move': 'close', 'from': 'doing'}, 'pledge': '共同', 'pledge_by': "
            "'', 'signs': [], "
            "'slots': [{'slot_n': 0, 'actor_kind': 'office', 'actor_id': %lld, 'slot_label': ''}], 'waits': "
            "[{'wait_n': 0, "
            "'what': 'review_step', 'actor_kind': 'office', 'actor_id': %lld, 'wait_due': null}]}",
            finding, finding, finding, source, (long long)world.ids[REVIEW_CHAINS][place == OUTSIDE ? OUTSIDE : INSIDE],
            unit, at, unit, unit));
    world.ids[CERTIFICATES][place] = append(store, EVENT_CERTIFICATE_ISSUED, source,
                                            jsonf(store,
                                                  "{'review_id': %lld, 'finding_id': %lld, 'cycle_id': %lld, "
                                                  "'doc_issuer_id': %lld, 'doc_year': 2026, 'doc_kind': "
                                                  "'closing', 'doc_n': %d, 'no': '共同', 'result': 'completed', "
                                                  "'is_on_time': true, 'unit_id': %lld, 'label': %lld, "
                                                  "'finding_no': 'N', 'title': '共同', 'content': {'title': '共同'}}",
                                                  (long long)world.ids[REVIEWS][place], finding, finding,
                                                  (long long)world.root, (int)place + 1, unit, at));
    world.ids[LOOKBACKS][place] =
        append(store, EVENT_LOOKBACK_DRAWN, CHAIN_ORGANISATION,
               jsonf(store,
                     "{'name': '共同', 'unit_id': %lld, 'label': %lld, 'source_id': 0, 'closed_from': '2026-01-01', "
                     "'closed_to': "
                     "'2026-02-01', 'population': 1, 'sample': 1, 'seed': '1', 'method': 'sha256-rank-1', 'checklist': "
                     "['共同'], "
                     "'due': '2026-03-01', 'items': [{'rank': 1, 'cycle_id': %lld, 'finding_id': %lld}]}",
                     unit, at, finding, finding));
    world.ids[LOOKBACK_ITEMS][place] = world.ids[LOOKBACKS][place] * 1024 + 1;
}

/* An assessment of the place's unit; above the label there is none, for its label is that of all assessments. */
static void make_assessment(struct store *store, enum place place, int64_t unit_id)
{
    if (place == ABOVE)
        return;
    world.ids[SCHEMES][place] = make(store, &command_scheme_save,
                                     jsonf(store,
                                           "{'name': '共同', 'unit_id': %lld, 'text': 'item NEW manual 10 共同\\nitem "
                                           "b auto 90 共同\\ndeduct b tasks_late 1\\nband 0 共同'}",
                                           (long long)unit_id));
    world.ids[ASSESSMENTS][place] = make(store, &command_assessment_open,
                                         jsonf(store,
                                               "{'title': '共同', 'scheme_id': %lld, 'unit_id': %lld, 'year': 2026, "
                                               "'period_from': '2026-01-01', 'period_to': '2026-12-31'}",
                                               (long long)world.ids[SCHEMES][place], (long long)unit_id));
    world.ids[SCORECARDS][place] = count_sql(store, "SELECT max(id) FROM scorecard");
    /* A letter tells a result that has been told. */
    tamperf(store, "UPDATE scorecard SET snapshot = '{\"total\": 0, \"parts\": []}' WHERE id = %lld",
            (long long)world.ids[SCORECARDS][place]);
}

/* A bulletin of the place's source, as its first draft, and a comment that came in about it, by its event. */
static void make_bulletin(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    world.ids[BULLETINS][place] =
        make(store, &command_bulletin_create,
             jsonf(store, "{'source_id': %lld, 'title': '共同通报'}", (long long)world.ids[SOURCES][place]));
    world.ids[COMMENTS][place] =
        append(store, EVENT_COMMENT_RECEIVED, CHAIN_ORGANISATION,
               jsonf(store,
                     "{'noun': 'comment', 'no': 'YJ-%d', 'title': '共同', 'bulletin_id': %lld, 'channel': 'post', "
                     "'unit_id': %lld, 'label': %lld, 'source_id': %lld, 'received_on': '2026-01-01', "
                     "'receipt_sha256': '%d', 'sha256': '%d', 'has_contact': false, 'chars': 1, 'ack_due': "
                     "'2026-01-08', 'answer_due': '2026-01-22', 'waits': []}",
                     (int)place, (long long)world.ids[BULLETINS][place], (long long)unit_id, (long long)label,
                     (long long)world.ids[SOURCES][place], (int)place, (int)place));
}

/* A rule of the place's unit that is in force, and the branch below that has to take it over. */
static void make_rule(struct store *store, enum place place, int64_t unit_id, int64_t label)
{
    static const char *const steps[] = {"'reviewer': '共同', 'reviewed_on': '2026-01-01', 'opinion': '共同'",
                                        "'meeting': '共同', 'met_on': '2026-01-02'",
                                        "'doc_no': '共同', 'issued_on': '2026-01-03'",
                                        "'reach': 'subtree', 'due': '2099-12-31'"};
    static const struct command *const commands[] = {&command_rule_review, &command_rule_pass, &command_rule_issue,
                                                     &command_rule_cascade};
    int64_t id = world.ids[RULES][place] = make(
        store, &command_rule_draft,
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
    world.ids[EVIDENCES][place] = make(
        store, &command_evidence_add,
        jsonf(store,
              "{'subject_kind': 'task', 'subject_id': %lld, 'class': 'photo', 'made_on': '2025-01-01', 'sha256': '%s',"
              " 'file_name': '共同.png', 'media_type': 'image/png', 'format': 'png', 'size_bytes': %zu}",
              task, digest, bytes.n));
    world.ids[CHECKS][place] = count_sql(store, "SELECT max(id) FROM truth_check");
    world.ids[EXTENSIONS][place] = make(store, &command_task_extend,
                                        jsonf(store, "{'id': %lld, 'new_due': '2099-12-31', 'reason': '共同'}", task));
}

static enum rc hang_now(struct command_call *call)
{
    struct tick tick = {.call = call, .day = clock_today(), .today = lifecycle_today(call), .limit = TICK_LIMIT};
    return tick_hang(&tick);
}

/* What is supervised: hung by the tick, then a letter, a lead case, a meeting with its decision, a group, a handover.
 * The people who carry what lies above the label are there from the beginning: units have no label. */
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
    world.ids[HANGS][place] =
        count_sqlf(store, "SELECT max(id) FROM hang WHERE unit_id = %lld AND label = %lld", unit, at);
    world.ids[LETTERS][place] =
        make(store, &command_letter_draft, jsonf(store, "{'finding_id': %lld, 'kind': 'blue'}", finding));
    world.ids[LETTER_FILES][place] =
        append(store, EVENT_LETTER_ATTACHED, CHAIN_ORGANISATION,
               jsonf(store, "{'noun': 'letter', 'id': %lld, 'file_sha256': '%s', 'file_name': 'a.txt', 'file_size': 1}",
                     (long long)world.ids[LETTERS][place], source_digest));
    world.ids[LEADS][place] =
        make(store, &command_lead_start,
             jsonf(store, "{'finding_id': %lld, 'kind': 'lead', 'person_id': %lld}", finding, leader));
    world.ids[MEETINGS][place] =
        make(store, &command_meeting_create,
             jsonf(store,
                   "{'unit_id': %lld, 'label': %lld, 'kind': 'special', 'title': '共同会议', 'held_on': '2026-01-01'}",
                   unit, at));
    struct value *result;
    STORE_OK(run(
        store, &command_meeting_decide,
        jsonf(store, "{'id': %lld, 'text': '共同决定', 'unit_id': %lld}", (long long)world.ids[MEETINGS][place], unit),
        &result));
    world.ids[DECISIONS][place] = value_get_int(result, "decision_id", 0);
    world.ids[GROUPS][place] =
        make(store, &command_group_set_up,
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
    STORE_OK(paper_take(ctx, store->db, &program, PAPER_OF_SOURCE, world.ids[SOURCES][place], STR("2026-01-05"), NULL,
                        &snapshot));
    STORE_OK(paper_shipped(ctx, order.kind, &order.template_docx));
    STORE_OK(filestore_put(ctx, files, snapshot.json, data));
    STORE_OK(filestore_put(ctx, files, order.template_docx, docx));
    filestore_close(files);
    world.ids[PAPERS][place] =
        make(store, &command_paper_make,
             jsonf(store,
                   "{'kind': 'plan', 'subject_kind': 'source', 'subject_id': %lld, 'subject_no': 'P%d', 'source_id': "
                   "%lld, 'title': '共同文书', 'unit_id': %lld, "
                   "'label': %lld, 'snapshot_seq': %lld, 'data_sha256': '%s', 'template_sha256': '%s', 'text': {}, "
                   "'faults': [], "
                   "'files': [{'format': 'docx', 'sha256': '%s', 'size': 1}]}",
                   (long long)world.ids[SOURCES][place], (int)place, (long long)world.ids[SOURCES][place],
                   (long long)unit_id, (long long)label, (long long)snapshot.seq, data, docx, docx));
    if (place == ABOVE) /* templates have no label */
        return;
    world.ids[PAPER_TEMPLATES][place] =
        make(store, &command_paper_template_add,
             jsonf(store, "{'kind': 'plan', 'title': '共同模板', 'unit_id': %lld, 'sha256': '%s', 'size': 1}",
                   (long long)unit_id, docx));
}

/* One of each thing; in EAST twice, once above the label that the roles have. */
void make_place(struct store *store, enum place place)
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
            make(store, &command_post_create,
                 jsonf(store, "{'unit_id': %lld, 'title': '共同岗位', 'kind': 'officer'}", (long long)unit_id));
    world.ids[TEAMS][place] =
        make(store, &command_team_create,
             jsonf(store, "{'unit_id': %lld, 'label': %lld, 'kind': 'other', 'name': '共同工作组'}", (long long)unit_id,
                   (long long)label));
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
    world.ids[TASKS][place] =
        make(store, &command_task_assign,
             jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'title': '共同任务', 'due': '2099-11-30'}",
                   (long long)world.ids[MEASURES][place], (long long)unit_id));
    world.ids[NODES][place] =
        make(store, &command_node_plan,
             jsonf(store, "{'task_id': %lld, 'name': '共同节点', 'start': '2026-01-12', 'due': '2026-02-12'}",
                   (long long)world.ids[TASKS][place]));
    world.ids[PLANS][place] =
        make(store, &command_plan_make,
             jsonf(store, "{'source_id': %lld, 'title': '共同方案'}", (long long)world.ids[SOURCES][place]));
    make_sweep(store, place, unit_id, label);
    make_closing(store, place, unit_id, label);
    make_doing(store, place);
    make_rule(store, place, unit_id, label);
    make_assessment(store, place, unit_id);
    make_bulletin(store, place, unit_id, label);
    make_supervision(store, place, unit_id, label);
    make_papers(store, place, unit_id, label);
}

void make_people_of_all_roles(struct store *store)
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
                    json(store, "{'token_hash': '0000000000000000000000000000000000000000000000000000000000000001'}"),
                    &feed));
    for (int place = 0; place < PLACE_COUNT; place++) {
        world.ids[VIEWS][place] = value_get_int(view, "id", 0);
        world.ids[FEEDS][place] = value_get_int(feed, "id", 0);
        world.ids[DELEGATIONS][place] = value_get_int(feed, "id", 0); /* nobody's: only the giver finds one */
        world.ids[ACCOUNTS][place] = id;
        world.ids[EVENTS][place] = 1;
        world.ids[GRANTS][place] = count_sql(store, "SELECT min(id) FROM role_grant");
    }
}
