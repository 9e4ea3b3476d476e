/* command.h: what a person asks for: the only way to change anything.
 *
 * Page, API, command line and import all run the same command.  A command declares its fields; they are checked
 * and typed before it runs.  It then checks permission and rules and appends events, in one transaction.
 */
#ifndef BIHUAN_RECORD_COMMAND_H
#define BIHUAN_RECORD_COMMAND_H

#include "base/ctx.h"
#include "base/value.h"
#include "db/db.h"
#include "record/actor.h"
#include "record/event.h"

enum field_kind {
    FIELD_TEXT,   /* one line, without blanks at its ends */
    FIELD_SECRET, /* one line exactly as typed */
    FIELD_LONG,   /* text with line breaks */
    FIELD_INT,
    FIELD_ID,
    FIELD_DATE,   /* YYYY-MM-DD */
    FIELD_CHOICE, /* one of `choices` */
    FIELD_BOOL,
    FIELD_MONEY, /* typed in yuan, "1,234.56", or as integer fen with the name suffix _fen from JSON */
    FIELD_JSON,  /* any tree, or JSON text */
    FIELD_IDS,   /* list of ids */
    FIELD_SET,   /* some of `choices`, a list or "a,b"; becomes the text "a,b" in the order of choices */
};

struct field {
    const char *name;
    enum field_kind kind;
    bool is_required;
    int max;             /* characters of text, 0: 200 for one line, 20000 for long; list length for ids */
    const char *choices; /* "a|b|c"; "|a|b" also allows the empty choice */
};

struct command_call {
    struct ctx *ctx;
    struct db *db; /* write transaction is open */
    const struct actor *actor;
    int64_t now_ms;
    const struct value *input; /* typed by the fields; absent optional fields are null or "" */
    struct value *result;      /* VALUE_MAP to fill: id, no, ... */
};

struct command {
    const char *name; /* "finding.create" */
    enum perm perm;   /* held at all, before the command looks closer */
    const struct field *fields;
    int field_count;
    bool is_patch; /* a field that is absent stays as it is: it is left out of the input */
    /* Slow or private work on the typed input before the transaction (hashing a password); NULL: none.  Any thread. */
    enum rc (*prepare)(struct ctx *ctx, struct value *input);
    enum rc (*run)(struct command_call *call);
    bool is_internal;  /* what it records was worked out by the page around it: nobody runs it by name with figures of
                          his own */
    bool is_on_source; /* its events go to a source's chain, which it locks itself (command_lock_chain) */
    const char *path;  /* POST here; {id} is the field id */
    const char *redirect; /* where a page goes afterwards; {id} from the result, else from the input */
};

#define COMMAND_FIELDS(array) .fields = (array), .field_count = (int)(sizeof(array) / sizeof(array)[0])

/* Types `raw` (texts of a form, or JSON) by the command's fields.  All faults are put on ctx, with the field's name:
 * field.required, field.too_long {0}, field.one_line, field.not_a_number, field.not_a_date, field.not_a_choice {0},
 * field.not_money. RC_INVALID when there is any, RC_BAD_ENCODING for text that is not clean UTF-8.  Unknown fields are
 * ignored but for those of forms (csrf, ...). */
enum rc command_read_input(struct ctx *ctx, const struct command *command, const struct value *raw,
                           struct value **ret_input) MUST_CHECK;
/* Runs within the open transaction of call->db: permission, then the command.  The caller rolls back on failure.
 * Commands on one chain run one after another, so that what one has read still holds when it writes: the organisation's
 * chain is locked here, but for commands that are is_on_source. */
enum rc command_run(const struct command *command, struct command_call *call) MUST_CHECK;

/* Appends an event in the call's name; body is a map; subject 0: what it makes. */
enum rc command_append(struct command_call *call, enum event_kind kind, int64_t chain, int64_t subject,
                       const struct value *body, int64_t *ret_seq) MUST_CHECK;
/* Nobody else appends to the chain until the transaction ends: read what a decision needs after it.  SQLite has one
 * writer anyway. */
enum rc command_lock_chain(struct command_call *call, int64_t chain) MUST_CHECK;
/* As actor_check for the call's actor; the detail says what is missing. */
enum rc command_require(struct command_call *call, enum perm perm, int64_t unit_id, int64_t label) MUST_CHECK;

#endif
