/* messages.c: finding and filling messages; see messages.h. */
#include "serve/messages.h"

#include <string.h>

#include "serve/messages_table.h"

enum { MESSAGE_BYTES_MAX = 1 << 20 };

const char *lang_tag(enum lang lang) { return lang == LANG_EN ? "en" : "zh-CN"; }

enum lang lang_parse(struct str text, enum lang otherwise)
{
    struct str rest = text, part;
    while (str_split_next(&rest, ',', &part)) {
        part = str_trim(part);
        struct str primary = str_slice(part, 0, 2);
        bool is_whole = part.n == 2 || (part.n > 2 && (part.p[2] == '-' || part.p[2] == '_' || part.p[2] == ';'));
        if (is_whole && str_equal_nocase(primary, STR("zh")))
            return LANG_ZH;
        if (is_whole && str_equal_nocase(primary, STR("en")))
            return LANG_EN;
    }
    return otherwise;
}

enum { NAMES_MAX = 64 };
static struct {
    struct str keys[NAMES_MAX], texts[NAMES_MAX];
    int n;
} added;

struct str message_find(enum lang lang, struct str key)
{
    for (size_t i = str_hash(key, 0) & message_slot_mask; message_slots[i]; i = (i + 1) & message_slot_mask) {
        const struct message_entry *entry = &message_entries[message_slots[i] - 1];
        if (str_equal(entry->key, key))
            return entry->texts[lang];
    }
    for (int i = 0; i < added.n; i++)
        if (str_equal(added.keys[i], key))
            return added.texts[i];
    return STR_EMPTY;
}

void message_add_name(struct str key, struct str text)
{
    if (added.n == NAMES_MAX)
        return;
    added.keys[added.n] = key;
    added.texts[added.n++] = text;
}

void message_forget_names(void) { added.n = 0; }

bool message_find_constant(void *arg, int variant, struct str name, struct str *ret_text)
{
    (void)arg;
    if (!str_has_prefix(name, STR("t.")) || variant < 0 || variant >= LANG_COUNT)
        return false;
    struct str text = message_find((enum lang)variant, str_slice(name, 2, name.n));
    if (!text.p)
        return false;
    *ret_text = text;
    return true;
}

static struct str find_form(enum lang lang, struct str key, const struct str *args, int arg_count)
{
    enum { KEY_BYTES = 200 };
    char singular[KEY_BYTES + 4];
    if (lang == LANG_EN && arg_count > 0 && key.n > 0 && key.n < KEY_BYTES && str_equal(args[0], STR("1"))) {
        memcpy(singular, key.p, key.n);
        memcpy(singular + key.n, "|one", 4);
        struct str text = message_find(lang, (struct str){singular, key.n + 4});
        if (text.p)
            return text;
    }
    struct str text = message_find(lang, key);
    return text.p ? text : key;
}

void message_write(struct buf *out, enum lang lang, struct str key, const struct str *args, int arg_count)
{
    struct str text = find_form(lang, key, args, arg_count);
    size_t from = 0;
    for (size_t i = 0; i + 2 < text.n; i++) {
        int arg = text.p[i] == '{' && text.p[i + 2] == '}' ? text.p[i + 1] - '0' : -1;
        if (arg < 0 || arg > 9 || arg >= arg_count)
            continue;
        buf_add(out, str_slice(text, from, i));
        buf_add(out, args[arg]);
        from = i + 3;
        i += 2;
    }
    buf_add(out, str_slice(text, from, text.n));
}

struct str message_format(struct arena *arena, enum lang lang, struct str key, const struct str *args, int arg_count)
{
    if (arg_count == 0) {
        struct str text = message_find(lang, key);
        return text.p ? text : key;
    }
    CLEANUP(buf_done) struct buf out;
    buf_init(&out, MESSAGE_BYTES_MAX);
    message_write(&out, lang, key, args, arg_count);
    return buf_rc(&out) == RC_OK ? arena_copy_str(arena, buf_str(&out)) : key;
}

