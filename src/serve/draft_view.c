/* draft_view.c: the confirm screen's view of a draft; see draft_view.h.
 *
 * Node ids in the page are "n-" and the draft's id, so that they never look like paragraph anchors ("p12").
 */
#include "serve/draft_view.h"

#include "intake/responsible.h"
#include "serve/paper.h"
#include "serve/similar.h"

enum { SPLIT_POINTS_MAX = 60, SPLIT_TEXT_BYTES = 45, OPTION_TITLE_BYTES = 90 };

static struct str node_id(struct arena *arena, struct str id) { return arena_concat(arena, STR("n-"), id); }

static struct str paragraph_id(struct arena *arena, int64_t n) { return arena_format(arena, "p%lld", (long long)n); }

static struct str keyed_text(struct page *page, const char *prefix, struct str code)
{
    struct arena *arena = page->ctx.arena;
    struct str text =
        code.n ? message_find(page->lang, arena_format(arena, "%s.%.*s", prefix, STR_ARG(code))) : STR("");
    return text.p ? text : code;
}

/* At most n bytes of s, cut between characters, first line only. */
static struct str cut_text(struct str s, size_t n)
{
    size_t line = str_find_byte(s, '\n', 0);
    if (line != SIZE_MAX)
        s = str_slice(s, 0, line);
    if (s.n <= n)
        return s;
    while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_slice(s, 0, n);
}

/* ---- finding entries ---------------------------------------------------------------------------------------- */

bool draft_view_find(const struct value *draft, struct str id, struct draft_entry *ret_entry)
{
    static const char *const lists[][2] = {{"aspects", "aspect"},
                                           {"findings", "finding"},
                                           {"next_steps", "next_step"},
                                           {"notes", "note"},
                                           {"parts", "part"}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct value *before = NULL;
        VALUE_EACH (entry, value_get(draft, lists[i][0])) {
            if (str_equal(value_get_text(entry, "id"), id)) {
                *ret_entry = (struct draft_entry){entry, NULL, before, lists[i][1]};
                return true;
            }
            before = entry;
        }
    }
    VALUE_EACH (finding, value_get(draft, "findings")) {
        const struct value *before = NULL;
        VALUE_EACH (measure, value_get(finding, "measures")) {
            if (str_equal(value_get_text(measure, "id"), id)) {
                *ret_entry = (struct draft_entry){measure, finding, before, "measure"};
                return true;
            }
            before = measure;
        }
    }
    return false;
}

static const struct value *find_paragraph(const struct value *draft, int64_t n)
{
    VALUE_EACH (paragraph, value_get(draft, "paragraphs")) {
        if (value_get_int(paragraph, "n", 0) == n)
            return paragraph;
    }
    return NULL;
}

static int64_t first_paragraph(const struct value *entry)
{
    const struct value *list = value_get(entry, "paragraphs");
    int64_t n = value_get_int(entry, "paragraph", 0);
    return n ? n : list && list->kind == VALUE_LIST && list->items.first ? list->items.first->integer : 0;
}

/* ---- register, right ----------------------------------------------------------------------------------------- */

static struct str place_of(const struct value *draft, const struct value *entry)
{
    return value_get_text(find_paragraph(draft, first_paragraph(entry)), "place");
}

