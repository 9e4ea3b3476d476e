/* seed.c: a large register for measuring; see seed.h. */
#include "seed.h"

#include <stdio.h>
#include <string.h>

#include "access/session.h"
#include "base/buf.h"
#include "base/clock.h"
#include "loop/finding.h"
#include "loop/tick.h"
#include "loop/measure.h"
#include "loop/unit.h"
#include "record/writer.h"

enum {
    UNITS = 800,
    SOURCES = 40,
    ASPECTS = 20,
    BATCH = 2000,
    MEASURE_EVERY = 4,
    CACHE_KB = 1 << 20,
    LISTS_MAX = 32,
    WORDS_BYTES_MAX = 1 << 20
};

struct words {
    struct word_list {
        struct str name;
        struct str words[64];
        size_t n;
    } lists[LISTS_MAX];
    size_t n;
};

struct words *words_read(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = arena_alloc(arena, WORDS_BYTES_MAX);
    struct words *words = ARENA_NEW(arena, struct words);
    if (!file || !text || !words) {
        if (file)
            (void)fclose(file);
        return NULL;
    }
    struct str rest = {text, fread(text, 1, WORDS_BYTES_MAX - 1, file)}, line;
    (void)fclose(file);
    while (str_split_next(&rest, '\n', &line)) {
        size_t colon = str_find_byte(line, ':', 0);
        if (!line.n || line.p[0] == '#' || colon == SIZE_MAX || words->n == LISTS_MAX)
            continue;
        struct word_list *list = &words->lists[words->n++];
        list->name = str_slice(line, 0, colon);
        struct str all = str_trim(str_slice(line, colon + 1, line.n)), word;
        while (list->n < 64 && str_split_next(&all, '|', &word))
            list->words[list->n++] = word;
    }
    return words;
}

struct str words_get(const struct words *words, const char *list, uint64_t n)
{
    for (size_t i = 0; i < words->n; i++)
        if (str_equal_cstr(words->lists[i].name, list) && words->lists[i].n)
            return words->lists[i].words[n % words->lists[i].n];
    return STR("");
}

/* Source: Marsaglia, Xorshift RNGs, 2003. */
uint64_t seed_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

struct seed {
    struct db *db;
    struct ctx *ctx; /* its arena is reset after each batch */
    const struct words *words;
    struct actor actor;
    uint64_t random;
    int64_t units[UNITS];
    int64_t sources[SOURCES];
    int64_t aspects[SOURCES][ASPECTS];
    int64_t counts[SOURCES];
    int64_t made;
    int64_t now_ms;
};

static uint64_t draw(struct seed *seed) { return seed_random(&seed->random); }
static struct str word(struct seed *seed, const char *list) { return words_get(seed->words, list, draw(seed)); }

enum rc seed_run(struct ctx *ctx, struct db *db, const struct actor *actor, int64_t now_ms,
                 const struct command *command, const struct value *raw, int64_t *ret_id)
{
    struct command_call call = {
        .ctx = ctx, .db = db, .actor = actor, .now_ms = now_ms, .result = value_new_map(ctx->arena)};
    struct value *input;
    TRY(command_read_input(ctx, command, raw, &input));
    call.input = input;
    TRY(command_run(command, &call));
    *ret_id = value_get_int(call.result, "id", 0);
    return RC_OK;
}

static struct command_call make_call(struct seed *seed)
{
    return (struct command_call){.ctx = seed->ctx,
                                 .db = seed->db,
                                 .actor = &seed->actor,
                                 .now_ms = ++seed->now_ms,
                                 .input = value_new_map(seed->ctx->arena),
                                 .result = value_new_map(seed->ctx->arena)};
}

static enum rc run(struct seed *seed, const struct command *command, const struct value *raw, int64_t *ret_id)
{
    return seed_run(seed->ctx, seed->db, &seed->actor, ++seed->now_ms, command, raw, ret_id);
}

/* A tree of five levels: each unit below one that was made about eight times earlier. */
static enum rc make_units(struct seed *seed)
{
    struct arena *arena = seed->ctx->arena;
    for (int i = 0; i < UNITS; i++) {
        struct value *raw = value_new_map(arena);
        if (i)
            value_put_int(arena, raw, "parent_id", seed->units[(i - 1) / 6]);
        struct str name = arena_format(arena, "%.*s%.*s%d", STR_ARG(words_get(seed->words, "group", (uint64_t)i / 160)),
                                       STR_ARG(words_get(seed->words, "place", (uint64_t)i)), i);
        value_put_text(arena, raw, "code", arena_format(arena, "U%04d", i));
        value_put_text(arena, raw, "name", name);
        value_put_text(arena, raw, "short_name", name);
        value_put_text(arena, raw, "kind", STR("company"));
        TRY(run(seed, &command_unit_create, raw, &seed->units[i]));
    }
    return RC_OK;
}

