/* record_filestore_test.c: files by content; what nothing names is tidied away, and never what somebody stores just
 * then.
 */
#include "record_support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_S = 24 * 3600 };

static struct filestore *open_store(struct store *store)
{
    struct filestore *files = NULL;
    STORE_OK(filestore_open(store->ctx, arena_format(store->ctx->arena, "%s/files", store->dir), &files));
    return files;
}

static const char *path_of(struct store *store, const char *name)
{
    return arena_format(store->ctx->arena, "%s/files/%.2s/%s", store->dir, name, name + 2).p;
}

static void make_old(const char *path)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - 2 * DAY_S}, {.tv_sec = time(NULL) - 2 * DAY_S}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool is_there(const char *path) { return access(path, F_OK) == 0; }

static void name_file(struct store *store, const char *sha256)
{
    struct event_new event = {.kind = EVENT_FILE_STORED, .at_ms = 1, .reason = STR("")};
    int64_t id;
    event.body = jsonf(store, "{'sha256': '%s', 'name': 'n', 'media_type': 'm', 'size': 1}", sha256);
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &id));
    STORE_OK(db_commit(store->ctx, store->db));
}

STORE_TEST(only_old_files_without_a_name_are_removed)
{
    char named[FILESTORE_NAME_BYTES], unnamed[FILESTORE_NAME_BYTES], young[FILESTORE_NAME_BYTES];
    struct filestore_tally removed;
    struct check_result result;
    struct filestore *files = open_store(store);
    STORE_OK(filestore_put(store->ctx, files, STR("named"), named));
    STORE_OK(filestore_put(store->ctx, files, STR("of an import that failed"), unnamed));
    STORE_OK(filestore_put(store->ctx, files, STR("of an import that runs"), young));
    name_file(store, named);
    make_old(path_of(store, named));
    make_old(path_of(store, unnamed));
    const char *temp = arena_format(store->ctx->arena, "%s/files/tmp-0123", store->dir).p;
    const char *foreign = arena_format(store->ctx->arena, "%s/files/%.2s/README", store->dir, named).p;
    close(open(temp, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    close(open(foreign, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    make_old(temp);
    make_old(foreign);
    STORE_OK(maintain_check(store->ctx, store->db, files, &result));
    assert_int_equal(result.problems, 0);
    assert_int_equal(result.unnamed.files, 2);
    assert_int_equal(result.unnamed.bytes, strlen("of an import that failed"));
    STORE_OK(maintain_tidy(store->ctx, store->db, files, &removed));
    assert_int_equal(removed.files, 2);
    assert_false(is_there(path_of(store, unnamed)));
    assert_false(is_there(temp));
    assert_true(is_there(path_of(store, named)));
    assert_true(is_there(path_of(store, young)));
    assert_true(is_there(foreign));
    STORE_OK(maintain_tidy(store->ctx, store->db, files, &removed));
    assert_int_equal(removed.files, 0);
    filestore_close(files);
}

/* ---- somebody stores the same content in the middle of it ------------------------------------------------------- */

struct meeting {
    struct store *store;
    int calls, put_at; /* stores the content again at this question */
    pthread_t putter;
    struct filestore *files;
    _Atomic bool has_put;
    char name[FILESTORE_NAME_BYTES];
};

static void *put_again(void *arg)
{
    struct meeting *meeting = arg;
    struct ctx ctx = {.arena = arena_new(1 << 20)};
    char name[FILESTORE_NAME_BYTES];
    bool ok = filestore_put(&ctx, meeting->files, STR("content"), name) == RC_OK;
    arena_free(ctx.arena);
    meeting->has_put = ok;
    return NULL;
}

static enum rc is_named(void *arg, struct ctx *ctx, struct str name, bool *ret_is_named)
{
    struct meeting *meeting = arg;
    (void)ctx;
    assert_true(str_equal_cstr(name, meeting->name));
    *ret_is_named = false;
    if (++meeting->calls != meeting->put_at)
        return RC_OK;
    assert_int_equal(pthread_create(&meeting->putter, NULL, put_again, meeting), 0);
    if (meeting->put_at == 1) {
        assert_int_equal(pthread_join(meeting->putter, NULL), 0);
        return RC_OK;
    }
    usleep(50000); /* the file is about to be removed: storing it again waits */
    assert_false(meeting->has_put);
    return RC_OK;
}

STORE_TEST(a_file_that_is_stored_again_survives)
{
    struct filestore_tally tally;
    for (int at = 1; at <= 2; at++) {
        struct meeting meeting = {.store = store, .put_at = at, .files = open_store(store)};
        STORE_OK(filestore_put(store->ctx, meeting.files, STR("content"), meeting.name));
        make_old(path_of(store, meeting.name));
        STORE_OK(filestore_tidy(store->ctx, meeting.files, DAY_S, is_named, &meeting, true, &tally));
        assert_int_equal(meeting.calls, at);
        if (at == 2)
            assert_int_equal(pthread_join(meeting.putter, NULL), 0);
        assert_true(meeting.has_put);
        STORE_OK(filestore_verify(store->ctx, meeting.files, str_from_cstr(meeting.name)));
        filestore_close(meeting.files);
    }
}

int main(void)
{
    return STORE_RUN(STORE_CASE(only_old_files_without_a_name_are_removed),
                     STORE_CASE(a_file_that_is_stored_again_survives));
}
