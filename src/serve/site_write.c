/* site_write.c: the public pages as files; see site.h.
 *
 * The new site is written beside the old one and changes places with it (renameat2, RENAME_EXCHANGE), so that no reader
 * ever sees half of it; every file is on disk before that.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/site.h"
#include "serve/static.h"

enum { PAGE_CEILING = 32 << 20, PATH_BYTES = 4096 };

static const char marker[] = ".bihuan-site"; /* lies in every directory that we may replace */

static enum rc fail(struct site *site, const char *path)
{
    return ctx_fail_format(site->ctx, RC_IO, "error.io_detail", "%s: %s", path, strerror(errno));
}

static enum rc write_file(struct site *site, int dir, const char *name, struct str bytes)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    size_t done = 0;
    if (fd < 0)
        return fail(site, name);
    while (done < bytes.n) {
        ssize_t n = write(fd, bytes.p + done, bytes.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    bool is_kept = done == bytes.n && fsync(fd) == 0;
    return close(fd) == 0 && is_kept ? RC_OK : fail(site, name);
}

static enum rc write_language(struct site *site, int dir, const struct value *rows, int64_t *ret_files)
{
    const char *ending = site->lang == LANG_EN ? ".en" : "";
    struct buf out CLEANUP(buf_done);
    buf_init(&out, PAGE_CEILING);
    VALUE_EACH (row, rows) {
        buf_reset(&out);
        struct str no = value_get_text(row, "no");
        TRY(site_bulletin(site, no, &out));
        TRY(write_file(site, dir, arena_format(site->ctx->arena, "%.*s%s.html", STR_ARG(no), ending).p, buf_str(&out)));
        ++*ret_files;
    }
    buf_reset(&out);
    TRY(site_index(site, &out));
    ++*ret_files;
    return write_file(site, dir, arena_format(site->ctx->arena, "index%s.html", ending).p, buf_str(&out));
}

/* The same paper as files, made once for both languages. */
static enum rc write_papers(struct site *site, int dir, const struct value *rows, int64_t *ret_files)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, PAGE_CEILING);
    VALUE_EACH (row, rows) {
        struct str no = value_get_text(row, "no");
        for (size_t i = 0; i < SITE_FORMATS; i++) {
            buf_reset(&out);
            TRY(site_file(site, no, site_formats[i].ending, &out));
            TRY(write_file(site, dir, arena_format(site->ctx->arena, "%.*s.%s", STR_ARG(no), site_formats[i].ending).p,
                           buf_str(&out)));
            ++*ret_files;
        }
    }
    return RC_OK;
}

static enum rc write_all(struct site *site, int dir, int64_t *ret_files)
{
    static const char *const files[] = {"site.css", "favicon.svg"};
    struct value *rows;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, PAGE_CEILING);
    TRY(site_list(site, &rows));
    for (int lang = LANG_ZH; lang < LANG_COUNT; lang++) {
        site->lang = (enum lang)lang;
        TRY(write_language(site, dir, rows, ret_files));
    }
    site->lang = LANG_ZH;
    TRY(write_papers(site, dir, rows, ret_files));
    TRY(site_feed(site, &out));
    TRY(write_file(site, dir, "feed.xml", buf_str(&out)));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const struct static_file *file = static_find_name(str_from_cstr(files[i]));
        TRY(write_file(site, dir, files[i], file ? file->bytes : STR("")));
    }
    TRY(write_file(site, dir, marker, STR("")));
    *ret_files += 3;
    return fsync(dir) == 0 ? RC_OK : fail(site, "fsync");
}

/* Only plain files, as we write them. */
static void remove_site(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    (void)rmdir(path);
}

/* Whether a directory stands there already; RC_CONFLICT when it is somebody else's. */
static enum rc look(struct site *site, const char *dir, bool *ret_is_there)
{
    struct stat st;
    char path[PATH_BYTES];
    *ret_is_there = lstat(dir, &st) == 0;
    if (!*ret_is_there)
        return errno == ENOENT ? RC_OK : fail(site, dir);
    (void)snprintf(path, sizeof path, "%s/%s", dir, marker);
    if (S_ISDIR(st.st_mode) && (lstat(path, &st) == 0 || rmdir(dir) == 0)) {
        *ret_is_there = lstat(dir, &st) == 0;
        return RC_OK;
    }
    return ctx_fail_format(site->ctx, RC_CONFLICT, "site.not_ours", "%s", dir);
}

static enum rc put_in_place(struct site *site, const char *fresh, const char *dir, bool is_there)
{
    if (!is_there)
        return renameat2(AT_FDCWD, fresh, AT_FDCWD, dir, RENAME_NOREPLACE) == 0 ? RC_OK : fail(site, dir);
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, dir, RENAME_EXCHANGE) != 0)
        return fail(site, dir);
    remove_site(fresh); /* that is the old one now */
    return RC_OK;
}

enum rc site_write(struct site *site, const char *dir, int64_t *ret_files)
{
    char fresh[PATH_BYTES];
    bool is_there;
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/')
        n--;
    if (n == 0 || n + 16 >= sizeof fresh)
        return ctx_fail_format(site->ctx, RC_BAD_REQUEST, "site.not_ours", "%s", dir);
    const char *target = arena_format(site->ctx->arena, "%.*s", (int)n, dir).p;
    TRY(look(site, target, &is_there));
    (void)snprintf(fresh, sizeof fresh, "%s.XXXXXX", target);
    if (!mkdtemp(fresh))
        return fail(site, fresh);
    int fd = open(fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int64_t files = 0;
    enum rc rc = fd < 0 || fchmod(fd, 0755) != 0 ? fail(site, fresh) : write_all(site, fd, &files);
    if (fd >= 0)
        (void)close(fd);
    if (rc == RC_OK)
        rc = put_in_place(site, fresh, target, is_there);
    if (rc != RC_OK)
        remove_site(fresh);
    else
        *ret_files = files;
    return rc;
}
