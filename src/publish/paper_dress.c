/* paper_dress.c: words for codes, days, amounts; see paper_dress.h. */
#include "publish/paper_dress.h"

#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "serve/messages.h"
#include "text/amount.h"
#include "text/marks.h"
#include "text/numeral.h"

/* Columns with codes, and the messages PREFIX.CODE with their words; the first prefix that has one. */
static const struct word_row {
    const char *column, *prefix;
} word_rows[] = {
    {"status", "finding.status"},
    {"finding_status", "finding.status"},
    {"task_state", "task.state"},
    {"measure_state", "measure.state"},
    {"phase", "phase"},
    {"nature", "nature"},
    {"severity", "severity"},
    {"cause_level", "cause_level"},
    {"level", "cause_level"},
    {"evidence_class", "evidence.class"},
    {"class", "evidence.class"},
    {"evidence_verdict", "evidence.verdict"},
    {"rule_kind", "rule.kind"},
    {"rule_state", "rule.state"},
    {"result", "closing.result"},
    {"answer_result", "answer.result"},
    {"answer_state", "answer.state"},
    {"verdict", "review.verdict"},
    {"meeting_kind", "meeting.kind"},
    {"label", "label"},
    {"state", "decision.state"},
    {"role", "meeting.role"},
    {"kind", "letter.kind|meeting.kind|event"},
    {"lead_kind", "lead.kind"},
    {"band", "assessment.band"},
};

static struct str word_of(struct arena *arena, const char *prefix, struct str code)
{
    struct str rest = str_from_cstr(prefix), one;
    while (str_split_next(&rest, '|', &one)) {
        struct str word = message_find(LANG_ZH, arena_format(arena, "%.*s.%.*s", STR_ARG(one), STR_ARG(code)));
        if (word.p)
            return word;
    }
    return code;
}

struct str paper_date_text(struct arena *arena, int32_t day)
{
    int year, month, date;
    date_to_civil(day, &year, &month, &date);
    struct str args[3] = {arena_format(arena, "%d", year), arena_format(arena, "%d", month),
                          arena_format(arena, "%d", date)};
    return message_format(arena, LANG_ZH, STR("paper.date"), args, 3);
}

struct str paper_money_text(struct arena *arena, int64_t fen)
{
    uint64_t rest = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    char text[48];
    size_t at = sizeof text;
    text[--at] = (char)('0' + rest % 10);
    text[--at] = (char)('0' + rest / 10 % 10);
    text[--at] = '.';
    rest /= 100;
    for (int digits = 0; digits == 0 || rest; digits++, rest /= 10) {
        if (digits && digits % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + rest % 10);
    }
    if (fen < 0)
        text[--at] = '-';
    return arena_copy_str(arena, (struct str){text + at, sizeof text - at});
}

/* From ten thousand yuan on in that unit, as texts of offices have it: "1,104.8" and the unit. */
static struct str amount_text(struct arena *arena, int64_t fen)
{
    enum { FEN_PER_WAN = 1000000, FEN_PER_STEP = FEN_PER_WAN / 100 };
    if (fen < FEN_PER_WAN && fen > -FEN_PER_WAN) {
        struct str yuan = paper_money_text(arena, fen);
        return message_format(arena, LANG_ZH, STR("paper.amount_yuan"), &yuan, 1);
    }
    struct str wan = amount_format(arena, (fen + (fen < 0 ? -FEN_PER_STEP : FEN_PER_STEP) / 2) / FEN_PER_STEP, 2);
    while (str_has_suffix(wan, STR("0")))
        wan = str_slice(wan, 0, wan.n - 1);
    wan = str_has_suffix(wan, STR(".")) ? str_slice(wan, 0, wan.n - 1) : wan;
    return message_format(arena, LANG_ZH, STR("paper.amount_wan"), &wan, 1);
}

