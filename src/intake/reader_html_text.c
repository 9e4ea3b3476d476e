/* reader_html_text.c: what a page tells before it is parsed: its charset, nesting out of hand, names of furniture. */
#include "intake/reader_html.h"

#include <string.h>

enum { UNCLOSED_MAX = 200, NESTED_MAX = 3000 };

/* class="foot", id="page-nav", class="left_menu": one word of the value, cut at blanks, '-' and '_'. */
bool html_names_furniture(struct str value)
{
    static const char *const words[] = {"nav",     "navbar", "navigation",       "menu",        "header",
                                        "footer",  "foot",   "breadcrumb",       "breadcrumbs", "crumb",
                                        "crumbs",  "share",  "sharing",          "copyright",   "sidebar",
                                        "toolbar", "topbar", "bdsharebuttonbox", "pagination",  "pager",
                                        "related"};
    for (size_t at = 0; at < value.n;) {
        size_t end = at;
        while (end < value.n && !strchr(" -_\t\n", value.p[end]))
            end++;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (str_equal_nocase(str_slice(value, at, end), str_from_cstr(words[i])))
                return true;
        at = end + 1;
    }
    return false;
}

/* Threat: formatting elements that are never closed are opened again in every following block, so that a small page
 * grows into a tree of the square of its size.  Blocks that nest by the thousand make each further tag search all of
 * them. Real pages leave a handful open.  (What slips through meets the memory and time limits of the child.) */
bool html_is_runaway(struct str text)
{
    static const char *const names[] = {"a",       "b",      "big",  "code", "em",
                                        "font",    "i",      "nobr", "s",    "small",
                                        "strike",  "strong", "tt",   "u",    /* blocks */ "div",
                                        "table",   "ul",     "ol",   "dl",   "section",
                                        "article", "center", "form"};
    enum { NAMES = sizeof names / sizeof names[0], BLOCKS_FROM = 14 };
    long open[NAMES] = {0};
    for (size_t at = 0; (at = str_find_byte(text, '<', at)) != SIZE_MAX;) {
        at++;
        bool is_close = at < text.n && text.p[at] == '/';
        size_t from = at + is_close, end = from;
        while (end < text.n && end - from < 8 && ((text.p[end] | 0x20) >= 'a' && (text.p[end] | 0x20) <= 'z'))
            end++;
        for (int i = 0; i < NAMES; i++) {
            if (!str_equal_nocase(str_slice(text, from, end), str_from_cstr(names[i])))
                continue;
            open[i] += is_close ? (open[i] > 0 ? -1 : 0) : 1;
            if (open[i] > (i < BLOCKS_FROM ? UNCLOSED_MAX : NESTED_MAX))
                return true;
        }
    }
    return false;
}

/* charset=NAME in the first bytes, as the HTML standard's prescan finds it. */
struct str html_declared_charset(struct str bytes)
{
    struct str head = str_slice(bytes, 0, 4096);
    for (size_t at = 0; (at = str_find(head, STR("charset"), at)) != SIZE_MAX;) {
        at += sizeof "charset" - 1;
        size_t from = at;
        while (from < head.n && strchr(" =\"'", head.p[from]) && head.p[from])
            from++;
        size_t end = from;
        while (end < head.n && end - from < 20 && !strchr(" \"';/>", head.p[end]))
            end++;
        if (from > at && end > from)
            return str_slice(head, from, end);
    }
    return STR_EMPTY;
}
