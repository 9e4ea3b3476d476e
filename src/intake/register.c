/* register.c: commands on drafts, and the confirmation that makes the register of them.
 *
 * Confirming appends, in one transaction: the source with all its paragraphs, its aspects, findings, measures and
 * figures, and closes the draft.  A draft is confirmed once; a number is never used again.
 */
#include "base/clock.h"
#include "base/map.h"
#include "intake/import.h"
#include "intake/responsible.h"
#include "loop/finding.h"
#include "loop/measure.h"
#include "text/utf8.h"

enum { RESPONSIBLE_MAX = 200 }; /* as the form takes it */

static enum rc find_draft(struct command_call *call, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, Q_DRAFT_GET_ANY);
    db_bind_int(st, "id", value_get_int(call->input, "id", 0));
    TRY(db_first_row(call->ctx, st, ret_row));
    if (!*ret_row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "draft.not_found");
    TRY(command_require(call, PERM_SOURCE_WRITE, value_get_int(*ret_row, "unit_id", 0),
                        value_get_int(*ret_row, "label", 0)));
    if (!str_equal(value_get_text(*ret_row, "state"), STR("open")))
        return ctx_fail_key(call->ctx, RC_GUARD, "draft.closed");
    const struct value *revision = value_get(call->input, "revision");
    if (revision && revision->kind == VALUE_INT && revision->integer != value_get_int(*ret_row, "changed_seq", 0))
        return ctx_fail_key(call->ctx, RC_CONFLICT, "draft.changed_meanwhile");
    return RC_OK;
}

static enum rc store_file(struct command_call *call, const char *digest, struct str name, struct str media_type,
                          int64_t size)
{
    struct arena *arena = call->ctx->arena;
    struct str sha256 = value_get_text(call->input, digest);
    struct db_stmt *st = db_query(call->db, Q_FILE_FIND);
    db_bind_text(st, "sha256", sha256);
    struct value *known;
    TRY(db_first_row(call->ctx, st, &known));
    if (known)
        return RC_OK;
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "sha256", sha256);
    value_put_text(arena, body, "name", name);
    value_put_text(arena, body, "media_type", media_type);
    value_put_int(arena, body, "size", size);
    int64_t seq;
    return command_append(call, EVENT_FILE_STORED, CHAIN_ORGANISATION, 0, body, &seq);
}

static enum rc check_unit(struct command_call *call, int64_t unit_id)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", unit_id);
    struct value *unit;
    TRY(db_first_row(call->ctx, st, &unit));
    return unit ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
}

