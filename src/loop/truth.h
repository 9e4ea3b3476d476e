/* truth.h: checks of what looks like rectification on paper only.
 *
 * Rules: same_report (nearly the words of another report), same_file (one file for more than three measures),
 * old_evidence (older than the finding), no_evidence (reported as finished without effective evidence), too_fast (a
 * finding closed within fewer days than its severity allows).  Each is raised once for a subject, with its figure; a
 * person confirms it or dismisses it with a reason. Sources: ledgers A2 (same file, 100 % without evidence), A14
 * (closed in under ten days).
 */
#ifndef BIHUAN_LOOP_TRUTH_H
#define BIHUAN_LOOP_TRUTH_H

#include "loop/lifecycle.h"

/* From when on something is told; days by severity.  The figures of ledgers A2 and A14, and for what is less than
 * major our own [P]. */
struct truth_limits {
    int64_t text_min;     /* characters: shorter reports say too little to be compared */
    int64_t same_percent; /* of pairs of characters that two reports share */
    int64_t fast_major_days, fast_serious_days, fast_days;
};
#define TRUTH_LIMITS_USUAL                                                                                             \
    {                                                                                                                  \
        12, 90, 10, 5, 2                                                                                               \
    }

/* Sets them for the whole process, before it works. */
void truth_limits_use(struct truth_limits limits);

extern const struct command command_check_confirm;
extern const struct command command_check_dismiss;

/* A report (row of report_get_any, just submitted) against all others.  Reports without many words are not compared. */
enum rc truth_check_report(struct command_call *call, const struct value *report, struct str text) MUST_CHECK;
/* A task (row of task_get_any) that was reported as finished. */
enum rc truth_check_progress(struct command_call *call, const struct value *task, int64_t progress_bp) MUST_CHECK;
/* Evidence that was linked, or got a new file.  link: row with evidence_id, sha256, made_on, finding_id, source_id,
 * task_id (null), unit_id, label, no, title, found_on (the day from which evidence counts). */
enum rc truth_check_evidence(struct command_call *call, const struct value *link) MUST_CHECK;

/* A comment of the public that a closed finding is not done.  finding: row with id, finding_id, source_id, unit_id,
 * label, no, title.  *ret_id: the check, 0 when this comment raised one before. */
enum rc truth_public_denies(struct command_call *call, const struct value *finding, int64_t comment_id,
                            struct str comment_no, int64_t *ret_id) MUST_CHECK;

/* Reports that have nearly these words, the most alike first, at most three: {id, bp}.  Also what a page may show
 * before a report is submitted. */
enum rc truth_find_same(struct command_call *call, int64_t report_id, struct str text,
                        struct value **ret_list) MUST_CHECK;

#endif
