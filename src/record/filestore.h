/* filestore.h: files by content: directory/ab/cdef..., named by SHA-256; never changed, never overwritten.
 *
 * A file is written to a temporary name, synced, renamed, and its directory synced, before the event that names it is
 * appended: an acknowledged change never points to a missing file.  What is stored for an event that is then refused
 * stays without a name; filestore_tidy finds it.  Any thread; several processes may share a store.
 */
#ifndef BIHUAN_RECORD_FILESTORE_H
#define BIHUAN_RECORD_FILESTORE_H

#include "base/ctx.h"
#include "base/str.h"

struct filestore;

enum { FILESTORE_NAME_BYTES = 65 };

/* Store in a directory, which is made when absent.  RC_IO, RC_NOMEM. */
enum rc filestore_open(struct ctx *ctx, struct str directory, struct filestore **ret_store) MUST_CHECK;
void filestore_close(struct filestore *store); /* takes NULL */
/* Keeps bytes; name gets the digest in hex. */
enum rc filestore_put(struct ctx *ctx, struct filestore *store, struct str bytes,
                      char name[FILESTORE_NAME_BYTES]) MUST_CHECK;
/* Keeps size bytes of an open file from offset, read once, memory flat. */
enum rc filestore_put_fd(struct ctx *ctx, struct filestore *store, int fd, int64_t offset, int64_t size,
                         char name[FILESTORE_NAME_BYTES]) MUST_CHECK;
/* Opens for reading; the caller closes *ret_fd.  RC_NOT_FOUND; RC_INVALID when name is no digest. */
enum rc filestore_open_file(struct ctx *ctx, struct filestore *store, struct str name, int *ret_fd,
                            int64_t *ret_size) MUST_CHECK;
/* Whole content in the arena, at most ceiling bytes (RC_TOO_LARGE). */
enum rc filestore_read(struct ctx *ctx, struct filestore *store, struct str name, size_t ceiling,
                       struct str *ret_bytes) MUST_CHECK;
/* Reads the file and compares its digest with its name: RC_OK, RC_CHAIN, RC_NOT_FOUND. */
enum rc filestore_verify(struct ctx *ctx, struct filestore *store, struct str name) MUST_CHECK;
/* Visits every file, in no order; visit may stop with a failure. */
typedef enum rc filestore_visit_fn(void *arg, struct ctx *ctx, struct str name);
enum rc filestore_each(struct ctx *ctx, struct filestore *store, filestore_visit_fn *visit, void *arg) MUST_CHECK;

/* Whether a record names the file; asked again just before a file is removed. */
typedef enum rc filestore_named_fn(void *arg, struct ctx *ctx, struct str name, bool *ret_is_named);

struct filestore_tally {
    int64_t files, bytes; /* older than the age, and named by nothing */
};

/* Walks the store for files that were last put more than age_s ago and that nothing names, and for temporary files as
 * old; removes them when is_removing.  A put of the same content beside it wins: it makes the file young before
 * anything is removed, or stores it again.  The age must be longer than the way from a put to the event that names the
 * file. */
enum rc filestore_tidy(struct ctx *ctx, struct filestore *store, int64_t age_s, filestore_named_fn *is_named, void *arg,
                       bool is_removing, struct filestore_tally *ret_tally) MUST_CHECK;
/* Directory, for backup. */
struct str filestore_directory(const struct filestore *store);

#endif
