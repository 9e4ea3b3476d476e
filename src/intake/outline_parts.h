/* outline_parts.h: the structs that the passes of the outline share; for src/intake/outline_*.c and draft_*.c only.
 *
 * Passes work on the match text of a line (pinyin stripped, simplified, widths folded).  A range in match text goes
 * back to clean text and to the raw paragraph through the maps of struct outline_line.
 */
#ifndef BIHUAN_INTAKE_OUTLINE_PARTS_H
#define BIHUAN_INTAKE_OUTLINE_PARTS_H

#include "base/vec.h"
#include "intake/outline.h"
#include "text/amount.h"
#include "text/date.h"
#include "text/normalize.h"

/* One printed line: a paragraph, or the piece of one between two line feeds. */
struct outline_line {
    uint32_t paragraph; /* index into the document */
    uint32_t raw_at;    /* where the piece starts in the raw paragraph */
    struct cleaned clean;
    struct cleaned fold; /* of clean.text; its text is the match text */
    struct str match;    /* = fold.text */
    size_t mark_end;     /* match offset behind the mark, spaces skipped; 0 without a mark */
    enum outline_style style;
    int number;
    int number_major;          /* of a DECIMAL mark: the first number */
    bool is_doubtful;          /* could be plain words: taken only where the number is the next one */
    bool is_mark_damaged;      /* a letter stands for the number */
    bool is_list_mark;         /* automatic numbering of the file: the mark is not in the text */
    enum outline_role role;    /* NONE until a pass has placed the line */
    const char *reason;        /* of furniture: why */
    struct outline_node *node; /* that holds the line, or NULL */
};

/* A range in the raw text of one paragraph. */
struct outline_span {
    uint32_t paragraph;
    uint32_t from, to;
};

enum outline_fact_kind { FACT_DATE, FACT_AMOUNT, FACT_RULE, FACT_MEETING };

struct outline_fact {
    enum outline_fact_kind kind;
    uint32_t line;
    size_t from, to; /* match range; of an amount with its label */
    struct outline_span span;
    struct str text;  /* clean */
    struct str label; /* AMOUNT: what it counts, clean */
    struct found_date date;
    struct found_amount amount; /* offsets are in match text */
};

/* What the columns of a ledger say beside the finding itself; texts are clean and may be empty. */
struct outline_row {
    struct str number, category, type, unit, leader, due, status, amount, amount_unit, basis, result;
    struct str measure;     /* may name the deadline where no column does */
    struct str more_states; /* those of the further rows of one problem, one a line */
    int64_t amount_fen;
    bool has_amount;
    bool has_due_day;
    int32_t due_day;
};

struct outline_node {
    int id; /* 1.. in order of appearance */
    enum outline_style style;
    int number; /* of the mark, 0 without */
    int number_major;
    bool is_inline; /* starts inside a line */
    enum outline_role role;
    enum outline_role zone; /* role of the part that the node stands in */
    struct str mark;        /* as printed, clean */
    struct str heading;     /* clean, without the full stop */
    struct str body;        /* clean, continuation lines joined by line feeds; without the heading */
    uint32_t line;          /* first line */
    size_t from, to;        /* match range in that line, from the mark to the end of the piece */
    size_t heading_from, heading_to;
    struct outline_span span;
    VEC(uint32_t) lines; /* lines whose place this node is (an inline node has none) */
    struct outline_node *parent, *first, *last_child, *next;
    int rank;                /* how deep the mark's style is; a smaller rank closes it */
    int last[STYLE_COUNT_];  /* number of the last child of each style */
    bool is_fault_part;      /* of a feedback: names a fault although no part is called "problems" */
    bool is_labelled;        /* its lines name who, until when, what: a problem */
    int labelled_below;      /* how many pieces below are such */
    bool is_quote_open;      /* the heading holds a quote that never closes */
    struct outline_row *row; /* ROW, and a measure of a further row */
    int table;               /* TABLE, ROW: number of the table in the file */
};

enum outline_severity { SEVERITY_INFO, SEVERITY_WARNING };

/* Something the office should look at.  Texts are clean. */
struct outline_report {
    const char *code; /* "sum_mismatch", "numbering_missing", ... */
    enum outline_severity severity;
    struct str place;
    struct outline_span span;
    struct str text;             /* the words it is about */
    struct str stated, computed; /* may be empty */
    int node_id;                 /* 0 none */
};

