/* paper_files.h: making papers for pages: template, files, store, command; see publish/paper_make.h. */
#ifndef BIHUAN_SERVE_PAPER_FILES_H
#define BIHUAN_SERVE_PAPER_FILES_H

#include "publish/paper_make.h"
#include "serve/page.h"

/* Memory of its own for making: a paper may be larger than what a request may take.  NULL when memory is short. */
struct arena *paper_files_arena(void);
/* The paper that a new one of the kind follows: the last issued of the kind, else the last issued plan; NULL: none. */
enum rc paper_files_before(struct page *page, struct ctx *work, enum paper_kind kind, int64_t id,
                           struct value **ret_paper) MUST_CHECK;
/* Takes a snapshot of what the page's reader may see, changes marked against the data of before, a row of
 * paper_files_before.  Its memory is work's. */
enum rc paper_files_take(struct page *page, struct ctx *work, enum paper_subject subject, int64_t id,
                         const struct value *before, struct paper_snapshot *ret_snapshot) MUST_CHECK;
/* The template in use for papers of a unit, and how it is opened: its own, one of a unit above it, or the shipped one.
 */
enum rc paper_files_template(struct page *page, struct ctx *work, enum paper_kind kind, int64_t unit_id,
                             struct paper_order *order) MUST_CHECK;
/* Renders, stores and runs paper.make; *ret_id of the new paper. */
enum rc paper_files_make(struct page *page, struct ctx *work, const struct paper_snapshot *snapshot, int64_t subject_id,
                         enum paper_kind kind, const struct value *text, int64_t *ret_id) MUST_CHECK;
/* Makes a stored paper again from its data, template and texts; *ret_is_same: the same bytes as stored. */
enum rc paper_files_again(struct page *page, struct ctx *work, const struct value *paper, bool *ret_is_same) MUST_CHECK;

#endif
