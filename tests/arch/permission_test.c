/* permission_test.c: every route and every command, tried by every role inside and outside its units and above its
 * label.
 *
 * Nothing is listed here: the rows come from route_table, command_table and data/roles.def, so that a new page or
 * command is tried the day it is added.  One group with two subtrees, EAST and WEST; every role is granted in EAST up
 * to "internal".  What is in WEST, or in EAST as a work secret, must change nothing of what a role in EAST gets: no
 * row, no count, no hit, no byte of an export.
 */
#include "permission_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "intake/package_read.h"
#include "intake/reader.h"
#include "serve/template_read.h"

enum { PATH_BYTES = 300 };

static const char *const noun_names[] = {
#define PATH_NOUN(name, text) text,
#define FIELD_NOUN(name, noun)
#include "nouns.def"
#undef FIELD_NOUN
#undef PATH_NOUN
};

static const char *who_name(int who)
{
    return who < 0 ? "anonymous" : who == NOBODY ? "no role" : role_name((enum role)who);
}

static bool may(int who, enum perm perm)
{
    return perm == PERM_COUNT ||
           (who >= 0 && (perm == PERM_SELF || (who < ROLE_COUNT && role_has_perm((enum role)who, perm))));
}

static void fault(const char *what, const char *path, int who, const char *detail)
{
    print_error("%s: %s as %s: %s\n", path, what, who_name(who), detail);
    world.faults++;
}

/* ---- asking -------------------------------------------------------------------------------------------------- */

/* Status of one request; its text stands in answer. */
static struct app_answer answer;

static int ask(const char *method, const char *path, int who, const char *accept, bool has_token, struct str *ret_body)
{
    char lines[2000];
    bool is_post = strcmp(method, "POST") == 0, is_token = has_token && who >= 0;
    snprintf(lines, sizeof lines, "Accept: %s\r\nCookie: bihuan=%s\r\n%s%s%s%s", accept,
             who < 0 ? "" : world.sessions[who].token, is_token ? "X-CSRF-Token: " : "",
             is_token ? world.sessions[who].csrf : "", is_token ? "\r\n" : "",
             is_post ? "Content-Type: application/json\r\n" : "");
    answer = app_site_ask(&world.site, method, path, lines, STR("{}"));
    *ret_body = answer.body;
    world.tried++;
    return answer.status;
}

static bool has_header(const char *line) { return str_find(answer.head, str_from_cstr(line), 0) != SIZE_MAX; }

/* Signing in without a page takes the token and its cookie from the same answer; a forged way back stays here. */
static void try_sign_in(void)
{
    static const char *const local[] = {"/", "/a//b?c=%09"}, *const foreign[] = {"",      "a",     "//h",     "/\\h",
                                                                                 "/\t/h", "/\n/h", "http://h"};
    struct str body;
    assert_int_equal(ask("GET", "/login", -1, "application/json", false, &body), 200);
    assert_true(has_header("Set-Cookie: pre="));
    assert_true(str_find(body, STR("\"csrf\":\""), 0) != SIZE_MAX);
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        assert_true(page_is_local_path(str_from_cstr(local[i])));
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(page_is_local_path(str_from_cstr(foreign[i])));
}

/* ---- addresses ----------------------------------------------------------------------------------------------- */

static bool find_noun(const char *pattern, enum noun *ret_noun)
{
    size_t n = strcspn(pattern + 1, "/");
    for (int i = 0; i < NOUN_COUNT; i++) {
        if (strlen(noun_names[i]) == n && strncmp(pattern + 1, noun_names[i], n) == 0) {
            *ret_noun = (enum noun)i;
            return true;
        }
    }
    return false;
}

/* The pattern with the thing of a place; false when there is no such thing (units have no label). */
static bool fill_path(const char *pattern, enum place place, char path[PATH_BYTES])
{
    const char *open = strchr(pattern, '{'), *close = open ? strchr(open, '}') : NULL;
    enum noun noun = UNITS;
    if (!open) {
        snprintf(path, PATH_BYTES, "%s", pattern);
        return place == INSIDE;
    }
    bool is_direct = find_noun(pattern, &noun) && open == pattern + 2 + strlen(noun_names[noun]);
    int64_t id = is_direct ? world.ids[noun][place] : place == INSIDE ? INT32_MAX : 0;
    size_t rest = strcspn(close + 1, "{"); /* the only second parameter is the name of a file of the thing */
    snprintf(path, PATH_BYTES, "%.*s%lld%.*s%s", (int)(open - pattern), pattern, (long long)id, (int)rest, close + 1,
             close[1 + rest] ? "docx" : "");
    return id != 0;
}

