/* book_stamp.c: see book_stamp.h. */
#include "loop/book_stamp.h"

#include "loop/vault.h"
#include "text/digest.h"

enum { PARTS = 5, ADDRESS_BYTES_MAX = 254 /* RFC 5321 */ };

static struct str lower(struct arena *arena, struct str s)
{
    char *p = arena_copy_cstr(arena, s);
    for (char *c = p; c && *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    return p ? (struct str){p, s.n} : STR_EMPTY;
}

static bool is_address(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ')
            return false;
    return !s.n || (s.n <= ADDRESS_BYTES_MAX && str_find_byte(s, '@', 0) != SIZE_MAX);
}

static struct str words_of(struct arena *arena, int64_t unit_id, struct str made_on, struct str addressee)
{
    return arena_format(arena, "1 %lld %.*s %.*s", (long long)unit_id, STR_ARG(made_on),
                        STR_ARG(addressee.n ? addressee : STR("-")));
}

enum rc book_stamp_make(struct ctx *ctx, const struct book_stamp *stamp, struct str *ret_text)
{
    struct str addressee = lower(ctx->arena, stamp->addressee),
               words = words_of(ctx->arena, stamp->unit_id, stamp->made_on, addressee), mac;
    if (!is_address(addressee))
        return ctx_fail_field(ctx, RC_INVALID, "task_mail.addressee", "to");
    TRY(vault_mac(ctx, "task book", words, &mac));
    *ret_text = arena_format(ctx->arena, "%.*s %.*s", STR_ARG(words), STR_ARG(mac));
    return arena_rc(ctx->arena);
}

enum rc book_stamp_read(struct ctx *ctx, struct str text, struct book_stamp *ret_stamp)
{
    struct str rest = str_trim(text), part[PARTS], mac, more;
    int n = 0;
    uint8_t given[DIGEST_BYTES], ours[DIGEST_BYTES];
    if (!rest.n)
        return ctx_fail_key(ctx, RC_INVALID, "task_mail.no_token");
    while (n < PARTS && str_split_next(&rest, ' ', &part[n]))
        n++;
    bool is_ours = n == PARTS && !str_split_next(&rest, ' ', &more) && str_equal(part[0], STR("1")) &&
                   str_parse_int64(part[1], &ret_stamp->unit_id);
    if (is_ours) {
        ret_stamp->made_on = part[2];
        ret_stamp->addressee = str_equal(part[3], STR("-")) ? STR_EMPTY : part[3];
        TRY(vault_mac(ctx, "task book", words_of(ctx->arena, ret_stamp->unit_id, part[2], ret_stamp->addressee), &mac));
        is_ours = digest_parse(part[4], given) && digest_parse(mac, ours) && digest_equal(given, ours);
    }
    return is_ours ? RC_OK : ctx_fail_key(ctx, RC_INVALID, "task_mail.bad_token");
}
