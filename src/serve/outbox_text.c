/* outbox_text.c: see outbox_text.h. */
#include "serve/outbox_text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "text/base64.h"
#include "text/digest.h"
#include "text/json.h"

enum { MAIL_BYTES_MAX = 1 << 20, BODY_BYTES_MAX = 256 << 10, WORD_BYTES = 42, WECOM_BYTES_MAX = 2000, LINE_CHARS = 76 };

static struct str text_of(struct arena *arena, const struct outbox_words *words, const char *key,
                          const struct str *args, int count)
{
    return message_format(arena, words->lang, str_from_cstr(key), args, count);
}

static struct str href_of(struct arena *arena, const struct outbox_words *words, const struct value *item)
{
    struct str site = words->site;
    while (site.n && site.p[site.n - 1] == '/')
        site.n--;
    return arena_format(arena, "%.*s/%.*ss/%lld", STR_ARG(site), STR_ARG(value_get_text(item, "subject_kind")),
                        (long long)value_get_int(item, "subject_id", 0));
}

void outbox_text_lines(struct arena *arena, const struct outbox_words *words, const struct value *items,
                       struct buf *out)
{
    VALUE_EACH (item, items) {
        struct str rule = arena_format(arena, "notice.rule.%.*s", STR_ARG(value_get_text(item, "rule")));
        struct str what = arena_format(arena, "wait.%.*s", STR_ARG(value_get_text(item, "what")));
        struct str due = value_get_text(item, "due"), href = href_of(arena, words, item);
        struct str args[4] = {message_format(arena, words->lang, rule, NULL, 0), value_get_text(item, "no"),
                              message_format(arena, words->lang, what, NULL, 0),
                              due.n ? text_of(arena, words, "outbox.line_due", &due, 1) : STR("")};
        buf_add(out, text_of(arena, words, "outbox.line", args, 4));
        buf_add_format(out, "\n%.*s\n", STR_ARG(href));
    }
}

/* ---- mail --------------------------------------------------------------------------------------------------- */

bool outbox_mail_is_address(struct str address)
{
    size_t at = str_find_byte(address, '@', 0);
    if (at == 0 || at == SIZE_MAX || at + 1 >= address.n || address.n > 254 ||
        str_find_byte(address, '@', at + 1) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];
        if (c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == ',' || c == ';' || c == '"' || c == '\\')
            return false;
    }
    return true;
}

