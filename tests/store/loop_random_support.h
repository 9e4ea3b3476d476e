/* loop_random_support.h: a game of random commands, and what must hold at any time in it. */
#ifndef BIHUAN_TESTS_LOOP_RANDOM_SUPPORT_H
#define BIHUAN_TESTS_LOOP_RANDOM_SUPPORT_H

#include "loop_any.h"

#include "text/digest.h"

enum { ACTORS = 11, SIGNERS = 6, CLOSED_MAX = 5000 };

struct random_game {
    struct actor actors[ACTORS];
    struct actor signers[SIGNERS]; /* do nothing else, so that nobody of them has handled what they sign */
    int64_t leader;                /* a person */
    int32_t day;
    long done, refused;
    struct {
        int64_t cycle;
        char digest[DIGEST_TEXT_BYTES];
    } closed[CLOSED_MAX];
    int closed_count;
    char last[400];
};

extern struct random_game game;

/* The number that a query of one id gives, which its format may name twice. */
int64_t ask(struct store *store, const char *format, long long id);
/* Fails with the first of the twelve invariants that is broken. */
void check_invariants(struct store *store);

#endif
