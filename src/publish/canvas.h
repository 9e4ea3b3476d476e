/* canvas.h: one way to draw maps and timetables, onto a page, into an SVG file, a PDF or a PNG.
 *
 * What is drawn is said by its meaning (a card, an edge, a title) and its state; how that looks is decided by the
 * page's style sheet, by the style in an SVG file, or by the table of colours here.  Coordinates are pixels of the
 * page; y grows downward. Text is cut to its room with an ellipsis.  Failures stick and are told by canvas_finish.
 */
#ifndef BIHUAN_PUBLISH_CANVAS_H
#define BIHUAN_PUBLISH_CANVAS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"

enum canvas_kind { CANVAS_PAGE, CANVAS_SVG, CANVAS_PDF, CANVAS_PNG };
enum canvas_state { CANVAS_NORMAL, CANVAS_DUE_SOON, CANVAS_BEHIND, CANVAS_OVERDUE, CANVAS_CLOSED, CANVAS_STATES };
enum canvas_mark {
    CANVAS_SHEET,    /* the ground */
    CANVAS_CARD,     /* a card with its state at the left edge */
    CANVAS_GROUP,    /* a card of a group */
    CANVAS_PART,     /* part of a bar of states along a group's card */
    CANVAS_FOUND,    /* frame around what was searched for */
    CANVAS_EDGE,     /* from parent to child */
    CANVAS_TITLE,    /* first line of a card */
    CANVAS_SUB,      /* second line */
    CANVAS_HEAD,     /* text of a head */
    CANVAS_GRID,     /* thin line */
    CANVAS_OFF,      /* days without work */
    CANVAS_BASE,     /* what was planned first */
    CANVAS_BAR,      /* what holds now, with its state */
    CANVAS_DONE,     /* part of the bar that is done */
    CANVAS_CRITICAL, /* frame of what decides the end */
    CANVAS_ARROW,    /* from one step to the next */
    CANVAS_TODAY,
    CANVAS_FOLD, /* round sign with the number of what is folded */
    CANVAS_MARKS
};
enum canvas_anchor { CANVAS_START, CANVAS_MIDDLE, CANVAS_END };

struct canvas;

/* scale: points (PDF) or pixels (PNG) for one pixel of the page.  out is kept by the caller until canvas_finish. */
enum rc canvas_new(struct ctx *ctx, enum canvas_kind kind, double width, double height, double scale, struct buf *out,
                   struct canvas **ret_canvas) MUST_CHECK;
void canvas_rect(struct canvas *canvas, enum canvas_mark mark, enum canvas_state state, double x, double y, double w,
                 double h);
void canvas_line(struct canvas *canvas, enum canvas_mark mark, double x1, double y1, double x2, double y2);
/* An S from left to right. */
void canvas_curve(struct canvas *canvas, enum canvas_mark mark, double x1, double y1, double x2, double y2);
/* y is the base line. */
void canvas_text(struct canvas *canvas, enum canvas_mark mark, enum canvas_anchor anchor, double x, double y,
                 double room, struct str text);
/* On pages and in SVG files: what follows until canvas_link_end leads to href (of this site; "" for none), is called
 * name by programs that read aloud, and has the id. */
void canvas_link(struct canvas *canvas, struct str id, struct str href, struct str name, const char *more);
void canvas_link_end(struct canvas *canvas);
/* PDF: goes on with a new sheet whose upper left corner is at (x, y).  The first sheet needs it too, when it begins
 * elsewhere. */
void canvas_sheet(struct canvas *canvas, bool is_first, double x, double y);
/* Puts what was drawn into out and frees the canvas, which may be NULL. */
enum rc canvas_finish(struct canvas *canvas) MUST_CHECK;
/* Width of a text of a mark, in pixels, as the page will about show it. */
double canvas_text_width(enum canvas_mark mark, struct str text);

#endif
