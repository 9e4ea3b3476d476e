/* reader_sniff.c: what kind of file is this?  By content; the name only decides between table and prose.
 *
 * Kinds that are not read get a message that says what to do instead.
 */
#include <string.h>

#include "intake/reader_charset.h"
#include "intake/reader_oscal.h"
#include "intake/reader_work.h"

enum { SNIFF_BYTES = 4096 };

static enum rc refuse(struct reader *reader, const char *key) { return ctx_fail_key(reader->ctx, RC_UNSUPPORTED, key); }

static bool has_magic(struct str s, const char *magic, size_t n) { return s.n >= n && memcmp(s.p, magic, n) == 0; }
#define HAS_MAGIC(s, lit) has_magic((s), (lit), sizeof(lit) - 1)

static bool has_bytes(struct str s, const char *needle, size_t n)
{
    return s.p && s.n >= n && memmem(s.p, s.n, needle, n) != NULL;
}
#define HAS_BYTES(s, lit) has_bytes((s), (lit), sizeof(lit) - 1)

/* The names of a ZIP stand in its central directory at the end and in the local headers; which kind of package it is
 * shows there without unpacking anything. */
static enum rc sniff_zip(struct reader *reader, struct str bytes, enum document_format *ret)
{
    if (HAS_BYTES(bytes, "vbaProject.bin"))
        return refuse(reader, "reader.macro");
    if (HAS_BYTES(bytes, "xl/workbook.bin"))
        return refuse(reader, "reader.xlsb");
    if (HAS_BYTES(bytes, "xl/workbook.xml"))
        *ret = FORMAT_XLSX;
    else if (HAS_BYTES(bytes, "OFD.xml"))
        *ret = FORMAT_OFD;
    else if (HAS_BYTES(bytes, "ppt/presentation.xml"))
        return refuse(reader, "reader.slides");
    else if (HAS_BYTES(bytes, "mimetypeapplication/vnd.oasis"))
        return refuse(reader, "reader.odf");
    else if (HAS_BYTES(bytes, "[Content_Types].xml") || HAS_BYTES(bytes, "word/"))
        *ret = FORMAT_DOCX;
    else
        return refuse(reader, "reader.archive");
    return RC_OK;
}

static bool starts_nocase(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && str_equal_nocase((struct str){s.p, n}, (struct str){prefix, n});
}

static bool looks_html(struct str text)
{
    static const char *const openings[] = {
        "<!doctype html", "<html",  "<head", "<body", "<div",  "<table",  "<p>", "<p ",
        "<meta",          "<title", "<h1",   "<h2",   "<span", "<article"};
    struct str s = reader_trim(str_slice(text, 0, SNIFF_BYTES));
    while (starts_nocase(s, "<!--") || starts_nocase(s, "<?xml")) {
        size_t end = str_find(s, starts_nocase(s, "<?") ? STR("?>") : STR("-->"), 2);
        if (end == SIZE_MAX)
            return starts_nocase(s, "<!--");
        s = reader_trim(str_slice(s, end + 2 + (s.p[end] == '-'), s.n));
    }
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++)
        if (starts_nocase(s, openings[i]))
            return true;
    /* page pasted without its head: prose before the first tag, but tags that only HTML has */
    return HAS_BYTES(s, "</p>") || HAS_BYTES(s, "</td>") || HAS_BYTES(s, "</div>");
}

