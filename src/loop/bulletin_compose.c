/* bulletin_compose.c: a bulletin's first text from the register; see bulletin.h.
 *
 * What a document itself said (its parts, sections, the words of its items) comes back as it was kept; for the rest
 * there are suggested sentences over figures and measures.  Marks become Chinese ones: documents from web pages have
 * them half-width.
 */
#include "loop/bulletin.h"

#include "text/marks.h"

struct composer {
    struct ctx *ctx;
    struct db *db;
    const struct value *source;
    struct value *blocks, *sections, *aspects, *findings, *measures, *figures;
    int64_t label_max, n;
    bool is_bulletin; /* the source is a bulletin itself: its words are the text */
};

static struct value *add_block(struct composer *c, const char *kind, struct str role, struct str title, struct str body,
                               int64_t finding_id)
{
    struct arena *arena = c->ctx->arena;
    struct value *block = value_add_map(arena, c->blocks);
    value_put_int(arena, block, "n", ++c->n);
    value_put_int(arena, block, "sort", c->n * 10);
    value_put_text(arena, block, "kind", str_from_cstr(kind));
    value_put_text(arena, block, "role", role);
    value_put_text(arena, block, "title", title.p ? marks_chinese(arena, title) : STR(""));
    value_put_text(arena, block, "body",
                   body.p ? marks_chinese(arena, bulletin_renew(arena, body, c->figures)) : STR(""));
    if (finding_id)
        value_put_int(arena, block, "finding_id", finding_id);
    else
        value_put_null(arena, block, "finding_id");
    value_put_bool(arena, block, "is_withheld", false);
    value_put_text(arena, block, "why", STR(""));
    return block;
}

static enum rc read_rows(struct composer *c, enum query query, struct value **ret_rows)
{
    struct db_stmt *st = db_query(c->db, query);
    db_bind_int(st, "id", value_get_int(c->source, "id", 0));
    if (query == Q_BULLETIN_FINDINGS || query == Q_BULLETIN_MEASURES)
        db_bind_int(st, "label_max", c->label_max);
    return db_rows(c->ctx, st, ret_rows);
}

/* ---- suggested sentences ------------------------------------------------------------------------------------ */

static bool ends_sentence(struct str s)
{
    return !s.n || str_has_suffix(s, bulletin_text(BULLETIN_STOP)) || str_has_suffix(s, STR(".")) ||
           str_has_suffix(s, bulletin_text(BULLETIN_SEMICOLON));
}

/* The words of the measures as one sentence. */
static struct str join_measures(struct arena *arena, const struct value *measures, int64_t finding_id)
{
    struct str all = STR("");
    VALUE_EACH (measure, measures) {
        struct str text = str_trim(value_get_text(measure, "text"));
        if (value_get_int(measure, "finding_id", 0) != finding_id || !text.n)
            continue;
        if (str_has_suffix(text, bulletin_text(BULLETIN_STOP)))
            text = str_slice(text, 0, text.n - bulletin_text(BULLETIN_STOP).n);
        all = all.n ? arena_concat(arena, arena_concat(arena, all, bulletin_text(BULLETIN_SEMICOLON)), text) : text;
    }
    return all.n && !ends_sentence(all) ? arena_concat(arena, all, bulletin_text(BULLETIN_STOP)) : all;
}

static int64_t figure_of(const struct value *figures, struct str key)
{
    const struct value *known = value_get_str(figures, key);
    return known && known->kind == VALUE_INT ? known->integer : 0;
}

/* A sentence that would say "none done" says that it is under way. */
static void add_sentences(struct arena *arena, const struct value *finding, const struct value *measures,
                          const struct value *figures, struct value *list)
{
    int64_t id = value_get_int(finding, "id", 0);
    struct str number = arena_format(arena, "%lld", (long long)id), status = value_get_text(finding, "status");
    struct str words = join_measures(arena, measures, id);
    if (words.n)
        value_add_text(arena, list, words);
    bool is_over = str_equal(status, STR("closed")) || str_equal(status, STR("kept"));
    if (figure_of(figures, arena_format(arena, "measures@%lld", (long long)id)) && !is_over &&
        !figure_of(figures, arena_format(arena, "measures_done@%lld", (long long)id))) {
        value_add_text(arena, list, bulletin_fill(arena, BULLETIN_ITEM_MEASURES_BEGUN, &number, 1));
        return;
    }
    if (value_get_int(finding, "measures", 0))
        value_add_text(arena, list, bulletin_fill(arena, BULLETIN_ITEM_MEASURES, &number, 1));
    value_add_text(arena, list,
                   bulletin_text(str_equal(status, STR("closed")) ? BULLETIN_ITEM_CLOSED
                                 : str_equal(status, STR("kept")) ? BULLETIN_ITEM_KEPT
                                                                  : BULLETIN_ITEM_RUNNING));
}

