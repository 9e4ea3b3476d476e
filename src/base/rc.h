/* rc.h: result codes.
 *
 * Owns the one enum of failures, made from data/errors.def, and their HTTP
 * status, exit code and message key.  A fallible function returns enum rc,
 * RC_OK (0) on success, and must be checked.
 */
#ifndef BIHUAN_BASE_RC_H
#define BIHUAN_BASE_RC_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum rc {
    RC_OK = 0,
#define ERROR(name, http, exit, key) RC_##name,
#include "../../data/errors.def"
#undef ERROR
    RC_COUNT_
};

/* Name of a code without the prefix ("NOT_FOUND"); "OK" for RC_OK.  Static. */
const char *rc_name(enum rc rc);
/* HTTP status that reports rc; 200 for RC_OK. */
int rc_http_status(enum rc rc);
/* Exit code of the command line for rc; 0 for RC_OK. */
int rc_exit_code(enum rc rc);
/* Message key in data/messages; "" for RC_OK. */
const char *rc_message_key(enum rc rc);

/* Leaves the calling function with the code of a failed call. */
#define TRY(expr)                                                                                                      \
    do {                                                                                                               \
        enum rc try_rc_ = (expr);                                                                                      \
        if (try_rc_ != RC_OK)                                                                                          \
            return try_rc_;                                                                                            \
    } while (0)

#endif
