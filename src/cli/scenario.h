/* scenario.h: a file of steps, each a command that a person ran on a day: how the demonstration and tests tell a story.
 *
 * A JSON list of steps:
 *   {"at": "2026-07-08 09:00"}                       the clock stands there from now on; every step takes a minute
 *   {"as": "LOGIN", "do": "task.accept", "with": {"id": "@task/LY-2026-001-003-T1"}, "save": "t"}
 *   {"for": [...], "as": ..., "do": ..., "with": {"id": "@it"}}     once for each item: @it, or @it.KEY of maps
 *   {"import": "FILE"}                               a document of the scenario's directory, read and confirmed
 * A text that begins with "@" names something: @unit/CODE @person/NAME @account/LOGIN @source/NO @finding/NO
 * @measure/FINDING-NO/N @task/NO, or @SAVED.KEY of an earlier result.  Without "as" the program itself acts.
 * A step that is refused ends the run with its number and the reasons.
 */
#ifndef BIHUAN_CLI_SCENARIO_H
#define BIHUAN_CLI_SCENARIO_H

#include "cli/cli_command.h"

/* Runs the steps of text on db; directory holds the files that it imports.  The clock is real again afterwards.
 * RC_INVALID with cli.scenario_step {0} number, and the step's own issues before it. */
enum rc scenario_run(struct cli *cli, struct db *db, const char *directory, struct str text) MUST_CHECK;

#endif
