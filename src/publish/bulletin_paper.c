/* bulletin_paper.c: see bulletin_paper.h. */
#include "publish/bulletin_paper.h"

#include "loop/bulletin_text.h"
#include "text/numeral.h"
#include "text/utf8.h"

struct setter {
    struct ctx *ctx;
    struct doc *doc;
    int64_t part, section, item, point;
    struct str points; /* of the section so far, one paragraph */
};

static struct str mark(struct setter *s, enum bulletin_text which, int64_t n)
{
    struct str numeral = numeral_format(s->ctx->arena, n);
    return bulletin_fill(s->ctx->arena, which, &numeral, 1);
}

static struct str join(struct setter *s, struct str a, struct str b) { return arena_concat(s->ctx->arena, a, b); }

static bool ends_sentence(struct str text)
{
    return !text.n || str_has_suffix(text, bulletin_text(BULLETIN_STOP)) || text.p[text.n - 1] == '.';
}

static struct str as_sentence(struct setter *s, struct str text)
{
    return ends_sentence(text) ? text : join(s, text, bulletin_text(BULLETIN_STOP));
}

static void end_points(struct setter *s)
{
    if (s->points.n)
        (void)doc_add(s->doc, DOC_BODY, s->points);
    s->points = STR("");
    s->point = 0;
}

static void add_body(struct setter *s, struct str body)
{
    if (body.n)
        (void)doc_add(s->doc, DOC_BODY, body);
}

static void add_point(struct setter *s, struct str title, struct str body)
{
    struct str words = as_sentence(s, join(s, mark(s, BULLETIN_MARK_POINT, ++s->point), title));
    words = body.n ? join(s, words, as_sentence(s, body)) : words;
    s->points = join(s, s->points, words);
}

static void add_item(struct setter *s, struct str title, struct str body)
{
    struct str head = as_sentence(s, join(s, arena_format(s->ctx->arena, "%lld.", (long long)++s->item), title));
    (void)doc_add_lead(s->doc, DOC_HEADING_3, head, body);
}

static void add_block(struct setter *s, const struct value *block)
{
    struct arena *arena = s->ctx->arena;
    struct str kind = value_get_text(block, "kind"), title = bulletin_plain(arena, value_get_text(block, "title"));
    struct str body = str_trim(bulletin_plain(arena, value_get_text(block, "body")));
    if (str_equal(kind, STR("point"))) {
        add_point(s, title, body);
        return;
    }
    end_points(s);
    if (str_equal(kind, STR("part"))) {
        s->section = 0;
        (void)doc_add(s->doc, DOC_HEADING_1, join(s, mark(s, BULLETIN_MARK_PART, ++s->part), title));
        add_body(s, body);
    } else if (str_equal(kind, STR("section"))) {
        (void)doc_add(s->doc, DOC_HEADING_2, join(s, mark(s, BULLETIN_MARK_SECTION, ++s->section), title));
        add_body(s, body);
    } else if (str_equal(kind, STR("item"))) {
        add_item(s, title, body);
    } else {
        add_body(s, body);
    }
}

static struct str contact(struct arena *arena, const struct value *content, const char *kind, enum bulletin_text words)
{
    VALUE_EACH (one, value_get(content, "contacts")) {
        struct str value = value_get_text(one, "value"), hours = value_get_text(one, "hours");
        if (!str_equal_cstr(value_get_text(one, "kind"), kind) || !value.n)
            continue;
        struct str text = bulletin_fill(arena, words, &value, 1);
        return hours.n ? arena_concat(arena, text, bulletin_fill(arena, BULLETIN_HOURS, &hours, 1)) : text;
    }
    return STR("");
}

