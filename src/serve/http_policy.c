/* http_policy.c: the rules for a request's head; see http_policy.h. */
#include "serve/http_policy.h"

#include <string.h>

#include "text/utf8.h"

enum { LENGTH_DIGITS_MAX = 18 };

static const struct str method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = {"GET", 3}, [HTTP_HEAD] = {"HEAD", 4},   [HTTP_POST] = {"POST", 4},
    [HTTP_PUT] = {"PUT", 3}, [HTTP_PATCH] = {"PATCH", 5}, [HTTP_DELETE] = {"DELETE", 6},
};

struct str http_method_name(enum http_method method) { return method_names[method]; }

/* token of RFC 9110 section 5.6.2 */
static bool is_token_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_host(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(".-_:[]", c))))
            return false;
    }
    return s.n > 0 && s.n <= 255;
}

/* Takes "http://authority" off an absolute target; the authority must be what Host says (checked by the caller). */
static bool target_split_authority(struct str *target, struct str *ret_authority)
{
    *ret_authority = STR_EMPTY;
    if (target->n && target->p[0] == '/')
        return true;
    size_t skip = 0;
    if (target->n > 7 && str_equal_nocase(str_slice(*target, 0, 7), STR("http://")))
        skip = 7;
    else if (target->n > 8 && str_equal_nocase(str_slice(*target, 0, 8), STR("https://")))
        skip = 8;
    size_t slash = skip ? str_find_byte(*target, '/', skip) : SIZE_MAX;
    if (slash == SIZE_MAX)
        return false;
    *ret_authority = str_slice(*target, skip, slash);
    *target = str_slice(*target, slash, target->n);
    return is_host(*ret_authority);
}

static int check_target(struct str target, size_t url_max_bytes, struct http_head *head, struct str *ret_authority)
{
    if (target.n > url_max_bytes)
        return 414;
    for (size_t i = 0; i < target.n; i++)
        if (target.p[i] <= 0x20 || target.p[i] >= 0x7f || target.p[i] == '#')
            return 400;
    if (!target_split_authority(&target, ret_authority))
        return 400;
    size_t mark = str_find_byte(target, '?', 0);
    head->raw_path = str_slice(target, 0, mark == SIZE_MAX ? target.n : mark);
    head->query = mark == SIZE_MAX ? STR_EMPTY : str_slice(target, mark + 1, target.n);
    return 0;
}

static int check_request_line(const struct http_parts *parts, size_t url_max_bytes, struct http_head *head,
                              struct str *ret_authority)
{
    struct str version = parts->version;
    if (!is_token(parts->method) || version.n != 8 || memcmp(version.p, "HTTP/", 5) != 0)
        return 400;
    if (memcmp(version.p, "HTTP/1.", 7) != 0 || (version.p[7] != '0' && version.p[7] != '1'))
        return 505;
    head->minor = version.p[7] - '0';
    int method = 0;
    while (method < HTTP_METHOD_COUNT && !str_equal(method_names[method], parts->method))
        method++;
    if (method == HTTP_METHOD_COUNT)
        return 501;
    head->method = (enum http_method)method;
    return check_target(parts->target, url_max_bytes, head, ret_authority);
}

static int check_header(struct http_header raw, struct http_header *ret_header)
{
    if (!is_token(raw.name))
        return 400; /* also a space before the colon */
    size_t from = 0, to = raw.value.n;
    while (from < to && (raw.value.p[from] == ' ' || raw.value.p[from] == '\t'))
        from++;
    while (to > from && (raw.value.p[to - 1] == ' ' || raw.value.p[to - 1] == '\t'))
        to--;
    for (size_t i = from; i < to; i++) {
        unsigned char c = (unsigned char)raw.value.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return 400;
    }
    *ret_header = (struct http_header){raw.name, str_slice(raw.value, from, to)};
    return 0;
}

static bool parse_length(struct str s, uint64_t *ret_length)
{
    uint64_t length = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        length = length * 10 + (uint64_t)(s.p[i] - '0');
    }
    *ret_length = length;
    return s.n > 0 && s.n <= LENGTH_DIGITS_MAX;
}

