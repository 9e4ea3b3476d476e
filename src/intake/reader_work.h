/* reader_work.h: what the readers of the single formats share; private to the readers.
 *
 * A struct reader is the work on one file: the result being built (in ctx->arena), scratch memory for the
 * parse, and the counters that limit both.  reader_add is the one door through which text enters a document.
 */
#ifndef BIHUAN_INTAKE_READER_WORK_H
#define BIHUAN_INTAKE_READER_WORK_H

#include "base/buf.h"
#include "base/ctx.h"
#include "base/vec.h"
#include "intake/document.h"

enum {
    READER_SCRATCH_MAX = 320 * 1024 * 1024, /* working memory of one parse */
    READER_PARAGRAPH_MAX = 1024 * 1024,     /* bytes in one paragraph or cell */
    READER_TEXT_MAX = 32 * 1024 * 1024,     /* bytes in all paragraphs */
    READER_COUNT_MAX = 400 * 1000,          /* paragraphs */
    READER_NOTES_MAX = 100,
    READER_DEPTH_MAX = 200, /* nesting of elements */
    READER_COLUMN_MAX = 16384,
    READER_ROW_MAX = 1048576
};

struct reader {
    struct ctx *ctx;
    struct arena *scratch;
    struct str file_name;
    struct document *document;
    VEC(struct paragraph) paragraphs;
    VEC(struct str) notes;
    size_t text_bytes;
    long bidi_count, control_count;
    int text_number, table_number; /* last locator given */
};

/* Copies p into the document after checking its text: white space at the ends goes, control characters are
 * dropped, bidi marks counted.  An empty text that is no cell is left out.  Without a place the next "pN" (or
 * "table T rR cC" for cells) is given. */
enum rc reader_add(struct reader *reader, struct paragraph p) MUST_CHECK;
/* Puts "key" or "key<TAB>argument" on the notes, once for each distinct text. */
void reader_note(struct reader *reader, const char *key, struct str argument);
void reader_note_int(struct reader *reader, const char *key, long value);

/* RC_DAMAGED with one detail. */
enum rc reader_damaged(struct reader *reader, const char *key, struct str argument);
/* The failure of an arena or buffer, with its message. */
enum rc reader_no_room(struct reader *reader, enum rc rc);

/* As reader_no_room, for the buffer of one paragraph. */
enum rc reader_line_no_room(struct reader *reader, enum rc rc);

/* Well-formed UTF-8 without NUL? */
bool reader_is_utf8(struct str s);
/* Next code point at *at (advances); U+FFFD for a malformed byte, which is skipped alone. */
uint32_t reader_next_char(struct str s, size_t *at);
void reader_put_char(struct buf *out, uint32_t c);
/* Without white space at both ends, counting U+00A0, U+2000..200A, U+3000, U+FEFF. */
struct str reader_trim(struct str s);
bool reader_is_han(uint32_t c);
/* Joins a wrapped line to *out: a blank only between two Latin words. */
void reader_join_line(struct buf *out, struct str line);

/* The formats.  Each takes the whole file and adds paragraphs. */
enum rc reader_txt(struct reader *reader, struct str bytes) MUST_CHECK;
enum rc reader_csv(struct reader *reader, struct str bytes) MUST_CHECK;
enum rc reader_html(struct reader *reader, struct str bytes) MUST_CHECK;
enum rc reader_docx(struct reader *reader, struct str bytes) MUST_CHECK;
enum rc reader_xlsx(struct reader *reader, struct str bytes) MUST_CHECK;
enum rc reader_ofd(struct reader *reader, struct str bytes) MUST_CHECK;
enum rc reader_eml(struct reader *reader, struct str bytes) MUST_CHECK;
enum rc reader_pdf(struct reader *reader, struct str bytes) MUST_CHECK;

/* The text with lines that were broken at a fixed width joined again, and a note; the text itself when it was not.
 * Lives in the scratch memory. */
enum rc reader_join_wrapped(struct reader *reader, struct str text, struct str *ret) MUST_CHECK;

/* Text already decoded to UTF-8: used for the bodies of mails. */
enum rc reader_txt_utf8(struct reader *reader, struct str text) MUST_CHECK;
enum rc reader_html_utf8(struct reader *reader, struct str text) MUST_CHECK;

/* Reads a file that is attached to the one being read, behind its paragraphs.  False when it is no document that can be
 * read here, or broken: nothing is added then. */
bool reader_attached(struct reader *reader, struct str name, struct str bytes);

/* What a table separated by commas, tabs or semicolons would use; '\0' when the text is none. */
char reader_csv_separator(struct str text, bool is_named_csv);
/* Kind of a file by its first bytes and, for text, its look.  RC_UNSUPPORTED with the reason for kinds not read. */
enum rc reader_sniff(struct reader *reader, struct str bytes, enum document_format *ret) MUST_CHECK;
/* Loads what gmime needs from files, before the sandbox closes. */
void reader_eml_warm_up(void);

/* Does the sniffer take these bytes for a PDF?  The child asks before it locks itself in. */
bool reader_looks_pdf(struct str bytes);

#endif
