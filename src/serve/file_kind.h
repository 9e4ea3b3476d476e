/* file_kind.h: what an uploaded file is, by name and content together; see data/evidence_kinds.def. */
#ifndef BIHUAN_SERVE_FILE_KIND_H
#define BIHUAN_SERVE_FILE_KIND_H

#include "base/ctx.h"
#include "base/str.h"

enum file_shown { SHOWN_IMAGE, SHOWN_PAGES, SHOWN_TEXT, SHOWN_NOTHING };

struct file_kind {
    const char *format, *extensions, *media_type;
    enum file_shown shown;
};

enum { FILE_KIND_HEAD_BYTES = 8192, FILE_KIND_TAIL_BYTES = 65536 };

/* head and tail: up to so many first and last bytes of the content.  RC_UNSUPPORTED: a name that is not taken, or a
 * content that is not what the name says; the detail tells which. */
enum rc file_kind_find(struct ctx *ctx, struct str name, struct str head, struct str tail,
                       const struct file_kind **ret_kind) MUST_CHECK;
/* The kind of a stored file; NULL for a format that is not known any more. */
const struct file_kind *file_kind_of(struct str format);
/* What a file field accepts: pictures and the extensions of the table. */
struct str file_kind_accept(struct arena *arena);

#endif
