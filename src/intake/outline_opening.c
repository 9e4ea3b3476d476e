/* outline_opening.c: the sentence that says who inspected whom, when, and when the result was fed back.
 *
 * 根据<authority>统一部署，<period>，<inspector>对<body>(以下简称<short>)开展了<type>。<day>，<inspector>向<body>反馈了意见。
 */
#include "intake/outline_parts.h"

#include "base/clock.h"
#include "text/utf8.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum {
    OPENING_LINES_MAX = 12,
    INSPECTOR_COUNT_MAX = 40,
    ROUND_COUNT_MAX = 16,
    OPENING_BYTES_MAX = 6000,
    DATES_MAX = 40,
    CLAUSES_MAX = 3,
    YEAR_DAYS_MAX = 366,
    FIRST_PART_LINES = 4
};

/* Back from `at` to the nearest of the stops "，" "。" "；" or 0. */
static size_t clause_start(struct str s, size_t at)
{
    int depth = 0;
    while (at > 0) {
        size_t back = outline_step_back(s, at);
        uint32_t code = outline_code_at(s, back, NULL);
        depth += code == ')' ? 1 : code == '(' ? -1 : 0;
        if (depth <= 0 &&
            (code == ',' || code == 0x3002 || code == ';' || code == 0x3001 || code == ':' || code == '\t'))
            return at;
        at = back;
    }
    return 0;
}

static size_t sentence_end(struct str s, size_t from)
{
    size_t end = outline_find(s, "。", from);
    return end == SIZE_MAX ? s.n : end;
}

static bool is_inspector(struct str s)
{
    static const char *const ends[] = {"巡视组", "巡察组", "审计组", "督察组", "检查组", "督导组", "考核组",
                                       "工作组", "审计局", "审计署", "审计厅", "审计处", "审计部", "纪委",
                                       "监委",   "组",     "特派办", "巡察办", "巡视办", NULL};
    size_t bracket = str_has_suffix(outline_trim(s), STR(")")) ? outline_find(s, "(", 0) : SIZE_MAX;
    s = str_slice(s, 0, bracket); /* "集团审计部(Internal Audit)" */
    for (size_t i = 0; ends[i]; i++)
        if (str_has_suffix(outline_trim(s), str_from_cstr(ends[i])))
            return outline_count(s) <= INSPECTOR_COUNT_MAX;
    return false;
}

/* Without a leading or trailing date and the words around it: "于2024年3月10日". */
static void cut_dates(const struct found_dates *dates, struct str s, size_t *from, size_t *to)
{
    for (size_t i = 0; i < dates->n; i++) {
        const struct found_date *date = &dates->p[i];
        if (date->from >= *to || date->to <= *from)
            continue;
        struct str before = str_slice(s, *from, date->from > *from ? date->from : *from);
        bool is_own = str_has_prefix(before, STR("我")) || str_has_prefix(before, STR("你")) ||
                      str_has_prefix(before, STR("贵")) || str_has_prefix(before, STR("本"));
        if (date->from <= *from + 6 && !is_own) /* "我局2025年度预算执行": the body stands before */
            *from = date->to;
        else
            *to = date->from;
    }
    static const char *const joins[] = {"期间", "于", "自", "从", "在", NULL};
    for (size_t i = 0; joins[i]; i++) {
        struct str join = str_from_cstr(joins[i]);
        if (str_has_prefix(str_slice(s, *from, *to), join))
            *from += join.n;
        if (str_has_suffix(str_slice(s, *from, *to), join))
            *to -= join.n;
    }
}

static struct str without_brackets(struct outline *outline, struct str s)
{
    struct str result = STR_EMPTY;
    int depth = 0;
    size_t from = 0;
    for (size_t at = 0, next = 0; at < s.n; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        if (code == '(' || code == 0xFF08) {
            if (depth++ == 0)
                result = arena_concat(outline->arena, result, str_slice(s, from, at));
        } else if ((code == ')' || code == 0xFF09) && depth > 0 && --depth == 0) {
            from = next;
        }
    }
    return depth > 0 ? result : arena_concat(outline->arena, result, str_slice(s, from, s.n));
}