static bool ends_with_any(struct str s, const char *key, struct str *ret_mark)
{
    struct str rest = message_find(LANG_ZH, str_from_cstr(key));
    while (str_split_next(&rest, '|', ret_mark))
        if (str_has_suffix(s, *ret_mark))
            return true;
    return false;
}

/* Sentences that something is written behind: KEY_stop ends with a full stop, KEY_open with none; both empty when there
 * is no text. */
static void dress_sentence(struct arena *arena, struct value *row, struct str key, struct str text)
{
    struct str mark, open = text = str_trim(text);
    while (ends_with_any(open, "paper.soft_stops", &mark))
        open = str_slice(open, 0, open.n - mark.n);
    struct str stop = !text.n || ends_with_any(text, "paper.hard_stops", &mark)
                          ? text
                          : arena_concat(arena, open, message_find(LANG_ZH, STR("paper.stop")));
    value_put_text(arena, row, arena_format(arena, "%.*s_stop", STR_ARG(key)).p, stop);
    value_put_text(arena, row, arena_format(arena, "%.*s_open", STR_ARG(key)).p, open);
}

/* Documents put a label before the facts, and so do papers. */
static struct str without_label(struct str text)
{
    struct str rest = message_find(LANG_ZH, STR("paper.facts_labels")), label;
    text = str_trim(text);
    while (str_split_next(&rest, '|', &label))
        if (str_has_prefix(text, label))
            return str_trim(str_slice(text, label.n, text.n));
    return text;
}

static const char *derived(struct arena *arena, struct str key, size_t cut, const char *end)
{
    return arena_format(arena, "%.*s%s", (int)(key.n - cut), key.p, end).p;
}

static void dress_number(struct arena *arena, struct value *row, struct str key, int64_t n)
{
    char time[TIME_TEXT_BYTES];
    if (str_has_suffix(key, STR("_fen"))) {
        value_put_text(arena, row, derived(arena, key, 4, "_text"), paper_money_text(arena, n));
        value_put_text(arena, row, derived(arena, key, 4, "_amount"), amount_text(arena, n));
    } else if (str_has_suffix(key, STR("_bp")))
        value_put_text(
            arena, row, derived(arena, key, 3, "_text"),
            arena_format(arena, n % 100 ? "%lld.%02lld%%" : "%lld%%", (long long)n / 100, (long long)n % 100));
    else if (str_equal_cstr(key, "total") || str_equal_cstr(key, "self_total")) /* in 0.01 points */
        value_put_text(arena, row, derived(arena, key, 0, "_text"),
                       arena_format(arena, "%lld.%02lld", (long long)n / 100, (long long)n % 100));
    else if (str_equal_cstr(key, "at") || str_has_suffix(key, STR("_at")))
        value_put_text(arena, row, derived(arena, key, 0, "_text"),
                       arena_copy_str(arena, str_slice(time_format_china(n, time), 0, 16)));
}

