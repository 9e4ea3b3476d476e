/* words.c: see words.h. */
#include "text/words.h"

#include <stdbool.h>
#include <string.h>
#include <unicode/ubrk.h>

#include "text/utf8.h"

/* Words that ICU parts and titles keep together. */
static const char *const together[] = {
    "反馈意见",     "整改情况",     "进展情况",   "整改进展",   "整改工作",   "整改方案", "整改落实", "落实情况",
    "情况报告",     "情况的报告",   "情况的通报", "情况的公告", "的报告",     "的通报",   "的公告",   "的通知",
    "的函",         "的意见",       "的方案",     "巡视组",     "巡察组",     "审计组",   "督导组",   "专项巡视",
    "专项检查",     "常规巡视",     "选人用人",   "意识形态",   "党风廉政",   "举一反三", "立行立改", "集中整改",
    "长期整改",     "问题清单",     "任务清单",   "责任清单",   "措施清单",   "制度清单", "有限公司", "责任公司",
    "集团有限公司", "股份有限公司", "公司委员会", "公司党委",   "公司党组",   "集团党委", "集团党组", "集团公司",
    "领导小组",     "工作会议",     "专题会议",   "民主生活会", "第一责任人",
};
/* Words that ICU takes for two. */
static const char *const known[] = {"整改", "巡视", "巡察", "审计", "督查", "督办",
                                    "销号", "党委", "党组", "纪委", "省委", "市委"};
static const char *const closing = "的地得了着和与及等》〉」』”’）)】〕、，。；：！？…";
static const char *const opening = "《〈「『“‘（(【〔";

enum { NUMBERED_MAX = 6 };

static bool is_one_of(const char *set, struct str c) { return c.n && str_find(str_from_cstr(set), c, 0) != SIZE_MAX; }

static struct str char_at(struct str text, size_t at)
{
    uint32_t code;
    size_t end = at;
    return at < text.n && utf8_decode(text, &end, &code) ? str_slice(text, at, end) : STR_EMPTY;
}

/* What names of organisations end with: belongs to what stands before it. */
static const char *const suffixes[] = {"集团", "公司", "有限", "股份", "委员会"};

static bool is_suffix(struct str rest)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (str_has_prefix(rest, str_from_cstr(suffixes[i])))
            return true;
    return false;
}

static bool is_known(struct str text, size_t at, bool is_end)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct str word = str_from_cstr(known[i]);
        if (is_end ? str_has_suffix(str_slice(text, 0, at), word) : str_has_prefix(str_slice(text, at, text.n), word))
            return true;
    }
    return false;
}

/* Lowers nothing: raises the costs of the ends within [from, to). */
static void raise(struct word_end *ends, size_t n, size_t from, size_t to, int cost)
{
    for (size_t i = 0; i < n; i++)
        if (ends[i].at > from && ends[i].at < to && ends[i].cost < cost)
            ends[i].cost = cost;
}

static void keep_together(struct str text, struct word_end *ends, size_t n)
{
    for (size_t i = 0; i < sizeof together / sizeof together[0]; i++) {
        struct str word = str_from_cstr(together[i]);
        for (size_t at = 0; (at = str_find(text, word, at)) != SIZE_MAX; at += word.n)
            raise(ends, n, at, at + word.n, WORDS_PAIR);
    }
}

/* "the seventh team of the committee": from the number to what is counted. */
static void keep_numbered(struct str text, struct word_end *ends, size_t n)
{
    for (size_t at = 0; (at = str_find(text, STR("第"), at)) != SIZE_MAX; at++) {
        size_t end = at;
        for (int i = 0; i < NUMBERED_MAX && end < text.n; i++) {
            struct str c = char_at(text, end);
            end += c.n ? c.n : 1;
            if (is_one_of("组轮次批届期号", c))
                break;
        }
        raise(ends, n, at, end, WORDS_PAIR);
        raise(ends, n, at ? at - 1 : 0, at + 1, WORDS_PAIR);
    }
}

