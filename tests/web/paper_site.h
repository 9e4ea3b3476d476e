/* paper_site.h: a running server over a group in which every kind of paper can be made, and the office that asks it. */
#ifndef BIHUAN_TESTS_PAPER_SITE_H
#define BIHUAN_TESTS_PAPER_SITE_H

#include "app_site.h"
#include "loop_closing_support.h"
#include "publish/paper_make.h"

extern struct app_site paper_site;
extern struct app_session paper_office;
extern int64_t paper_subject_ids[PAPER_SUBJECTS];

/* The world of closing (loop_closing_support.h) with a subject of every kind, and the office signed in. */
void paper_site_subjects(struct store *store);
struct str paper_site_cookie(struct store *store);
struct app_answer paper_site_get(struct store *store, const char *path);
/* A form, answered in JSON; the answer must have the status. */
struct value *paper_site_post(struct store *store, const char *path, struct str form, int status);
/* Makes a paper of its subject; its id. */
int64_t paper_site_make(struct store *store, enum paper_kind kind);
/* One field of a form with a file, and the form: fields are joined. */
struct str paper_site_field(struct store *store, const char *name, const char *value);
struct app_answer paper_site_send_file(struct store *store, const char *path, struct str fields, const char *name,
                                       struct str file);
bool paper_site_has(struct str s, const char *needle);

#endif
