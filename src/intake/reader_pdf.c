/* reader_pdf.c: see reader_pdf.h.
 *
 * Threat: a PDF library is a large parser in C++ with a history of holes.  It never runs in this process: pdftotext
 * gets the file on a descriptor, under its own memory and time limits and a filter without network, without writing,
 * without new processes; only its text comes back, through expat.
 */
#include "intake/reader_pdf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intake/reader_layout.h"
#include "intake/reader_xml.h"
#include "intake/sandbox.h"

#define PDFTOTEXT "/usr/bin/pdftotext"
enum { TOOL_MEMORY = 400 * 1024 * 1024, TOOL_CPU_S = 15, XHTML_MAX = 96 * 1024 * 1024, PAGES_MAX = 5000 };

/* The converter that runs, if any: started before the sandbox closes, read afterwards. */
static struct {
    bool is_running;
    pid_t pid;
    int fd;
} tool;

enum rc reader_pdf_start(struct ctx *ctx, struct str bytes)
{
    int fd = memfd_create("pdf", MFD_CLOEXEC);
    if (fd < 0)
        return ctx_fail_key(ctx, RC_IO, "reader.start");
    for (size_t at = 0; at < bytes.n;) {
        ssize_t n = write(fd, bytes.p + at, bytes.n - at);
        if (n <= 0 && errno != EINTR) {
            close(fd);
            return ctx_fail_key(ctx, RC_IO, "reader.start");
        }
        at += n > 0 ? (size_t)n : 0;
    }
    (void)lseek(fd, 0, SEEK_SET);
    char *const argv[] = {"pdftotext", "-q", "-bbox-layout", "-enc", "UTF-8", "-l", "5000", "-", "-", NULL};
    struct sandbox_limits limits = {.memory_bytes = TOOL_MEMORY, .cpu_s = TOOL_CPU_S};
    enum rc rc = access(PDFTOTEXT, X_OK) == 0
                     ? sandbox_spawn(SANDBOX_TOOL, PDFTOTEXT, argv, fd, &limits, &tool.pid, &tool.fd)
                     : RC_NOT_FOUND;
    close(fd);
    if (rc != RC_OK)
        return ctx_fail_key(ctx, RC_IO, rc == RC_NOT_FOUND ? "reader.pdf_tool" : "reader.start");
    tool.is_running = true;
    return RC_OK;
}

