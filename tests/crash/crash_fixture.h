/* crash_fixture.h: what the crash driver asks of the database itself, apart from the server. */
#ifndef BIHUAN_TESTS_CRASH_FIXTURE_H
#define BIHUAN_TESTS_CRASH_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

/* Makes the database with a root unit and one source; exits with a message when that fails. */
void crash_make_source(const char *url, int64_t *ret_source_id);
/* How many of the ids are no findings. */
int64_t crash_count_missing(const char *url, const int64_t *ids, size_t count);

#endif
