/* filestore.c: files by content; see filestore.h. */
#include "record/filestore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/rand.h"
#include "text/digest.h"

enum { COPY_BYTES = 64 * 1024, PATH_BYTES = 1024 };

struct filestore {
    int dir_fd;
    char *directory;
};

static enum rc fail_io(struct ctx *ctx, const char *what)
{
    return ctx_fail_format(ctx, RC_IO, "error.io_detail", "%s: %s", what, strerror(errno));
}

/* mkdir whose entry in the directory above is durable too: the first files must not hang in the air. */
static int make_directory(const char *directory)
{
    char above[PATH_BYTES];
    if (mkdir(directory, 0700) != 0)
        return -1;
    int n = snprintf(above, sizeof above, "%s/..", directory);
    int fd = n > 0 && (size_t)n < sizeof above ? open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int failed = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return failed;
}

enum rc filestore_open(struct ctx *ctx, struct str directory, struct filestore **ret_store)
{
    struct filestore *store = alloc_zeroed(1, sizeof *store);
    if (!store)
        return RC_NOMEM;
    store->dir_fd = -1;
    store->directory = alloc_new(directory.n + 1);
    if (!store->directory) {
        filestore_close(store);
        return RC_NOMEM;
    }
    memcpy(store->directory, directory.p, directory.n);
    store->directory[directory.n] = '\0';
    if (make_directory(store->directory) != 0 && errno != EEXIST) {
        enum rc rc = fail_io(ctx, store->directory);
        filestore_close(store);
        return rc;
    }
    store->dir_fd = open(store->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->dir_fd < 0) {
        enum rc rc = fail_io(ctx, store->directory);
        filestore_close(store);
        return rc;
    }
    *ret_store = store;
    return RC_OK;
}

void filestore_close(struct filestore *store)
{
    if (!store)
        return;
    if (store->dir_fd >= 0)
        close(store->dir_fd);
    alloc_free(store->directory);
    alloc_free(store);
}

struct str filestore_directory(const struct filestore *store) { return str_from_cstr(store->directory); }

static bool make_path(const char *hex, char path[PATH_BYTES])
{
    uint8_t bytes[DIGEST_BYTES];
    if (!digest_parse(str_from_cstr(hex), bytes))
        return false;
    (void)snprintf(path, PATH_BYTES, "%.2s/%s", hex, hex + 2);
    return true;
}

static enum rc write_all(struct ctx *ctx, int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fail_io(ctx, "write");
        p += done;
        n -= (size_t)done;
    }
    return RC_OK;
}

/* Naming a file shares the lock, removing one has it alone.  Of its own for each use: the lock belongs to what open
 * gave. */
