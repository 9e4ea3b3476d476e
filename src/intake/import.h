/* import.h: a file becomes a stored draft.
 *
 * The original is kept byte for byte; the draft as first read is kept as a stored file too, and every later edit is an
 * operation on it (intake/draft.h), so that the draft of any moment can be made again.
 */
#ifndef BIHUAN_INTAKE_IMPORT_H
#define BIHUAN_INTAKE_IMPORT_H

#include "intake/reader.h"
#include "record/command.h"
#include "record/filestore.h"

struct import_result {
    char file_sha256[FILESTORE_NAME_BYTES];
    char draft_sha256[FILESTORE_NAME_BYTES];
    int64_t size_bytes, draft_size_bytes;
    const char *media_type;
    struct str title;
    struct value *draft;
};

/* Keeps size bytes of fd from offset, reads them in the sandbox and makes the first draft.  Slow: on a worker or the
 * command line, never in a transaction.  Failures of reader_read_sandboxed, filestore_put_fd. */
enum rc import_read(struct ctx *ctx, struct filestore *files, int fd, int64_t offset, int64_t size_bytes,
                    struct str file_name, const struct reader_limits *limits,
                    struct import_result *ret_result) MUST_CHECK;
/* The draft of a row of table draft as it stands: the stored first draft with its operations in force.  ops is the list
 * of {n, op} rows; those with n > op_count are left out. */
enum rc import_load_draft(struct ctx *ctx, struct filestore *files, const struct value *row, const struct value *ops,
                          struct value **ret_draft) MUST_CHECK;
/* Input of command_draft_open for a result. */
struct value *import_make_input(struct arena *arena, const struct import_result *result, struct str file_name,
                                int64_t unit_id, int64_t label, struct str kind);

/* draft.open: registers the stored files and the draft; result: id.  Not reachable from outside: the page stores first.
 */
extern const struct command command_draft_open;
/* draft.edit {id, revision, op}: one more operation; revision is changed_seq of the draft as the
 * editor saw it (RC_CONFLICT otherwise); result: the new revision.
 * The caller has applied op to the draft before, so it is known to be valid. */
extern const struct command command_draft_edit;
/* draft.rewind {id, revision, to}: undo and redo: another number of operations in force. */
extern const struct command command_draft_rewind;
extern const struct command command_draft_discard;
/* draft.confirm {id, revision, draft}: the whole register of the draft in one transaction; result: id of the source,
 * findings. */
extern const struct command command_draft_confirm;

/* Number of the next source, LY-2026-003; the organisation's chain is locked. */
enum rc register_make_source_no(struct command_call *call, struct str *ret_no) MUST_CHECK;

#endif
