/* docx_fill.c: the fields of a template; see docx.h.
 *
 * The template's items are never changed: what is filled is a copy, and a value that was put in is not looked at again.
 */
#include "publish/docx_field.h"

#include "base/vec.h"

/* ---- paragraphs ---------------------------------------------------------------------------------------------- */

typedef VEC(struct xml_item *) item_list;

/* The w:t of a paragraph, without those of paragraphs in text boxes within it. */
static void find_texts(struct fill *fill, struct xml_item *item, item_list *texts)
{
    for (struct xml_item *child = item->first; child; child = child->next) {
        if (xml_item_is(child, "w:t"))
            (void)VEC_PUSH(fill->ctx->arena, texts, child);
        else if (!xml_item_is(child, "w:txbxContent") && !xml_item_is(child, "w:p"))
            find_texts(fill, child, texts);
    }
}

static struct str own_text(const struct xml_item *text) { return text->first ? text->first->text : STR_EMPTY; }

static void set_text(struct fill *fill, struct xml_item *item, struct str text)
{
    item->first = item->last = NULL;
    xml_item_append(item, xml_item_text(fill->ctx, text));
    xml_item_set(fill->ctx, item, "xml:space", STR("preserve"));
}

static struct str whole_text(struct fill *fill, const item_list *texts)
{
    struct str text = STR_EMPTY;
    for (size_t i = 0; i < texts->n; i++)
        text = i ? arena_concat(fill->ctx->arena, text, own_text(texts->p[i])) : own_text(texts->p[i]);
    return text;
}

static struct str paragraph_text(struct fill *fill, struct xml_item *paragraph)
{
    item_list texts = {0};
    find_texts(fill, paragraph, &texts);
    return whole_text(fill, &texts);
}

/* Word cuts text into runs where it likes: each field is moved whole into the run in which it begins. */
static void join_fields(struct fill *fill, const item_list *texts)
{
    struct arena *arena = fill->ctx->arena;
    struct str text = whole_text(fill, texts);
    size_t *from = ARENA_NEW_ARRAY(arena, size_t, texts->n + 1), *to = ARENA_NEW_ARRAY(arena, size_t, texts->n + 1),
           at = 0;
    struct tag tag, close;
    if (!from || !to)
        return;
    for (size_t i = 0, sum = 0; i < texts->n; i++) {
        from[i] = sum;
        to[i] = sum += own_text(texts->p[i]).n;
    }
    for (; fill_next_tag(text, at, &tag); at = tag.to) {
        if (tag.sign && tag.sign != '/' && fill_find_close(text, &tag, &close))
            tag.to = close.to;
        size_t first = 0;
        while (first < texts->n && !(from[first] <= tag.from && tag.from < to[first]))
            first++;
        if (first == texts->n || to[first] >= tag.to)
            continue;
        to[first] = tag.to;
        for (size_t i = first + 1; i < texts->n; i++) {
            from[i] = from[i] > tag.to ? from[i] : tag.to;
            to[i] = to[i] > from[i] ? to[i] : from[i];
        }
    }
    for (size_t i = 0; i < texts->n; i++)
        set_text(fill, texts->p[i], str_slice(text, from[i], to[i]));
}

/* Puts text with line breaks and tabs into the run of item: <w:t> between <w:br/> and <w:tab/>. */
static void set_broken_text(struct fill *fill, struct xml_item *item, struct str text)
{
    struct xml_item *after = item->next, *run = item->parent, *last = item;
    size_t from = 0, at = 0;
    while (at < text.n && text.p[at] != '\n' && text.p[at] != '\t')
        at++;
    set_text(fill, item, str_slice(text, 0, at));
    for (from = at; from < text.n; from = at) {
        struct xml_item *mark = xml_item_new(fill->ctx, text.p[from] == '\n' ? "w:br" : "w:tab"),
                        *more = xml_item_new(fill->ctx, "w:t");
        for (at = from + 1; at < text.n && text.p[at] != '\n' && text.p[at] != '\t';)
            at++;
        if (!mark || !more)
            return;
        set_text(fill, more, str_slice(text, from + 1, at));
        mark->parent = more->parent = run;
        last->next = mark;
        mark->next = more;
        last = more;
    }
    last->next = after;
    if (!after)
        run->last = last;
}

