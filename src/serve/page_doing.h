/* page_doing.h: what the pages of reports, evidence, extensions and checks share, and their parts of other pages. */
#ifndef BIHUAN_SERVE_PAGE_DOING_H
#define BIHUAN_SERVE_PAGE_DOING_H

#include "serve/page.h"

/* The part _task_doing of a task's page: reports, evidence, requests for more time, checks. */
enum rc page_put_doing_task(struct page *page, struct value *task) MUST_CHECK;
/* The part _finding_doing of a finding's page: what came of it, evidence, checks. */
enum rc page_put_doing_finding(struct page *page, struct value *finding) MUST_CHECK;

/* Message PREFIX.VALUE, "" for an empty value. */
struct str doing_words(struct page *page, const char *prefix, struct str value);
/* KEY_text of a basis-point column: "45%" or "45.5%", null without. */
void doing_put_percent(struct page *page, struct value *row, const char *key, const char *to);
/* Adds what the list of evidence shows: class_label, verdict_label, verdict_state, size_text, added_at_text,
 * is_expired. */
void doing_put_evidence_words(struct page *page, struct value *row);
/* Adds rule_label, state_label, status, sentence (with its figure) and raised_at_text to a check. */
void doing_put_check_words(struct page *page, struct value *row);
/* Whether the reader has the permission for the row's unit and label. */
bool doing_may(struct page *page, enum perm perm, const struct value *row);
/* A time or null column as KEY_text, "" for null. */
void doing_put_time(struct page *page, struct value *row, const char *key);

#endif
