/* reader.c: the one door into a document, and the dispatch to the formats. */
#include "intake/reader.h"

#include <string.h>

#include "base/alloc.h"
#include "intake/reader_work.h"

static const struct {
    enum document_format format;
    const char *name;
    enum rc (*read)(struct reader *, struct str);
    const char *extensions[4];
} formats[] = {
    {FORMAT_TXT, "txt", reader_txt, {"txt", "text", "md"}},
    {FORMAT_HTML, "html", reader_html, {"html", "htm", "xhtml", "shtml"}},
    {FORMAT_DOCX, "docx", reader_docx, {"docx", "dotx", "wps"}},
    {FORMAT_XLSX, "xlsx", reader_xlsx, {"xlsx", "xltx", "et"}},
    {FORMAT_PDF, "pdf", reader_pdf, {"pdf"}},
    {FORMAT_OFD, "ofd", reader_ofd, {"ofd"}},
    {FORMAT_EML, "eml", reader_eml, {"eml"}},
    {FORMAT_CSV, "csv", reader_csv, {"csv", "tsv", "txt"}},
};
enum { FORMAT_ROWS = sizeof formats / sizeof formats[0], EXTENSIONS = 4 };

const char *reader_format_name(enum document_format format)
{
    for (int i = 0; i < FORMAT_ROWS; i++)
        if (formats[i].format == format)
            return formats[i].name;
    return "";
}

struct reader_limits reader_limits_default(void)
{
    return (struct reader_limits){.input_bytes = 100u * 1024 * 1024,
                                  .output_bytes = 64u * 1024 * 1024,
                                  .memory_bytes = 512u * 1024 * 1024,
                                  .cpu_s = 20,
                                  .wall_ms = 30 * 1000};
}

enum rc reader_damaged(struct reader *reader, const char *key, struct str argument)
{
    return ctx_fail(reader->ctx, RC_DAMAGED, key, STR_EMPTY, STR_EMPTY, &argument, argument.n ? 1 : 0);
}

enum rc reader_no_room(struct reader *reader, enum rc rc)
{
    return ctx_fail_key(reader->ctx, rc == RC_OK ? RC_NOMEM : rc, "reader.too_much");
}

enum rc reader_line_no_room(struct reader *reader, enum rc rc)
{
    if (rc != RC_TOO_LARGE)
        return reader_no_room(reader, rc);
    return ctx_fail_format(reader->ctx, rc, "reader.line_too_long", "%d", READER_PARAGRAPH_MAX);
}

void reader_note(struct reader *reader, const char *key, struct str argument)
{
    if (reader->notes.n >= READER_NOTES_MAX)
        return;
    if (argument.n > 200) { /* cut on a character's first byte */
        argument.n = 200;
        while (argument.n && ((unsigned char)argument.p[argument.n] & 0xC0) == 0x80)
            argument.n--;
    }
    char *flat = arena_copy_cstr(reader->scratch, argument);
    if (!flat)
        return;
    for (size_t i = 0; i < argument.n; i++)
        if ((unsigned char)flat[i] < 0x20 || flat[i] == 0x7F)
            flat[i] = ' ';
    if (!reader_is_utf8((struct str){flat, argument.n}))
        argument.n = 0;
    struct str note = argument.n ? arena_format(reader->ctx->arena, "%s\t%s", key, flat)
                                 : arena_copy_str(reader->ctx->arena, str_from_cstr(key));
    for (size_t i = 0; i < reader->notes.n; i++)
        if (str_equal(reader->notes.p[i], note))
            return;
    (void)VEC_PUSH(reader->ctx->arena, &reader->notes, note); /* the arena remembers a refusal */
}

void reader_note_int(struct reader *reader, const char *key, long value)
{
    reader_note(reader, key, arena_format(reader->scratch, "%ld", value));
}