/* A content control within a paragraph: its value in the look of its first run, or its content as it is. */
static void fill_controls(struct fill *fill, struct xml_item *item)
{
    struct xml_item *children = item->first;
    item->first = item->last = NULL;
    for (struct xml_item *child = children, *next; child; child = next) {
        next = child->next;
        struct str tag = xml_item_get(xml_item_child(xml_item_child(child, "w:sdtPr"), "w:tag"), "w:val");
        struct xml_item *content = xml_item_child(child, "w:sdtContent");
        if (!xml_item_is(child, "w:sdt") || !content || !fill_is_name(tag)) {
            if (child->first && !xml_item_is(child, "w:txbxContent"))
                fill_controls(fill, child);
            xml_item_append(item, child);
            continue;
        }
        struct str value = fill_text_of(fill, fill_need(fill, tag));
        item_list texts = {0};
        find_texts(fill, content, &texts);
        for (size_t i = 1; i < texts.n; i++)
            set_text(fill, texts.p[i], STR_EMPTY);
        if (texts.n)
            set_broken_text(fill, texts.p[0], value);
        for (struct xml_item *inner = content->first, *inner_next; inner; inner = inner_next) {
            inner_next = inner->next;
            xml_item_append(item, inner);
        }
    }
}

typedef void expand_fn(struct fill *fill, struct xml_item *first, const struct xml_item *end, struct xml_item *to);

static void expand(struct fill *fill, struct xml_item *first, const struct xml_item *end, struct xml_item *to);

/* Text boxes hang within a paragraph, and hold paragraphs and tables of their own; editors write each twice, for old
 * programs too. */
static void fill_boxes(struct fill *fill, struct xml_item *item)
{
    struct str place = fill->place, around = fill->around;
    for (struct xml_item *child = item->first; child; child = child->next) {
        if (!xml_item_is(child, "w:txbxContent")) {
            fill_boxes(fill, child);
            continue;
        }
        struct xml_item *inside = child->first;
        child->first = child->last = NULL;
        expand(fill, inside, NULL, child);
        if (!xml_item_child(child, "w:p"))
            xml_item_append(child, xml_item_new(fill->ctx, "w:p"));
    }
    fill->place = place;
    fill->around = around;
}

static void fill_paragraph(struct fill *fill, struct xml_item *copy)
{
    item_list texts = {0};
    find_texts(fill, copy, &texts);
    struct str text = whole_text(fill, &texts);
    fill->around = text;
    fill_boxes(fill, copy);
    if (str_find(text, STR("{{"), 0) != SIZE_MAX) {
        join_fields(fill, &texts);
        for (size_t i = 0; i < texts.n; i++)
            if (str_find(own_text(texts.p[i]), STR("{{"), 0) != SIZE_MAX)
                set_broken_text(fill, texts.p[i], fill_rendered(fill, own_text(texts.p[i])));
    }
    fill_controls(fill, copy);
}

/* Whether a text is nothing but sections. */
static bool is_conditional(struct str text)
{
    struct tag tag, close;
    size_t at = 0;
    while (fill_next_tag(text, at, &tag)) {
        if ((tag.sign != '#' && tag.sign != '^') || str_trim(str_slice(text, at, tag.from)).n ||
            !fill_find_close(text, &tag, &close))
            return false;
        at = close.to;
    }
    return at > 0 && !str_trim(str_slice(text, at, text.n)).n;
}

/* Text, a picture, a break of page or the end of a section. */
static bool shows_something(struct fill *fill, struct xml_item *paragraph)
{
    static const char *const shown[] = {"w:br",     "w:drawing", "w:pict", "w:object",
                                        "w:sectPr", "w:fldChar", "w:sym",  "mc:AlternateContent"};
    for (const struct xml_item *item = paragraph; item; item = xml_item_after(item, paragraph))
        for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
            if (xml_item_is(item, shown[i]))
                return true;
    return str_trim(paragraph_text(fill, paragraph)).n > 0;
}

