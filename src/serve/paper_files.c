/* paper_files.c: making papers for pages; see paper_files.h. */
#include "serve/paper_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/paper.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/template_read.h"
#include "text/digest.h"
#include "text/json.h"

enum {
    ARENA_MAX = 1024 * 1024 * 1024,
    DATA_MAX = 256 * 1024 * 1024,
    TEMPLATE_MAX = 32 * 1024 * 1024,
    ZIP_FILES_MAX = 2000
};

struct arena *paper_files_arena(void) { return arena_new(ARENA_MAX); }

enum rc paper_files_before(struct page *page, struct ctx *work, enum paper_kind kind, int64_t id,
                           struct value **ret_paper)
{
    *ret_paper = NULL;
    if (paper_kind_row(kind)->subject != PAPER_OF_SOURCE)
        return RC_OK;
    struct db_stmt *st = db_query(page->db, Q_PAPER_LAST_ISSUED);
    actor_bind_scope(st, &page->actor, PERM_TASK_READ);
    db_bind_text(st, "kind", str_from_cstr(paper_kind_row(kind)->kind));
    db_bind_text(st, "subject_kind", STR("source"));
    db_bind_int(st, "subject_id", id);
    return db_first_row(work, st, ret_paper);
}

enum rc paper_files_take(struct page *page, struct ctx *work, enum paper_subject subject, int64_t id,
                         const struct value *before, struct paper_snapshot *ret)
{
    struct value *data = NULL;
    struct str json;
    if (before) {
        TRY(filestore_read(work, page->app->files, value_get_text(before, "data_sha256"), DATA_MAX, &json));
        TRY(json_parse(work, json, &data));
    }
    return paper_take(work, page->db, &page->actor, subject, id, date_text(work->arena, clock_today()), data, ret);
}

enum rc paper_files_template(struct page *page, struct ctx *work, enum paper_kind kind, int64_t unit_id,
                             struct paper_order *order)
{
    struct value *row;
    struct db_stmt *st = db_query(page->db, Q_PAPER_TEMPLATE_USED);
    db_bind_int(st, "unit_id", unit_id);
    db_bind_text(st, "kind", str_from_cstr(paper_kind_row(kind)->kind));
    TRY(db_first_row(work, st, &row));
    if (!row)
        return paper_shipped(work, kind, &order->template_docx);
    order->open = template_open_sandboxed;
    return filestore_read(work, page->app->files, value_get_text(row, "sha256"), TEMPLATE_MAX, &order->template_docx);
}

/* ---- a file with its evidence --------------------------------------------------------------------------------- */

static struct str safe_name(struct arena *arena, int64_t n, const struct value *row)
{
    struct str name = value_get_text(row, "file_name");
    char *text = arena_copy_cstr(arena, name);
    for (char *c = text; c && *c; c++)
        if (*c == '/' || *c == '\\' || *c == ':' || (unsigned char)*c < ' ')
            *c = '_';
    return arena_format(arena, "evidence/%02lld %.*s %s", (long long)n, STR_ARG(value_get_text(row, "no")),
                        text ? text : "");
}

static enum rc add_evidence(struct page *page, struct ctx *work, const struct paper_snapshot *snapshot,
                            struct zip_write *zip)
{
    int64_t n = 0;
    VALUE_EACH (row, value_get(snapshot->data, "evidence")) {
        int fd;
        int64_t size;
        if (++n > ZIP_FILES_MAX)
            return RC_TOO_LARGE;
        TRY(filestore_open_file(work, page->app->files, value_get_text(row, "sha256"), &fd, &size));
        zip_write_add_fd(zip, safe_name(work->arena, n, row), fd);
    }
    return RC_OK;
}

