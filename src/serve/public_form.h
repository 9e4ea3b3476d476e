/* public_form.h: what keeps the public form from being flooded, without script, cookies or a third party.
 *
 * A form carries a signed token: when it was made, for which bulletin, a question that anybody can answer, a number
 * that is good once.  What comes too soon, too late, for another bulletin, with a wrong answer or a used number is
 * shown again with what was typed.  Beside it each network (IPv4 /24, IPv6 /56) has a measure of forms an hour, and all
 * together have one.
 */
#ifndef BIHUAN_SERVE_PUBLIC_FORM_H
#define BIHUAN_SERVE_PUBLIC_FORM_H

#include "base/ctx.h"
#include "serve/messages.h"

enum { PUBLIC_FORM_MIN_MS = 3000, PUBLIC_FORM_MAX_MS = 4 * 3600 * 1000, PUBLIC_NONCE_CHARS = 32 };

struct public_form {
    struct str token;
    struct str question; /* "three plus five", in words */
    char nonce[PUBLIC_NONCE_CHARS + 1];
};

/* A fresh form for a bulletin; texts in the arena. */
enum rc public_form_make(struct ctx *ctx, struct str bulletin_no, enum lang lang, int64_t now_ms,
                         struct public_form *ret_form) MUST_CHECK;
/* RC_INVALID with the field and message of what is wrong: public.form_early, public.form_old, public.form_bad at token;
 * public.answer_wrong at answer.  ret_nonce in the arena. */
enum rc public_form_check(struct ctx *ctx, struct str token, struct str bulletin_no, struct str answer, int64_t now_ms,
                          struct str *ret_nonce) MUST_CHECK;

struct public_limiter;
struct public_limiter *public_limiter_new(int per_network_hour, int all_hour);
void public_limiter_free(struct public_limiter *limiter); /* takes NULL */
/* Takes one form off the measure of the address's network and of all; false when either is used up.  Any thread. */
bool public_limiter_take(struct public_limiter *limiter, struct str address, int64_t now_ms);

#endif
