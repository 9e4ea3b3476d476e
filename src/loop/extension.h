/* extension.h: more time for a task: asked with a reason before the date, decided above.
 *
 * The first date stays on the task; each extension is counted.  After the date nothing can be asked for: the task is
 * late, and that is shown (ledgers A16: an extension only before the limit).
 */
#ifndef BIHUAN_LOOP_EXTENSION_H
#define BIHUAN_LOOP_EXTENSION_H

#include "loop/lifecycle.h"

extern const struct command command_task_extend;
extern const struct command command_extension_approve; /* also with another date than the one asked for */
extern const struct command command_extension_refuse;
extern const struct command command_extension_withdraw;

#endif
