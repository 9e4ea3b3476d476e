/* reader_html.h: what the reader of web pages asks of their text; private to it. */
#ifndef BIHUAN_INTAKE_READER_HTML_H
#define BIHUAN_INTAKE_READER_HTML_H

#include <stdbool.h>

#include "base/str.h"

/* Does a class or an id name a page's furniture? */
bool html_names_furniture(struct str value);
/* Would the tree grow far beyond the text? */
bool html_is_runaway(struct str text);
/* charset=NAME in the first bytes, or "". */
struct str html_declared_charset(struct str bytes);

#endif
