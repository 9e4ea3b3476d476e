/* outline_words.c: the words by which furniture, titles, parts and kinds of documents are told.
 *
 * Tables only, tried in order; every decision names the words it was made from.
 */
#include "intake/outline_parts.h"

#include <string.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { FURNITURE_COUNT_MAX = 160, TITLE_COUNT_MAX = 80, KEYWORD_MIN = 2 };

static size_t count_words(struct str s, const char *const *words)
{
    size_t n = 0;
    for (size_t i = 0; words[i]; i++)
        n += outline_find(s, words[i], 0) != SIZE_MAX;
    return n;
}

static bool starts_with(struct str s, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (str_has_prefix(s, str_from_cstr(words[i])))
            return true;
    return false;
}

/* "- 3 -", "3 / 12", "第3页 共12页", "3". */
static bool is_page_number(struct str s)
{
    bool has_digit = false;
    for (size_t at = 0, next = 0; at < s.n; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        bool is_digit = code >= '0' && code <= '9';
        has_digit = has_digit || is_digit;
        if (!is_digit && code != ' ' && code != '-' && code != '/' && code != 0x2014 && code != 0x2013 &&
            code != 0x2015 && code != 0x7B2C && code != 0x9875 && code != 0x5171 && code != 0xB7)
            return false;
    }
    return has_digit && outline_count(s) <= 16;
}

static bool is_rule(struct str s)
{
    for (size_t at = 0, next = 0; at < s.n; at = next) {
        uint32_t code = outline_code_at(s, at, &next);
        if (code != '-' && code != '=' && code != '*' && code != '_' && code != '~' && code != 0x2014 &&
            code != 0x2500 && code != ' ' && code != '.' && code != 0xB7 && code != '#')
            return false;
    }
    return s.n > 0;
}

const char *outline_furniture_reason(struct str match, bool is_head, bool is_tail)
{
    struct str s = outline_trim(match);
    if (s.n == 0)
        return "blank";
    if (is_page_number(s))
        return "page_number";
    if (is_rule(s))
        return "rule";
    size_t count = outline_count(s);
    if (count > FURNITURE_COUNT_MAX)
        return NULL;
    static const char *const footer[] = {"版权所有",   "ICP备",    "公网安备",   "技术支持",  "网站地图",
                                         "网站标识码", "主办单位", "承办单位",   "Copyright", "copyright",
                                         "建议使用IE", "浏览器",   "All Rights", NULL};
    static const char *const share[] = {
        "分享到",   "打印本页", "关闭窗口", "关闭本页", "扫一扫", "返回顶部",   "上一篇",   "下一篇",   "相关链接",
        "相关阅读", "相关新闻", "责任编辑", "[打印]",   "[关闭]", "【打印】",   "【关闭】", "点击下载", "收藏本页",
        "返回首页", "字体大小", "朗读",     "无障碍",   "手机版", "微信公众号", NULL};
    static const char *const meta[] = {
        "来源:",    "发布时间", "发布日期", "发文时间", "阅读:", "浏览次数", "点击数", "点击量", "阅读次数", "字体:",
        "字号:",    "【字体",   "【打印",   "【关闭",   "[字体", "大 中 小", "作者:",  "编辑:",  "信息来源", "稿件来源",
        "文章来源", "阅读量",   "浏览量",   "访问量",   "打印",  "分享",     "时间:",  "日期:",  NULL};
    static const char *const crumbs[] = {"首页>", "首页 >",   "首页»",    "首页 »",       "首页/",        "首页 /",
                                         "首页-", "当前位置", "您的位置", "您现在的位置", "您所在的位置", NULL};
    if (is_tail && (outline_has_any(s, footer) || count_words(s, share) > 0 || starts_with(s, meta)))
        return "footer";
    if (is_head && (outline_has_any(s, crumbs) || starts_with(s, WORDS("首页"))))
        return "breadcrumbs";
    if (is_head && (starts_with(s, meta) || count_words(s, meta) >= KEYWORD_MIN || count_words(s, share) > 0) &&
        outline_find(s, "。", 0) == SIZE_MAX)
        return "metadata";
    if (count_words(s, footer) >= KEYWORD_MIN || (count <= TITLE_COUNT_MAX && count_words(s, share) >= KEYWORD_MIN))
        return "footer";
    return NULL;
}

