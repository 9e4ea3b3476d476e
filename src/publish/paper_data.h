/* paper_data.h: the data that papers are made from, frozen.
 *
 * A snapshot is read in one read transaction: the number of the newest event of its source (or of the subject) that it
 * knows, and a tree of what the maker may see.  Written as JSON its digest names it; everything that is made from it
 * later is made from that text alone, never from the tables.  Rows carry n, cn, is_first, is_last, words for their
 * codes (KEY_label), dates and amounts as they are printed (KEY_text), all in Chinese: papers are Chinese in every
 * language of the pages.
 */
#ifndef BIHUAN_PUBLISH_PAPER_DATA_H
#define BIHUAN_PUBLISH_PAPER_DATA_H

#include "record/actor.h"
#include "db/db.h"

enum paper_subject {
    PAPER_OF_SOURCE,
    PAPER_OF_FINDING,
    PAPER_OF_LETTER,
    PAPER_OF_CERTIFICATE,
    PAPER_OF_MEETING,
    PAPER_OF_SWEEP,
    PAPER_OF_ASSESSMENT,
    PAPER_SUBJECTS
};

enum paper_kind {
#define PAPER(name, ...) PAPER_##name,
#include "../../data/papers.def"
#undef PAPER
    PAPER_KINDS
};

struct paper_kind_row {
    const char *kind, *formats, *texts;
    enum paper_subject subject;
};
const struct paper_kind_row *paper_kind_row(enum paper_kind kind);
bool paper_kind_find(struct str name, enum paper_kind *ret_kind);
const char *paper_subject_name(enum paper_subject subject); /* "source" */
bool paper_subject_find(struct str name, enum paper_subject *ret_subject);
/* Kinds of the program, and behind them those of paper_list.h. */
int paper_kind_count(void);
/* Whether a source's snapshot has a list of that name. */
bool paper_source_has_list(struct str name);
/* Whether the word stands among words that are parted by blanks. */
bool paper_has_word(const char *words, const char *word);

struct paper_snapshot {
    int64_t seq;            /* the newest event of the source, else of the subject */
    struct str json;        /* the data as they are frozen */
    char digest[65];        /* SHA-256 of json, hex */
    struct value *data;     /* the same as a tree */
    int64_t source_id;      /* 0: of no source */
    int64_t unit_id, label; /* who may see it: the highest label of what stands in it */
    struct str subject_no, subject_title;
};

/* Reads what the actor may see of the subject on the day today ("2026-11-28").  Within one read transaction of db.
 * before: data of the last issue, against which changes are marked (row.change, of a task also row.duty_change, and
 * data.gone_findings, gone_measures, gone_tasks: its rows that are no more, as they stood); NULL: none.
 * RC_NOT_FOUND: no such subject in sight. */
enum rc paper_take(struct ctx *ctx, struct db *db, const struct actor *actor, enum paper_subject subject, int64_t id,
                   struct str today, const struct value *before, struct paper_snapshot *ret_snapshot) MUST_CHECK;
/* Reads frozen data again; RC_CHAIN when the text has another digest. */
enum rc paper_thaw(struct ctx *ctx, struct str json, struct str digest, struct value **ret_data) MUST_CHECK;

/* What an issued paper must hold: a list of {text, place} of what does not agree: figures that differ from the rows
 * they count, findings without measure or task, tasks without anybody in charge (is_strict: kinds of plans and lists).
 */
void paper_check(struct ctx *ctx, const struct value *data, bool is_plan, struct value *faults);
/* Done by paper_take. */
void paper_mark_changes(struct ctx *ctx, struct value *data, const struct value *before);
/* Adds a fault: message key with arguments, as text. */
void paper_add_fault(struct ctx *ctx, struct value *faults, const char *key, const struct str *args, int count);

#endif
