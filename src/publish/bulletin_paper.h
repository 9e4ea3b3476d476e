/* bulletin_paper.h: a bulletin as a paper: marks from the order of its blocks, closing with window, contacts and
 * signature. */
#ifndef BIHUAN_PUBLISH_BULLETIN_PAPER_H
#define BIHUAN_PUBLISH_BULLETIN_PAPER_H

#include "base/value.h"
#include "publish/doc.h"

typedef enum rc bulletin_paper_fn(struct ctx *ctx, const struct value *content, int64_t seq, struct str digest,
                                  int64_t made_ms, struct doc **ret_doc);
/* content: as bulletin_make_content makes it, or a frozen version read back.  seq, digest: of the frozen version; 0 and
 * empty for a draft.  Texts are borrowed or in ctx's arena. */
enum rc bulletin_paper(struct ctx *ctx, const struct value *content, int64_t seq, struct str digest, int64_t made_ms,
                       struct doc **ret_doc) MUST_CHECK;
/* The same with red head and imprint, for files; pages have none. */
enum rc bulletin_paper_file(struct ctx *ctx, const struct value *content, int64_t seq, struct str digest,
                            int64_t made_ms, struct doc **ret_doc) MUST_CHECK;
/* The sentence of the window and the contacts, as it stands in the paper. */
struct str bulletin_paper_closing(struct arena *arena, const struct value *content);

#endif