/* Everything the tool writes, then its end.  pdftotext: 0 fine, 1 cannot open, 2 output, 3 not permitted. */
static enum rc tool_finish(struct reader *reader, struct buf *out)
{
    bool is_too_large = false;
    for (;;) {
        char piece[16384];
        ssize_t n = read(tool.fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        buf_add_bytes(out, piece, (size_t)n);
        is_too_large = is_too_large || buf_rc(out) != RC_OK;
        if (is_too_large)
            break;
    }
    close(tool.fd); /* a tool still writing ends by SIGPIPE */
    int status = 0;
    while (waitpid(tool.pid, &status, 0) < 0 && errno == EINTR)
        ;
    tool.is_running = false;
    if (is_too_large)
        return reader_no_room(reader, RC_TOO_LARGE);
    if (WIFSIGNALED(status))
        return ctx_fail_key(reader->ctx, WTERMSIG(status) == SIGXCPU ? RC_TIMEOUT : RC_DAMAGED,
                            WTERMSIG(status) == SIGXCPU ? "reader.timeout" : "reader.pdf_broken");
    if (WEXITSTATUS(status) == 3)
        return ctx_fail_key(reader->ctx, RC_UNSUPPORTED, "reader.encrypted");
    return WEXITSTATUS(status) ? reader_damaged(reader, "reader.pdf_broken", STR_EMPTY) : RC_OK;
}

/* XHTML of -bbox-layout: page > flow > block > line > word. */
struct pdf {
    struct reader *reader;
    struct layout layout;
    struct layout_piece line;
    struct buf word, text;
    bool in_word, in_title;
    int64_t last_right;
};

static int64_t length_of(const char **attributes, const char *name)
{
    return layout_parse_length(xml_list_attribute(attributes, name));
}

static enum rc on_start(void *user, struct str name, const char **attributes)
{
    struct pdf *pdf = user;
    struct arena *arena = pdf->reader->scratch;
    if (str_equal_cstr(name, "page")) {
        if (pdf->layout.page_heights.n >= PAGES_MAX ||
            !VEC_PUSH(arena, &pdf->layout.page_heights, length_of(attributes, "height")))
            return RC_TOO_LARGE;
    } else if (str_equal_cstr(name, "line")) {
        pdf->line = (struct layout_piece){.page = (int)pdf->layout.page_heights.n,
                                          .left = length_of(attributes, "xMin"),
                                          .right = length_of(attributes, "xMax"),
                                          .top = length_of(attributes, "yMin"),
                                          .bottom = length_of(attributes, "yMax"),
                                          .bold = -1};
        buf_reset(&pdf->text);
    } else if (str_equal_cstr(name, "word")) {
        int64_t left = length_of(attributes, "xMin"), height = pdf->line.bottom - pdf->line.top;
        if (pdf->text.n)
            buf_add_cstr(&pdf->text, left - pdf->last_right > height * 3 / 2 ? "\t" : "\x01");
        pdf->last_right = length_of(attributes, "xMax");
        buf_reset(&pdf->word);
        pdf->in_word = true;
    }
    pdf->in_title = str_equal_cstr(name, "title");
    return RC_OK;
}

/* Words are divided in the middle of Chinese text too: the mark 1 becomes a blank only beside Latin. */
static void close_gaps(struct buf *text)
{
    size_t to = 0;
    for (size_t i = 0; i < text->n; i++) {
        bool is_gap = text->p[i] == 1;
        if (is_gap && i > 0 && i + 1 < text->n &&
            ((unsigned char)text->p[i - 1] >= 0x80 || (unsigned char)text->p[i + 1] >= 0x80))
            continue;
        text->p[to++] = is_gap ? ' ' : text->p[i];
    }
    buf_truncate(text, to);
}

static enum rc on_end(void *user, struct str name)
{
    struct pdf *pdf = user;
    struct arena *arena = pdf->reader->scratch;
    pdf->in_title = false;
    if (str_equal_cstr(name, "word")) {
        pdf->in_word = false;
        buf_add(&pdf->text, buf_str(&pdf->word));
    } else if (str_equal_cstr(name, "line") && pdf->text.n && pdf->line.page > 0) {
        TRY(buf_rc(&pdf->text));
        close_gaps(&pdf->text);
        pdf->line.text = arena_copy_str(arena, buf_str(&pdf->text));
        if (pdf->layout.pieces.n >= READER_COUNT_MAX)
            return RC_TOO_LARGE;
        if (pdf->line.text.n && !VEC_PUSH(arena, &pdf->layout.pieces, pdf->line))
            return arena_rc(arena);
    }
    return RC_OK;
}

static enum rc on_text(void *user, struct str s)
{
    struct pdf *pdf = user;
    if (pdf->in_word)
        buf_add(&pdf->word, s);
    else if (pdf->in_title)
        pdf->reader->document->title = arena_concat(pdf->reader->scratch, pdf->reader->document->title, s);
    return RC_OK;
}

/* pdftotext passes on what the file says, also characters that XML forbids. */
static enum rc make_well_formed(struct reader *reader, struct str s, struct str *ret)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, XHTML_MAX + XHTML_MAX / 2);
    for (size_t at = 0; at < s.n;) {
        size_t from = at;
        uint32_t c = reader_next_char(s, &at);
        if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0xFFFE && c <= 0xFFFF))
            buf_add_char(&out, ' ');
        else if (c == 0xFFFD)
            reader_put_char(&out, c);
        else
            buf_add(&out, str_slice(s, from, at));
    }
    if (buf_rc(&out) != RC_OK)
        return reader_no_room(reader, buf_rc(&out));
    *ret = arena_copy_str(reader->scratch, buf_str(&out));
    return ret->p ? RC_OK : reader_no_room(reader, arena_rc(reader->scratch));
}

enum rc reader_pdf_layout(struct reader *reader, struct str xhtml)
{
    static const struct xml_handler handler = {on_start, on_end, on_text, true};
    struct str clean;
    TRY(make_well_formed(reader, xhtml, &clean));
    struct pdf pdf = {.reader = reader};
    buf_init(&pdf.word, READER_PARAGRAPH_MAX);
    buf_init(&pdf.text, READER_PARAGRAPH_MAX);
    enum rc rc = xml_parse(reader, clean, STR("pdftotext"), &handler, &pdf);
    if (rc == RC_OK)
        rc = layout_build(reader, &pdf.layout);
    buf_done(&pdf.word);
    buf_done(&pdf.text);
    return rc;
}

enum rc reader_pdf(struct reader *reader, struct str bytes)
{
    if (!tool.is_running)
        TRY(reader_pdf_start(reader->ctx, bytes));
    struct buf xhtml CLEANUP(buf_done);
    buf_init(&xhtml, XHTML_MAX);
    TRY(tool_finish(reader, &xhtml));
    return reader_pdf_layout(reader, buf_str(&xhtml));
}
