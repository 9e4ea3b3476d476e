/* doc_ofd_pack.c: the parts of an OFD package around its pages; see doc_ofd.h.
 *
 * OFD.xml (what it is, and of which snapshot) -> Doc_0/Document.xml (pages, outline, rights) ->
 * Pages/Page_N/Content.xml. PublicRes.xml has the colour space, DocumentRes.xml the fonts.  Nothing of the clock, no
 * random names.
 */
#include "publish/doc_ofd.h"

#include "base/clock.h"
#include "publish/doc_xml.h"
#include "publish/zip_file.h"
#include "text/digest.h"

#define OFD_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define OFD_NS " xmlns:ofd=\"http://www.ofdspec.org/2016\""

enum { PART_MAX = 64 * 1024 * 1024, COLOUR_SPACE_ID = 1, DATE_CHARS = 10, ID_HEX = 32, LEVELS = 5 };

/* ---- OFD.xml -------------------------------------------------------------------------------------------------- */

static void add_element(struct buf *out, const char *name, struct str text)
{
    if (!text.n)
        return;
    buf_add_format(out, "<ofd:%s>", name);
    doc_xml_text(out, text);
    buf_add_format(out, "</ofd:%s>", name);
}

static void add_custom(struct buf *out, const char *name, struct str text)
{
    buf_add_format(out, "<ofd:CustomData Name=\"%s\">", name);
    doc_xml_text(out, text);
    buf_add_cstr(out, "</ofd:CustomData>");
}

/* The name of the document comes from what is in it, so that the same paper has the same. */
static struct str document_id(struct ofd *ofd)
{
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_BYTES];
    struct arena *arena = ofd->ctx->arena;
    digest_sha256(buf_str(&ofd->content), digest);
    struct str all = arena_concat(arena, digest_format(digest, text), ofd->doc->facts.snapshot_digest);
    digest_sha256(arena_concat(arena, all, ofd->doc->facts.title), digest);
    return arena_copy_str(arena, str_slice(digest_format(digest, text), 0, ID_HEX));
}

static void write_entry(struct ofd *ofd, struct buf *out)
{
    const struct doc_facts *facts = &ofd->doc->facts;
    char time[TIME_TEXT_BYTES];
    struct str day = str_slice(time_format_china(facts->made_ms, time), 0, DATE_CHARS); /* a date without a zone */
    buf_add_cstr(out, OFD_HEAD "<ofd:OFD" OFD_NS " DocType=\"OFD\" Version=\"1.0\">\n<ofd:DocBody>\n<ofd:DocInfo>");
    add_element(out, "DocID", document_id(ofd));
    add_element(out, "Title", facts->title);
    add_element(out, "Author", facts->author);
    add_element(out, "Subject", facts->subject);
    add_element(out, "CreationDate", day);
    add_element(out, "ModDate", day);
    add_element(out, "DocUsage", STR("Normal"));
    add_element(out, "Creator", STR("Bihuan"));
    buf_add_cstr(out, "<ofd:CustomDatas>");
    add_custom(out, "BihuanEvent", arena_format(ofd->ctx->arena, "%lld", (long long)facts->snapshot_seq));
    add_custom(out, "BihuanDigest", facts->snapshot_digest);
    buf_add_cstr(out, "</ofd:CustomDatas></ofd:DocInfo>\n<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>\n</"
                      "ofd:DocBody>\n</ofd:OFD>\n");
}

/* ---- Document.xml --------------------------------------------------------------------------------------------- */

static void add_area(struct buf *out, const char *element, const struct ofd_page *page)
{
    buf_add_format(out, "<ofd:%s><ofd:PhysicalBox>0 0 ", element);
    ofd_add_length(out, page->width);
    buf_add_char(out, ' ');
    ofd_add_length(out, page->height);
    buf_add_format(out, "</ofd:PhysicalBox></ofd:%s>", element);
}

static void add_dest(struct buf *out, const struct ofd_entry *entry)
{
    buf_add_format(out, "<ofd:Dest Type=\"XYZ\" PageID=\"%d\" Left=\"", entry->page_id);
    ofd_add_length(out, entry->x);
    buf_add_cstr(out, "\" Top=\"");
    ofd_add_length(out, entry->y);
    buf_add_cstr(out, "\" Zoom=\"0\"/>");
}

/* The title stands beside the first headings, not over them. */
static int level_of(const struct ofd_entry *entry) { return entry->level ? entry->level : 1; }

