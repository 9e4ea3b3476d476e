/* register_sheet_write.c: a planned ledger is written: all rows or none; see register_sheet_plan.h. */
#include "base/clock.h"
#include "base/map.h"
#include "intake/import.h"
#include "intake/register_sheet.h"
#include "intake/register_sheet_plan.h"
#include "loop/cause.h"
#include "loop/finding.h"
#include "loop/measure.h"

enum { SOURCES_MAX = 1000 };

/* A source in this import: numbers and aspects go on from what it has. */
struct place {
    int64_t id, item_no, aspect_no;
    struct value *source;
    struct map aspects; /* title -> int64_t id */
};

struct writing {
    struct command_call *call;
    struct arena *arena;
    struct map places; /* id as text -> struct place */
    int64_t new_id;    /* the source made here; 0: none */
};

static struct str number_text(struct arena *arena, int64_t n) { return arena_format(arena, "%lld", (long long)n); }

static enum rc load_aspects(struct writing *w, struct place *place)
{
    struct db_stmt *st = db_query(w->call->db, Q_REGISTER_ASPECTS);
    db_bind_int(st, "source_id", place->id);
    struct value *rows;
    TRY(db_rows(w->call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        int64_t *id = ARENA_NEW(w->arena, int64_t), no = value_get_int(row, "no", 0);
        if (!id)
            return arena_rc(w->arena);
        *id = value_get_int(row, "id", 0);
        place->aspect_no = no > place->aspect_no ? no : place->aspect_no;
        TRY(map_put(&place->aspects, value_get_text(row, "title"), id));
    }
    return RC_OK;
}

static enum rc get_place(struct writing *w, int64_t source_id, struct place **ret_place)
{
    struct str key = number_text(w->arena, source_id);
    *ret_place = map_get(&w->places, key);
    if (*ret_place)
        return RC_OK;
    struct place *place = ARENA_NEW(w->arena, struct place);
    if (!place)
        return arena_rc(w->arena);
    place->id = source_id;
    map_init(&place->aspects, w->arena);
    struct db_stmt *st = db_query(w->call->db, Q_SOURCE_GET_ANY);
    db_bind_int(st, "id", source_id);
    TRY(db_first_row(w->call->ctx, st, &place->source));
    if (!place->source)
        return ctx_fail_key(w->call->ctx, RC_NOT_FOUND, "source.not_found");
    place->item_no = value_get_int(place->source, "last_item_no", 0);
    TRY(load_aspects(w, place));
    *ret_place = place;
    return map_put(&w->places, key, place);
}

static enum rc get_aspect(struct writing *w, struct place *place, struct str title, int64_t *ret_id)
{
    int64_t *id = map_get(&place->aspects, title);
    if (!id) {
        id = ARENA_NEW(w->arena, int64_t);
        struct value *body = value_new_map(w->arena);
        if (!id)
            return arena_rc(w->arena);
        value_put_int(w->arena, body, "source_id", place->id);
        value_put_int(w->arena, body, "no", ++place->aspect_no);
        value_put_text(w->arena, body, "title", title);
        TRY(command_append(w->call, EVENT_ASPECT_REGISTERED, place->id, place->id, body, id));
        TRY(map_put(&place->aspects, title, id));
    }
    *ret_id = *id;
    return RC_OK;
}

/* The source that the ledger is, when it is none that was there. */
static enum rc make_source(struct writing *w)
{
    const struct value *input = w->call->input;
    struct value *body = value_new_map(w->arena);
    struct str no, kind = value_get_text(input, "kind");
    TRY(register_make_source_no(w->call, &no));
    value_put_text(w->arena, body, "no", no);
    value_put_text(w->arena, body, "kind", kind.n ? kind : STR("other"));
    value_put_text(w->arena, body, "doc_kind", STR("ledger"));
    value_put_text(w->arena, body, "title", value_get_text(input, "title"));
    static const char *const texts[] = {"issuer", "inspector", "inspected_body", "signatory"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        value_put_text(w->arena, body, texts[i], STR(""));
    static const char *const nulls[] = {"inspected_from", "inspected_to", "fed_back",       "signed",
                                        "publicity_from", "publicity_to", "publicity_days", "publicity_first_day"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        value_put_null(w->arena, body, nulls[i]);
    value_put_text(w->arena, body, "contacts", STR("[]"));
    value_put_int(w->arena, body, "unit_id", value_get_int(input, "unit_id", 0));
    value_put_int(w->arena, body, "label", value_get_int(input, "label", LABEL_INTERNAL));
    value_put_text(w->arena, body, "file_sha256", value_get_text(input, "file_sha256"));
    value_put_text(w->arena, body, "file_name", value_get_text(input, "file_name"));
    (void)value_put_list(w->arena, body, "paragraphs");
    return command_append(w->call, EVENT_SOURCE_REGISTERED, 0, 0, body, &w->new_id);
}

static enum rc write_new(struct writing *w, const struct value *row)
{
    int64_t source_id = value_get_int(row, "source_id", 0), id;
    struct place *place;
    TRY(get_place(w, source_id ? source_id : w->new_id, &place));
    struct value *finding = (struct value *)value_get(row, "input");
    struct str aspect = value_get_text(row, "aspect");
    if (aspect.n) {
        int64_t aspect_id;
        TRY(get_aspect(w, place, aspect, &aspect_id));
        value_put_int(w->arena, finding, "aspect_id", aspect_id);
    }
    TRY(finding_register(w->call, place->id, place->source, ++place->item_no, finding, &id));
    struct str cause = value_get_text(row, "cause");
    if (cause.n)
        TRY(cause_register(w->call, place->id, id, cause));
    int64_t no = 0, measure_id, unit_id = value_get_int(finding, "unit_id", 0),
            label = value_get_int(finding, "label", 0);
    VALUE_EACH (measure, value_get(row, "measures")) {
        TRY(measure_register(w->call, place->id, id, ++no, unit_id, label, measure, &measure_id));
    }
    return RC_OK;
}

static enum rc run_on(struct writing *w, const struct command *command, const struct value *input)
{
    struct command_call call = *w->call;
    call.input = input;
    call.result = value_new_map(w->arena);
    return command->run(&call);
}

/* The name of the file stands for a reason where nobody wrote one; for another date it is none. */
static void put_reason(struct writing *w, struct value *input)
{
    struct str reason = value_get_text(w->call->input, "reason");
    bool is_name = str_equal(reason, value_get_text(w->call->input, "file_name"));
    value_put_text(w->arena, input, "reason", is_name && value_get(input, "due") ? STR("") : reason);
}

static enum rc write_measures(struct writing *w, const struct value *row)
{
    VALUE_EACH (measure, value_get(row, "measures")) {
        struct value *input = value_copy(w->arena, measure);
        value_put_int(w->arena, input, "finding_id", value_get_int(row, "id", 0));
        put_reason(w, input);
        bool is_new = value_get_int(measure, "id", 0) == 0;
        TRY(run_on(w, is_new ? &command_measure_plan : &command_measure_change, input));
    }
    return RC_OK;
}

static enum rc write_change(struct writing *w, const struct value *row)
{
    const struct value *change = value_get(row, "input");
    struct str aspect = value_get_text(row, "aspect");
    if (value_count(change)) {
        struct value *input = value_copy(w->arena, change);
        if (value_get(input, "aspect_id") && aspect.n) {
            struct place *place;
            int64_t aspect_id;
            TRY(get_place(w, value_get_int(row, "source_id", 0), &place));
            TRY(get_aspect(w, place, aspect, &aspect_id));
            value_set(input, STR("aspect_id"), value_new_int(w->arena, aspect_id));
        }
        value_put_int(w->arena, input, "id", value_get_int(row, "id", 0));
        put_reason(w, input);
        TRY(run_on(w, &command_finding_change, input));
    }
    struct str cause = value_get_text(row, "cause");
    if (cause.n) {
        struct value *input = value_new_map(w->arena);
        cause_put_stated(w->arena, input, value_get_int(row, "id", 0), cause);
        TRY(run_on(w, &command_cause_find, input));
    }
    return write_measures(w, row);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static enum rc fail_with(struct command_call *call, const struct value *plan)
{
    VALUE_EACH (error, value_get(plan, "errors")) {
        struct str args[CTX_ARGS_MAX], key = value_get_text(error, "key");
        int n = 0;
        VALUE_EACH (arg, value_get(error, "args")) {
            if (n < CTX_ARGS_MAX)
                args[n++] = arg->text;
        }
        struct str place = arena_format(call->ctx->arena, "%.*s%lld", STR_ARG(value_get_text(error, "column")),
                                        (long long)value_get_int(error, "row", 0));
        char *key_text = arena_copy_cstr(call->ctx->arena, key);
        (void)ctx_fail(call->ctx, RC_INVALID, key_text, value_get_text(error, "field"), place, args, n);
    }
    return RC_INVALID;
}

/* Nobody else writes to the sources until the end: locked in one order, then planned on what stands there. */
static enum rc lock_sources(struct command_call *call, const struct value *plan)
{
    int64_t ids[SOURCES_MAX];
    int n = 0;
    VALUE_EACH (row, value_get(plan, "rows")) {
        int64_t id = value_get_int(row, "source_id", 0);
        int at = 0;
        while (at < n && ids[at] < id)
            at++;
        if (id == 0 || (at < n && ids[at] == id))
            continue;
        if (n == SOURCES_MAX)
            return ctx_fail_format(call->ctx, RC_TOO_LARGE, "register.too_many_sources", "%d", SOURCES_MAX);
        for (int i = n++; i > at; i--)
            ids[i] = ids[i - 1];
        ids[at] = id;
    }
    for (int i = 0; i < n; i++)
        TRY(command_lock_chain(call, ids[i]));
    return RC_OK;
}

static enum rc make_plan(struct command_call *call, struct value **ret_plan)
{
    TRY(register_sheet_plan(call->ctx, call->db, call->actor, call->input, ret_plan));
    if (db_get_engine(call->db) == DB_SQLITE)
        return RC_OK;
    TRY(lock_sources(call, *ret_plan));
    return register_sheet_plan(call->ctx, call->db, call->actor, call->input, ret_plan);
}

static enum rc remember_mapping(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct str signature = value_get_text(call->input, "signature");
    const struct value *columns = value_get(call->input, "columns");
    if (!signature.n || value_count(columns) == 0)
        return RC_OK;
    struct value *mapping = value_new_map(arena), *known;
    value_put(mapping, STR("columns"), value_copy(arena, columns));
    struct buf json CLEANUP(buf_done);
    buf_init(&json, 256 * 1024);
    value_write_json(&json, mapping, false);
    TRY(buf_rc(&json));
    struct db_stmt *st = db_query(call->db, Q_IMPORT_MAPPING_GET);
    db_bind_text(st, "signature", signature);
    TRY(db_first_row(call->ctx, st, &known));
    if (known && str_equal(value_get_text(known, "mapping"), buf_str(&json)))
        return RC_OK;
    struct value *body = value_new_map(arena);
    int64_t seq;
    value_put_text(arena, body, "signature", signature);
    value_put_text(arena, body, "mapping", arena_copy_str(arena, buf_str(&json)));
    return command_append(call, EVENT_MAPPING_LEARNED, CHAIN_ORGANISATION, 0, body, &seq);
}

static enum rc register_import(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct writing w = {.call = call, .arena = arena};
    struct value *plan;
    map_init(&w.places, arena);
    TRY(make_plan(call, &plan));
    if (value_count(value_get(plan, "errors")))
        return fail_with(call, plan);
    bool is_new_source = !value_get_int(call->input, "source_id", 0) && value_get_text(call->input, "title").n;
    if (is_new_source && value_get_int(plan, "created", 0) > 0)
        TRY(make_source(&w));
    VALUE_EACH (row, value_get(plan, "rows")) {
        struct str action = value_get_text(row, "action");
        if (str_equal(action, STR("create")))
            TRY(write_new(&w, row));
        else if (str_equal(action, STR("change")))
            TRY(write_change(&w, row));
    }
    TRY(remember_mapping(call));
    static const char *const counts[] = {"created", "changed", "same", "skipped", "stale", "measures"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        value_put_int(arena, call->result, counts[i], value_get_int(plan, counts[i], 0));
    value_put_int(arena, call->result, "source_id", w.new_id ? w.new_id : value_get_int(call->input, "source_id", 0));
    return RC_OK;
}

static enum rc file_keep(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct str sha256 = value_get_text(call->input, "sha256");
    struct db_stmt *st = db_query(call->db, Q_FILE_IS_MINE);
    struct value *row;
    db_bind_text(st, "sha256", sha256);
    db_bind_int(st, "me", call->actor->account_id);
    TRY(db_first_row(call->ctx, st, &row));
    int64_t id = value_get_int(row, "id", 0), seq;
    if (!id) {
        st = db_query(call->db, Q_FILE_FIND);
        db_bind_text(st, "sha256", sha256);
        struct value *known, *body = value_new_map(arena);
        TRY(db_first_row(call->ctx, st, &known));
        static const char *const texts[] = {"sha256", "name", "media_type"};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            value_put_text(arena, body, texts[i], value_get_text(call->input, texts[i]));
        value_put_int(arena, body, "size", value_get_int(call->input, "size", 0));
        id = value_get_int(known, "id", 0);
        TRY(command_append(call, EVENT_FILE_STORED, CHAIN_ORGANISATION, id, body, &seq));
        id = id ? id : seq;
    }
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

static const struct field register_import_fields[] = {
    {"sheet", FIELD_JSON, true, 0, NULL},
    {"policy", FIELD_CHOICE, true, 0, "stop|skip|update"},
    {"source_id", FIELD_ID, false, 0, NULL},
    {"title", FIELD_TEXT, false, 300, NULL},
    {"kind", FIELD_CHOICE, false, 0,
     "|inspection|audit|thematic|democratic_life|self_check|directive|comment|alert|other"},
    {"unit_id", FIELD_ID, false, 0, NULL},
    {"label", FIELD_INT, false, 0, NULL},
    {"signature", FIELD_TEXT, false, 0, NULL},
    {"columns", FIELD_JSON, false, 0, NULL},
    {"file_sha256", FIELD_TEXT, false, 0, NULL},
    {"file_name", FIELD_TEXT, false, 0, NULL},
    {"reason", FIELD_TEXT, false, 300, NULL}};
const struct command command_register_import = {.name = "register.import",
                                                .perm = PERM_FINDING_WRITE,
                                                COMMAND_FIELDS(register_import_fields),
                                                .run = register_import};

static const struct field file_keep_fields[] = {{"sha256", FIELD_TEXT, true, 0, NULL},
                                                {"name", FIELD_TEXT, true, 0, NULL},
                                                {"media_type", FIELD_TEXT, true, 0, NULL},
                                                {"size", FIELD_INT, true, 0, NULL}};
const struct command command_file_keep = {
    .name = "file.keep", .perm = PERM_FINDING_WRITE, COMMAND_FIELDS(file_keep_fields), .run = file_keep};