struct outline_source {
    struct str title, number, authority, inspector, inspected_body, short_name, inspection_type, round, commissioned_by;
    struct str published, origin;               /* from the metadata lines */
    struct str as_of, reported_by, amount_unit; /* from the lines above a ledger's headings */
    struct found_date inspected, fed_back;
    bool has_inspected, has_fed_back;
    uint32_t line; /* of the opening */
    bool has_line;
};

struct outline_contact {
    const char *kind; /* "phone", "mobile", "fax", "address", "postcode", "email", "person", "hours" */
    struct str value, hours, note;
    struct outline_span span;
    struct str place;
};

struct outline_publicity {
    bool is_stated, has_from, has_to, has_days, has_first_rule, states_first_included;
    int32_t from, to;
    int stated_days;
    int with_first, without_first;
    bool is_estimated;                   /* the calendar has no notice of the year: no statement about agreement */
    bool is_from_derived, is_to_derived; /* not written: from the day of the signature, from the stated days */
    bool has_agreement, agrees, include_first;
    struct str text, place;
    struct outline_span span;
};

struct outline_signature {
    bool is_present, has_date;
    struct str signatory, date_text, place;
    int32_t date;
};

struct outline_check { /* a stated total that was compared, also when it agrees */
    struct str text, place;
    struct str stated, computed;
    const char *what; /* "sum", "rate", "types", "listed", "column", "row" */
    bool agrees, is_approximate;
};

struct outline {
    struct ctx *ctx;
    struct arena *arena;
    const struct document *document;
    enum outline_kind kind;
    VEC(struct outline_line) lines;
    VEC(struct outline_node *) nodes; /* in order of appearance, without the root */
    struct outline_node root;
    VEC(struct outline_fact) facts;
    VEC(struct outline_report) reports;
    VEC(struct outline_check) checks;
    VEC(struct outline_contact) contacts;
    struct outline_source source;
    struct outline_publicity publicity;
    struct outline_signature signature;
    size_t front_end;          /* first line behind title, salutation and opening */
    size_t closing;            /* first line of the closing; lines.n without one */
    struct date_context dates; /* of deadlines without a year */
    size_t pinyin_marks, pinyin_hans;
    uint8_t *is_table_line; /* per line: belongs to a cell */
    uint32_t *first_line;   /* per paragraph, and lines.n behind the last */
};

/* outline_line.c */
enum rc outline_read_lines(struct outline *outline) MUST_CHECK;
/* Clean text and raw span of a match range; spaces at both ends are left out of the text. */
struct str outline_clean(const struct outline_line *line, size_t from, size_t to);
struct outline_span outline_span_of(const struct outline_line *line, size_t from, size_t to);
struct str outline_place_of(const struct outline *outline, const struct outline_line *line);
void outline_add_report(struct outline *outline, const char *code, enum outline_severity severity, uint32_t line,
                        size_t from, size_t to, struct str stated, struct str computed, int node_id);
/* Offset of the first of count literals at or after from; SIZE_MAX when none; *ret_word is its index (may be NULL). */
size_t outline_find_any(struct str s, size_t from, const char *const *words, size_t *ret_word);
bool outline_has_any(struct str s, const char *const *words);
size_t outline_find(struct str s, const char *word, size_t from);
/* White space of either width, code point count, and a code point step back. */
struct str outline_trim(struct str s);
size_t outline_count(struct str s);
size_t outline_step_back(struct str s, size_t at);
/* Code point at byte at, 0 at the end; *ret_next behind it (may be NULL). */
uint32_t outline_code_at(struct str s, size_t at, size_t *ret_next);

/* outline_mark.c */
/* Mark at the start of the line's match text: fills style, number, mark_end. */
void outline_read_mark(struct outline_line *line, struct str list_mark);
/* End of the heading (offset of the full stop outside quotes) of match text from..to; to when it does not end. */
size_t outline_heading_end(struct str match, size_t from, size_t to, bool *ret_is_quote_open);
struct inline_mark {
    enum outline_style style;
    int number;
    size_t from, end; /* of the mark */
};
typedef VEC(struct inline_mark) inline_mark_vec;
/* Marks inside match text from..to, where last[style] is the number of the last mark of that style (updated). */
enum rc outline_find_inline(struct arena *arena, struct str match, size_t from, size_t to, bool is_start, int *last,
                            inline_mark_vec *ret) MUST_CHECK;