static int children_of(const struct ofd *ofd, size_t at)
{
    int n = 0, least = LEVELS + 1;
    for (size_t i = at + 1;
         i < ofd->outline.n && ofd->outline.p[at].level && level_of(&ofd->outline.p[i]) > level_of(&ofd->outline.p[at]);
         i++) {
        least = level_of(&ofd->outline.p[i]) < least ? level_of(&ofd->outline.p[i]) : least;
        n += level_of(&ofd->outline.p[i]) == least;
    }
    return n;
}

static void add_outline(const struct ofd *ofd, struct buf *out)
{
    int open[LEVELS + 1], depth = 0;
    buf_add_cstr(out, ofd->outline.n ? "<ofd:Outlines>\n" : "");
    for (size_t i = 0; i < ofd->outline.n; i++) {
        const struct ofd_entry *entry = &ofd->outline.p[i];
        for (; depth && open[depth - 1] >= level_of(entry); depth--)
            buf_add_cstr(out, "</ofd:OutlineElem>\n");
        buf_add_cstr(out, "<ofd:OutlineElem Title=\"");
        doc_xml_text(out, entry->title);
        buf_add_format(out, "\" Count=\"%d\"><ofd:Actions><ofd:Action Event=\"CLICK\"><ofd:Goto>", children_of(ofd, i));
        add_dest(out, entry);
        buf_add_cstr(out, "</ofd:Goto></ofd:Action></ofd:Actions>");
        open[depth++] = entry->level ? entry->level : LEVELS; /* nothing stands under the title */
    }
    for (; depth; depth--)
        buf_add_cstr(out, "</ofd:OutlineElem>");
    buf_add_cstr(out, ofd->outline.n ? "\n</ofd:Outlines>\n" : "");
}

static void add_bookmarks(const struct ofd *ofd, struct buf *out)
{
    bool has_any = false;
    for (size_t i = 0; i < ofd->outline.n; i++) {
        const struct ofd_entry *entry = &ofd->outline.p[i];
        if (level_of(entry) > 1)
            continue;
        buf_add_cstr(out, has_any ? "" : "<ofd:Bookmarks>\n");
        has_any = true;
        buf_add_cstr(out, "<ofd:Bookmark Name=\"");
        doc_xml_text(out, entry->title);
        buf_add_cstr(out, "\">");
        add_dest(out, entry);
        buf_add_cstr(out, "</ofd:Bookmark>\n");
    }
    buf_add_cstr(out, has_any ? "</ofd:Bookmarks>\n" : "");
}

/* Rights: all, as a paper that leaves the office on purpose has them; who may have the paper is decided by its label.
 */
static const char permissions[] =
    "<ofd:Permissions><ofd:Edit>true</ofd:Edit><ofd:Annot>true</ofd:Annot><ofd:Export>true</ofd:Export>"
    "<ofd:Signature>true</ofd:Signature><ofd:Watermark>true</ofd:Watermark><ofd:PrintScreen>true</ofd:PrintScreen>"
    "<ofd:Print Printable=\"true\" Copies=\"-1\"/></ofd:Permissions>\n";

static void write_document(struct ofd *ofd, struct buf *out)
{
    buf_add_format(out, OFD_HEAD "<ofd:Document" OFD_NS ">\n<ofd:CommonData><ofd:MaxUnitID>%d</ofd:MaxUnitID>",
                   ofd->last_id);
    if (ofd->pages.n)
        add_area(out, "PageArea", &ofd->pages.p[0]);
    buf_add_format(out,
                   "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes><ofd:DocumentRes>DocumentRes.xml</"
                   "ofd:DocumentRes><ofd:DefaultCS>%d</ofd:DefaultCS></ofd:CommonData>\n<ofd:Pages>\n",
                   COLOUR_SPACE_ID);
    for (size_t i = 0; i < ofd->pages.n; i++)
        buf_add_format(out, "<ofd:Page ID=\"%d\" BaseLoc=\"Pages/Page_%zu/Content.xml\"/>\n", ofd->pages.p[i].id, i);
    buf_add_cstr(out, "</ofd:Pages>\n");
    add_outline(ofd, out);
    buf_add_cstr(out, permissions);
    add_bookmarks(ofd, out);
    buf_add_cstr(out, "</ofd:Document>\n");
}

/* ---- resources ------------------------------------------------------------------------------------------------ */

static struct str font_file(struct ofd *ofd, const struct ofd_face *face)
{
    return arena_format(ofd->ctx->arena, "font_%d.%s", face->id, face->is_cff ? "otf" : "ttf");
}