/* A paragraph that is one field becomes as many paragraphs as its text has lines; one that is only conditions, of which
 * none holds, goes. */
static void add_paragraph(struct fill *fill, struct xml_item *paragraph, struct str text, struct xml_item *to)
{
    struct tag tag;
    struct str line, value = STR_EMPTY;
    bool is_alone = fill_next_tag(text, 0, &tag) && !tag.sign && tag.from == 0 && tag.to == text.n;
    const struct value *found = is_alone && fill_is_name(tag.name) ? fill_look_up(fill, tag.name) : NULL;
    if (found)
        value = fill_text_of(fill, found);
    if (!is_alone || str_find_byte(value, '\n', 0) == SIZE_MAX) {
        struct xml_item *copy = xml_item_copy(fill->ctx, paragraph);
        if (copy)
            fill_paragraph(fill, copy);
        if (copy && is_conditional(text) && !shows_something(fill, copy))
            return; /* no empty line where nothing was to be said */
        xml_item_append(to, copy);
        return;
    }
    while (str_split_next(&value, '\n', &line)) {
        struct xml_item *copy = xml_item_copy(fill->ctx, paragraph);
        item_list texts = {0};
        if (!copy)
            return;
        find_texts(fill, copy, &texts);
        for (size_t i = 0; i < texts.n; i++)
            set_text(fill, texts.p[i], i ? STR_EMPTY : line);
        xml_item_append(to, copy);
    }
}

/* ---- blocks -------------------------------------------------------------------------------------------------- */

static void repeat(struct fill *fill, char sign, struct str name, struct xml_item *first, const struct xml_item *end,
                   struct xml_item *to, expand_fn *body)
{
    const struct value *v = fill_need(fill, name);
    bool is_on = fill_is_something(v);
    struct str place = fill->place;
    if (sign == '^') {
        if (!is_on)
            body(fill, first, end, to);
    } else if (is_on && v->kind == VALUE_LIST) {
        VALUE_EACH (row, v)
            if (fill_push(fill, row)) {
                body(fill, first, end, to);
                fill->depth--;
            }
    } else if (is_on && fill_push(fill, v)) {
        body(fill, first, end, to);
        fill->depth--;
    }
    fill->place = place;
}

static struct xml_item *find_close_paragraph(struct fill *fill, struct xml_item *item, const struct xml_item *end,
                                             const struct tag *open)
{
    int depth = 1;
    for (struct xml_item *at = item->next; at && at != end; at = at->next) {
        struct tag tag;
        struct str text = xml_item_is(at, "w:p") ? str_trim(paragraph_text(fill, at)) : STR_EMPTY;
        if (!fill_next_tag(text, 0, &tag) || tag.from || tag.to != text.n || !tag.sign ||
            !str_equal(tag.name, open->name))
            continue;
        depth += tag.sign == '/' ? -1 : 1;
        if (!depth)
            return at;
    }
    return NULL;
}

static struct xml_item *copy_alone(struct fill *fill, const struct xml_item *item)
{
    struct xml_item shallow = *item;
    shallow.first = shallow.last = NULL;
    return xml_item_copy(fill->ctx, &shallow);
}

static void expand_rows(struct fill *fill, struct xml_item *first, const struct xml_item *end, struct xml_item *to);

