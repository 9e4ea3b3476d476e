/* sqlgen_text.c: one line of SQL: comments, blanks, macros, type words. */
#include "sqlgen.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *word;
    const char *spelled[ENGINES];
} words[] = {
    {"id", {"INTEGER PRIMARY KEY", "bigint PRIMARY KEY"}},
    {"int64", {"INTEGER", "bigint"}},
    {"bool", {"INTEGER", "integer"}},
    {"time", {"INTEGER", "bigint"}},
    {"date", {"TEXT", "text COLLATE \"C\""}},
    {"text", {"TEXT", "text COLLATE \"C\""}},
    {"blob", {"BLOB", "bytea"}},
    {"without_rowid", {"WITHOUT ROWID, STRICT", ""}},
};

static bool is_name_char(char c) { return c == '_' || isalnum((unsigned char)c); }

static struct str name_at(struct str line, size_t from)
{
    size_t to = from;
    while (to < line.n && is_name_char(line.p[to]))
        to++;
    return str_slice(line, from, to);
}

/* Length of the quoted piece that starts at i; its quote doubled stands for itself. */
static size_t quoted_length(struct place place, struct str line, size_t i)
{
    char quote = line.p[i];
    for (size_t k = i + 1; k < line.n; k++) {
        if (line.p[k] != quote)
            continue;
        if (k + 1 < line.n && line.p[k + 1] == quote)
            k++;
        else
            return k + 1 - i;
    }
    fail_at(place, "quote %c does not end on its line", quote);
}

static void add_scope(struct buf *out, struct place place, struct str args, struct query *query)
{
    struct str unit = {NULL, 0}, label;
    args = str_trim(args);
    str_split_next(&args, ' ', &unit);
    label = str_trim(args);
    if (unit.n == 0)
        fail_at(place, "{scope} needs an alias, or a unit column and a label");
    if (query->scope.n == 0)
        fail_at(place, "{scope} in a block without a line `-- scope: alias`");
    char text[256];
    struct buf column, mark;
    buf_init(&column, sizeof text);
    buf_init(&mark, sizeof text);
    buf_add(&column, unit);
    buf_add(&mark, label);
    if (label.n == 0) {
        if (str_find_byte(unit, '.', 0) != SIZE_MAX)
            fail_at(place, "{scope %.*s} needs a label after the column", STR_ARG(unit));
        buf_add_cstr(&column, ".unit_id");
        buf_add(&mark, unit);
        buf_add_cstr(&mark, ".label");
    }
    buf_add_format(out,
                   "($scope_all >= %s OR EXISTS (SELECT 1 FROM user_scope scope_ WHERE scope_.user_id = $me AND "
                   "scope_.perm = $perm AND scope_.unit_id = %s AND scope_.clearance >= %s))",
                   mark.p, column.p, mark.p);
    buf_done(&column);
    buf_done(&mark);
}

/* {matter f p}: f, or what f stands for, has linked findings p in sight; the line goes on with what of p must hold, and
 * closes the bracket.  Linked ones are few and have an index of their own, so they are looked for once. */
static void add_matter(struct buf *out, struct place place, struct str aliases, struct query *query)
{
    struct str f = name_at(aliases, 0), p = str_trim(str_slice(aliases, f.n, aliases.n));
    if (f.n == 0 || p.n == 0)
        fail_at(place, "{matter} needs the aliases of finding and of what is linked to it");
    buf_add_format(
        out,
        "coalesce(%.*s.main_id, %.*s.id) IN (SELECT %.*s.main_id FROM finding %.*s WHERE %.*s.main_id IS NOT "
        "NULL AND %.*s.status <> 'withdrawn' AND ",
        STR_ARG(f), STR_ARG(f), STR_ARG(p), STR_ARG(p), STR_ARG(p), STR_ARG(p));
    struct buf scope;
    buf_init(&scope, 200);
    buf_add_format(&scope, "%.*s.unit_id %.*s.label", STR_ARG(p), STR_ARG(p));
    add_scope(out, place, buf_str(&scope), query);
    buf_done(&scope);
}

