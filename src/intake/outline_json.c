/* outline_json.c: the outline as a value tree. */
#include "intake/outline_parts.h"

#include <string.h>

#include "base/clock.h"

static struct value *put_name(struct arena *arena, struct value *map, const char *key, const char *name)
{
    return value_put_text(arena, map, key, str_from_cstr(name));
}

static void put_text_if(struct arena *arena, struct value *map, const char *key, struct str text)
{
    if (text.n > 0)
        value_put_text(arena, map, key, text);
}

static void put_text_or_null(struct arena *arena, struct value *map, const char *key, struct str text)
{
    if (text.n > 0)
        value_put_text(arena, map, key, text);
    else
        value_put_null(arena, map, key);
}

void outline_put_day(struct arena *arena, struct value *map, const char *key, int32_t day)
{
    if (day == FOUND_DAY_NONE)
        value_put_null(arena, map, key);
    else
        value_put_text(arena, map, key, date_text(arena, day));
}

static void put_day_if(struct arena *arena, struct value *map, const char *key, bool is_known, int32_t day)
{
    outline_put_day(arena, map, key, is_known ? day : FOUND_DAY_NONE);
}

static void put_span(struct arena *arena, struct value *map, const struct outline_span *span)
{
    value_put_int(arena, map, "paragraph", (int64_t)span->paragraph + 1);
    struct value *raw = value_put_list(arena, map, "raw");
    value_add_int(arena, raw, span->from);
    value_add_int(arena, raw, span->to);
}

static struct str place_of_span(const struct outline *outline, const struct outline_span *span)
{
    return outline->document->paragraphs[span->paragraph].place;
}

static const char *date_kind_name(enum found_date_kind kind)
{
    static const char *const names[] = {"day", "period", "by", "relative", "ambiguous", "long_term"};
    return names[kind];
}

static void put_date_fact(struct arena *arena, struct value *map, const struct found_date *date)
{
    static const char *const units[] = {"day", "working_day", "week", "month", "year"};
    static const char *const grains[] = {"day", "month", "quarter", "half", "year"};
    put_name(arena, map, "type", date_kind_name(date->kind));
    if (date->kind == FOUND_DATE_RELATIVE) {
        value_put_int(arena, map, "count", date->count);
        put_name(arena, map, "unit", units[date->unit]);
    } else if (date->kind != FOUND_DATE_LONG_TERM) {
        outline_put_day(arena, map, "from", date->kind == FOUND_DATE_BY ? FOUND_DAY_NONE : date->from_day);
        outline_put_day(arena, map, "to", date->to_day);
        put_name(arena, map, "grain", grains[date->grain]);
    }
    if (date->is_damaged)
        value_put_bool(arena, map, "damaged", true);
    if (date->is_inferred)
        value_put_bool(arena, map, "inferred", true);
}

static void put_amount_fact(struct arena *arena, struct value *map, const struct found_amount *amount)
{
    static const char *const kinds[] = {"money", "count", "percent"};
    static const char *const approxes[] = {"exact", "nearly", "about", "over"};
    static const int scales[] = {2, 0, 2};
    put_name(arena, map, "type", kinds[amount->kind]);
    value_put_int(arena, map, "value", amount->value); /* times 10^-scale of unit; money in fen */
    value_put_int(arena, map, "scale", amount->kind == AMOUNT_COUNT ? amount->decimals : scales[amount->kind]);
    value_put_text(arena, map, "unit", amount->kind == AMOUNT_PERCENT ? STR("%") : amount->unit);
    if (amount->approx != AMOUNT_EXACT)
        put_name(arena, map, "approx", approxes[amount->approx]);
}

struct value *outline_fact_value(struct arena *arena, const struct outline *outline, const struct outline_fact *fact)
{
    static const char *const kinds[] = {"date", "figure", "rule", "meeting"};
    struct value *map = value_new_map(arena);
    put_name(arena, map, "kind", kinds[fact->kind]);
    value_put_text(arena, map, "text", fact->text);
    put_text_if(arena, map, "label", fact->label);
    if (fact->kind == FACT_DATE)
        put_date_fact(arena, map, &fact->date);
    if (fact->kind == FACT_AMOUNT)
        put_amount_fact(arena, map, &fact->amount);
    value_put_text(arena, map, "place", place_of_span(outline, &fact->span));
    put_span(arena, map, &fact->span);
    return map;
}

