/* outline_ledger.c: the lines between a ledger's title and its headings: who audited whom, when, and in which unit
 * amounts are. */
#include "intake/outline_parts.h"

#include "base/clock.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { LEAD_COUNT_MAX = 200, PIECES_MAX = 24 };

enum lead_field {
    LEAD_INSPECTOR,
    LEAD_PERIOD,
    LEAD_NUMBER,
    LEAD_BODY,
    LEAD_FED_BACK,
    LEAD_AS_OF,
    LEAD_REPORTER,
    LEAD_AMOUNT_UNIT
};

static const struct {
    const char *label;
    enum lead_field field;
} labels[] = {{"审计机关", LEAD_INSPECTOR}, {"审计单位", LEAD_INSPECTOR}, {"审计组", LEAD_INSPECTOR},
              {"巡视机构", LEAD_INSPECTOR}, {"巡视组", LEAD_INSPECTOR},   {"巡察机构", LEAD_INSPECTOR},
              {"巡察组", LEAD_INSPECTOR},   {"检查单位", LEAD_INSPECTOR}, {"检查组", LEAD_INSPECTOR},
              {"督察机构", LEAD_INSPECTOR}, {"督察组", LEAD_INSPECTOR},   {"反馈单位", LEAD_INSPECTOR},
              {"审计期间", LEAD_PERIOD},    {"审计时间", LEAD_PERIOD},    {"巡视时间", LEAD_PERIOD},
              {"巡视期间", LEAD_PERIOD},    {"巡察时间", LEAD_PERIOD},    {"巡察期间", LEAD_PERIOD},
              {"检查时间", LEAD_PERIOD},    {"督察时间", LEAD_PERIOD},    {"审计报告文号", LEAD_NUMBER},
              {"审计报告", LEAD_NUMBER},    {"审计决定", LEAD_NUMBER},    {"报告文号", LEAD_NUMBER},
              {"发文字号", LEAD_NUMBER},    {"文号", LEAD_NUMBER},        {"被审计单位", LEAD_BODY},
              {"被巡视单位", LEAD_BODY},    {"被巡察单位", LEAD_BODY},    {"被检查单位", LEAD_BODY},
              {"整改单位", LEAD_BODY},      {"反馈时间", LEAD_FED_BACK},  {"反馈日期", LEAD_FED_BACK},
              {"送达日期", LEAD_FED_BACK},  {"送达时间", LEAD_FED_BACK},  {"数据截止", LEAD_AS_OF},
              {"截止日期", LEAD_AS_OF},     {"截止时间", LEAD_AS_OF},     {"截至日期", LEAD_AS_OF},
              {"截至时间", LEAD_AS_OF},     {"统计截止", LEAD_AS_OF},     {"填报日期", LEAD_AS_OF},
              {"填报时间", LEAD_AS_OF},     {"填表日期", LEAD_AS_OF},     {"填报单位", LEAD_REPORTER},
              {"填表单位", LEAD_REPORTER},  {"报送单位", LEAD_REPORTER},  {"金额单位", LEAD_AMOUNT_UNIT},
              {"单位", LEAD_AMOUNT_UNIT}};

struct piece {
    enum lead_field field;
    size_t from, value, end; /* label, value, end in match text */
};

/* Longest label that begins at `at` and is followed by a colon; its value starts at *ret_value. */
static bool label_at(struct str s, size_t at, enum lead_field *ret_field, size_t *ret_value)
{
    size_t best = 0;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct str label = str_from_cstr(labels[i].label);
        size_t end = at + label.n;
        if (label.n <= best || !str_has_prefix(str_slice(s, at, s.n), label))
            continue;
        while (end < s.n && s.p[end] == ' ')
            end++;
        if (end >= s.n || s.p[end] != ':')
            continue;
        best = label.n;
        *ret_field = labels[i].field;
        *ret_value = end + 1;
    }
    return best > 0;
}

static size_t find_pieces(struct str s, struct piece *pieces)
{
    size_t n = 0;
    for (size_t at = 0, next = 0; at < s.n && n < PIECES_MAX; at = next) {
        struct piece piece = {.from = at};
        outline_code_at(s, at, &next);
        if (!label_at(s, at, &piece.field, &piece.value))
            continue;
        if (n > 0)
            pieces[n - 1].end = at;
        piece.end = s.n;
        pieces[n++] = piece;
        next = piece.value;
    }
    return n;
}

