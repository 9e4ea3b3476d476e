/* settings.c: one table, read from three places; see settings.h. */
#include "loop/truth.h"
#include "serve/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum setting_kind { KIND_TEXT, KIND_INT, KIND_BOOL };
enum { CONFIG_FILE_BYTES_MAX = 256 * 1024 };

struct setting_row {
    const char *key, *otherwise;
    enum setting_kind kind;
    size_t offset;
    int64_t min, max;
};

static const struct setting_row setting_rows[] = {
#define SETTING_TEXT(name, otherwise, key) {key, otherwise, KIND_TEXT, offsetof(struct settings, name), 0, 0},
#define SETTING_INT(name, otherwise, min, max, key)                                                                    \
    {key, #otherwise, KIND_INT, offsetof(struct settings, name), min, max},
#define SETTING_BOOL(name, otherwise, key) {key, #otherwise, KIND_BOOL, offsetof(struct settings, name), 0, 1},
#include "../../data/settings.def"
#undef SETTING_TEXT
#undef SETTING_INT
#undef SETTING_BOOL
};
enum { SETTING_COUNT = sizeof setting_rows / sizeof setting_rows[0] };

static enum rc fail_setting(struct ctx *ctx, const char *key_message, struct str place, struct str key,
                            struct str value)
{
    struct str args[2] = {key, value};
    return ctx_fail(ctx, RC_CONFIG, key_message, STR_EMPTY, place, args, 2);
}

static const struct setting_row *find_row(struct str key)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (str_equal_cstr(key, setting_rows[i].key))
            return &setting_rows[i];
    return NULL;
}

static enum rc set(struct ctx *ctx, struct settings *settings, const struct setting_row *row, struct str value,
                   struct str place)
{
    void *field = (char *)settings + row->offset;
    int64_t n;
    switch (row->kind) {
    case KIND_TEXT:
        *(struct str *)field = arena_copy_str(ctx->arena, value);
        return arena_rc(ctx->arena);
    case KIND_INT:
        if (!str_parse_int64(value, &n) || n < row->min || n > row->max)
            return fail_setting(ctx, "config.not_in_range", place, str_from_cstr(row->key),
                                arena_format(ctx->arena, "%.*s (%lld..%lld)", STR_ARG(value), (long long)row->min,
                                             (long long)row->max));
        *(int64_t *)field = n;
        return RC_OK;
    case KIND_BOOL:
        break;
    }
    bool is_on = str_equal_cstr(value, "true") || str_equal_cstr(value, "1") || str_equal_cstr(value, "yes");
    if (!is_on && !str_equal_cstr(value, "false") && !str_equal_cstr(value, "0") && !str_equal_cstr(value, "no"))
        return fail_setting(ctx, "config.not_bool", place, str_from_cstr(row->key), value);
    *(bool *)field = is_on;
    return RC_OK;
}

static enum rc read_lines(struct ctx *ctx, struct settings *settings, struct str text, struct str path)
{
    struct str rest = text, line;
    for (int n = 1; str_split_next(&rest, '\n', &line); n++) {
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        struct str place = arena_format(ctx->arena, "%.*s:%d", STR_ARG(path), n);
        size_t at = str_find_byte(line, '=', 0);
        if (at == SIZE_MAX)
            return fail_setting(ctx, "config.no_equals", place, line, STR_EMPTY);
        struct str key = str_trim(str_slice(line, 0, at)), value = str_trim(str_slice(line, at + 1, line.n));
        const struct setting_row *row = find_row(key);
        if (!row)
            return fail_setting(ctx, "config.unknown", place, key, STR_EMPTY);
        TRY(set(ctx, settings, row, value, place));
    }
    return RC_OK;
}

static enum rc read_file(struct ctx *ctx, struct settings *settings, const char *path, bool is_required)
{
    FILE *file = fopen(path, "re");
    if (!file && errno == ENOENT && !is_required)
        return RC_OK;
    if (!file)
        return fail_setting(ctx, "config.no_file", STR_EMPTY, str_from_cstr(path), str_from_cstr(strerror(errno)));
    char *text = arena_alloc(ctx->arena, CONFIG_FILE_BYTES_MAX + 1);
    size_t n = text ? fread(text, 1, CONFIG_FILE_BYTES_MAX, file) : 0;
    (void)fclose(file);
    TRY(arena_rc(ctx->arena));
    return read_lines(ctx, settings, (struct str){text, n}, str_from_cstr(path));
}

static enum rc read_environment(struct ctx *ctx, struct settings *settings)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        char name[80] = "BIHUAN_";
        size_t n = strlen(name);
        for (const char *p = setting_rows[i].key; *p && n + 1 < sizeof name; p++)
            name[n++] = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
        name[n] = '\0';
        const char *value = getenv(name);
        if (value)
            TRY(set(ctx, settings, &setting_rows[i], str_from_cstr(value), str_from_cstr(name)));
    }
    return RC_OK;
}

