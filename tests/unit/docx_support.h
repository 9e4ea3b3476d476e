/* docx_support.h: templates made up of a body and perhaps one more part, and filled. */
#ifndef BIHUAN_TESTS_DOCX_SUPPORT_H
#define BIHUAN_TESTS_DOCX_SUPPORT_H

#include "paper_support.h"
#include "publish/docx.h"

/* markup stands as the editors write it */
#define NS "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define T(text) "<w:t>" text "</w:t>"
#define R(text) "<w:r>" T(text) "</w:r>"
#define P(runs) "<w:p>" runs "</w:p>"

/* A package with a body and perhaps one more part. */
struct str package(const char *body, const char *name, const char *bytes);
struct value *json(const char *text);
enum rc filled(const char *body, const char *data, struct str *ret_xml);
bool has(struct str s, const char *needle);
int count(struct str s, const char *needle);

#endif