void outline_put_report(struct arena *arena, struct value *list, const struct outline_report *report)
{
    struct value *entry = value_add_map(arena, list);
    put_name(arena, entry, "code", report->code);
    put_name(arena, entry, "severity", report->severity == SEVERITY_WARNING ? "warning" : "info");
    value_put_text(arena, entry, "place", report->place);
    value_put_text(arena, entry, "text", report->text);
    put_text_if(arena, entry, "stated", report->stated);
    put_text_if(arena, entry, "computed", report->computed);
    if (report->node_id > 0)
        value_put_int(arena, entry, "node", report->node_id);
    put_span(arena, entry, &report->span);
}

void outline_put_reports(struct arena *arena, struct value *map, const struct outline *outline)
{
    struct value *list = value_put_list(arena, map, "reports");
    for (size_t i = 0; i < outline->reports.n; i++)
        outline_put_report(arena, list, &outline->reports.p[i]);
}

void outline_put_source(struct arena *arena, struct value *map, const struct outline *outline)
{
    const struct outline_source *source = &outline->source;
    put_name(arena, map, "doc_kind", outline_kind_name(outline->kind));
    put_text_or_null(arena, map, "title", source->title);
    put_text_or_null(arena, map, "number", source->number);
    struct str issuer = outline->signature.signatory;
    size_t about = outline_find(source->title, "关于", 0);
    if (issuer.n == 0 && about != SIZE_MAX)
        issuer = outline_trim(str_slice(source->title, 0, about));
    put_text_or_null(arena, map, "issuer", issuer);
    put_text_or_null(arena, map, "authority", source->authority);
    put_text_or_null(arena, map, "commissioned_by", source->commissioned_by);
    put_text_or_null(arena, map, "inspector", source->inspector);
    put_text_or_null(arena, map, "inspected_body", source->inspected_body);
    put_text_or_null(arena, map, "short_name", source->short_name);
    put_text_or_null(arena, map, "inspection_type", source->inspection_type);
    put_text_or_null(arena, map, "round", source->round);
    put_day_if(arena, map, "inspected_from", source->has_inspected, source->inspected.from_day);
    put_day_if(arena, map, "inspected_to", source->has_inspected, source->inspected.to_day);
    put_day_if(arena, map, "fed_back", source->has_fed_back, source->fed_back.to_day);
    put_text_or_null(arena, map, "published", source->published);
    put_text_or_null(arena, map, "origin", source->origin);
    put_text_or_null(arena, map, "as_of", source->as_of);
    put_text_or_null(arena, map, "reported_by", source->reported_by);
    put_text_or_null(arena, map, "place",
                     source->has_line ? outline_place_of(outline, &outline->lines.p[source->line]) : STR_EMPTY);
}

static void put_publicity(struct arena *arena, struct value *map, const struct outline *outline)
{
    const struct outline_publicity *publicity = &outline->publicity;
    bool has_count = publicity->has_from && publicity->has_to && (publicity->with_first || publicity->without_first);
    if (!publicity->is_stated) {
        value_put_null(arena, map, "publicity");
        return;
    }
    struct value *entry = value_put_map(arena, map, "publicity");
    put_day_if(arena, entry, "from", publicity->has_from, publicity->from);
    put_day_if(arena, entry, "to", publicity->has_to, publicity->to);
    if (publicity->is_from_derived)
        value_put_bool(arena, entry, "from_derived", true);
    if (publicity->is_to_derived)
        value_put_bool(arena, entry, "to_derived", true);
    if (publicity->has_days)
        value_put_int(arena, entry, "stated_days", publicity->stated_days);
    else
        value_put_null(arena, entry, "stated_days");
    if (has_count) {
        value_put_int(arena, entry, "computed_days_with_first", publicity->with_first);
        value_put_int(arena, entry, "computed_days_without_first", publicity->without_first);
        value_put_bool(arena, entry, "is_estimated", publicity->is_estimated);
    }
    if (publicity->has_agreement) {
        value_put_bool(arena, entry, "agrees", publicity->agrees);
        value_put_bool(arena, entry, "include_first", publicity->include_first);
        value_put_bool(arena, entry, "first_day_rule_stated", publicity->has_first_rule);
    } else {
        value_put_null(arena, entry, "agrees");
    }
    value_put_text(arena, entry, "text", publicity->text);
    value_put_text(arena, entry, "place", publicity->place);
    put_span(arena, entry, &publicity->span);
}

