/* reader_oscal.h: OSCAL plans of action and milestones as ledgers; private to the readers. */
#ifndef BIHUAN_INTAKE_READER_OSCAL_H
#define BIHUAN_INTAKE_READER_OSCAL_H

#include "intake/reader_work.h"

/* Whether a text is such a plan, by its beginning. */
bool reader_looks_oscal(struct str text);
enum rc reader_oscal(struct reader *reader, struct str text) MUST_CHECK;

#endif