/* "你公司党委": whom the letter addresses. */
static struct str name_addressed(const struct outline *outline, struct str words, struct str body)
{
    if (!str_has_prefix(words, STR("你")) && !str_has_prefix(words, STR("贵")))
        return body;
    for (size_t i = 0; i < outline->front_end; i++) {
        const struct outline_line *line = &outline->lines.p[i];
        if (line->role == ROLE_SALUTATION)
            return outline_clean(line, 0, outline_step_back(line->match, outline_trim(line->match).n));
    }
    return body;
}

static void read_short_name(struct outline *outline, const struct outline_line *line)
{
    struct str s = line->match;
    size_t at = outline_find_any(s, 0, WORDS("以下简称", "下称", "(简称"), NULL);
    if (at == SIZE_MAX || outline->source.short_name.n)
        return;
    at = outline_find_any(s, at, WORDS("称"), NULL) + 3;
    static const char *const skips[] = {":", "“", "\"", " ", NULL};
    for (size_t i = 0; skips[i]; i++)
        if (str_has_prefix(str_slice(s, at, s.n), str_from_cstr(skips[i])))
            at += str_from_cstr(skips[i]).n;
    size_t end = outline_find_any(s, at, WORDS(")", "”", "\"", ",", "。"), NULL);
    outline->source.short_name = outline_clean(line, at, end == SIZE_MAX ? s.n : end);
}

/* "对<body>党组开展了<type>": body and kind of inspection, and before 对 who inspected. */
static void read_inspection(struct outline *outline, const struct outline_line *line, const struct found_dates *dates)
{
    struct outline_source *source = &outline->source;
    struct str s = utf8_cut_bytes(line->match, OPENING_BYTES_MAX);
    for (size_t at = outline_find(s, "对", 0); at != SIZE_MAX; at = outline_find(s, "对", at + 3)) {
        size_t end = sentence_end(s, at);
        size_t word = 0;
        static const char *const verbs[] = {"进行了", "开展了", "实施了", "进行", "开展", "实施", "反馈", NULL};
        size_t verb = outline_find_any(s, at, verbs, &word);
        size_t from = clause_start(s, at), to = at;
        if (verb == SIZE_MAX || verb > end || word == 6)
            continue;
        cut_dates(dates, s, &from, &to);
        size_t body_from = at + 3, body_to = verb;
        cut_dates(dates, s, &body_from, &body_to);
        /* "第二巡察组于8月25日开始，至10月30日结束，对…": the inspector stands some clauses before. */
        size_t sentence = from;
        for (int step = 0; step < CLAUSES_MAX && sentence > 0 && !is_inspector(str_slice(s, from, to)); step++) {
            size_t stop = outline_step_back(s, sentence);
            if (outline_code_at(s, stop, NULL) == 0x3002)
                break;
            from = sentence = clause_start(s, stop);
            to = stop;
            cut_dates(dates, s, &from, &to);
            if (str_has_suffix(str_slice(s, from, to), STR("于")))
                to -= STR("于").n;
        }
        /* "会议反馈了第二巡察组对…" */
        size_t told = outline_find_any(str_slice(s, 0, to), from, WORDS("反馈了", "通报了", "听取了"), NULL);
        if (told != SIZE_MAX)
            from = told + STR("反馈了").n;
        bool has_inspector = is_inspector(str_slice(s, from, to));
        size_t sent = outline_find(str_slice(s, 0, to), "派出", from); /* "审计局派出审计组" */
        if (sent != SIZE_MAX && sent > from)
            to = sent;
        size_t type_from = verb + str_from_cstr(verbs[word]).n;
        static const char *const types[] = {"巡视", "巡察", "审计", "督察", "检查", "督导", "“回头看”", "考核", NULL};
        size_t kind = 0, type = outline_find_any(s, type_from, types, &kind);
        if (type == SIZE_MAX || type > end || !has_inspector)
            continue;
        size_t type_to = type + str_from_cstr(types[kind]).n;
        for (size_t i = 0; types[i]; i++) /* "督导检查" */
            if (str_has_prefix(str_slice(s, type_to, s.n), str_from_cstr(types[i])))
                type_to += str_from_cstr(types[i]).n;
        if (str_has_prefix(str_slice(s, type_to, s.n), STR("“回头看”")))
            type_to += STR("“回头看”").n;
        size_t about = outline_find_any(str_slice(s, 0, type_to), type_from, WORDS("为期", "的"), NULL);
        if (about == type_from ||
            (about != SIZE_MAX && outline_find(str_slice(s, 0, type_to), "的", about) != SIZE_MAX))
            type_from = outline_find(s, "的", about) + 3;
        source->inspector = outline_clean(line, from, to);
        if (source->inspected_body.n == 0)
            source->inspected_body = name_addressed(outline, str_slice(s, at + 3, verb),
                                                    without_brackets(outline, outline_clean(line, body_from, body_to)));
        source->inspection_type = outline_clean(line, type_from, type_to);
        return;
    }
}

