/* gantt.c: sizes and drawing of the timetable; see gantt.h. */
#include "publish/gantt.h"

#include "base/clock.h"
#include "calendar/calendar.h"

enum {
    LABEL_WIDTH = 320,
    CAPTION_HEIGHT = 36,
    HEAD_HEIGHT = 40,
    FOOT_HEIGHT = 8,
    MONTH_ROOM = 26,
    YEAR_ROOM = 40,
    KEY_WIDTH = 18,
    ROW_HEIGHT = 30,
    BAR_HEIGHT = 14,
    BASE_HEIGHT = 4,
    ARROW_ROOM = 8,
    CHART_WIDTH = 960,
    DAYS_AROUND = 7,
    DAYS_MAX = 1200,
    A3_WIDTH_PT = 1191,
    A3_HEIGHT_PT = 842,
    A3_MARGIN_PT = 28
};

static const double DAY_WIDTH_MIN = 1.5, DAY_WIDTH_MAX = 16, DAY_WIDTH_SHADED = 3, PNG_SIDE_MAX = 16000;

static void widen(struct gantt *gantt, int32_t day)
{
    if (!day)
        return;
    gantt->first = !gantt->first || day < gantt->first ? day : gantt->first;
    gantt->last = day > gantt->last ? day : gantt->last;
}

void gantt_layout(struct gantt *gantt)
{
    gantt->first = gantt->last = 0;
    widen(gantt, gantt->today);
    for (int32_t i = 0; i < gantt->n; i++) {
        const struct gantt_row *row = &gantt->rows[i];
        const int32_t days[] = {row->start, row->due, row->base_start, row->base_due, row->real_start, row->real_due};
        for (size_t k = 0; k < sizeof days / sizeof days[0]; k++)
            widen(gantt, days[k]);
    }
    gantt->first -= DAYS_AROUND;
    gantt->last += DAYS_AROUND;
    if (gantt->last - gantt->first > DAYS_MAX) /* far dates are cut off, near ones stay readable */
        gantt->first = gantt->today - DAYS_MAX / 2 > gantt->first ? gantt->today - DAYS_MAX / 2 : gantt->first;
    if (gantt->last - gantt->first > DAYS_MAX)
        gantt->last = gantt->first + DAYS_MAX;
    double width = (double)CHART_WIDTH / (gantt->last - gantt->first + 1);
    gantt->day_width = width < DAY_WIDTH_MIN ? DAY_WIDTH_MIN : width > DAY_WIDTH_MAX ? DAY_WIDTH_MAX : width;
    gantt->width = LABEL_WIDTH + gantt->day_width * (gantt->last - gantt->first + 1);
}

static double label_width(const struct gantt *gantt) { return gantt->is_bare ? 0 : LABEL_WIDTH; }

/* A page shows the head apart, where it stays while the rows move. */
static double head_height(const struct gantt *gantt) { return gantt->is_bare ? 0 : CAPTION_HEIGHT + HEAD_HEIGHT; }

static double x_of(const struct gantt *gantt, int32_t day)
{
    int32_t at = day < gantt->first ? gantt->first : day > gantt->last + 1 ? gantt->last + 1 : day;
    return label_width(gantt) + gantt->day_width * (at - gantt->first);
}

static double y_of(const struct gantt *gantt, int32_t row) { return head_height(gantt) + (double)ROW_HEIGHT * row; }

static void draw_today(struct canvas *canvas, const struct gantt *gantt, double top, double bottom)
{
    if (gantt->today < gantt->first || gantt->today > gantt->last)
        return;
    double x = x_of(gantt, gantt->today) + gantt->day_width / 2;
    canvas_line(canvas, CANVAS_TODAY, x, top, x, bottom);
}

/* The first day shown and the first of each month. */
static int32_t next_month(int32_t day, int *ret_year, int *ret_month)
{
    int date;
    date_to_civil(day + 1, ret_year, ret_month, &date);
    for (day++; date != 1; day++)
        date_to_civil(day + 1, ret_year, ret_month, &date);
    return day;
}

/* Months, and above them the year: at the first column, at each January; where a window shows a few months alone, each
 * quarter.  The month that has begun already is named where there is room for it. */
