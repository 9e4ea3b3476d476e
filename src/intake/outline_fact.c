/* outline_fact.c: dates, figures, rules issued and meetings held, with what they count and where they stand. */
#include "intake/outline_parts.h"

#include "base/clock.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { LABEL_AFTER_MAX = 12, ATTACHMENT_MARK_MAX = 5, ATTACHMENT_NAME_MAX = 40 };

static bool is_delimiter(uint32_t code)
{
    return code == ',' || code == ';' || code == ':' || code == '(' || code == ')' || code == 0x3002 ||
           code == 0x3001 || code == 0x201C || code == 0x201D || code == 0x300A || code == '!' || code == '?';
}

/* End of the noun behind an amount: "名失职人员|作出处理", "个项目|逐一核查". */
static size_t noun_end(struct str s, size_t from)
{
    static const char *const verbs[] = {
        "已",   "均",   "全部", "全面", "逐",   "进行", "开展", "作出", "予以", "给予", "实施", "组织", "建立", "落实",
        "完成", "未",   "正在", "被",   "由",   "的",   "签订", "纳入", "移交", "立案", "清理", "整改", "重新", "明确",
        "实行", "通过", "办结", "办理", "都",   "需",   "要",   "将",   "在",   "中",   "存在", "得到", "共",   "并",
        "和",   "及",   "与",   "为",   "是",   "基本", "持续", "扣",   "约谈", "处",   "严肃", "分别", "暂",   "因",
        "尚",   "仍",   "里",   "解除", "通报", "诫勉", "批评", "终止", "停工", "取消", "限期", "下达", "提出", "调整",
        "安排", "追回", "收回", "清退", "核查", "检查", "抽查", "实现", "达到", "提高", "下降", "增加", "减少", "以内",
        "以上", "以下", "左右", "倒查", "启动", "提起", "连续", "无偿", "到",   "补派", "超过", NULL};
    size_t to = from, next = from;
    for (int i = 0; i < LABEL_AFTER_MAX && to < s.n; i++, to = next) {
        uint32_t code = outline_code_at(s, to, &next);
        if (is_delimiter(code) || code < 0x2E80)
            break;
        for (size_t k = 0; verbs[k]; k++)
            if (str_has_prefix(str_slice(s, to, s.n), str_from_cstr(verbs[k])))
                return to;
    }
    return to;
}

/* Words that only lead to an amount: "对12家…", "涉及的…". */
static bool is_bare_lead(struct str s)
{
    static const char *const words[] = {"对",   "与",     "为", "将",   "把",   "向",   "由",   "共",   "约", "有",
                                        "其中", "以来的", "和", "及",   "的",   "在",   "从",   "以来", "中", "并对",
                                        "给",   "至",     "仅", "其余", "剩余", "另有", "还有", "方面", NULL};
    for (size_t i = 0; words[i]; i++)
        if (str_equal_cstr(s, words[i]))
            return true;
    return s.n == 0;
}

/* Behind "1." at `at`, where a cell begins a numbered piece; `at` when none does. */
static size_t skip_cell_mark(struct str s, size_t at, size_t to)
{
    while (at < to && (s.p[at] == ' ' || s.p[at] == '\n'))
        at++;
    size_t end = at;
    while (end < to && s.p[end] >= '0' && s.p[end] <= '9')
        end++;
    bool is_mark = end > at && end < to && (s.p[end] == '.' || s.p[end] == ')');
    return is_mark ? end + 1 : at;
}

/* Without a last word that only leads to what follows: "园区运营对". */
static struct str without_lead(struct str s)
{
    static const char *const words[] = {"对", "与", "将", "把", "向", "给", "有", NULL};
    for (size_t i = 0; words[i]; i++)
        if (str_has_suffix(s, str_from_cstr(words[i])) && s.n > str_from_cstr(words[i]).n)
            return str_slice(s, 0, s.n - str_from_cstr(words[i]).n);
    return s;
}

/* Where the words begin that stand in the clause before `to`, not before `from`. */
static size_t clause_start(struct str s, size_t from, size_t to)
{
    while (to > from) {
        size_t back = outline_step_back(s, to);
        uint32_t code = outline_code_at(s, back, NULL);
        if (is_delimiter(code) || (code >= 0x2460 && code <= 0x249B))
            break;
        to = back;
    }
    return to;
}

