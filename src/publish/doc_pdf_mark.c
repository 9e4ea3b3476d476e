/* doc_pdf_mark.c: an incremental update of the catalog; see doc_pdf_mark.h. */
#include "publish/doc_pdf_mark.h"

#include <string.h>

static size_t find_last(struct str s, const char *needle)
{
    size_t n = strlen(needle);
    for (size_t at = s.n >= n ? s.n - n + 1 : 0; at-- > 0;)
        if (memcmp(s.p + at, needle, n) == 0)
            return at;
    return SIZE_MAX;
}

static int64_t number_after(struct str s, const char *key)
{
    size_t at = find_last(s, key);
    int64_t n = 0;
    if (at == SIZE_MAX)
        return -1;
    at += strlen(key);
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\n'))
        at++;
    for (; at < s.n && s.p[at] >= '0' && s.p[at] <= '9' && n < INT32_MAX; at++)
        n = n * 10 + (s.p[at] - '0');
    return n;
}

void doc_pdf_mark(struct buf *out, size_t from)
{
    struct str pdf = str_slice(buf_str(out), from, out->n);
    int64_t root = number_after(pdf, "/Root"), size = number_after(pdf, "/Size"), info = number_after(pdf, "/Info"),
            before = number_after(pdf, "startxref");
    size_t catalog = find_last(pdf, "/Type /Catalog"),
           end = catalog == SIZE_MAX ? catalog : str_find(pdf, STR(">>"), catalog);
    if (buf_rc(out) != RC_OK || root <= 0 || size <= 0 || info <= 0 || before <= 0 || end == SIZE_MAX ||
        end - catalog > 1000)
        return;
    char entries[1000];
    size_t n = end - catalog;
    memcpy(entries, pdf.p + catalog, n); /* the buffer moves as it grows */
    size_t object = out->n - from;
    buf_add_format(out, "%lld 0 obj\n<< ", (long long)root);
    buf_add_bytes(out, entries, n);
    buf_add_cstr(out, "   /MarkInfo << /Marked true >>\n   /Lang (zh-CN)\n   /ViewerPreferences << /DisplayDocTitle "
                      "true >>\n>>\nendobj\n");
    size_t table = out->n - from;
    buf_add_format(out,
                   "xref\n%lld 1\n%010zu 00000 n \ntrailer\n<< /Size %lld\n   /Root %lld 0 R\n   /Info %lld 0 R\n   "
                   "/Prev %lld\n>>\nstartxref\n%zu\n%%%%EOF\n",
                   (long long)root, object, (long long)size, (long long)root, (long long)info, (long long)before,
                   table);
}
