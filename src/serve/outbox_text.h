/* outbox_text.h: reminders as a mail or as the message of a robot.
 *
 * They say the number of the finding or task, what is waited for, by when, and where it is; no title and nothing of the
 * content leaves the house.
 */
#ifndef BIHUAN_SERVE_OUTBOX_TEXT_H
#define BIHUAN_SERVE_OUTBOX_TEXT_H

#include "base/buf.h"
#include "base/value.h"
#include "serve/messages.h"

struct outbox_words {
    enum lang lang;
    struct str site; /* "https://bihuan.example.com", or empty: addresses without it */
};

/* Lines of text, one for each item. */
void outbox_text_lines(struct arena *arena, const struct outbox_words *words, const struct value *items,
                       struct buf *out);

struct outbox_mail {
    struct str from, to;
    int64_t batch, now_ms;
    const struct value *items;
    struct str body; /* instead of items: a test */
};
/* Whether an address may stand in a mail: one @, no blanks, brackets or controls. */
bool outbox_mail_is_address(struct str address);
/* A whole message, RFC 5322: text in Base64, subject in encoded words, the same Message-ID for the same batch. */
enum rc outbox_mail_write(struct arena *arena, const struct outbox_words *words, const struct outbox_mail *mail,
                          struct buf *out) MUST_CHECK;

enum { HOOK_HEADERS_MAX = 3 };
struct outbox_hook {
    struct str kind, url, secret; /* generic wecom dingtalk feishu */
    int64_t batch, now_ms;
    const struct value *items; /* NULL: a test */
    struct str test;
};
struct outbox_hook_message {
    struct str url, body, headers[HOOK_HEADERS_MAX];
    int header_count;
};
/* Address, headers and JSON in the arena, signed in the way of its kind:
 *   generic   header X-Bihuan-Signature: sha256=HEX of HMAC-SHA-256(secret, TIMESTAMP "." BODY)
 *   dingtalk  address &timestamp=MS&sign= Base64 of HMAC-SHA-256(secret, TIMESTAMP "\n" SECRET)
 *   feishu    body timestamp, sign: Base64 of HMAC-SHA-256(TIMESTAMP "\n" SECRET, "")
 *   wecom     has no signature; its address is the secret
 * Source: the vendors' pages on custom robots. */
enum rc outbox_hook_make(struct arena *arena, const struct outbox_words *words, const struct outbox_hook *hook,
                         struct outbox_hook_message *ret_message) MUST_CHECK;
/* What a robot's service says in a 200: 0 taken, else its code (errcode, code, StatusCode); -1: no such answer. */
int64_t outbox_hook_answer(struct str kind, struct str body);

#endif
