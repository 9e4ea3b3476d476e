/* form.h: what a request carries as fields and files, checked at the boundary.
 *
 * Owns: application/x-www-form-urlencoded, multipart/form-data and JSON bodies
 * (all give one map of fields and a list of files), the query string, and URL
 * encoding.  Everything that leaves here is checked UTF-8 without NUL and without stray
 * bidi controls; a fault names the field.  Line ends of texts become \n.
 * Must not: interpret fields.  Thread rule: one form belongs to one request.
 * Source: WHATWG URL 5.1 (urlencoded), RFC 7578 (multipart/form-data), RFC 5987 (filename*).
 */
#ifndef BIHUAN_SERVE_FORM_H
#define BIHUAN_SERVE_FORM_H

#include "base/ctx.h"
#include "base/value.h"

struct form_limits {
    size_t fields;            /* how many fields and files together */
    size_t name_bytes;        /* of one field name */
    size_t field_bytes;       /* of one field's text */
    size_t total_field_bytes; /* of all texts together */
    size_t files;
    int64_t file_bytes; /* of one file */
};
extern const struct form_limits form_limits_default; /* 1000 fields, 200 B, 1 MiB, 8 MiB, 50 files, 200 MiB */

struct form_file {
    struct str field; /* name of the form's field */
    struct str name;  /* file name made safe: no path, no controls, at most 200 bytes; never empty */
    struct str type;  /* media type as claimed, "" when absent */
    int64_t size_bytes;
    struct str bytes; /* content, when the body was in memory; else p is NULL */
    int spool_fd;     /* the body's spool file, when it was there; else -1.  Borrowed. */
    int64_t offset;   /* where the content begins in the spool file */
};

struct form {
    struct value
        *fields; /* VALUE_MAP: name -> text, or a list of texts when a name came several times; JSON keeps its shape */
    struct form_file *files;
    size_t file_count;
    bool is_json;
};

/* Parses a body held in memory; fields borrow nothing from it but file bytes do.  content_type is the header's
 * value.  limits NULL takes the default.  An empty body without content type is an empty form.
 * RC_UNSUPPORTED (other media type), RC_BAD_REQUEST (malformed), RC_BAD_ENCODING, RC_TOO_LARGE, RC_NOMEM;
 * the ctx detail names the field. */
enum rc form_parse(struct ctx *ctx, struct str content_type, struct str body, const struct form_limits *limits,
                   struct form **ret_form) MUST_CHECK;
/* The same from a spool file of size_bytes; file parts are located, not copied.  Also RC_IO. */
enum rc form_parse_fd(struct ctx *ctx, struct str content_type, int fd, int64_t size_bytes,
                      const struct form_limits *limits, struct form **ret_form) MUST_CHECK;
/* "a=1&b=2" without "?" into a map as above. */
enum rc form_parse_query(struct ctx *ctx, struct str query, const struct form_limits *limits,
                         struct value **ret_fields) MUST_CHECK;

/* First text of a field; empty when absent. */
struct str form_text(const struct value *fields, const char *name);
/* All texts of a field in order, as an array in the arena; NULL and 0 when absent. */
struct str *form_texts(struct arena *arena, const struct value *fields, const char *name, size_t *ret_count);
/* File of a field; NULL when absent (a file input left empty is absent). */
const struct form_file *form_file(const struct form *form, const char *field);
/* Content of a file as a new unlinked temporary file in directory, positioned at 0; the caller closes it.  RC_IO. */
enum rc form_file_open(struct ctx *ctx, const struct form_file *file, const char *directory, int *ret_fd) MUST_CHECK;
/* File name without path, controls, bidi controls and leading dots, cut at a character to 200 bytes; "file" when
 * nothing is left.  Invalid UTF-8 gives "file". */
struct str form_safe_file_name(struct arena *arena, struct str name);

/* Appends s with everything but A-Z a-z 0-9 - . _ ~ as %XX. */
void url_encode(struct buf *out, struct str s);
/* Decodes %XX, and + as space when is_form; a stray % stays.  p is NULL when the arena refuses. */
struct str url_decode(struct arena *arena, struct str s, bool is_form);
/* Appends "name=value" encoded, with "&" before it when out does not end in "?" or is not empty. */
void url_add_query(struct buf *out, struct str name, struct str value);

#endif
