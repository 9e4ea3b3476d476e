/* fuzz_form.c: bodies of requests, query strings, URL encoding and cookies.
 *
 * The first line is the content type; the rest is the body.  A body in memory and the same in a file must read alike.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "serve/cookie.h"
#include "serve/form.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ARENA_MAX = 256 * 1024 * 1024 };

static const struct form_limits limits = {
    .fields = 40, .name_bytes = 40, .field_bytes = 2000, .total_field_bytes = 8000, .files = 5, .file_bytes = 4000};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_texts(const struct value *v)
{
    VALUE_EACH (child, v) {
        require(utf8_is_clean(child->key));
        if (child->kind == VALUE_TEXT)
            require(utf8_is_clean(child->text));
        else
            check_texts(child);
    }
}

static void check_form(const struct form *form, struct str body)
{
    check_texts(form->fields);
    require(form->file_count <= limits.files);
    for (size_t i = 0; i < form->file_count; i++) {
        const struct form_file *file = &form->files[i];
        require(file->name.n > 0 && file->name.n <= 200 && utf8_is_clean(file->name));
        require(str_find_byte(file->name, '/', 0) == SIZE_MAX && str_find_byte(file->name, '\\', 0) == SIZE_MAX);
        require(file->name.p[0] != '.' && file->size_bytes >= 0 && file->size_bytes <= limits.file_bytes);
        require(!file->bytes.p || (file->bytes.p >= body.p && file->bytes.p + file->bytes.n <= body.p + body.n));
    }
}

static void check_body(struct str type, struct str body)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct ctx ctx = {.arena = arena}, other = {.arena = arena};
    struct form *form = NULL, *again = NULL;
    int fd = memfd_create("form", MFD_CLOEXEC);
    if (!arena || fd < 0 || write(fd, body.p, body.n) != (ssize_t)body.n) {
        close(fd);
        return;
    }
    enum rc rc = form_parse(&ctx, type, body, &limits, &form);
    enum rc second = form_parse_fd(&other, type, fd, (int64_t)body.n, &limits, &again);
    require(rc == second && (rc == RC_OK || ctx.issue_count > 0));
    if (rc == RC_OK) {
        check_form(form, body);
        require(value_equal(form->fields, again->fields) && form->file_count == again->file_count);
        for (size_t i = 0; i < form->file_count; i++)
            require(str_equal(form->files[i].name, again->files[i].name) &&
                    form->files[i].size_bytes == again->files[i].size_bytes);
    }
    close(fd);
}

static void check_urls(struct str s)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct ctx ctx = {.arena = arena};
    struct value *fields = NULL;
    if (!arena)
        return;
    if (form_parse_query(&ctx, s, &limits, &fields) == RC_OK)
        check_texts(fields);
    struct buf out CLEANUP(buf_done);
    buf_init(&out, ARENA_MAX);
    url_encode(&out, s);
    require(str_equal(url_decode(arena, buf_str(&out), true), s) &&
            str_equal(url_decode(arena, buf_str(&out), false), s));
    require(form_safe_file_name(arena, s).n > 0);
}

static void check_cookies(struct str header)
{
    struct str value = cookie_find(header, STR("sid"));
    require(value.n == 0 || (value.p >= header.p && value.p + value.n <= header.p + header.n));
    struct buf out CLEANUP(buf_done);
    buf_init(&out, ARENA_MAX);
    struct cookie cookie = {.name = STR("sid"), .value = header, .max_age_s = -1};
    if (cookie_write(&out, &cookie) == RC_OK) {
        for (size_t i = 0; i < out.n; i++)
            require(out.p[i] >= 0x20 && out.p[i] < 0x7F);
        struct str pair = str_slice(buf_str(&out), 0, str_find_byte(buf_str(&out), ';', 0));
        struct str back = cookie_find(pair, STR("sid"));
        require(str_equal(back, header));
    } else {
        require(out.n == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct str all = {(const char *)p, n};
    size_t end = str_find_byte(all, '\n', 0);
    struct str body = end == SIZE_MAX ? STR_EMPTY : str_slice(all, end + 1, n);
    check_body(str_slice(all, 0, end), body);
    check_urls(body);
    check_cookies(body);
    return 0;
}
