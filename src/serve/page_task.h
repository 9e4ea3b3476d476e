/* page_task.h: what the pages about tasks share. */
#ifndef BIHUAN_SERVE_PAGE_TASK_H
#define BIHUAN_SERVE_PAGE_TASK_H

#include "serve/page.h"

#define TASK_STATES "assigned|disputed|doing|submitted|returned|done|cancelled"
#define TASK_PHASES "immediate|concentrated|long_term"
#define TASK_CYCLES "|weekly|monthly|bimonthly|days"

/* Adds the words of a row: state_label, phase_label, due_state, due_state_label, due_left_text, progress_text,
 * progress_percent, unit_label. */
void task_put_words(struct page *page, struct value *row);
/* Fills the part _task_nodes: the task's nodes with slack, critical path and delay. */
enum rc task_put_nodes(struct page *page, struct value *task) MUST_CHECK;
/* Progress of basis points: progress_text "62.5%", progress_percent 62; also for findings and measures. */
void task_put_progress(struct page *page, struct value *row);

#endif
