/* evidence.h: files that prove what was done for a task, a measure or a finding.
 *
 * A file is in the content store before its event; the program itself found out what it is.  A new version supersedes
 * the one before, which stays with its verdict.  Evidence is seen by who may see one of the things it is linked to, up
 * to the higher label of the two.
 */
#ifndef BIHUAN_LOOP_EVIDENCE_H
#define BIHUAN_LOOP_EVIDENCE_H

#include "loop/lifecycle.h"

#define EVIDENCE_CLASSES "rule|minutes|voucher|photo|screenshot|third_party|other"
#define EVIDENCE_SUBJECTS "task|measure|finding"
#define EVIDENCE_VERDICTS "effective|insufficient|mismatch"

/* Not to be asked for by outside input: they name a stored file by its digest, which only the page that stored it may
 * do. */
extern const struct command command_evidence_add;
extern const struct command command_evidence_revise;

/* Notes the stored file that input names in the organisation's chain, unless it is known; evidence.add does it itself,
 * but after a source's chain is locked it is too late. */
enum rc evidence_note_file(struct command_call *call, const struct value *input) MUST_CHECK;

extern const struct command command_evidence_judge;
extern const struct command command_evidence_change;
extern const struct command command_evidence_link;
extern const struct command command_evidence_unlink;

#endif
