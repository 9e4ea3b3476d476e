/* template_read.h: templates of the office, opened in a child that owns nothing; see intake/sandbox.h, publish/docx.h.
 */
#ifndef BIHUAN_SERVE_TEMPLATE_READ_H
#define BIHUAN_SERVE_TEMPLATE_READ_H

#include "publish/docx.h"

/* As docx_open.  Also RC_TIMEOUT, RC_IO. */
enum rc template_open_sandboxed(struct ctx *ctx, struct str bytes, struct docx *ret_docx) MUST_CHECK;

/* The hidden verb of the child. */
#define TEMPLATE_CHILD_VERB "read-template"
int template_child_main(int argc, char **argv);

#endif