struct str bulletin_paper_closing(struct arena *arena, const struct value *content)
{
    static const struct {
        const char *kind;
        enum bulletin_text words, before;
    } rows[] = {{"phone", BULLETIN_PHONE, BULLETIN_SEMICOLON},
                {"address", BULLETIN_ADDRESS, BULLETIN_SEMICOLON},
                {"postcode", BULLETIN_POSTCODE, BULLETIN_COMMA},
                {"email", BULLETIN_EMAIL, BULLETIN_SEMICOLON}};
    struct str from = value_get_text(content, "window_from"), to = value_get_text(content, "window_to"),
               text = bulletin_text(BULLETIN_INVITE), contacts = STR("");
    if (from.n && to.n) {
        bool same_year = str_equal(str_slice(from, 0, 4), str_slice(to, 0, 4));
        struct str args[] = {bulletin_date(arena, from, false), bulletin_date(arena, to, same_year),
                             arena_format(arena, "%lld", (long long)value_get_int(content, "window_days", 0))};
        text = arena_concat(arena, text, bulletin_fill(arena, BULLETIN_WINDOW, args, 3));
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str words = contact(arena, content, rows[i].kind, rows[i].words);
        if (words.n)
            contacts = contacts.n
                           ? arena_concat(arena, arena_concat(arena, contacts, bulletin_text(rows[i].before)), words)
                           : words;
    }
    return contacts.n ? arena_concat(arena, arena_concat(arena, text, contacts), bulletin_text(BULLETIN_STOP)) : text;
}

/* The issuer in one line (7.2.4: as large as looks well): 36 pt, or as small as its name needs.  Under it the number
 * that the office gave (7.2.5), or nothing: our own number of a bulletin is not a document's. */
static void add_head(struct setter *s, struct str issuer, struct str doc_no)
{
    enum { TEXT_HALF_POINTS = 884 }; /* 156 mm */
    size_t chars = 0, at = 0;
    for (uint32_t code; utf8_decode(issuer, &at, &code);)
        chars++;
    struct doc_block *block = doc_add(s->doc, DOC_ISSUER, issuer);
    if (block && block->first && chars * (size_t)doc_look(DOC_ISSUER)->half_points > TEXT_HALF_POINTS)
        block->first->half_points = (int)(TEXT_HALF_POINTS / chars);
    if (doc_no.n)
        (void)doc_add(s->doc, DOC_NUMBER, doc_no);
    doc_add_mark(s->doc, DOC_RED_LINE);
}

static enum rc set(struct ctx *ctx, const struct value *content, int64_t seq, struct str digest, int64_t made_ms,
                   bool is_file, struct doc **ret_doc)
{
    struct str title = value_get_text(content, "title"), signatory = value_get_text(content, "signatory"),
               doc_no = value_get_text(content, "doc_no");
    struct doc_facts facts = {.title = title,
                              .author = signatory,
                              .subject = doc_no,
                              .snapshot_seq = seq,
                              .snapshot_digest = digest,
                              .made_ms = made_ms};
    struct setter s = {.ctx = ctx, .points = STR("")};
    TRY(doc_new(ctx, &facts, &s.doc));
    if (is_file && signatory.n)
        add_head(&s, signatory, doc_no);
    (void)doc_add(s.doc, DOC_TITLE, title);
    if (is_file)
        (void)doc_add(s.doc, DOC_PLAIN, STR("")); /* a line free under the title (7.3.2) */
    VALUE_EACH (block, value_get(content, "blocks")) {
        add_block(&s, block);
    }
    end_points(&s);
    (void)doc_add(s.doc, DOC_BODY, bulletin_paper_closing(ctx->arena, content));
    if (signatory.n)
        (void)doc_add(s.doc, DOC_SIGN, signatory);
    struct str signed_on = bulletin_date(ctx->arena, value_get_text(content, "signed"), false);
    if (signed_on.n)
        (void)doc_add(s.doc, DOC_DATE, signed_on);
    doc_add_snapshot(s.doc);
    if (is_file && signatory.n && signed_on.n)
        doc_add_imprint(s.doc, STR_EMPTY, signatory, bulletin_fill(ctx->arena, BULLETIN_PRINTED, &signed_on, 1));
    *ret_doc = s.doc;
    return arena_rc(ctx->arena);
}

enum rc bulletin_paper(struct ctx *ctx, const struct value *content, int64_t seq, struct str digest, int64_t made_ms,
                       struct doc **ret_doc)
{
    return set(ctx, content, seq, digest, made_ms, false, ret_doc);
}

enum rc bulletin_paper_file(struct ctx *ctx, const struct value *content, int64_t seq, struct str digest,
                            int64_t made_ms, struct doc **ret_doc)
{
    return set(ctx, content, seq, digest, made_ms, true, ret_doc);
}