struct head_counts {
    int host, length, encoding, content_type;
};

/* The headers that decide about framing and routing. */
static int note_header(struct http_head *head, const struct http_header *header, struct head_counts *counts)
{
    struct str value = header->value;
    switch (header->name.n) { /* lengths first: most headers are none of these */
    case 4:
        if (str_equal_nocase(header->name, STR("Host"))) {
            head->host = value;
            if (counts->host++ || !is_host(value))
                return 400;
        }
        break;
    case 6:
        if (str_equal_nocase(header->name, STR("Expect"))) {
            if (!str_equal_nocase(value, STR("100-continue")))
                return 417;
        }
        break;
    case 12:
        if (str_equal_nocase(header->name, STR("Content-Type"))) {
            head->content_type = value;
            if (counts->content_type++)
                return 400;
        }
        break;
    case 14:
        if (str_equal_nocase(header->name, STR("Content-Length"))) {
            head->has_length = true;
            if (counts->length++ || !parse_length(value, &head->length))
                return 400;
        }
        break;
    case 17:
        if (str_equal_nocase(header->name, STR("Transfer-Encoding"))) {
            if (counts->encoding++ || head->minor == 0)
                return 400;
            if (!str_equal_nocase(value, STR("chunked")))
                return 501;
            head->is_chunked = true;
        }
        break;
    default:
        break;
    }
    return 0;
}

int http_policy_check(const struct http_parts *parts, size_t headers_max, size_t url_max_bytes,
                      struct http_header *ret_headers, struct http_head *ret_head)
{
    struct http_head head = {0};
    struct str authority;
    int status = check_request_line(parts, url_max_bytes, &head, &authority);
    if (!status && parts->header_count > headers_max)
        status = 431;
    struct head_counts counts = {0};
    for (size_t i = 0; i < parts->header_count && !status; i++) {
        status = check_header(parts->headers[i], &ret_headers[i]);
        if (!status)
            status = note_header(&head, &ret_headers[i], &counts);
    }
    if (status)
        return status;
    if (head.minor == 1 && !counts.host)
        return 400;
    if (authority.n && !str_equal_nocase(authority, head.host))
        return 400;
    if (head.has_length && head.is_chunked)
        return 400;
    if ((head.method == HTTP_GET || head.method == HTTP_HEAD) && (head.is_chunked || head.length))
        return 400; /* no meaning, and a known way to smuggle */
    *ret_head = head;
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Drops "." , ".." and empty segments in place; false above the root. */
static bool path_fold(char *p, size_t *n)
{
    size_t to = 0;
    for (size_t from = 0; from < *n;) { /* p[from] is '/' */
        size_t end = from + 1;
        while (end < *n && p[end] != '/')
            end++;
        size_t len = end - from - 1;
        bool is_final = end == *n;
        if (len == 2 && p[from + 1] == '.' && p[from + 2] == '.') {
            if (to == 0)
                return false;
            while (p[--to] != '/')
                continue;
            if (is_final)
                p[to++] = '/';
        } else if (len == 0 || (len == 1 && p[from + 1] == '.')) {
            if (is_final)
                p[to++] = '/';
        } else {
            memmove(p + to, p + from, len + 1);
            to += len + 1;
        }
        from = end;
    }
    *n = to;
    return true;
}

bool http_parse_path(struct str raw, struct arena *arena, struct str *ret_path)
{
    char *p = arena_alloc(arena, raw.n + 1);
    if (!p || !raw.n || raw.p[0] != '/')
        return false;
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int high = i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_digit(raw.p[i + 2]);
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            if (c == '/')
                return false;
            i += 2;
        }
        if ((unsigned char)c < 0x20 || c == 0x7f || c == '\\')
            return false;
        p[n++] = c;
    }
    if (!utf8_is_clean((struct str){p, n}) || !path_fold(p, &n))
        return false;
    p[n] = '\0';
    *ret_path = (struct str){p, n};
    return true;
}
