/* outline_kind.c: what kind of document it is, by the words of its title and text.  Rules in order, the first that
 * fits. */
#include "intake/outline_parts.h"

#include "text/numeral.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { HEAD_BYTES = 2400, CLOSURE_BYTES_MAX = 9000 };

/* What the rules ask. */
struct clues {
    struct str title, text, head; /* head: the beginning of the text */
    bool is_rectified;            /* the title speaks of rectification */
    bool is_told;                 /* ... and of how it went */
    bool is_own;                  /* the body itself publishes */
    bool is_press;                /* a newspaper tells */
    bool is_fed_back;             /* the title speaks of feedback alone */
    bool lists_faults;
};

static bool has_table(const struct outline *outline)
{
    for (size_t i = 0; i < outline->lines.n; i++)
        if (outline->is_table_line[i])
            return true;
    return false;
}

/* "日前" as a newspaper writes it; in "6月15日前" it is a deadline. */
static bool has_other_day(struct str s)
{
    for (size_t at = outline_find(s, "日前", 0); at != SIZE_MAX; at = outline_find(s, "日前", at + 1)) {
        uint32_t before = at > 0 ? outline_code_at(s, outline_step_back(s, at), NULL) : 0;
        if (numeral_digit(before) < 0 && before != 0x5341 && before != 0x4F5C) /* 十, 工作日前 */
            return true;
    }
    return false;
}

static struct clues find_clues(struct str title, struct str text)
{
    static const char *const own[] = {"予以公布", "予以公开", "通报如下",   "公布如下",   "公开如下",
                                      "报告如下", "公告如下", "公示如下",   "汇报如下",   "进行公开",
                                      "进行公布", "进行公示", "向社会公开", "向社会公布", NULL};
    static const char *const press[] = {"记者", "本报讯", "讯)", "据悉", "通讯员", "近日", "新华社", "本网讯", NULL};
    static const char *const faults[] = {
        "巡视发现",     "巡察发现",       "反馈指出",   "巡视指出",     "巡察指出", "发现的主要问题", "发现的问题",
        "存在一些问题", "存在的主要问题", "存在的问题", "发现一些问题", "督察发现", "督察指出",       "发现存在",
        "存在以下问题", "存在如下问题",   NULL};
    struct clues clues = {.title = title, .text = text, .head = str_slice(text, 0, HEAD_BYTES)};
    clues.is_rectified = outline_has_any(title, WORDS("整改", "跟进"));
    clues.is_told = outline_has_any(title, WORDS("进展", "情况", "落实", "成效", "结果"));
    clues.is_own = outline_has_any(text, own);
    clues.is_press = (outline_has_any(clues.head, press) || has_other_day(clues.head)) && !clues.is_own;
    clues.is_fed_back = outline_has_any(title, WORDS("反馈")) && !clues.is_rectified;
    clues.lists_faults = outline_has_any(text, faults);
    return clues;
}

static bool is_plan(const struct clues *clues)
{
    return outline_has_any(clues->title,
                           WORDS("方案", "工作计划", "实施计划", "工作要点", "任务分工", "责任清单", "任务清单")) &&
           !outline_has_any(clues->title, WORDS("落实情况", "进展情况", "完成情况"));
}

/* One problem is declared finished; a bulletin that tells of closed ones among others is none. */
static bool is_closure(const struct clues *clues)
{
    if (outline_has_any(clues->title, WORDS("销号")))
        return true;
    bool is_notice = outline_has_any(clues->title, WORDS("公示", "公告", "通知", "批复", "确认", "意见", "函")) &&
                     !outline_has_any(clues->title, WORDS("通报", "整改进展", "方案", "清单", "台账", "办法"));
    return is_notice && clues->text.n <= CLOSURE_BYTES_MAX &&
           outline_has_any(clues->text, WORDS("予以销号", "申请销号", "同意销号", "准予销号", "拟销号", "拟予销号",
                                              "符合销号", "申请验收销号", "进行销号"));
}