enum rc seed_account(struct ctx *ctx, struct db *db, int64_t now_ms, const char *login, const char *role,
                     int64_t unit_id)
{
    struct arena *arena = ctx->arena;
    struct actor program = actor_program();
    struct command_call call = {.ctx = ctx, .db = db, .actor = &program, .now_ms = now_ms};
    struct value *body = value_new_map(arena), *grant = value_new_map(arena);
    int64_t id, grant_id;
    value_put_text(arena, body, "login", str_from_cstr(login));
    value_put_text(arena, body, "name", str_from_cstr(login));
    value_put_null(arena, body, "person_id");
    TRY(command_append(&call, EVENT_ACCOUNT_CREATED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, grant, "account_id", id);
    value_put_text(arena, grant, "role", str_from_cstr(role));
    value_put_int(arena, grant, "unit_id", unit_id);
    value_put_int(arena, grant, "clearance", LABEL_INTERNAL);
    TRY(command_append(&call, EVENT_GRANT_GIVEN, CHAIN_ORGANISATION, id, grant, &grant_id));
    struct db_stmt *st = db_query(db, Q_USER_SCOPE_FILL);
    db_bind_int(st, "account_id", id);
    return db_run(ctx, st);
}

static enum rc make_source(struct seed *seed, int i)
{
    static const char *const texts[] = {"signatory", "contacts", "file_sha256", "file_name"};
    static const char *const nulls[] = {"inspected_from",     "inspected_to", "signed",
                                        "publicity_from",     "publicity_to", "publicity_days",
                                        "publicity_first_day"};
    struct arena *arena = seed->ctx->arena;
    struct command_call call = make_call(seed);
    struct value *body = value_new_map(arena);
    struct str group = word(seed, "group");
    value_put_text(arena, body, "no", arena_format(arena, "LY-%d-%03d", 2020 + i / 8, i % 8 + 1));
    value_put_text(arena, body, "kind", STR("inspection"));
    value_put_text(arena, body, "doc_kind", STR("feedback"));
    value_put_text(arena, body, "title", arena_format(arena, "%.*s %d", STR_ARG(group), 2020 + i / 8));
    value_put_text(arena, body, "issuer", group);
    value_put_text(arena, body, "inspector", group);
    value_put_text(arena, body, "inspected_body", group);
    value_put_text(arena, body, "fed_back", arena_format(arena, "%d-09-21", 2020 + i / 8));
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
        value_put_text(arena, body, texts[k], STR(""));
    for (size_t k = 0; k < sizeof nulls / sizeof nulls[0]; k++)
        value_put_null(arena, body, nulls[k]);
    value_put_int(arena, body, "unit_id", seed->units[i % 7]);
    value_put_int(arena, body, "label", LABEL_INTERNAL);
    TRY(command_append(&call, EVENT_SOURCE_REGISTERED, 0, 0, body, &seed->sources[i]));
    for (int k = 0; k < ASPECTS; k++) {
        struct value *aspect = value_new_map(arena);
        value_put_int(arena, aspect, "source_id", seed->sources[i]);
        value_put_int(arena, aspect, "no", k + 1);
        value_put_text(arena, aspect, "title", words_get(seed->words, "aspect", (uint64_t)k));
        TRY(command_append(&call, EVENT_ASPECT_REGISTERED, seed->sources[i], seed->sources[i], aspect,
                           &seed->aspects[i][k]));
    }
    return RC_OK;
}

static struct value *make_text(struct seed *seed)
{
    struct arena *arena = seed->ctx->arena;
    struct value *finding = value_new_map(arena);
    struct str time = word(seed, "time"), place = word(seed, "place"), matter = word(seed, "matter"),
               fault = word(seed, "fault");
    struct buf facts CLEANUP(buf_done);
    buf_init(&facts, 4096);
    value_put_text(arena, finding, "title",
                   arena_format(arena, "%.*s%.*s%.*s", STR_ARG(place), STR_ARG(matter), STR_ARG(fault)));
    buf_add(&facts, time);
    buf_add_cstr(&facts, ",");
    for (uint64_t i = 0; i < 1 + draw(seed) % 2; i++) {
        const char *const lists[] = {"detail", "place", "extent", "outcome"};
        for (size_t k = 0; k < 4; k++)
            buf_add(&facts, word(seed, lists[k]));
        buf_add_cstr(&facts, ";");
    }
    buf_add_format(&facts, "%d,%03d,%03d.%02d", (int)(draw(seed) % 9 + 1), (int)(draw(seed) % 1000),
                   (int)(draw(seed) % 1000), (int)(draw(seed) % 100));
    buf_add_cstr(&facts, ",");
    buf_add(&facts, word(seed, "close"));
    value_put_text(arena, finding, "facts", arena_copy_str(arena, buf_str(&facts)));
    return finding;
}

static enum rc make_finding(struct seed *seed)
{
    static const char *const phases[] = {"concentrated", "concentrated", "immediate", "long_term"};
    static const char *const natures[] = {"", "individual", "common", "mechanism"};
    static const char *const severities[] = {"", "general", "general", "serious", "major"};
    struct arena *arena = seed->ctx->arena;
    struct command_call call = make_call(seed);
    int s = (int)(draw(seed) % SOURCES);
    struct value *finding = make_text(seed), *source = value_new_map(arena);
    value_put_text(arena, source, "no", arena_format(arena, "LY-%d-%03d", 2020 + s / 8, s % 8 + 1));
    value_put_text(arena, finding, "mark", arena_format(arena, "%d.", (int)(seed->counts[s] % 30) + 1));
    value_put_int(arena, finding, "aspect_id", seed->aspects[s][draw(seed) % ASPECTS]);
    value_put_text(arena, finding, "phase", str_from_cstr(phases[draw(seed) % 4]));
    value_put_text(arena, finding, "nature", str_from_cstr(natures[draw(seed) % 4]));
    value_put_text(arena, finding, "severity", str_from_cstr(severities[draw(seed) % 5]));
    value_put_text(arena, finding, "responsible", word(seed, "responsible"));
    value_put_int(arena, finding, "unit_id", seed->units[draw(seed) % UNITS]);
    value_put_int(arena, finding, "label", LABEL_INTERNAL);
    uint64_t day = draw(seed);
    if (day % 10 < 7)
        value_put_text(arena, finding, "due",
                       arena_format(arena, "%d-%02d-%02d", (int)(2024 + day / 16 % 4), (int)(day / 64 % 12 + 1),
                                    (int)(day / 1024 % 28 + 1)));
    if (draw(seed) % 10 < 3)
        value_put_int(arena, finding, "amount_fen", (int64_t)(draw(seed) % 1000000000));
    int64_t id, measure_id;
    TRY(finding_register(&call, seed->sources[s], source, ++seed->counts[s], finding, &id));
    if (seed->made++ % MEASURE_EVERY)
        return RC_OK;
    struct value *measure = value_new_map(arena);
    value_put_text(arena, measure, "text", word(seed, "measure"));
    return measure_register(&call, seed->sources[s], id, 1, value_get_int(finding, "unit_id", 0), LABEL_INTERNAL,
                            measure, &measure_id);
}

static enum rc make_base(struct seed *seed)
{
    TRY(db_begin(seed->ctx, seed->db, true));
    TRY(actor_sync_roles(seed->ctx, seed->db));
    TRY(make_units(seed));
    TRY(seed_account(seed->ctx, seed->db, ++seed->now_ms, "bench", "office", seed->units[0]));
    for (int i = 0; i < SOURCES; i++)
        TRY(make_source(seed, i));
    return db_commit(seed->ctx, seed->db);
}

/* PostgreSQL plans a statement by the size that a table had when it was last analysed: an empty one is read whole, and
   seeding would take the square of its rows. */
static enum rc analyze(struct seed *seed)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(seed->ctx, seed->db, STR("ANALYZE"), &st));
    return db_get_engine(seed->db) == DB_POSTGRES ? db_run(seed->ctx, st) : RC_OK;
}