/* Tells the phase of a finding, and of a measure whose phase is not that of its finding. */
static struct value *add_node(struct page *page, struct value *list, const struct value *draft,
                              const struct value *entry, const char *kind, struct str phase_above, struct str selected)
{
    struct arena *arena = page->ctx.arena;
    struct value *node = value_add_map(arena, list);
    bool is_measure = str_equal_cstr(str_from_cstr(kind), "measure"),
         is_finding = str_equal_cstr(str_from_cstr(kind), "finding");
    struct str id = value_get_text(entry, "id"), title = value_get_text(entry, is_measure ? "text" : "title");
    struct str phase = is_finding || is_measure ? value_get_text(entry, "phase") : STR("");
    struct str due = value_get_text(entry, "due");
    bool is_long = is_finding && str_equal(phase, STR("long_term"));
    phase = str_equal(phase, phase_above) ? STR("") : phase;
    value_put_text(arena, node, "id", node_id(arena, id));
    value_put_text(arena, node, "kind", is_long ? STR("long_term") : str_from_cstr(kind));
    value_put_text(arena, node, "kind_label",
                   keyed_text(page, "role", is_long ? STR("long_term") : str_from_cstr(kind)));
    value_put_text(arena, node, "number", value_get_text(entry, "no"));
    value_put_text(arena, node, "title", title.n ? title : cut_text(value_get_text(entry, "body"), OPTION_TITLE_BYTES));
    value_put_text(arena, node, "place", place_of(draft, entry));
    value_put_text(arena, node, "place_text", paper_place_words(arena, page->lang, place_of(draft, entry)));
    value_put_bool(arena, node, "is_selected", str_equal(id, selected));
    value_put_text(arena, node, "phase_label", phase.n ? keyed_text(page, "phase", phase) : STR(""));
    value_put_text(arena, node, "due", due);
    size_t figures = value_count(value_get(entry, "figures"));
    struct str count = arena_format(arena, "%zu", figures);
    value_put_text(arena, node, "figures_text", figures ? page_text_args(page, "draft.figures", &count, 1) : STR(""));
    bool is_derived = value_get_bool(entry, "derived");
    value_put_bool(arena, node, "derived", is_derived);
    value_put_bool(arena, node, "has_facts", phase.n || due.n || figures || is_derived);
    return node;
}

static void add_findings(struct page *page, struct value *aspect_node, const struct value *draft, struct str aspect,
                         struct str selected)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, aspect_node, "findings");
    VALUE_EACH (finding, value_get(draft, "findings")) {
        if (!str_equal(value_get_text(finding, "aspect"), aspect))
            continue;
        struct value *node = add_node(page, list, draft, finding, "finding", STR(""), selected);
        struct value *measures = value_put_list(arena, node, "measures");
        VALUE_EACH (measure, value_get(finding, "measures")) {
            (void)add_node(page, measures, draft, measure, "measure", value_get_text(finding, "phase"), selected);
        }
        value_put_bool(arena, node, "has_measures", value_count(measures) > 0);
    }
}

