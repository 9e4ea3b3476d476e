/* public_form.c: see public_form.h. */
#include "serve/public_form.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rand.h"
#include "loop/vault.h"
#include "text/digest.h"
#include "text/numeral.h"

enum { HOUR_MS = 3600 * 1000, BUCKETS = 8192 };

/* ---- the token: "MS.Q.NONCE.MAC"; the bulletin is under the MAC ---- */

static enum rc sign(struct ctx *ctx, struct str head, struct str bulletin_no, struct str *ret_mac)
{
    return vault_mac(ctx, "public form", arena_format(ctx->arena, "%.*s %.*s", STR_ARG(head), STR_ARG(bulletin_no)),
                     ret_mac);
}

static struct str digit(struct ctx *ctx, enum lang lang, int n)
{
    return message_find(lang, arena_format(ctx->arena, "public.digit.%d", n));
}

enum rc public_form_make(struct ctx *ctx, struct str bulletin_no, enum lang lang, int64_t now_ms,
                         struct public_form *ret_form)
{
    uint8_t random[PUBLIC_NONCE_CHARS / 2 + 1];
    struct str mac;
    rand_fill(random, sizeof random);
    for (size_t i = 0; i < PUBLIC_NONCE_CHARS / 2; i++)
        (void)snprintf(ret_form->nonce + 2 * i, 3, "%02x", random[i]);
    int a = 2 + random[PUBLIC_NONCE_CHARS / 2] % 8, b = 1 + random[0] % 9;
    struct str head = arena_format(ctx->arena, "%lld.%d.%s", (long long)now_ms, a * 10 + b, ret_form->nonce);
    TRY(sign(ctx, head, bulletin_no, &mac));
    ret_form->token = arena_format(ctx->arena, "%.*s.%.*s", STR_ARG(head), STR_ARG(mac));
    struct str args[] = {digit(ctx, lang, a), digit(ctx, lang, b)};
    ret_form->question = message_format(ctx->arena, lang, STR("public.question"), args, 2);
    return arena_rc(ctx->arena);
}

static enum rc refuse(struct ctx *ctx, const char *key, const char *field)
{
    return ctx_fail_field(ctx, RC_INVALID, key, field);
}

enum rc public_form_check(struct ctx *ctx, struct str token, struct str bulletin_no, struct str answer, int64_t now_ms,
                          struct str *ret_nonce)
{
    struct str rest = token, made_text, question_text, nonce, mac, wanted;
    int64_t made, question, given;
    uint8_t a[DIGEST_BYTES], b[DIGEST_BYTES];
    bool is_whole = str_split_next(&rest, '.', &made_text) && str_split_next(&rest, '.', &question_text) &&
                    str_split_next(&rest, '.', &nonce) && str_split_next(&rest, '.', &mac);
    if (!is_whole || !str_parse_int64(made_text, &made) || !str_parse_int64(question_text, &question) ||
        nonce.n != PUBLIC_NONCE_CHARS || !digest_parse(mac, a))
        return refuse(ctx, "public.form_bad", "token");
    TRY(sign(ctx,
             arena_format(ctx->arena, "%.*s.%.*s.%.*s", STR_ARG(made_text), STR_ARG(question_text), STR_ARG(nonce)),
             bulletin_no, &wanted));
    if (!digest_parse(wanted, b) || !digest_equal(a, b))
        return refuse(ctx, "public.form_bad", "token");
    if (now_ms - made > PUBLIC_FORM_MAX_MS || made > now_ms)
        return refuse(ctx, "public.form_old", "token");
    if (now_ms - made < PUBLIC_FORM_MIN_MS)
        return refuse(ctx, "public.form_early", "token");
    if (!numeral_parse(str_trim(answer), &given) || given != question / 10 + question % 10)
        return refuse(ctx, "public.answer_wrong", "answer");
    *ret_nonce = arena_copy_str(ctx->arena, nonce);
    return RC_OK;
}

/* ---- the measure -------------------------------------------------------------------------------------------- */

struct bucket {
    int64_t hour;
    int used;
};

struct public_limiter {
    pthread_mutex_t lock;
    uint64_t seed;
    int per_network, all;
    struct bucket whole, buckets[BUCKETS]; /* two networks in one bucket share its measure */
};

struct public_limiter *public_limiter_new(int per_network_hour, int all_hour)
{
    struct public_limiter *limiter = alloc_zeroed(1, sizeof *limiter);
    if (!limiter)
        return NULL;
    (void)pthread_mutex_init(&limiter->lock, NULL);
    limiter->seed = rand_uint64();
    limiter->per_network = per_network_hour;
    limiter->all = all_hour;
    return limiter;
}

void public_limiter_free(struct public_limiter *limiter)
{
    if (!limiter)
        return;
    (void)pthread_mutex_destroy(&limiter->lock);
    alloc_free(limiter);
}

static uint64_t network_of(const struct public_limiter *limiter, struct str address)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16] = {0};
    size_t n = 7; /* /56 */
    if (address.n >= sizeof text)
        return 0;
    memcpy(text, address.p, address.n);
    text[address.n] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1)
        n = 3; /* /24 */
    else if (inet_pton(AF_INET6, text, bytes) != 1)
        n = 0;
    return str_hash((struct str){(const char *)bytes, n}, limiter->seed + n);
}

static bool has_room(struct bucket *bucket, int64_t hour, int most)
{
    if (bucket->hour != hour)
        *bucket = (struct bucket){.hour = hour};
    return bucket->used < most;
}

bool public_limiter_take(struct public_limiter *limiter, struct str address, int64_t now_ms)
{
    struct bucket *own = &limiter->buckets[network_of(limiter, address) % BUCKETS];
    int64_t hour = now_ms / HOUR_MS;
    pthread_mutex_lock(&limiter->lock);
    bool is_allowed = has_room(own, hour, limiter->per_network) && has_room(&limiter->whole, hour, limiter->all);
    own->used += is_allowed;
    limiter->whole.used += is_allowed;
    pthread_mutex_unlock(&limiter->lock);
    return is_allowed;
}