/* Behind words of summing up that a clause begins with: "其中", "共计". */
static size_t skip_sum_words(struct str s, size_t start, size_t to)
{
    static const char *const leads[] = {"以来的", "以来", "其中", "共计", "共", "累计", "合计", NULL};
    for (size_t i = 0; leads[i]; i++)
        if (str_has_prefix(str_slice(s, start, to), str_from_cstr(leads[i])))
            start += str_from_cstr(leads[i]).n;
    return start;
}

/* Behind what follows `from` in the clause, up to a number. */
static size_t clause_end(struct str s, size_t from)
{
    size_t to = from, next = from;
    for (int i = 0; i < LABEL_AFTER_MAX && to < s.n; i++, to = next) {
        uint32_t code = outline_code_at(s, to, &next);
        if (is_delimiter(code) || (code >= '0' && code <= '9'))
            break;
    }
    return to;
}

/* What an amount counts: the words before it in its clause, with the noun behind a count ("查出的|58个|问题"); where
 * nothing stands before, all that follows in the clause ("15个|已完成整改"). */
static struct str label_of(const struct outline *outline, const struct outline_line *line, size_t floor,
                           const struct found_amount *amount)
{
    struct str s = line->match;
    size_t least = floor > line->mark_end ? floor : line->mark_end;
    size_t start = clause_start(s, amount->from < line->mark_end ? amount->from : least, amount->from);
    if (line->mark_end == 0)
        start = skip_cell_mark(s, start, amount->from);
    struct str whole = outline_clean(line, start, amount->from);
    struct str before = outline_clean(line, skip_sum_words(s, start, amount->from), amount->from);
    size_t noun = amount->kind == AMOUNT_COUNT ? noun_end(s, amount->to) : amount->to;
    bool is_bare = is_bare_lead(before); /* also when empty */
    if (before.n > 0 && noun > amount->to) {
        struct str what = outline_clean(line, amount->to, noun);
        return is_bare ? what : arena_concat(outline->arena, without_lead(before), what);
    }
    if (!is_bare)
        return before;
    struct str behind = outline_clean(line, amount->to, noun > amount->to ? noun : clause_end(s, amount->to));
    return behind.n > 0 ? behind : before.n > 0 ? before : whole;
}

static enum rc push_fact(struct outline *outline, const struct outline_fact *fact)
{
    return VEC_PUSH(outline->arena, &outline->facts, *fact) ? RC_OK : arena_rc(outline->arena);
}

static enum rc add_dates(struct outline *outline, uint32_t at, const struct found_dates *dates)
{
    const struct outline_line *line = &outline->lines.p[at];
    for (size_t i = 0; i < dates->n; i++) {
        const struct found_date *date = &dates->p[i];
        struct outline_fact fact = {.kind = FACT_DATE,
                                    .line = at,
                                    .from = date->from,
                                    .to = date->to,
                                    .date = *date,
                                    .span = outline_span_of(line, date->from, date->to),
                                    .text = outline_clean(line, date->from, date->to)};
        TRY(push_fact(outline, &fact));
        int node_id = line->node ? line->node->id : 0;
        char first[DATE_TEXT_BYTES], second[DATE_TEXT_BYTES];
        if (date->kind == FOUND_DATE_AMBIGUOUS) {
            struct str readings =
                arena_format(outline->arena, "%.*s / %.*s", STR_ARG(date_format(date->from_day, first)),
                             STR_ARG(date_format(date->to_day, second)));
            outline_add_report(outline, "date_ambiguous", SEVERITY_WARNING, at, date->from, date->to, fact.text,
                               readings, node_id);
        } else if (date->is_damaged) {
            struct str reading = date->to_day == FOUND_DAY_NONE ? STR_EMPTY : date_text(outline->arena, date->to_day);
            outline_add_report(outline, "date_damaged", SEVERITY_INFO, at, date->from, date->to, fact.text, reading,
                               node_id);
        } else if (date->is_inferred && !outline->is_table_line[at]) {
            outline_add_report(outline, "date_year_inferred", SEVERITY_INFO, at, date->from, date->to, fact.text,
                               date_text(outline->arena, date->to_day), node_id);
        }
    }
    return RC_OK;
}