/* outline_words.c */
const char *outline_furniture_reason(struct str match, bool is_head, bool is_tail);
enum outline_role outline_role_of_title(struct str title, bool is_top);
bool outline_is_title(struct str match);
/* With the words that invite comments, or only by the label of a period. */
bool outline_is_publicity_line(struct str match, bool with_invitation);
/* A marked line that begins with the label of a period: "1.公示时间：…". */
bool outline_is_publicity_item(const struct outline_line *line);
bool outline_is_problem_heading(struct str match);

/* outline_kind.c */
enum outline_kind outline_classify(const struct outline *outline, struct str title, struct str text);
/* outline_front.c */
enum rc outline_read_front(struct outline *outline) MUST_CHECK;
enum rc outline_read_opening(struct outline *outline) MUST_CHECK;
/* outline_contact.c */
bool outline_is_contact_line(struct str match);
/* A marked line that begins with the label of a contact: "2.联系电话：…". */
bool outline_is_contact_item(const struct outline_line *line);
/* End of a labelled value: the first ";" or full stop outside brackets. */
size_t outline_value_end(struct str s, size_t from, size_t to);
void outline_read_contacts(struct outline *outline, const struct outline_line *line);
/* outline_publicity.c */
enum rc outline_read_publicity(struct outline *outline, uint32_t at) MUST_CHECK;
/* outline_close.c */
enum rc outline_find_closing(struct outline *outline) MUST_CHECK;
enum rc outline_read_closing(struct outline *outline) MUST_CHECK;
/* outline_tree.c */
enum rc outline_build_tree(struct outline *outline) MUST_CHECK;
struct outline_node *outline_new_node(struct outline *outline, struct outline_node *parent, enum outline_style style);
/* outline_fault.c, of a feedback or an audit's report */
/* Does a heading name what is wrong, rather than what was done about it? */
bool outline_is_problem(struct str heading);
/* The lists that a sentence announces as requests ("提出如下整改建议：") get their role. */
void outline_mark_requests(struct outline *outline);
/* Where no part is called "problems": the parts that name a fault or an aspect are findings or hold them. */
void outline_mark_faults(struct outline *outline);
/* Do the words blame: "不到位", "流于形式", "薄弱"?  A request's words do not. */
bool outline_names_fault(struct str words);
/* outline_prose.c */
/* Findings that a feedback or an audit's report lists in running text, where it has no others. */
enum rc outline_read_prose(struct outline *outline) MUST_CHECK;
/* Findings that an aspect of another kind of document names one after the other ("关于…问题，…；关于…"). */
enum rc outline_read_about(struct outline *outline) MUST_CHECK;
/* outline_label.c */
/* "1.进展情况：…" "2.成效：…" below a problem tell of it; they are no problems. */
bool outline_has_progress_labels(const struct outline_node *node);
/* "整改成效", "责任单位：办公室": facts of the problem above, no measures. */
bool outline_is_fact_label(struct str heading);
void outline_mark_labelled(struct outline *outline);
/* outline_role.c */
enum rc outline_assign_roles(struct outline *outline) MUST_CHECK;
/* A table as a grid: a cell that spans several rows or columns stands in each of them. */
struct grid_cell {
    struct str match, clean; /* pieces joined by line feeds */
    uint32_t line;           /* first line of the cell */
    size_t from;             /* match offset in that line where the words begin that are read */
    size_t row, column;      /* where it starts, 0-based */
    bool is_header;
};

enum column_kind {
    COLUMN_OTHER,
    COLUMN_NUMBER,
    COLUMN_CATEGORY,
    COLUMN_PROBLEM,
    COLUMN_MEASURE,
    COLUMN_RESULT,
    COLUMN_TYPE,
    COLUMN_AMOUNT,
    COLUMN_STATUS,
    COLUMN_UNIT,
    COLUMN_LEADER,
    COLUMN_DUE,
    COLUMN_BASIS,
    COLUMN_COUNT,
    COLUMN_RATE
};

struct grid {
    struct grid_cell *cells;
    size_t count;
    size_t rows, columns;
    size_t header;           /* row of the headings; rows when there are none */
    int *at;                 /* rows * columns: cell or -1 */
    size_t *starts;          /* per row: its first cell */
    enum column_kind *kinds; /* of the columns */
};

