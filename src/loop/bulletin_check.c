/* bulletin_check.c: what stands against releasing a bulletin; see bulletin.h.
 *
 * Threat: personal data, confidential findings and wrong figures that become public cannot be taken back.  Every check
 * names the block and what is to be done (message bulletin.check.CHECK).
 */
#include "loop/bulletin.h"

#include "base/clock.h"
#include "calendar/calendar.h"
#include "loop/doc_no.h"
#include "text/counted.h"
#include "text/numeral.h"
#include "text/utf8.h"

enum { ID_DIGITS = 18, PHONE_DIGITS = 11, CARD_MIN = 16, CARD_MAX = 19, SHOWN_CHARS = 30 };

struct checker {
    struct ctx *ctx;
    struct value *list;
    const struct value *block;   /* NULL: the head */
    const struct value *figures; /* those of the source, and of its findings as key@id */
    const struct value *sums;    /* those of the source alone */
};

static void add(struct checker *c, const char *check, bool is_stop, struct str arg0, struct str arg1)
{
    struct arena *arena = c->ctx->arena;
    struct value *row = value_add_map(arena, c->list);
    value_put_text(arena, row, "check", str_from_cstr(check));
    value_put_int(arena, row, "n", value_get_int(c->block, "n", 0));
    value_put_text(arena, row, "arg0", arg0.p ? arg0 : STR(""));
    value_put_text(arena, row, "arg1", arg1.p ? arg1 : STR(""));
    value_put_int(arena, row, "finding_id", value_get_int(c->block, "finding_id", 0));
    value_put_bool(arena, row, "is_stop", is_stop);
}

/* ---- personal data ------------------------------------------------------------------------------------------ */

/* GB 11643: weights 2^(17-i) mod 11; the last sign may be X. */
static bool is_id_number(struct str s)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char signs[] = "10X98765432";
    int sum = 0;
    if (s.n != ID_DIGITS)
        return false;
    for (size_t i = 0; i < ID_DIGITS - 1; i++)
        sum += (s.p[i] - '0') * weights[i];
    char last = s.p[ID_DIGITS - 1] == 'x' ? 'X' : s.p[ID_DIGITS - 1];
    return signs[sum % 11] == last;
}

