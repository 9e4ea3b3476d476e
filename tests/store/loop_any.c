/* loop_any.c: see loop_any.h. */
#include "loop_any.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { POOL_IDS = 400, POOLS = 60 };

static uint64_t state;
static struct {
    const char *table;
    int64_t ids[POOL_IDS];
    int count;
} pools[POOLS];
static int pool_count;
static bool is_lean;

void any_seed(uint64_t seed)
{
    state = seed;
    any_forget();
}

uint32_t any_random(uint32_t below)
{
    state ^= state << 13; /* xorshift64 */
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % below);
}

void any_lean(bool lean) { is_lean = lean; }

void any_forget(void) { pool_count = 0; }

int64_t any_id(struct store *store, const char *table)
{
    int at = 0;
    while (at < pool_count && strcmp(pools[at].table, table) != 0)
        at++;
    if (at == pool_count) {
        assert_true(pool_count < POOLS);
        struct db_stmt *st;
        bool is_row;
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT id FROM %s ORDER BY id DESC LIMIT %d", table, POOL_IDS);
        STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &st));
        pools[at].table = table;
        pools[at].count = 0;
        for (;;) {
            STORE_OK(db_step(store->ctx, st, &is_row));
            if (!is_row)
                break;
            pools[at].ids[pools[at].count++] = db_column_int(st, 0);
        }
        db_stmt_free(st);
        pool_count++;
    }
    return pools[at].count ? pools[at].ids[any_random((uint32_t)pools[at].count)] : 0;
}

struct pair {
    const char *name, *table;
};

static const char *find(const struct pair *pairs, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal_cstr(name, pairs[i].name))
            return pairs[i].table;
    return NULL;
}

const char *any_table_of_noun(struct str noun)
{
    static const struct pair pairs[] = {{"finding", "finding"},     {"measure", "measure"},
                                        {"task", "task"},           {"node", "node"},
                                        {"cause", "cause"},         {"report", "report"},
                                        {"evidence", "evidence"},   {"extension", "extension"},
                                        {"check", "truth_check"},   {"sweep", "sweep"},
                                        {"answer", "sweep_answer"}, {"review", "review"},
                                        {"lookback", "lookback"},   {"lookback_item", "lookback_item"},
                                        {"rule", "rule"},           {"cascade", "rule_cascade"},
                                        {"hang", "hang"},           {"letter", "letter"},
                                        {"lead", "lead_case"},      {"meeting", "meeting"},
                                        {"decision", "decision"},   {"group", "task_force"},
                                        {"handover", "handover"},   {"unit", "unit"},
                                        {"person", "person"},       {"assessment", "assessment"},
                                        {"scorecard", "scorecard"}, {"review_chain", "review_chain"}};
    return find(pairs, sizeof pairs / sizeof pairs[0], noun);
}

const char *any_table_of_field(const char *field)
{
    static const struct pair pairs[] = {{"unit_id", "unit"},
                                        {"stationed_id", "unit"},
                                        {"issuer_id", "unit"},
                                        {"parent_id", "unit"},
                                        {"lead_dept_id", "unit"},
                                        {"assist_ids", "unit"},
                                        {"unit_ids", "unit"},
                                        {"person_id", "person"},
                                        {"head_id", "person"},
                                        {"from_person", "person"},
                                        {"to_person", "person"},
                                        {"doer_id", "person"},
                                        {"contact_id", "person"},
                                        {"checker_id", "person"},
                                        {"lead_leader_id", "person"},
                                        {"supervisor_id", "unit"},
                                        {"deputy_ids", "person"},
                                        {"member_ids", "person"},
                                        {"attended", "person"},
                                        {"observed", "person"},
                                        {"absent", "person"},
                                        {"finding_id", "finding"},
                                        {"recurs_id", "finding"},
                                        {"main_id", "finding"},
                                        {"ids", "finding"},
                                        {"measure_id", "measure"},
                                        {"task_id", "task"},
                                        {"cause_id", "cause"},
                                        {"source_id", "source"},
                                        {"aspect_id", "aspect"},
                                        {"subject_id", "task"},
                                        {"pred_ids", "node"},
                                        {"problem_id", "meeting_problem"},
                                        {"expected_id", "expected_evidence"},
                                        {"link_id", "evidence_link"}};
    return find(pairs, sizeof pairs / sizeof pairs[0], str_from_cstr(field));
}

bool any_is_elsewhere(const struct command *command)
{
    static const char *const nouns[] = {"account.", "grant.",    "password.", "sessions.", "draft.",
                                        "webhook.", "view.",     "scheme.",   "feed.",     "tick.",
                                        "file.",    "register.", "ballot.",   "unit."};
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        if (strncmp(command->name, nouns[i], strlen(nouns[i])) == 0)
            return true;
    return false;
}

