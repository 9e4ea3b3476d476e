/* paper_site.c: see paper_site.h. */
#include "paper_site.h"

#include <string.h>

#include "loop/assess.h"
#include "loop/letter.h"
#include "loop/meeting.h"
#include "loop/sweep.h"
#include "record/filestore.h"
#include "text/json.h"

struct app_site paper_site;
struct app_session paper_office;
int64_t paper_subject_ids[PAPER_SUBJECTS];

struct str paper_site_cookie(struct store *store)
{
    return arena_format(store->ctx->arena, "Cookie: bihuan=%s\r\nX-CSRF-Token: %s\r\n", paper_office.token,
                        paper_office.csrf);
}

struct app_answer paper_site_get(struct store *store, const char *path)
{
    return app_site_ask(&paper_site, "GET", path, paper_site_cookie(store).p, STR(""));
}

/* A form, answered in JSON; the answer must have the status. */
struct value *paper_site_post(struct store *store, const char *path, struct str form, int status)
{
    struct value *view = NULL;
    struct str lines =
        arena_concat(store->ctx->arena, paper_site_cookie(store),
                     STR("Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    struct app_answer got = app_site_ask(&paper_site, "POST", path, lines.p, form);
    if (got.status != status)
        print_error("%s %.*s: %d %.*s\n", path, STR_ARG(form), got.status, STR_ARG(str_slice(got.body, 0, 600)));
    assert_int_equal(got.status, status);
    STORE_OK(json_parse(store->ctx, arena_copy_str(store->ctx->arena, got.body), &view));
    return view;
}

int64_t paper_site_make(struct store *store, enum paper_kind kind)
{
    const struct paper_kind_row *row = paper_kind_row(kind);
    struct str form = arena_format(store->ctx->arena, "subject=%s&id=%lld&kinds=%s", paper_subject_name(row->subject),
                                   (long long)paper_subject_ids[row->subject], row->kind);
    return value_get_int(paper_site_post(store, "/papers/new", form, 201), "id", 0);
}

/* The evidence of the finding becomes files that are really stored: its file of one finding packs them. */
static void store_evidence(struct store *store)
{
    struct filestore *files;
    char digest[FILESTORE_NAME_BYTES];
    STORE_OK(filestore_open(store->ctx, app_site_files(store), &files));
    STORE_OK(filestore_put(store->ctx, files, STR("%PDF-1.4\nvoucher\n%%EOF\n"), digest));
    filestore_close(files);
    tamperf(store, "UPDATE evidence SET sha256 = '%s'", digest);
    tamperf(store, "UPDATE evidence_version SET sha256 = '%s'", digest);
}

void paper_site_subjects(struct store *store)
{
    closing_make_world(store);
    closing_close(store, world.finding);
    store_evidence(store);
    paper_subject_ids[PAPER_OF_SOURCE] = world.source;
    paper_subject_ids[PAPER_OF_FINDING] = world.finding;
    paper_subject_ids[PAPER_OF_CERTIFICATE] = count_sql(store, "SELECT max(id) FROM certificate");
    int64_t open = make_finding(store, world.source, "应收账款清收不力");
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due': '2026-12-31', 'amount_fen': '1234.56'}", (long long)open), NULL));
    paper_subject_ids[PAPER_OF_LETTER] =
        make(store, &command_letter_draft, jsonf(store, "{'finding_id': %lld, 'kind': 'red'}", (long long)open));
    int64_t meeting = make(store, &command_meeting_create,
                           jsonf(store,
                                 "{'unit_id': %lld, 'label': 1, 'kind': 'special', 'title': '专题会', 'held_on': "
                                 "'2026-11-01', 'agenda': '一\\n二'}",
                                 (long long)world.root));
    STORE_OK(
        run(store, &command_meeting_decide,
            jsonf(store, "{'id': %lld, 'text': '决定', 'unit_id': %lld}", (long long)meeting, (long long)world.firm),
            NULL));
    paper_subject_ids[PAPER_OF_MEETING] = meeting;
    paper_subject_ids[PAPER_OF_SWEEP] = make(store, &command_sweep_open,
                                             jsonf(store,
                                                   "{'title': '排查', 'finding_id': %lld, 'items': '一\\n二', 'reach': "
                                                   "'units', 'unit_ids': [%lld], 'due': '2027-01-31'}",
                                                   (long long)open, (long long)world.firm));
    int64_t scheme = make(store, &command_scheme_save,
                          jsonf(store,
                                "{'name': '方案', 'unit_id': %lld, 'text': 'item a manual 10 落实\\nitem b auto 90 "
                                "完成\\ndeduct b tasks_late 1\\nband 0 好'}",
                                (long long)world.root));
    paper_subject_ids[PAPER_OF_ASSESSMENT] = make(store, &command_assessment_open,
                                                  jsonf(store,
                                                        "{'title': '考核', 'scheme_id': %lld, 'unit_id': %lld, 'year': "
                                                        "2026, 'period_from': '2026-01-01', 'period_to': '2026-12-31'}",
                                                        (long long)scheme, (long long)world.root));
    app_site_sign_in(store, world.office.account_id, &paper_office);
}

struct app_answer paper_site_send_file(struct store *store, const char *path, struct str fields, const char *name,
                                       struct str file)
{
    struct arena *arena = store->ctx->arena;
    struct str part = arena_format(arena,
                                   "%.*s--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%s\r\n"
                                   "--b\r\nContent-Disposition: form-data; name=\"file\"; "
                                   "filename=\"%s\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                                   STR_ARG(fields), paper_office.csrf, name);
    struct str body = arena_concat(arena, arena_concat(arena, part, file), STR("\r\n--b--\r\n"));
    struct str lines = arena_concat(arena, paper_site_cookie(store),
                                    STR("Accept: text/html\r\nContent-Type: multipart/form-data; boundary=b\r\n"));
    return app_site_ask(&paper_site, "POST", path, lines.p, body);
}

struct str paper_site_field(struct store *store, const char *name, const char *value)
{
    return arena_format(store->ctx->arena, "--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", name,
                        value);
}

bool paper_site_has(struct str s, const char *needle) { return str_find(s, str_from_cstr(needle), 0) != SIZE_MAX; }