static void set_first(struct str *field, struct str value)
{
    if (field->n == 0)
        *field = value;
}

/* A value behind its label, read in each of the ways that a field may want. */
struct lead_value {
    size_t from, end;              /* in match text, up to the next label */
    struct str text;               /* up to a blank or semicolon */
    const struct found_date *date; /* the last, or NULL */
};

static void set_fed_back(struct outline_source *source, const struct found_date *date)
{
    if (source->has_fed_back || date->kind != FOUND_DATE_DAY)
        return;
    source->has_fed_back = true;
    source->fed_back = *date;
}

/* A document number may be followed by its date in brackets. */
static void take_number(struct outline *outline, const struct outline_line *line, const struct lead_value *value)
{
    size_t bracket = outline_find(str_slice(line->match, 0, value->end), "(", value->from);
    bool has_bracket = bracket != SIZE_MAX;
    set_first(&outline->source.number,
              outline_clean(line, value->from, has_bracket && bracket > value->from ? bracket : value->end));
    if (value->date && has_bracket && value->from + value->date->from > bracket)
        set_fed_back(&outline->source, value->date);
}

static void take_date(struct outline *outline, enum lead_field field, const struct found_date *date)
{
    struct outline_source *source = &outline->source;
    if (field == LEAD_FED_BACK) {
        set_fed_back(source, date);
    } else if (field == LEAD_PERIOD && date->kind == FOUND_DATE_PERIOD && !source->has_inspected) {
        source->has_inspected = true;
        source->inspected = *date;
    } else if (field == LEAD_AS_OF && date->to_day != FOUND_DAY_NONE && date->kind <= FOUND_DATE_BY) {
        set_first(&source->as_of, date_text(outline->arena, date->to_day));
    }
}

static enum rc take_piece(struct outline *outline, const struct outline_line *line, const struct piece *piece)
{
    struct outline_source *source = &outline->source;
    struct str before_end = str_slice(line->match, 0, piece->end);
    struct lead_value value = {.from = piece->value, .end = piece->end};
    struct found_dates dates = {0};
    while (value.from < value.end && before_end.p[value.from] == ' ')
        value.from++;
    size_t stop = outline_find_any(before_end, value.from, WORDS(" ", ";", "\t", "\n"), NULL);
    value.text = outline_clean(line, value.from, stop == SIZE_MAX ? value.end : stop);
    TRY(dates_find(outline->arena, str_slice(line->match, value.from, value.end), &dates));
    value.date = dates.n > 0 ? &dates.p[dates.n - 1] : NULL;
    switch (piece->field) {
    case LEAD_INSPECTOR:
        set_first(&source->inspector, value.text);
        break;
    case LEAD_BODY:
        set_first(&source->inspected_body, value.text);
        break;
    case LEAD_REPORTER:
        set_first(&source->reported_by, value.text);
        break;
    case LEAD_AMOUNT_UNIT:
        if (amount_parse_unit(value.text, &(int64_t){0}))
            set_first(&source->amount_unit, value.text);
        break;
    case LEAD_NUMBER:
        take_number(outline, line, &value);
        break;
    case LEAD_FED_BACK:
    case LEAD_PERIOD:
    case LEAD_AS_OF:
        if (value.date)
            take_date(outline, piece->field, value.date);
        break;
    }
    return arena_rc(outline->arena);
}

enum rc outline_read_ledger_lead(struct outline *outline, const struct grid *grid)
{
    for (size_t i = 0; i < grid->count && grid->cells[i].row < grid->header; i++) {
        uint32_t at = grid->cells[i].line;
        const struct outline_line *line = &outline->lines.p[at];
        struct piece pieces[PIECES_MAX];
        if (outline_count(line->match) > LEAD_COUNT_MAX)
            continue;
        size_t n = find_pieces(line->match, pieces);
        for (size_t k = 0; k < n; k++)
            TRY(take_piece(outline, line, &pieces[k]));
        if (n > 0 && !outline->source.has_line) {
            outline->source.has_line = true;
            outline->source.line = at;
        }
    }
    return arena_rc(outline->arena);
}
