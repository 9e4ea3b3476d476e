/* ctx.c: failure details; see ctx.h. */
#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>

enum rc ctx_fail(struct ctx *ctx, enum rc rc, const char *key, struct str field, struct str place,
                 const struct str *args, int arg_count)
{
    ctx->issue_count++;
    if (ctx->issue_count > CTX_ISSUES_MAX)
        return rc;
    struct ctx_issue *issue = ARENA_NEW(ctx->arena, struct ctx_issue);
    if (!issue)
        return rc; /* the code still tells what kind of failure it was */
    issue->rc = rc;
    issue->key = arena_copy_str(ctx->arena, str_from_cstr(key ? key : rc_message_key(rc)));
    issue->field = arena_copy_str(ctx->arena, field);
    issue->place = arena_copy_str(ctx->arena, place);
    for (int i = 0; i < arg_count && i < CTX_ARGS_MAX; i++)
        issue->args[issue->arg_count++] = arena_copy_str(ctx->arena, args[i]);
    if (ctx->last)
        ctx->last->next = issue;
    else
        ctx->first = issue;
    ctx->last = issue;
    return rc;
}

enum rc ctx_fail_key(struct ctx *ctx, enum rc rc, const char *key)
{
    return ctx_fail(ctx, rc, key, STR_EMPTY, STR_EMPTY, NULL, 0);
}

enum rc ctx_fail_field(struct ctx *ctx, enum rc rc, const char *key, const char *field)
{
    return ctx_fail(ctx, rc, key, str_from_cstr(field), STR_EMPTY, NULL, 0);
}

enum rc ctx_fail_format(struct ctx *ctx, enum rc rc, const char *key, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        n = 0;
    struct str arg = {text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1};
    return ctx_fail(ctx, rc, key, STR_EMPTY, STR_EMPTY, &arg, 1);
}

void ctx_clear_issues(struct ctx *ctx)
{
    ctx->first = ctx->last = NULL;
    ctx->issue_count = 0;
}
