/* zip_file.c: packages with libzip; see zip_file.h. */
#include "publish/zip_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/alloc.h"

enum {
    DOS_DATE = (0 << 9) | (1 << 5) | 1, /* 1980-01-01 */
    ENTRIES_MAX = 4000,
    NAME_MAX_BYTES = 512,
    ENTRY_MAX = 64 * 1024 * 1024,
    PACKAGE_MAX = 128 * 1024 * 1024,
    RATIO_MAX = 200, /* XML packs at 10 to 60; a bomb at 1000 */
    RATIO_FREE = 1024 * 1024
};

struct zip_write {
    zip_t *zip;
    zip_source_t *memory; /* NULL when it goes to a path */
    enum rc rc;
};

/* ---- writing ------------------------------------------------------------------------------------------------- */

enum rc zip_write_open(struct ctx *ctx, const char *path, struct zip_write **ret_write)
{
    struct zip_write *write = alloc_zeroed(1, sizeof *write);
    zip_error_t error;
    int code = 0;
    if (!write)
        return RC_NOMEM;
    zip_error_init(&error);
    if (path) {
        write->zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    } else if ((write->memory = zip_source_buffer_create(NULL, 0, 0, &error)) != NULL) {
        zip_source_keep(write->memory);
        write->zip = zip_open_from_source(write->memory, ZIP_TRUNCATE, &error);
        if (!write->zip)
            zip_source_free(write->memory);
    }
    zip_error_fini(&error);
    if (!write->zip) {
        zip_write_drop(write);
        return ctx_fail_key(ctx, RC_IO, NULL);
    }
    *ret_write = write;
    return RC_OK;
}

static void add_source(struct zip_write *write, struct str name, zip_source_t *source)
{
    char text[NAME_MAX_BYTES + 1];
    if (!source || !name.n || name.n > NAME_MAX_BYTES) {
        zip_source_free(source);
        write->rc = RC_NOMEM;
        return;
    }
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    zip_int64_t at = zip_file_add(write->zip, text, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        write->rc = RC_IO;
        return;
    }
    if (zip_file_set_dostime(write->zip, (zip_uint64_t)at, 0, DOS_DATE, 0) != 0 ||
        zip_set_file_compression(write->zip, (zip_uint64_t)at, ZIP_CM_DEFLATE, 6) != 0 ||
        zip_file_set_external_attributes(write->zip, (zip_uint64_t)at, 0, ZIP_OPSYS_UNIX, 0100644u << 16) != 0)
        write->rc = RC_IO;
}

void zip_write_add(struct zip_write *write, struct str name, struct str bytes)
{
    if (write->rc != RC_OK)
        return;
    void *copy = alloc_zeroed(1, bytes.n + 1);
    if (!copy) {
        write->rc = RC_NOMEM;
        return;
    }
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(copy, bytes.n, 1, &error);
    zip_error_fini(&error);
    if (!source)
        alloc_free(copy);
    add_source(write, name, source);
}

