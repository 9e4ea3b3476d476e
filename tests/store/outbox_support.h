/* outbox_support.h: a group with reminders that are due, and the other side of what goes out of the house.
 *
 * BIHUAN_OUTBOX_PEER is the other side (tests/tools/outbox_peer.mjs): an SMTP server and an HTTP listener on loopback.
 */
#ifndef BIHUAN_TESTS_OUTBOX_SUPPORT_H
#define BIHUAN_TESTS_OUTBOX_SUPPORT_H

#include "record_support.h"

#include <sys/types.h>

#include "base/clock.h"
#include "serve/sender.h"

enum { HOUR_MS = 3600 * 1000 };

struct outbox_peer {
    pid_t pid;
    int in;
    int smtp, http, tls;
    char dir[400];
};

extern struct outbox_peer peer;

struct outbox_world {
    int64_t root, firm, source, finding;
    int64_t one, two;
    char day[DATE_TEXT_BYTES];
};

extern struct outbox_world world;

void start_peer(struct store *store);
void stop_peer(void);
/* Everything heard so far, as a list. */
struct value *heard(struct store *store);
const struct value *last_heard(struct store *store);
bool holds(struct str text, const char *part);
struct settings settings_with(struct store *store, const char *server, const char *quiet, bool is_private);
const char *smtp(struct store *store);
enum rc run_here(void *arg, struct write_job *job);
struct sender_counts pass(struct store *store, const struct settings *settings);
void set_hour(int hour);
int64_t make_approver(struct store *store, const char *login, const char *email);
/* Two findings that wait for the firm to accept them, and their reminders of the day when they are due. */
void make_world(struct store *store, const char *email);
void tick(struct store *store);
int64_t sends(struct store *store, const char *channel, const char *state, const char *reason);

#endif