static int take_lock(struct filestore *store, int how)
{
    int fd = openat(store->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int failed = fd < 0 ? -1 : 0;
    while (fd >= 0 && (failed = flock(fd, how)) != 0 && errno == EINTR) {
    }
    if (failed && fd >= 0)
        close(fd);
    return failed ? -1 : fd;
}

static int rename_locked(struct filestore *store, const char *from, const char *to)
{
    int lock = take_lock(store, LOCK_SH);
    if (lock < 0)
        return -1;
    int failed = renameat(store->dir_fd, from, store->dir_fd, to);
    int kept_errno = errno;
    close(lock);
    errno = kept_errno;
    return failed;
}

/* Gives the finished temporary file its name; one of the same content that is there already is replaced by its equal.
 */
static enum rc settle(struct ctx *ctx, struct filestore *store, int fd, const char *temp, const char *hex)
{
    char path[PATH_BYTES], folder[3] = {hex[0], hex[1], '\0'};
    if (!make_path(hex, path))
        return RC_INTERNAL;
    if (mkdirat(store->dir_fd, folder, 0700) != 0 && errno != EEXIST)
        return fail_io(ctx, "mkdir");
    if (fsync(fd) != 0 || rename_locked(store, temp, path) != 0)
        return fail_io(ctx, "rename");
    int folder_fd = openat(store->dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return fail_io(ctx, "open");
    int failed = fsync(folder_fd) | fsync(store->dir_fd);
    close(folder_fd);
    return failed ? fail_io(ctx, "fsync") : RC_OK;
}

static enum rc copy_in(struct ctx *ctx, int from, int64_t offset, int64_t size, int to, struct digest *digest)
{
    char chunk[COPY_BYTES];
    while (size > 0) {
        size_t want = size < COPY_BYTES ? (size_t)size : COPY_BYTES;
        ssize_t got = pread(from, chunk, want, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail_io(ctx, "read");
        digest_update(digest, chunk, (size_t)got);
        TRY(write_all(ctx, to, chunk, (size_t)got));
        offset += got;
        size -= got;
    }
    return RC_OK;
}

static enum rc put(struct ctx *ctx, struct filestore *store, struct str bytes, int from, int64_t offset, int64_t size,
                   char name[FILESTORE_NAME_BYTES])
{
    char temp[64];
    (void)snprintf(temp, sizeof temp, "tmp-%016llx", (unsigned long long)rand_uint64());
    int fd = openat(store->dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_io(ctx, "open");
    struct digest digest CLEANUP(digest_done) = {0};
    uint8_t sum[DIGEST_BYTES];
    enum rc rc = digest_init(&digest, DIGEST_SHA256);
    if (rc == RC_OK && from >= 0) {
        rc = copy_in(ctx, from, offset, size, fd, &digest);
    } else if (rc == RC_OK) {
        digest_update(&digest, bytes.p, bytes.n);
        rc = write_all(ctx, fd, bytes.p, bytes.n);
    }
    if (rc == RC_OK)
        rc = digest_final(&digest, sum);
    if (rc == RC_OK) {
        (void)digest_format(sum, name);
        rc = settle(ctx, store, fd, temp, name);
    }
    close(fd);
    if (rc != RC_OK)
        (void)unlinkat(store->dir_fd, temp, 0);
    return rc;
}

enum rc filestore_put(struct ctx *ctx, struct filestore *store, struct str bytes, char name[FILESTORE_NAME_BYTES])
{
    return put(ctx, store, bytes, -1, 0, 0, name);
}

enum rc filestore_put_fd(struct ctx *ctx, struct filestore *store, int fd, int64_t offset, int64_t size,
                         char name[FILESTORE_NAME_BYTES])
{
    return put(ctx, store, STR_EMPTY, fd, offset, size, name);
}

enum rc filestore_open_file(struct ctx *ctx, struct filestore *store, struct str name, int *ret_fd, int64_t *ret_size)
{
    char path[PATH_BYTES], hex[FILESTORE_NAME_BYTES];
    if (name.n != FILESTORE_NAME_BYTES - 1)
        return RC_INVALID;
    memcpy(hex, name.p, name.n);
    hex[name.n] = '\0';
    if (!make_path(hex, path))
        return RC_INVALID;
    int fd = openat(store->dir_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return ctx_fail_format(ctx, RC_NOT_FOUND, "file.missing", "%s", hex);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return fail_io(ctx, hex);
    }
    *ret_fd = fd;
    *ret_size = st.st_size;
    return RC_OK;
}

enum rc filestore_read(struct ctx *ctx, struct filestore *store, struct str name, size_t ceiling, struct str *ret_bytes)
{
    int fd;
    int64_t size;
    TRY(filestore_open_file(ctx, store, name, &fd, &size));
    enum rc rc = RC_OK;
    char *p = NULL;
    if (size < 0 || (uint64_t)size > ceiling)
        rc = RC_TOO_LARGE;
    else if (!(p = arena_alloc(ctx->arena, (size_t)size + 1)))
        rc = arena_rc(ctx->arena);
    int64_t done = 0;
    while (rc == RC_OK && done < size) {
        ssize_t got = pread(fd, p + done, (size_t)(size - done), done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            rc = fail_io(ctx, "read");
        else
            done += got;
    }
    close(fd);
    if (rc == RC_OK)
        *ret_bytes = (struct str){p, (size_t)size};
    return rc;
}

enum rc filestore_verify(struct ctx *ctx, struct filestore *store, struct str name)
{
    int fd;
    int64_t size;
    TRY(filestore_open_file(ctx, store, name, &fd, &size));
    struct digest digest CLEANUP(digest_done) = {0};
    uint8_t sum[DIGEST_BYTES], want[DIGEST_BYTES];
    enum rc rc = digest_init(&digest, DIGEST_SHA256);
    char chunk[COPY_BYTES];
    while (rc == RC_OK) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            rc = fail_io(ctx, "read");
        if (got <= 0)
            break;
        digest_update(&digest, chunk, (size_t)got);
    }
    close(fd);
    if (rc == RC_OK)
        rc = digest_final(&digest, sum);
    if (rc == RC_OK && (!digest_parse(name, want) || !digest_equal(sum, want)))
        rc = ctx_fail_format(ctx, RC_CHAIN, "file.digest_wrong", "%.*s", STR_ARG(name));
    return rc;
}

/* ---- all files -------------------------------------------------------------------------------------------------- */

static enum rc each_in(struct ctx *ctx, struct filestore *store, const char *folder, filestore_visit_fn *visit,
                       void *arg)
{
    int fd = openat(store->dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return fail_io(ctx, folder);
    }
    enum rc rc = RC_OK;
    for (const struct dirent *entry; rc == RC_OK && (entry = readdir(dir));) {
        char hex[FILESTORE_NAME_BYTES], path[PATH_BYTES];
        int n = snprintf(hex, sizeof hex, "%s%s", folder, entry->d_name);
        if (n == FILESTORE_NAME_BYTES - 1 && make_path(hex, path))
            rc = visit(arg, ctx, (struct str){hex, (size_t)n}); /* what is not ours is left alone */
    }
    (void)closedir(dir);
    return rc;
}

enum rc filestore_each(struct ctx *ctx, struct filestore *store, filestore_visit_fn *visit, void *arg)
{
    DIR *dir = opendir(store->directory);
    if (!dir)
        return fail_io(ctx, store->directory);
    enum rc rc = RC_OK;
    for (const struct dirent *entry; rc == RC_OK && (entry = readdir(dir));)
        if (strspn(entry->d_name, "0123456789abcdef") == 2 && entry->d_name[2] == '\0')
            rc = each_in(ctx, store, entry->d_name, visit, arg);
    (void)closedir(dir);
    return rc;
}

/* ---- what nothing names ----------------------------------------------------------------------------------------- */

struct tidying {
    struct ctx *ctx;
    struct filestore *store;
    time_t before; /* files put later are left alone */
    filestore_named_fn *is_named;
    void *arg;
    bool is_removing;
    struct filestore_tally tally;
};

static bool is_old(const struct tidying *tidy, const char *path, int64_t *ret_size)
{
    struct stat info;
    if (fstatat(tidy->store->dir_fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        return false;
    *ret_size = info.st_size;
    return info.st_mtime < tidy->before;
}

/* Looks again with the lock: until then somebody may have put the file once more. */
static enum rc remove_file(struct tidying *tidy, const char *path, struct str name)
{
    int64_t size;
    bool is_named = false;
    int lock = take_lock(tidy->store, LOCK_EX);
    if (lock < 0)
        return fail_io(tidy->ctx, "lock");
    enum rc rc = RC_OK;
    if (is_old(tidy, path, &size)) {
        rc = name.n ? tidy->is_named(tidy->arg, tidy->ctx, name, &is_named) : RC_OK;
        if (rc == RC_OK && !is_named && unlinkat(tidy->store->dir_fd, path, 0) != 0 && errno != ENOENT)
            rc = fail_io(tidy->ctx, path);
    }
    close(lock);
    return rc;
}

/* name: the digest; empty for a temporary file, which no record names. */
static enum rc look_at_file(struct tidying *tidy, const char *path, struct str name)
{
    int64_t size;
    bool is_named = false;
    if (!is_old(tidy, path, &size))
        return RC_OK;
    if (name.n)
        TRY(tidy->is_named(tidy->arg, tidy->ctx, name, &is_named));
    if (is_named)
        return RC_OK;
    tidy->tally.files++;
    tidy->tally.bytes += size;
    return tidy->is_removing ? remove_file(tidy, path, name) : RC_OK;
}

static enum rc tidy_file(void *arg, struct ctx *ctx, struct str name)
{
    char path[PATH_BYTES];
    (void)ctx;
    return make_path(name.p, path) ? look_at_file(arg, path, name) : RC_OK;
}

static enum rc tidy_leftovers(struct tidying *tidy)
{
    DIR *dir = opendir(tidy->store->directory);
    if (!dir)
        return fail_io(tidy->ctx, tidy->store->directory);
    enum rc rc = RC_OK;
    for (const struct dirent *entry; rc == RC_OK && (entry = readdir(dir));)
        if (strncmp(entry->d_name, "tmp-", 4) == 0)
            rc = look_at_file(tidy, entry->d_name, STR_EMPTY);
    (void)closedir(dir);
    return rc;
}

enum rc filestore_tidy(struct ctx *ctx, struct filestore *store, int64_t age_s, filestore_named_fn *is_named, void *arg,
                       bool is_removing, struct filestore_tally *ret_tally)
{
    struct tidying tidy = {.ctx = ctx,
                           .store = store,
                           .before = time(NULL) - age_s,
                           .is_named = is_named,
                           .arg = arg,
                           .is_removing = is_removing};
    TRY(filestore_each(ctx, store, tidy_file, &tidy));
    TRY(tidy_leftovers(&tidy));
    *ret_tally = tidy.tally;
    return RC_OK;
}