static void write_fonts(struct ofd *ofd, struct buf *out)
{
    buf_add_cstr(out, OFD_HEAD "<ofd:Res" OFD_NS " BaseLoc=\"Res\">\n<ofd:Fonts>\n");
    for (size_t i = 0; i < ofd->fonts.faces.n; i++) {
        const struct ofd_face *face = ofd->fonts.faces.p[i];
        if (!face->id)
            continue;
        buf_add_format(out, "<ofd:Font ID=\"%d\" FontName=\"", face->id);
        doc_xml_text(out, face->name.n ? face->name : face->family);
        buf_add_cstr(out, "\" FamilyName=\"");
        doc_xml_text(out, face->family);
        buf_add_format(out, "\" Charset=\"unicode\"%s><ofd:FontFile>", face->is_bold ? " Bold=\"true\"" : "");
        doc_xml_text(out, font_file(ofd, face));
        buf_add_cstr(out, "</ofd:FontFile></ofd:Font>\n");
    }
    buf_add_cstr(out, "</ofd:Fonts>\n</ofd:Res>\n");
}

static enum rc add_part(struct zip_write *zip, struct str name, struct buf *part)
{
    TRY(buf_rc(part));
    zip_write_add(zip, name, buf_str(part));
    buf_reset(part);
    return RC_OK;
}

static enum rc add_resources(struct ofd *ofd, struct zip_write *zip, struct buf *part)
{
    buf_add_format(part,
                   OFD_HEAD "<ofd:Res" OFD_NS " BaseLoc=\"Res\">\n<ofd:ColorSpaces><ofd:ColorSpace ID=\"%d\" "
                            "Type=\"RGB\" BitsPerComponent=\"8\"/></ofd:ColorSpaces>\n</ofd:Res>\n",
                   COLOUR_SPACE_ID);
    TRY(add_part(zip, STR("Doc_0/PublicRes.xml"), part));
    write_fonts(ofd, part);
    TRY(add_part(zip, STR("Doc_0/DocumentRes.xml"), part));
    for (size_t i = 0; i < ofd->fonts.faces.n; i++) {
        const struct ofd_face *face = ofd->fonts.faces.p[i];
        if (face->id)
            zip_write_add(zip, arena_concat(ofd->ctx->arena, STR("Doc_0/Res/"), font_file(ofd, face)),
                          ofd_face_bytes(face));
    }
    return RC_OK;
}

/* ---- pages ---------------------------------------------------------------------------------------------------- */

/* Objects of a page with the numbers of glyphs put in; patches are in the order of the content. */
static void add_objects(struct ofd *ofd, const struct ofd_page *page, size_t *patch, struct buf *out)
{
    struct str content = buf_str(&ofd->content);
    size_t from = page->from;
    for (; *patch < ofd->patches.n && ofd->patches.p[*patch].at < page->to; ++*patch) {
        const struct ofd_patch *p = &ofd->patches.p[*patch];
        buf_add(out, str_slice(content, from, p->at));
        buf_add_int64(out, ofd_face_number(p->face, p->glyph));
        from = p->at;
    }
    buf_add(out, str_slice(content, from, page->to));
}

static enum rc add_pages(struct ofd *ofd, struct zip_write *zip, struct buf *part)
{
    size_t patch = 0;
    for (size_t i = 0; i < ofd->pages.n; i++) {
        const struct ofd_page *page = &ofd->pages.p[i];
        buf_add_cstr(part, OFD_HEAD "<ofd:Page" OFD_NS ">\n");
        add_area(part, "Area", page);
        buf_add_format(part, "\n<ofd:Content><ofd:Layer ID=\"%d\" Type=\"Body\">\n", page->layer_id);
        add_objects(ofd, page, &patch, part);
        buf_add_cstr(part, "</ofd:Layer></ofd:Content>\n</ofd:Page>\n");
        TRY(add_part(zip, arena_format(ofd->ctx->arena, "Doc_0/Pages/Page_%zu/Content.xml", i), part));
    }
    return RC_OK;
}

static enum rc add_parts(struct ofd *ofd, struct zip_write *zip, struct buf *part)
{
    write_entry(ofd, part);
    TRY(add_part(zip, STR("OFD.xml"), part));
    write_document(ofd, part);
    TRY(add_part(zip, STR("Doc_0/Document.xml"), part));
    TRY(add_resources(ofd, zip, part));
    TRY(add_pages(ofd, zip, part));
    return arena_rc(ofd->ctx->arena);
}

enum rc ofd_pack(struct ofd *ofd, struct buf *out)
{
    struct zip_write *zip;
    struct buf part CLEANUP(buf_done);
    buf_init(&part, PART_MAX);
    TRY(zip_write_open(ofd->ctx, NULL, &zip));
    enum rc rc = add_parts(ofd, zip, &part);
    if (rc != RC_OK) {
        zip_write_drop(zip);
        return rc;
    }
    return zip_write_close(ofd->ctx, zip, out);
}