enum rc bulletin_suggest(struct ctx *ctx, struct db *db, int64_t source_id, int64_t finding_id, int64_t label_max,
                         struct value **ret_list)
{
    struct value *source = value_new_map(ctx->arena), *list = value_new_list(ctx->arena), *figures;
    struct composer c = {.ctx = ctx, .db = db, .source = source, .label_max = label_max};
    value_put_int(ctx->arena, source, "id", source_id);
    TRY(read_rows(&c, Q_BULLETIN_FINDINGS, &c.findings));
    TRY(read_rows(&c, Q_BULLETIN_MEASURES, &c.measures));
    TRY(bulletin_read_figures(ctx, db, source_id, label_max, &figures));
    VALUE_EACH (finding, c.findings) {
        if (value_get_int(finding, "id", 0) == finding_id)
            add_sentences(ctx->arena, finding, c.measures, figures, list);
    }
    for (struct value *text = list->items.first; text; text = text->next)
        text->text = marks_chinese(ctx->arena, bulletin_renew(ctx->arena, text->text, figures));
    *ret_list = list;
    return RC_OK;
}

static struct str item_body(struct composer *c, const struct value *finding)
{
    struct arena *arena = c->ctx->arena;
    struct value *list = value_new_list(arena);
    struct str facts = value_get_text(finding, "facts"), body = STR("");
    if (c->is_bulletin)
        return facts;
    add_sentences(arena, finding, c->measures, c->figures, list);
    VALUE_EACH (sentence, list) {
        body = arena_concat(arena, body, sentence->text);
    }
    return body;
}

/* ---- parts -------------------------------------------------------------------------------------------------- */

static bool is_lasting(const struct value *finding)
{
    return str_equal(value_get_text(finding, "phase"), STR("long_term"));
}

/* The document's own part of a role; NULL when it had none. */
static const struct value *find_part(const struct composer *c, const char *role)
{
    VALUE_EACH (section, c->sections) {
        if (value_get_int(section, "level", 0) == 1 && str_equal_cstr(value_get_text(section, "role"), role))
            return section;
    }
    return NULL;
}

static void add_part(struct composer *c, const char *role, enum bulletin_text title, struct str body)
{
    const struct value *part = find_part(c, role);
    (void)add_block(c, "part", str_from_cstr(role), part ? value_get_text(part, "title") : bulletin_text(title),
                    part ? value_get_text(part, "body") : body, 0);
}

/* Sections that the document had below a part; false when it had none. */
static bool add_kept_sections(struct composer *c, const char *role)
{
    bool is_any = false;
    VALUE_EACH (section, c->sections) {
        if (value_get_int(section, "level", 0) != 2 || !str_equal_cstr(value_get_text(section, "role"), role))
            continue;
        (void)add_block(c, "section", str_from_cstr(role), value_get_text(section, "title"),
                        value_get_text(section, "body"), 0);
        is_any = true;
    }
    return is_any;
}

static void add_finding(struct composer *c, const struct value *finding)
{
    struct str title = value_get_text(finding, "title");
    int64_t id = value_get_int(finding, "id", 0);
    if (is_lasting(finding))
        (void)add_block(c, "point", STR("long_term"), title,
                        c->is_bulletin ? value_get_text(finding, "facts") : STR(""), id);
    else
        (void)add_block(c, "item", STR("findings"), title, item_body(c, finding), id);
}

/* Aspects with the findings of a phase; those without an aspect come last. */
static void add_findings(struct composer *c, bool lasting)
{
    struct str role = lasting ? STR("long_term") : STR("findings");
    struct value none = {.kind = VALUE_NULL};
    for (const struct value *aspect = c->aspects->items.first ? c->aspects->items.first : &none; aspect;
         aspect = aspect->kind == VALUE_NULL ? NULL
                  : aspect->next             ? aspect->next
                                             : &none) {
        int64_t id = value_get_int(aspect, "id", 0);
        bool is_begun = false;
        VALUE_EACH (finding, c->findings) {
            if (value_get_int(finding, "aspect_id", 0) != id || is_lasting(finding) != lasting)
                continue;
            if (!is_begun)
                (void)add_block(c, "section", role,
                                id ? value_get_text(aspect, "title") : bulletin_text(BULLETIN_SECTION_OTHER), STR(""),
                                0);
            is_begun = true;
            add_finding(c, finding);
        }
    }
}