static enum rc make_all(struct seed *seed, int64_t rows)
{
    int64_t began_ms = clock_monotonic_us() / 1000, analyze_at = BATCH;
    TRY(make_base(seed));
    while (seed->made < rows) {
        arena_reset(seed->ctx->arena);
        TRY(db_begin(seed->ctx, seed->db, true));
        for (int i = 0; i < BATCH && seed->made < rows; i++)
            TRY(make_finding(seed));
        TRY(db_commit(seed->ctx, seed->db));
        if (seed->made >= analyze_at) {
            TRY(analyze(seed));
            analyze_at *= 4;
        }
        if (seed->made % 50000 < BATCH)
            fprintf(stderr, "seeding: %lld of %lld findings, %lld s\n", (long long)seed->made, (long long)rows,
                    (long long)(clock_monotonic_us() / 1000 - began_ms) / 1000);
    }
    return analyze(seed);
}

static enum rc count_findings(struct ctx *ctx, struct db *db, int64_t *ret_count)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, STR("SELECT count(*) FROM finding"), &st));
    return db_get_int(ctx, st, ret_count);
}

enum rc seed_open(struct ctx *ctx, struct str url, int64_t rows, const struct words *words, struct db **ret_db)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    int64_t have;
    TRY(db_open(ctx, url, DB_CREATE, &db));
    TRY(db_migrate(ctx, db));
    TRY(count_findings(ctx, db, &have));
    if (have && have < rows)
        return ctx_fail_format(ctx, RC_CONFLICT, NULL, "%.*s holds %lld findings: remove it", STR_ARG(url),
                               (long long)have);
    if (!have) {
        struct ctx own = {.arena = arena_new((size_t)256 << 20)};
        struct seed *seed = own.arena ? ARENA_NEW(ctx->arena, struct seed) : NULL;
        if (!seed)
            return RC_NOMEM;
        *seed = (struct seed){.db = db,
                              .ctx = &own,
                              .words = words,
                              .actor = actor_program(),
                              .random = 88172645463325252ULL,
                              .now_ms = 1700000000000};
        TRY(db_set_cache_kb(db, CACHE_KB));
        TRY(db_set_bulk(db, true));
        enum rc rc = make_all(seed, rows);
        if (rc != RC_OK && own.last)
            fprintf(stderr, "seeding: %s %.*s\n", rc_name(rc), STR_ARG(own.last->args[0]));
        arena_free(own.arena);
        TRY(rc);
        TRY(db_set_bulk(db, false));
    }
    *ret_db = db;
    db = NULL;
    return RC_OK;
}

