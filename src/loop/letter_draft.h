/* letter_draft.h: drafting a letter: by the office, by the tick, after a red letter. */
#ifndef BIHUAN_LOOP_LETTER_DRAFT_H
#define BIHUAN_LOOP_LETTER_DRAFT_H

#include "loop/supervise.h"

struct letter_draft {
    const struct value *subject; /* as supervise_subject gives it */
    struct str kind, cause;
    struct str cause_key;                      /* empty: of the letter itself, by hand */
    struct str due;                            /* the date that the text names; empty: the subject's */
    struct str demand;                         /* empty: the text of data/letter_texts.def */
    struct str talk_on, talk_time, talk_place; /* of a talk; empty: not yet fixed */
    struct str last_no;                        /* number of the letter before */
    int64_t raised_from;                       /* 0: none */
    int64_t reply_days;                        /* 0: the usual */
    bool is_to_leader; /* to who leads the item; the second yellow letter goes there by itself */
};

/* Appends letter.drafted; RC_GUARD while another letter about the item is under way. */
enum rc letter_append_draft(struct command_call *call, const struct letter_draft *draft) MUST_CHECK;

/* The highest unit above unit_id (itself included) in whose name the actor may issue letters with the label. */
enum rc letter_find_issuer(struct command_call *call, int64_t unit_id, int64_t label, int64_t *ret_issuer) MUST_CHECK;

#endif