/* "<inspector>向<body>反馈了巡视意见", where no sentence tells of the inspection itself. */
static void read_feedback_parties(struct outline *outline, const struct outline_line *line)
{
    struct str s = line->match;
    size_t told = outline_find_any(s, 0, WORDS("反馈了", "反馈巡"), NULL);
    size_t to = told == SIZE_MAX ? SIZE_MAX : outline_find(str_slice(s, 0, told), "向", 0);
    if (to == SIZE_MAX || outline->source.inspector.n > 0)
        return;
    size_t from = clause_start(s, to);
    struct str body = str_slice(s, to + STR("向").n, told);
    if (!is_inspector(str_slice(s, from, to)) || outline_has_any(body, WORDS(",", "。")))
        return;
    outline->source.inspector = outline_clean(line, from, to);
    if (outline->source.inspected_body.n == 0)
        outline->source.inspected_body = outline_clean(line, to + STR("向").n, told);
}

static void read_authority(struct outline *outline, const struct outline_line *line)
{
    struct outline_source *source = &outline->source;
    struct str s = line->match;
    size_t word = 0;
    static const char *const heads[] = {"根据", "按照", "经", NULL};
    size_t at = outline_find_any(s, 0, heads, &word);
    if (at != SIZE_MAX && source->authority.n == 0) {
        at += str_from_cstr(heads[word]).n;
        size_t end = outline_find_any(s, at, WORDS(",", "。", ";"), NULL);
        struct str clause = str_slice(s, 0, end == SIZE_MAX ? s.n : end);
        size_t stop =
            outline_find_any(clause, at,
                             WORDS("关于", "巡视工作", "巡察工作", "统一部署", "统一安排", "的统一", "部署", "安排",
                                   "工作计划", "批准", "有关规定", "有关要求", "要求", "的决定", "授权"),
                             NULL);
        struct str name = stop == SIZE_MAX ? STR_EMPTY : outline_clean(line, at, stop);
        bool is_law = outline_has_any(name, WORDS("《", "工作", "规定"));
        if (name.n > 0 && !is_law && outline_count(name) <= INSPECTOR_COUNT_MAX)
            source->authority = name;
    }
    size_t by = outline_find(s, "受", 0);
    size_t ask = by == SIZE_MAX ? SIZE_MAX : outline_find(s, "委托", by);
    if (ask != SIZE_MAX && outline_count(str_slice(s, by, ask)) <= INSPECTOR_COUNT_MAX &&
        source->commissioned_by.n == 0)
        source->commissioned_by = outline_clean(line, by + 3, ask);
}