/* RFC 2047: pieces that end between characters, each at most 75 long. */
static void add_encoded(struct buf *out, struct str text)
{
    for (size_t from = 0; from < text.n;) {
        size_t to = from + WORD_BYTES < text.n ? from + WORD_BYTES : text.n;
        while (to < text.n && ((unsigned char)text.p[to] & 0xc0) == 0x80)
            to--;
        buf_add_cstr(out, from ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
        base64_write(out, str_slice(text, from, to), 0);
        buf_add_cstr(out, "?=");
        from = to;
    }
}

static void add_date(struct buf *out, int64_t now_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)(now_ms / 1000) + CLOCK_CHINA_OFFSET_S;
    struct tm tm;
    if (gmtime_r(&at, &tm))
        buf_add_format(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0800\r\n", days[tm.tm_wday], tm.tm_mday,
                       months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static enum rc write_body(struct arena *arena, const struct outbox_words *words, const struct outbox_mail *mail,
                          struct buf *out)
{
    struct str site = words->site.n ? words->site : STR("");
    if (mail->body.n) {
        buf_add(out, mail->body);
    } else {
        struct str count = arena_format(arena, "%zu", value_count(mail->items));
        buf_add(out, text_of(arena, words, "outbox.mail_intro", &count, 1));
        buf_add_cstr(out, "\n\n");
        outbox_text_lines(arena, words, mail->items, out);
        struct str inbox = arena_concat(arena, site, STR("/inbox"));
        buf_add_char(out, '\n');
        buf_add(out, text_of(arena, words, "outbox.mail_foot", &inbox, 1));
    }
    buf_add_char(out, '\n');
    return buf_rc(out);
}

enum rc outbox_mail_write(struct arena *arena, const struct outbox_words *words, const struct outbox_mail *mail,
                          struct buf *out)
{
    struct buf body CLEANUP(buf_done);
    struct str host = str_slice(mail->from, str_find_byte(mail->from, '@', 0) + 1, mail->from.n);
    struct str count = arena_format(arena, "%zu", value_count(mail->items));
    buf_init(&body, MAIL_BYTES_MAX);
    if (!outbox_mail_is_address(mail->from) || !outbox_mail_is_address(mail->to))
        return RC_INVALID;
    TRY(write_body(arena, words, mail, &body));
    buf_add_format(out, "From: Bihuan <%.*s>\r\nTo: <%.*s>\r\nSubject: ", STR_ARG(mail->from), STR_ARG(mail->to));
    add_encoded(out, mail->body.n ? text_of(arena, words, "outbox.test_subject", NULL, 0)
                                  : text_of(arena, words, "outbox.mail_subject", &count, 1));
    buf_add_cstr(out, "\r\n");
    add_date(out, mail->now_ms);
    buf_add_format(out, "Message-ID: <bihuan-%lld-%s@%.*s>\r\n", (long long)mail->batch,
                   mail->body.n ? "test" : "outbox", STR_ARG(host));
    buf_add_cstr(out,
                 "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\n");
    base64_write(out, buf_str(&body), LINE_CHARS);
    return buf_rc(out);
}

/* ---- robots ------------------------------------------------------------------------------------------------- */

static struct str sign_base64(struct arena *arena, struct str key, struct str text)
{
    uint8_t digest[DIGEST_BYTES];
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 100);
    digest_hmac_sha256(key, text, digest);
    base64_write(&out, (struct str){(const char *)digest, sizeof digest}, 0);
    return arena_copy_str(arena, buf_str(&out));
}

static struct str percent(struct arena *arena, struct str s)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 400);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (is_plain)
            buf_add_char(&out, (char)c);
        else
            buf_add_format(&out, "%%%02X", c);
    }
    return arena_copy_str(arena, buf_str(&out));
}

static struct str json_text(struct arena *arena, const struct value *value)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, BODY_BYTES_MAX);
    value_write_json(&out, value, false);
    return buf_rc(&out) == RC_OK ? arena_copy_str(arena, buf_str(&out)) : STR_EMPTY;
}

/* {"msgtype": "text", "text": {"content": "..."}} */
static struct str chat_body(struct arena *arena, const char *type_key, const char *list_key, const char *text_key,
                            struct str text, struct str timestamp, struct str sign)
{
    struct value *body = value_new_map(arena);
    if (sign.n) {
        value_put_text(arena, body, "timestamp", timestamp);
        value_put_text(arena, body, "sign", sign);
    }
    value_put_text(arena, body, type_key, STR("text"));
    value_put_text(arena, value_put_map(arena, body, list_key), text_key, text);
    return json_text(arena, body);
}

static void add_header(struct outbox_hook_message *message, struct str header)
{
    message->headers[message->header_count++] = header;
}

