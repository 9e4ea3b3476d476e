/* package_read.h: what came back in one piece with files beside it (a ZIP, a mail with attachments), taken apart in a
 * child that owns nothing.
 *
 * Names come as UTF-8 with "/" between directories, whether they were written in UTF-8 or in GBK.  Refused with the
 * name of the entry: names that leave the package, entries that unpack to absurd sizes, encrypted ones, and more than
 * PACKAGE_FILES_MAX of them.  Left out are directories and what file managers add by themselves.
 */
#ifndef BIHUAN_INTAKE_PACKAGE_READ_H
#define BIHUAN_INTAKE_PACKAGE_READ_H

#include "base/ctx.h"
#include "base/value.h"
#include "intake/reader.h"

enum { PACKAGE_FILES_MAX = 2000 };

enum package_kind { PACKAGE_NONE, PACKAGE_WORKBOOK, PACKAGE_ZIP, PACKAGE_MAIL };

struct package_part {
    enum package_kind kind; /* of the package that it was in */
    struct str name;
    struct str made_on; /* YYYY-MM-DD as the entry says, or empty */
    int fd;             /* an unlinked temporary file; closed when the function returns */
    int64_t size;
};

typedef enum rc package_part_fn(void *arg, struct ctx *ctx, const struct package_part *part);

struct package {
    enum package_kind
        kind; /* PACKAGE_WORKBOOK: the file is one itself, it has no parts; PACKAGE_NONE: something else */
    struct str from, subject; /* of a mail: address of the sender in small letters */
};

/* 200 MB in, 512 MB out, 768 MB memory, 60 s processor, 120 s wall. */
struct reader_limits package_limits_default(void);
/* Takes the file apart; each part goes through on_part.  spool: directory for temporary files.  RC_DAMAGED,
 * RC_UNSUPPORTED, RC_TOO_LARGE with reader.zip_* {0} name, reader.mail_broken; RC_TIMEOUT, RC_IO, or on_part's. */
enum rc package_read_sandboxed(struct ctx *ctx, int fd, const char *spool, const struct reader_limits *limits,
                               package_part_fn *on_part, void *arg, struct package *ret) MUST_CHECK;

/* The hidden verb of the child. */
#define PACKAGE_CHILD_VERB "read-package"
int package_child_main(int argc, char **argv);

#endif
