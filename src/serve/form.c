/* form.c: bodies and queries into one map of fields and a list of files; see form.h.
 *
 * The threat: a body is whatever somebody sends.  Counts, names and lengths are limited before memory is taken,
 * and no text leaves here that is not clean UTF-8.
 */
#include "serve/form.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "serve/multipart.h"
#include "text/json.h"
#include "text/utf8.h"

enum { FILE_NAME_BYTES_MAX = 200, COPY_BYTES = 64 * 1024 };

const struct form_limits form_limits_default = {.fields = 1000,
                                                .name_bytes = 200,
                                                .field_bytes = 1 << 20,
                                                .total_field_bytes = 8 << 20,
                                                .files = 50,
                                                .file_bytes = (int64_t)200 << 20};

struct reading {
    struct ctx *ctx;
    const struct form_limits *limits;
    struct value *fields;
    VEC(struct form_file) files;
    size_t count, total_bytes;
};

/* A limit was passed: {0} is the limit. */
static enum rc too_much(struct ctx *ctx, const char *key, struct str field, int64_t limit)
{
    struct str arg = arena_format(ctx->arena, "%lld", (long long)limit);
    return ctx_fail(ctx, RC_TOO_LARGE, key, field, STR_EMPTY, &arg, 1);
}

/* Counts one more field or file and checks its name. */
static enum rc accept_name(struct reading *r, struct str name)
{
    if (++r->count > r->limits->fields)
        return too_much(r->ctx, "form.too_many_fields", STR_EMPTY, (int64_t)r->limits->fields);
    if (name.n > r->limits->name_bytes)
        return too_much(r->ctx, "form.name_too_long", STR_EMPTY, (int64_t)r->limits->name_bytes);
    return utf8_check(r->ctx, name, "");
}

static enum rc check_length(struct reading *r, struct str name, size_t n)
{
    if (n > r->limits->field_bytes)
        return too_much(r->ctx, "form.field_too_long", name, (int64_t)r->limits->field_bytes);
    r->total_bytes += n;
    if (r->total_bytes > r->limits->total_field_bytes)
        return too_much(r->ctx, "form.fields_too_long", name, (int64_t)r->limits->total_field_bytes);
    return RC_OK;
}

/* Browsers send line ends as CR LF; texts keep LF.  text is written over. */
static struct str fold_line_ends(char *text, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\r' && i + 1 < n && text[i + 1] == '\n')
            continue;
        text[to++] = text[i] == '\r' ? '\n' : text[i];
    }
    return (struct str){text, to};
}

/* Adds a text; both slices live in the arena. */
static enum rc add_text(struct reading *r, struct str name, char *text, size_t n)
{
    char *field = arena_copy_cstr(r->ctx->arena, name);
    if (!field)
        return arena_rc(r->ctx->arena);
    TRY(utf8_check(r->ctx, (struct str){text, n}, field));
    struct value *fresh = value_new_text(r->ctx->arena, fold_line_ends(text, n));
    struct value *known = (struct value *)value_get_str(r->fields, name);
    if (known && known->kind == VALUE_LIST) {
        value_add(known, fresh);
    } else if (known) {
        /* the second of a name: the text becomes a list in its place */
        struct value *list = value_new_list(r->ctx->arena);
        value_add(list, value_new_text(r->ctx->arena, known->text));
        value_add(list, fresh);
        value_set(r->fields, name, list);
    } else {
        value_put(r->fields, name, fresh);
    }
    return arena_rc(r->ctx->arena);
}

static enum rc read_urlencoded(struct reading *r, struct str body)
{
    struct arena *arena = r->ctx->arena;
    struct str rest = body, pair;
    while (str_split_next(&rest, '&', &pair)) {
        if (pair.n == 0)
            continue;
        size_t equals = str_find_byte(pair, '=', 0);
        struct str raw_name = str_slice(pair, 0, equals == SIZE_MAX ? pair.n : equals);
        struct str raw_value = equals == SIZE_MAX ? STR_EMPTY : str_slice(pair, equals + 1, pair.n);
        if (raw_name.n > r->limits->name_bytes * 3)
            return too_much(r->ctx, "form.name_too_long", STR_EMPTY, (int64_t)r->limits->name_bytes);
        if (raw_value.n > r->limits->field_bytes * 3)
            return too_much(r->ctx, "form.field_too_long", STR_EMPTY, (int64_t)r->limits->field_bytes);
        struct str name = url_decode(arena, raw_name, true), value = url_decode(arena, raw_value, true);
        TRY(arena_rc(arena));
        TRY(accept_name(r, name));
        TRY(check_length(r, name, value.n));
        TRY(add_text(r, name, (char *)value.p, value.n));
    }
    return RC_OK;
}

