/* paper.c: papers and their templates as records.
 *
 * Invariants: a paper's files and data are stored before its event names them; what was made never changes: a new
 * edition is a new paper; a paper whose figures disagree with its snapshot is not issued.  Making and adding a template
 * are internal: only the page that has read, filled and stored the files runs them, with the faults that it found;
 * nobody by name.
 */
#include "loop/paper.h"

#include "loop/supervise.h"

static enum rc store_file(struct command_call *call, struct str sha256, struct str name, struct str type, int64_t size)
{
    struct arena *arena = call->ctx->arena;
    struct value *file = value_new_map(arena);
    int64_t seq;
    value_put_text(arena, file, "sha256", sha256);
    value_put_text(arena, file, "name", name);
    value_put_text(arena, file, "media_type", type);
    value_put_int(arena, file, "size", size);
    return command_append(call, EVENT_FILE_STORED, CHAIN_ORGANISATION, 0, file, &seq);
}

static enum rc store_files(struct command_call *call, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    const struct value *files = value_get(call->input, "files");
    struct str no = value_get_text(body, "no");
    VALUE_EACH (file, files)
        TRY(store_file(call, value_get_text(file, "sha256"),
                       arena_format(arena, "%.*s.%.*s", STR_ARG(no), STR_ARG(value_get_text(file, "format"))), STR(""),
                       value_get_int(file, "size", 0)));
    TRY(store_file(call, value_get_text(call->input, "data_sha256"), arena_format(arena, "%.*s.json", STR_ARG(no)),
                   STR("application/json"), 0));
    TRY(store_file(call, value_get_text(call->input, "template_sha256"),
                   arena_format(arena, "%.*s-template.docx", STR_ARG(no)), STR(""), 0));
    value_put(body, STR("files"), value_copy(arena, files));
    return RC_OK;
}

static enum rc paper_make(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0),
            label = value_get_int(call->input, "label", LABEL_INTERNAL), n;
    TRY(command_require(call, PERM_PAPER_WRITE, unit_id, label));
    struct db_stmt *st = db_query(call->db, Q_PAPER_NEXT_N);
    db_bind_map(st, call->input);
    TRY(db_get_int(call->ctx, st, &n));
    struct str kind = value_get_text(call->input, "kind"), subject_no = value_get_text(call->input, "subject_no");
    struct str no = arena_format(arena, "%.*s-%.*s-%lld", STR_ARG(subject_no), STR_ARG(kind), (long long)n);
    struct value *body = supervise_body(call, "paper", call->input, no, value_get_text(call->input, "title"));
    value_put_int(arena, body, "n", n);
    supervise_copy(call, body, NULL,
                   "kind subject_kind subject_id subject_no snapshot_seq data_sha256 template_sha256 doc_no");
    static const char *const trees[] = {"text", "faults"};
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
        value_put(body, str_from_cstr(trees[i]), value_copy(arena, value_get(call->input, trees[i])));
    value_put_int(arena, body, "fault_count", (int64_t)value_count(value_get(call->input, "faults")));
    TRY(store_files(call, body));
    value_put_text(arena, call->result, "no", no);
    return supervise_append(call, EVENT_PAPER_MADE, 0, body);
}

static enum rc move(struct command_call *call, const char *command, enum event_kind kind)
{
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_PAPER, Q_PAPER_GET_ANY, "paper.not_found", command, &row, &body));
    value_put_text(call->ctx->arena, body, "note", value_get_text(call->input, "reason"));
    return supervise_append(call, kind, value_get_int(row, "id", 0), body);
}

static enum rc paper_issue(struct command_call *call) { return move(call, "issue", EVENT_PAPER_ISSUED); }
static enum rc paper_void(struct command_call *call) { return move(call, "void", EVENT_PAPER_VOIDED); }

/* ---- templates ------------------------------------------------------------------------------------------------ */