static void put_register(struct page *page, struct value *view, const struct value *draft, struct str selected)
{
    struct arena *arena = page->ctx.arena;
    struct value *aspects = value_put_list(arena, view, "aspects");
    VALUE_EACH (aspect, value_get(draft, "aspects")) {
        add_findings(page, add_node(page, aspects, draft, aspect, "aspect", STR(""), selected), draft,
                     value_get_text(aspect, "id"), selected);
    }
    struct value none = {.kind = VALUE_MAP}; /* findings without an aspect stand under a heading of their own */
    struct value *node = add_node(page, aspects, draft, &none, "aspect", STR(""), STR("-"));
    value_set(node, STR("title"), value_new_text(arena, page_text(page, "draft.no_aspect")));
    add_findings(page, node, draft, STR(""), selected);
    if (value_count(value_get(node, "findings")) == 0) {
        struct value *last = NULL;
        for (struct value *at = aspects->items.first; at && at != node; at = at->next)
            last = at;
        if (last)
            last->next = NULL;
        else
            aspects->items.first = NULL;
        aspects->items.last = last;
        aspects->items.n--;
    }
    struct value *other = value_put_list(arena, view, "other");
    static const char *const lists[][2] = {{"next_steps", "next_step"}, {"notes", "note"}, {"parts", "part"}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        VALUE_EACH (entry, value_get(draft, lists[i][0])) {
            (void)add_node(page, other, draft, entry, lists[i][1], STR(""), selected);
        }
    value_put_bool(arena, view, "has_other", value_count(other) > 0);
}

/* ---- document, left ------------------------------------------------------------------------------------------ */

static void add_piece(struct arena *arena, struct value *pieces, struct str text, struct str node)
{
    if (!text.n)
        return;
    struct value *piece = value_add_map(arena, pieces);
    value_put_text(arena, piece, "text", text);
    value_put_text(arena, piece, "node", node.n ? node_id(arena, node) : STR(""));
}

/* A paragraph that feeds several entries is cut where the text of its measures stands; the rest belongs to the first.
 */
static void put_pieces(struct page *page, struct value *view, const struct value *draft, const struct value *paragraph)
{
    struct arena *arena = page->ctx.arena;
    struct value *pieces = value_put_list(arena, view, "pieces");
    struct str text = value_get_text(paragraph, "text"), owner = STR("");
    const struct value *users = value_get(paragraph, "used_by");
    if (value_count(users) > 0)
        owner = users->items.first->text;
    size_t at = 0;
    VALUE_EACH (user, users) {
        struct draft_entry found;
        if (user->kind != VALUE_TEXT || !draft_view_find(draft, user->text, &found) || !found.finding)
            continue;
        struct str measure = value_get_text(found.entry, "text");
        size_t begin = measure.n ? str_find(text, measure, at) : SIZE_MAX;
        if (begin == SIZE_MAX)
            continue;
        add_piece(arena, pieces, str_slice(text, at, begin), owner);
        add_piece(arena, pieces, measure, user->text);
        at = begin + measure.n;
    }
    add_piece(arena, pieces, str_slice(text, at, text.n), owner);
}

static void put_paragraphs(struct page *page, struct value *view, const struct value *draft)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_new_list(arena);
    bool has_printed = false;
    VALUE_EACH (paragraph, value_get(draft, "paragraphs")) {
        struct value *item = value_add_map(arena, list);
        struct str role = value_get_text(paragraph, "role"), state = value_get_text(paragraph, "state");
        value_put_int(arena, item, "number", value_get_int(paragraph, "n", 0));
        struct str place = value_get_text(paragraph, "place");
        value_put_text(arena, item, "place", place);
        value_put_text(arena, item, "place_text", paper_place_words(arena, page->lang, place));
        struct str text = value_get_text(paragraph, "text"), raw = value_get_text(paragraph, "raw");
        bool is_changed = raw.n && !str_equal(str_trim(raw), str_trim(text));
        value_put_text(arena, item, "text", text);
        value_put_text(arena, item, "printed", is_changed ? raw : STR(""));
        has_printed = has_printed || is_changed;
        value_put_text(arena, item, "role", role);
        value_put_text(arena, item, "role_label", keyed_text(page, "role_of", role));
        value_put_bool(arena, item, "is_heading",
                       str_equal(role, STR("title")) || str_equal(role, STR("aspect")) ||
                           str_equal(role, STR("findings")) || str_equal(role, STR("long_term")));
        value_put_bool(arena, item, "is_unplaced", str_equal(state, STR("unplaced")));
        value_put_bool(arena, item, "is_dropped", str_equal(state, STR("dropped")));
        put_pieces(page, item, draft, paragraph);
    }
    value_put_bool(arena, view, "has_printed", has_printed);
    if (list)
        paper_put_blocks(arena, view, list);
}

static void put_reports(struct page *page, struct value *view, const struct value *draft)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, view, "reports");
    VALUE_EACH (report, value_get(draft, "reports")) {
        struct value *item = value_add_map(arena, list);
        struct str severity = value_get_text(report, "severity");
        bool is_info = str_equal(severity, STR("info"));
        struct str args[3] = {value_get_text(report, "text"), value_get_text(report, "stated"),
                              value_get_text(report, "computed")};
        struct str key = arena_format(arena, "report.%.*s", STR_ARG(value_get_text(report, "code")));
        value_put_text(arena, item, "level", is_info ? STR("info") : STR("warning"));
        value_put_text(arena, item, "level_label", page_text(page, is_info ? "report.info" : "report.warning"));
        value_put_text(arena, item, "text", message_format(arena, page->lang, key, args, 3));
        value_put_int(arena, item, "paragraph", value_get_int(report, "paragraph", 0));
    }
    value_put_bool(arena, view, "has_reports", value_count(list) > 0);
    value_put_bool(arena, view, "reports_open", value_count(list) > 0 && value_count(list) <= 3);
}