/* ISO/IEC 7812-1, annex B. */
static bool is_card_number(struct str s)
{
    int sum = 0;
    if (s.n < CARD_MIN || s.n > CARD_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int d = s.p[s.n - 1 - i] - '0';
        d = i % 2 ? d * 2 : d;
        sum += d > 9 ? d - 9 : d;
    }
    return sum % 10 == 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Shown without its middle: the message must not repeat what must not be shown. */
static struct str masked(struct arena *arena, struct str s)
{
    return arena_format(arena, "%.*s****%.*s", 3, s.p, 2, s.p + s.n - 2);
}

static void check_number(struct checker *c, struct str digits)
{
    struct arena *arena = c->ctx->arena;
    if (is_id_number(digits))
        add(c, "id_number", true, masked(arena, digits), STR(""));
    else if (digits.n == PHONE_DIGITS && digits.p[0] == '1' && digits.p[1] >= '3')
        add(c, "phone", true, masked(arena, digits), STR(""));
    else if (is_card_number(digits))
        add(c, "bank_card", true, masked(arena, digits), STR(""));
}

/* Digits as people write long numbers: blanks and hyphens between groups, full-width digits too. */
static void check_personal(struct checker *c, struct str text)
{
    char run[CARD_MAX + 2];
    size_t n = 0, at = 0;
    for (;;) {
        uint32_t code = 0;
        size_t before = at;
        bool is_more = at < text.n && utf8_decode(text, &at, &code);
        if (is_more && at == before)
            break;
        if (code >= 0xFF10 && code <= 0xFF19)
            code = code - 0xFF10 + '0';
        if (code == 0xFF38 || code == 0xFF58)
            code = 'X';
        bool is_number =
            is_more && ((code < 0x80 && is_digit((char)code)) || (n == ID_DIGITS - 1 && (code == 'X' || code == 'x')));
        bool is_gap = is_more && n && (code == ' ' || code == '-');
        if (is_number) {
            if (n < sizeof run)
                run[n] = (char)code;
            n++;
        } else if (!is_gap) {
            if (n >= PHONE_DIGITS && n <= CARD_MAX)
                check_number(c, (struct str){run, n});
            n = 0;
        }
        if (!is_more)
            return;
    }
}

/* ---- words, figures, numbering ------------------------------------------------------------------------------ */

static void check_words(struct checker *c, struct str text, struct str forbidden)
{
    struct str rest = forbidden, word;
    while (str_split_next(&rest, '\n', &word)) {
        word = str_trim(word);
        if (word.n && str_find(text, word, 0) != SIZE_MAX)
            add(c, "forbidden", true, word, STR(""));
    }
}

static void check_figures(struct checker *c, struct str text)
{
    struct bulletin_figure figure;
    size_t at = 0;
    while (bulletin_next_figure(text, &at, &figure)) {
        const struct value *known = figure.is_broken ? NULL : value_get_str(c->figures, figure.key);
        struct str now = known ? arena_format(c->ctx->arena, "%lld", (long long)known->integer) : STR("");
        if (!known)
            add(c, "figure_unknown", true, utf8_cut_count(str_slice(text, figure.from, figure.to), SHOWN_CHARS),
                STR(""));
        else if (!str_equal(now, figure.value))
            add(c, "figure_differs", true, figure.value, now);
    }
}

/* Findings, measures and tasks counted in plain words, in either script: what no figure of the source says.  The words
 * of a finding may count findings of their own, so there it is only told. */
static void check_counted(struct checker *c, struct str text, bool is_stop)
{
    struct counted counted;
    for (size_t at = 0; counted_next(text, &at, &counted);)
        if (counted_is_of_register(text, &counted) && !counted_is_known(is_stop ? c->sums : c->figures, &counted))
            add(c, "figure_free", is_stop, str_slice(text, counted.from, counted.to), STR(""));
}

/* "firstly", "secondly" within a text come in rising order from one. */
static void check_points(struct checker *c, struct str text)
{
    struct str mark = str_slice(bulletin_text(BULLETIN_MARK_POINT), 3, SIZE_MAX);
    int64_t expected = 1;
    for (size_t at = 0; at < text.n;) {
        int64_t value = 0;
        bool is_start = at == 0 || str_has_suffix(str_slice(text, 0, at), bulletin_text(BULLETIN_STOP)) ||
                        str_has_suffix(str_slice(text, 0, at), bulletin_text(BULLETIN_SEMICOLON)) ||
                        text.p[at - 1] == '\n';
        size_t n = is_start ? numeral_scan_han(text, at, &value) : 0;
        if (n && str_has_prefix(str_slice(text, at + n, text.n), mark)) {
            if (value != expected && !(value == 1))
                add(c, "points", true, str_slice(text, at, at + n + mark.n), numeral_format(c->ctx->arena, expected));
            expected = value + 1;
        }
        at++;
        while (at < text.n && ((unsigned char)text.p[at] & 0xC0) == 0x80)
            at++;
    }
}

/* Without those of single findings, one of which any small number would meet. */
static const struct value *source_figures(struct arena *arena, const struct value *figures)
{
    struct value *map = value_new_map(arena);
    VALUE_EACH (figure, figures) {
        if (figure->kind == VALUE_INT && str_find_byte(figure->key, '@', 0) == SIZE_MAX)
            value_put(map, figure->key, value_new_int(arena, figure->integer));
    }
    return map;
}

/* ---- blocks against the register ---------------------------------------------------------------------------- */

static void check_block(struct checker *c, const struct value *block, const struct bulletin_rules *rules)
{
    struct arena *arena = c->ctx->arena;
    struct str kind = value_get_text(block, "kind"), title = value_get_text(block, "title"),
               body = value_get_text(block, "body");
    struct str plain = bulletin_plain(arena, body), status = value_get_text(block, "finding_status");
    c->block = block;
    if (bulletin_is(block, "is_withheld")) {
        if (!str_trim(value_get_text(block, "reason")).n)
            add(c, "withheld_reason", true, utf8_cut_count(title, SHOWN_CHARS), STR(""));
        return;
    }
    struct str both = arena_concat(arena, arena_concat(arena, title, STR("\n")), plain);
    check_personal(c, both);
    check_words(c, both, rules->forbidden);
    check_figures(c, title);
    check_figures(c, body);
    bool is_item = str_equal(kind, STR("item")) || str_equal(kind, STR("point"));
    check_counted(c, title, !is_item);
    check_counted(c, body, !is_item);
    check_points(c, plain);
    if (value_get_int(block, "finding_label", 0) > rules->label_max)
        add(c, "label", true, value_get_text(block, "finding_no"), STR(""));
    if (str_equal(status, STR("withdrawn")))
        add(c, "finding_gone", true, value_get_text(block, "finding_no"), STR(""));
    bool needs_body = str_equal(kind, STR("opening")) || str_equal(kind, STR("item"));
    if ((needs_body && !str_trim(body).n) || (!str_equal(kind, STR("opening")) && !str_trim(title).n))
        add(c, "empty", true, utf8_cut_count(title, SHOWN_CHARS), STR(""));
}

static bool is_in_blocks(const struct value *blocks, int64_t finding_id)
{
    VALUE_EACH (block, blocks) {
        if (value_get_int(block, "finding_id", 0) == finding_id)
            return true;
    }
    return false;
}

static enum rc check_missing(struct checker *c, struct db *db, const struct value *row, const struct value *blocks,
                             int64_t label_max)
{
    struct db_stmt *st = db_query(db, Q_BULLETIN_FINDINGS);
    struct value *findings;
    db_bind_int(st, "id", value_get_int(row, "source_id", 0));
    db_bind_int(st, "label_max", label_max);
    TRY(db_rows(c->ctx, st, &findings));
    VALUE_EACH (finding, findings) {
        int64_t id = value_get_int(finding, "id", 0);
        if (is_in_blocks(blocks, id))
            continue;
        struct value about = {.kind = VALUE_NULL};
        c->block = &about;
        add(c, "missing", true, value_get_text(finding, "no"),
            utf8_cut_count(value_get_text(finding, "title"), SHOWN_CHARS));
        value_set(c->list->items.last, STR("finding_id"), value_new_int(c->ctx->arena, id));
        c->block = NULL;
    }
    return RC_OK;
}

static const struct value *next_shown(const struct value *block)
{
    do {
        block = block->next;
    } while (block && bulletin_is(block, "is_withheld"));
    return block;
}

/* A heading without words of its own that is followed by none below it. */
static bool has_nothing(const struct value *block, bool is_part)
{
    const struct value *next = next_shown(block);
    if (str_trim(value_get_text(block, "body")).n)
        return false;
    struct str kind = next ? value_get_text(next, "kind") : STR("part");
    return str_equal(kind, STR("part")) || (!is_part && str_equal(kind, STR("section")));
}

/* Items before their section, sections before their part, a section or part with nothing in it. */
static void check_order(struct checker *c, const struct value *blocks)
{
    bool has_part = false, has_section = false;
    VALUE_EACH (block, blocks) {
        struct str kind = value_get_text(block, "kind");
        if (bulletin_is(block, "is_withheld"))
            continue;
        bool is_part = str_equal(kind, STR("part")), is_section = str_equal(kind, STR("section")),
             is_opening = str_equal(kind, STR("opening"));
        c->block = block;
        if ((is_section && !has_part) || (!is_part && !is_section && !is_opening && !has_section))
            add(c, "order", true, utf8_cut_count(value_get_text(block, "title"), SHOWN_CHARS), STR(""));
        if ((is_part || is_section) && has_nothing(block, is_part))
            add(c, "nothing_in", false, utf8_cut_count(value_get_text(block, "title"), SHOWN_CHARS), STR(""));
        has_part = has_part || is_part;
        has_section = is_section || (has_section && !is_part);
    }
}

/* ---- the head ----------------------------------------------------------------------------------------------- */

struct str bulletin_window_end(struct arena *arena, const struct value *row)
{
    struct str stated = value_get_text(row, "window_to");
    int32_t from;
    if (stated.n || !date_parse(value_get_text(row, "window_from"), &from))
        return stated.n ? stated : STR("");
    int32_t end = calendar_add_working_days(from, (int)value_get_int(row, "window_days", 0),
                                            bulletin_is(row, "window_first_day"), NULL);
    return date_text(arena, end);
}

static void check_window(struct checker *c, const struct value *row)
{
    struct arena *arena = c->ctx->arena;
    int32_t from, to;
    bool is_estimated = false, first = bulletin_is(row, "window_first_day");
    int64_t days = value_get_int(row, "window_days", 0);
    struct str end = bulletin_window_end(arena, row), wanted = arena_format(arena, "%lld", (long long)days);
    if (!date_parse(value_get_text(row, "window_from"), &from) || !date_parse(end, &to)) {
        add(c, "window_missing", true, STR(""), STR(""));
        return;
    }
    if (to < clock_today())
        add(c, "window_over", true, end, STR(""));
    if (!calendar_is_working_day(from))
        add(c, "window_from_free", true, value_get_text(row, "window_from"), STR(""));
    if (!calendar_is_working_day(to))
        add(c, "window_to_free", true, end, STR(""));
    int count = calendar_count_working_days(from, to, first, &is_estimated);
    if (count != days)
        add(c, "window_days", true, arena_format(arena, "%d", count), wanted);
    if (is_estimated)
        add(c, "window_estimated", false, end, STR(""));
}

static enum rc check_head(struct checker *c, const struct value *row, const struct bulletin_rules *rules)
{
    c->block = NULL;
    check_window(c, row);
    struct str title = value_get_text(row, "title"), contacts = value_get_text(row, "contacts");
    check_personal(c, title);
    check_words(c, title, rules->forbidden);
    if (!str_trim(value_get_text(row, "signatory")).n || !value_get_text(row, "signed").n)
        add(c, "signature", true, STR(""), STR(""));
    struct str doc_no = value_get_text(row, "doc_no");
    if (doc_no.n && !doc_no_is_formed(doc_no))
        add(c, "doc_no", false, doc_no, STR(""));
    if (str_find(contacts, STR("\"kind\""), 0) == SIZE_MAX)
        add(c, "contacts", true, STR(""), STR(""));
    return RC_OK;
}

enum rc bulletin_check(struct ctx *ctx, struct db *db, const struct value *row, const struct value *blocks,
                       const struct bulletin_rules *rules, struct value **ret_list)
{
    struct checker c = {.ctx = ctx, .list = value_new_list(ctx->arena)};
    struct value *figures;
    TRY(bulletin_read_figures(ctx, db, value_get_int(row, "source_id", 0), rules->label_max, &figures));
    c.figures = figures;
    c.sums = source_figures(ctx->arena, figures);
    TRY(check_head(&c, row, rules));
    VALUE_EACH (block, blocks) {
        check_block(&c, block, rules);
    }
    check_order(&c, blocks);
    TRY(check_missing(&c, db, row, blocks, rules->label_max));
    *ret_list = c.list;
    return arena_rc(ctx->arena);
}
