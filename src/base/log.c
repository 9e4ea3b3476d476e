/* log.c: structured log lines; see log.h. */
#include "base/log.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

static atomic_int log_level_min = LOG_LEVEL_INFO;
static atomic_bool log_json;

void log_set_level(enum log_level level) { atomic_store(&log_level_min, (int)level); }
void log_set_json(bool is_json) { atomic_store(&log_json, is_json); }

static void log_add_escaped(struct buf *line, struct str s)
{
    static const char hex[] = "0123456789abcdef";
    buf_add_char(line, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') {
            buf_add_char(line, '\\');
            buf_add_char(line, (char)c);
        } else if (c < 0x20 || c == 0x7f) {
            buf_add_cstr(line, "\\u00");
            buf_add_char(line, hex[c >> 4]);
            buf_add_char(line, hex[c & 15]);
        } else {
            buf_add_char(line, (char)c);
        }
    }
    buf_add_char(line, '"');
}

void log_write(enum log_level level, const char *event, const struct log_pair *pairs, int count)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < atomic_load_explicit(&log_level_min, memory_order_relaxed))
        return;
    bool is_json = atomic_load_explicit(&log_json, memory_order_relaxed);
    struct buf line CLEANUP(buf_done);
    buf_init(&line, 64 * 1024);
    char time_text[TIME_TEXT_BYTES];
    struct str at = time_format_china(clock_now_ms(), time_text);
    if (is_json) {
        buf_add_format(&line, "{\"time\":\"%.*s\",\"level\":\"%s\",\"event\":", STR_ARG(at), names[level]);
        log_add_escaped(&line, str_from_cstr(event));
    } else {
        buf_add_format(&line, "%.*s %s %s", STR_ARG(at), names[level], event);
    }
    for (int i = 0; i < count; i++) {
        buf_add_format(&line, is_json ? ",\"%s\":" : " %s=", pairs[i].key);
        log_add_escaped(&line, pairs[i].value);
    }
    buf_add_cstr(&line, is_json ? "}\n" : "\n");
    struct str s = buf_str(&line);
    ssize_t written = write(STDERR_FILENO, s.p, s.n);
    (void)written; /* nowhere left to report it */
}