static void put_counts(struct page *page, struct value *view, const struct value *draft)
{
    struct arena *arena = page->ctx.arena;
    int64_t measures = 0, long_term = 0, findings = 0;
    VALUE_EACH (finding, value_get(draft, "findings")) {
        bool is_long = str_equal(value_get_text(finding, "phase"), STR("long_term"));
        long_term += is_long;
        findings += !is_long;
        measures += (int64_t)value_count(value_get(finding, "measures"));
    }
    struct value *counts = value_put_map(arena, view, "counts");
    value_put_int(arena, counts, "aspects", (int64_t)value_count(value_get(draft, "aspects")));
    value_put_int(arena, counts, "findings", findings);
    value_put_int(arena, counts, "measures", measures);
    value_put_int(arena, counts, "long_term", long_term);
    value_put_int(arena, counts, "paragraphs", (int64_t)value_count(value_get(draft, "paragraphs")));
    value_put_int(arena, counts, "dropped", (int64_t)value_count(value_get(draft, "dropped")));
    value_put_int(arena, counts, "unplaced", (int64_t)value_count(value_get(draft, "unplaced")));
    value_put_int(arena, counts, "reports", (int64_t)value_count(value_get(draft, "reports")));
    value_put_bool(arena, view, "has_dropped", value_count(value_get(draft, "dropped")) > 0);
    const struct value *unplaced = value_get(draft, "unplaced");
    struct str count = arena_format(arena, "%zu", value_count(unplaced));
    value_put_bool(arena, view, "has_unplaced", value_count(unplaced) > 0);
    value_put_text(arena, view, "ask_text",
                   value_count(unplaced) ? page_text_args(page, "draft.ask_unplaced", &count, 1) : STR(""));
    value_put_int(arena, view, "first_unplaced", value_count(unplaced) ? unplaced->items.first->integer : 0);
    value_put_bool(arena, view, "is_asked",
                   page->ctx.first && str_equal(page->ctx.first->key, STR("draft.ask_unplaced")));
}

/* ---- where findings will stand ------------------------------------------------------------------------------- */

static struct responsible find_places(struct page *page, const struct value *row)
{
    struct responsible find;
    responsible_init(&find, &page->ctx, page->db, &page->actor, value_get_int(row, "unit_id", 0),
                     value_get_int(row, "label", LABEL_INTERNAL));
    return find;
}

static enum rc unit_name(struct page *page, int64_t id, struct str *ret_name)
{
    struct db_stmt *st = db_query(page->db, Q_UNIT_GET_ANY);
    struct value *unit;
    db_bind_int(st, "id", id);
    TRY(db_first_row(&page->ctx, st, &unit));
    *ret_name = value_get_text(unit, "name");
    return RC_OK;
}

/* How many findings will not stand in the unit that the document names, and in which they will. */
static enum rc put_places(struct page *page, struct value *view, const struct value *row, const struct value *draft)
{
    struct arena *arena = page->ctx.arena;
    struct responsible find = find_places(page, row);
    int64_t elsewhere = 0;
    VALUE_EACH (finding, value_get(draft, "findings")) {
        struct str words = value_get_text(finding, "responsible");
        struct responsible_place place;
        TRY(responsible_find(&find, words, &place));
        elsewhere += words.n && !place.is_by_words;
    }
    struct str args[2] = {arena_format(arena, "%lld", (long long)elsewhere), STR("")};
    TRY(unit_name(page, find.source_unit, &args[1]));
    value_put_text(arena, view, "elsewhere_text",
                   elsewhere ? page_text_args(page, "draft.elsewhere", args, 2) : STR(""));
    return RC_OK;
}

