/* cli_import.h: documents read by verbs. */
#ifndef BIHUAN_CLI_CLI_IMPORT_H
#define BIHUAN_CLI_CLI_IMPORT_H

#include "cli/cli.h"

/* What is done to the draft of a document before it is opened. */
typedef enum rc (*cli_import_adjust)(void *arg, const struct value *draft, struct value **ret_draft);

/* Reads the file into a draft of a unit and says what was found; confirms it when asked.  adjust may be NULL. */
enum rc cli_import_document(struct cli *cli, struct db *db, struct filestore *files, const char *path, int64_t unit_id,
                            int64_t label, bool is_confirmed, cli_import_adjust adjust, void *arg) MUST_CHECK;
/* A ledger into the source of that number or title; policy stop, skip or update, "" for stop; columns: what the columns
 * are, "HEAD=FIELD,B=FIELD,HEAD=" (nothing: left out), over what is remembered or guessed, and remembered as the page
 * does. */
enum rc cli_import_ledger(struct cli *cli, struct db *db, const char *path, struct str source_no, struct str policy,
                          struct str columns) MUST_CHECK;

#endif