/* One "--key value" or "--key=value"; *ret_used is 1 or 2 entries of argv, 0 when it is no flag. */
static enum rc read_flag(struct ctx *ctx, struct settings *settings, int argc, char **argv, int i, int *ret_used)
{
    *ret_used = 0;
    struct str arg = str_from_cstr(argv[i]);
    if (!str_has_prefix(arg, STR("--")))
        return RC_OK;
    size_t at = str_find_byte(arg, '=', 0);
    struct str key = str_slice(arg, 2, at == SIZE_MAX ? arg.n : at);
    bool is_config = str_equal_cstr(key, "config");
    const struct setting_row *row = find_row(key);
    if (!row && !is_config)
        return RC_OK; /* a flag of the verb itself */
    struct str value =
        at == SIZE_MAX ? (i + 1 < argc ? str_from_cstr(argv[i + 1]) : STR_EMPTY) : str_slice(arg, at + 1, arg.n);
    *ret_used = at == SIZE_MAX ? 2 : 1;
    bool is_word = str_equal_cstr(value, "true") || str_equal_cstr(value, "false");
    if (row && row->kind == KIND_BOOL && at == SIZE_MAX && !is_word) {
        *ret_used = 1;
        value = STR("true");
    } else if (at == SIZE_MAX && i + 1 >= argc) {
        return fail_setting(ctx, "config.no_value", STR("command line"), key, STR_EMPTY);
    }
    return row && settings ? set(ctx, settings, row, value, STR("command line")) : RC_OK;
}

static struct str find_config_flag(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct str arg = str_from_cstr(argv[i]);
        if (str_equal_cstr(arg, "--config") && i + 1 < argc)
            return str_from_cstr(argv[i + 1]);
        if (str_has_prefix(arg, STR("--config=")))
            return str_slice(arg, 9, arg.n);
    }
    return str_from_cstr(getenv("BIHUAN_CONFIG"));
}

enum rc settings_read(struct ctx *ctx, int argc, char **argv, struct settings *ret_settings, int *ret_left)
{
    struct settings settings = {0};
    for (size_t i = 0; i < SETTING_COUNT; i++)
        TRY(set(ctx, &settings, &setting_rows[i], str_from_cstr(setting_rows[i].otherwise), STR("default")));
    struct str config = find_config_flag(argc, argv);
    TRY(read_file(ctx, &settings, config.n ? arena_copy_cstr(ctx->arena, config) : "/etc/bihuan/bihuan.conf",
                  config.n > 0));
    TRY(read_environment(ctx, &settings));
    int left = 0;
    for (int i = 0; i < argc;) {
        int used;
        TRY(read_flag(ctx, &settings, argc, argv, i, &used));
        if (!used)
            argv[left++] = argv[i];
        i += used ? used : 1;
    }
    *ret_settings = settings;
    *ret_left = left;
    return RC_OK;
}

struct str settings_files_directory(struct arena *arena, const struct settings *settings)
{
    if (settings->files.n)
        return settings->files;
    struct str db = settings->db;
    if (str_has_prefix(db, STR("postgres")))
        return STR("bihuan.files");
    if (str_has_prefix(db, STR("sqlite://")))
        db = str_slice(db, 9, db.n);
    else if (str_has_prefix(db, STR("sqlite:")))
        db = str_slice(db, 7, db.n);
    return arena_concat(arena, db, STR(".files"));
}

const char *settings_comment_key(struct arena *arena, const struct settings *settings)
{
    if (settings->comment_key.n)
        return arena_copy_str(arena, settings->comment_key).p;
    return arena_concat(arena, settings_files_directory(arena, settings), STR(".comment-key")).p;
}

struct str settings_hide_password(struct arena *arena, struct str url)
{
    size_t scheme = str_find(url, STR("://"), 0), host = SIZE_MAX, query = str_find_byte(url, '?', 0);
    if (scheme == SIZE_MAX)
        return url;
    if (str_find(url, STR("password="), 0) != SIZE_MAX)
        url = str_slice(url, 0, query); /* libpq takes it there too */
    for (size_t i = scheme; i < url.n; i++)
        if (url.p[i] == '@')
            host = i;
    return host == SIZE_MAX
               ? url
               : arena_format(arena, "%.*s://***%.*s", (int)scheme, url.p, (int)(url.n - host), url.p + host);
}

struct value *settings_to_value(struct arena *arena, const struct settings *settings, enum lang lang)
{
    struct value *list = value_new_list(arena);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct setting_row *row = &setting_rows[i];
        const void *field = (const char *)settings + row->offset;
        struct value *item = value_add_map(arena, list);
        struct str value = row->kind == KIND_TEXT  ? *(const struct str *)field
                           : row->kind == KIND_INT ? arena_format(arena, "%lld", (long long)*(const int64_t *)field)
                                                   : str_from_cstr(*(const bool *)field ? "true" : "false");
        /* Secrets are told to nobody: a password inside a URL, a token. */
        struct str key = str_from_cstr(row->key);
        bool is_secret = value.n && (str_equal(key, STR("metrics-token")) || str_equal(key, STR("mail-password")));
        if (row->kind == KIND_TEXT)
            value = settings_hide_password(arena, value);
        value_put_text(arena, item, "key", str_from_cstr(row->key));
        value_put_text(arena, item, "value", is_secret ? STR("***") : value);
        value_put_text(arena, item, "default", str_from_cstr(row->otherwise));
        value_put_text(arena, item, "help", message_find(lang, arena_format(arena, "setting.%s", row->key)));
    }
    return list;
}

void settings_use_limits(const struct settings *settings)
{
    truth_limits_use((struct truth_limits){.text_min = settings->truth_text_min,
                                           .same_percent = settings->truth_same_percent,
                                           .fast_major_days = settings->truth_fast_major_days,
                                           .fast_serious_days = settings->truth_fast_serious_days,
                                           .fast_days = settings->truth_fast_days});
}