static void expand_control(struct fill *fill, struct xml_item *item, struct xml_item *to, expand_fn *body)
{
    struct str tag = xml_item_get(xml_item_child(xml_item_child(item, "w:sdtPr"), "w:tag"), "w:val");
    struct xml_item *content = xml_item_child(item, "w:sdtContent");
    struct xml_item *copy;
    if (content && tag.n > 1 && (tag.p[0] == '#' || tag.p[0] == '^')) {
        repeat(fill, tag.p[0], str_slice(tag, 1, tag.n), content->first, NULL, to, body);
    } else if (content && fill_is_name(tag)) {
        struct str value = fill_text_of(fill, fill_need(fill, tag));
        item_list texts = {0};
        if (!(copy = xml_item_copy(fill->ctx, content)))
            return;
        find_texts(fill, copy->first && xml_item_is(copy->first, "w:p") ? copy->first : copy, &texts);
        for (size_t i = 1; i < texts.n; i++)
            set_text(fill, texts.p[i], STR_EMPTY);
        if (texts.n)
            set_broken_text(fill, texts.p[0], value);
        for (struct xml_item *child = copy->first, *next; child; child = next) {
            next = child->next;
            xml_item_append(to, child);
        }
    } else if (content) {
        body(fill, content->first, NULL, to);
    }
}

static void expand_cell(struct fill *fill, struct xml_item *cell, struct xml_item *to)
{
    struct xml_item *copy = copy_alone(fill, cell);
    if (!copy)
        return;
    expand(fill, cell->first, NULL, copy);
    if (!xml_item_child(copy, "w:p"))
        xml_item_append(copy, xml_item_new(fill->ctx, "w:p"));
    xml_item_append(to, copy);
}

static void row_texts(struct fill *fill, struct xml_item *row, item_list *texts)
{
    for (struct xml_item *item = row; item; item = xml_item_after(item, row))
        if (xml_item_is(item, "w:p"))
            find_texts(fill, item, texts);
}

/* Takes the tags of the rows' own section out of a copy of the row: the first piece of its text, or the last. */
static struct xml_item *without_tag(struct fill *fill, struct xml_item *row, bool at_start, bool at_end)
{
    struct xml_item *copy = xml_item_copy(fill->ctx, row);
    for (struct xml_item *item = copy; item; item = xml_item_after(item, copy)) {
        item_list texts = {0};
        if (xml_item_is(item, "w:p")) {
            find_texts(fill, item, &texts);
            join_fields(fill, &texts);
        }
    }
    item_list texts = {0};
    struct tag tag, last = {0};
    if (copy)
        row_texts(fill, copy, &texts);
    for (size_t i = 0; at_start && i < texts.n; i++)
        if (fill_next_tag(own_text(texts.p[i]), 0, &tag)) {
            set_text(fill, texts.p[i], str_slice(own_text(texts.p[i]), tag.to, SIZE_MAX));
            break;
        }
    for (size_t i = texts.n; at_end && i-- > 0;) {
        bool has_tag = false;
        for (size_t at = 0; fill_next_tag(own_text(texts.p[i]), at, &tag); at = tag.to) {
            last = tag;
            has_tag = true;
        }
        if (has_tag) {
            set_text(fill, texts.p[i], str_slice(own_text(texts.p[i]), 0, last.from));
            break;
        }
    }
    return copy;
}

static struct str row_text(struct fill *fill, struct xml_item *row)
{
    item_list texts = {0};
    row_texts(fill, row, &texts);
    return str_trim(whole_text(fill, &texts));
}

/* Last row of a section that begins with this row; NULL: no section of rows.  A section that ends before the end of the
 * row is one of its text. */
static struct xml_item *find_last_row(struct fill *fill, struct xml_item *row, const struct xml_item *end,
                                      const struct tag *open)
{
    struct tag close;
    struct str text = row_text(fill, row);
    if (fill_find_close(text, open, &close))
        return close.to == text.n ? row : NULL;
    for (struct xml_item *at = row->next; at && at != end; at = at->next) {
        text = xml_item_is(at, "w:tr") ? row_text(fill, at) : STR_EMPTY;
        struct tag nothing = {.name = open->name};
        if (fill_find_close(text, &nothing, &close))
            return close.to == text.n ? at : NULL;
    }
    fill_fault(fill, "template.unclosed", open->name);
    return NULL;
}

/* A row with its cells filled. */
static void expand_row(struct fill *fill, struct xml_item *row, struct xml_item *to)
{
    struct xml_item *copy = copy_alone(fill, row);
    for (struct xml_item *cell = row->first; copy && cell; cell = cell->next) {
        if (xml_item_is(cell, "w:tc"))
            expand_cell(fill, cell, copy);
        else
            xml_item_append(copy, xml_item_copy(fill->ctx, cell));
    }
    xml_item_append(to, copy);
}

