/* fuzz_http_policy.c: heads of requests: what is let through can be read in one way only.
 *
 * The input is a head as it comes over the line: request line, header lines.  It is taken apart as bluntly as can be,
 * so that the rules see what a lenient reader would hand on.  What they accept is read a second time here, in another
 * way.
 */
#include <stdlib.h>
#include <string.h>

#include "serve/http_policy.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ARENA_MAX = 16 * 1024 * 1024, HEADERS = 64, HEADERS_MAX = 40, URL_MAX = 500 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_within(struct str part, struct str whole)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static struct str next_line(struct str *rest)
{
    size_t end = str_find_byte(*rest, '\n', 0);
    struct str line = str_slice(*rest, 0, end == SIZE_MAX ? rest->n : end);
    *rest = str_slice(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
    return line.n && line.p[line.n - 1] == '\r' ? str_slice(line, 0, line.n - 1) : line;
}

static struct str next_word(struct str *rest)
{
    size_t end = str_find_byte(*rest, ' ', 0);
    struct str word = str_slice(*rest, 0, end == SIZE_MAX ? rest->n : end);
    *rest = str_slice(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
    return word;
}

static struct http_parts take_apart(struct str head, struct http_header headers[HEADERS])
{
    struct str rest = head, first = next_line(&rest);
    struct http_parts parts = {.headers = headers};
    parts.method = next_word(&first);
    parts.target = next_word(&first);
    parts.version = first;
    while (rest.n && parts.header_count < HEADERS) {
        struct str line = next_line(&rest);
        size_t colon = str_find_byte(line, ':', 0);
        if (!line.n)
            break;
        headers[parts.header_count++] =
            (struct http_header){str_slice(line, 0, colon == SIZE_MAX ? line.n : colon),
                                 str_slice(line, colon == SIZE_MAX ? line.n : colon + 1, line.n)};
    }
    return parts;
}

/* Headers whose name, in any case and without anything around it, is this one. */
static size_t count_named(const struct http_parts *parts, const char *name, struct str *ret_value)
{
    size_t count = 0;
    for (size_t i = 0; i < parts->header_count; i++) {
        if (!str_equal_nocase(str_trim(parts->headers[i].name), str_from_cstr(name)))
            continue;
        count++;
        *ret_value = str_trim(parts->headers[i].value);
    }
    return count;
}

static void check_headers(const struct http_parts *parts, const struct http_header *headers, struct str all)
{
    for (size_t i = 0; i < parts->header_count; i++) {
        struct str name = headers[i].name, value = headers[i].value;
        require(name.n > 0 && is_within(name, all) && is_within(value, all));
        for (size_t k = 0; k < name.n; k++)
            require(name.p[k] > 0x20 && name.p[k] < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", name.p[k]));
        for (size_t k = 0; k < value.n; k++)
            require((unsigned char)value.p[k] >= 0x20 || value.p[k] == '\t');
        require(!value.n || (value.p[0] != ' ' && value.p[0] != '\t' && value.p[value.n - 1] != ' ' &&
                             value.p[value.n - 1] != '\t'));
    }
}

/* Where the message ends follows from one header at most. */
static void check_framing(const struct http_parts *parts, const struct http_head *head)
{
    struct str length = STR_EMPTY, encoding = STR_EMPTY, host = STR_EMPTY;
    size_t lengths = count_named(parts, "content-length", &length);
    size_t encodings = count_named(parts, "transfer-encoding", &encoding);
    size_t hosts = count_named(parts, "host", &host);
    require(lengths + encodings <= 1);
    require(head->has_length == (lengths == 1) && head->is_chunked == (encodings == 1));
    if (lengths) {
        require(length.n > 0 && length.n <= 18);
        uint64_t value = 0;
        for (size_t i = 0; i < length.n; i++) {
            require(length.p[i] >= '0' && length.p[i] <= '9');
            value = value * 10 + (uint64_t)(length.p[i] - '0');
        }
        require(value == head->length);
    } else {
        require(head->length == 0);
    }
    require(!encodings || (str_equal_nocase(encoding, STR("chunked")) && head->minor == 1));
    require(hosts <= 1 && (hosts == 1 || head->minor == 0));
    require(head->method != HTTP_GET || (!head->is_chunked && head->length == 0));
    require(str_equal(http_method_name(head->method), parts->method));
}

/* A path means one place: no way up, nothing doubled, and read again it stays what it is. */
static void check_path(struct str raw)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(ARENA_MAX);
    struct str path, again, segment;
    if (!arena || !http_parse_path(raw, arena, &path))
        return;
    require(path.n > 0 && path.p[0] == '/' && utf8_is_clean(path));
    struct str rest = str_slice(path, 1, path.n);
    bool is_last = rest.n == 0;
    while (!is_last && str_split_next(&rest, '/', &segment)) {
        is_last = rest.n == 0;
        require(!str_equal(segment, STR(".")) && !str_equal(segment, STR("..")));
        require(segment.n > 0 || is_last);
    }
    for (size_t i = 0; i < path.n; i++)
        require((unsigned char)path.p[i] >= 0x20 && path.p[i] != 0x7f && path.p[i] != '\\');
    struct buf encoded CLEANUP(buf_done);
    buf_init(&encoded, ARENA_MAX);
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '/') {
            buf_add_char(&encoded, '/');
            continue;
        }
        buf_add_char(&encoded, '%');
        buf_add_char(&encoded, hex[(unsigned char)path.p[i] >> 4]);
        buf_add_char(&encoded, hex[(unsigned char)path.p[i] & 15]);
    }
    require(http_parse_path(buf_str(&encoded), arena, &again) && str_equal(again, path));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct str all = {(const char *)p, n};
    struct http_header headers[HEADERS], clean[HEADERS];
    struct http_head head;
    struct http_parts parts = take_apart(all, headers);
    int status = http_policy_check(&parts, HEADERS_MAX, URL_MAX, clean, &head);
    check_path(parts.target);
    if (status) {
        require(status == 400 || status == 414 || status == 417 || status == 431 || status == 501 || status == 505);
        return 0;
    }
    require(parts.header_count <= HEADERS_MAX && parts.target.n <= URL_MAX);
    require(is_within(head.raw_path, parts.target) && is_within(head.query, parts.target));
    require(head.raw_path.n > 0 && head.raw_path.p[0] == '/');
    check_headers(&parts, clean, all);
    check_framing(&parts, &head);
    check_path(head.raw_path);
    return 0;
}