/* As if today's daily work had been done: a million findings would be put on its lists while the pages are measured. */
static enum rc finish_day(struct ctx *ctx, struct db *db, void *arg)
{
    struct actor program = actor_program();
    char date[DATE_TEXT_BYTES];
    (void)arg;
    for (const struct tick_row *row = tick_table; row->name; row++) {
        struct command_call call = {.ctx = ctx,
                                    .db = db,
                                    .actor = &program,
                                    .now_ms = clock_now_ms(),
                                    .input = value_new_map(ctx->arena),
                                    .result = value_new_map(ctx->arena)};
        struct value *body = value_new_map(ctx->arena);
        int64_t seq;
        value_put_text(ctx->arena, body, "name", str_from_cstr(row->name));
        value_put_text(ctx->arena, body, "date", arena_copy_str(ctx->arena, date_format(clock_today(), date)));
        TRY(command_append(&call, EVENT_TICK_DONE, CHAIN_ORGANISATION, 0, body, &seq));
    }
    return RC_OK;
}

enum rc seed_sign_in(struct ctx *ctx, struct db *db, const char *login, struct str *ret_token, struct str *ret_csrf)
{
    struct db_stmt *st = db_query(db, Q_ACCOUNT_FIND_LOGIN);
    db_bind_text(st, "login", str_from_cstr(login));
    struct value *row;
    TRY(db_first_row(ctx, st, &row));
    char token[SESSION_TOKEN_BYTES], csrf[SESSION_TOKEN_BYTES];
    session_make_token(token);
    session_make_token(csrf);
    struct session_start start = {.account_id = value_get_int(row, "id", 0),
                                  .now_ms = clock_now_ms(),
                                  .token = token,
                                  .csrf = str_from_cstr(csrf),
                                  .remote = STR("127.0.0.1"),
                                  .agent = STR("bench")};
    struct write_job job = {.work = session_work_start, .arg = &start, .ctx = ctx};
    TRY(writer_run_once(db, &job));
    struct write_job day = {.work = finish_day, .ctx = ctx};
    TRY(writer_run_once(db, &day));
    *ret_token = arena_copy_str(ctx->arena, str_from_cstr(token));
    *ret_csrf = arena_copy_str(ctx->arena, str_from_cstr(csrf));
    return RC_OK;
}
