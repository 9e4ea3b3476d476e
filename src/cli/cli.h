/* cli.h: what the verbs of the command line share. */
#ifndef BIHUAN_CLI_CLI_H
#define BIHUAN_CLI_CLI_H

#include "base/ctx.h"
#include "db/db.h"
#include "record/filestore.h"
#include "serve/settings.h"

enum { CLI_ARENA_BYTES = 1024 * 1024 * 1024 };

/* One run of a verb: settings are read, the verb's own arguments are left in argv[2..]. */
struct cli {
    struct ctx ctx;
    struct settings settings;
    int argc; /* arguments of the verb, without program and verb */
    char **argv;
};

/* The language of BIHUAN_LANG, LC_ALL, LC_MESSAGES, LANG: zh or else en. */
enum lang cli_lang(void);
/* Prints failure and its details on standard error, in that language; gives the exit code. */
int cli_fail(struct cli *cli, enum rc rc);
/* Value of "--name VALUE" / "--name=VALUE" among the arguments, taken out; p is NULL when absent. */
struct str cli_take_option(struct cli *cli, const char *name);
/* The directory that files are written into: made when there is none and dir is not empty.  RC_IO names it. */
enum rc cli_use_directory(struct cli *cli, struct str dir) MUST_CHECK;
/* Writes bytes into the file at path, which is made or emptied first.  RC_IO names it. */
enum rc cli_write_file(struct cli *cli, const char *path, struct str bytes) MUST_CHECK;
/* Whether "--name" was among the arguments, taken out. */
bool cli_take_flag(struct cli *cli, const char *name);
/* Complains about the first argument that is left over: RC_BAD_REQUEST. */
enum rc cli_check_used(struct cli *cli, int expected) MUST_CHECK;
/* Opens the settings' database; DB_CREATE also migrates and writes the roles. */
enum rc cli_open_db(struct cli *cli, enum db_mode mode, struct db **ret_db) MUST_CHECK;
enum rc cli_open_files(struct cli *cli, struct filestore **ret_files) MUST_CHECK;
/* A line on standard output. */
void cli_print(const char *format, ...) PRINTF_LIKE(1, 2);

#define VERB(name, function, arguments, help) int function(struct cli *cli);
#include "../../data/verbs.def"
#undef VERB

#endif