static struct str opening_words(struct composer *c)
{
    struct arena *arena = c->ctx->arena;
    struct str from = value_get_text(c->source, "inspected_from"), to = value_get_text(c->source, "inspected_to"),
               fed_back = value_get_text(c->source, "fed_back");
    struct str title = value_get_text(c->source, "title");
    bool is_inspection = str_equal(value_get_text(c->source, "kind"), STR("inspection")) &&
                         value_get_text(c->source, "inspector").n && value_get_text(c->source, "inspected_body").n;
    if (!is_inspection || !from.n || !to.n || !fed_back.n)
        return bulletin_fill(arena, BULLETIN_OPENING_PLAIN, &title, 1);
    bool same_year = str_equal(str_slice(from, 0, 4), str_slice(to, 0, 4));
    struct str days[] = {bulletin_date(arena, from, false), bulletin_date(arena, to, same_year)};
    struct str period = bulletin_fill(arena, BULLETIN_PERIOD, days, 2);
    struct str args[] = {period, value_get_text(c->source, "inspector"), value_get_text(c->source, "inspected_body"),
                         bulletin_date(arena, fed_back, false)};
    return bulletin_fill(arena, BULLETIN_OPENING, args, 4);
}

static enum rc add_opening(struct composer *c)
{
    struct value *rows;
    struct str text = STR("");
    TRY(read_rows(c, Q_BULLETIN_OPENING, &rows));
    if (c->is_bulletin)
        VALUE_EACH (row, rows)
            text = text.n ? arena_concat(c->ctx->arena, arena_concat(c->ctx->arena, text, STR("\n")),
                                         value_get_text(row, "text"))
                          : value_get_text(row, "text");
    (void)add_block(c, "opening", STR("opening"), STR(""), text.n ? text : opening_words(c), 0);
    return RC_OK;
}

static bool has_lasting(const struct composer *c)
{
    VALUE_EACH (finding, c->findings) {
        if (is_lasting(finding))
            return true;
    }
    return false;
}

static void add_all(struct composer *c)
{
    add_part(c, "responsibility", BULLETIN_PART_1, STR(""));
    if (!add_kept_sections(c, "responsibility")) {
        (void)add_block(c, "section", STR("responsibility"), bulletin_text(BULLETIN_SECTION_1_1),
                        bulletin_text(figure_of(c->figures, STR("meetings")) ? BULLETIN_SECTION_1_1_BODY
                                                                             : BULLETIN_SECTION_1_1_UNMET),
                        0);
        (void)add_block(c, "section", STR("responsibility"), bulletin_text(BULLETIN_SECTION_1_2),
                        bulletin_text(BULLETIN_SECTION_1_2_BODY), 0);
    }
    add_part(c, "findings", BULLETIN_PART_2, bulletin_text(BULLETIN_PART_2_BODY));
    add_findings(c, false);
    add_part(c, "long_term", BULLETIN_PART_3, has_lasting(c) ? STR("") : bulletin_text(BULLETIN_PART_3_NONE));
    add_findings(c, true);
    add_part(c, "next_steps", BULLETIN_PART_4, STR(""));
    if (!add_kept_sections(c, "next_steps"))
        (void)add_block(c, "section", STR("next_steps"), bulletin_text(BULLETIN_SECTION_4_1),
                        bulletin_text(BULLETIN_SECTION_4_1_BODY), 0);
}

enum rc bulletin_compose(struct ctx *ctx, struct db *db, const struct value *source, int64_t label_max,
                         struct value **ret_blocks)
{
    struct composer c = {
        .ctx = ctx, .db = db, .source = source, .label_max = label_max, .blocks = value_new_list(ctx->arena)};
    c.is_bulletin = str_equal(value_get_text(source, "doc_kind"), STR("bulletin"));
    TRY(read_rows(&c, Q_BULLETIN_SECTIONS, &c.sections));
    if (!c.is_bulletin) /* parts of a feedback or an audit report have other things to say */
        c.sections = value_new_list(ctx->arena);
    TRY(read_rows(&c, Q_BULLETIN_ASPECTS, &c.aspects));
    TRY(read_rows(&c, Q_BULLETIN_FINDINGS, &c.findings));
    TRY(read_rows(&c, Q_BULLETIN_MEASURES, &c.measures));
    TRY(bulletin_read_figures(ctx, db, value_get_int(source, "id", 0), label_max, &c.figures));
    TRY(add_opening(&c));
    add_all(&c);
    if (c.n > BULLETIN_BLOCKS_MAX)
        return RC_TOO_LARGE;
    *ret_blocks = c.blocks;
    return arena_rc(ctx->arena);
}