/* What stands in marks of titles, quotes or brackets. */
static void keep_quoted(struct str text, struct word_end *ends, size_t n)
{
    size_t open = SIZE_MAX;
    for (size_t at = 0; at < text.n;) {
        struct str c = char_at(text, at);
        if (!c.n)
            return;
        if (is_one_of(opening, c) && open == SIZE_MAX)
            open = at;
        at += c.n;
        if (open != SIZE_MAX && is_one_of("》〉」』”’）)】〕", c)) {
            for (size_t i = 0; i < n; i++)
                ends[i].cost += ends[i].at > open && ends[i].at < at ? WORDS_PAIR : 0;
            open = SIZE_MAX;
        }
    }
}

static int cost_of(struct str text, size_t at, struct str before, bool was_single, bool is_single)
{
    struct str next = char_at(text, at);
    if (is_one_of("》〉」』”’）)】〕、，。；：！？…", next) || is_one_of(opening, before))
        return WORDS_NEVER;
    if (is_one_of(closing, next))
        return WORDS_INSIDE;
    if (str_has_prefix(str_slice(text, at, text.n), STR("关于")) || is_one_of("》、，；：", before))
        return WORDS_GOOD;
    if (str_has_suffix(str_slice(text, 0, at), STR("关于")))
        return WORDS_PAIR;
    was_single = was_single && !is_known(text, at, true) && !str_equal(before, STR("的"));
    is_single = is_single && !is_known(text, at, false);
    if (is_suffix(str_slice(text, at, text.n)))
        return WORDS_INSIDE / 2;
    if (was_single && is_single)
        return WORDS_INSIDE; /* a name that ICU does not know */
    return is_single || was_single ? WORDS_PAIR / 2 : WORDS_PLAIN;
}

/* Marks the ends between words; single: whether the word that ends, or begins, at an end is one character. */
static enum rc mark_words(struct str text, struct word_end *ends, size_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    UText utext = UTEXT_INITIALIZER;
    UBreakIterator *words = ubrk_open(UBRK_WORD, "zh", NULL, 0, &status);
    utext_openUTF8(&utext, text.p, (int64_t)text.n, &status);
    ubrk_setUText(words, &utext, &status);
    if (U_FAILURE(status)) {
        ubrk_close(words);
        utext_close(&utext);
        return status == U_MEMORY_ALLOCATION_ERROR ? RC_NOMEM : RC_INTERNAL;
    }
    size_t last = 0, i = 0;
    struct str before = STR_EMPTY;
    for (int32_t at = ubrk_next(words), next; at != UBRK_DONE && (size_t)at < text.n; at = next) {
        next = ubrk_next(words);
        while (i < n && ends[i].at < (size_t)at)
            i++;
        size_t end = next == UBRK_DONE ? text.n : (size_t)next;
        bool was_single = char_at(text, last).n == (size_t)at - last,
             is_single = char_at(text, (size_t)at).n == end - (size_t)at;
        size_t from = (size_t)at;
        do
            from--;
        while (from > 0 && ((unsigned char)text.p[from] & 0xc0) == 0x80);
        before = str_slice(text, from, (size_t)at);
        if (i < n && ends[i].at == (size_t)at)
            ends[i].cost = cost_of(text, (size_t)at, before, was_single, is_single);
        last = (size_t)at;
    }
    ubrk_close(words);
    utext_close(&utext);
    return RC_OK;
}

enum rc words_ends(struct arena *arena, struct str text, struct word_end **ret, size_t *ret_n)
{
    struct word_end *ends = ARENA_NEW_ARRAY(arena, struct word_end, text.n + 1);
    size_t n = 0;
    uint32_t code;
    if (!ends)
        return arena_rc(arena);
    for (size_t at = 0; utf8_decode(text, &at, &code) && at < text.n;)
        ends[n++] = (struct word_end){at, WORDS_INSIDE};
    if (n)
        TRY(mark_words(text, ends, n));
    keep_together(text, ends, n);
    keep_numbered(text, ends, n);
    keep_quoted(text, ends, n);
    *ret = ends;
    *ret_n = n;
    return RC_OK;
}
