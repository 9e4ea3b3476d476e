/* cli_import.h: documents read by verbs. */
#ifndef BIHUAN_CLI_CLI_IMPORT_H
#define BIHUAN_CLI_CLI_IMPORT_H

#include "cli/cli.h"

/* Reads the file into a draft of a unit and says what was found; confirms it when asked. */
enum rc cli_import_document(struct cli *cli, struct db *db, struct filestore *files, const char *path, int64_t unit_id,
                            int64_t label, bool is_confirmed) MUST_CHECK;

#endif