static enum rc put_place_of(struct page *page, struct value *view, const struct value *row, struct str words)
{
    struct responsible find = find_places(page, row);
    struct responsible_place place;
    struct str name;
    TRY(responsible_find(&find, words, &place));
    TRY(unit_name(page, place.unit_id, &name));
    bool is_elsewhere = words.n && !place.is_by_words;
    value_put_text(page->ctx.arena, view, "unit_text",
                   page_text_args(page, is_elsewhere ? "draft.unit_elsewhere" : "draft.unit", &name, 1));
    return RC_OK;
}

enum rc draft_view_put(struct page *page, const struct value *row, const struct value *draft, int64_t op_total,
                       struct draft_cursor at)
{
    struct arena *arena = page->ctx.arena;
    struct value *view = value_new_map(arena);
    int64_t in_force = value_get_int(row, "op_count", 0);
    value_put_int(arena, view, "id", value_get_int(row, "id", 0));
    value_put_int(arena, view, "revision", value_get_int(row, "changed_seq", 0));
    value_put_text(arena, view, "title", value_get_text(row, "title"));
    value_put_text(arena, view, "filename", value_get_text(row, "file_name"));
    value_put_text(arena, view, "state", value_get_text(row, "state"));
    value_put_text(arena, view, "format_label", value_get_text(draft, "format"));
    value_put_text(arena, view, "encoding", value_get_text(draft, "encoding"));
    value_put_text(arena, view, "doc_kind_label", keyed_text(page, "doc_kind", value_get_text(draft, "doc_kind")));
    value_put_text(arena, view, "selected", at.node.n ? node_id(arena, at.node) : STR(""));
    value_put_text(arena, view, "cursor",
                   at.paragraph ? paragraph_id(arena, at.paragraph) : value_get_text(view, "selected"));
    if (at.paragraph)
        value_put_int(arena, view, "selected_paragraph", at.paragraph);
    else
        value_put_null(arena, view, "selected_paragraph");
    value_put_bool(arena, view, "can_undo", in_force > 0);
    value_put_bool(arena, view, "can_redo", op_total > in_force);
    put_counts(page, view, draft);
    struct str blocked = STR("");
    if (value_count(value_get(draft, "findings")) == 0)
        blocked =
            page_text(page, value_get_bool(draft, "gives_findings") ? "draft.no_findings" : "draft.not_a_bulletin");
    for (const struct ctx_issue *issue = page->ctx.first; issue; issue = issue->next)
        blocked = message_of_issue(arena, page->lang, issue);
    value_put_text(arena, view, "blocked", blocked);
    TRY(put_places(page, view, row, draft));
    put_register(page, view, draft, at.node);
    put_paragraphs(page, view, draft);
    put_reports(page, view, draft);
    value_set(page->view, STR("draft"), view);
    return arena_rc(arena);
}

/* ---- the chosen piece ---------------------------------------------------------------------------------------- */

static void add_option(struct arena *arena, struct value *list, struct str value, struct str label, bool is_selected)
{
    struct value *option = value_add_map(arena, list);
    value_put_text(arena, option, "value", value);
    value_put_text(arena, option, "label", label);
    value_put_bool(arena, option, "selected", is_selected);
}

static void put_phases(struct page *page, struct value *view, struct str chosen)
{
    static const char *const phases[] = {"immediate", "concentrated", "long_term"};
    struct value *list = value_put_list(page->ctx.arena, view, "phases");
    for (size_t i = 0; i < 3; i++) {
        struct str phase = str_from_cstr(phases[i]);
        add_option(page->ctx.arena, list, phase, keyed_text(page, "phase", phase), str_equal(phase, chosen));
    }
}