/* ---- values ------------------------------------------------------------------------------------------------- */

static struct str any_text(struct store *store, const struct field *field)
{
    static const char *const words[] = {"担保", "贸易", "债务", "考核", "采购", "党建", "安全", "合同"};
    struct str text =
        arena_format(store->ctx->arena, "%s%s整改情况%u", words[any_random(8)], words[any_random(8)], any_random(90));
    if (strcmp(field->name, "steps") == 0 || strcmp(field->name, "items") == 0)
        text = arena_format(store->ctx->arena, "%.*s\n第二", STR_ARG(text));
    return field->max && field->max < 12 ? STR("甲") : text;
}

static struct str any_day(struct store *store, const struct field *field)
{
    char text[DATE_TEXT_BYTES];
    bool is_past = strstr(field->name, "_on") || strstr(field->name, "from") || strstr(field->name, "start") ||
                   strcmp(field->name, "signed") == 0;
    int32_t day = clock_today() + (is_past ? -(int32_t)any_random(3) : 5 + (int32_t)any_random(120));
    if (any_random(20) == 0)
        day = clock_today() + (int32_t)any_random(400) - 200;
    return arena_copy_str(store->ctx->arena, date_format(day, text));
}

static struct str any_choice(const char *choices)
{
    uint32_t n = 1;
    for (const char *p = choices; *p; p++)
        n += *p == '|';
    struct str rest = str_from_cstr(choices), part = STR_EMPTY;
    for (uint32_t at = any_random(n) + 1; at && str_split_next(&rest, '|', &part);)
        at--;
    return part;
}

static int64_t any_number(const struct field *field)
{
    if (strcmp(field->name, "progress") == 0)
        return any_random(3) ? 100 : any_random(101);
    if (strstr(field->name, "label") || strstr(field->name, "clearance"))
        return any_random(10) ? 1 : any_random(3);
    if (strcmp(field->name, "n") == 0 || strcmp(field->name, "rev") == 0)
        return 1;
    return strstr(field->name, "days") ? 5 + any_random(40) : 1 + any_random(8);
}

static void put_ids(struct store *store, struct value *raw, const struct field *field)
{
    struct value *list = value_put_list(store->ctx->arena, raw, field->name);
    const char *table = any_table_of_field(field->name);
    for (uint32_t i = 0, n = 1 + any_random(3); table && i < n; i++) {
        int64_t id = any_id(store, table);
        if (id)
            value_add_int(store->ctx->arena, list, id);
    }
}

static void put_id(struct store *store, const struct command *command, struct value *raw, const struct field *field)
{
    const char *dot = strchr(command->name, '.');
    const char *table = strcmp(field->name, "id") == 0
                            ? any_table_of_noun((struct str){command->name, (size_t)(dot - command->name)})
                            : any_table_of_field(field->name);
    int64_t id = table ? any_id(store, table) : 0;
    if (id)
        value_put_int(store->ctx->arena, raw, field->name, id);
}

static void put_value(struct store *store, const struct command *command, struct value *raw, const struct field *field)
{
    struct arena *arena = store->ctx->arena;
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_SECRET:
    case FIELD_LONG:
        value_put_text(arena, raw, field->name, any_text(store, field));
        return;
    case FIELD_INT:
        value_put_int(arena, raw, field->name, any_number(field));
        return;
    case FIELD_ID:
        put_id(store, command, raw, field);
        return;
    case FIELD_DATE:
        value_put_text(arena, raw, field->name, any_day(store, field));
        return;
    case FIELD_CHOICE:
    case FIELD_SET:
        value_put_text(arena, raw, field->name, any_choice(field->choices));
        return;
    case FIELD_BOOL:
        value_put_bool(arena, raw, field->name, any_random(4) != 0);
        return;
    case FIELD_MONEY:
        value_put_text(arena, raw, field->name, arena_format(arena, "%u.00", any_random(100000)));
        return;
    case FIELD_IDS:
        put_ids(store, raw, field);
        return;
    case FIELD_JSON:
        return;
    }
}

struct value *any_input(struct store *store, const struct command *command, const struct value *given)
{
    struct value *raw = value_new_map(store->ctx->arena);
    VALUE_EACH (one, given)
        value_put(raw, one->key, value_copy(store->ctx->arena, one));
    for (int i = 0; i < command->field_count; i++) {
        const struct field *field = &command->fields[i];
        bool is_wanted = field->is_required || strcmp(field->name, "reason") == 0 || (!is_lean && any_random(2));
        if (!value_get(raw, field->name) && is_wanted)
            put_value(store, command, raw, field);
    }
    return raw;
}