enum outline_role outline_role_of_title(struct str title, bool is_top)
{
    static const struct {
        enum outline_role role;
        bool top_only;
        const char *words[24];
    } rules[] = {
        {ROLE_NEXT_STEPS,
         false,
         {"下一步", "下步", "下一阶段", "今后工作", "后续工作安排", "后续整改", "今后打算", "下阶段"}},
        {ROLE_LONG_TERM,
         false,
         {"长期整改", "需长期", "长期坚持", "持续整改事项", "中长期整改", "长期任务", "长期推进", "需要长期"}},
        {ROLE_FINDINGS,
         true,
         {"尚未完成", "未完成整改", "未完成的", "未整改到位", "正在整改", "尚在整改", "未完成事项", "已完成整改的",
          "完成整改的问题", "已整改到位的", "整改完成的"}},
        {ROLE_CONTACTS, true, {"联系方式", "监督方式", "意见反馈方式", "联系电话", "举报方式", "受理方式"}},
        {ROLE_PUBLICITY, true, {"公示时间", "公开时间", "公开期限", "公示期", "公示期限"}},
        {ROLE_ACCOUNTABILITY,
         true,
         {"责任追究", "追责问责", "问责情况", "移送线索", "线索办理", "案件查办", "违纪违法"}},
        {ROLE_RECOMMENDATIONS,
         true,
         {"会议要求", "会议强调", "意见建议", "整改建议", "意见和建议", "整改要求", "审计建议", "工作建议", "整改意见",
          "加强和改进的建议", "有关要求"}},
        {ROLE_ASSESSMENT,
         true,
         {"总体评价", "肯定成绩", "取得的成绩", "基本评价", "主要成效和做法", "审计评价", "总体情况及评价"}},
        {ROLE_STATISTICS, true, {"分单位", "各单位整改", "分部门", "分地区", "统计表"}},
        {ROLE_FINDINGS,
         true,
         {"反馈问题整改", "反馈问题的整改", "反馈重点问题", "问题整改落实", "问题的整改落实", "整改落实情况",
          "查出主要问题", "查出问题", "反馈意见整改", "存在的主要问题", "问题整改情况"}},
        {ROLE_RESPONSIBILITY,
         true,
         {"主体责任", "组织推进", "总体推进", "组织领导", "组织开展情况", "工作开展情况", "整改工作组织",
          "工作推进情况", "整改责任", "总体情况", "基本情况", "工作部署", "部署推进", "加强领导", "主要做法",
          "工作做法", "工作概况", "组织落实", "整改概况"}},
        {ROLE_FINDINGS,
         true,
         {"发现的问题", "主要问题", "突出问题", "重点问题", "存在的问题", "存在问题", "集中整改", "整改进展",
          "整改情况", "反馈的问题", "指出的问题", "整改成效"}},
        {ROLE_LONG_TERM, true, {"长效机制", "长期", "立长效"}},
        {ROLE_RESPONSIBILITY,
         true,
         {"政治站位", "政治担当", "政治自觉", "政治责任", "统筹推进", "扛牢", "扛起", "压实责任", "精心组织",
          "高度重视", "组织实施"}},
        {ROLE_NEXT_STEPS, true, {"久久为功", "整改成果", "后半篇文章", "长治长效", "常抓不懈"}},
        {ROLE_NEXT_STEPS, true, {"工作打算", "工作安排", "巩固提升", "巩固深化", "持续巩固"}},
        {ROLE_CAUSES, true, {"原因分析", "问题原因", "主要原因"}},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].top_only && !is_top)
            continue;
        if (outline_has_any(title, rules[i].words)) {
            /* "履行主体责任，推进反馈问题整改" tells how the work was led. */
            bool is_led =
                rules[i].role == ROLE_FINDINGS && outline_has_any(title, WORDS("主体责任", "组织领导", "总体推进"));
            return is_led ? ROLE_RESPONSIBILITY : rules[i].role;
        }
    }
    return ROLE_NONE;
}

bool outline_is_title(struct str match)
{
    struct str s = outline_trim(match);
    size_t count = outline_count(s);
    if (count < 4 || count > TITLE_COUNT_MAX || str_has_suffix(s, STR("。")) || str_has_suffix(s, STR(":")) ||
        str_has_suffix(s, STR(";")) || str_has_suffix(s, STR(",")))
        return false;
    return outline_has_any(s, WORDS("通报", "报告", "公告", "公示", "通知", "情况", "意见", "反馈", "方案", "计划",
                                    "清单", "台账", "整改", "巡视", "巡察", "审计", "督察", "关于"));
}

bool outline_is_problem_heading(struct str match)
{
    return outline_has_any(match, WORDS("问题的整改", "问题整改", "的问题", "问题。")) ||
           str_has_suffix(outline_trim(match), STR("问题")) || str_has_suffix(outline_trim(match), STR("”"));
}

bool outline_is_publicity_line(struct str match, bool with_invitation)
{
    static const char *const periods[] = {"公开期限", "公示期限", "公示期",       "公示时间", "公开时间",
                                          "公布期限", "公示日期", "公开日期",     "公告期",   "公开期",
                                          "公示自",   "公开自",   "征求意见时间", "受理时间", NULL};
    static const char *const invites[] = {"欢迎广大", "欢迎社会", "欢迎干部", "欢迎监督",   "欢迎各界", "欢迎对",
                                          "如有意见", "如有异议", "有何意见", "有不同意见", NULL};
    struct str s = outline_trim(match);
    return outline_has_any(s, periods) || (with_invitation && outline_has_any(s, invites));
}

bool outline_is_publicity_item(const struct outline_line *line)
{
    static const char *const periods[] = {"公开期限", "公示期限",     "公示期",   "公示时间", "公开时间",
                                          "公布期限", "公示日期",     "公开日期", "公告期",   "公开期",
                                          "受理时间", "征求意见时间", NULL};
    struct str s = str_slice(line->match, line->mark_end, line->match.n);
    for (size_t i = 0; periods[i]; i++) {
        struct str period = str_from_cstr(periods[i]), rest = str_slice(s, period.n, s.n);
        if (str_has_prefix(s, period) && (rest.n == 0 || str_has_prefix(rest, STR(":")) ||
                                          str_has_prefix(rest, STR("为")) || str_has_prefix(rest, STR("自"))))
            return true;
    }
    return false;
}
