/* paper.h: papers and their templates as records; what they say is made by publish/paper_make.h. */
#ifndef BIHUAN_LOOP_PAPER_H
#define BIHUAN_LOOP_PAPER_H

#include "record/command.h"

extern const struct command command_paper_make; /* run by the page that has stored the files; no address */
extern const struct command command_paper_issue;
extern const struct command command_paper_void;
extern const struct command command_paper_template_add; /* as paper_make */
extern const struct command command_paper_template_retire;

#endif
