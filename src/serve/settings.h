/* settings.h: the settings of data/settings.def: file, environment, flags. */
#ifndef BIHUAN_SERVE_SETTINGS_H
#define BIHUAN_SERVE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/value.h"
#include "serve/messages.h"

struct settings {
#define SETTING_TEXT(name, otherwise, key) struct str name;
#define SETTING_INT(name, otherwise, min, max, key) int64_t name;
#define SETTING_BOOL(name, otherwise, key) bool name;
#include "../../data/settings.def"
#undef SETTING_TEXT
#undef SETTING_INT
#undef SETTING_BOOL
};

/* Reads all places; flags are argv entries "--key value" or "--key=value"; what is not a flag is left in
 * order at the front of argv and *ret_left says how many.  RC_CONFIG names place and key; an unknown flag or key is
 * an error.  Texts live in ctx's arena. */
enum rc settings_read(struct ctx *ctx, int argc, char **argv, struct settings *ret_settings, int *ret_left) MUST_CHECK;
/* Directory of stored files that the settings mean. */
struct str settings_files_directory(struct arena *arena, const struct settings *settings);
/* Key file of comments that the settings mean; in the arena, NUL-terminated. */
const char *settings_comment_key(struct arena *arena, const struct settings *settings);
/* Hands the thresholds of checks to the loop, for the whole process. */
void settings_use_limits(const struct settings *settings);
/* A URL as it may be shown: without user, password. */
struct str settings_hide_password(struct arena *arena, struct str url);
/* A list of {key, value, default, help}. */
struct value *settings_to_value(struct arena *arena, const struct settings *settings, enum lang lang);

#endif
