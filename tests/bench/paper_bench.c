/* paper_bench.c: what leaves the program in large numbers: rows of a workbook, workbooks of units, pages of papers.
 *
 *   paper-bench BIHUAN DEMO_DIR OUT_DIR
 *
 * Each work runs in a process of its own, once at a tenth of its size and once in full: memory is flat when the peak
 * does not grow with the size.  Papers are those of the demonstration's ledger (11 kinds, each as Word, PDF, OFD and
 * some as workbooks), made again and again as a set.  Writes OUT_DIR/bench-papers.json; figures of memory have the peak
 * at a tenth as their bare cost.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "publish/paper_make.h"
#include "publish/task_book.h"
#include "publish/xlsx_write.h"
#include "report.h"
#include "text/digest.h"

enum {
    XLSX_ROWS = 100000,
    BOOKS = 5000,
    PAGES = 2000,
    BOOK_ROWS = 10,
    COLUMNS = 20,
    TENTH = 10,
    FLAT_PERCENT = 130,
    PATH_BYTES = 1024
};

static const char *program, *demo_dir, *out_dir;

static void fail(const char *what)
{
    fprintf(stderr, "paper-bench: %s\n", what);
    exit(1);
}

/* ---- the works; each returns what it made ---------------------------------------------------------------------- */

static int64_t write_rows(int64_t rows)
{
    struct ctx ctx = {.arena = arena_new(16 << 20)};
    struct xlsx_column columns[COLUMNS];
    struct xlsx_cell cells[COLUMNS] = {{.is_null = false}};
    struct xlsx_write *write;
    char path[PATH_BYTES], text[256];
    (void)snprintf(path, sizeof path, "%s/bench-rows.xlsx", out_dir);
    for (int i = 0; i < COLUMNS; i++)
        columns[i] = (struct xlsx_column){.title = arena_format(ctx.arena, "column %d", i),
                                          .field = arena_format(ctx.arena, "c%d", i),
                                          .kind = i % 5 == 4 ? XLSX_MONEY : XLSX_TEXT};
    struct xlsx_book book = {.title = STR("rows"), .author = STR("bench"), .kind = STR("findings")};
    if (xlsx_write_open(&ctx, path, &book, &write) != RC_OK ||
        xlsx_write_sheet(&ctx, write, STR("rows"), columns, COLUMNS, true) != RC_OK)
        fail(path);
    for (int64_t row = 0; row < rows; row++) {
        int n = snprintf(text, sizeof text,
                         "%lld guarantees given beyond the share held, to be cleared one by one and told each month",
                         (long long)row * 7919 % 100003);
        for (int i = 0; i < COLUMNS; i++)
            cells[i] = (struct xlsx_cell){.text = {text, (size_t)n / (size_t)(i % 4 + 1)}, .number = row * 100 + i};
        if (xlsx_write_row(&ctx, write, cells, STR("7"), row) != RC_OK)
            fail("row");
    }
    if (xlsx_write_close(&ctx, write) != RC_OK)
        fail(path);
    (void)unlink(path);
    arena_free(ctx.arena);
    return rows;
}

static int64_t write_books(int64_t books)
{
    struct arena *arena = arena_new(64 << 20);
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/bench-book.xlsx", out_dir);
    for (int64_t n = 0; n < books; n++) {
        struct ctx ctx = {.arena = arena};
        struct value *rows = value_new_list(arena);
        for (int i = 0; i < BOOK_ROWS; i++) {
            struct value *row = value_add_map(arena, rows);
            value_put_int(arena, row, "id", n * BOOK_ROWS + i);
            value_put_text(arena, row, "no", arena_format(arena, "LY-2026-001-%03d-T%lld", i, (long long)n));
            value_put_text(arena, row, "finding_title", STR("guarantees given beyond the share held"));
            value_put_text(arena, row, "title", STR("clear the guarantees one by one"));
            value_put_text(arena, row, "finish_mark", STR("the share is kept"));
            value_put_text(arena, row, "due", STR("2026-12-31"));
            value_put_text(arena, row, "task_state", STR("doing"));
            value_put_int(arena, row, "progress_bp", 4000);
            value_put_int(arena, row, "revision", n);
        }
        if (task_book_write(&ctx, path, STR("unit"), STR(""), rows) != RC_OK)
            fail(path);
        arena_reset(arena);
    }
    (void)unlink(path);
    arena_free(arena);
    return books;
}

static int64_t count_pages(struct str pdf)
{
    int64_t n = 0;
    for (size_t at = 0; (at = str_find(pdf, STR("/Type /Page"), at)) != SIZE_MAX; at += 11)
        n += at + 11 < pdf.n && pdf.p[at + 11] != 's';
    return n;
}

static struct str read_file(struct arena *arena, const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0)
        fail(path);
    char *bytes = arena_alloc(arena, (size_t)about.st_size + 1);
    if (!bytes || read(fd, bytes, (size_t)about.st_size) != about.st_size)
        fail(path);
    close(fd);
    return (struct str){bytes, (size_t)about.st_size};
}

