/* book_return.h: what a unit sends back: its workbook alone, a ZIP with it and the evidence, or a mail with either
 * attached. */
#ifndef BIHUAN_SERVE_BOOK_RETURN_H
#define BIHUAN_SERVE_BOOK_RETURN_H

#include "base/value.h"
#include "intake/package_read.h"
#include "record/filestore.h"

struct book_return {
    struct package package;
    struct value *rows, *files;  /* for loop/task_sheet.h */
    struct value *notes;         /* what was left out or guessed: "key<TAB>argument" */
    struct str book_name, stamp; /* stamp: of loop/book_stamp.h, as the book says it */
};

/* Reads fd, each part of it in a child that owns nothing; evidence goes into the store before anything is known about
 * it (what is not named by an event in the end is tidied away).  limits: of reading the workbook.  RC_INVALID:
 * task_sheet.no_book, task_sheet.two_books {0}, task_sheet.other_book; or what the readers say. */
enum rc book_return_read(struct ctx *ctx, struct filestore *files, const char *spool, int fd, struct str name,
                         const struct reader_limits *limits, struct book_return *ret) MUST_CHECK;

#endif