/* The period in which the inspection was there. */
static bool is_inspection_period(struct str s, const struct found_date *date, size_t end)
{
    size_t stop = outline_find(s, "。", 0);
    struct str sentence = str_slice(s, stop != SIZE_MAX && stop < date->from ? date->from : 0, end);
    struct str behind = str_slice(s, date->to, end);
    bool is_grained = date->grain == FOUND_GRAIN_DAY || date->grain == FOUND_GRAIN_MONTH;
    if (date->kind != FOUND_DATE_PERIOD || !is_grained ||
        !outline_has_any(sentence, WORDS("巡视", "巡察", "审计", "督察", "检查")))
        return false;
    /* "2026年4月，巡察组向集团党委反馈了意见": the month of the feedback, no period. */
    return date->grain != FOUND_GRAIN_MONTH || !outline_has_any(behind, WORDS("反馈了", "反馈巡")) ||
           outline_has_any(behind, WORDS("开展", "进行", "实施", "对"));
}

/* "于5月6日开始，至6月30日结束": the two ends stand apart. */
static bool is_split_period(struct str s, const struct found_date *first, const struct found_date *second)
{
    struct str between = str_slice(s, first->to, second->from);
    struct str behind = str_slice(s, second->to, second->to + 12);
    return first->kind == FOUND_DATE_DAY && second->kind == FOUND_DATE_DAY && second->to_day >= first->to_day &&
           outline_has_any(between, WORDS("至", "到")) && outline_has_any(between, WORDS("开始", "起", "进驻")) &&
           outline_has_any(behind, WORDS("结束", "止", ",", "。"));
}

static void read_dates(struct outline *outline, const struct outline_line *line, const struct found_dates *dates)
{
    struct outline_source *source = &outline->source;
    struct str s = line->match;
    for (size_t i = 0; i < dates->n && i < DATES_MAX; i++) {
        const struct found_date *date = &dates->p[i];
        size_t end = sentence_end(s, date->to);
        if (!source->has_inspected && is_inspection_period(s, date, end)) {
            source->has_inspected = true;
            source->inspected = *date;
        } else if (!source->has_fed_back && date->kind == FOUND_DATE_DAY &&
                   outline_find(str_slice(s, date->to, end), "反馈", 0) != SIZE_MAX) {
            source->has_fed_back = true;
            source->fed_back = *date;
        }
    }
    for (size_t i = 0; i + 1 < dates->n && i < DATES_MAX && !source->has_inspected; i++) {
        const struct found_date *first = &dates->p[i], *second = &dates->p[i + 1];
        if (!is_split_period(s, first, second))
            continue;
        source->has_inspected = true;
        source->inspected = *first;
        source->inspected.kind = FOUND_DATE_PERIOD;
        source->inspected.to_day = second->to_day;
        source->inspected.to = second->to;
    }
}

/* "8月15日反馈了巡察意见" behind the period: the year is that of the period's end, or the next. */
static void read_feedback_day(struct outline *outline, const struct outline_line *line)
{
    struct outline_source *source = &outline->source;
    struct str s = line->match;
    size_t told = outline_find_any(s, 0, WORDS("反馈了", "反馈巡", "反馈督察", "反馈检查"), NULL);
    if (source->has_fed_back || !source->has_inspected || told == SIZE_MAX)
        return;
    size_t from = told;
    while (from > 0) { /* back to the stop before */
        size_t back = outline_step_back(s, from);
        uint32_t code = outline_code_at(s, back, NULL);
        if (code == 0x3002 || code == ';')
            break;
        from = back;
    }
    struct str words = str_slice(s, 0, told);
    size_t month = SIZE_MAX;
    for (size_t at = outline_find(words, "月", from); at != SIZE_MAX; at = outline_find(words, "月", at + 3))
        month = at; /* the last one before the word */
    size_t day = month == SIZE_MAX ? SIZE_MAX : outline_find(words, "日", month), start = month;
    while (start != SIZE_MAX && start > from && s.p[start - 1] >= '0' && s.p[start - 1] <= '9')
        start--;
    if (day == SIZE_MAX || start == month)
        return;
    char text[DATE_TEXT_BYTES];
    int64_t year = 0;
    (void)str_parse_int64(str_slice(date_format(source->inspected.to_day, text), 0, 4), &year);
    for (int more = 0; more < 2; more++) {
        struct str full =
            arena_format(outline->arena, "%lld年%.*s", (long long)year + more, STR_ARG(str_slice(s, start, day + 3)));
        struct found_date date;
        if (dates_read_one(outline->arena, full, &date) && date.kind == FOUND_DATE_DAY &&
            date.to_day >= source->inspected.to_day && date.to_day - source->inspected.to_day <= YEAR_DAYS_MAX) {
            date.has_elided_year = true;
            source->has_fed_back = true;
            source->fed_back = date;
            return;
        }
    }
}