static enum rc draft_open(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    const struct value *input = call->input;
    int64_t unit_id = value_get_int(input, "unit_id", 0), label = value_get_int(input, "label", LABEL_INTERNAL), id;
    if (label < LABEL_PUBLIC || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_label", "label");
    TRY(check_unit(call, unit_id));
    TRY(command_require(call, PERM_SOURCE_WRITE, unit_id, label));
    struct str name = value_get_text(input, "file_name");
    TRY(store_file(call, "file_sha256", name, value_get_text(input, "media_type"), value_get_int(input, "size", 0)));
    TRY(store_file(call, "draft_sha256", arena_concat(arena, name, STR(".draft.json")), STR("application/json"),
                   value_get_int(input, "draft_size", 0)));
    struct value *body = value_new_map(arena);
    static const char *const texts[] = {"file_sha256", "file_name", "draft_sha256", "title", "kind"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        value_put_text(arena, body, texts[i], value_get_text(input, texts[i]));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", label);
    TRY(command_append(call, EVENT_DRAFT_OPENED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

static enum rc draft_edit(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row;
    TRY(find_draft(call, &row));
    struct buf json CLEANUP(buf_done);
    buf_init(&json, 1024 * 1024);
    value_write_json(&json, value_get(call->input, "op"), false);
    TRY(buf_rc(&json));
    struct value *body = value_new_map(arena);
    int64_t id = value_get_int(row, "id", 0), n = value_get_int(row, "op_count", 0) + 1, seq;
    value_put_int(arena, body, "draft_id", id);
    value_put_int(arena, body, "n", n);
    value_put_text(arena, body, "op", buf_str(&json));
    TRY(command_append(call, EVENT_DRAFT_EDITED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "revision", seq);
    return RC_OK;
}

static enum rc draft_rewind(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *ops;
    TRY(find_draft(call, &row));
    int64_t id = value_get_int(row, "id", 0), to = value_get_int(call->input, "to", 0), seq;
    struct db_stmt *st = db_query(call->db, Q_DRAFT_OPS);
    db_bind_int(st, "id", id);
    TRY(db_rows(call->ctx, st, &ops));
    if (to < 0 || to > (int64_t)value_count(ops))
        return ctx_fail_key(call->ctx, RC_GUARD, "draft.nothing_to_undo");
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "draft_id", id);
    value_put_int(arena, body, "n", to);
    TRY(command_append(call, EVENT_DRAFT_REWOUND, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "revision", seq);
    return RC_OK;
}

static enum rc close_draft(struct command_call *call, int64_t id, const char *state, int64_t source_id)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    int64_t seq;
    value_put_int(arena, body, "draft_id", id);
    value_put_text(arena, body, "state", str_from_cstr(state));
    if (source_id)
        value_put_int(arena, body, "source_id", source_id);
    else
        value_put_null(arena, body, "source_id");
    return command_append(call, EVENT_DRAFT_CLOSED, CHAIN_ORGANISATION, id, body, &seq);
}

static enum rc draft_discard(struct command_call *call)
{
    struct value *row;
    TRY(find_draft(call, &row));
    int64_t id = value_get_int(row, "id", 0);
    value_put_int(call->ctx->arena, call->result, "id", id);
    return close_draft(call, id, "discarded", 0);
}

/* ---- confirming --------------------------------------------------------------------------------------------- */

struct confirmation {
    struct command_call *call;
    const struct value *draft, *row;
    int64_t source_id, source_unit, label;
    const struct value *source_row; /* no, unit_id, label for finding_register */
    struct map aspects;             /* draft id -> int64_t */
    struct responsible responsible;
    int64_t item_no, findings, measures;
};

static void copy_text_as(struct arena *arena, struct value *to, const char *key, struct str text)
{
    value_put_text(arena, to, key, text.p ? text : STR(""));
}

static void copy_date(struct arena *arena, struct value *to, const char *key, struct str text)
{
    int32_t day;
    if (date_parse(text, &day))
        value_put_text(arena, to, key, text);
    else
        value_put_null(arena, to, key);
}

enum rc register_make_source_no(struct command_call *call, struct str *ret_no)
{
    int year, month, day;
    date_to_civil(clock_today(), &year, &month, &day);
    struct db_stmt *st = db_query(call->db, Q_SOURCE_NEXT_NO);
    db_bind_text(st, "prefix", arena_format(call->ctx->arena, "LY-%d-%%", year));
    int64_t n;
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(call->ctx->arena, "LY-%d-%03lld", year, (long long)n);
    return RC_OK;
}

/* The document's paragraphs as they are kept: raw only where cleaning changed something. */
static struct value *make_paragraphs(struct arena *arena, const struct value *draft)
{
    struct value *list = value_new_list(arena);
    VALUE_EACH (paragraph, value_get(draft, "paragraphs")) {
        struct value *item = value_add_map(arena, list);
        int64_t n = value_get_int(paragraph, "n", 0);
        struct str text = value_get_text(paragraph, "text"), raw = value_get_text(paragraph, "raw"), reason = STR("");
        VALUE_EACH (gone, value_get(draft, "dropped")) {
            if (value_get_int(gone, "n", 0) == n)
                reason = value_get_text(gone, "reason");
        }
        if (str_equal(value_get_text(paragraph, "state"), STR("unplaced")))
            reason = STR("unplaced");
        value_put_int(arena, item, "n", n);
        copy_text_as(arena, item, "place", value_get_text(paragraph, "place"));
        copy_text_as(arena, item, "role", value_get_text(paragraph, "role"));
        copy_text_as(arena, item, "text", text);
        copy_text_as(arena, item, "raw", str_equal(text, raw) ? STR("") : raw);
        copy_text_as(arena, item, "dropped", reason);
    }
    return list;
}

static enum rc contacts_json(struct arena *arena, const struct value *source, struct str *ret_json)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1024 * 1024);
    const struct value *contacts = value_get(source, "contacts");
    if (contacts)
        value_write_json(&out, contacts, false);
    else
        buf_add_cstr(&out, "[]");
    TRY(buf_rc(&out));
    *ret_json = arena_copy_str(arena, buf_str(&out));
    return arena_rc(arena);
}

static void put_publicity(struct arena *arena, struct value *body, const struct value *source)
{
    const struct value *publicity = value_get(source, "publicity");
    copy_date(arena, body, "publicity_from", value_get_text(publicity, "from"));
    copy_date(arena, body, "publicity_to", value_get_text(publicity, "to"));
    const struct value *days = value_get(publicity, "stated_days");
    if (days && days->kind == VALUE_INT)
        value_put_int(arena, body, "publicity_days", days->integer);
    else
        value_put_null(arena, body, "publicity_days");
    const struct value *first = value_get(publicity, "include_first");
    if (first && first->kind == VALUE_BOOL)
        value_put_bool(arena, body, "publicity_first_day", first->boolean);
    else
        value_put_null(arena, body, "publicity_first_day");
}

static enum rc append_source(struct confirmation *c)
{
    struct command_call *call = c->call;
    struct arena *arena = call->ctx->arena;
    const struct value *source = value_get(c->draft, "source");
    struct str no, kind = value_get_text(c->row, "kind");
    struct str contacts;
    TRY(register_make_source_no(call, &no));
    TRY(contacts_json(arena, source, &contacts));
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "no", no);
    copy_text_as(arena, body, "kind", kind.n ? kind : value_get_text(source, "kind"));
    copy_text_as(arena, body, "doc_kind", value_get_text(c->draft, "doc_kind"));
    struct str title = value_get_text(source, "title");
    copy_text_as(arena, body, "title", title.n ? title : value_get_text(c->row, "title"));
    static const char *const texts[] = {"issuer", "inspector", "inspected_body", "signatory"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        copy_text_as(arena, body, texts[i], value_get_text(source, texts[i]));
    static const char *const dates[] = {"inspected_from", "inspected_to", "fed_back", "signed"};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        copy_date(arena, body, dates[i], value_get_text(source, dates[i]));
    put_publicity(arena, body, source);
    value_put_text(arena, body, "contacts", contacts);
    value_put_int(arena, body, "unit_id", c->source_unit);
    value_put_int(arena, body, "label", c->label);
    copy_text_as(arena, body, "file_sha256", value_get_text(c->row, "file_sha256"));
    copy_text_as(arena, body, "file_name", value_get_text(c->row, "file_name"));
    value_put(body, STR("paragraphs"), make_paragraphs(arena, c->draft));
    struct value *row = value_new_map(arena);
    value_put_text(arena, row, "no", no);
    value_put_int(arena, row, "unit_id", c->source_unit);
    value_put_int(arena, row, "label", c->label);
    c->source_row = row;
    return command_append(call, EVENT_SOURCE_REGISTERED, 0, 0, body, &c->source_id);
}

static enum rc append_aspects(struct confirmation *c)
{
    struct arena *arena = c->call->ctx->arena;
    int64_t no = 0;
    VALUE_EACH (aspect, value_get(c->draft, "aspects")) {
        struct value *body = value_new_map(arena);
        value_put_int(arena, body, "source_id", c->source_id);
        value_put_int(arena, body, "no", ++no);
        copy_text_as(arena, body, "title", value_get_text(aspect, "title"));
        int64_t *id = ARENA_NEW(arena, int64_t);
        if (!id)
            return arena_rc(arena);
        TRY(command_append(c->call, EVENT_ASPECT_REGISTERED, c->source_id, c->source_id, body, id));
        TRY(map_put(&c->aspects, value_get_text(aspect, "id"), id));
    }
    return RC_OK;
}

/* ---- what is no finding: parts, and what stands below them ---- */

static int64_t first_paragraph(const struct value *entry)
{
    const struct value *list = value_get(entry, "paragraphs");
    return list && list->kind == VALUE_LIST && list->items.first ? list->items.first->integer : 0;
}

/* Words that stand in a section kept before, as its numbered points do. */
static bool is_within(const struct value *kept, const struct value *note)
{
    int64_t n = first_paragraph(note);
    VALUE_EACH (other, value_get(kept, "paragraphs")) {
        if (n && other->integer == n)
            return true;
    }
    return false;
}

static void add_section(struct arena *arena, struct value *list, const struct value *entry, int64_t level,
                        struct str role)
{
    struct value *item = value_add_map(arena, list);
    value_put_int(arena, item, "n", (int64_t)value_count(list));
    value_put_int(arena, item, "level", level);
    copy_text_as(arena, item, "role", role);
    copy_text_as(arena, item, "mark", value_get_text(entry, "no"));
    copy_text_as(arena, item, "title", value_get_text(entry, "title"));
    copy_text_as(arena, item, "body", value_get_text(entry, "body"));
}

/* Entries of a list that stand in the document from a part on, up to the next. */
static void add_sections_of(struct arena *arena, struct value *to, const struct value *entries,
                            const struct value *part)
{
    int64_t from = first_paragraph(part), until = part->next ? first_paragraph(part->next) : 0;
    const struct value *kept = NULL;
    VALUE_EACH (entry, entries) {
        int64_t n = first_paragraph(entry);
        bool is_here = n >= from && (!until || n < until);
        if (!is_here || is_within(kept, entry) || is_within(part, entry))
            continue;
        add_section(arena, to, entry, 2, value_get_text(part, "role"));
        kept = entry;
    }
}

static enum rc append_sections(struct confirmation *c)
{
    struct arena *arena = c->call->ctx->arena;
    struct value *body = value_new_map(arena), *list = value_put_list(arena, body, "sections");
    int64_t seq;
    VALUE_EACH (part, value_get(c->draft, "parts")) {
        add_section(arena, list, part, 1, value_get_text(part, "role"));
        add_sections_of(arena, list, value_get(c->draft, "notes"), part);
        add_sections_of(arena, list, value_get(c->draft, "next_steps"), part);
    }
    if (!value_count(list))
        return RC_OK;
    return command_append(c->call, EVENT_SECTIONS_REGISTERED, c->source_id, c->source_id, body, &seq);
}

static void put_paragraph_range(struct arena *arena, struct value *to, const struct value *finding)
{
    int64_t first = 0, last = 0;
    VALUE_EACH (n, value_get(finding, "paragraphs")) {
        if (n->kind != VALUE_INT)
            continue;
        first = first == 0 || n->integer < first ? n->integer : first;
        last = n->integer > last ? n->integer : last;
    }
    if (first) {
        value_put_int(arena, to, "paragraph_from", first);
        value_put_int(arena, to, "paragraph_to", last);
    }
}

static enum rc append_measures(struct confirmation *c, int64_t finding_id, int64_t unit_id, const struct value *finding)
{
    struct arena *arena = c->call->ctx->arena;
    int64_t no = 0, id;
    VALUE_EACH (measure, value_get(finding, "measures")) {
        struct value *map = value_new_map(arena);
        copy_text_as(arena, map, "text", value_get_text(measure, "text"));
        value_put_bool(arena, map, "is_derived", value_get_bool(measure, "derived"));
        struct str phase = value_get_text(measure, "phase");
        copy_text_as(arena, map, "phase", phase.n ? phase : value_get_text(finding, "phase"));
        copy_date(arena, map, "due", value_get_text(measure, "due"));
        int64_t paragraph = value_get_int(measure, "paragraph", 0);
        if (paragraph)
            value_put_int(arena, map, "paragraph", paragraph);
        TRY(measure_register(c->call, c->source_id, finding_id, ++no, unit_id, c->label, map, &id));
        c->measures++;
    }
    return RC_OK;
}

static enum rc append_figures(struct confirmation *c, int64_t finding_id, const struct value *finding)
{
    struct arena *arena = c->call->ctx->arena;
    VALUE_EACH (figure, value_get(finding, "figures")) {
        struct value *body = value_new_map(arena);
        value_put_int(arena, body, "finding_id", finding_id);
        static const char *const texts[] = {"label", "unit", "text"};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            copy_text_as(arena, body, texts[i], value_get_text(figure, texts[i]));
        value_put_int(arena, body, "value", value_get_int(figure, "value", 0));
        value_put_int(arena, body, "scale", value_get_int(figure, "scale", 0));
        int64_t seq;
        TRY(command_append(c->call, EVENT_FIGURE_STATED, c->source_id, finding_id, body, &seq));
    }
    return RC_OK;
}

static enum rc append_finding(struct confirmation *c, const struct value *finding)
{
    struct arena *arena = c->call->ctx->arena;
    struct value *map = value_new_map(arena);
    struct responsible_place place;
    int64_t id;
    struct str responsible = value_get_text(finding, "responsible");
    TRY(responsible_find(&c->responsible, responsible, &place));
    copy_text_as(arena, map, "mark", value_get_text(finding, "no"));
    copy_text_as(arena, map, "title", value_get_text(finding, "title"));
    copy_text_as(arena, map, "facts", value_get_text(finding, "body"));
    copy_text_as(arena, map, "phase", value_get_text(finding, "phase"));
    copy_text_as(arena, map, "status_stated", value_get_text(finding, "status_stated"));
    copy_text_as(arena, map, "responsible", utf8_cut_count(responsible, RESPONSIBLE_MAX));
    copy_text_as(arena, map, "due_stated", value_get_text(finding, "due_text"));
    copy_date(arena, map, "due", value_get_text(finding, "due"));
    const int64_t *aspect = map_get(&c->aspects, value_get_text(finding, "aspect"));
    if (aspect)
        value_put_int(arena, map, "aspect_id", *aspect);
    const struct value *amount = value_get(finding, "amount_fen");
    if (amount && amount->kind == VALUE_INT)
        value_put_int(arena, map, "amount_fen", amount->integer);
    value_put_int(arena, map, "unit_id", place.unit_id);
    value_put_int(arena, map, "label", c->label);
    put_paragraph_range(arena, map, finding);
    TRY(finding_register(c->call, c->source_id, c->source_row, ++c->item_no, map, &id));
    TRY(append_measures(c, id, place.unit_id, finding));
    c->findings++;
    return append_figures(c, id, finding);
}

static enum rc draft_confirm(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row;
    TRY(find_draft(call, &row));
    struct confirmation c = {.call = call,
                             .draft = value_get(call->input, "draft"),
                             .row = row,
                             .source_unit = value_get_int(row, "unit_id", 0),
                             .label = value_get_int(row, "label", LABEL_INTERNAL)};
    if (value_count(value_get(c.draft, "findings")) == 0)
        return ctx_fail_key(call->ctx, RC_GUARD, "draft.no_findings");
    map_init(&c.aspects, arena);
    responsible_init(&c.responsible, call->ctx, call->db, call->actor, c.source_unit, c.label);
    TRY(append_source(&c));
    TRY(append_aspects(&c));
    TRY(append_sections(&c));
    VALUE_EACH (finding, value_get(c.draft, "findings")) {
        TRY(append_finding(&c, finding));
    }
    TRY(close_draft(call, value_get_int(row, "id", 0), "confirmed", c.source_id));
    value_put_int(arena, call->result, "id", c.source_id);
    value_put_text(arena, call->result, "no", value_get_text(c.source_row, "no"));
    value_put_int(arena, call->result, "findings", c.findings);
    value_put_int(arena, call->result, "measures", c.measures);
    return RC_OK;
}

#define KINDS "|inspection|audit|thematic|democratic_life|self_check|directive|comment|alert|other"

static const struct field draft_open_fields[] = {
    {"file_sha256", FIELD_TEXT, true, 64, NULL}, {"draft_sha256", FIELD_TEXT, true, 64, NULL},
    {"file_name", FIELD_TEXT, true, 200, NULL},  {"media_type", FIELD_TEXT, true, 100, NULL},
    {"size", FIELD_INT, true, 0, NULL},          {"draft_size", FIELD_INT, false, 0, NULL},
    {"title", FIELD_LONG, true, 600, NULL},      {"unit_id", FIELD_ID, true, 0, NULL},
    {"label", FIELD_INT, false, 0, NULL},        {"kind", FIELD_CHOICE, false, 0, KINDS}};
const struct command command_draft_open = {
    .name = "draft.open", .perm = PERM_SOURCE_WRITE, COMMAND_FIELDS(draft_open_fields), .run = draft_open};

static const struct field draft_edit_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"revision", FIELD_INT, false, 0, NULL}, {"op", FIELD_JSON, true, 0, NULL}};
const struct command command_draft_edit = {
    .name = "draft.edit", .perm = PERM_SOURCE_WRITE, COMMAND_FIELDS(draft_edit_fields), .run = draft_edit};

static const struct field draft_rewind_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"revision", FIELD_INT, false, 0, NULL}, {"to", FIELD_INT, true, 0, NULL}};
const struct command command_draft_rewind = {
    .name = "draft.rewind", .perm = PERM_SOURCE_WRITE, COMMAND_FIELDS(draft_rewind_fields), .run = draft_rewind};

static const struct field draft_discard_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                    {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_draft_discard = {.name = "draft.discard",
                                              .perm = PERM_SOURCE_WRITE,
                                              COMMAND_FIELDS(draft_discard_fields),
                                              .run = draft_discard,
                                              .path = "/drafts/{id}/discard",
                                              .redirect = "/sources"};

static const struct field draft_confirm_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"revision", FIELD_INT, false, 0, NULL}, {"draft", FIELD_JSON, true, 0, NULL}};
const struct command command_draft_confirm = {
    .name = "draft.confirm", .perm = PERM_SOURCE_WRITE, COMMAND_FIELDS(draft_confirm_fields), .run = draft_confirm};
