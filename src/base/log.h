/* log.h: structured log lines on standard error; only programs' edges call it, libraries never.
 *
 * One line: time level event key=value ...  (logfmt), or JSON when asked.  Values are escaped, so
 * a line break in user input cannot forge a line.  Any thread.
 */
#ifndef BIHUAN_BASE_LOG_H
#define BIHUAN_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

struct log_pair {
    const char *key;
    struct str value;
};

void log_set_level(enum log_level level);
void log_set_json(bool is_json);
/* Writes one line with count pairs. */
void log_write(enum log_level level, const char *event, const struct log_pair *pairs, int count);

#define LOG(level, event, ...)                                                                                         \
    log_write((level), (event), (const struct log_pair[]){__VA_ARGS__},                                                \
              (int)(sizeof((const struct log_pair[]){__VA_ARGS__}) / sizeof(struct log_pair)))

#endif
