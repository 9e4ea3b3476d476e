/* draft_edit.c: which fields of an entry a person may set, and to what. */
#include "intake/draft_parts.h"

#include <string.h>

#include "base/clock.h"

struct field {
    const char *name;
    char kind; /* t text, d date, p phase, s status */
    const char *letters;
};

static const struct field fields[] = {
    {"title", 't', "afsnpS"},     {"body", 't', "afsn"},        {"text", 't', "m"},
    {"no", 't', "afmsn"},         {"category", 't', "f"},       {"quoted", 't', "f"},
    {"phase", 'p', "afm"},        {"status", 's', "f"},         {"status_stated", 't', "f"},
    {"due", 'd', "fm"},           {"due_text", 't', "fm"},      {"responsible", 't', "f"},
    {"leader", 't', "f"},         {"lead", 't', "m"},           {"type", 't', "f"},
    {"basis", 't', "f"},          {"authority", 't', "S"},      {"inspector", 't', "S"},
    {"inspected_body", 't', "S"}, {"short_name", 't', "S"},     {"inspection_type", 't', "S"},
    {"round", 't', "S"},          {"issuer", 't', "S"},         {"signatory", 't', "S"},
    {"number", 't', "S"},         {"inspected_from", 'd', "S"}, {"inspected_to", 'd', "S"},
    {"fed_back", 'd', "S"},       {"signed", 'd', "S"},         {"kind", 't', "S"}};

static bool is_one_of(struct str s, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (str_equal_cstr(s, words[i]))
            return true;
    return false;
}

static const struct field *find_field(struct str name, char letter)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (str_equal_cstr(name, fields[i].name) && strchr(fields[i].letters, letter))
            return &fields[i];
    return NULL;
}

static bool is_valid(const struct field *field, struct str text)
{
    static const char *const phases[] = {"immediate", "concentrated", "long_term", NULL};
    static const char *const statuses[] = {"done",      "basically_done", "partly_done", "in_progress",
                                           "long_term", "not_done",       "closed",      NULL};
    int32_t day;
    if (!text.n)
        return field->kind != 'p' && strcmp(field->name, "title") != 0 && strcmp(field->name, "text") != 0;
    switch (field->kind) {
    case 'd':
        return date_parse(text, &day);
    case 'p':
        return is_one_of(text, phases);
    case 's':
        return is_one_of(text, statuses);
    default:
        return true;
    }
}

enum rc draft_apply_edit(struct ctx *ctx, struct value *draft, const struct value *op)
{
    struct draft_entry entry = {.letter = 'S', .value = draft_child(draft, "source")};
    struct str id = value_get_text(op, "id"), name = value_get_text(op, "field");
    if (!str_equal_cstr(id, "source"))
        TRY(draft_find_entry(ctx, draft, id, &entry));
    const struct field *field = find_field(name, entry.letter);
    if (!field)
        return draft_refuse(ctx, "draft.unknown_field", name);
    const struct value *value = value_get(op, "value");
    struct str text = str_trim(value_get_text(op, "value"));
    if ((value && value->kind != VALUE_TEXT && value->kind != VALUE_NULL) || !is_valid(field, text))
        return draft_refuse(ctx, "draft.field_value", name);
    if (text.n == 0)
        draft_set_null(ctx->arena, entry.value, field->name);
    else if (field->kind == 'p')
        draft_set_phase(ctx->arena, entry.value, arena_copy_str(ctx->arena, text));
    else
        draft_set_text(ctx->arena, entry.value, field->name, arena_copy_str(ctx->arena, text));
    return RC_OK;
}
