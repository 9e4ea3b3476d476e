/* page_system.c: for administrators: the settings in force and the state of the program; the description of the API. */
#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/openapi.h"
#include "serve/pages.h"

enum { DESCRIPTION_BYTES_MAX = 8 << 20, MINUTE_MS = 60 * 1000 };

static void add_fact(struct page *page, struct value *list, const char *label, struct str value)
{
    struct value *fact = value_add_map(page->ctx.arena, list);
    value_put_text(page->ctx.arena, fact, "key", str_from_cstr(label));
    value_put_text(page->ctx.arena, fact, "label", page_text(page, label));
    value_put_text(page->ctx.arena, fact, "value", value);
}

static struct str number(struct page *page, int64_t n) { return arena_format(page->ctx.arena, "%lld", (long long)n); }

static struct str size_text(struct page *page, int64_t bytes)
{
    return arena_format(page->ctx.arena, "%lld.%lld MB", (long long)(bytes >> 20),
                        (long long)((bytes & 0xfffff) * 10 >> 20));
}

static struct str uptime_text(struct page *page)
{
    int64_t minutes = (clock_now_ms() - page->app->started_ms) / MINUTE_MS;
    struct str args[3] = {number(page, minutes / (24 * 60)), number(page, minutes / 60 % 24),
                          number(page, minutes % 60)};
    return page_text_args(page, "state.uptime_text", args, 3);
}

static enum rc put_state(struct page *page)
{
    struct value *state = value_put_list(page->ctx.arena, page->view, "state");
    int applied, known;
    int64_t size, newest, waiting, commits, jobs, sessions;
    TRY(db_schema_version(&page->ctx, page->db, &applied, &known));
    TRY(db_get_int(&page->ctx, db_query(page->db, Q_DATABASE_SIZE), &size));
    TRY(db_get_int(&page->ctx, db_query(page->db, Q_EVENT_NEWEST), &newest));
    TRY(db_get_int(&page->ctx, db_query(page->db, Q_SESSION_COUNT), &sessions));
    writer_get_counts(page->app->writer, &waiting, &commits, &jobs);
    add_fact(page, state, "state.version", STR("Bihuan " BIHUAN_VERSION));
    add_fact(page, state, "state.engine", db_get_engine(page->db) == DB_SQLITE ? STR("SQLite") : STR("PostgreSQL"));
    add_fact(page, state, "state.schema", arena_format(page->ctx.arena, "%d / %d", applied, known));
    add_fact(page, state, "state.size", size_text(page, size));
    add_fact(page, state, "state.newest", number(page, newest));
    add_fact(page, state, "state.uptime", uptime_text(page));
    add_fact(page, state, "state.sessions", number(page, sessions));
    add_fact(page, state, "state.writer_waiting", number(page, waiting));
    add_fact(page, state, "state.writer_commits", number(page, commits));
    add_fact(page, state, "state.writer_jobs", number(page, jobs));
    add_fact(page, state, "state.backup", page_text(page, "state.backup_unknown"));
    return RC_OK;
}

enum rc page_settings(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    TRY(put_state(page));
    struct value *settings = settings_to_value(arena, page->app->settings, page->lang);
    value_put(page->view, STR("settings"), settings);
    for (struct value *row = settings->items.first; row; row = row->next) {
        bool is_default = str_equal(value_get_text(row, "value"), value_get_text(row, "default"));
        value_put_bool(arena, row, "is_changed", !is_default);
        value_put_text(arena, row, "origin_label",
                       page_text(page, is_default ? "settings.is_default" : "settings.is_changed"));
    }
    return RC_OK;
}

enum rc page_openapi(struct page *page)
{
    struct buf out;
    buf_init(&out, DESCRIPTION_BYTES_MAX);
    enum rc rc = openapi_write(&page->ctx, &out);
    if (rc != RC_OK) {
        buf_done(&out);
        return rc;
    }
    http_set_header(page->request, "Content-Type", STR("application/vnd.oai.openapi+json;version=3.1"));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

static void add_topic(struct page *page, struct value *topics, const char *id, int paragraphs)
{
    struct arena *arena = page->ctx.arena;
    struct value *topic = value_add_map(arena, topics);
    value_put_text(arena, topic, "id", str_from_cstr(id));
    value_put_text(arena, topic, "title", page_text(page, arena_format(arena, "help_%s.title", id).p));
    struct value *list = value_put_list(arena, topic, "paragraphs");
    for (int i = 1; i <= paragraphs; i++)
        value_add_text(arena, list, page_text(page, arena_format(arena, "help_%s.p%d", id, i).p));
}

enum rc page_help(struct page *page)
{
    static const struct {
        const char *id;
        int paragraphs;
    } topics[] = {{"start", 2},     {"document", 3}, {"register", 3}, {"tasks", 3},    {"closing", 2}, {"boards", 2},
                  {"reminders", 1}, {"units", 3},    {"search", 2},   {"accounts", 2}, {"api", 2}};
    static const char *const words[] = {"source", "finding", "measure", "phase", "unit", "label", "event"};
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "topics");
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        add_topic(page, list, topics[i].id, topics[i].paragraphs);
    struct value *glossary = value_put_list(arena, page->view, "words");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct value *word = value_add_map(arena, glossary);
        value_put_text(arena, word, "word", page_text(page, arena_format(arena, "help_word.%s", words[i]).p));
        value_put_text(arena, word, "meaning", page_text(page, arena_format(arena, "help_word.%s_is", words[i]).p));
    }
    return RC_OK;
}