/* {brought f recovered_fen}: what the accepted reports of a finding brought.  Of linked findings that is what those in
 * sight brought together, told at the first one of each source: so a source has it once, and so has a total, which
 * counts the first of all. */
static void add_brought(struct buf *out, struct place place, struct str words, struct query *query)
{
    struct str f = name_at(words, 0), column = str_trim(str_slice(words, f.n, words.n));
    if (f.n == 0 || column.n == 0)
        fail_at(place, "{brought} needs the alias of finding and a column");
    buf_add_format(out,
                   "CASE WHEN coalesce(%.*s.main_id, %.*s.id) NOT IN (SELECT main_.main_id FROM finding main_ WHERE "
                   "main_.main_id IS NOT NULL) THEN %.*s.%.*s WHEN EXISTS (SELECT 1 FROM finding before_ WHERE "
                   "(before_.id = %.*s.main_id OR before_.main_id = %.*s.main_id) AND before_.source_id = "
                   "%.*s.source_id AND before_.id < %.*s.id AND before_.status <> 'withdrawn' AND ",
                   STR_ARG(f), STR_ARG(f), STR_ARG(f), STR_ARG(column), STR_ARG(f), STR_ARG(f), STR_ARG(f), STR_ARG(f));
    add_scope(out, place, STR("before_.unit_id before_.label"), query);
    buf_add_format(out,
                   ") THEN 0 ELSE (SELECT CAST(coalesce(sum(part_.%.*s), 0) AS bigint) FROM finding part_ WHERE "
                   "(part_.id = coalesce(%.*s.main_id, %.*s.id) OR part_.main_id = coalesce(%.*s.main_id, %.*s.id)) "
                   "AND part_.status <> 'withdrawn' AND ",
                   STR_ARG(column), STR_ARG(f), STR_ARG(f), STR_ARG(f), STR_ARG(f));
    add_scope(out, place, STR("part_.unit_id part_.label"), query);
    buf_add_cstr(out, ") END");
}

/* Expands the macro at line[i] == '{'; returns its length. */
static size_t add_macro(struct buf *out, struct place place, struct str line, size_t i, struct query *query)
{
    size_t end = str_find_byte(line, '}', i);
    if (end == SIZE_MAX)
        fail_at(place, "macro does not end on its line");
    struct str inside = str_slice(line, i + 1, end);
    struct str word = name_at(inside, 0);
    bool is_marker = str_equal_cstr(inside, "filters") || str_equal_cstr(inside, "order");
    if (str_equal_cstr(word, "scope")) {
        add_scope(out, place, str_slice(inside, word.n, inside.n), query);
    } else if (str_equal_cstr(word, "once")) {
        struct str alias = str_trim(str_slice(inside, word.n, inside.n));
        if (alias.n == 0)
            fail_at(place, "{once} needs the alias of finding");
        /* The main finding stands for all of the matter; for who may not see it, the first one in sight does. */
        buf_add_format(
            out,
            "(%.*s.main_id IS NULL OR NOT EXISTS (SELECT 1 FROM finding once_ WHERE (once_.id = %.*s.main_id OR "
            "(once_.main_id = %.*s.main_id AND once_.id < %.*s.id)) AND once_.status <> 'withdrawn' AND ",
            STR_ARG(alias), STR_ARG(alias), STR_ARG(alias), STR_ARG(alias));
        add_scope(out, place, STR("once_.unit_id once_.label"), query);
        buf_add_cstr(out, "))");
    } else if (str_equal_cstr(word, "matter")) {
        add_matter(out, place, str_trim(str_slice(inside, word.n, inside.n)), query);
    } else if (str_equal_cstr(word, "brought")) {
        add_brought(out, place, str_trim(str_slice(inside, word.n, inside.n)), query);
    } else if (is_marker) {
        if (!query->is_list)
            fail_at(place, "{%.*s} belongs to a `-- :list` block", STR_ARG(inside));
        if (str_equal_cstr(inside, "order"))
            query->has_order = true;
        buf_add(out, str_slice(line, i, end + 1));
    } else {
        fail_at(place, "unknown macro {%.*s}", STR_ARG(inside));
    }
    return end + 1 - i;
}