static bool is_bidi(uint32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Threat: invisible characters from the file reach logs, terminals and pages.  Control characters are never part
 * of a document's words and go; bidi marks may be (a quoted foreign name) and stay, but are reported. */
static struct str clean_text(struct reader *reader, struct str s)
{
    char *to = arena_alloc(reader->ctx->arena, s.n + 1);
    if (!to)
        return STR_EMPTY;
    size_t n = 0;
    for (size_t at = 0; at < s.n;) {
        size_t from = at;
        uint32_t c = reader_next_char(s, &at);
        if ((c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0) || c == 0xFEFF) {
            reader->control_count++;
            continue;
        }
        if (is_bidi(c))
            reader->bidi_count++;
        memcpy(to + n, s.p + from, at - from);
        n += at - from;
    }
    return (struct str){to, n};
}

enum rc reader_add(struct reader *reader, struct paragraph p)
{
    struct ctx *ctx = reader->ctx;
    p.text = reader_trim(p.text);
    if (!p.text.n && p.kind != PARAGRAPH_CELL && !p.list_mark.n)
        return RC_OK;
    if (p.text.n > READER_PARAGRAPH_MAX)
        return reader_line_no_room(reader, RC_TOO_LARGE);
    reader->text_bytes += p.text.n;
    if (reader->text_bytes > READER_TEXT_MAX || reader->paragraphs.n >= READER_COUNT_MAX)
        return ctx_fail_key(ctx, RC_TOO_LARGE, "reader.too_much");
    if (!reader_is_utf8(p.text) || !reader_is_utf8(p.list_mark))
        return reader_damaged(reader, "reader.charset", STR_EMPTY);
    p.text = clean_text(reader, p.text);
    p.list_mark = clean_text(reader, reader_trim(p.list_mark));
    if (p.place.n)
        p.place = arena_copy_str(ctx->arena, p.place);
    else if (p.kind == PARAGRAPH_CELL)
        p.place = arena_format(ctx->arena, "table %d r%d c%d", p.table, p.row, p.column);
    else
        p.place = arena_format(ctx->arena, "p%d", ++reader->text_number);
    if (p.kind == PARAGRAPH_CELL) {
        p.row_span = p.row_span < 1 ? 1 : p.row_span;
        p.column_span = p.column_span < 1 ? 1 : p.column_span;
    }
    if (!VEC_PUSH(ctx->arena, &reader->paragraphs, p) || arena_rc(ctx->arena) != RC_OK)
        return reader_no_room(reader, arena_rc(ctx->arena));
    return RC_OK;
}

static struct str extension_of(struct str name)
{
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '.')
            return str_slice(name, i, name.n);
    return STR_EMPTY;
}

static bool is_extension_of(struct str extension, enum document_format format)
{
    for (int i = 0; i < FORMAT_ROWS; i++)
        for (int k = 0; formats[i].format == format && k < EXTENSIONS && formats[i].extensions[k]; k++)
            if (str_equal_nocase(extension, str_from_cstr(formats[i].extensions[k])))
                return true;
    return false;
}

bool reader_attached(struct reader *reader, struct str name, struct str bytes)
{
    enum document_format format = FORMAT_UNKNOWN;
    struct str own_name = reader->file_name, title = reader->document->title, encoding = reader->document->encoding;
    size_t count = reader->paragraphs.n, text_bytes = reader->text_bytes;
    reader->file_name = name;
    enum rc rc = reader_sniff(reader, bytes, &format);
    bool is_readable = rc == RC_OK && format != FORMAT_PDF && format != FORMAT_EML; /* a PDF needs a child of its own */
    bool is_text = format == FORMAT_TXT || format == FORMAT_CSV || format == FORMAT_HTML; /* anything may look so */
    is_readable = is_readable && (!is_text || is_extension_of(extension_of(name), format));
    for (int i = 0; is_readable && i < FORMAT_ROWS; i++)
        if (formats[i].format == format)
            is_readable = formats[i].read(reader, bytes) == RC_OK && reader->paragraphs.n > count;
    reader->file_name = own_name;
    reader->document->title = title;
    reader->document->encoding = encoding;
    if (is_readable)
        return true;
    ctx_clear_issues(reader->ctx);
    reader->paragraphs.n = count;
    reader->text_bytes = text_bytes;
    return false;
}

static void note_extension(struct reader *reader, enum document_format format)
{
    struct str extension = extension_of(reader->file_name);
    if (!extension.n || extension.n > 8 || is_extension_of(extension, format))
        return;
    reader_note(reader, "reader.note.extension", str_from_cstr(reader_format_name(format)));
}

enum rc reader_read(struct ctx *ctx, struct str bytes, struct str file_name, struct document *ret)
{
    struct arena *scratch CLEANUP(arena_free_ptr) = arena_new(READER_SCRATCH_MAX);
    if (!scratch)
        return ctx_fail_key(ctx, RC_NOMEM, NULL);
    struct document document = {.format = FORMAT_UNKNOWN};
    struct reader reader = {.ctx = ctx, .scratch = scratch, .file_name = file_name, .document = &document};
    enum rc rc = reader_sniff(&reader, bytes, &document.format);
    for (int i = 0; rc == RC_OK && i < FORMAT_ROWS; i++)
        if (formats[i].format == document.format) {
            rc = formats[i].read(&reader, bytes);
            break;
        }
    if (rc != RC_OK) /* whoever failed has said why; this is for an arena that refused deep inside */
        return ctx->issue_count ? rc : reader_no_room(&reader, rc);
    if (!reader.paragraphs.n)
        return reader_damaged(&reader, document.format == FORMAT_PDF ? "reader.pdf_no_text" : "reader.no_text",
                              STR_EMPTY);
    note_extension(&reader, document.format);
    if (reader.bidi_count)
        reader_note_int(&reader, "reader.note.bidi", reader.bidi_count);
    if (reader.control_count)
        reader_note_int(&reader, "reader.note.controls", reader.control_count);
    document.paragraphs = reader.paragraphs.p;
    document.count = reader.paragraphs.n;
    document.notes = reader.notes.p;
    document.note_count = reader.notes.n;
    document.title = reader_is_utf8(document.title) ? clean_text(&reader, reader_trim(document.title)) : STR_EMPTY;
    if (arena_rc(ctx->arena) != RC_OK)
        return reader_no_room(&reader, arena_rc(ctx->arena));
    *ret = document;
    return RC_OK;
}
