/* rc.c: the table behind rc.h, made from data/errors.def. */
#include "base/rc.h"

#include <stddef.h>

static const struct rc_row {
    const char *name;
    int http;
    int exit_code;
    const char *key;
} rc_table[RC_COUNT_] = {
    [RC_OK] = {"OK", 200, 0, ""},
#define ERROR(name, http, exit, key) [RC_##name] = {#name, http, exit, key},
#include "../../data/errors.def"
#undef ERROR
};

static const struct rc_row *rc_find_row(enum rc rc)
{
    size_t i = (size_t)rc;
    return &rc_table[i < RC_COUNT_ ? i : RC_INTERNAL];
}

const char *rc_name(enum rc rc) { return rc_find_row(rc)->name; }
int rc_http_status(enum rc rc) { return rc_find_row(rc)->http; }
int rc_exit_code(enum rc rc) { return rc_find_row(rc)->exit_code; }
const char *rc_message_key(enum rc rc) { return rc_find_row(rc)->key; }
