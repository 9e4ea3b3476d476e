/* http_parse.c: strict reading of HTTP/1.1; see http_parse.h. */
#include "serve/http_parse.h"

#include <string.h>

#include "text/utf8.h"

enum { CHUNK_LINE_MAX = 256, CHUNK_TRAILERS_MAX = 4096, CHUNK_DIGITS_MAX = 15, LENGTH_DIGITS_MAX = 18 };

static const struct str method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = {"GET", 3},     [HTTP_HEAD] = {"HEAD", 4},   [HTTP_POST] = {"POST", 4},
    [HTTP_PUT] = {"PUT", 3},     [HTTP_PATCH] = {"PATCH", 5}, [HTTP_DELETE] = {"DELETE", 6},
};

struct str http_method_name(enum http_method method) { return method_names[method]; }

size_t http_find_head_end(struct str bytes, size_t *scanned, size_t *line_start)
{
    while (*scanned < bytes.n) {
        const char *lf = memchr(bytes.p + *scanned, '\n', bytes.n - *scanned);
        if (!lf) {
            *scanned = bytes.n;
            return 0;
        }
        size_t at = (size_t)(lf - bytes.p);
        if (at == *line_start || bytes.p[at - 1] != '\r')
            return SIZE_MAX;
        bool is_blank = at == *line_start + 1;
        *scanned = *line_start = at + 1;
        if (is_blank)
            return at + 1;
    }
    return 0;
}

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

