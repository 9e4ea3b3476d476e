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

struct str message_of_issue(struct arena *arena, enum lang lang, const struct ctx_issue *issue)
{
    struct str key = issue->key;
    if (key.n == 0 || !message_find(lang, key).p)
        key = str_from_cstr(rc_message_key(issue->rc));
    struct str args[CTX_ARGS_MAX];
    for (int i = 0; i < issue->arg_count; i++) {
        struct str named = message_find(lang, issue->args[i]); /* "task_state.doing": a word of the page's language */
        args[i] = named.p ? named : issue->args[i];
    }
    return message_format(arena, lang, key, args, issue->arg_count);
}

struct str message_of_rc(enum lang lang, enum rc rc) { return message_find(lang, str_from_cstr(rc_message_key(rc))); }

struct str message_key_at(size_t i) { return i < message_entry_count ? message_entries[i].key : STR_EMPTY; }