/* A mail begins with header fields; at least two well-known ones must stand before the first empty line. */
static bool looks_eml(struct str bytes)
{
    static const char *const fields[] = {
        "from:",        "to:",           "subject:",      "date:",     "mime-version:", "received:", "message-id:",
        "return-path:", "content-type:", "delivered-to:", "x-mailer:", "cc:",           "reply-to:"};
    struct str rest = str_slice(bytes, 0, SNIFF_BYTES * 4), line;
    int known = 0;
    for (int lines = 0; str_split_next(&rest, '\n', &line) && lines < 200; lines++) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (!line.n)
            break;
        if (line.p[0] == ' ' || line.p[0] == '\t') {
            if (lines == 0)
                return false;
            continue;
        }
        size_t colon = str_find_byte(line, ':', 0);
        if (colon == SIZE_MAX || colon == 0)
            return lines == 0 && starts_nocase(line, "From ") ? false : known >= 2;
        for (size_t i = 0; i < colon; i++)
            if ((unsigned char)line.p[i] <= ' ' || (unsigned char)line.p[i] > '~')
                return false;
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            if (starts_nocase(line, fields[i]))
                known++;
    }
    return known >= 2;
}

static enum rc sniff_text(struct reader *reader, struct str bytes, enum document_format *ret)
{
    if (looks_eml(bytes)) {
        *ret = FORMAT_EML;
        return RC_OK;
    }
    struct str text, name;
    TRY(charset_decode(reader, bytes, STR_EMPTY, &text, &name));
    if (looks_html(text)) {
        *ret = FORMAT_HTML;
        return RC_OK;
    }
    if (reader_looks_oscal(text)) { /* a table, whatever its syntax */
        *ret = FORMAT_CSV;
        return RC_OK;
    }
    bool is_named = str_has_suffix(reader->file_name, STR(".csv")) || str_has_suffix(reader->file_name, STR(".CSV")) ||
                    str_has_suffix(reader->file_name, STR(".tsv"));
    *ret = reader_csv_separator(text, is_named) ? FORMAT_CSV : FORMAT_TXT;
    return RC_OK;
}

bool reader_looks_pdf(struct str bytes)
{
    return HAS_BYTES(str_slice(bytes, 0, 1024), "%PDF-") && !HAS_MAGIC(bytes, "PK") &&
           !HAS_MAGIC(bytes, "\xD0\xCF\x11\xE0");
}

/* What begins so is not read, and says why. */
static const struct {
    struct str magic;
    const char *key;
} refused[] = {
#define MAGIC(bytes)                                                                                                   \
    {                                                                                                                  \
        (bytes), sizeof(bytes) - 1                                                                                     \
    }
    {MAGIC("{\\rtf"), "reader.rtf"},         {MAGIC("Rar!"), "reader.archive"}, {MAGIC("7z\xBC\xAF"), "reader.archive"},
    {MAGIC("\x1F\x8B"), "reader.archive"},   {MAGIC("BZh"), "reader.archive"},  {MAGIC("\x89PNG"), "reader.image"},
    {MAGIC("\xFF\xD8\xFF"), "reader.image"}, {MAGIC("GIF8"), "reader.image"},   {MAGIC("II*\0"), "reader.image"},
    {MAGIC("MM\0*"), "reader.image"},
#undef MAGIC
};

static bool is_blank(struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        if (!memchr(" \t\r\n", bytes.p[i], 5)) /* with the zero byte */
            return false;
    return true;
}

enum rc reader_sniff(struct reader *reader, struct str bytes, enum document_format *ret)
{
    struct str head = str_slice(bytes, 0, SNIFF_BYTES);
    if (is_blank(bytes))
        return reader_damaged(reader, "reader.empty", STR_EMPTY);
    if (HAS_MAGIC(head, "PK\3\4") || HAS_MAGIC(head, "PK\5\6") || HAS_MAGIC(head, "PK\7\10"))
        return sniff_zip(reader, bytes, ret);
    if (HAS_MAGIC(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) /* names in the OLE directory are UTF-16 */
        return refuse(reader, HAS_BYTES(bytes, "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0")
                                  ? "reader.encrypted"
                                  : "reader.old_office");
    if (reader_looks_pdf(bytes)) {
        *ret = FORMAT_PDF;
        return RC_OK;
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (str_has_prefix(head, refused[i].magic))
            return refuse(reader, refused[i].key);
    return sniff_text(reader, bytes, ret);
}
