/* reader_zip.c: packages under limits; see reader_zip.h. */
#include "intake/reader_zip.h"

#include <string.h>
#include <time.h>
#include <zip.h>

#include "intake/reader_charset.h"

enum {
    ENTRIES_MAX = 10000,
    NAME_MAX_BYTES = 512,
    PACKAGE_MAX = 256 * 1024 * 1024, /* all entries that are read, unpacked */
    ENTRY_MAX = 128 * 1024 * 1024,
    RATIO_MAX = 200,             /* XML packs at 10 to 60; a bomb at 1000 */
    RATIO_FREE = 4 * 1024 * 1024 /* below this size any ratio is harmless */
};

struct zip_package {
    struct reader *reader;
    zip_t *zip;
    size_t entry_count;
    size_t read_bytes;
};

void zip_package_free(struct zip_package *package)
{
    if (package && package->zip)
        zip_discard(package->zip);
    if (package)
        package->zip = NULL;
}

void zip_package_free_ptr(struct zip_package **package) { zip_package_free(*package); }

static bool is_safe_name(struct str name)
{
    if (!name.n || name.n > NAME_MAX_BYTES || name.p[0] == '/' || memchr(name.p, '\\', name.n) ||
        str_equal_cstr(name, ".."))
        return false;
    return !str_has_prefix(name, STR("../")) && str_find(name, STR("/../"), 0) == SIZE_MAX &&
           !str_has_suffix(name, STR("/..")) && !(name.n > 1 && name.p[1] == ':');
}

static bool is_bomb(uint64_t size, uint64_t packed)
{
    return size > ENTRY_MAX || (size > RATIO_FREE && size / RATIO_MAX > packed);
}

/* A name for a message: controls out, and bytes that are no UTF-8. */
static struct str shown_name(struct reader *reader, struct str name)
{
    char *text = arena_copy_cstr(reader->scratch, str_slice(name, 0, NAME_MAX_BYTES));
    for (char *c = text; c && *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '?';
    if (text && !reader_is_utf8(str_from_cstr(text)))
        for (char *c = text; *c; c++)
            *c = (unsigned char)*c > 0x7E ? '?' : *c;
    return str_from_cstr(text);
}

/* Threats: a few kilobytes that unpack to gigabytes; hundreds of thousands of entries; names that leave the
 * directory if anybody ever unpacks them; encrypted entries.  All seen in the directory, before anything is unpacked.
 */
static enum rc check_entry(struct reader *reader, zip_t *zip, size_t i, bool has_safe_names)
{
    zip_stat_t stat;
    if (zip_stat_index(zip, i, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_NAME) || !(stat.valid & ZIP_STAT_SIZE) ||
        !(stat.valid & ZIP_STAT_COMP_SIZE))
        return reader_damaged(reader, "reader.zip_cut", STR_EMPTY);
    struct str name = shown_name(reader, str_from_cstr(stat.name));
    if (has_safe_names && !is_safe_name(str_from_cstr(stat.name)))
        return reader_damaged(reader, "reader.zip_path", name);
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE)
        return has_safe_names
                   ? ctx_fail_key(reader->ctx, RC_UNSUPPORTED, "reader.encrypted")
                   : ctx_fail(reader->ctx, RC_UNSUPPORTED, "reader.zip_locked", STR_EMPTY, STR_EMPTY, &name, 1);
    if (is_bomb(stat.size, stat.comp_size))
        return reader_damaged(reader, "reader.zip_bomb", name);
    return RC_OK;
}

