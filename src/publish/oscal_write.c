/* oscal_write.c: see oscal_write.h. */
#include "publish/oscal_write.h"

#include "text/digest.h"

/* The version whose schema the tests check against. */
static const char oscal_version[] = "1.2.1";
static const char own_names[] = "https://bihuan.example.com/ns/oscal";

struct writing {
    struct ctx *ctx;
    const struct paper_snapshot *snapshot;
};

/* An identifier of the form of RFC 9562, version 8 is not in the schema: version 5 by its look, from SHA-256. */
static struct str uuid_of(struct writing *writing, const char *kind, int64_t id)
{
    uint8_t digest[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    digest_sha256(arena_format(writing->ctx->arena, "bihuan:%.*s:%s:%lld", STR_ARG(writing->snapshot->subject_no), kind,
                               (long long)id),
                  digest);
    digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x50);
    digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
    (void)digest_format(digest, hex);
    return arena_format(writing->ctx->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static void put_uuid(struct writing *writing, struct value *map, const char *key, const char *kind, int64_t id)
{
    value_put_text(writing->ctx->arena, map, key, uuid_of(writing, kind, id));
}

/* A date of the register as a time: midnight in China. */
static void put_time(struct writing *writing, struct value *map, const char *key, struct str day)
{
    value_put_text(writing->ctx->arena, map, key,
                   arena_format(writing->ctx->arena, "%.*sT00:00:00+08:00", STR_ARG(day)));
}

static void put_words(struct writing *writing, struct value *map, const char *key, struct str text,
                      struct str otherwise)
{
    text = str_trim(text);
    value_put_text(writing->ctx->arena, map, key, text.n ? text : otherwise);
}

/* Values of properties are one line without blanks at their ends. */
static void add_prop(struct writing *writing, struct value *map, const char *name, struct str value)
{
    struct arena *arena = writing->ctx->arena;
    struct value *list = (struct value *)value_get(map, "props");
    char *text = arena_copy_cstr(arena, str_trim(value));
    if (!text || !*text)
        return;
    for (char *c = text; *c; c++)
        *c = *c == '\n' || *c == '\r' ? ' ' : *c;
    struct value *prop = value_add_map(arena, list ? list : value_put_list(arena, map, "props"));
    value_put_text(arena, prop, "name", str_from_cstr(name));
    value_put_text(arena, prop, "ns", str_from_cstr(own_names));
    value_put_text(arena, prop, "value", str_from_cstr(text));
}

static void put_metadata(struct writing *writing, struct value *plan, const struct value *source)
{
    struct arena *arena = writing->ctx->arena;
    struct value *metadata = value_put_map(arena, plan, "metadata");
    put_words(writing, metadata, "title", value_get_text(source, "title"), writing->snapshot->subject_no);
    put_time(writing, metadata, "last-modified", value_get_text(writing->snapshot->data, "today"));
    value_put_text(arena, metadata, "version", arena_format(arena, "%lld", (long long)writing->snapshot->seq));
    value_put_text(arena, metadata, "oscal-version", str_from_cstr(oscal_version));
    add_prop(writing, metadata, "snapshot-event", arena_format(arena, "%lld", (long long)writing->snapshot->seq));
    add_prop(writing, metadata, "snapshot-digest", str_from_cstr(writing->snapshot->digest));
    struct value *party = value_add_map(arena, value_put_list(arena, metadata, "parties"));
    put_uuid(writing, party, "uuid", "unit", value_get_int(source, "unit_id", 0));
    value_put_text(arena, party, "type", STR("organization"));
    put_words(writing, party, "name", value_get_text(source, "unit_name"), STR("-"));
    struct value *system = value_put_map(arena, plan, "system-id");
    value_put_text(arena, system, "identifier-type", STR("https://bihuan.example.com/ns/oscal/source"));
    value_put_text(arena, system, "id", writing->snapshot->subject_no);
}

static void add_observation(struct writing *writing, struct value *list, const struct value *evidence)
{
    struct arena *arena = writing->ctx->arena;
    struct value *observation = value_add_map(arena, list);
    put_uuid(writing, observation, "uuid", "evidence", value_get_int(evidence, "id", 0));
    put_words(writing, observation, "title", value_get_text(evidence, "title"), value_get_text(evidence, "no"));
    put_words(writing, observation, "description", value_get_text(evidence, "title"), value_get_text(evidence, "no"));
    add_prop(writing, observation, "number", value_get_text(evidence, "no"));
    add_prop(writing, observation, "verdict", value_get_text(evidence, "evidence_verdict"));
    add_prop(writing, observation, "sha256", value_get_text(evidence, "sha256"));
    value_add_text(arena, value_put_list(arena, observation, "methods"), STR("EXAMINE"));
    put_time(writing, observation, "collected", value_get_text(evidence, "made_on"));
}

static void put_timing(struct writing *writing, struct value *task, struct str start, struct str due)
{
    struct arena *arena = writing->ctx->arena;
    if (!due.n)
        return;
    struct value *timing = value_put_map(arena, task, "timing");
    struct value *when = value_put_map(arena, timing, start.n ? "within-date-range" : "on-date");
    if (start.n)
        put_time(writing, when, "start", start);
    put_time(writing, when, start.n ? "end" : "date", due);
}

static void add_milestone(struct writing *writing, struct value *list, const struct value *row)
{
    struct value *task = value_add_map(writing->ctx->arena, list);
    put_uuid(writing, task, "uuid", "task", value_get_int(row, "id", 0));
    value_put_text(writing->ctx->arena, task, "type", STR("milestone"));
    put_words(writing, task, "title", value_get_text(row, "title"), value_get_text(row, "no"));
    if (str_trim(value_get_text(row, "finish_mark")).n)
        put_words(writing, task, "description", value_get_text(row, "finish_mark"), STR("-"));
    add_prop(writing, task, "number", value_get_text(row, "no"));
    add_prop(writing, task, "unit", value_get_text(row, "unit_name"));
    add_prop(writing, task, "state", value_get_text(row, "task_state"));
    put_timing(writing, task, value_get_text(row, "start"), value_get_text(row, "due"));
}

static void add_remediation(struct writing *writing, struct value *list, const struct value *measure)
{
    struct arena *arena = writing->ctx->arena;
    struct str state = value_get_text(measure, "measure_state");
    bool is_done = str_equal(state, STR("completed")) || str_equal(state, STR("verified"));
    struct value *response = value_add_map(arena, list);
    put_uuid(writing, response, "uuid", "measure", value_get_int(measure, "id", 0));
    value_put_text(arena, response, "lifecycle", is_done ? STR("completed") : STR("planned"));
    put_words(writing, response, "title", value_get_text(measure, "text"), STR("-"));
    put_words(writing, response, "description", value_get_text(measure, "text"), STR("-"));
    const struct value *tasks = value_get(measure, "tasks");
    if (!value_count(tasks))
        return;
    struct value *milestones = value_put_list(arena, response, "tasks");
    VALUE_EACH (task, tasks)
        add_milestone(writing, milestones, task);
}

static void add_risk(struct writing *writing, struct value *list, const struct value *finding)
{
    struct arena *arena = writing->ctx->arena;
    struct value *risk = value_add_map(arena, list);
    struct str title = value_get_text(finding, "title"), causes = STR("");
    VALUE_EACH (cause, value_get(finding, "causes"))
        causes = arena_concat(arena, arena_concat(arena, causes, causes.n ? STR("\n") : STR("")),
                              value_get_text(cause, "text"));
    put_uuid(writing, risk, "uuid", "risk", value_get_int(finding, "id", 0));
    put_words(writing, risk, "title", title, value_get_text(finding, "no"));
    put_words(writing, risk, "description", value_get_text(finding, "facts"), title);
    put_words(writing, risk, "statement", causes, title);
    value_put_text(arena, risk, "status", value_get_bool(finding, "is_over") ? STR("closed") : STR("open"));
    if (value_get_text(finding, "due").n)
        put_time(writing, risk, "deadline", value_get_text(finding, "due"));
    const struct value *measures = value_get(finding, "measures");
    if (!value_count(measures))
        return;
    struct value *remediations = value_put_list(arena, risk, "remediations");
    VALUE_EACH (measure, measures)
        add_remediation(writing, remediations, measure);
}

static void add_item(struct writing *writing, struct value *list, const struct value *finding)
{
    struct arena *arena = writing->ctx->arena;
    struct value *item = value_add_map(arena, list);
    int64_t id = value_get_int(finding, "id", 0);
    put_uuid(writing, item, "uuid", "finding", id);
    put_words(writing, item, "title", value_get_text(finding, "title"), value_get_text(finding, "no"));
    put_words(writing, item, "description", value_get_text(finding, "facts"), value_get_text(finding, "title"));
    add_prop(writing, item, "number", value_get_text(finding, "no"));
    add_prop(writing, item, "aspect", value_get_text(finding, "aspect_title"));
    add_prop(writing, item, "unit", value_get_text(finding, "unit_name"));
    add_prop(writing, item, "leader", value_get_text(finding, "lead_leader"));
    add_prop(writing, item, "phase", value_get_text(finding, "phase"));
    add_prop(writing, item, "state", value_get_text(finding, "finding_status"));
    const struct value *evidence = value_get(finding, "evidence");
    if (value_count(evidence)) {
        struct value *related = value_put_list(arena, item, "related-observations");
        VALUE_EACH (row, evidence)
            put_uuid(writing, value_add_map(arena, related), "observation-uuid", "evidence",
                     value_get_int(row, "id", 0));
    }
    put_uuid(writing, value_add_map(arena, value_put_list(arena, item, "related-risks")), "risk-uuid", "risk", id);
}

enum rc oscal_write(struct ctx *ctx, const struct paper_snapshot *snapshot, struct buf *out)
{
    struct arena *arena = ctx->arena;
    struct writing writing = {ctx, snapshot};
    struct value *root = value_new_map(arena), *plan = value_put_map(arena, root, "plan-of-action-and-milestones");
    const struct value *evidence = value_get(snapshot->data, "evidence"),
                       *findings = value_get(snapshot->data, "findings");
    put_uuid(&writing, plan, "uuid", "plan", snapshot->seq);
    put_metadata(&writing, plan, value_get(snapshot->data, "source"));
    if (value_count(evidence)) { /* lists are absent or not empty */
        struct value *list = value_put_list(arena, plan, "observations");
        VALUE_EACH (row, evidence)
            add_observation(&writing, list, row);
    }
    if (value_count(findings)) {
        struct value *list = value_put_list(arena, plan, "risks");
        VALUE_EACH (row, findings)
            add_risk(&writing, list, row);
    }
    struct value *items = value_put_list(arena, plan, "poam-items");
    VALUE_EACH (row, findings)
        add_item(&writing, items, row);
    TRY(arena_rc(arena));
    value_write_json(out, root, true);
    return buf_rc(out);
}