static void put_roles(struct page *page, struct value *view, const char *now)
{
    static const char *const roles[] = {"finding", "long_term", "measure", "aspect", "note"};
    struct value *list = value_put_list(page->ctx.arena, view, "roles");
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        struct str role = str_from_cstr(roles[i]);
        add_option(page->ctx.arena, list, role, keyed_text(page, "role", role), str_equal_cstr(role, now));
    }
}

static void add_parents(struct page *page, struct value *list, const struct value *draft, const char *from,
                        struct str chosen)
{
    struct arena *arena = page->ctx.arena;
    VALUE_EACH (entry, value_get(draft, from)) {
        struct str title = cut_text(value_get_text(entry, "title"), OPTION_TITLE_BYTES);
        struct str id = value_get_text(entry, "id");
        add_option(arena, list, id,
                   arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(entry, "no")), STR_ARG(title)),
                   str_equal(id, chosen));
    }
}

/* Places after a full stop or semicolon inside text; `at` is "paragraph:offset", paragraph 0 for a measure's own text.
 */
static void add_split_points(struct arena *arena, struct value *list, struct str text, int64_t paragraph)
{
    static const char *const marks[] = {"\xe3\x80\x82", "\xef\xbc\x9b", ";"};
    for (size_t at = 0; at < text.n && value_count(list) < SPLIT_POINTS_MAX;) {
        size_t best = SIZE_MAX, length = 0;
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            size_t hit = str_find(text, str_from_cstr(marks[i]), at);
            if (hit < best) {
                best = hit;
                length = str_from_cstr(marks[i]).n;
            }
        }
        if (best == SIZE_MAX || best + length >= text.n)
            return;
        at = best + length;
        struct value *point = value_add_map(arena, list);
        value_put_text(arena, point, "at", arena_format(arena, "%lld:%zu", (long long)paragraph, at));
        value_put_text(arena, point, "text", cut_text(str_slice(text, at, text.n), SPLIT_TEXT_BYTES));
    }
}

static void put_split_points(struct page *page, struct value *view, const struct value *draft,
                             const struct draft_entry *found)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, view, "split_points");
    if (found->finding)
        add_split_points(arena, list, value_get_text(found->entry, "text"), 0);
    else if (str_equal_cstr(str_from_cstr(found->kind), "finding"))
        VALUE_EACH (n, value_get(found->entry, "paragraphs")) {
            add_split_points(arena, list, value_get_text(find_paragraph(draft, n->integer), "text"), n->integer);
        }
    value_put_bool(arena, view, "can_split", value_count(list) > 0);
}