static int64_t render(struct arena *arena, enum paper_kind kind, struct str data)
{
    struct ctx ctx = {.arena = arena};
    struct paper_made made;
    uint8_t digest[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    digest_sha256(data, digest);
    struct paper_order order = {
        .kind = kind, .snapshot_seq = 1, .data_json = data, .digest = digest_format(digest, hex)};
    if (paper_shipped(&ctx, kind, &order.template_docx) != RC_OK || paper_render(&ctx, &order, &made) != RC_OK)
        fail("paper");
    int64_t pages = count_pages(buf_str(&made.pdf));
    paper_made_done(&made);
    arena_reset(arena);
    return pages;
}

static int64_t write_papers(int64_t pages)
{
    struct arena *kept = arena_new(64 << 20), *arena = arena_new(512 << 20);
    char path[PATH_BYTES];
    int64_t made = 0;
    (void)snprintf(path, sizeof path, "%s/bench-papers/data.json", out_dir);
    struct str data = read_file(kept, path);
    while (made < pages)
        for (int kind = 0; kind < PAPER_KINDS && made < pages; kind++)
            if (paper_kind_row((enum paper_kind)kind)->subject == PAPER_OF_SOURCE)
                made += render(arena, (enum paper_kind)kind, data);
    arena_free(arena);
    arena_free(kept);
    return made;
}

/* ---- measuring ------------------------------------------------------------------------------------------------- */

struct cost {
    double seconds, peak_mib;
    int64_t made;
};

static struct cost measure(int64_t (*work)(int64_t), int64_t size)
{
    struct cost cost;
    int ends[2], status = 0;
    struct rusage usage;
    if (pipe(ends) != 0)
        fail("pipe");
    int64_t start = clock_monotonic_ms();
    pid_t pid = fork();
    if (pid == 0) {
        int64_t made = work(size);
        _exit(write(ends[1], &made, sizeof made) == sizeof made ? 0 : 1);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0 || status != 0 ||
        read(ends[0], &cost.made, sizeof cost.made) != sizeof cost.made)
        fail("work");
    cost.seconds = (double)(clock_monotonic_ms() - start) / 1000;
    cost.peak_mib = (double)usage.ru_maxrss / 1024;
    close(ends[0]);
    close(ends[1]);
    return cost;
}

static void measure_both(struct report *report, const char *name, const char *unit, int64_t (*work)(int64_t),
                         int64_t size)
{
    struct cost tenth = measure(work, size / TENTH), whole = measure(work, size);
    report_add(report, "s", whole.seconds, tenth.seconds * (double)whole.made / (double)tenth.made, 0, "%s: %lld %s",
               name, (long long)whole.made, unit);
    report_add(report, "MiB", whole.peak_mib, tenth.peak_mib, tenth.peak_mib * FLAT_PERCENT / 100,
               "%s: peak, and at a tenth (%lld %s)", name, (long long)tenth.made, unit);
}

static void run(char *const argv[])
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        execv(argv[0], argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        fail(argv[1]);
}

/* The demonstration's ledger as a snapshot. */
static void take_data(void)
{
    char dir[PATH_BYTES], db[PATH_BYTES + 16], files[PATH_BYTES + 16], *copy = strdup(program),
                                                                       *demo = strdup(demo_dir);
    char verb[] = "demo", data[] = "--data", db_name[] = "--db", files_name[] = "--files", paper[] = "paper",
         source[] = "LY-2026-002", kind[] = "--kind", kind_name[] = "data", out[] = "--out";
    (void)snprintf(dir, sizeof dir, "%s/bench-papers", out_dir);
    (void)mkdir(dir, 0755);
    (void)snprintf(db, sizeof db, "%s/demo.db", dir);
    (void)snprintf(files, sizeof files, "%s/files", dir);
    if (access(db, F_OK) != 0)
        run((char *[]){copy, verb, db_name, db, files_name, files, data, demo, NULL});
    run((char *[]){copy, paper, source, kind, kind_name, out, dir, db_name, db, files_name, files, NULL});
    free(copy);
    free(demo);
}

int main(int argc, char **argv)
{
    struct report report = {.n = 0};
    char path[PATH_BYTES];
    if (argc != 4) {
        fprintf(stderr, "usage: paper-bench BIHUAN DEMO_DIR OUT_DIR\n");
        return 2;
    }
    program = argv[1];
    demo_dir = argv[2];
    out_dir = argv[3];
    take_data();
    measure_both(&report, "workbook", "rows of 20 columns", write_rows, XLSX_ROWS);
    measure_both(&report, "workbooks of units", "books of 10 tasks", write_books, BOOKS);
    measure_both(&report, "set of papers", "pages", write_papers, PAGES);
    report_print(&report);
    (void)snprintf(path, sizeof path, "%s/bench-papers.json", out_dir);
    return report_write(&report, path) ? 0 : 1;
}