/* What people wrote in sentences; names of files, numbers and addresses stay as they are. */
static bool is_prose(struct str key)
{
    static const char *const keys[] = {"title",        "text",         "facts",     "finish_mark", "done_text",
                                       "blockers",     "common_cause", "goal",      "note",        "reason",
                                       "aspect_title", "deliverable",  "next_text", "self_result"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (str_equal_cstr(key, keys[i]))
            return true;
    return false;
}

static void dress_text(struct arena *arena, struct value *row, struct str key, struct str text)
{
    static const char *const sentences[] = {"text", "facts", "finish_mark", "done_text", "blockers", "common_cause"};
    int32_t day;
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
        if (str_equal_cstr(key, sentences[i]))
            dress_sentence(arena, row, key, text);
    if (text.n == 10 && date_parse(text, &day)) {
        value_put_text(arena, row, derived(arena, key, 0, "_text"), paper_date_text(arena, day));
        return;
    }
    for (size_t i = 0; i < sizeof word_rows / sizeof word_rows[0]; i++)
        if (str_equal_cstr(key, word_rows[i].column))
            value_put_text(arena, row, derived(arena, key, 0, "_label"),
                           text.n ? word_of(arena, word_rows[i].prefix, text) : text);
}

/* Codes in a list parted by commas: "correct,rules". */
static void dress_set(struct arena *arena, struct value *row, struct str key, const char *prefix, struct str text)
{
    struct str code, words = STR_EMPTY;
    while (str_split_next(&text, ',', &code)) {
        if (words.n)
            words = arena_concat(arena, words, STR("\xe3\x80\x81"));
        words = arena_concat(arena, words, word_of(arena, prefix, code));
    }
    value_put_text(arena, row, derived(arena, key, 0, "_label"), words);
}

static void put_absent(struct arena *arena, struct value *row, struct str key)
{
    if (str_has_suffix(key, STR("_fen")))
        value_put_text(arena, row, derived(arena, key, 4, "_amount"), STR(""));
    if (str_has_suffix(key, STR("_fen")) || str_has_suffix(key, STR("_bp")))
        value_put_text(arena, row, derived(arena, key, str_has_suffix(key, STR("_fen")) ? 4 : 3, "_text"), STR(""));
    else
        value_put_text(arena, row, derived(arena, key, 0, "_text"), STR(""));
}

static void dress_row(struct ctx *ctx, struct value *row, struct str today)
{
    struct arena *arena = ctx->arena;
    struct value *last = row->items.last;
    for (struct value *child = row->items.first; child; child = child == last ? NULL : child->next) {
        struct str key = child->key;
        if (child->kind == VALUE_TEXT && is_prose(key))
            child->text = marks_chinese(arena, child->text);
        if (child->kind == VALUE_NULL)
            put_absent(arena, row, key); /* a field that is empty, not one that does not exist */
        else if (child->kind == VALUE_INT)
            dress_number(arena, row, key, child->integer);
        else if (child->kind == VALUE_TEXT && str_equal_cstr(key, "facts"))
            dress_text(arena, row, key, child->text = without_label(child->text));
        else if (child->kind == VALUE_TEXT && str_equal_cstr(key, "kinds"))
            dress_set(arena, row, key, "measure_kind", child->text);
        else if (child->kind == VALUE_TEXT)
            dress_text(arena, row, key, child->text);
    }
    if (value_get(row, "plan_title")) { /* a source: its name within a title, where "on ... on ..." would read badly */
        struct str title = value_get_text(row, "title"), plan = value_get_text(row, "plan_title");
        bool is_named = str_find(title, message_find(LANG_ZH, STR("paper.about")), 0) != SIZE_MAX;
        value_put_text(arena, row, "title_named",
                       is_named ? message_format(arena, LANG_ZH, STR("paper.named"), &title, 1) : title);
        value_put_bool(arena, row, "is_plan_named",
                       str_has_suffix(plan, message_find(LANG_ZH, STR("paper.plan_word"))));
    }
    struct str due = value_get_text(row, "due"), state = value_get_text(row, "finding_status"),
               task = value_get_text(row, "task_state");
    if (state.n || task.n) {
        bool is_over = str_equal(state, STR("closed")) || str_equal(state, STR("kept")) ||
                       str_equal(state, STR("ended")) || str_equal(task, STR("done"));
        value_put_bool(arena, row, "is_over", is_over);
        value_put_bool(arena, row, "is_late", !is_over && due.n && str_compare(due, today) < 0);
    }
}

void paper_dress(struct ctx *ctx, struct value *rows, struct str today)
{
    if (rows && rows->kind == VALUE_MAP)
        dress_row(ctx, rows, today);
    for (struct value *row = rows && rows->kind == VALUE_LIST ? rows->items.first : NULL; row; row = row->next)
        if (row->kind == VALUE_MAP)
            dress_row(ctx, row, today);
}

void paper_dress_tree(struct ctx *ctx, struct value *tree, struct str today)
{
    if (!tree || (tree->kind != VALUE_MAP && tree->kind != VALUE_LIST))
        return;
    for (struct value *child = tree->items.first; child; child = child->next)
        paper_dress_tree(ctx, child, today);
    if (tree->kind == VALUE_MAP)
        dress_row(ctx, tree, today);
    else
        paper_number(ctx, tree);
}

void paper_number(struct ctx *ctx, struct value *list)
{
    int64_t n = 0, open_n = 0;
    for (struct value *row = list && list->kind == VALUE_LIST ? list->items.first : NULL; row; row = row->next) {
        if (row->kind != VALUE_MAP)
            continue;
        value_set(row, STR("n"), value_new_int(ctx->arena, ++n));
        if (value_get(row, "is_over") && !value_get_bool(row, "is_over"))
            value_set(row, STR("open_n"), value_new_int(ctx->arena, ++open_n)); /* where only these are listed */
        value_put_text(ctx->arena, row, "cn", numeral_format(ctx->arena, n));
        value_put_bool(ctx->arena, row, "is_first", n == 1);
        value_put_bool(ctx->arena, row, "is_last", !row->next);
        for (struct value *child = row->items.first; child; child = child->next)
            paper_number(ctx, child);
    }
}

/* ---- duties -------------------------------------------------------------------------------------------------- */

static const char *const duty_roles[] = {"lead_leader", "lead_dept", "assist", "supervisor", "doer", "contact"};
static const struct {
    const char *list, *kind;
} duty_lists[] = {{"findings", "finding"}, {"measures", "measure"}, {"tasks", "task"}};

static void add_name(struct arena *arena, struct value *row, struct str role, struct str name)
{
    struct value *has = (struct value *)value_get_str(row, role);
    if (!has)
        return;
    has->text = has->text.n ? arena_concat(arena, arena_concat(arena, has->text, STR("\xe3\x80\x81")), name) : name;
}

/* Who leads a task is who leads its finding, unless it says otherwise. */
static void inherit(struct value *data, struct map *findings, struct arena *arena)
{
    struct value *tasks = (struct value *)value_get(data, "tasks");
    for (struct value *task = tasks ? tasks->items.first : NULL; task; task = task->next) {
        struct value *finding =
            map_get(findings, arena_format(arena, "finding:%lld", (long long)value_get_int(task, "finding_id", 0)));
        for (size_t i = 0; finding && i < 4; i++) {
            struct value *has = (struct value *)value_get(task, duty_roles[i]);
            if (has && !has->text.n)
                has->text = value_get_text(finding, duty_roles[i]);
        }
    }
}

enum rc paper_dress_duties(struct ctx *ctx, struct value *data)
{
    struct arena *arena = ctx->arena;
    struct map rows;
    map_init(&rows, arena);
    for (size_t i = 0; i < sizeof duty_lists / sizeof duty_lists[0]; i++) {
        struct value *list = (struct value *)value_get(data, duty_lists[i].list);
        for (struct value *row = list ? list->items.first : NULL; row; row = row->next) {
            for (size_t k = 0; k < sizeof duty_roles / sizeof duty_roles[0]; k++)
                value_put_text(arena, row, duty_roles[k], STR(""));
            TRY(map_put(&rows,
                        arena_format(arena, "%s:%lld", duty_lists[i].kind, (long long)value_get_int(row, "id", 0)),
                        row));
        }
    }
    const struct value *duties = value_get(data, "duties");
    VALUE_EACH (duty, duties) {
        struct str kind = value_get_text(duty, "subject_kind");
        struct value *row = map_get(
            &rows, arena_format(arena, "%.*s:%lld", STR_ARG(kind), (long long)value_get_int(duty, "subject_id", 0)));
        if (row)
            add_name(arena, row, value_get_text(duty, "role"), value_get_text(duty, "name"));
    }
    inherit(data, &rows, arena);
    return arena_rc(arena);
}
