/* letter.h: letters of supervision and urging by hand. */
#ifndef BIHUAN_LOOP_LETTER_H
#define BIHUAN_LOOP_LETTER_H

#include "loop/supervise.h"

#define LETTER_WAYS "program|paper|mail" /* of delivery */

extern const struct command command_letter_draft;
extern const struct command command_letter_change;
extern const struct command command_letter_issue; /* gets its number; through the program it is delivered at once */
extern const struct command command_letter_issue_many; /* the same for many, with a result for each */
extern const struct command command_letter_deliver;    /* on paper or by mail */
extern const struct command command_letter_sign;       /* the receiver has it */
extern const struct command command_letter_answer;
extern const struct command command_letter_attach; /* evidence for the answer: a file already in the store */
extern const struct command command_letter_refuse; /* the answer goes back */
extern const struct command command_letter_close;
extern const struct command command_letter_extend; /* more time to answer, only before the date */
extern const struct command command_letter_void;   /* the number stays taken */
extern const struct command command_finding_urge;  /* ask those who are waited for, by hand */
extern const struct command command_task_urge;

#endif