static void expand_plain_rows(struct fill *fill, struct xml_item *first, const struct xml_item *end,
                              struct xml_item *to)
{
    for (struct xml_item *row = first; row && row != end; row = row->next)
        expand_row(fill, row, to);
}

static void set_place(struct fill *fill, struct xml_item *item)
{
    for (struct xml_item *at = item; at; at = xml_item_after(at, item))
        if (at->place.n) {
            fill->place = at->place;
            fill->around = paragraph_text(fill, at);
            return;
        }
}

static void expand_rows(struct fill *fill, struct xml_item *first, const struct xml_item *end, struct xml_item *to)
{
    for (struct xml_item *item = first; item && item != end; item = item->next) {
        struct tag open;
        if (xml_item_is(item, "w:sdt")) {
            expand_control(fill, item, to, expand_rows);
            continue;
        }
        if (!xml_item_is(item, "w:tr")) {
            xml_item_append(to, xml_item_copy(fill->ctx, item));
            continue;
        }
        set_place(fill, item);
        struct str text = row_text(fill, item);
        bool begins = fill_next_tag(text, 0, &open) && open.from == 0 && (open.sign == '#' || open.sign == '^');
        struct xml_item *last = begins ? find_last_row(fill, item, end, &open) : NULL;
        if (!last) {
            expand_row(fill, item, to);
            continue;
        }
        struct xml_item rows = {.name = STR("rows")};
        for (struct xml_item *row = item;; row = row->next) {
            xml_item_append(&rows, without_tag(fill, row, row == item, row == last));
            if (row == last)
                break;
        }
        repeat(fill, open.sign, open.name, rows.first, NULL, to, expand_plain_rows);
        item = last;
    }
}

static void expand_table(struct fill *fill, struct xml_item *table, struct xml_item *to)
{
    struct xml_item *copy = copy_alone(fill, table);
    if (!copy)
        return;
    expand_rows(fill, table->first, NULL, copy);
    if (xml_item_child(copy, "w:tr")) /* Word takes no table without rows */
        xml_item_append(to, copy);
}

static void expand(struct fill *fill, struct xml_item *first, const struct xml_item *end, struct xml_item *to)
{
    for (struct xml_item *item = first; item && item != end; item = item->next) {
        if (xml_item_is(item, "w:p")) {
            struct tag tag;
            struct str text = str_trim(paragraph_text(fill, item));
            fill->place = item->place.n ? item->place : fill->place;
            fill->around = text;
            if (!fill_next_tag(text, 0, &tag) || tag.from || tag.to != text.n || !tag.sign) {
                add_paragraph(fill, item, text, to);
                continue;
            }
            struct xml_item *close = tag.sign == '/' ? NULL : find_close_paragraph(fill, item, end, &tag);
            if (!close)
                fill_fault(fill, tag.sign == '/' ? "template.unopened" : "template.unclosed", tag.name);
            if (tag.sign == '/')
                continue;
            /* without its end it goes to the end, lest each field of its rows is told as unknown */
            repeat(fill, tag.sign, tag.name, item->next, close ? close : end, to, expand);
            if (!close)
                break;
            item = close;
        } else if (xml_item_is(item, "w:tbl")) {
            expand_table(fill, item, to);
        } else if (xml_item_is(item, "w:sdt")) {
            expand_control(fill, item, to, expand);
        } else {
            struct xml_item *copy = copy_alone(fill, item);
            if (copy && item->first)
                expand(fill, item->first, NULL, copy);
            if (copy && xml_item_child(item, "w:p") && !xml_item_child(copy, "w:p"))
                xml_item_append(copy, xml_item_new(fill->ctx, "w:p")); /* a note has one */
            xml_item_append(to, copy);
        }
    }
}

/* ---- whole --------------------------------------------------------------------------------------------------- */