static bool is_hidden_by_scope(const struct route *route)
{
    return route->perm < PERM_COUNT && perm_is_scoped(route->perm);
}

static void try_route(const struct route *route, int who, enum place place)
{
    char path[PATH_BYTES], detail[100];
    struct str body;
    if (!fill_path(route->path, place, path))
        return;
    int status = ask("GET", path, who, "application/json", false, &body);
    int wanted = who < 0 && route->perm != PERM_COUNT           ? 401
                 : !may(who, route->perm)                       ? 403
                 : place != INSIDE && is_hidden_by_scope(route) ? 404
                                                                : 200;
    if (wanted == 200 && strstr(path, "/2147483647")) /* long work of somebody: nobody else's to see */
        wanted = 404;
    if (status != wanted) {
        snprintf(detail, sizeof detail, "%d instead of %d, %s", status, wanted, place_names[place]);
        fault("GET", path, who, detail);
    }
    if (wanted != 200 || !route->tpl)
        return;
    status = ask("GET", path, who, "text/html", false,
                 &body); /* strict templates: a name that is not in the view is a 500 */
    snprintf(detail, sizeof detail, "%d as a page", status);
    if (status != 200)
        fault("GET", path, who, detail);
}

static void try_reading(void)
{
    char path[PATH_BYTES];
    struct str body;
    for (int i = 0; i < route_count; i++) {
        const struct route *route = &route_table[i];
        if (route->method != HTTP_GET)
            continue;
        for (int who = -1; who < ANYBODY_COUNT; who++)
            for (int place = 0; place < PLACE_COUNT; place++)
                try_route(route, who, (enum place)place);
        if (route->perm == PERM_COUNT || !fill_path(route->path, INSIDE, path))
            continue;
        int status = ask("GET", path, -1, "text/html", false, &body);
        if (status != 303 || !has_header("Location: /login"))
            fault("GET", path, -1, "is not sent to the login");
    }
}

static void try_post(const char *pattern, enum perm perm)
{
    char path[PATH_BYTES], detail[100];
    struct str body;
    if (perm == PERM_COUNT || !fill_path(pattern, INSIDE, path))
        return;
    for (int who = -1; who < ANYBODY_COUNT; who++) {
        bool has_perm = may(who, perm);
        int status = ask("POST", path, who, "application/json", !has_perm, &body), wanted = who < 0 ? 401 : 403;
        if (status == wanted)
            continue;
        snprintf(detail, sizeof detail, "%d instead of %d%s", status, wanted, has_perm ? " without the token" : "");
        fault("POST", path, who, detail);
    }
}

static void try_writing(void)
{
    for (int i = 0; i < route_count; i++)
        if (route_table[i].method == HTTP_POST)
            try_post(route_table[i].path, route_table[i].perm);
    for (int i = 0; i < command_count; i++)
        if (command_table[i]->path)
            try_post(command_table[i]->path, command_table[i]->perm);
}

/* ---- nothing from outside ------------------------------------------------------------------------------------- */

/* A search states how long it took. */
static uint64_t hash_without_time(struct str body, int status)
{
    size_t from = str_find(body, STR("\"took_text\":\""), 0);
    size_t to = from == SIZE_MAX ? from : str_find_byte(body, ',', from);
    return str_hash(str_slice(body, to == SIZE_MAX ? body.n : to, body.n),
                    str_hash(str_slice(body, 0, from), (uint64_t)status));
}

/* Everything that roles with a scope read, with and without a word to search for; kept as hashes, compared the second
 * time. */
static void look_at_all(bool is_second)
{
    static const char *const queries[] = {"", "?q=%E5%85%B1%E5%90%8C"};
    char path[PATH_BYTES * 2], plain[PATH_BYTES];
    struct str body;
    int n = 0;
    for (int i = 0; i < route_count; i++) {
        const struct route *route = &route_table[i];
        bool is_private = route->perm == PERM_SELF || is_hidden_by_scope(route);
        if (route->method != HTTP_GET || !is_private || !fill_path(route->path, INSIDE, plain))
            continue;
        for (int q = 0; q < 2; q++) {
            for (int who = 0; who < ANYBODY_COUNT; who++) {
                if (!may(who, route->perm))
                    continue;
                snprintf(path, sizeof path, "%s%s", plain, queries[q]);
                int status = ask("GET", path, who, "application/json", false, &body);
                assert_true(n < SNAPSHOTS_MAX);
                uint64_t hash = hash_without_time(body, status);
                if (is_second && world.snapshots[n] != hash)
                    fault("GET", path, who, "shows or counts something from outside");
                world.snapshots[n++] = hash;
            }
        }
    }
}