static enum rc store_zip(struct page *page, struct ctx *work, const struct paper_snapshot *snapshot,
                         const struct paper_made *made, char digest[FILESTORE_NAME_BYTES], int64_t *ret_size)
{
    struct str spool = page->app->settings->spool;
    char *path = arena_copy_cstr(
        work->arena, arena_format(work->arena, "%.*s/bihuan-paper-XXXXXX", STR_ARG(spool.n ? spool : STR("/var/tmp"))));
    int fd = path ? mkstemp(path) : -1;
    struct zip_write *zip;
    struct stat about;
    if (fd < 0)
        return ctx_fail_key(work, RC_IO, NULL);
    enum rc rc = zip_write_open(work, path, &zip);
    if (rc == RC_OK) {
        zip_write_add(zip, STR("index.docx"), buf_str(&made->docx));
        zip_write_add(zip, STR("index.pdf"), buf_str(&made->pdf));
        zip_write_add(zip, STR("index.ofd"), buf_str(&made->ofd));
        zip_write_add(zip, STR("data.json"), snapshot->json);
        rc = add_evidence(page, work, snapshot, zip);
        if (rc == RC_OK)
            rc = zip_write_close(work, zip, NULL);
        else
            zip_write_drop(zip);
    }
    close(fd);
    fd = rc == RC_OK ? open(path, O_RDONLY | O_CLOEXEC) : -1; /* libzip puts a new file in its place */
    if (rc == RC_OK && (fd < 0 || fstat(fd, &about) != 0))
        rc = RC_IO;
    if (rc == RC_OK) {
        *ret_size = (int64_t)about.st_size;
        rc = filestore_put_fd(work, page->app->files, fd, 0, *ret_size, digest);
    }
    if (fd >= 0)
        close(fd);
    (void)unlink(path);
    return rc;
}

/* ---- making --------------------------------------------------------------------------------------------------- */

static void add_file(struct page *page, struct value *files, const char *format, const char *digest, int64_t size)
{
    struct value *file = value_add_map(page->ctx.arena, files);
    value_put_text(page->ctx.arena, file, "format", str_from_cstr(format));
    value_put_text(page->ctx.arena, file, "sha256", arena_copy_str(page->ctx.arena, str_from_cstr(digest)));
    value_put_int(page->ctx.arena, file, "size", size);
}

static enum rc store_made(struct page *page, struct ctx *work, const struct paper_snapshot *snapshot,
                          enum paper_kind kind, const struct paper_made *made, struct value *files)
{
    const struct {
        const char *format;
        const struct buf *buf;
    } all[] = {{"docx", &made->docx}, {"pdf", &made->pdf}, {"ofd", &made->ofd}, {"xlsx", &made->xlsx}};
    char digest[FILESTORE_NAME_BYTES];
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!paper_has_word(paper_kind_row(kind)->formats, all[i].format))
            continue;
        TRY(filestore_put(work, page->app->files, buf_str(all[i].buf), digest));
        add_file(page, files, all[i].format, digest, (int64_t)all[i].buf->n);
    }
    if (paper_has_word(paper_kind_row(kind)->formats, "zip")) {
        int64_t size;
        TRY(store_zip(page, work, snapshot, made, digest, &size));
        add_file(page, files, "zip", digest, size);
    }
    return RC_OK;
}

static enum rc run_make(struct page *page, struct ctx *work, const struct paper_snapshot *snapshot, int64_t subject_id,
                        const struct paper_order *order, const struct paper_made *made, int64_t *ret_id)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_new_map(arena), *result;
    const struct paper_kind_row *row = paper_kind_row(order->kind);
    char data[FILESTORE_NAME_BYTES], template_name[FILESTORE_NAME_BYTES];
    TRY(filestore_put(work, page->app->files, snapshot->json, data));
    TRY(filestore_put(work, page->app->files, order->template_docx, template_name));
    value_put_text(arena, raw, "kind", str_from_cstr(row->kind));
    value_put_text(arena, raw, "subject_kind", str_from_cstr(paper_subject_name(row->subject)));
    value_put_int(arena, raw, "subject_id", subject_id);
    value_put_text(arena, raw, "subject_no", snapshot->subject_no);
    value_put_int(arena, raw, "source_id", snapshot->source_id);
    value_put_text(arena, raw, "title", made->title);
    value_put_int(arena, raw, "unit_id", snapshot->unit_id);
    value_put_int(arena, raw, "label", snapshot->label);
    value_put_text(arena, raw, "doc_no", value_get_text(order->text, "doc_no"));
    value_put_int(arena, raw, "snapshot_seq", snapshot->seq);
    value_put_text(arena, raw, "data_sha256", arena_copy_str(arena, str_from_cstr(data)));
    value_put_text(arena, raw, "template_sha256", arena_copy_str(arena, str_from_cstr(template_name)));
    value_put(raw, STR("text"), order->text ? value_copy(arena, order->text) : value_new_map(arena));
    value_put(raw, STR("faults"), value_copy(arena, made->faults));
    TRY(store_made(page, work, snapshot, order->kind, made, value_put_list(arena, raw, "files")));
    TRY(submit_and_wait(page, &command_paper_make, raw, &result));
    *ret_id = value_get_int(result, "id", 0);
    return RC_OK;
}

