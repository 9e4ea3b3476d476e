/* handover.h: when a leader changes, what he carries passes by a record that both sign. */
#ifndef BIHUAN_LOOP_HANDOVER_H
#define BIHUAN_LOOP_HANDOVER_H

#include "loop/supervise.h"

extern const struct command command_handover_begin; /* lists what the one carries */
extern const struct command command_handover_sign;  /* of both; with the second signature everything moves */
extern const struct command command_handover_cancel;

#endif