/* ---- choices ------------------------------------------------------------------------------------------------ */

/* "a|b" of a field; an empty one stands for nothing said and is none to name. */
static bool next_choice(struct str *rest, struct str *ret_choice)
{
    while (str_split_next(rest, '|', ret_choice))
        if (ret_choice->n)
            return true;
    return false;
}

static bool has_words(struct arena *arena, enum lang lang, struct str prefix, struct str choices)
{
    struct str choice;
    while (next_choice(&choices, &choice))
        if (!message_find(lang, arena_format(arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(choice))).p)
            return false;
    return true;
}

/* "unit_kind" and "finding.status" are words of a field kind and of a field status; so is "hung_choice" of hung. */
static bool is_of_field(struct str prefix, struct str field)
{
    if (str_has_suffix(prefix, STR("_choice")))
        prefix.n -= sizeof "_choice" - 1;
    if (!str_has_suffix(prefix, field))
        return false;
    char before = prefix.n > field.n ? prefix.p[prefix.n - field.n - 1] : '.';
    return before == '.' || before == '_';
}

/* Where the words of all choices of a field stand; empty when nowhere. */
static struct str find_words(struct arena *arena, enum lang lang, struct str field, struct str choices)
{
    struct str rest = choices, first;
    if (!field.n || !next_choice(&rest, &first))
        return STR_EMPTY;
    struct str end = arena_format(arena, ".%.*s", STR_ARG(first));
    for (size_t i = 0; i < message_entry_count; i++) {
        struct str key = message_entries[i].key, prefix = str_slice(key, 0, key.n - end.n);
        if (str_has_suffix(key, end) && is_of_field(prefix, field) && has_words(arena, lang, prefix, choices))
            return prefix;
    }
    return STR_EMPTY;
}

static struct str name_choices(struct arena *arena, enum lang lang, struct str field, struct str choices,
                               bool is_for_program)
{
    struct str prefix = is_for_program ? STR_EMPTY : find_words(arena, lang, field, choices), all = STR(""), choice;
    while (next_choice(&choices, &choice)) {
        struct str word = choice;
        if (prefix.n)
            word = message_find(lang, arena_format(arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(choice)));
        struct str comma = all.n ? message_find(lang, STR("list.comma")) : STR("");
        all = arena_format(arena, "%.*s%.*s%.*s", STR_ARG(all), STR_ARG(comma), STR_ARG(word));
    }
    return all;
}

static struct str issue_text(struct arena *arena, enum lang lang, const struct ctx_issue *issue, bool is_for_program)
{
    struct str key = issue->key;
    bool is_choice = str_equal(key, STR("field.not_a_choice"));
    if (key.n == 0 || !message_find(lang, key).p || (is_choice && issue->arg_count == 0))
        key = str_from_cstr(rc_message_key(issue->rc));
    struct str args[CTX_ARGS_MAX];
    for (int i = 0; i < issue->arg_count; i++) {
        struct str named = message_find(lang, issue->args[i]); /* "task_state.doing": a word of the page's language */
        args[i] = named.p     ? named
                  : is_choice ? name_choices(arena, lang, issue->field, issue->args[i], is_for_program)
                              : issue->args[i];
    }
    return message_format(arena, lang, key, args, issue->arg_count);
}

struct str message_of_issue(struct arena *arena, enum lang lang, const struct ctx_issue *issue)
{
    return issue_text(arena, lang, issue, false);
}

struct str message_of_issue_coded(struct arena *arena, enum lang lang, const struct ctx_issue *issue)
{
    return issue_text(arena, lang, issue, true);
}

struct str message_of_rc(enum lang lang, enum rc rc) { return message_find(lang, str_from_cstr(rc_message_key(rc))); }

struct str message_key_at(size_t i) { return i < message_entry_count ? message_entries[i].key : STR_EMPTY; }