enum rc paper_files_make(struct page *page, struct ctx *work, const struct paper_snapshot *snapshot, int64_t subject_id,
                         enum paper_kind kind, const struct value *text, int64_t *ret_id)
{
    struct paper_order order = {.kind = kind,
                                .snapshot_seq = snapshot->seq,
                                .data_json = snapshot->json,
                                .digest = str_from_cstr(snapshot->digest),
                                .text = text};
    struct paper_made made;
    TRY(paper_files_template(page, work, kind, snapshot->unit_id, &order));
    enum rc rc = paper_render(work, &order, &made);
    if (rc == RC_OK)
        rc = run_make(page, work, snapshot, subject_id, &order, &made, ret_id);
    paper_made_done(&made);
    return rc;
}

/* ---- again ---------------------------------------------------------------------------------------------------- */

/* Whether a digest is that of the stored file; a kind without the format has none to compare. */
static bool is_stored(const struct value *files, const char *format, struct str digest)
{
    VALUE_EACH (file, files)
        if (str_equal_cstr(value_get_text(file, "format"), format))
            return str_equal(digest, value_get_text(file, "sha256"));
    return true;
}

static bool is_same(const struct value *files, const char *format, const struct buf *buf)
{
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_BYTES];
    digest_sha256(buf_str(buf), digest);
    return is_stored(files, format, digest_format(digest, text));
}

/* Packed again with the evidence that the frozen data name; a package that differs is named by no event and tidied
 * away. */
static enum rc is_same_zip(struct page *page, struct ctx *work, const struct paper_order *order,
                           const struct paper_made *made, const struct value *files, bool *ret_is_same)
{
    struct paper_snapshot snapshot = {.json = order->data_json};
    char digest[FILESTORE_NAME_BYTES];
    int64_t size;
    if (!paper_has_word(paper_kind_row(order->kind)->formats, "zip"))
        return RC_OK;
    TRY(paper_thaw(work, order->data_json, order->digest, &snapshot.data));
    TRY(store_zip(page, work, &snapshot, made, digest, &size));
    *ret_is_same = *ret_is_same && is_stored(files, "zip", str_from_cstr(digest));
    return RC_OK;
}

static enum rc read_order(struct page *page, struct ctx *work, const struct value *paper, struct paper_order *ret)
{
    struct value *text;
    struct str shipped;
    *ret = (struct paper_order){.snapshot_seq = value_get_int(paper, "snapshot_seq", 0),
                                .digest = value_get_text(paper, "data_sha256")};
    if (!paper_kind_find(value_get_text(paper, "kind"), &ret->kind))
        return RC_NOT_FOUND;
    TRY(json_parse(work, value_get_text(paper, "text"), &text));
    ret->text = text;
    TRY(filestore_read(work, page->app->files, ret->digest, DATA_MAX, &ret->data_json));
    TRY(filestore_read(work, page->app->files, value_get_text(paper, "template_sha256"), TEMPLATE_MAX,
                       &ret->template_docx));
    TRY(paper_shipped(work, ret->kind, &shipped));
    ret->open = str_equal(shipped, ret->template_docx) ? NULL : template_open_sandboxed;
    return RC_OK;
}

enum rc paper_files_again(struct page *page, struct ctx *work, const struct value *paper, bool *ret_is_same)
{
    struct paper_order order;
    struct paper_made made;
    struct value *files;
    TRY(read_order(page, work, paper, &order));
    struct db_stmt *st = db_query(page->db, Q_PAPER_FILES);
    db_bind_int(st, "id", value_get_int(paper, "id", 0));
    TRY(db_rows(work, st, &files));
    enum rc rc = paper_render(work, &order, &made);
    if (rc == RC_OK) {
        *ret_is_same = is_same(files, "docx", &made.docx) && is_same(files, "pdf", &made.pdf) &&
                       is_same(files, "ofd", &made.ofd) && is_same(files, "xlsx", &made.xlsx);
        rc = is_same_zip(page, work, &order, &made, files, ret_is_same);
    }
    paper_made_done(&made);
    return rc;
}
