/* paper_list.h: further kinds of lists that an administrator adds without a new program.
 *
 * One JSON file, named by the setting paper-lists:
 *   [{"kind": "leader_tasks", "title": "...", "rows": "tasks", "portrait": false,
 *     "columns": [{"head": "...", "field": "n", "width": 4, "center": true}, ...]}]
 * rows is one of the named queries of a source's snapshot (aspects, findings, points, causes, measures, tasks, nodes,
 * evidence, reports, duties, rules, leads, meetings), field a name of its rows or of what is around them.  Such a kind
 * has a shipped template like any other, which an office may replace by its own, and is made as Word file, PDF, OFD and
 * workbook.
 */
#ifndef BIHUAN_PUBLISH_PAPER_LIST_H
#define BIHUAN_PUBLISH_PAPER_LIST_H

#include "publish/paper_data.h"

enum { PAPER_LISTS_MAX = 40, PAPER_LIST_COLUMNS_MAX = 12 };

/* Reads the file; "": none.  What was read before is forgotten, so this is for the start, before there are threads.
 * RC_CONFIG, with {0} the kind or its number: paper_list.file, paper_list.kind, paper_list.title, paper_list.rows,
 * paper_list.columns, paper_list.field {1}. */
enum rc paper_lists_use(struct ctx *ctx, struct str path) MUST_CHECK;
int paper_list_count(void);
const struct paper_kind_row *paper_list_row(int i);
struct str paper_list_description(int i); /* as in data/papers/ */

#endif