static enum rc put_node(struct page *page, struct value *view, const struct value *row, const struct value *draft,
                        const struct draft_entry *found)
{
    struct arena *arena = page->ctx.arena;
    const struct value *entry = found->entry;
    bool is_measure = found->finding != NULL, is_finding = str_equal_cstr(str_from_cstr(found->kind), "finding");
    bool is_long = is_finding && str_equal(value_get_text(entry, "phase"), STR("long_term"));
    value_put_text(arena, view, "id", node_id(arena, value_get_text(entry, "id")));
    value_put_text(arena, view, "kind_label", keyed_text(page, "role", str_from_cstr(found->kind)));
    value_put_text(arena, view, "number", value_get_text(entry, "no"));
    value_put_text(arena, view, "title", value_get_text(entry, is_measure ? "text" : "title"));
    value_put_text(arena, view, "body", is_finding ? value_get_text(entry, "body") : STR(""));
    value_put_text(arena, view, "responsible", value_get_text(entry, "responsible"));
    value_put_text(arena, view, "due", value_get_text(entry, "due"));
    value_put_text(arena, view, "due_words", value_get_text(entry, "due_text"));
    value_put_bool(arena, view, "is_node", true);
    value_put_bool(arena, view, "is_paragraph", false);
    value_put_bool(arena, view, "is_finding", is_finding);
    value_put_bool(arena, view, "is_measure", is_measure);
    value_put_bool(arena, view, "can_merge", found->before != NULL);
    value_put_bool(arena, view, "can_drop", true);
    value_put_text(arena, view, "drop_reason", STR(""));
    put_phases(page, view, value_get_text(entry, "phase"));
    put_roles(page, view, is_long ? "long_term" : found->kind);
    struct value *parents = value_put_list(arena, view, "parents");
    if (is_measure) {
        add_parents(page, parents, draft, "findings", value_get_text(found->finding, "id"));
    } else {
        add_option(arena, parents, STR(""), page_text(page, "draft.no_aspect"), !value_get_text(entry, "aspect").n);
        add_parents(page, parents, draft, "aspects", value_get_text(entry, "aspect"));
    }
    put_split_points(page, view, draft, found);
    struct value *similar = NULL;
    value_put_text(arena, view, "unit_text", STR(""));
    if (is_finding)
        TRY(put_place_of(page, view, row, value_get_text(entry, "responsible")));
    if (is_finding)
        TRY(similar_find(&page->ctx, page->db, &page->actor, value_get_text(entry, "title"),
                         value_get_text(entry, "body"), 0, &similar));
    value_put(view, STR("similar"), similar ? similar : value_new_list(arena));
    value_put_bool(arena, view, "has_similar", value_count(similar) > 0);
    return RC_OK;
}

static void put_paragraph(struct page *page, struct value *view, const struct value *draft,
                          const struct value *paragraph)
{
    struct arena *arena = page->ctx.arena;
    int64_t n = value_get_int(paragraph, "n", 0);
    struct str state = value_get_text(paragraph, "state"), reason = STR("");
    VALUE_EACH (gone, value_get(draft, "dropped")) {
        if (value_get_int(gone, "n", 0) == n)
            reason = value_get_text(gone, "reason");
    }
    value_put_text(arena, view, "id", paragraph_id(arena, n));
    value_put_int(arena, view, "number", n);
    value_put_text(arena, view, "kind_label", page_text(page, "draft.paragraph"));
    value_put_text(arena, view, "title", value_get_text(paragraph, "text"));
    value_put_text(arena, view, "raw", value_get_text(paragraph, "raw"));
    value_put_bool(arena, view, "is_node", false);
    value_put_bool(arena, view, "is_paragraph", true);
    value_put_bool(arena, view, "is_finding", false);
    value_put_bool(arena, view, "is_measure", false);
    value_put_bool(arena, view, "can_drop", str_equal(state, STR("unplaced")));
    value_put_text(arena, view, "drop_reason", reason);
    put_roles(page, view, "note");
    struct value *parents = value_put_list(arena, view, "parents");
    add_option(arena, parents, STR(""), page_text(page, "draft.no_aspect"), true);
    add_parents(page, parents, draft, "aspects", STR(""));
    add_parents(page, parents, draft, "findings", STR(""));
    value_put(view, STR("similar"), value_new_list(arena));
    value_put_bool(arena, view, "has_similar", false);
}

enum rc draft_view_put_selected(struct page *page, const struct value *row, const struct value *draft,
                                struct draft_cursor cursor)
{
    struct arena *arena = page->ctx.arena;
    struct draft_entry found;
    struct value *view = NULL;
    const struct value *at = cursor.paragraph ? find_paragraph(draft, cursor.paragraph) : NULL;
    if (cursor.node.n && draft_view_find(draft, cursor.node, &found)) {
        view = value_new_map(arena);
        TRY(put_node(page, view, row, draft, &found));
    } else if (at) {
        view = value_new_map(arena);
        put_paragraph(page, view, draft, at);
    }
    if (view)
        value_set(page->view, STR("selected"), view);
    else
        value_put_null(arena, page->view, "selected");
    return arena_rc(arena);
}