void zip_write_add_fd(struct zip_write *write, struct str name, int fd)
{
    FILE *file = fdopen(fd, "rb");
    if (!file) {
        close(fd);
        write->rc = RC_IO;
        return;
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = write->rc == RC_OK ? zip_source_filep_create(file, 0, -1, &error) : NULL;
    zip_error_fini(&error);
    if (!source)
        (void)fclose(file);
    add_source(write, name, source);
}

static enum rc take_memory(zip_source_t *memory, struct buf *out)
{
    zip_stat_t stat;
    if (zip_source_stat(memory, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) || zip_source_open(memory) != 0)
        return RC_IO;
    char *to = buf_add_space(out, stat.size);
    bool is_read = to && zip_source_read(memory, to, stat.size) == (zip_int64_t)stat.size;
    zip_source_close(memory);
    return !to ? buf_rc(out) : is_read ? RC_OK : RC_IO;
}

enum rc zip_write_close(struct ctx *ctx, struct zip_write *write, struct buf *out)
{
    enum rc rc = write->rc;
    if (rc == RC_OK && zip_close(write->zip) == 0)
        write->zip = NULL;
    else if (rc == RC_OK)
        rc = RC_IO;
    if (rc == RC_OK && write->memory)
        rc = take_memory(write->memory, out);
    zip_write_drop(write);
    return rc == RC_OK ? rc : ctx_fail_key(ctx, rc, NULL);
}

void zip_write_drop(struct zip_write *write)
{
    if (!write)
        return;
    if (write->zip)
        zip_discard(write->zip);
    if (write->memory)
        zip_source_free(write->memory);
    alloc_free(write);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static bool is_safe_name(struct str name)
{
    if (!name.n || name.n > NAME_MAX_BYTES || name.p[0] == '/' || memchr(name.p, '\\', name.n) ||
        str_equal_cstr(name, "..") || (name.n > 1 && name.p[1] == ':'))
        return false;
    return !str_has_prefix(name, STR("../")) && str_find(name, STR("/../"), 0) == SIZE_MAX &&
           !str_has_suffix(name, STR("/.."));
}

static enum rc refuse_entry(struct ctx *ctx, enum rc rc, const char *key, const char *entry)
{
    struct str name = str_from_cstr(entry);
    char *text = arena_copy_cstr(ctx->arena, str_slice(name, 0, NAME_MAX_BYTES));
    for (char *c = text; c && *c; c++)
        *c = (unsigned char)*c < ' ' ? '?' : *c;
    name = str_from_cstr(text);
    return ctx_fail(ctx, rc, key, STR_EMPTY, STR_EMPTY, &name, 1);
}

static enum rc check_entry(struct ctx *ctx, const zip_stat_t *stat, uint64_t *total)
{
    const zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if ((stat->valid & needed) != needed)
        return ctx_fail_key(ctx, RC_DAMAGED, "reader.zip_cut");
    if (!is_safe_name(str_from_cstr(stat->name)))
        return refuse_entry(ctx, RC_DAMAGED, "reader.zip_path", stat->name);
    if ((stat->valid & ZIP_STAT_ENCRYPTION_METHOD) && stat->encryption_method != ZIP_EM_NONE)
        return ctx_fail_key(ctx, RC_UNSUPPORTED, "reader.encrypted");
    *total += stat->size;
    if (stat->size > ENTRY_MAX || *total > PACKAGE_MAX ||
        (stat->size > RATIO_FREE && stat->size / RATIO_MAX > stat->comp_size))
        return refuse_entry(ctx, RC_DAMAGED, "reader.zip_bomb", stat->name);
    return RC_OK;
}

/* The directory may lie about the size: room is given for the stated size only, and one byte more is asked for. */
static enum rc read_entry(struct ctx *ctx, zip_t *zip, zip_uint64_t i, const zip_stat_t *stat, struct zip_part *part)
{
    char *to = arena_alloc(ctx->arena, stat->size + 1);
    if (!to)
        return arena_rc(ctx->arena);
    zip_file_t *file = zip_fopen_index(zip, i, 0);
    zip_uint64_t n = 0;
    zip_int64_t got = file ? 1 : -1;
    while (got > 0 && n <= stat->size) {
        got = zip_fread(file, to + n, stat->size + 1 - n);
        n += got > 0 ? (zip_uint64_t)got : 0;
    }
    if (file)
        zip_fclose(file);
    struct str name = str_from_cstr(stat->name);
    if (got < 0 || n != stat->size)
        return ctx_fail(ctx, RC_DAMAGED, "reader.zip_broken", STR_EMPTY, STR_EMPTY, &name, 1);
    part->name = arena_copy_str(ctx->arena, name);
    part->bytes = (struct str){to, n};
    return RC_OK;
}

static enum rc read_all(struct ctx *ctx, zip_t *zip, struct zip_parts *ret)
{
    zip_int64_t count = zip_get_num_entries(zip, 0);
    uint64_t total = 0;
    zip_stat_t stat;
    if (count > ENTRIES_MAX)
        return ctx_fail_format(ctx, RC_DAMAGED, "reader.zip_many", "%d", ENTRIES_MAX);
    ret->n = 0;
    ret->parts = ARENA_NEW_ARRAY(ctx->arena, struct zip_part, (size_t)(count > 0 ? count : 1));
    if (!ret->parts)
        return arena_rc(ctx->arena);
    for (zip_uint64_t i = 0; i < (zip_uint64_t)count; i++) {
        if (zip_stat_index(zip, i, 0, &stat) != 0)
            return ctx_fail_key(ctx, RC_DAMAGED, "reader.zip_cut");
        TRY(check_entry(ctx, &stat, &total));
    }
    for (zip_uint64_t i = 0; i < (zip_uint64_t)count; i++) {
        if (zip_stat_index(zip, i, 0, &stat) != 0)
            return ctx_fail_key(ctx, RC_DAMAGED, "reader.zip_cut");
        if (str_has_suffix(str_from_cstr(stat.name), STR("/")))
            continue;
        TRY(read_entry(ctx, zip, i, &stat, &ret->parts[ret->n]));
        ret->n++;
    }
    return RC_OK;
}

enum rc zip_read_parts(struct ctx *ctx, struct str bytes, struct zip_parts *ret_parts)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    zip_error_fini(&error);
    if (!zip) {
        zip_source_free(source);
        return ctx_fail_key(ctx, RC_DAMAGED, "reader.zip_cut");
    }
    enum rc rc = read_all(ctx, zip, ret_parts);
    zip_discard(zip);
    return rc;
}

struct zip_part *zip_find_part(const struct zip_parts *parts, struct str name)
{
    for (size_t i = 0; i < parts->n; i++)
        if (str_equal_nocase(parts->parts[i].name, name))
            return &parts->parts[i];
    return NULL;
}