/* Braces that are no field: one is missing, a field goes on in the next paragraph, or they came from a Chinese
 * keyboard. */
static void check_braces(struct fill *fill, struct str text)
{
    size_t at = 0, open, close, next;
    if (str_find(text, STR("\xef\xbd\x9b\xef\xbd\x9b"), 0) != SIZE_MAX ||
        str_find(text, STR("\xef\xbd\x9d\xef\xbd\x9d"), 0) != SIZE_MAX)
        fill_fault(fill, "template.wide_braces", STR("{{"));
    while ((open = str_find(text, STR("{{"), at)) != SIZE_MAX || str_find(text, STR("}}"), at) != SIZE_MAX) {
        close = str_find(text, STR("}}"), at);
        next = open == SIZE_MAX ? open : str_find(text, STR("{{"), open + 2);
        if (open == SIZE_MAX || close == SIZE_MAX || close < open || next < close) {
            fill_fault(fill, "template.broken_field",
                       str_slice(text, open < close ? open : close, (open < close ? open : close) + 24));
            return;
        }
        at = close + 2;
    }
}

static struct xml_item *fill_root(struct fill *fill, struct xml_item *root, const char *part)
{
    struct xml_item *copy = copy_alone(fill, root);
    docx_set_places(fill->ctx->arena, root, part);
    for (struct xml_item *item = root; item; item = xml_item_after(item, root)) {
        if (!xml_item_is(item, "w:p"))
            continue;
        fill->place = item->place;
        fill->around = paragraph_text(fill, item);
        check_braces(fill, fill->around);
    }
    if (copy)
        expand(fill, root->first, NULL, copy);
    if (copy && xml_item_child(root, "w:p") && !xml_item_child(copy, "w:p"))
        xml_item_append(copy, xml_item_new(fill->ctx, "w:p")); /* so has a head or foot of pages */
    return copy;
}

/* ASCII, or those of a Chinese keyboard. */
static bool has_brace(struct str bytes)
{
    return str_find(bytes, STR("{"), 0) != SIZE_MAX || str_find(bytes, STR("}"), 0) != SIZE_MAX ||
           str_find(bytes, STR("\xef\xbd\x9b"), 0) != SIZE_MAX;
}

/* Heads, feet and notes hold fields too. */
static enum rc fill_margins(struct fill *fill, struct docx *docx)
{
    for (size_t i = 0; i < docx->parts.n; i++) {
        struct zip_part *part = &docx->parts.parts[i];
        struct xml_item *root;
        bool is_margin =
            str_has_prefix(part->name, STR("word/header")) || str_has_prefix(part->name, STR("word/footer")) ||
            str_has_prefix(part->name, STR("word/footnotes")) || str_has_prefix(part->name, STR("word/endnotes"));
        if (!is_margin || !(has_brace(part->bytes) || docx_has_marks(part->bytes)))
            continue;
        TRY(xml_tree_read(fill->ctx, part->bytes, part->name, &root));
        docx_accept(root);
        struct str name = str_slice(part->name, 5, part->name.n - 4); /* "word/header1.xml" */
        root = fill_root(fill, root, arena_format(fill->ctx->arena, "%.*s ", STR_ARG(name)).p);
        struct buf out CLEANUP(buf_done);
        buf_init(&out, FILL_PART_MAX);
        if (root)
            xml_tree_write(&out, root);
        TRY(buf_rc(&out));
        part->bytes = arena_copy_str(fill->ctx->arena, buf_str(&out));
    }
    return RC_OK;
}

enum rc docx_fill(struct ctx *ctx, struct docx *docx, const struct value *data)
{
    struct fill fill = {.ctx = ctx, .scopes = {data}, .depth = 1};
    TRY(docx_drop_reviewers(ctx, docx));
    docx_accept(docx->document);
    docx->document = fill_root(&fill, docx->document, "");
    TRY(arena_rc(ctx->arena));
    TRY(fill_margins(&fill, docx));
    TRY(arena_rc(ctx->arena));
    return fill.faults ? RC_INVALID : RC_OK;
}