/* ---- commands ------------------------------------------------------------------------------------------------- */

static const char *first_choice(const char *choices, char text[60])
{
    const char *p = choices;
    while (*p == '|')
        p++;
    snprintf(text, 60, "%.*s", (int)strcspn(p, "|"), p);
    return text;
}

static bool id_for(const struct command *command, const char *field, enum place place, int64_t *ret_id)
{
    static const struct {
        const char *field;
        enum noun noun;
    } rows[] = {
#define PATH_NOUN(name, text)
#define FIELD_NOUN(name, noun) {name, noun},
#include "nouns.def"
#undef FIELD_NOUN
#undef PATH_NOUN
    };
    enum noun noun;
    bool is_known =
        (strcmp(field, "id") == 0 || strcmp(field, "ids") == 0) && command->path && find_noun(command->path, &noun);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !is_known; i++) {
        if (strcmp(rows[i].field, field) == 0) {
            noun = rows[i].noun;
            is_known = true;
        }
    }
    *ret_id = is_known ? world.ids[noun][place] : 0;
    return is_known;
}

static void put_text(struct store *store, struct value *raw, const struct field *field)
{
    static const struct {
        const char *field, *value;
    } sensible[] = {{"role", "reader"},   {"login", "someone"}, {"field", "severity"},
                    {"value", "general"}, {"reason", "test"},   {"password", "Random-Text-77"}};
    const char *value = field->is_required ? "NEW" : NULL;
    for (size_t i = 0; i < sizeof sensible / sizeof *sensible; i++)
        if (strcmp(sensible[i].field, field->name) == 0)
            value = sensible[i].value;
    if (value)
        value_put_text(store->ctx->arena, raw, field->name, str_from_cstr(value));
}

/* Something sensible for each field, about the things of a place. */
static struct value *make_input(struct store *store, const struct command *command, enum place place)
{
    struct arena *arena = store->ctx->arena;
    struct value *raw = value_new_map(arena);
    char text[60];
    int64_t id;
    for (int i = 0; i < command->field_count; i++) {
        const struct field *field = &command->fields[i];
        switch (field->kind) {
        case FIELD_ID:
            if (id_for(command, field->name, place, &id) && !id && field->is_required)
                id = world.ids[UNITS][INSIDE]; /* units have no label, so there is none above it */
            if (id)
                value_put_int(arena, raw, field->name, id);
            break;
        case FIELD_IDS:
            if (id_for(command, field->name, place, &id) && id)
                value_add_int(arena, value_put_list(arena, raw, field->name), id);
            break;
        case FIELD_TEXT:
        case FIELD_SECRET:
        case FIELD_LONG:
            put_text(store, raw, field);
            break;
        case FIELD_SET:
        case FIELD_CHOICE:
            value_put_text(arena, raw, field->name,
                           arena_copy_str(arena, str_from_cstr(first_choice(field->choices, text))));
            break;
        case FIELD_DATE:
            if (field->is_required)
                value_put_text(arena, raw, field->name, STR("2026-02-01"));
            break;
        case FIELD_INT:
        case FIELD_MONEY:
            if (field->is_required)
                value_put_int(arena, raw, field->name, 1);
            break;
        case FIELD_JSON:
            if (strcmp(field->name, "steps") == 0)
                value_put(
                    raw, STR("steps"),
                    json(store, "[{'title': 'a', 'mode': 'any', 'signers': [{'kind': 'role', 'ref': 'office'}]}]"));
            if (strcmp(field->name, "text") == 0)
                value_put(raw, STR("text"), json(store, "{}"));
            if (strcmp(field->name, "faults") == 0 || strcmp(field->name, "files") == 0 ||
                strcmp(field->name, "rows") == 0)
                value_put(raw, str_from_cstr(field->name), value_new_list(arena));
            if (strcmp(field->name, "answers") == 0)
                value_put(raw, STR("answers"), json(store, "['yes']"));
            if (strcmp(field->name, "units") == 0)
                value_put(
                    raw, STR("units"),
                    jsonf(store, "[{'row': 2, 'code': '%s', 'name': 'renamed'}]", place == OUTSIDE ? "WEST" : "EAST"));
            break;
        case FIELD_BOOL:
            break;
        }
    }
    return raw;
}

