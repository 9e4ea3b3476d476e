/* public_support.h: a published bulletin, for the tests of what the public sees. */
#ifndef BIHUAN_TESTS_PUBLIC_SUPPORT_H
#define BIHUAN_TESTS_PUBLIC_SUPPORT_H

#include "app_site.h"
#include "record_support.h"

struct public_world {
    struct app_site site;
    int64_t root, source, bulletin;
    struct actor office, publisher, leader;
    int64_t now_ms;
};

extern struct public_world world;

void pin(const char *day, int seconds);
void later(int seconds);
void make_public(struct store *store);
bool has(struct str s, const char *words);
struct app_answer see(const struct app_session *session, const char *path);

#endif