/* "二十届中央第一轮巡视" in the title or the opening. */
static void read_round(struct outline *outline, struct str s)
{
    size_t wheel = outline_find(s, "轮", 0);
    if (wheel == SIZE_MAX || outline->source.round.n)
        return;
    size_t from = wheel;
    for (size_t steps = 0; from > 0 && steps < ROUND_COUNT_MAX; steps++) {
        size_t back = outline_step_back(s, from);
        from = back;
        if (str_has_prefix(str_slice(s, back, s.n), STR("第")))
            break;
    }
    if (!str_has_prefix(str_slice(s, from, s.n), STR("第")))
        return;
    size_t session = outline_find(str_slice(s, 0, from), "届", 0);
    size_t start = session == SIZE_MAX ? from : session;
    while (session != SIZE_MAX && start > 0) {
        size_t back = outline_step_back(s, start);
        if (!outline_has_any(str_slice(s, back, start),
                             WORDS("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")))
            break;
        start = back;
    }
    outline->source.round = arena_copy_str(outline->arena, str_slice(s, start, wheel + 3));
}

/* Some reports tell of the inspection only below their first heading. */
static enum rc read_first_part(struct outline *outline)
{
    const struct outline_node *node = outline->root.first;
    for (size_t i = 0; node && i < node->lines.n && i < FIRST_PART_LINES; i++) {
        const struct outline_line *line = &outline->lines.p[node->lines.p[i]];
        struct found_dates dates = {0};
        TRY(dates_find(outline->arena, line->match, &dates));
        read_inspection(outline, line, &dates);
        if (outline->source.inspector.n == 0)
            continue;
        read_dates(outline, line, &dates);
        read_feedback_day(outline, line);
        outline->source.has_line = true;
        outline->source.line = node->lines.p[i];
        break;
    }
    return arena_rc(outline->arena);
}

enum rc outline_read_opening(struct outline *outline)
{
    size_t seen = 0;
    if (outline->source.title.n > 0)
        read_round(outline, outline->source.title);
    for (size_t i = outline->front_end; i < outline->lines.n && seen < OPENING_LINES_MAX; i++) {
        struct outline_line *line = &outline->lines.p[i];
        bool is_front = line->role == ROLE_LEAD || line->role == ROLE_TEXT;
        if (line->role == ROLE_FURNITURE || outline->is_table_line[i])
            continue;
        seen++;
        if (!is_front)
            break;
        struct found_dates dates = {0};
        TRY(dates_find(outline->arena, line->match, &dates));
        bool had = outline->source.has_line;
        read_authority(outline, line);
        read_short_name(outline, line);
        if (outline->source.inspector.n == 0)
            read_inspection(outline, line, &dates);
        read_feedback_parties(outline, line);
        read_dates(outline, line, &dates);
        read_feedback_day(outline, line);
        read_round(outline, line->match);
        const struct outline_source *source = &outline->source;
        bool tells = source->inspector.n || source->has_inspected || source->has_fed_back || source->commissioned_by.n;
        if (tells && !had) {
            outline->source.has_line = true;
            outline->source.line = (uint32_t)i;
            line->role = ROLE_OPENING;
        } else if (tells && (outline_find(line->match, "反馈", 0) != SIZE_MAX ||
                             outline_find(line->match, "现将", 0) != SIZE_MAX)) {
            line->role = ROLE_OPENING;
        }
    }
    if (!outline->source.has_line && outline->kind != KIND_LEDGER)
        TRY(read_first_part(outline));
    return arena_rc(outline->arena);
}
