/* record_support.h: commands for tests: run one, make the usual fixtures, rebuild and compare. */
#ifndef BIHUAN_TESTS_RECORD_SUPPORT_H
#define BIHUAN_TESTS_RECORD_SUPPORT_H

#include "store_test.h"

#include "access/account.h"
#include "intake/import.h"
#include "loop/finding.h"
#include "loop/measure.h"
#include "loop/unit.h"
#include "record/event.h"
#include "record/maintain.h"
#include "record/writer.h"

/* A map from JSON; single quotes stand for double ones. */
struct value *json(struct store *store, const char *text);
/* printf, then json. */
struct value *jsonf(struct store *store, const char *format, ...) PRINTF_LIKE(2, 3);
/* Types raw and runs the command in a transaction of its own as the actor (NULL: the program); issues stay on ctx until
 * the next call.  *ret_result may be NULL. */
enum rc run_as(struct store *store, const struct actor *actor, const struct command *command, const struct value *raw,
               struct value **ret_result);
enum rc run(struct store *store, const struct command *command, const struct value *raw, struct value **ret_result);
/* Must succeed; the result's id. */
int64_t make(struct store *store, const struct command *command, const struct value *raw);
/* The field of the newest issue, "" without. */
const char *issue_field(struct store *store);
const char *issue_key(struct store *store);

int64_t make_root(struct store *store);
int64_t make_unit(struct store *store, int64_t parent_id, const char *code, const char *name);
/* Account with a role in a unit up to label; its actor. */
struct actor make_actor(struct store *store, const char *login, const char *role, int64_t unit_id, int64_t label);
/* The same for an account of a person, up to internal. */
struct actor make_actor_of(struct store *store, const char *login, const char *role, int64_t unit_id,
                           int64_t person_id);
/* A source with paragraphs and no findings, appended as an event. */
int64_t make_source(struct store *store, int64_t unit_id, const char *no);
int64_t make_finding(struct store *store, int64_t source_id, const char *title);
/* To a unit, until a date. */
void give_finding(struct store *store, int64_t finding_id, int64_t unit_id, const char *due);

/* First column of the first row of free text, as integer. */
int64_t count_sql(struct store *store, const char *sql);
/* printf, then count_sql. */
int64_t count_sqlf(struct store *store, const char *format, ...) PRINTF_LIKE(2, 3);
int64_t event_count(struct store *store);
/* Runs free text that changes something behind the program's back. */
void tamper(struct store *store, const char *sql);
/* printf, then tamper. */
void tamperf(struct store *store, const char *format, ...) PRINTF_LIKE(2, 3);
/* A row of hang as the commands of supervision leave it. */
struct hang_row {
    int64_t id, finding_id, unit_id, source_id;
    const char *no, *state, *hung_on;
    int miss_count;
};
void insert_hang(struct store *store, const struct hang_row *row);
/* The problems of maintain_check. */
struct check_result check(struct store *store);
void expect_clean(struct store *store);
/* True when one of the problems contains the words. */
bool has_problem(const struct check_result *result, const char *words);
/* Replays into a fresh SQLite database and, on SQLite, compares every table; the new database is closed again. */
void expect_rebuild_equal(struct store *store);
/* Every kind of event of a noun ("task": task.assigned, ...) has happened in this store: one case of a noun's test ends
 * with this and expect_rebuild_equal, so that no kind goes without a replay. */
void expect_kinds(struct store *store, const char *noun);
/* Ids of hits of one word of search, oldest first, in a list. */
int64_t search_hits(struct store *store, const char *words);
/* The same, of what the actor may see. */
int64_t search_hits_of(struct store *store, const struct actor *actor, const char *words);

#endif