static int parse_request_line(struct str line, size_t url_max_bytes, struct http_head *head, struct str *ret_authority)
{
    size_t first = str_find_byte(line, ' ', 0);
    size_t second = first == SIZE_MAX ? SIZE_MAX : str_find_byte(line, ' ', first + 1);
    if (second == SIZE_MAX || !is_token(str_slice(line, 0, first)))
        return 400;
    struct str version = str_slice(line, second + 1, line.n);
    if (version.n != 8 || memcmp(version.p, "HTTP/", 5) != 0)
        return 400;
    if (memcmp(version.p, "HTTP/1.", 7) != 0 || (version.p[7] != '0' && version.p[7] != '1'))
        return 505;
    head->minor = version.p[7] - '0';
    int method = 0;
    while (method < HTTP_METHOD_COUNT && !str_equal(method_names[method], str_slice(line, 0, first)))
        method++;
    if (method == HTTP_METHOD_COUNT)
        return 501;
    head->method = (enum http_method)method;
    struct str target = str_slice(line, first + 1, second);
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

static int parse_header_line(struct str line, struct http_header *ret_header)
{
    size_t colon = str_find_byte(line, ':', 0);
    if (colon == SIZE_MAX || !is_token(str_slice(line, 0, colon)))
        return 400; /* also folded lines and space before the colon */
    size_t from = colon + 1, to = line.n;
    while (from < to && (line.p[from] == ' ' || line.p[from] == '\t'))
        from++;
    while (to > from && (line.p[to - 1] == ' ' || line.p[to - 1] == '\t'))
        to--;
    for (size_t i = from; i < to; i++) {
        unsigned char c = (unsigned char)line.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return 400;
    }
    *ret_header = (struct http_header){str_slice(line, 0, colon), str_slice(line, from, to)};
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
            head->expects_continue = head->minor == 1;
        }
        break;
    case 10:
        if (str_equal_nocase(header->name, STR("Connection"))) {
            struct str rest = value, part;
            while (str_split_next(&rest, ',', &part)) {
                if (str_equal_nocase(str_trim(part), STR("close")))
                    head->is_kept_alive = false;
                else if (head->minor == 0 && str_equal_nocase(str_trim(part), STR("keep-alive")))
                    head->is_kept_alive = true;
            }
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

int http_parse_head(struct str text, struct arena *arena, size_t headers_max, size_t url_max_bytes,
                    struct http_head *ret_head)
{
    struct http_head head = {0};
    struct str rest = text, line;
    size_t lines = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    if (lines < 2)
        return 400;
    if (lines - 2 > headers_max)
        return 431;
    head.headers = ARENA_NEW_ARRAY(arena, struct http_header, lines);
    if (!head.headers)
        return 503;
    if (!str_split_next(&rest, '\n', &line))
        return 400;
    struct str authority;
    int status = parse_request_line(str_slice(line, 0, line.n - 1), url_max_bytes, &head, &authority);
    if (status)
        return status;
    head.is_kept_alive = head.minor == 1;
    struct head_counts counts = {0};
    while (str_split_next(&rest, '\n', &line) && line.n > 1) {
        struct http_header *header = &head.headers[head.header_count++];
        status = parse_header_line(str_slice(line, 0, line.n - 1), header);
        if (!status)
            status = note_header(&head, header, &counts);
        if (status)
            return status;
    }
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

enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_SIZE_LF, CHUNK_BODY, CHUNK_CR, CHUNK_LF, CHUNK_TRAILER, CHUNK_TRAILER_LINE,
       CHUNK_TRAILER_LF, CHUNK_LAST_LF, CHUNK_DONE };

/* One framing byte; false when it may not stand here. */
static bool chunk_take(struct http_chunks *chunks, char c)
{
    int digit;
    switch (chunks->state) {
    case CHUNK_SIZE:
        digit = hex_digit(c);
        if (digit >= 0) {
            chunks->left = chunks->left * 16 + (uint64_t)digit;
            return ++chunks->digits <= CHUNK_DIGITS_MAX;
        }
        chunks->state = c == '\r' ? CHUNK_SIZE_LF : CHUNK_EXTENSION;
        return chunks->digits > 0 && (c == '\r' || c == ';');
    case CHUNK_EXTENSION:
        if (c == '\r')
            chunks->state = CHUNK_SIZE_LF;
        return (c == '\r' || c == '\t' || (c >= 0x20 && c < 0x7f)) && ++chunks->line_bytes <= CHUNK_LINE_MAX;
    case CHUNK_SIZE_LF:
        chunks->state = chunks->left ? CHUNK_BODY : CHUNK_TRAILER;
        chunks->line_bytes = 0;
        return c == '\n';
    case CHUNK_CR:
        chunks->state = CHUNK_LF;
        return c == '\r';
    case CHUNK_LF:
        chunks->state = CHUNK_SIZE;
        chunks->digits = 0;
        return c == '\n';
    case CHUNK_TRAILER: /* trailers are read and dropped */
        chunks->state = c == '\r' ? CHUNK_LAST_LF : CHUNK_TRAILER_LINE;
        return c == '\r' || is_token_char((unsigned char)c);
    case CHUNK_TRAILER_LINE:
        if (c == '\r')
            chunks->state = CHUNK_TRAILER_LF;
        return (c == '\r' || c == '\t' || (unsigned char)c >= 0x20) && c != 0x7f &&
               ++chunks->line_bytes <= CHUNK_TRAILERS_MAX;
    case CHUNK_TRAILER_LF:
        chunks->state = CHUNK_TRAILER;
        return c == '\n';
    case CHUNK_LAST_LF:
        chunks->state = CHUNK_DONE;
        return c == '\n';
    default:
        return false;
    }
}

enum http_chunk_step http_chunk_next(struct http_chunks *chunks, struct str *rest, struct str *ret_data)
{
    while (rest->n) {
        if (chunks->state == CHUNK_BODY) {
            size_t n = rest->n < chunks->left ? rest->n : (size_t)chunks->left;
            *ret_data = str_slice(*rest, 0, n);
            *rest = str_slice(*rest, n, rest->n);
            chunks->left -= n;
            if (chunks->left == 0)
                chunks->state = CHUNK_CR;
            return HTTP_CHUNK_DATA;
        }
        char c = rest->p[0];
        *rest = str_slice(*rest, 1, rest->n);
        if (!chunk_take(chunks, c))
            return HTTP_CHUNK_BAD;
        if (chunks->state == CHUNK_DONE)
            return HTTP_CHUNK_END;
    }
    return HTTP_CHUNK_MORE;
}