void outline_put_closing(struct arena *arena, struct value *map, const struct outline *outline)
{
    put_publicity(arena, map, outline);
    struct value *contacts = value_put_list(arena, map, "contacts");
    for (size_t i = 0; i < outline->contacts.n; i++) {
        const struct outline_contact *contact = &outline->contacts.p[i];
        struct value *entry = value_add_map(arena, contacts);
        put_name(arena, entry, "kind", contact->kind);
        value_put_text(arena, entry, "value", contact->value);
        put_text_if(arena, entry, "hours", contact->hours);
        put_text_if(arena, entry, "note", contact->note);
        value_put_text(arena, entry, "place", contact->place);
        put_span(arena, entry, &contact->span);
    }
    const struct outline_signature *signature = &outline->signature;
    if (!signature->is_present) {
        value_put_null(arena, map, "signature");
        return;
    }
    struct value *entry = value_put_map(arena, map, "signature");
    put_text_or_null(arena, entry, "signatory", signature->signatory);
    put_day_if(arena, entry, "date", signature->has_date, signature->date);
    put_text_or_null(arena, entry, "date_text", signature->date_text);
    value_put_text(arena, entry, "place", signature->place);
}

static void put_row(struct arena *arena, struct value *map, const struct outline_row *row)
{
    struct value *entry = value_put_map(arena, map, "row");
    const struct {
        const char *key;
        struct str text;
    } fields[] = {{"number", row->number}, {"category", row->category},  {"type", row->type},
                  {"unit", row->unit},     {"leader", row->leader},      {"due_text", row->due},
                  {"status", row->status}, {"amount_text", row->amount}, {"amount_unit", row->amount_unit},
                  {"basis", row->basis},   {"result", row->result}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        put_text_if(arena, entry, fields[i].key, fields[i].text);
    if (row->has_amount)
        value_put_int(arena, entry, "amount_fen", row->amount_fen);
    if (row->has_due_day)
        outline_put_day(arena, entry, "due", row->due_day);
}

static void put_node(struct arena *arena, struct value *list, const struct outline *outline,
                     const struct outline_node *node)
{
    struct value *entry = value_add_map(arena, list);
    value_put_int(arena, entry, "id", node->id);
    struct value *mark = value_put_map(arena, entry, "mark");
    put_name(arena, mark, "style", outline_style_name(node->style));
    value_put_text(arena, mark, "text", node->mark);
    value_put_int(arena, mark, "number", node->number);
    put_name(arena, entry, "role", outline_role_name(node->role));
    put_name(arena, entry, "zone", outline_role_name(node->zone));
    value_put_text(arena, entry, "heading", node->heading);
    value_put_text(arena, entry, "body", node->body);
    value_put_text(arena, entry, "place", place_of_span(outline, &node->span));
    put_span(arena, entry, &node->span);
    if (node->is_inline)
        value_put_bool(arena, entry, "inline", true);
    if (node->row)
        put_row(arena, entry, node->row);
    struct value *paragraphs = value_put_list(arena, entry, "paragraphs");
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < node->lines.n; i++) {
        uint32_t paragraph = outline->lines.p[node->lines.p[i]].paragraph;
        if (paragraph != last)
            value_add_int(arena, paragraphs, (int64_t)paragraph + 1);
        last = paragraph;
    }
    struct value *children = value_put_list(arena, entry, "children");
    for (const struct outline_node *child = node->first; child; child = child->next)
        put_node(arena, children, outline, child);
}

static bool is_style(const struct outline_node *node, enum outline_style style)
{
    return node->style == style || (style == STYLE_SUB && node->style == STYLE_PAREN) ||
           (style == STYLE_PART && node->style == STYLE_CHAPTER);
}

static int64_t count_style(const struct outline *outline, enum outline_style style, enum outline_role zone)
{
    int64_t n = 0;
    for (size_t i = 0; i < outline->nodes.n; i++)
        n += is_style(outline->nodes.p[i], style) && (zone == ROLE_NONE || outline->nodes.p[i]->zone == zone);
    return n;
}

