/* comment.h: what the public says about a bulletin, from intake to answer.
 *
 * Written once: nobody changes what came in.  The words of a comment stand in no event and no replayed table: they lie
 * sealed in the local table comment_store under the digest that the event names.  A lead (a hint at misconduct by
 * persons) goes out by its number only; once its receipt is confirmed the words are wiped here.
 */
#ifndef BIHUAN_LOOP_COMMENT_H
#define BIHUAN_LOOP_COMMENT_H

#include "loop/lifecycle.h"

enum {
    COMMENT_TEXT_MAX = 4000,
    COMMENT_NAME_MAX = 60,
    COMMENT_CONTACT_MAX = 200,
    COMMENT_LEAD_DAYS = 5 /* working days to confirm [P] */
};

/* comment.receive {bulletin_no, text, name, contact, nonce}: from the public form; the program only.  A nonce is good
 * once (RC_CONFLICT).  result: no, receipt, id. */
extern const struct command command_comment_receive;
/* comment.enter {bulletin_id, channel, received_on, text, name, contact}: by telephone, post, e-mail.  result: no,
 * receipt, id. */
extern const struct command command_comment_enter;
extern const struct command command_comment_accept;
extern const struct command command_comment_link;
extern const struct command command_comment_answer;
extern const struct command command_comment_refuse;
extern const struct command command_comment_lead;
extern const struct command command_comment_handed;

/* The words of a comment {text, name, contact}, opened; an empty map when they were wiped.  row: sha256. */
enum rc comment_read_words(struct ctx *ctx, struct db *db, const struct value *row,
                           struct value **ret_words) MUST_CHECK;

#endif