static enum rc paper_template_add(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0);
    TRY(command_require(call, PERM_PAPER_WRITE, unit_id, LABEL_INTERNAL));
    struct value *body =
        supervise_body(call, "paper_template", call->input, STR(""), value_get_text(call->input, "title"));
    value_set(body, STR("label"), value_new_int(arena, LABEL_INTERNAL));
    supervise_copy(call, body, NULL, "kind sha256 size");
    TRY(store_file(call, value_get_text(call->input, "sha256"), value_get_text(call->input, "title"), STR(""),
                   value_get_int(call->input, "size", 0)));
    return supervise_append(call, EVENT_PAPER_TEMPLATE_ADDED, 0, body);
}

static enum rc paper_template_retire(struct command_call *call)
{
    struct value *row;
    TRY(supervise_read(call, Q_PAPER_TEMPLATE_GET_ANY, value_get_int(call->input, "id", 0), "paper_template.not_found",
                       &row));
    TRY(lifecycle_require(call, NOUN_PAPER_TEMPLATE, PERM_PAPER_WRITE, row));
    if (!str_equal(value_get_text(row, "state"), STR("used")))
        return ctx_fail_key(call->ctx, RC_GUARD, "paper_template.retired");
    struct value *body = lifecycle_body_of(call, NOUN_PAPER_TEMPLATE, row);
    return supervise_append(call, EVENT_PAPER_TEMPLATE_RETIRED, value_get_int(row, "id", 0), body);
}

/* ---- commands ------------------------------------------------------------------------------------------------- */

static const struct field paper_make_fields[] = {
    {"kind", FIELD_TEXT, true, 40, NULL},        {"subject_kind", FIELD_TEXT, true, 40, NULL},
    {"subject_id", FIELD_INT, true, 0, NULL},    {"subject_no", FIELD_TEXT, true, 100, NULL},
    {"source_id", FIELD_INT, true, 0, NULL},     {"title", FIELD_TEXT, true, 400, NULL},
    {"unit_id", FIELD_ID, true, 0, NULL},        {"label", FIELD_INT, true, 0, NULL},
    {"doc_no", FIELD_TEXT, false, 100, NULL},    {"snapshot_seq", FIELD_INT, true, 0, NULL},
    {"data_sha256", FIELD_TEXT, true, 64, NULL}, {"template_sha256", FIELD_TEXT, true, 64, NULL},
    {"text", FIELD_JSON, true, 0, NULL},         {"faults", FIELD_JSON, true, 0, NULL},
    {"files", FIELD_JSON, true, 0, NULL},
};
const struct command command_paper_make = {.name = "paper.make",
                                           .perm = PERM_PAPER_WRITE,
                                           COMMAND_FIELDS(paper_make_fields),
                                           .run = paper_make,
                                           .is_internal = true,
                                           .redirect = "/papers/{id}"};

static const struct field paper_issue_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_paper_issue = {.name = "paper.issue",
                                            .perm = PERM_PAPER_WRITE,
                                            COMMAND_FIELDS(paper_issue_fields),
                                            .run = paper_issue,
                                            .path = "/papers/{id}/issue",
                                            .redirect = "/papers/{id}"};

static const struct field paper_void_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_paper_void = {.name = "paper.void",
                                           .perm = PERM_PAPER_WRITE,
                                           COMMAND_FIELDS(paper_void_fields),
                                           .run = paper_void,
                                           .path = "/papers/{id}/void",
                                           .redirect = "/papers/{id}"};

static const struct field paper_template_add_fields[] = {
    {"kind", FIELD_TEXT, true, 40, NULL}, {"title", FIELD_TEXT, true, 200, NULL},
    {"unit_id", FIELD_ID, true, 0, NULL}, {"sha256", FIELD_TEXT, true, 64, NULL},
    {"size", FIELD_INT, true, 0, NULL},
};
const struct command command_paper_template_add = {.name = "paper_template.add",
                                                   .perm = PERM_PAPER_WRITE,
                                                   COMMAND_FIELDS(paper_template_add_fields),
                                                   .run = paper_template_add,
                                                   .is_internal = true,
                                                   .redirect = "/paper_templates"};

static const struct field paper_template_retire_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_paper_template_retire = {.name = "paper_template.retire",
                                                      .perm = PERM_PAPER_WRITE,
                                                      COMMAND_FIELDS(paper_template_retire_fields),
                                                      .run = paper_template_retire,
                                                      .path = "/paper_templates/{id}/retire",
                                                      .redirect = "/paper_templates"};