static enum rc open_package(struct reader *reader, struct str bytes, bool has_safe_names, struct zip_package **ret)
{
    struct zip_package *package = ARENA_NEW(reader->scratch, struct zip_package);
    if (!package)
        return reader_no_room(reader, arena_rc(reader->scratch));
    package->reader = reader;
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, &error);
    package->zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : NULL;
    if (!package->zip && source) { /* slightly inconsistent packages of careless writers are still read */
        package->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
        if (!package->zip)
            zip_source_free(source);
    }
    zip_error_fini(&error);
    if (!package->zip)
        return reader_damaged(reader, "reader.zip_cut", STR_EMPTY);
    zip_int64_t count = zip_get_num_entries(package->zip, 0);
    enum rc rc =
        count > ENTRIES_MAX ? ctx_fail_format(reader->ctx, RC_DAMAGED, "reader.zip_many", "%d", ENTRIES_MAX) : RC_OK;
    package->entry_count = count > 0 ? (size_t)count : 0;
    for (size_t i = 0; rc == RC_OK && i < package->entry_count; i++)
        rc = check_entry(reader, package->zip, i, has_safe_names);
    if (rc != RC_OK) {
        zip_package_free(package);
        return rc;
    }
    *ret = package;
    return RC_OK;
}

enum rc zip_package_open(struct reader *reader, struct str bytes, struct zip_package **ret)
{
    return open_package(reader, bytes, true, ret);
}

enum rc zip_package_open_names(struct reader *reader, struct str bytes, struct zip_package **ret)
{
    return open_package(reader, bytes, false, ret);
}

size_t zip_package_count(const struct zip_package *package) { return package->entry_count; }

/* Archivers of Chinese Windows write names in GBK without saying so. */
static enum rc read_name(struct reader *reader, struct str raw, struct str *ret)
{
    struct str text = raw;
    if (!reader_is_utf8(raw) && !charset_decode_gbk(reader, raw, &text))
        return reader_damaged(reader, "reader.zip_name", shown_name(reader, raw));
    char *copy = arena_copy_cstr(reader->scratch, text);
    if (!copy)
        return reader_no_room(reader, arena_rc(reader->scratch));
    for (size_t i = 0; i < text.n; i++)
        copy[i] = (char)(copy[i] == '\\' ? '/' : copy[i]);
    *ret = (struct str){copy, text.n};
    bool has_control = false;
    for (size_t i = 0; i < text.n; i++)
        has_control |= (unsigned char)copy[i] < ' ' || copy[i] == 0x7F;
    return is_safe_name(*ret) && !has_control ? RC_OK
                                              : reader_damaged(reader, "reader.zip_path", shown_name(reader, *ret));
}

enum rc zip_package_entry(struct zip_package *package, size_t i, struct zip_package_entry *ret)
{
    struct reader *reader = package->reader;
    zip_stat_t stat;
    struct tm tm;
    if (zip_stat_index(package->zip, i, 0, &stat) != 0)
        return reader_damaged(reader, "reader.zip_cut", STR_EMPTY);
    *ret = (struct zip_package_entry){.made_on = STR_EMPTY};
    TRY(read_name(reader, str_from_cstr(zip_get_name(package->zip, i, ZIP_FL_ENC_RAW)), &ret->name));
    if ((stat.valid & ZIP_STAT_MTIME) && stat.mtime > 0 &&
        localtime_r(&stat.mtime, &tm)) /* libzip took the packer's wall clock as ours */
        ret->made_on = arena_format(reader->scratch, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    return arena_rc(reader->scratch);
}

enum rc zip_package_copy(struct zip_package *package, size_t i, struct str name, zip_package_piece_fn *to, void *arg)
{
    struct reader *reader = package->reader;
    zip_stat_t stat;
    char piece[65536];
    if (zip_stat_index(package->zip, i, 0, &stat) != 0)
        return reader_damaged(reader, "reader.zip_broken", name);
    package->read_bytes += stat.size;
    if (package->read_bytes > 2 * (size_t)PACKAGE_MAX)
        return reader_damaged(reader, "reader.zip_bomb", name);
    zip_file_t *file = zip_fopen_index(package->zip, i, 0);
    zip_int64_t got = file ? 1 : -1;
    zip_uint64_t n = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK && got > 0 && (got = zip_fread(file, piece, sizeof piece)) > 0) {
        n += (zip_uint64_t)got;
        rc = n > stat.size ? RC_DAMAGED
                           : to(arg, (struct str){piece, (size_t)got}); /* the directory lies about the size */
    }
    if (file)
        zip_fclose(file);
    return rc == RC_OK && got == 0 && n == stat.size ? RC_OK : reader_damaged(reader, "reader.zip_broken", name);
}