static bool is_audit_rectification(const struct clues *clues)
{
    return clues->is_rectified && outline_has_any(clues->title, WORDS("审计")) &&
           !outline_has_any(clues->title, WORDS("巡视", "巡察")) &&
           outline_has_any(clues->title, WORDS("报告", "结果", "情况", "公告", "通报"));
}

static bool is_bulletin(const struct clues *clues)
{
    bool is_answer = clues->is_own || outline_find(clues->text, "反馈", 0) != SIZE_MAX ||
                     outline_has_any(clues->title, WORDS("通报", "公告", "公示", "报告", "汇报"));
    return clues->is_rectified && clues->is_told && !clues->is_press && is_answer;
}

/* "关于安全生产检查情况的通报" that says what was found. */
static bool is_check(const struct clues *clues)
{
    static const char *const found[] = {"检查发现:",    "检查发现,",
                                        "检查发现存在", "检查发现的主要问题",
                                        "检查中发现",   "督查发现",
                                        "抽查发现",     "发现的主要问题",
                                        "存在以下问题", "存在的主要问题",
                                        "共发现问题",   "主要问题通报",
                                        "发现问题",     NULL};
    return !clues->is_rectified && !clues->is_press &&
           outline_has_any(clues->title, WORDS("检查", "督查", "督导", "抽查")) &&
           outline_has_any(clues->title, WORDS("情况", "结果", "问题")) && outline_has_any(clues->text, found);
}

static enum outline_kind kind_without_title(const struct outline *outline, const struct clues *clues)
{
    bool has_opening = outline_has_any(clues->head, WORDS("反馈了", "反馈意见", "巡视意见", "巡察意见"));
    if (clues->is_own && has_opening && outline_find(clues->head, "整改", 0) != SIZE_MAX)
        return KIND_BULLETIN;
    if (outline_has_any(clues->head, WORDS("予以销号", "申请销号", "验收销号", "同意销号")))
        return KIND_CLOSURE;
    if (clues->lists_faults && clues->title.n == 0)
        return KIND_FEEDBACK;
    bool is_sheet = outline->document->format == FORMAT_XLSX || outline->document->format == FORMAT_CSV;
    for (size_t i = 0; i < outline->nodes.n && (is_sheet || clues->title.n == 0); i++)
        if (outline->nodes.p[i]->role == ROLE_LEDGER)
            return KIND_LEDGER;
    return has_table(outline) && outline->document->format == FORMAT_XLSX ? KIND_LEDGER : KIND_OTHER;
}

enum outline_kind outline_classify(const struct outline *outline, struct str title, struct str text)
{
    struct clues clues = find_clues(title, text);
    if (is_closure(&clues))
        return KIND_CLOSURE;
    if (outline_has_any(title, WORDS("整改通知单", "整改通知书", "整改指令", "监督意见书", "整改意见书")))
        return KIND_FEEDBACK;
    if (is_plan(&clues))
        return KIND_PLAN;
    if (outline_has_any(title, WORDS("台账", "问题清单", "整改清单")))
        return KIND_LEDGER;
    if (is_audit_rectification(&clues))
        return KIND_AUDIT_RECTIFICATION;
    if (is_bulletin(&clues))
        return KIND_BULLETIN;
    if ((clues.is_fed_back && clues.lists_faults) || is_check(&clues))
        return KIND_FEEDBACK;
    if (outline_has_any(title, WORDS("审计")) && outline_has_any(title, WORDS("报告", "结果公告", "审计结果")))
        return KIND_AUDIT_REPORT;
    if (clues.is_press)
        return KIND_NEWS;
    bool is_notice = outline_has_any(title, WORDS("公告", "公示", "通知", "进驻", "启事", "声明"));
    if (is_notice && !clues.is_rectified)
        return KIND_ANNOUNCEMENT;
    return clues.is_fed_back ? KIND_FEEDBACK : kind_without_title(outline, &clues);
}