static enum rc add_amounts(struct outline *outline, uint32_t at, const struct found_amounts *amounts,
                           const struct found_dates *dates)
{
    const struct outline_line *line = &outline->lines.p[at];
    size_t floor = 0, date = 0;
    for (size_t i = 0; i < amounts->n; i++) {
        const struct found_amount *amount = &amounts->p[i];
        for (; date < dates->n && dates->p[date].to <= amount->from; date++)
            if (dates->p[date].kind != FOUND_DATE_LONG_TERM)
                floor = dates->p[date].to;
        if (date < dates->n && dates->p[date].from < amount->to)
            continue;
        struct outline_fact fact = {.kind = FACT_AMOUNT,
                                    .line = at,
                                    .from = amount->from,
                                    .to = amount->to,
                                    .amount = *amount,
                                    .span = outline_span_of(line, amount->from, amount->to),
                                    .text = outline_clean(line, amount->from, amount->to),
                                    .label = label_of(outline, line, floor, amount)};
        floor = amount->to;
        TRY(push_fact(outline, &fact));
    }
    return RC_OK;
}

static enum rc add_names(struct outline *outline, uint32_t at)
{
    const struct outline_line *line = &outline->lines.p[at];
    struct str s = line->match;
    static const char *const verbs[] = {"修订", "制定", "制订", "出台", "印发", "建立",
                                        "完善", "发布", "编制", "新建", "健全", NULL};
    static const char *const stops[] = {",", "。", ";", NULL};
    size_t end = 0;
    for (size_t open = outline_find(s, "《", 0); open != SIZE_MAX; open = outline_find(s, "《", end)) {
        size_t close = outline_find(s, "》", open);
        if (close == SIZE_MAX)
            break;
        size_t from = open;
        while (from > end) {
            size_t back = outline_step_back(s, from);
            uint32_t code = outline_code_at(s, back, NULL);
            if (code == ',' || code == 0x3002 || code == ';')
                break;
            from = back;
        }
        size_t word = 0;
        bool is_list =
            open > 0 && end == open && outline->facts.n > 0 && outline->facts.p[outline->facts.n - 1].kind == FACT_RULE;
        size_t verb = outline_find_any(str_slice(s, 0, open), from, verbs, &word);
        end = close + STR("》").n;
        if (verb == SIZE_MAX && !is_list)
            continue;
        struct outline_fact fact = {.kind = FACT_RULE,
                                    .line = at,
                                    .from = open,
                                    .to = end,
                                    .span = outline_span_of(line, open, end),
                                    .text = outline_clean(line, open, end),
                                    .label = is_list ? outline->facts.p[outline->facts.n - 1].label
                                                     : str_from_cstr(verbs[word])};
        TRY(push_fact(outline, &fact));
    }
    for (size_t open = outline_find(s, "召开", 0); open != SIZE_MAX; open = outline_find(s, "召开", end)) {
        end = outline_find_any(s, open, stops, NULL);
        end = end == SIZE_MAX ? s.n : end;
        struct outline_fact fact = {.kind = FACT_MEETING,
                                    .line = at,
                                    .from = open,
                                    .to = end,
                                    .span = outline_span_of(line, open, end),
                                    .text = outline_clean(line, open + STR("召开").n, end)};
        if (outline_find(fact.text, "会", 0) != SIZE_MAX)
            TRY(push_fact(outline, &fact));
    }
    return RC_OK;
}

/* Replacement and private-use characters, and two question marks where a Chinese sentence ended. */
static bool is_lost(uint32_t before, uint32_t code, uint32_t behind)
{
    return code == 0xFFFD || (code >= 0xE000 && code <= 0xF8FF) || (code == '?' && behind == '?' && before >= 0x2E80);
}

/* What is left of lost text runs on in ASCII: "??h". */
static size_t find_lost_end(struct str s, size_t at)
{
    while (at < s.n && (unsigned char)s.p[at] < 0x80 && s.p[at] != ' ' && s.p[at] != ',' && s.p[at] != '.')
        at++;
    return at;
}

/* Quotes of one kind: how many are open, and where the first of them stands. */
struct open_quotes {
    int depth;
    size_t from;
};

static void count_quote(struct open_quotes *quotes, size_t at, bool opens, bool closes)
{
    if (opens && quotes->depth++ == 0)
        quotes->from = at;
    if (closes && quotes->depth > 0)
        quotes->depth--;
}

