/* scenario.h: a file of steps, each a command that a person ran on a day: how the demonstration and tests tell a story.
 *
 * A JSON list; first {"begins": "2026-07-07 08:30", "ends": "2026-11-27", "lists": {"NAME": [...]}}, then steps:
 *   {"at": "2026-07-08 09:00"}                       the clock stands there from now on; every step takes a minute
 *   {"as": "LOGIN", "do": "task.accept", "with": {"id": "@task/001-003-T1"}, "save": "t"}
 *   {"for": [...], "as": ..., "do": ..., "with": {"id": "@it"}}     once for each item, or each of a list named so:
 * @it, or @it.KEY of maps, which may also stand for the login and for the name to save under
 *   {"import": "FILE"}                               a document of the scenario's directory, read and confirmed
 *   {"as": ..., "do": "evidence.add", "file": "FILE", "with": {...}}    a file of its directory "evidence" is stored
 * and given
 *   {"tick": "2026-08-03"}                           the daily work of the program for that day
 * A text that begins with "@" names something: @unit/CODE @person/NAME @account/LOGIN @source/NO @finding/NO
 * @measure/FINDING-NO/N @task/NO @node/TASK-NO/N @report/TASK-NO @review/FINDING-NO @letter/NO-OF-ITEM @hang/NO-OF-ITEM
 * @check/TASK-NO
 * @answer/UNIT-CODE
 * @scorecard/UNIT-CODE @cascade/UNIT-CODE @lookback_item/FINDING-NO (the newest of several), or @SAVED.KEY of an
 * earlier result.  A NO stands without "LY-YEAR-".  Without "as" the program itself acts.  A step that is refused ends
 * the run with its number and the reasons.
 *
 * The story ends on the day of loading: every day of it, also those that a document states as its dates, moves by the
 * same number of working days.  The text of documents stays as it is.
 */
#ifndef BIHUAN_CLI_SCENARIO_H
#define BIHUAN_CLI_SCENARIO_H

#include "cli/cli_command.h"

struct scenario;

/* Reads the steps of text, which is borrowed; directory holds the files that it names, today is the day on which the
 * story ends. Sets the clock to its beginning. */
enum rc scenario_open(struct cli *cli, const char *directory, struct str text, int32_t today,
                      struct scenario **ret_scenario) MUST_CHECK;
/* Runs the steps on db.  The clock is real again afterwards.
 * RC_INVALID with cli.scenario_step {0} number, and the step's own issues before it. */
enum rc scenario_run(struct scenario *s, struct db *db) MUST_CHECK;

#endif
