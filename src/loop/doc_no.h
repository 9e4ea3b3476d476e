/* doc_no.h: numbers of documents: issuer, word, year in brackets, n; without gaps for each issuer, year and kind.
 *
 * A number is taken within the transaction of the event that carries it, so a document that was not issued takes none;
 * a void document keeps its own.  The event's kind needs RUN(DOC_NO_TAKE).
 */
#ifndef BIHUAN_LOOP_DOC_NO_H
#define BIHUAN_LOOP_DOC_NO_H

#include "record/command.h"

enum doc_kind {
#define DOC_KIND(name, kind, word) DOC_##name,
#include "../../data/doc_kinds.def"
#undef DOC_KIND
    DOC_KIND_COUNT
};

/* Takes the next number: puts doc_issuer_id, doc_year, doc_kind and doc_n into the event's body and gives the number as
 * it is printed, in the arena.  Locks the organisation's chain until the transaction ends, so that two documents never
 * get the same.  RC_NOT_FOUND: no such unit. */
enum rc doc_no_take(struct command_call *call, struct value *body, int64_t issuer_id, enum doc_kind kind,
                    struct str *ret_no) MUST_CHECK;

/* Whether a number typed by somebody has the form of GB/T 9704, 7.2.5: word of the issuer, year of four digits between
 * U+3014 and U+3015, n without zeros before it, U+53F7 (hao). */
bool doc_no_is_formed(struct str no);

#endif