/* Lost text, and quotes that never close. */
static void find_damage(struct outline *outline, uint32_t at)
{
    enum { QUOTED_BYTES = 60 };
    const struct outline_line *line = &outline->lines.p[at];
    struct str s = line->match;
    struct open_quotes outer = {0}, inner = {0};
    int node_id = line->node ? line->node->id : 0;
    uint32_t before = 0;
    for (size_t i = 0, next = 0; i < s.n; i = next) {
        uint32_t code = outline_code_at(s, i, &next);
        if (is_lost(before, code, outline_code_at(s, next, NULL))) {
            next = find_lost_end(s, next);
            outline_add_report(outline, "damage_lost_text", SEVERITY_WARNING, at, i, next, STR_EMPTY, STR_EMPTY,
                               node_id);
        }
        count_quote(&outer, i, code == 0x201C, code == 0x201D);
        count_quote(&inner, i, code == 0x2018, code == 0x2019);
        before = code;
    }
    const struct open_quotes *open = outer.depth > 0 ? &outer : &inner;
    if (open->depth > 0)
        outline_add_report(outline, "damage_quote_open", SEVERITY_WARNING, at, open->from,
                           s.n < open->from + QUOTED_BYTES ? s.n : open->from + QUOTED_BYTES, STR_EMPTY, STR_EMPTY,
                           node_id);
}

/* Where the text or table of an attachment can begin: behind the names of the attachments and the signature. */
static bool has_attachment_from(const struct outline *outline, size_t from)
{
    for (size_t i = from; i < outline->lines.n; i++) {
        const struct outline_line *line = &outline->lines.p[i];
        struct str s = outline_trim(line->match),
                   before = i > 0 ? outline_trim(outline->lines.p[i - 1].match) : STR_EMPTY;
        if (outline->is_table_line[i])
            return true;
        if (line->role != ROLE_ATTACHMENT || str_has_prefix(s, STR("附")))
            continue;
        /* A line that is the bare number of an attachment, and its title or text below. */
        bool is_below = str_has_prefix(before, STR("附件")) && outline_count(before) <= ATTACHMENT_MARK_MAX;
        if (is_below || outline_find(s, "。", 0) != SIZE_MAX || outline_count(s) > ATTACHMENT_NAME_MAX)
            return true;
    }
    return false;
}

/* "详见附表" or a list of attachments, with none in the document. */
static void find_absent(struct outline *outline, uint32_t at, bool has_attachment)
{
    static const char *const words[] = {"详见附表", "详见附件", "见附件", "见附表", "附后", "详见附后", NULL};
    const struct outline_line *line = &outline->lines.p[at];
    size_t word = 0, from = outline_find_any(line->match, 0, words, &word);
    size_t to = from == SIZE_MAX ? 0 : from + str_from_cstr(words[word]).n;
    bool is_list = line->role == ROLE_ATTACHMENT && (at == 0 || outline->lines.p[at - 1].role != ROLE_ATTACHMENT);
    if (from == SIZE_MAX && is_list) {
        has_attachment = has_attachment_from(outline, at + 1);
        from = 0;
        to = line->match.n;
    }
    if (from == SIZE_MAX || has_attachment)
        return;
    outline_add_report(outline, "attachment_absent", SEVERITY_WARNING, at, from, to, STR_EMPTY, STR_EMPTY,
                       line->node ? line->node->id : 0);
}

enum rc outline_find_facts(struct outline *outline)
{
    bool has_attachment = has_attachment_from(outline, 0);
    for (size_t i = 0; i < outline->lines.n; i++) {
        const struct outline_line *line = &outline->lines.p[i];
        if (line->role == ROLE_FURNITURE || line->match.n == 0)
            continue;
        struct found_dates dates = {0};
        struct found_amounts amounts = {0};
        TRY(dates_find_near(outline->arena, line->match, &outline->dates, &dates));
        TRY(amounts_find(outline->arena, line->match, &amounts));
        TRY(add_dates(outline, (uint32_t)i, &dates));
        TRY(add_amounts(outline, (uint32_t)i, &amounts, &dates));
        TRY(add_names(outline, (uint32_t)i));
        find_damage(outline, (uint32_t)i);
        find_absent(outline, (uint32_t)i, has_attachment);
    }
    return arena_rc(outline->arena);
}
