/* lookback.h: campaigns that look back at what was closed: did it stay put right?
 *
 * The sample is drawn reproducibly (lookback_rank): seed and population decide it, and both stand in the event.
 */
#ifndef BIHUAN_LOOP_LOOKBACK_H
#define BIHUAN_LOOP_LOOKBACK_H

#include "loop/lifecycle.h"

enum { LOOKBACK_SAMPLE_MAX = 500, LOOKBACK_CHECKS_MAX = 20, LOOKBACK_RANK_BYTES = 65 };

extern const struct command command_lookback_draw;
extern const struct command command_lookback_item_assign;
extern const struct command command_lookback_item_check; /* verdict; a failing one proposes the next cycle */
extern const struct command command_lookback_finish;

/* Method sha256-rank-1: the cycles of the population are put in the order of SHA-256("SEED:CYCLE"), as lower-case hex
 * over the decimal number of the cycle, and the first ones are taken.  Anybody with the seed and the list can do it
 * again. */
void lookback_rank(struct str seed, int64_t cycle_id, char ret_hex[LOOKBACK_RANK_BYTES]);

#endif
