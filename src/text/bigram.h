/* bigram.h: the search tokens of a text, the same for both engines.
 *
 * Tokens: overlapping pairs of Chinese characters, the last character of each run of Chinese characters alone, and
 * words of ASCII letters and digits; all simplified, lower-cased, width-folded, at most 64 bytes.  Every
 * character thus starts a token, so a query of one character is the prefix search for it, and a query of two or more
 * is the AND of its pairs.  A pair search finds a superset of the phrase: check hits with a plain LIKE on the
 * clean text when the exact phrase matters.
 *
 * SQLite: FTS5 column with tokenize='unicode61 remove_diacritics 0'; match with bigram_fts5_query.
 * PostgreSQL: array_to_tsvector(string_to_array(tokens, ' ')), which leaves the tokens alone; match with
 * bigram_tsquery cast to tsquery.  Both query texts hold only Chinese characters, ASCII letters and digits, quotes
 * and operators made here.  Any thread.
 */
#ifndef BIHUAN_TEXT_BIGRAM_H
#define BIHUAN_TEXT_BIGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

enum { BIGRAM_TOKEN_MAX_BYTES = 64, BIGRAM_QUERY_MAX_TOKENS = 64 };

struct bigram_token {
    struct str text;
    bool is_prefix; /* matches every token that begins so: single characters and Latin or digit words */
};

struct bigram_query {
    struct bigram_token *p; /* all must match */
    size_t n;               /* 0: the query holds nothing to search for */
};

/* Tokens of text, each once, in order of first appearance, joined by single spaces.  RC_TOO_LARGE, RC_NOMEM,
 * RC_BAD_ENCODING as text_clean. */
enum rc bigram_document(struct arena *arena, struct str text, struct str *ret_tokens) MUST_CHECK;
/* Tokens of what a person typed, at most BIGRAM_QUERY_MAX_TOKENS (the rest is dropped). */
enum rc bigram_query(struct arena *arena, struct str typed, struct bigram_query *ret) MUST_CHECK;
/* The query and one more token that must match as a whole; the query itself when the arena refuses. */
struct bigram_query bigram_query_with(struct arena *arena, const struct bigram_query *query, struct str token);
/* The query as FTS5 MATCH text; empty when nothing to search for. */
struct str bigram_fts5_query(struct arena *arena, const struct bigram_query *query);
/* The query as text of type tsquery. */
struct str bigram_tsquery(struct arena *arena, const struct bigram_query *query);

#endif
