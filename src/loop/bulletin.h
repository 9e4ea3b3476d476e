/* bulletin.h: bulletins: the published account of a rectification, composed from the register, released by somebody who
 * did not write it, open to the public for a window of working days.
 *
 * The text is a list of blocks in order: opening, part, section, item, point.  Marks (numbers) are no part of it: they
 * follow from the order.  Handing it in freezes a version: head, blocks and figures as JSON with their digest; exactly
 * that is released and published.
 */
#ifndef BIHUAN_LOOP_BULLETIN_H
#define BIHUAN_LOOP_BULLETIN_H

#include "loop/bulletin_text.h"
#include "loop/supervise.h"

/* What holds until publish_rules.set says otherwise.  Marks as in supervise.h. */
enum {
    BULLETIN_WINDOW_DAYS = 15, /* working days [S] */
    BULLETIN_FIRST_DAY = 1,    /* counted with the first day [S] */
    BULLETIN_ACK_DAYS = 5,     /* working days until a comment is looked at [P] */
    BULLETIN_ANSWER_DAYS = 15, /* working days until it is answered [P] */
    BULLETIN_SIGN_DAYS = 5,    /* working days to release or return [P] */
    BULLETIN_BLOCKS_MAX = 2000,
};

struct bulletin_rules {
    int64_t window_days, ack_days, answer_days, label_max;
    bool window_first_day;
    struct str forbidden; /* words, one a line */
};
enum rc bulletin_read_rules(struct ctx *ctx, struct db *db, struct bulletin_rules *ret_rules) MUST_CHECK;

/* Blocks of a bulletin of a source, from the register alone: {n, sort, kind, role, title, body, finding_id,
 * is_withheld, why}. Findings above label_max stay out. */
enum rc bulletin_compose(struct ctx *ctx, struct db *db, const struct value *source, int64_t label_max,
                         struct value **ret_blocks) MUST_CHECK;
/* Sentences for a finding, from its measures, state and figures: a list of texts. */
enum rc bulletin_suggest(struct ctx *ctx, struct db *db, int64_t source_id, int64_t finding_id, int64_t label_max,
                         struct value **ret_list) MUST_CHECK;

/* What stands against releasing a bulletin as it stands: a list of {check, n (block, 0: the head), arg0, arg1,
 * finding_id, is_stop}; words are message bulletin.check.CHECK with arg0 and arg1. */
enum rc bulletin_check(struct ctx *ctx, struct db *db, const struct value *row, const struct value *blocks,
                       const struct bulletin_rules *rules, struct value **ret_list) MUST_CHECK;
/* The blocks as they stand, in order. */
enum rc bulletin_read_blocks(struct ctx *ctx, struct db *db, int64_t id, struct value **ret_blocks) MUST_CHECK;
/* A flag of a row, which a table keeps as a number and a form gives as a truth. */
bool bulletin_is(const struct value *row, const char *key);
/* What is released: {no, title, signatory, signed, window_from, window_to, window_days, window_first_day, contacts:
 * [{kind, value, hours}], blocks: [{n, kind, role, title, body}]}, without what is kept back. */
enum rc bulletin_make_content(struct ctx *ctx, const struct value *row, const struct value *blocks,
                              struct value **ret_content) MUST_CHECK;
/* The content as it is read: of the frozen version once there is one that counts, else of the draft as it stands.
 * ret_version: row of query bulletin_version_get, or NULL; may itself be NULL. */
enum rc bulletin_read_content(struct ctx *ctx, struct db *db, const struct value *row, struct value **ret_content,
                              struct value **ret_version) MUST_CHECK;
/* Last day of the window as stated, else as counted; empty without a first day. */
struct str bulletin_window_end(struct arena *arena, const struct value *row);

extern const struct command command_bulletin_create;
extern const struct command command_bulletin_change;
extern const struct command command_bulletin_write;
extern const struct command command_bulletin_add;
extern const struct command command_bulletin_withhold;
extern const struct command command_bulletin_show;
extern const struct command command_bulletin_up;
extern const struct command command_bulletin_down;
extern const struct command command_bulletin_renew;
extern const struct command command_bulletin_submit;
extern const struct command command_bulletin_return;
extern const struct command command_bulletin_release;
extern const struct command command_bulletin_postpone;
extern const struct command command_bulletin_withdraw;
extern const struct command command_publish_rules_set;

#endif