/* outline_grid.c */
const struct paragraph *outline_cell_paragraph(const struct outline *outline, size_t line);
/* The cells of lines [first, end) and what they cover; grid->at is NULL when there is none, or too many. */
enum rc outline_read_grid(struct outline *outline, size_t first, size_t end, struct grid *grid) MUST_CHECK;
/* outline_table_sum.c: total row against the rows, parts against totals, rates against counts. */
enum rc outline_check_grid(struct outline *outline, const struct grid *grid, int node_id) MUST_CHECK;
/* Decimal text ("18,742.56", "92.9%") as value / 10^scale; false when it is no number. */
bool outline_read_decimal(struct str s, int64_t *ret_value, int *ret_scale);
/* part / whole in basis points, rounded half up; a stated percentage with `scale` decimals agrees when it rounds so. */
bool outline_rate_agrees(int64_t part, int64_t whole, int64_t stated, int scale, enum amount_approx approx);
struct str outline_format_rate(struct arena *arena, int64_t part, int64_t whole);

/* outline_ledger.c */
/* Labelled facts above the headings of a ledger ("审计机关：…　审计期间：…") into the source. */
enum rc outline_read_ledger_lead(struct outline *outline, const struct grid *grid) MUST_CHECK;
/* outline_cell.c */
/* One numbered piece: match range [from, to) of a line, its mark before it. */
struct outline_piece {
    uint32_t line;
    size_t mark, from, to;
    int number;
};
typedef VEC(struct outline_piece) outline_piece_vec;
/* The pieces that match range [from, to) numbers ("1.…；2.…", "①…②…"); none when there is but one. */
enum rc outline_find_pieces(const struct outline *outline, uint32_t at, size_t from, size_t to,
                            outline_piece_vec *ret) MUST_CHECK;
/* One measure below finding for each numbered piece or whole line of a cell, else one for the cell. */
enum rc outline_add_cell_measures(struct outline *outline, const struct grid_cell *cell,
                                  struct outline_node *finding) MUST_CHECK;
/* outline_form.c: a sheet for one problem, with labels beside the values. */
bool outline_is_form(const struct grid *grid);
enum rc outline_read_form(struct outline *outline, const struct grid *grid, struct outline_node *table) MUST_CHECK;
/* outline_table.c */
enum column_kind outline_column_kind(struct str heading);
enum rc outline_read_table(struct outline *outline, size_t first, size_t end, struct outline_node *parent) MUST_CHECK;
/* outline_due.c */
/* Sets outline->dates from the days that the document names: its own, of the feedback, the last one, or today. */
enum rc outline_find_date_context(struct outline *outline) MUST_CHECK;
/* The day that the words of a deadline's own field name; to_day FOUND_DAY_NONE when none. */
enum rc outline_read_due(const struct outline *outline, struct str words, struct found_date *ret) MUST_CHECK;
enum rc outline_read_row_dues(struct outline *outline) MUST_CHECK;
/* outline_fact.c */
enum rc outline_find_facts(struct outline *outline) MUST_CHECK;
/* outline_check.c */
/* A stated figure that was compared, also when it agrees; the arena remembers a failure. */
void outline_add_check(struct outline *outline, const char *what, uint32_t at, size_t from, size_t to,
                       struct str stated, struct str computed, bool agrees, bool is_approximate);
enum rc outline_check_sums(struct outline *outline) MUST_CHECK;
/* outline_listed.c */
/* Totals of problems and aspects against those that the document lists. */
enum rc outline_check_listed(struct outline *outline) MUST_CHECK;
/* outline_number.c */
enum rc outline_check_numbers(struct outline *outline) MUST_CHECK;
const char *outline_numbering(const struct outline *outline, enum outline_style style);
/* outline.c */
/* Role of a paragraph: of the first of its lines that is no furniture; *ret_node is that line's piece or NULL. */
enum outline_role outline_paragraph_role(const struct outline *outline, uint32_t paragraph,
                                         const struct outline_node **ret_node, const char **ret_reason);
bool outline_gives_register(enum outline_kind kind);
/* outline_json.c, shared with the draft */
void outline_put_day(struct arena *arena, struct value *map, const char *key, int32_t day);
struct value *outline_fact_value(struct arena *arena, const struct outline *outline, const struct outline_fact *fact);
void outline_put_report(struct arena *arena, struct value *list, const struct outline_report *report);
void outline_put_reports(struct arena *arena, struct value *map, const struct outline *outline);
void outline_put_source(struct arena *arena, struct value *map, const struct outline *outline);
void outline_put_closing(struct arena *arena, struct value *map, const struct outline *outline);

#endif