static void draw_head(struct canvas *canvas, const struct gantt *gantt, double top)
{
    struct arena *arena = gantt->ctx->arena;
    int year, month, date, next_year, following;
    date_to_civil(gantt->first, &year, &month, &date);
    double year_free = 0; /* from where a year has room */
    for (int32_t day = gantt->first; day <= gantt->last;) {
        int32_t next = next_month(day, &next_year, &following);
        double x = x_of(gantt, day);
        bool is_first = day == gantt->first, is_quarter = gantt->is_bare && month % 3 == 1;
        if (date == 1 || x_of(gantt, next) - x >= MONTH_ROOM) {
            canvas_line(canvas, CANVAS_GRID, x, top + 20, x, top + HEAD_HEIGHT);
            canvas_text(canvas, CANVAS_HEAD, CANVAS_START, x + 4, top + 32, 0, arena_format(arena, "%d", month));
        }
        if (is_first || (month == 1 && x >= year_free) || (is_quarter && x >= year_free + YEAR_ROOM)) {
            canvas_text(canvas, CANVAS_HEAD, CANVAS_START, x + 4, top + 15, 0, arena_format(arena, "%d", year));
            year_free = x + YEAR_ROOM;
        }
        day = next, year = next_year, month = following, date = 1;
    }
    draw_today(canvas, gantt, top + 20, top + HEAD_HEIGHT);
}

/* Days without work, months, today, behind the rows. */
static void draw_days(struct canvas *canvas, const struct gantt *gantt, double top, double bottom)
{
    int year, month;
    for (int32_t day = gantt->first; day <= gantt->last; day++)
        if (gantt->day_width >= DAY_WIDTH_SHADED && !calendar_is_working_day(day))
            canvas_rect(canvas, CANVAS_OFF, CANVAS_NORMAL, x_of(gantt, day), top, gantt->day_width, bottom - top);
    for (int32_t day = gantt->first - 1; (day = next_month(day, &year, &month)) <= gantt->last;)
        canvas_line(canvas, CANVAS_GRID, x_of(gantt, day), top, x_of(gantt, day), bottom);
    draw_today(canvas, gantt, top, bottom);
}

/* What the source is called, what the marks mean, and which sheet this is. */
static void draw_caption(struct canvas *canvas, const struct gantt *gantt, double top, int sheet, int sheets)
{
    static const enum canvas_mark marks[GANTT_WORDS] = {
        [GANTT_BASELINE] = CANVAS_BASE, [GANTT_ACTUAL] = CANVAS_DONE, [GANTT_CRITICAL] = CANVAS_CRITICAL,
        [GANTT_TODAY] = CANVAS_TODAY,   [GANTT_OFF] = CANVAS_OFF,
    };
    static const double heights[GANTT_WORDS] = {BASE_HEIGHT, 5, BAR_HEIGHT, BAR_HEIGHT, BAR_HEIGHT};
    double x = gantt->width - 8, middle = top + CAPTION_HEIGHT / 2.0;
    if (sheets > 1) {
        struct str pages = arena_format(gantt->ctx->arena, "%d / %d", sheet + 1, sheets);
        canvas_text(canvas, CANVAS_HEAD, CANVAS_END, x, middle + 4, 0, pages);
        x -= canvas_text_width(CANVAS_HEAD, pages) + 24;
    }
    for (int i = GANTT_WORDS - 1; i >= 0; i--) {
        if (i == GANTT_OFF && gantt->day_width < DAY_WIDTH_SHADED)
            continue;
        canvas_text(canvas, CANVAS_HEAD, CANVAS_END, x, middle + 4, 0, gantt->words[i]);
        x -= canvas_text_width(CANVAS_HEAD, gantt->words[i]) + KEY_WIDTH + 6;
        if (marks[i] == CANVAS_TODAY)
            canvas_line(canvas, marks[i], x + KEY_WIDTH / 2.0, middle - 7, x + KEY_WIDTH / 2.0, middle + 7);
        else
            canvas_rect(canvas, marks[i], CANVAS_NORMAL, x, middle - heights[i] / 2, KEY_WIDTH, heights[i]);
        x -= 16;
    }
    canvas_text(canvas, CANVAS_TITLE, CANVAS_START, 8, middle + 5, x - 24, gantt->title);
}

/* What was really done along the foot of a bar: from the real beginning to the real end, or to today; of a task under
 * way, whose reports tell percents, that part of its length. */
static void draw_actual(struct canvas *canvas, const struct gantt *gantt, const struct gantt_row *row, double top,
                        double width)
{
    int32_t from = row->real_start ? row->real_start : row->start, to = row->real_due;
    int percent = row->done_percent > 100 ? 100 : row->done_percent;
    if (!to && row->kind == GANTT_NODE && row->real_start && row->real_start <= gantt->today)
        to = gantt->today;
    from = to && from > to ? to : from;
    double left = x_of(gantt, from), length = to ? x_of(gantt, to + 1) - left : width * percent / 100;
    if (length > 0)
        canvas_rect(canvas, CANVAS_DONE, CANVAS_NORMAL, left, top + BAR_HEIGHT - 5, length < 3 ? 3 : length, 5);
}

