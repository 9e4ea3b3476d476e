/* cmd_outline.c: `bihuan outline FILE [--json]`: what the program reads in a document, without a database. */
#include "cli/cmd_outline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/value.h"
#include "cli/cli.h"
#include "intake/outline.h"
#include "intake/reader.h"

enum { OUTPUT_CEILING_BYTES = 512 * 1024 * 1024, INDENT = 2, SHOWN_BYTES = 96 };

static const size_t arena_ceiling_bytes = (size_t)1024 * 1024 * 1024;

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* At most SHOWN_BYTES of s, cut between characters. */
static struct str cut(struct str s)
{
    size_t end = s.n < SHOWN_BYTES ? s.n : SHOWN_BYTES;
    while (end < s.n && end > 0 && ((unsigned char)s.p[end] & 0xC0) == 0x80)
        end--;
    size_t line = str_find_byte(str_slice(s, 0, end), '\n', 0);
    return str_slice(s, 0, line == SIZE_MAX ? end : line);
}

static void write_node(struct buf *out, const struct value *node, int depth)
{
    const struct value *mark = value_get(node, "mark");
    struct str text = value_get_text(node, "heading");
    buf_add_format(out, "%*s%.*s%s%.*s  [%.*s/%.*s %.*s]\n", depth * INDENT, "", STR_ARG(value_get_text(mark, "text")),
                   value_get_text(mark, "text").n ? " " : "", STR_ARG(cut(text)),
                   STR_ARG(value_get_text(mark, "style")), STR_ARG(value_get_text(node, "role")),
                   STR_ARG(value_get_text(node, "place")));
    VALUE_EACH (child, value_get(node, "children"))
        write_node(out, child, depth + 1);
}

static void write_scalar(struct buf *out, const struct value *v)
{
    if (!v || v->kind == VALUE_NULL)
        buf_add_char(out, '-');
    else if (v->kind == VALUE_TEXT)
        buf_add(out, v->text);
    else if (v->kind == VALUE_INT)
        buf_add_int64(out, v->integer);
    else if (v->kind == VALUE_BOOL)
        buf_add_cstr(out, v->boolean ? "yes" : "no");
    else if (v->kind == VALUE_LIST)
        VALUE_EACH (child, v) {
            write_scalar(out, child);
            buf_add_cstr(out, child->next ? " " : "");
        }
}

static void write_map(struct buf *out, const char *title, const struct value *map)
{
    if (value_count(map) == 0)
        return;
    buf_add_format(out, "\n%s\n", title);
    VALUE_EACH (child, map) {
        if (child->kind == VALUE_MAP || child->kind == VALUE_NULL || str_equal_cstr(child->key, "raw"))
            continue;
        buf_add_format(out, "  %.*s: ", STR_ARG(child->key));
        write_scalar(out, child);
        buf_add_char(out, '\n');
    }
}

static void write_list(struct buf *out, const char *title, const struct value *list, const char *const *keys)
{
    if (value_count(list) == 0)
        return;
    buf_add_format(out, "\n%s\n", title);
    VALUE_EACH (child, list) {
        buf_add_cstr(out, " ");
        for (int i = 0; keys[i]; i++) {
            const struct value *v = value_get(child, keys[i]);
            if (!v)
                continue;
            buf_add_char(out, ' ');
            if (v->kind == VALUE_TEXT)
                buf_add(out, cut(v->text));
            else
                write_scalar(out, v);
        }
        buf_add_char(out, '\n');
    }
}

static void write_text(struct buf *out, const struct value *outline)
{
    buf_add_format(out, "%.*s%s\n", STR_ARG(value_get_text(outline, "kind")),
                   value_get_bool(outline, "is_bulletin") ? "" : " (not a bulletin)");
    write_map(out, "source", value_get(outline, "source"));
    write_map(out, "counts", value_get(outline, "counts"));
    buf_add_cstr(out, "\ntree\n");
    VALUE_EACH (node, value_get(outline, "tree"))
        write_node(out, node, 1);
    write_map(out, "publicity", value_get(outline, "publicity"));
    write_list(out, "contacts", value_get(outline, "contacts"),
               (const char *const[]){"kind", "value", "hours", "note", NULL});
    write_map(out, "signature", value_get(outline, "signature"));
    write_list(out, "reports", value_get(outline, "reports"),
               (const char *const[]){"severity", "code", "place", "text", "stated", "computed", NULL});
    write_list(out, "unplaced", value_get(outline, "unplaced"),
               (const char *const[]){"n", "place", "reason", "text", NULL});
    write_list(out, "dropped", value_get(outline, "dropped"),
               (const char *const[]){"n", "place", "reason", "text", NULL});
}

static enum rc read_outline(struct ctx *ctx, const char *path, struct value **ret_value)
{
    int fd CLEANUP(close_fd) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ctx_fail_key(ctx, errno == ENOENT ? RC_NOT_FOUND : errno == EACCES ? RC_FORBIDDEN : RC_IO, NULL);
    const char *name = strrchr(path, '/');
    struct document document = {0};
    TRY(reader_read_sandboxed(ctx, fd, str_from_cstr(name ? name + 1 : path), NULL, &document));
    struct outline *outline = NULL;
    TRY(outline_build(ctx, &document, &outline));
    *ret_value = outline_to_value(ctx->arena, outline);
    return *ret_value ? RC_OK : arena_rc(ctx->arena);
}

static int fail(const struct ctx *ctx, const char *path, enum rc rc)
{
    struct cli cli = {.ctx = *ctx};
    fprintf(stderr, "%s: ", path);
    return cli_fail(&cli, rc);
}

int cmd_outline(int argc, char **argv)
{
    const char *path = NULL;
    bool is_json = false, is_bad = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            is_json = true;
        else if (!path && argv[i][0] != '-')
            path = argv[i];
        else
            is_bad = true;
    }
    if (!path || is_bad) {
        fputs("usage: bihuan outline FILE [--json]\n", stderr);
        return rc_exit_code(RC_BAD_REQUEST);
    }
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(arena_ceiling_bytes);
    if (!arena)
        return rc_exit_code(RC_NOMEM);
    struct ctx ctx = {.arena = arena};
    struct value *value = NULL;
    enum rc rc = read_outline(&ctx, path, &value);
    if (rc != RC_OK)
        return fail(&ctx, path, rc);
    struct buf out CLEANUP(buf_done);
    buf_init(&out, OUTPUT_CEILING_BYTES);
    if (is_json) {
        value_write_json(&out, value, true);
        buf_add_char(&out, '\n');
    } else {
        write_text(&out, value);
    }
    rc = buf_rc(&out);
    if (rc == RC_OK && (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0))
        rc = RC_IO;
    return rc == RC_OK ? 0 : fail(&ctx, path, rc);
}
