/* gantt.c: sizes and drawing of the timetable; see gantt.h. */
#include "publish/gantt.h"

#include "base/clock.h"
#include "calendar/calendar.h"

enum {
    LABEL_WIDTH = 320,
    HEAD_HEIGHT = 40,
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
    gantt->height = HEAD_HEIGHT + (double)ROW_HEIGHT * gantt->n + 8;
}

static double label_width(const struct gantt *gantt) { return gantt->is_bare ? 0 : LABEL_WIDTH; }

static double x_of(const struct gantt *gantt, int32_t day)
{
    int32_t at = day < gantt->first ? gantt->first : day > gantt->last + 1 ? gantt->last + 1 : day;
    return label_width(gantt) + gantt->day_width * (at - gantt->first);
}

static double y_of(int32_t row) { return HEAD_HEIGHT + (double)ROW_HEIGHT * row; }

static bool is_month_begin(int32_t day, int *ret_year, int *ret_month)
{
    int date;
    date_to_civil(day, ret_year, ret_month, &date);
    return date == 1;
}

/* Years above the months that begin them (on a page each quarter), months, days without work, today. */
static void draw_days(struct canvas *canvas, const struct gantt *gantt)
{
    struct arena *arena = gantt->ctx->arena;
    bool is_year_due = true;
    for (int32_t day = gantt->first; day <= gantt->last; day++) {
        int year, month;
        if (gantt->day_width >= DAY_WIDTH_SHADED && !calendar_is_working_day(day))
            canvas_rect(canvas, CANVAS_OFF, CANVAS_NORMAL, x_of(gantt, day), HEAD_HEIGHT, gantt->day_width,
                        gantt->height - HEAD_HEIGHT);
        if (!is_month_begin(day, &year, &month))
            continue;
        double x = x_of(gantt, day);
        canvas_line(canvas, CANVAS_GRID, x, 20, x, gantt->height);
        canvas_text(canvas, CANVAS_HEAD, CANVAS_START, x + 4, 32, 0, arena_format(arena, "%d", month));
        if (is_year_due || month == 1 || (gantt->is_bare && month % 3 == 1)) /* a page may show a few months alone */
            canvas_text(canvas, CANVAS_HEAD, CANVAS_START, x + 4, 15, 0, arena_format(arena, "%d", year));
        is_year_due = false;
    }
    if (gantt->today >= gantt->first && gantt->today <= gantt->last) {
        double x = x_of(gantt, gantt->today) + gantt->day_width / 2;
        canvas_line(canvas, CANVAS_TODAY, x, 20, x, gantt->height);
    }
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
    double y = y_of(at), indent = row->kind == GANTT_HEAD ? 8 : row->kind == GANTT_TASK ? 20 : 36;
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
    double y1 = y_of(link->from) + ROW_HEIGHT / 2.0 - 2, y2 = y_of(link->to) + ROW_HEIGHT / 2.0 - 2;
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

static void draw_all(struct canvas *canvas, const struct gantt *gantt, bool is_page, int32_t from, int32_t to)
{
    draw_days(canvas, gantt);
    for (int32_t i = from; i < to; i++)
        draw_row(canvas, gantt, i, is_page);
    for (int32_t i = 0; i < gantt->link_count; i++)
        draw_link(canvas, gantt, &gantt->links[i]);
}

/* Sheets of A3 below one another, as wide as the chart. */
static enum rc draw_pdf(const struct gantt *gantt, struct buf *out)
{
    struct canvas *canvas = NULL;
    double scale = (A3_WIDTH_PT - 2 * A3_MARGIN_PT) / gantt->width, room = (A3_HEIGHT_PT - 2 * A3_MARGIN_PT) / scale;
    double margin = A3_MARGIN_PT / scale;
    TRY(canvas_new(gantt->ctx, CANVAS_PDF, A3_WIDTH_PT / scale, A3_HEIGHT_PT / scale, scale, out, &canvas));
    for (double top = 0; top < gantt->height; top += room) {
        canvas_sheet(canvas, top == 0, -margin, top - margin);
        draw_all(canvas, gantt, false, 0, gantt->n);
    }
    return canvas_finish(canvas);
}

enum rc gantt_draw(const struct gantt *gantt, enum canvas_kind kind, struct buf *out)
{
    struct canvas *canvas = NULL;
    if (kind == CANVAS_PDF)
        return draw_pdf(gantt, out);
    double longer = gantt->width > gantt->height ? gantt->width : gantt->height;
    double scale = PNG_SIDE_MAX / longer < 2 ? PNG_SIDE_MAX / longer : 2;
    double width = gantt->width - (gantt->is_bare ? LABEL_WIDTH : 0);
    TRY(canvas_new(gantt->ctx, kind, width, gantt->height, scale, out, &canvas));
    draw_all(canvas, gantt, kind == CANVAS_PAGE, 0, gantt->n);
    return canvas_finish(canvas);
}