/* Runs in a transaction that is given up; the number of events it would have made. */
static enum rc try_run(struct store *store, const struct command *command, const struct value *input, int who,
                       int64_t *ret_events)
{
    int64_t before = 0, after = 0;
    ctx_clear_issues(store->ctx);
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(db_get_int(store->ctx, db_query(store->db, Q_EVENT_NEWEST), &before));
    struct command_call call = {
        .ctx = store->ctx, .db = store->db, .actor = &world.actors[who], .now_ms = clock_now_ms(), .input = input};
    enum rc rc = command_run(command, &call);
    if (rc == RC_OK)
        STORE_OK(db_get_int(store->ctx, db_query(store->db, Q_EVENT_NEWEST), &after));
    *ret_events = rc == RC_OK ? after - before : 0;
    db_rollback(store->db);
    world.tried++;
    return rc;
}

static bool touches(struct store *store, const struct command *command, enum place place)
{
    int64_t id;
    for (int i = 0; i < command->field_count; i++)
        if ((command->fields[i].kind == FIELD_ID || command->fields[i].kind == FIELD_IDS) &&
            id_for(command, command->fields[i].name, place, &id) && id && id != world.ids[UNITS][INSIDE])
            return true;
    (void)store;
    return command == &command_unit_import && place == OUTSIDE;
}

static void try_command(struct store *store, const struct command *command)
{
    for (int place = 0; place < PLACE_COUNT; place++) {
        struct value *input = NULL;
        enum rc typed = command_read_input(store->ctx, command, make_input(store, command, (enum place)place), &input);
        if (place != INSIDE && (!perm_is_scoped(command->perm) || !touches(store, command, (enum place)place)))
            continue;
        if (typed != RC_OK) {
            fault("command", command->name, NOBODY, "gets no sensible input");
            continue;
        }
        for (int who = 0; who < ANYBODY_COUNT; who++) {
            int64_t events;
            bool has_perm = may(who, command->perm), is_scoped = perm_is_scoped(command->perm);
            enum rc rc = try_run(store, command, input, who, &events);
            if (!has_perm && rc != RC_FORBIDDEN)
                fault("command", command->name, who, rc_name(rc));
            if (has_perm && place != INSIDE &&
                (events || (rc != RC_FORBIDDEN && rc != RC_NOT_FOUND && rc != RC_OK && rc != RC_INVALID)))
                fault(place_names[place], command->name, who, events ? "was done" : rc_name(rc));
            if (rc == RC_FORBIDDEN && strcmp(issue_key(store), "error.forbidden_perm") != 0)
                rc = RC_GUARD; /* the permission is held; who is waited for, or four eyes, say no */
            if (has_perm && place == INSIDE && is_scoped && rc != RC_OK && rc != RC_GUARD && rc != RC_CONFLICT &&
                rc != RC_INVALID)
                fault("inside", command->name, who, rc_name(rc));
        }
    }
}

STORE_TEST(every_route_and_command_obeys_role_scope_and_label)
{
    memset(&world, 0, sizeof world);
    world.store = store;
    clock_set_ms(clock_now_ms()); /* a workbook states when it was made */
    world.root = make_root(store);
    make_place(store, INSIDE);
    make_people_of_all_roles(store);
    app_site_start(store, &world.site);
    try_sign_in();
    look_at_all(false);
    make_place(store, OUTSIDE);
    make_place(store, ABOVE);
    look_at_all(true);
    try_reading();
    try_writing();
    app_site_stop(&world.site);
    for (int i = 0; i < command_count; i++)
        try_command(store, command_table[i]);
    print_message("# %d requests and commands tried\n", world.tried);
    clock_set_ms(0);
    assert_int_equal(world.faults, 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0) /* the readers' children are this program again */
        return reader_child_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], PACKAGE_CHILD_VERB) == 0)
        return package_child_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], TEMPLATE_CHILD_VERB) == 0)
        return template_child_main(argc, argv);
    return STORE_RUN(STORE_CASE(every_route_and_command_obeys_role_scope_and_label));
}