static bool starts(struct str line, size_t i, const char *two)
{
    return i + 1 < line.n && memcmp(line.p + i, two, 2) == 0;
}

static void begin_line(struct buf *out)
{
    if (out->n && out->p[out->n - 1] != ' ' && out->p[out->n - 1] != '\n')
        buf_add_char(out, ' ');
}

/* Adds a byte; a run of blanks becomes one. */
static void add_char(struct buf *out, char c)
{
    if (c == ' ' || c == '\t' || c == '\r')
        begin_line(out);
    else
        buf_add_char(out, c);
}

void sql_add_query_line(struct buf *out, struct place place, struct str line, struct query *query)
{
    line = str_trim(line);
    begin_line(out);
    for (size_t i = 0; i < line.n;) {
        char c = line.p[i];
        size_t taken = 1;
        if (c == '\'' || c == '"') {
            taken = quoted_length(place, line, i);
            buf_add(out, str_slice(line, i, i + taken));
        } else if (starts(line, i, "--")) {
            break;
        } else if (starts(line, i, "/*")) {
            fail_at(place, "write comments with --");
        } else if (c == ';') {
            fail_at(place, "a query is one statement without ';'");
        } else if (c == '{') {
            taken = add_macro(out, place, line, i, query);
        } else if (c == '}') {
            fail_at(place, "stray '}'");
        } else if (c == '?') {
            fail_at(place, "parameters are written $name");
        } else if (c == '$') {
            struct str name = name_at(line, i + 1);
            if (name.n == 0 || isdigit((unsigned char)name.p[0]))
                fail_at(place, "parameters are written $name");
            taken = 1 + name.n;
            buf_add(out, str_slice(line, i, i + taken));
        } else {
            add_char(out, c);
        }
        i += taken;
    }
}

void sql_add_schema_line(struct buf *out, struct place place, struct str line, int engine)
{
    line = str_trim(line);
    begin_line(out);
    for (size_t i = 0; i < line.n;) {
        char c = line.p[i];
        size_t taken = 1;
        if (c == '\'' || c == '"') {
            taken = quoted_length(place, line, i);
            buf_add(out, str_slice(line, i, i + taken));
        } else if (starts(line, i, "--")) {
            break;
        } else if (c == '@' && i + 1 < line.n && isalpha((unsigned char)line.p[i + 1])) {
            struct str name = name_at(line, i + 1);
            const char *spelled = NULL;
            for (size_t k = 0; k < sizeof words / sizeof *words; k++)
                if (str_equal_cstr(name, words[k].word))
                    spelled = words[k].spelled[engine];
            if (!spelled)
                fail_at(place, "unknown word @%.*s", STR_ARG(name));
            taken = 1 + name.n;
            buf_add_cstr(out, spelled);
        } else {
            add_char(out, c);
        }
        i += taken;
    }
    buf_add_char(out, '\n');
}

void sql_make_strict(struct buf *sql)
{
    struct buf out;
    buf_init(&out, TEXT_BYTES_MAX * 2);
    struct str text = buf_str(sql);
    size_t start = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\'' || c == '"') {
            size_t end = str_find_byte(text, c, i + 1);
            i = end == SIZE_MAX ? text.n - 1 : end;
            continue;
        }
        if (c != ';')
            continue;
        struct str statement = str_trim(str_slice(text, start, i));
        struct str head = str_slice(statement, 0, 13);
        buf_add(&out, str_slice(text, start, i));
        if (str_equal_nocase(head, STR("CREATE TABLE ")) && str_has_suffix(statement, STR(")")))
            buf_add_cstr(&out, " STRICT");
        buf_add_char(&out, ';');
        start = i + 1;
    }
    buf_add(&out, str_slice(text, start, text.n));
    buf_reset(sql);
    buf_add(sql, buf_str(&out));
    buf_done(&out);
}
