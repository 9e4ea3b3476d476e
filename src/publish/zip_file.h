/* zip_file.h: ZIP packages in memory: written so that the same parts give the same bytes, read under limits.
 *
 * Written: entries in the order given, all dated 1980-01-01 00:00, deflated.  Read: refused are packages with too many
 * or too large entries, absurd ratios, names that leave the directory, and encryption; all is seen in the directory,
 * before anything is unpacked.  One thread at a time.
 */
#ifndef BIHUAN_PUBLISH_ZIP_FILE_H
#define BIHUAN_PUBLISH_ZIP_FILE_H

#include "base/buf.h"
#include "base/ctx.h"

struct zip_write;

/* Starts a package at path, or in memory when path is NULL.  RC_IO, RC_NOMEM. */
enum rc zip_write_open(struct ctx *ctx, const char *path, struct zip_write **ret_write) MUST_CHECK;
/* Next entry; bytes are copied.  Failures stick and are told by zip_write_close. */
void zip_write_add(struct zip_write *write, struct str name, struct str bytes);
/* Next entry from an open file, which is read while closing and then closed. */
void zip_write_add_fd(struct zip_write *write, struct str name, int fd);
/* Finishes and frees write, also on failure.  In memory: bytes are appended to out, which may be NULL for a path. */
enum rc zip_write_close(struct ctx *ctx, struct zip_write *write, struct buf *out) MUST_CHECK;
void zip_write_drop(struct zip_write *write); /* gives up; takes NULL */

struct zip_part {
    struct str name, bytes;
};

struct zip_parts {
    struct zip_part *parts;
    size_t n;
};

/* All entries in the order of the package, unpacked into ctx's arena.  RC_DAMAGED or RC_UNSUPPORTED with a message. */
enum rc zip_read_parts(struct ctx *ctx, struct str bytes, struct zip_parts *ret_parts) MUST_CHECK;
/* Entry of that name; NULL when there is none. */
struct zip_part *zip_find_part(const struct zip_parts *parts, struct str name);

#endif