static int64_t count_role(const struct outline *outline, enum outline_role role, bool rows_only)
{
    int64_t n = 0;
    for (size_t i = 0; i < outline->nodes.n; i++)
        n += outline->nodes.p[i]->role == role && (!rows_only || outline->nodes.p[i]->style == STYLE_ROW);
    return n;
}

static int64_t count_below(const struct outline_node *node, enum outline_style style, enum outline_role zone)
{
    int64_t n = 0;
    for (const struct outline_node *child = node->first; child; child = child->next)
        n += (is_style(child, style) && (zone == ROLE_NONE || child->zone == zone)) + count_below(child, style, zone);
    return n;
}

/* How many pieces of a style stand below each piece of another; zeros are shown where with_zeros. */
static void put_spread(struct arena *arena, struct value *map, const struct outline *outline, const char *key,
                       enum outline_style parent, enum outline_style child, bool with_zeros)
{
    struct value *list = value_put_list(arena, map, key);
    for (size_t i = 0; i < outline->nodes.n; i++) {
        if (!is_style(outline->nodes.p[i], parent))
            continue;
        int64_t n = count_below(outline->nodes.p[i], child, ROLE_NONE);
        if (n > 0 || with_zeros)
            value_add_int(arena, list, n);
    }
}

static int64_t count_points(const struct outline_node *parent, enum outline_role zone)
{
    int64_t n = 0;
    for (const struct outline_node *child = parent->first; child; child = child->next)
        n += child->style == STYLE_POINT && child->zone == zone;
    return n;
}

static void put_long_term_spread(struct arena *arena, struct value *map, const struct outline *outline)
{
    struct value *list = value_put_list(arena, map, "long_term_points_per_parent");
    for (size_t i = 0; i < outline->nodes.n; i++) {
        int64_t n = count_points(outline->nodes.p[i], ROLE_LONG_TERM);
        if (n > 0)
            value_add_int(arena, list, n);
    }
}

static void put_counts(struct arena *arena, struct value *map, const struct outline *outline)
{
    struct value *counts = value_put_map(arena, map, "counts");
    static const struct {
        const char *key;
        enum outline_style style;
    } styles[] = {{"parts", STYLE_PART},       {"sections", STYLE_SECTION}, {"items", STYLE_ITEM},
                  {"decimals", STYLE_DECIMAL}, {"subs", STYLE_SUB},         {"circled", STYLE_CIRCLED},
                  {"ordinals", STYLE_ORDINAL}, {"points", STYLE_POINT},     {"headings", STYLE_HEADING},
                  {"tables", STYLE_TABLE},     {"rows", STYLE_ROW}};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        value_put_int(arena, counts, styles[i].key, count_style(outline, styles[i].style, ROLE_NONE));
    value_put_int(arena, counts, "long_term_points", count_style(outline, STYLE_POINT, ROLE_LONG_TERM));
    value_put_int(arena, counts, "findings", count_role(outline, ROLE_FINDING, false));
    value_put_int(arena, counts, "table_findings", count_role(outline, ROLE_FINDING, true));
    value_put_int(arena, counts, "measures", count_role(outline, ROLE_MEASURE, false));
    int64_t unplaced = 0, furniture = 0;
    for (uint32_t i = 0; i < outline->document->count; i++) {
        const struct outline_node *node = NULL;
        const char *reason = NULL;
        enum outline_role role = outline_paragraph_role(outline, i, &node, &reason);
        unplaced += role == ROLE_UNPLACED;
        furniture += role == ROLE_FURNITURE;
    }
    value_put_int(arena, counts, "paragraphs", (int64_t)outline->document->count);
    value_put_int(arena, counts, "furniture", furniture);
    value_put_int(arena, counts, "unplaced", unplaced);
    value_put_int(arena, counts, "reports", (int64_t)outline->reports.n);
    value_put_int(arena, counts, "pinyin_marks", (int64_t)outline->pinyin_marks);
    put_spread(arena, counts, outline, "sections_per_part", STYLE_PART, STYLE_SECTION, true);
    put_spread(arena, counts, outline, "items_per_part", STYLE_PART, STYLE_ITEM, true);
    put_spread(arena, counts, outline, "points_per_part", STYLE_PART, STYLE_POINT, true);
    put_spread(arena, counts, outline, "items_per_section", STYLE_SECTION, STYLE_ITEM, false);
    put_spread(arena, counts, outline, "subs_per_item", STYLE_ITEM, STYLE_SUB, false);
    put_spread(arena, counts, outline, "points_per_section", STYLE_SECTION, STYLE_POINT, false);
    put_spread(arena, counts, outline, "points_per_item", STYLE_ITEM, STYLE_POINT, false);
    put_long_term_spread(arena, counts, outline);
}