static enum rc add_file(struct reading *r, const struct multipart_source *source, const struct multipart_part *part)
{
    if (part->file_name.n == 0 && part->size_bytes == 0)
        return RC_OK; /* a file input that was left empty */
    if (r->files.n == r->limits->files)
        return too_much(r->ctx, "form.too_many_files", part->name, (int64_t)r->limits->files);
    if (part->size_bytes > r->limits->file_bytes)
        return too_much(r->ctx, "form.file_too_large", part->name, r->limits->file_bytes);
    struct form_file file = {.field = arena_copy_str(r->ctx->arena, part->name),
                             .name = form_safe_file_name(r->ctx->arena, part->file_name),
                             .type = utf8_is_clean(part->type) ? arena_copy_str(r->ctx->arena, part->type) : STR_EMPTY,
                             .size_bytes = part->size_bytes,
                             .spool_fd = source->fd,
                             .offset = part->offset};
    if (source->fd < 0)
        file.bytes = (struct str){source->bytes.p + part->offset, (size_t)part->size_bytes};
    if (!VEC_PUSH(r->ctx->arena, &r->files, file))
        return arena_rc(r->ctx->arena);
    return arena_rc(r->ctx->arena);
}

static enum rc read_multipart(struct reading *r, struct str content_type, const struct multipart_source *source)
{
    struct multipart *multipart;
    TRY(multipart_open(r->ctx, content_type, source, &multipart));
    for (;;) {
        struct multipart_part part;
        bool has_part;
        TRY(multipart_next(r->ctx, multipart, &part, &has_part));
        if (!has_part)
            return RC_OK;
        TRY(accept_name(r, part.name));
        if (part.file_name.p) {
            TRY(add_file(r, source, &part));
            continue;
        }
        if (part.size_bytes > (int64_t)r->limits->field_bytes)
            return too_much(r->ctx, "form.field_too_long", part.name, (int64_t)r->limits->field_bytes);
        TRY(check_length(r, part.name, (size_t)part.size_bytes));
        struct str bytes;
        TRY(multipart_read(r->ctx, source, part.offset, (size_t)part.size_bytes, &bytes));
        struct str name = arena_copy_str(r->ctx->arena, part.name), text = arena_copy_str(r->ctx->arena, bytes);
        TRY(arena_rc(r->ctx->arena));
        TRY(add_text(r, name, (char *)text.p, text.n));
    }
}

static enum rc read_json(struct reading *r, struct str body, struct form *form)
{
    if (body.n > r->limits->total_field_bytes)
        return too_much(r->ctx, "form.fields_too_long", STR_EMPTY, (int64_t)r->limits->total_field_bytes);
    struct value *tree;
    TRY(json_parse(r->ctx, body, &tree));
    if (tree->kind != VALUE_MAP)
        return ctx_fail_key(r->ctx, RC_BAD_REQUEST, "error.json_not_object");
    r->fields = tree;
    form->is_json = true;
    return RC_OK;
}

static bool is_json_type(struct str media)
{
    return str_equal_nocase(media, STR("application/json")) ||
           (str_has_prefix(media, STR("application/")) && str_has_suffix(media, STR("+json")));
}

static enum rc parse(struct ctx *ctx, struct str content_type, const struct multipart_source *source,
                     const struct form_limits *limits, struct form **ret_form)
{
    struct reading r = {
        .ctx = ctx, .limits = limits ? limits : &form_limits_default, .fields = value_new_map(ctx->arena)};
    struct form *form = ARENA_NEW(ctx->arena, struct form);
    if (!form || !r.fields)
        return arena_rc(ctx->arena);
    struct str media = str_trim(str_slice(content_type, 0, str_find_byte(content_type, ';', 0)));
    if (str_equal_nocase(media, STR("multipart/form-data"))) {
        TRY(read_multipart(&r, content_type, source));
    } else if (media.n || source->size_bytes) {
        bool is_json = is_json_type(media);
        if (!is_json && !str_equal_nocase(media, STR("application/x-www-form-urlencoded"))) {
            struct str shown = utf8_is_clean(media) ? utf8_cut_bytes(media, FILE_NAME_BYTES_MAX) : STR("?");
            return ctx_fail(ctx, RC_UNSUPPORTED, "form.type_unsupported", STR_EMPTY, STR_EMPTY, &shown, 1);
        }
        /* urlencoded text is at most three bytes a byte, and has names and marks beside it */
        int64_t most = (int64_t)r.limits->total_field_bytes * 4;
        if (source->size_bytes > most)
            return too_much(ctx, "form.fields_too_long", STR_EMPTY, (int64_t)r.limits->total_field_bytes);
        struct str body;
        TRY(multipart_read(ctx, source, 0, (size_t)source->size_bytes, &body));
        TRY(is_json ? read_json(&r, body, form) : read_urlencoded(&r, body));
    }
    form->fields = r.fields;
    form->files = r.files.p;
    form->file_count = r.files.n;
    *ret_form = form;
    return RC_OK;
}

enum rc form_parse(struct ctx *ctx, struct str content_type, struct str body, const struct form_limits *limits,
                   struct form **ret_form)
{
    const struct multipart_source source = {.bytes = body, .fd = -1, .size_bytes = (int64_t)body.n};
    return parse(ctx, content_type, &source, limits, ret_form);
}