static void make_generic(struct arena *arena, const struct outbox_words *words, const struct outbox_hook *hook,
                         struct outbox_hook_message *message)
{
    uint8_t digest[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    struct value *body = value_new_map(arena);
    struct str at = arena_format(arena, "%lld", (long long)(hook->now_ms / 1000));
    value_put_int(arena, body, "delivery", hook->batch);
    value_put_bool(arena, body, "is_test", !hook->items);
    struct value *items = value_put_list(arena, body, "items");
    VALUE_EACH (from, hook->items) {
        struct value *item = value_add_map(arena, items);
        static const char *const keys[] = {"no", "rule", "what", "due", "day"};
        value_put_int(arena, item, "id", value_get_int(from, "id", 0));
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            value_put_text(arena, item, keys[i], value_get_text(from, keys[i]));
        value_put_text(arena, item, "href", href_of(arena, words, from));
    }
    message->body = json_text(arena, body);
    digest_hmac_sha256(hook->secret, arena_format(arena, "%.*s.%.*s", STR_ARG(at), STR_ARG(message->body)), digest);
    add_header(message, arena_format(arena, "X-Bihuan-Delivery: %lld", (long long)hook->batch));
    add_header(message, arena_format(arena, "X-Bihuan-Timestamp: %.*s", STR_ARG(at)));
    if (hook->secret.n)
        add_header(message,
                   arena_format(arena, "X-Bihuan-Signature: sha256=%.*s", STR_ARG(digest_format(digest, hex))));
}

static struct str chat_text(struct arena *arena, const struct outbox_words *words, const struct outbox_hook *hook)
{
    struct buf out CLEANUP(buf_done);
    struct str count = arena_format(arena, "%zu", value_count(hook->items));
    buf_init(&out, BODY_BYTES_MAX);
    if (!hook->items)
        return hook->test;
    buf_add(&out, text_of(arena, words, "outbox.hook_intro", &count, 1));
    buf_add_char(&out, '\n');
    outbox_text_lines(arena, words, hook->items, &out);
    struct str all = buf_str(&out);
    size_t end = all.n;
    if (end > WECOM_BYTES_MAX) { /* whole lines; the rest is a click away */
        for (end = WECOM_BYTES_MAX; end > 0 && all.p[end - 1] != '\n';)
            end--;
    }
    return arena_copy_str(arena, str_slice(all, 0, end));
}

enum rc outbox_hook_make(struct arena *arena, const struct outbox_words *words, const struct outbox_hook *hook,
                         struct outbox_hook_message *ret_message)
{
    struct outbox_hook_message message = {.url = hook->url};
    if (str_equal(hook->kind, STR("generic"))) {
        make_generic(arena, words, hook, &message);
    } else if (str_equal(hook->kind, STR("feishu"))) {
        struct str at = arena_format(arena, "%lld", (long long)(hook->now_ms / 1000));
        struct str key = arena_format(arena, "%.*s\n%.*s", STR_ARG(at), STR_ARG(hook->secret));
        struct str sign = hook->secret.n ? sign_base64(arena, key, STR("")) : STR_EMPTY;
        message.body = chat_body(arena, "msg_type", "content", "text", chat_text(arena, words, hook), at, sign);
    } else {
        message.body =
            chat_body(arena, "msgtype", "text", "content", chat_text(arena, words, hook), STR_EMPTY, STR_EMPTY);
        if (str_equal(hook->kind, STR("dingtalk")) && hook->secret.n) {
            struct str at = arena_format(arena, "%lld", (long long)hook->now_ms);
            struct str text = arena_format(arena, "%.*s\n%.*s", STR_ARG(at), STR_ARG(hook->secret));
            struct str sign = percent(arena, sign_base64(arena, hook->secret, text));
            bool has_query = str_find_byte(hook->url, '?', 0) != SIZE_MAX;
            message.url = arena_format(arena, "%.*s%stimestamp=%.*s&sign=%.*s", STR_ARG(hook->url),
                                       has_query ? "&" : "?", STR_ARG(at), STR_ARG(sign));
        }
    }
    TRY(arena_rc(arena));
    *ret_message = message;
    return message.body.n ? RC_OK : RC_TOO_LARGE;
}

int64_t outbox_hook_answer(struct str kind, struct str body)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(1 << 20);
    struct ctx ctx = {.arena = arena};
    struct value *answer;
    if (str_equal(kind, STR("generic")))
        return 0; /* its 2xx is all it has to say */
    if (!arena || json_parse(&ctx, body, &answer) != RC_OK)
        return -1;
    static const char *const keys[] = {"errcode", "code", "StatusCode"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (value_get(answer, keys[i]))
            return value_get_int(answer, keys[i], -1);
    return -1;
}