static void put_numbering(struct arena *arena, struct value *map, const struct outline *outline)
{
    struct value *numbering = value_put_map(arena, map, "numbering");
    for (int style = STYLE_CHAPTER; style <= STYLE_POINT; style++) {
        const char *name = outline_numbering(outline, (enum outline_style)style);
        if (*name)
            put_name(arena, numbering, outline_style_name((enum outline_style)style), name);
    }
}

static void put_paragraphs(struct arena *arena, struct value *map, const struct outline *outline)
{
    struct value *list = value_put_list(arena, map, "paragraphs");
    struct value *unplaced = value_new_list(arena), *dropped = value_new_list(arena);
    for (uint32_t i = 0; i < outline->document->count; i++) {
        const struct outline_node *node = NULL;
        const char *reason = NULL;
        enum outline_role role = outline_paragraph_role(outline, i, &node, &reason);
        struct value *entry = value_add_map(arena, list);
        value_put_int(arena, entry, "n", (int64_t)i + 1);
        value_put_text(arena, entry, "place", outline->document->paragraphs[i].place);
        put_name(arena, entry, "role", outline_role_name(role));
        if (node)
            value_put_int(arena, entry, "node", node->id);
        if (role == ROLE_UNPLACED || role == ROLE_FURNITURE) {
            struct value *aside = value_add_map(arena, role == ROLE_UNPLACED ? unplaced : dropped);
            value_put_int(arena, aside, "n", (int64_t)i + 1);
            value_put_text(arena, aside, "place", outline->document->paragraphs[i].place);
            put_name(arena, aside, "reason", reason ? reason : "");
            value_put_text(arena, aside, "text", outline_trim(outline->lines.p[outline->first_line[i]].clean.text));
        }
    }
    value_put(map, STR("unplaced"), unplaced);
    value_put(map, STR("dropped"), dropped);
}

static void put_checks(struct arena *arena, struct value *map, const struct outline *outline)
{
    struct value *list = value_put_list(arena, map, "checks");
    for (size_t i = 0; i < outline->checks.n; i++) {
        const struct outline_check *check = &outline->checks.p[i];
        struct value *entry = value_add_map(arena, list);
        put_name(arena, entry, "what", check->what);
        value_put_bool(arena, entry, "agrees", check->agrees);
        value_put_text(arena, entry, "stated", check->stated);
        value_put_text(arena, entry, "computed", check->computed);
        value_put_bool(arena, entry, "approximate", check->is_approximate);
        value_put_text(arena, entry, "text", check->text);
        value_put_text(arena, entry, "place", check->place);
    }
}

struct value *outline_to_value(struct arena *arena, const struct outline *outline)
{
    struct value *map = value_new_map(arena);
    put_name(arena, map, "kind", outline_kind_name(outline->kind));
    value_put_bool(arena, map, "is_bulletin", outline->kind == KIND_BULLETIN);
    value_put_bool(arena, map, "gives_findings", outline_gives_register(outline->kind));
    put_counts(arena, map, outline);
    put_numbering(arena, map, outline);
    outline_put_source(arena, value_put_map(arena, map, "source"), outline);
    outline_put_closing(arena, map, outline);
    struct value *tree = value_put_list(arena, map, "tree");
    for (const struct outline_node *node = outline->root.first; node; node = node->next)
        put_node(arena, tree, outline, node);
    struct value *facts = value_put_list(arena, map, "facts");
    for (size_t i = 0; i < outline->facts.n; i++)
        value_add(facts, outline_fact_value(arena, outline, &outline->facts.p[i]));
    put_checks(arena, map, outline);
    put_paragraphs(arena, map, outline);
    outline_put_reports(arena, map, outline);
    return arena_rc(arena) == RC_OK ? map : NULL;
}
