/* gantt.h: tasks and their dated steps over the days: plan, baseline, what was done, what decides the end. */
#ifndef BIHUAN_PUBLISH_GANTT_H
#define BIHUAN_PUBLISH_GANTT_H

#include "publish/canvas.h"
#include "record/actor.h"
#include "serve/messages.h"

enum gantt_kind { GANTT_HEAD, GANTT_TASK, GANTT_NODE };
enum gantt_word { GANTT_BASELINE, GANTT_ACTUAL, GANTT_CRITICAL, GANTT_TODAY, GANTT_OFF, GANTT_WORDS };

struct gantt_row {
    enum gantt_kind kind;
    int64_t id;
    struct str title, sub, href;
    int32_t start, due, base_start, base_due, real_start, real_due; /* days; 0: none */
    int16_t done_percent;
    enum canvas_state state;
    bool is_critical, is_overlap; /* is_overlap: begins before its predecessors end, on purpose */
};

struct gantt_link { /* rows */
    int32_t from, to;
};

struct gantt {
    struct ctx *ctx;
    struct str title;              /* number and name of the source */
    struct str words[GANTT_WORDS]; /* what the marks mean */
    struct gantt_row *rows;
    int32_t n;
    struct gantt_link *links;
    int32_t link_count;
    int32_t first, last, today; /* days shown */
    double day_width, width;
    bool is_cut;  /* there are more tasks than are shown */
    bool is_bare; /* drawn without names and head, which a page shows beside and above it */
};

struct gantt_request {
    int64_t source_id;
    bool by_leader;
    enum lang lang;
    int32_t today;
};

/* What the actor may see of a source by perm.  RC_NOT_FOUND: no such source in sight. */
enum rc gantt_read(struct ctx *ctx, struct db *db, const struct actor *actor, enum perm perm,
                   const struct gantt_request *request, struct gantt *ret) MUST_CHECK;
/* Days and sizes; done by gantt_read. */
void gantt_layout(struct gantt *gantt);
/* With head and names, but for is_bare. */
enum rc gantt_draw(const struct gantt *gantt, enum canvas_kind kind, struct buf *out) MUST_CHECK;
/* The head alone, for a page. */
enum rc gantt_draw_head(const struct gantt *gantt, struct buf *out) MUST_CHECK;

#endif
