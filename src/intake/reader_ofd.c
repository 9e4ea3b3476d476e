/* reader_ofd.c: the Chinese layout format.  Source: GB/T 33190-2016.
 *
 * OFD.xml names the document, Document.xml its pages, each page's Content.xml holds text objects with the place of
 * every character.  Lengths are millimetres, kept as thousandths.
 */
#include <string.h>

#include "intake/reader_layout.h"
#include "intake/reader_office.h"

enum { PAGES_MAX = 5000, UNIT = 1000 };

struct ofd {
    struct reader *reader;
    struct zip_package *package;
    struct layout layout;
    int64_t page_height; /* of the document, where a page does not say */
    long pictures;
};

/* Up to n numbers divided by blanks; the count found. */
static int parse_lengths(struct str s, int64_t *values, int n)
{
    int found = 0;
    struct str part;
    while (found < n && str_split_next(&s, ' ', &part))
        if (part.n)
            values[found++] = layout_parse_length(part);
    return found;
}

static int64_t times(int64_t a, int64_t b) { return a * b / UNIT; }

struct placed {
    struct str text;
    int64_t x, y, width;
};

/* Advances of the characters: "3 3 g 4 3.5" is two of 3 and four of 3.5.  Source: 11.3, TextCode. */
static int64_t next_delta(struct str *rest, long *repeat, int64_t *value, int64_t otherwise)
{
    if (*repeat > 0) {
        --*repeat;
        return *value;
    }
    struct str part;
    while (str_split_next(rest, ' ', &part)) {
        if (!part.n)
            continue;
        if (!str_equal_cstr(part, "g"))
            return layout_parse_length(part);
        struct str count = STR_EMPTY, length = STR_EMPTY;
        while (!count.n && str_split_next(rest, ' ', &count))
            ;
        while (!length.n && str_split_next(rest, ' ', &length))
            ;
        int64_t n = 0;
        if (!str_parse_int64(count, &n) || n < 1 || n > 100000)
            return otherwise;
        *repeat = (long)n - 1;
        *value = layout_parse_length(length);
        return *value;
    }
    return otherwise;
}

static enum rc read_code(struct ofd *ofd, const struct xml_node *code, int64_t size, struct placed *ret)
{
    struct str s = xml_text(ofd->reader, code), deltas = xml_attribute(code, "DeltaX");
    bool has_deltas = str_trim(deltas).n > 0;
    struct buf text CLEANUP(buf_done);
    buf_init(&text, READER_PARAGRAPH_MAX);
    long repeat = 0;
    int64_t value = 0, width = 0;
    for (size_t at = 0; at < s.n;) {
        size_t from = at;
        uint32_t c = reader_next_char(s, &at);
        int64_t usual = c < 0x80 ? size / 2 : size;
        if (c >= 0x20)
            buf_add(&text, str_slice(s, from, at));
        int64_t step = at < s.n && has_deltas ? next_delta(&deltas, &repeat, &value, usual) : usual;
        if (at < s.n && step > usual + 2 * size) /* a gap set by position only */
            buf_add_char(&text, '\t');
        width += step > 0 ? step : 0;
        if (width > INT32_MAX)
            width = INT32_MAX;
    }
    if (buf_rc(&text) != RC_OK)
        return reader_no_room(ofd->reader, buf_rc(&text));
    *ret = (struct placed){arena_copy_str(ofd->reader->scratch, buf_str(&text)),
                           layout_parse_length(xml_attribute(code, "X")), layout_parse_length(xml_attribute(code, "Y")),
                           width};
    return RC_OK;
}

static enum rc read_text_object(struct ofd *ofd, const struct xml_node *object, int page, bool is_template)
{
    int64_t box[4] = {0, 0, 0, 0}, matrix[6] = {UNIT, 0, 0, UNIT, 0, 0};
    (void)parse_lengths(xml_attribute(object, "Boundary"), box, 4);
    bool has_matrix = parse_lengths(xml_attribute(object, "CTM"), matrix, 6) == 6;
    int64_t size = layout_parse_length(xml_attribute(object, "Size"));
    size = size > 0 ? size : 3 * UNIT;
    int bold = xml_attribute_int(object, "Weight", 400) >= 600;
    for (const struct xml_node *code = xml_child(object, "TextCode"); code; code = xml_next(code)) {
        struct placed p = {0};
        TRY(read_code(ofd, code, size, &p));
        int64_t x = p.x, y = p.y, width = p.width, height = size;
        if (has_matrix) {
            x = times(matrix[0], p.x) + times(matrix[2], p.y) + matrix[4];
            y = times(matrix[1], p.x) + times(matrix[3], p.y) + matrix[5];
            width = times(matrix[0], width) < 0 ? -times(matrix[0], width) : times(matrix[0], width);
            height = times(matrix[3], size) < 0 ? -times(matrix[3], size) : times(matrix[3], size);
        }
        /* Y is the base line: a character stands mostly above it */
        struct layout_piece piece = {.text = p.text,
                                     .page = page,
                                     .left = box[0] + x,
                                     .right = box[0] + x + width,
                                     .top = box[1] + y - height * 7 / 8,
                                     .bottom = box[1] + y + height / 8,
                                     .is_furniture = is_template,
                                     .bold = bold};
        if (!reader_trim(p.text).n)
            continue;
        if (ofd->layout.pieces.n >= READER_COUNT_MAX)
            return ctx_fail_key(ofd->reader->ctx, RC_TOO_LARGE, "reader.too_much");
        if (!VEC_PUSH(ofd->reader->scratch, &ofd->layout.pieces, piece))
            return reader_no_room(ofd->reader, arena_rc(ofd->reader->scratch));
    }
    return RC_OK;
}

