/* reader_eml.c: mail messages; the only file that knows gmime.  Source: RFC 5322, 2045-2049.
 *
 * The subject is the title; of the bodies text/plain is read, else text/html.  Attached documents and workbooks are
 * read behind it, each below a line with its name; the words of a mail that only sends them along are furniture.  What
 * can't be read is named.
 */
#include <gmime/gmime.h>
#include <string.h>

#include "intake/package_parts.h"
#include "intake/reader_charset.h"
#include "intake/reader_work.h"

enum { PARTS_MAX = 1000, FILE_BYTES_MAX = 128 * 1024 * 1024, ATTACHED_MAX = 20, COVER_BYTES_MAX = 1200 };

void reader_eml_warm_up(void)
{
    g_mime_init();
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer("Subject: =?gb2312?B?1eI=?= =?big5?B?s28=?=\r\n\r\n", 44);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    if (message) {
        (void)g_mime_message_get_subject(message);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
}

/* The bytes of a part without their transfer encoding, in scratch. */
static enum rc part_bytes(struct reader *reader, GMimePart *part, size_t most, struct str *ret)
{
    *ret = STR_EMPTY;
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (!content)
        return RC_OK;
    GMimeStream *stream = g_mime_stream_mem_new();
    ssize_t n = g_mime_data_wrapper_write_to_stream(content, stream);
    GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    enum rc rc = RC_OK;
    if (n >= 0 && array && array->len > most)
        rc = ctx_fail_key(reader->ctx, RC_TOO_LARGE, "reader.too_much");
    else if (n >= 0 && array && array->len)
        *ret = arena_copy_str(reader->scratch, (struct str){(const char *)array->data, array->len});
    g_object_unref(stream);
    return rc != RC_OK                          ? rc
           : arena_rc(reader->scratch) == RC_OK ? RC_OK
                                                : reader_no_room(reader, arena_rc(reader->scratch));
}

struct attached {
    struct str name, bytes;
};

struct bodies {
    struct str plain, html;
    struct str plain_charset, html_charset;
    struct attached files[ATTACHED_MAX];
    size_t file_count;
};

static enum rc keep_attached(struct reader *reader, GMimePart *part, struct bodies *bodies)
{
    struct str name = arena_copy_str(reader->scratch, str_from_cstr(g_mime_part_get_filename(part))), bytes = STR_EMPTY;
    if (name.n && bodies->file_count < ATTACHED_MAX)
        TRY(part_bytes(reader, part, FILE_BYTES_MAX, &bytes));
    if (bytes.n)
        bodies->files[bodies->file_count++] = (struct attached){name, bytes};
    else
        reader_note(reader, "reader.note.attachment", name.n ? name : STR("?"));
    return RC_OK;
}

static enum rc look_at_part(struct reader *reader, GMimePart *part, struct bodies *bodies)
{
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    bool is_text = g_mime_content_type_is_type(type, "text", "*");
    bool is_html = g_mime_content_type_is_type(type, "text", "html");
    if (!is_text || g_mime_part_is_attachment(part))
        return keep_attached(reader, part, bodies);
    struct str *body = is_html ? &bodies->html : &bodies->plain;
    struct str bytes;
    TRY(part_bytes(reader, part, READER_TEXT_MAX, &bytes));
    if (reader_trim(*body).n || !bytes.n)
        return RC_OK;
    *body = bytes;
    struct str charset = str_from_cstr(g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset"));
    *(is_html ? &bodies->html_charset : &bodies->plain_charset) = arena_copy_str(reader->scratch, charset);
    return RC_OK;
}

static enum rc read_body(struct reader *reader, const struct bodies *bodies)
{
    bool is_plain = reader_trim(bodies->plain).n > 0;
    struct str text;
    if (!is_plain && !bodies->html.n)
        return RC_OK;
    TRY(charset_decode(reader, is_plain ? bodies->plain : bodies->html,
                       is_plain ? bodies->plain_charset : bodies->html_charset, &text, &reader->document->encoding));
    return is_plain ? reader_txt_utf8(reader, text) : reader_html_utf8(reader, text);
}

/* The attached documents, behind the body. */
static enum rc read_attached(struct reader *reader, const struct bodies *bodies)
{
    size_t body = reader->paragraphs.n, read = 0;
    bool is_cover = reader->text_bytes <= COVER_BYTES_MAX;
    for (size_t i = 0; i < bodies->file_count; i++) {
        const struct attached *file = &bodies->files[i];
        size_t at = reader->paragraphs.n;
        struct paragraph name = {.text = file->name,
                                 .kind = PARAGRAPH_TEXT,
                                 .bold = -1,
                                 .place = arena_format(reader->scratch, "attachment %d", (int)i + 1)};
        /* Behind a mail that is the document itself a line of its own says where the attachment begins. */
        name.is_furniture = is_cover;
        TRY(reader_add(reader, name));
        if (reader_attached(reader, file->name, file->bytes)) {
            reader_note(reader, "reader.note.attachment_read", file->name);
            read++;
            continue;
        }
        reader->paragraphs.n = at;
        reader_note(reader, "reader.note.attachment", file->name);
    }
    for (size_t i = 0; i < body && is_cover && read > 0; i++)
        reader->paragraphs.p[i].is_furniture = true;
    return RC_OK;
}

static enum rc read_message(struct reader *reader, GMimeMessage *message)
{
    struct bodies bodies = {0};
    const char *subject = g_mime_message_get_subject(message);
    reader->document->title = arena_copy_str(reader->scratch, str_from_cstr(subject));
    GMimePartIter *iter = g_mime_part_iter_new(GMIME_OBJECT(message));
    enum rc rc = RC_OK;
    int seen = 0;
    if (g_mime_part_iter_is_valid(iter))
        do {
            GMimeObject *object = g_mime_part_iter_get_current(iter);
            if (object && GMIME_IS_PART(object))
                rc = look_at_part(reader, GMIME_PART(object), &bodies);
            if (++seen > PARTS_MAX)
                rc = reader_damaged(reader, "reader.nesting", STR("MIME"));
        } while (rc == RC_OK && g_mime_part_iter_next(iter));
    g_mime_part_iter_free(iter);
    TRY(rc);
    TRY(read_body(reader, &bodies));
    return read_attached(reader, &bodies);
}

/* ---- attached files, for package_read.h ----------------------------------------------------------------------- */

static void put_sender(struct reader *reader, GMimeMessage *message)
{
    InternetAddressList *from = g_mime_message_get_from(message);
    InternetAddress *first =
        from && internet_address_list_length(from) > 0 ? internet_address_list_get_address(from, 0) : NULL;
    const char *address = first && INTERNET_ADDRESS_IS_MAILBOX(first)
                              ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first))
                              : NULL;
    char *small = arena_copy_cstr(reader->scratch, str_from_cstr(address));
    for (char *c = small; c && *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    package_put_header(reader, "from", str_trim(str_from_cstr(small)));
    package_put_header(reader, "subject", str_from_cstr(g_mime_message_get_subject(message)));
}

/* The last part of the name, without what a path or a terminal would make of it. */
static struct str plain_name(struct reader *reader, const char *name)
{
    struct str s = str_from_cstr(name);
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != '/' && s.p[at - 1] != '\\' && s.p[at - 1] != ':')
        at--;
    char *text = arena_copy_cstr(reader->scratch, str_slice(s, at, at + 500));
    for (char *c = text; c && *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '_';
    struct str plain = str_trim(str_from_cstr(text));
    return reader_is_utf8(plain) && plain.n && !str_equal(plain, STR("..")) && !str_equal(plain, STR("."))
               ? plain
               : STR("file");
}

static enum rc put_file(struct reader *reader, GMimePart *part, int *count)
{
    const char *name = g_mime_part_get_filename(part);
    struct str bytes;
    if (!name)
        return RC_OK;
    if (++*count > PARTS_MAX)
        return reader_damaged(reader, "reader.nesting", STR("MIME"));
    TRY(part_bytes(reader, part, FILE_BYTES_MAX, &bytes));
    package_put_part(reader, plain_name(reader, name), STR_EMPTY, bytes);
    return RC_OK;
}

static enum rc put_files(struct reader *reader, GMimeMessage *message)
{
    GMimePartIter *iter = g_mime_part_iter_new(GMIME_OBJECT(message));
    enum rc rc = RC_OK;
    int seen = 0, count = 0;
    put_sender(reader, message);
    if (g_mime_part_iter_is_valid(iter))
        do {
            GMimeObject *object = g_mime_part_iter_get_current(iter);
            if (object && GMIME_IS_PART(object))
                rc = put_file(reader, GMIME_PART(object), &count);
            if (++seen > PARTS_MAX)
                rc = reader_damaged(reader, "reader.nesting", STR("MIME"));
        } while (rc == RC_OK && g_mime_part_iter_next(iter));
    g_mime_part_iter_free(iter);
    return rc;
}

static enum rc with_message(struct reader *reader, struct str bytes, enum rc (*work)(struct reader *, GMimeMessage *))
{
    g_mime_init();
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.p, bytes.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    enum rc rc = message ? work(reader, message) : reader_damaged(reader, "reader.mail_broken", STR_EMPTY);
    if (message)
        g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    return rc;
}

enum rc reader_eml(struct reader *reader, struct str bytes) { return with_message(reader, bytes, read_message); }
enum rc reader_eml_files(struct reader *reader, struct str bytes) { return with_message(reader, bytes, put_files); }