static void draw_bar(struct canvas *canvas, const struct gantt *gantt, const struct gantt_row *row, double y)
{
    double top = y + (ROW_HEIGHT - BAR_HEIGHT) / 2.0 - 2, left = x_of(gantt, row->start);
    double width = x_of(gantt, row->due + 1) - left;
    width = width < 3 ? 3 : width;
    if (row->base_due) {
        double base = x_of(gantt, row->base_start ? row->base_start : row->start);
        double end = x_of(gantt, row->base_due + 1);
        canvas_rect(canvas, CANVAS_BASE, CANVAS_NORMAL, base, top + BAR_HEIGHT + 2, end - base > 3 ? end - base : 3,
                    BASE_HEIGHT);
    }
    canvas_rect(canvas, CANVAS_BAR, row->state, left, top, width, BAR_HEIGHT);
    draw_actual(canvas, gantt, row, top, width);
    if (row->is_critical)
        canvas_rect(canvas, CANVAS_CRITICAL, CANVAS_NORMAL, left - 1, top - 1, width + 2, BAR_HEIGHT + 2);
}

static void draw_row(struct canvas *canvas, const struct gantt *gantt, int32_t at, bool is_page)
{
    const struct gantt_row *row = &gantt->rows[at];
    struct arena *arena = gantt->ctx->arena;
    double y = y_of(gantt, at), indent = row->kind == GANTT_HEAD ? 8 : row->kind == GANTT_TASK ? 20 : 36;
    char from[DATE_TEXT_BYTES], to[DATE_TEXT_BYTES];
    canvas_line(canvas, CANVAS_GRID, 0, y, gantt->width, y);
    if (row->kind == GANTT_HEAD && gantt->is_bare)
        return;
    if (row->kind == GANTT_HEAD) {
        canvas_text(canvas, CANVAS_TITLE, CANVAS_START, indent, y + 20, LABEL_WIDTH - indent - 8, row->title);
        return;
    }
    struct str id = arena_format(arena, "g-%c%lld", row->kind == GANTT_TASK ? 't' : 'n', (long long)row->id);
    struct str name =
        arena_format(arena, "%.*s\n%.*s - %.*s %.*s", STR_ARG(row->title), STR_ARG(date_format(row->start, from)),
                     STR_ARG(date_format(row->due, to)), STR_ARG(row->sub));
    struct str more =
        !is_page ? STR("")
        : row->kind == GANTT_NODE
            ? arena_format(arena, " class=\"node\" data-step=\"%lld\" data-from=\"%.*s\" data-to=\"%.*s\"",
                           (long long)row->id, STR_ARG(date_format(row->start, from)),
                           STR_ARG(date_format(row->due, to)))
            : STR(" class=\"node\"");
    canvas_link(canvas, id, row->href, name, more.p);
    if (!gantt->is_bare)
        canvas_text(canvas, row->kind == GANTT_TASK ? CANVAS_TITLE : CANVAS_SUB, CANVAS_START, indent, y + 20,
                    LABEL_WIDTH - indent - 8, row->title);
    draw_bar(canvas, gantt, row, y);
    canvas_link_end(canvas);
}

/* From the end of a step to the beginning of the next.  One that begins earlier is met from above: the arrow leaves the
 * bar where the next step begins, and one that begins before the bar does is gone back to between the rows. */
static void draw_link(struct canvas *canvas, const struct gantt *gantt, const struct gantt_link *link)
{
    const struct gantt_row *from = &gantt->rows[link->from], *to = &gantt->rows[link->to];
    double begin = x_of(gantt, from->start), x1 = x_of(gantt, from->due + 1), x2 = x_of(gantt, to->start);
    double y1 = y_of(gantt, link->from) + ROW_HEIGHT / 2.0 - 2, y2 = y_of(gantt, link->to) + ROW_HEIGHT / 2.0 - 2;
    double turn = x2 - ARROW_ROOM, side = y2 > y1 ? 1 : -1;
    if (turn >= x1) {
        canvas_line(canvas, CANVAS_ARROW, x1, y1, turn, y1);
        canvas_line(canvas, CANVAS_ARROW, turn, y1, turn, y2);
    } else if (turn >= begin) {
        canvas_line(canvas, CANVAS_ARROW, turn, y1 + side * BAR_HEIGHT / 2.0, turn, y2);
    } else {
        double out = x1 + ARROW_ROOM, between = y1 + side * ROW_HEIGHT / 2.0;
        canvas_line(canvas, CANVAS_ARROW, x1, y1, out, y1);
        canvas_line(canvas, CANVAS_ARROW, out, y1, out, between);
        canvas_line(canvas, CANVAS_ARROW, out, between, turn, between);
        canvas_line(canvas, CANVAS_ARROW, turn, between, turn, y2);
    }
    canvas_line(canvas, CANVAS_ARROW, turn, y2, x2, y2);
    canvas_line(canvas, CANVAS_ARROW, x2 - 4, y2 - 4, x2, y2);
    canvas_line(canvas, CANVAS_ARROW, x2 - 4, y2 + 4, x2, y2);
}