enum rc form_parse_fd(struct ctx *ctx, struct str content_type, int fd, int64_t size_bytes,
                      const struct form_limits *limits, struct form **ret_form)
{
    const struct multipart_source source = {.fd = fd, .size_bytes = size_bytes};
    return parse(ctx, content_type, &source, limits, ret_form);
}

enum rc form_parse_query(struct ctx *ctx, struct str query, const struct form_limits *limits, struct value **ret_fields)
{
    struct reading r = {
        .ctx = ctx, .limits = limits ? limits : &form_limits_default, .fields = value_new_map(ctx->arena)};
    if (!r.fields)
        return arena_rc(ctx->arena);
    TRY(read_urlencoded(&r, query));
    *ret_fields = r.fields;
    return RC_OK;
}

struct str form_text(const struct value *fields, const char *name)
{
    const struct value *v = value_get(fields, name);
    if (v && v->kind == VALUE_LIST)
        v = v->items.first;
    return v && v->kind == VALUE_TEXT ? v->text : STR_EMPTY;
}

struct str *form_texts(struct arena *arena, const struct value *fields, const char *name, size_t *ret_count)
{
    const struct value *v = value_get(fields, name);
    *ret_count = 0;
    if (!v || (v->kind != VALUE_TEXT && v->kind != VALUE_LIST))
        return NULL;
    struct str *texts = ARENA_NEW_ARRAY(arena, struct str, v->kind == VALUE_LIST ? v->items.n + 1 : 1);
    if (texts && v->kind == VALUE_TEXT)
        texts[(*ret_count)++] = v->text;
    if (texts)
        VALUE_EACH (item, v)
            if (item->kind == VALUE_TEXT)
                texts[(*ret_count)++] = item->text;
    return texts;
}

const struct form_file *form_file(const struct form *form, const char *field)
{
    for (size_t i = 0; i < form->file_count; i++)
        if (str_equal_cstr(form->files[i].field, field))
            return &form->files[i];
    return NULL;
}

static enum rc io_failed(struct ctx *ctx, int fd)
{
    enum rc rc = ctx_fail_format(ctx, RC_IO, NULL, "%s", strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

enum rc form_file_open(struct ctx *ctx, const struct form_file *file, const char *directory, int *ret_fd)
{
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        /* a file system without O_TMPFILE */
        struct str path = arena_format(ctx->arena, "%s/upload-XXXXXX", directory);
        TRY(arena_rc(ctx->arena));
        fd = mkostemp((char *)path.p, O_CLOEXEC);
        if (fd < 0 || unlink(path.p) != 0)
            return io_failed(ctx, fd);
    }
    char chunk[COPY_BYTES];
    int64_t done = 0;
    while (done < file->size_bytes) {
        int64_t left = file->size_bytes - done;
        size_t want = left < COPY_BYTES ? (size_t)left : COPY_BYTES;
        const char *from = chunk;
        if (file->bytes.p) {
            from = file->bytes.p + done;
        } else {
            ssize_t got = pread(file->spool_fd, chunk, want, file->offset + done);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return io_failed(ctx, fd);
            want = (size_t)got;
        }
        ssize_t put = write(fd, from, want);
        if (put < 0 && errno != EINTR)
            return io_failed(ctx, fd);
        done += put > 0 ? put : 0;
    }
    if (lseek(fd, 0, SEEK_SET) < 0)
        return io_failed(ctx, fd);
    *ret_fd = fd;
    return RC_OK;
}

struct str form_safe_file_name(struct arena *arena, struct str name)
{
    size_t from = name.n;
    while (from > 0 && name.p[from - 1] != '/' && name.p[from - 1] != '\\')
        from--;
    name = str_trim(str_slice(name, from, name.n));
    char *text = arena_alloc(arena, name.n + 1);
    size_t n = 0, at = 0;
    uint32_t code;
    while (text && at < name.n) {
        size_t start = at;
        if (!utf8_decode(name, &at, &code))
            return STR("file");
        struct str one = str_slice(name, start, at);
        /* no controls, no direction marks, nothing a shell or a Windows disk minds, no dot in front, also not behind
         * blanks */
        bool is_bad = !utf8_is_clean(one) || code < 0x20 || (code < 0x80 && strchr("<>:\"|?*", (int)code)) ||
                      ((code == '.' || code == ' ') && n == 0);
        if (is_bad)
            continue;
        memcpy(text + n, one.p, one.n);
        n += one.n;
    }
    struct str safe = str_trim((struct str){text, n});
    if (safe.n > FILE_NAME_BYTES_MAX) {
        /* keep the ending */
        size_t dot = safe.n;
        while (dot > 0 && safe.p[dot - 1] != '.' && safe.n - dot < 10)
            dot--;
        struct str ending = dot > 0 && safe.p[dot - 1] == '.' ? str_slice(safe, dot - 1, safe.n) : STR_EMPTY;
        safe = arena_concat(arena, utf8_cut_bytes(safe, FILE_NAME_BYTES_MAX - ending.n), ending);
    }
    return safe.n ? safe : STR("file");
}