static zip_int64_t locate(const struct zip_package *package, struct str name)
{
    char *text = arena_copy_cstr(package->reader->scratch, name);
    if (!text || !name.n || name.n > NAME_MAX_BYTES)
        return -1;
    zip_int64_t at = zip_name_locate(package->zip, text, 0);
    return at >= 0 ? at : zip_name_locate(package->zip, text, ZIP_FL_NOCASE);
}

bool zip_package_has(const struct zip_package *package, struct str name) { return locate(package, name) >= 0; }

struct str zip_package_name(const struct zip_package *package, size_t i)
{
    return i < package->entry_count ? str_from_cstr(zip_get_name(package->zip, i, 0)) : STR_EMPTY;
}

/* Threat: the directory lies about the size.  Room is given for the stated size only, and one byte more is asked for:
 * an entry that goes on is refused; zlib's answer is checked against the checksum by libzip. */
static enum rc read_entry(struct zip_package *package, zip_file_t *file, const zip_stat_t *stat, struct str *ret)
{
    struct reader *reader = package->reader;
    char *to = arena_alloc(reader->scratch, (size_t)stat->size + 1);
    if (!to)
        return reader_no_room(reader, arena_rc(reader->scratch));
    size_t n = 0;
    while (n <= stat->size) {
        zip_int64_t got = zip_fread(file, to + n, (size_t)stat->size + 1 - n);
        if (got < 0)
            return reader_damaged(reader, "reader.zip_broken", str_from_cstr(stat->name));
        if (got == 0)
            break;
        n += (size_t)got;
    }
    if (n != stat->size)
        return reader_damaged(reader, "reader.zip_broken", str_from_cstr(stat->name));
    *ret = (struct str){to, n};
    return RC_OK;
}

enum rc zip_package_read(struct zip_package *package, struct str name, struct str *ret)
{
    struct reader *reader = package->reader;
    zip_int64_t at = locate(package, name);
    if (at < 0)
        return RC_NOT_FOUND;
    zip_stat_t stat;
    if (zip_stat_index(package->zip, (zip_uint64_t)at, 0, &stat) != 0)
        return reader_damaged(reader, "reader.zip_broken", name);
    package->read_bytes += stat.size;
    if (package->read_bytes > PACKAGE_MAX)
        return reader_damaged(reader, "reader.zip_bomb", STR_EMPTY);
    zip_file_t *file = zip_fopen_index(package->zip, (zip_uint64_t)at, 0);
    if (!file)
        return reader_damaged(reader, "reader.zip_broken", name);
    enum rc rc = read_entry(package, file, &stat, ret);
    zip_fclose(file);
    return rc;
}

struct str zip_resolve_path(struct arena *arena, struct str base, struct str target)
{
    struct str joined = target;
    if (target.n && target.p[0] == '/') {
        joined = str_slice(target, 1, target.n);
    } else {
        size_t cut = base.n;
        while (cut > 0 && base.p[cut - 1] != '/')
            cut--;
        joined = arena_concat(arena, str_slice(base, 0, cut), target);
    }
    char *to = arena_alloc(arena, joined.n + 1);
    if (!to)
        return STR_EMPTY;
    size_t n = 0;
    struct str part;
    while (str_split_next(&joined, '/', &part)) {
        if (!part.n || str_equal_cstr(part, "."))
            continue;
        if (str_equal_cstr(part, "..")) {
            if (n == 0)
                return STR_EMPTY;
            while (n > 0 && to[--n] != '/')
                ;
            continue;
        }
        if (n)
            to[n++] = '/';
        memcpy(to + n, part.p, part.n);
        n += part.n;
    }
    return (struct str){to, n};
}