/* The rows from, up to but without to, below a head of their own. */
static void draw_rows(struct canvas *canvas, const struct gantt *gantt, bool is_page, int32_t from, int32_t to)
{
    double top = y_of(gantt, from), bottom = y_of(gantt, to) + FOOT_HEIGHT;
    draw_days(canvas, gantt, top, bottom);
    for (int32_t i = from; i < to; i++)
        draw_row(canvas, gantt, i, is_page);
    for (int32_t i = 0; i < gantt->link_count; i++) {
        const struct gantt_link *link = &gantt->links[i];
        if (link->from >= from && link->from < to && link->to >= from && link->to < to)
            draw_link(canvas, gantt, link);
    }
}

/* Where a sheet ends that begins with a row and has room for so many: before a task, whose steps stay with it. */
static int32_t sheet_end(const struct gantt *gantt, int32_t from, int32_t room)
{
    int32_t end = from + room < gantt->n ? from + room : gantt->n;
    for (int32_t at = end; at < gantt->n && at > from + room / 2; at--)
        if (gantt->rows[at].kind != GANTT_NODE && gantt->rows[at - 1].kind != GANTT_HEAD)
            return at;
    return end;
}

/* Sheets of A3, as wide as the chart, each with its head. */
static enum rc draw_pdf(const struct gantt *gantt, struct buf *out)
{
    struct canvas *canvas = NULL;
    double scale = (A3_WIDTH_PT - 2 * A3_MARGIN_PT) / gantt->width, margin = A3_MARGIN_PT / scale;
    double height = A3_HEIGHT_PT / scale - 2 * margin - head_height(gantt) - FOOT_HEIGHT;
    int32_t room = (int32_t)(height / ROW_HEIGHT);
    int sheet = 0, sheets = 0;
    for (int32_t from = 0; from < gantt->n; from = sheet_end(gantt, from, room))
        sheets++;
    TRY(canvas_new(gantt->ctx, CANVAS_PDF, A3_WIDTH_PT / scale, A3_HEIGHT_PT / scale, scale, out, &canvas));
    for (int32_t from = 0, to; from < gantt->n; from = to, sheet++) {
        double top = y_of(gantt, from) - head_height(gantt);
        to = sheet_end(gantt, from, room);
        canvas_sheet(canvas, sheet == 0, -margin, top - margin);
        draw_caption(canvas, gantt, top, sheet, sheets);
        draw_head(canvas, gantt, top + CAPTION_HEIGHT);
        draw_rows(canvas, gantt, false, from, to);
    }
    return canvas_finish(canvas);
}

enum rc gantt_draw(const struct gantt *gantt, enum canvas_kind kind, struct buf *out)
{
    struct canvas *canvas = NULL;
    if (kind == CANVAS_PDF)
        return draw_pdf(gantt, out);
    double width = gantt->width - (gantt->is_bare ? LABEL_WIDTH : 0), height = y_of(gantt, gantt->n) + FOOT_HEIGHT;
    double longer = width > height ? width : height;
    double scale = PNG_SIDE_MAX / longer < 2 ? PNG_SIDE_MAX / longer : 2;
    TRY(canvas_new(gantt->ctx, kind, width, height, scale, out, &canvas));
    if (!gantt->is_bare) {
        draw_caption(canvas, gantt, 0, 0, 1);
        draw_head(canvas, gantt, CAPTION_HEIGHT);
    }
    draw_rows(canvas, gantt, kind == CANVAS_PAGE, 0, gantt->n);
    return canvas_finish(canvas);
}

enum rc gantt_draw_head(const struct gantt *gantt, struct buf *out)
{
    struct canvas *canvas = NULL;
    TRY(canvas_new(gantt->ctx, CANVAS_PAGE, gantt->width - LABEL_WIDTH, HEAD_HEIGHT, 1, out, &canvas));
    draw_head(canvas, gantt, 0);
    return canvas_finish(canvas);
}