/* Layers, page blocks and the objects in them. */
static enum rc read_objects(struct ofd *ofd, const struct xml_node *parent, int page, bool is_template)
{
    for (const struct xml_node *node = parent->first; node; node = node->next) {
        if (xml_is(node, "TextObject"))
            TRY(read_text_object(ofd, node, page, is_template));
        else if (xml_is(node, "Layer") || xml_is(node, "PageBlock"))
            TRY(read_objects(ofd, node, page, is_template));
        ofd->pictures += xml_is(node, "ImageObject");
    }
    return RC_OK;
}

static int64_t area_height(struct ofd *ofd, const struct xml_node *area)
{
    int64_t box[4] = {0, 0, 0, 0};
    return parse_lengths(xml_text(ofd->reader, xml_child(area, "PhysicalBox")), box, 4) == 4 ? box[3] : 0;
}

static enum rc read_page(struct ofd *ofd, const struct xml_node *document, struct str document_part, struct str part)
{
    struct reader *reader = ofd->reader;
    const struct xml_node *root;
    TRY(office_part(ofd->package, reader, part, &root));
    if (!root)
        return reader_damaged(reader, "reader.part_missing", part.n ? part : STR("BaseLoc"));
    int64_t height = area_height(ofd, xml_child(root, "Area"));
    if (ofd->layout.page_heights.n >= PAGES_MAX)
        return ctx_fail_key(reader->ctx, RC_TOO_LARGE, "reader.too_much");
    if (!VEC_PUSH(reader->scratch, &ofd->layout.page_heights, height > 0 ? height : ofd->page_height))
        return reader_no_room(reader, arena_rc(reader->scratch));
    int page = (int)ofd->layout.page_heights.n;
    const struct xml_node *content = xml_child(root, "Content");
    if (content)
        TRY(read_objects(ofd, content, page, false));
    /* the form behind the page: letterheads, rules */
    struct str wanted = xml_attribute(xml_child(root, "Template"), "TemplateID");
    const struct xml_node *t = xml_child(xml_child(document, "CommonData"), "TemplatePage");
    for (; t && wanted.n; t = xml_next(t)) {
        if (!str_equal(xml_attribute(t, "ID"), wanted))
            continue;
        const struct xml_node *form;
        TRY(office_part(ofd->package, reader,
                        zip_resolve_path(reader->scratch, document_part, xml_attribute(t, "BaseLoc")), &form));
        if (xml_child(form, "Content"))
            TRY(read_objects(ofd, xml_child(form, "Content"), page, true));
        break;
    }
    return RC_OK;
}

static enum rc read_package(struct ofd *ofd)
{
    struct reader *reader = ofd->reader;
    const struct xml_node *root, *document;
    TRY(office_part(ofd->package, reader, STR("OFD.xml"), &root));
    const struct xml_node *body = xml_child(root, "DocBody");
    struct str at = str_trim(xml_text(reader, xml_child(body, "DocRoot")));
    struct str part = zip_resolve_path(reader->scratch, STR_EMPTY, at);
    if (!part.n)
        return reader_damaged(reader, "reader.part_missing", STR("DocRoot"));
    TRY(office_part(ofd->package, reader, part, &document));
    if (!document)
        return reader_damaged(reader, "reader.part_missing", part);
    if (xml_next(body))
        reader_note(reader, "reader.note.second_document", STR_EMPTY);
    reader->document->title = xml_text(reader, xml_child(xml_child(body, "DocInfo"), "Title"));
    ofd->page_height = area_height(ofd, xml_child(xml_child(document, "CommonData"), "PageArea"));
    for (const struct xml_node *page = xml_child(xml_child(document, "Pages"), "Page"); page; page = xml_next(page))
        TRY(read_page(ofd, document, part, zip_resolve_path(reader->scratch, part, xml_attribute(page, "BaseLoc"))));
    if (ofd->pictures)
        reader_note_int(reader, "reader.note.pictures", ofd->pictures);
    return layout_build(reader, &ofd->layout);
}

enum rc reader_ofd(struct reader *reader, struct str bytes)
{
    struct zip_package *package CLEANUP(zip_package_free_ptr) = NULL;
    TRY(zip_package_open(reader, bytes, &package));
    struct ofd ofd = {.reader = reader, .package = package};
    return read_package(&ofd);
}
