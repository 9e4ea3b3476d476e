/* event_words.c: events told in words; see event_words.h. */
#include "publish/event_words.h"

#include "publish/paper_dress.h"
#include "text/json.h"

static struct str text_of(enum lang lang, const char *key)
{
    struct str text = message_find(lang, str_from_cstr(key));
    return text.p ? text : str_from_cstr(key);
}

/* A state of a noun in words; the code when it has none. */
static struct str state_words(struct arena *arena, enum lang lang, struct str noun, struct str code)
{
    static const char *const sets[] = {"state", "status", "verdict"};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct str word =
            message_find(lang, arena_format(arena, "%.*s.%s.%.*s", STR_ARG(noun), sets[i], STR_ARG(code)));
        if (word.p)
            return word;
    }
    return code;
}

struct str event_move_words(struct arena *arena, enum lang lang, const struct value *body)
{
    struct str noun = value_get_text(body, "noun"), to = value_get_text(body, "to"), by = value_get_text(body, "by"),
               from = value_get_text(body, "from");
    if (!noun.n || !to.n)
        return STR("");
    struct str done = message_find(lang, arena_format(arena, "%.*s.do.%.*s", STR_ARG(noun), STR_ARG(by)));
    struct str args[] = {done.p ? done : by, state_words(arena, lang, noun, to), state_words(arena, lang, noun, from)};
    bool is_step = from.n && !str_equal(from, to);
    return message_format(arena, lang, is_step ? STR("event.move_from") : STR("event.move"), args, 3);
}

/* A field's value in words: choices by their message, amounts as yuan, long texts cut. */
static struct str value_words(struct arena *arena, enum lang lang, const char *key, const struct value *v)
{
    struct str k = str_from_cstr(key), text = v && v->kind == VALUE_TEXT ? v->text : STR("");
    if (str_equal(k, STR("amount_fen")) && v && v->kind == VALUE_INT)
        return paper_money_text(arena, v->integer);
    if (v && v->kind == VALUE_INT)
        text = arena_format(arena, "%lld", (long long)v->integer);
    if (!text.n)
        return text_of(lang, "event.empty_value");
    if (str_equal(k, STR("phase")) || str_equal(k, STR("nature")) || str_equal(k, STR("severity")) ||
        str_equal(k, STR("label")))
        return text_of(lang, arena_format(arena, "%s.%.*s", key, STR_ARG(text)).p);
    enum { CUT_BYTES = 180 };
    if (text.n <= CUT_BYTES)
        return text;
    size_t cut = CUT_BYTES;
    while (cut && ((unsigned char)text.p[cut] & 0xC0) == 0x80)
        cut--;
    return arena_format(arena, "%.*s...", (int)cut, text.p);
}

static struct str change_words(struct arena *arena, enum lang lang, const struct value *body)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 32 * 1024);
    const struct value *was = value_get(body, "was");
    VALUE_EACH (name, value_get(body, "changed")) {
        const char *key = arena_copy_cstr(arena, name->text);
        if (!key)
            break;
        bool is_unit = str_equal(name->text, STR("unit_id"));
        struct str old = value_words(arena, lang, key, is_unit ? value_get(body, "unit_was") : value_get(was, key));
        struct str now = value_words(arena, lang, key, is_unit ? value_get(body, "unit_is") : value_get(body, key));
        struct str args[] = {text_of(lang, arena_format(arena, "field_name.%s", key).p), old, now};
        if (str_equal(name->text, STR("aspect_id"))) /* a number says nothing to a reader */
            buf_add(&out, args[0]);
        else
            message_write(&out, lang, STR("event.changed_field"), args, 3);
        if (name->next)
            buf_add_cstr(&out, lang == LANG_ZH ? "\xEF\xBC\x9B" : "; ");
    }
    return arena_copy_str(arena, buf_str(&out));
}

/* What passed from one person to the next: a duty, a lead or what waited. */
static struct str handed_words(struct arena *arena, enum lang lang, const struct value *body)
{
    struct str kind = value_get_text(body, "item_kind");
    const char *set = str_equal(kind, STR("duty")) ? "duty" : str_equal(kind, STR("wait")) ? "wait" : "lead.kind";
    return text_of(lang, arena_format(arena, "%s.%.*s", set, STR_ARG(value_get_text(body, "role"))).p);
}

struct str event_finding_words(struct ctx *ctx, enum lang lang, struct str kind, struct str text)
{
    struct arena *arena = ctx->arena;
    struct value *body = NULL;
    bool is_told = (str_has_prefix(kind, STR("finding.")) && !str_equal(kind, STR("finding.registered"))) ||
                   str_has_prefix(kind, STR("measure.")) || str_equal(kind, STR("figure.stated")) ||
                   str_equal(kind, STR("duty.handed"));
    if (!is_told || json_parse(ctx, text, &body) != RC_OK)
        return STR("");
    if (str_equal(kind, STR("finding.changed")))
        return change_words(arena, lang, body);
    if (str_equal(kind, STR("duty.handed")))
        return arena_format(arena, "%.*s %.*s", STR_ARG(handed_words(arena, lang, body)),
                            STR_ARG(value_get_text(body, "title")));
    if (str_equal(kind, STR("figure.stated")))
        return arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(body, "label")),
                            STR_ARG(value_get_text(body, "text")));
    if (str_has_prefix(kind, STR("measure.")) && value_get(body, "text"))
        return value_words(arena, lang, "text", value_get(body, "text"));
    if (str_equal(kind, STR("finding.linked")) || str_equal(kind, STR("finding.unlinked")) ||
        str_equal(kind, STR("finding.counted")) || str_equal(kind, STR("finding.recurred")))
        return value_get_text(body, "other_no").n ? value_get_text(body, "other_no") : value_get_text(body, "title");
    return event_move_words(arena, lang, body);
}
