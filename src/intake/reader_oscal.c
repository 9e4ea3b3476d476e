/* reader_oscal.c: an OSCAL plan of action and milestones (NIST, JSON form; also FedRAMP's template) as the rows of a
 * ledger.
 *
 * One row for each POA&M item: its number, what was found, the risk's statement, its remediations, its deadline and
 * status. The heads are words of data/sheet_words.def, so that the columns are found by themselves.
 */
#include "intake/reader_oscal.h"

#include "text/json.h"

#include <string.h>

static const char root_name[] = "plan-of-action-and-milestones";

bool reader_looks_oscal(struct str text)
{
    size_t at = 0;
    if (str_has_prefix(text, STR("\xef\xbb\xbf")))
        at = 3;
    while (at < text.n && strchr(" \t\r\n", text.p[at]))
        at++;
    return at < text.n && text.p[at] == '{' &&
           str_find(str_slice(text, at, at + 4096), str_from_cstr(root_name), 0) != SIZE_MAX;
}

static const struct value *find_by_uuid(const struct value *list, struct str uuid)
{
    VALUE_EACH (row, list)
        if (uuid.n && str_equal_nocase(value_get_text(row, "uuid"), uuid))
            return row;
    return NULL;
}

static struct str number_of(const struct value *item)
{
    VALUE_EACH (prop, value_get(item, "props"))
        if (str_equal(value_get_text(prop, "name"), STR("POAM-ID")) ||
            str_equal(value_get_text(prop, "name"), STR("number")))
            return value_get_text(prop, "value");
    return STR_EMPTY;
}

/* What is planned, one measure a line; recommendations of others are no measures. */
static struct str measures_of(struct reader *reader, const struct value *risk)
{
    struct str text = STR_EMPTY;
    VALUE_EACH (response, value_get(risk, "remediations")) {
        struct str words = value_get_text(response, "description"), title = value_get_text(response, "title");
        if (str_equal(value_get_text(response, "lifecycle"), STR("recommendation")))
            continue;
        words = words.n ? words : title;
        text = text.n ? arena_concat(reader->scratch, arena_concat(reader->scratch, text, STR("\n")), words) : words;
    }
    return text;
}

static enum rc add_cell(struct reader *reader, int row, int column, struct str text)
{
    return reader_add(
        reader,
        (struct paragraph){.text = text, .kind = PARAGRAPH_CELL, .bold = -1, .table = 1, .row = row, .column = column});
}

static enum rc add_item(struct reader *reader, const struct value *plan, const struct value *item, int row)
{
    const struct value *related = value_get(item, "related-risks"),
                       *first = related && related->kind == VALUE_LIST ? related->items.first : NULL;
    const struct value *risk = find_by_uuid(value_get(plan, "risks"), value_get_text(first, "risk-uuid"));
    struct str deadline = str_slice(value_get_text(risk, "deadline"), 0, 10);
    const struct str cells[] = {number_of(item),
                                value_get_text(item, "title"),
                                value_get_text(item, "description"),
                                value_get_text(risk, "statement"),
                                measures_of(reader, risk),
                                deadline,
                                value_get_text(risk, "status")};
    for (int i = 0; i < (int)(sizeof cells / sizeof cells[0]); i++)
        TRY(add_cell(reader, row, i + 1, cells[i]));
    return RC_OK;
}

enum rc reader_oscal(struct reader *reader, struct str text)
{
    static const char *const heads[] = {"POAM-ID", "finding", "detail", "cause", "measure", "deadline", "status"};
    struct value *root;
    int row = 1;
    TRY(json_parse(reader->ctx, str_has_prefix(text, STR("\xef\xbb\xbf")) ? str_slice(text, 3, text.n) : text, &root));
    const struct value *plan = value_get(root, root_name), *items = value_get(plan, "poam-items");
    if (!items || items->kind != VALUE_LIST || !items->items.n)
        return reader_damaged(reader, "reader.oscal_empty", STR_EMPTY);
    for (int i = 0; i < (int)(sizeof heads / sizeof heads[0]); i++)
        TRY(add_cell(reader, 1, i + 1, str_from_cstr(heads[i])));
    VALUE_EACH (item, items)
        TRY(add_item(reader, plan, item, ++row));
    return RC_OK;
}
