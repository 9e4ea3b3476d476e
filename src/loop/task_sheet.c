/* task_sheet.c: a unit's reports out of a workbook, and the files beside it; see task_sheet.h.
 *
 * A row that nobody filled in changes nothing, nor does a file that its task already has; what belongs to a task that
 * has moved since the book was written is reported and left alone; one fault keeps everything from being written.
 */
#include "loop/task_sheet.h"

#include "base/clock.h"
#include "loop/evidence.h"
#include "loop/report.h"
#include "loop/supervise.h"
#include "text/utf8.h"

enum {
    ROWS_MAX = 5000,
    FILES_MAX = 2000,
    PERCENT_MAX = 100,
    BP = 100,
    COUNT_MOST = 1000000,
    DONE_CHARS = 4000,
    TEXT_CHARS = 2000
};

/* ---- values --------------------------------------------------------------------------------------------------- */

/* What command.h takes for money: digits with commas, at most two decimals. */
static bool is_money(struct str s)
{
    size_t digits = 0, decimals = 0;
    bool has_point = false;
    for (size_t i = 0; i < s.n; i++) {
        bool is_digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (!is_digit && s.p[i] != ',' && (s.p[i] != '.' || has_point))
            return false;
        has_point |= s.p[i] == '.';
        digits += is_digit;
        decimals += is_digit && has_point;
    }
    return digits - decimals > 0 && digits - decimals <= 12 && decimals <= 2;
}

static bool is_count(struct str s, int64_t most)
{
    int64_t n;
    return str_parse_int64(s, &n) && n >= 0 && n <= most;
}

static bool is_filled(const struct value *row)
{
    struct str rest = STR(TASK_SHEET_TEXTS), key;
    bool is = false;
    while (str_split_next(&rest, '|', &key))
        is |= value_get_str(row, key) && value_get_str(row, key)->kind == VALUE_TEXT && value_get_str(row, key)->text.n;
    return is;
}

static bool is_class(struct str class)
{
    struct str rest = STR(EVIDENCE_CLASSES), one;
    while (str_split_next(&rest, '|', &one))
        if (str_equal(one, class))
            return true;
    return false;
}

static bool is_wrong_progress(const struct value *row, struct str today)
{
    (void)today;
    struct str progress = value_get_text(row, "progress");
    return progress.n && !is_count(progress, PERCENT_MAX);
}

static bool lacks_progress(const struct value *row, struct str today)
{
    (void)today;
    return value_get_int(row, "is_leaf", 0) && is_filled(row) && !value_get_text(row, "progress").n;
}

/* Less than last time, and nothing in the way. */
static bool lacks_why(const struct value *row, struct str today)
{
    (void)today;
    int64_t percent;
    struct str progress = value_get_text(row, "progress");
    return value_get_int(row, "is_leaf", 0) && is_count(progress, PERCENT_MAX) && str_parse_int64(progress, &percent) &&
           percent * BP < value_get_int(row, "own_bp", 0) && !value_get_text(row, "blockers").n;
}

static bool is_wrong_money(const struct value *row, struct str today)
{
    (void)today;
    struct str money = value_get_text(row, "recovered_fen");
    return money.n && !is_money(money);
}

static bool has_wrong_count(const struct value *row, struct str today)
{
    (void)today;
    struct str rules = value_get_text(row, "rules_made"), people = value_get_text(row, "people_handled");
    return (rules.n && !is_count(rules, COUNT_MOST)) || (people.n && !is_count(people, COUNT_MOST));
}

static bool is_too_long(const struct value *row, struct str today)
{
    (void)today;
    return utf8_count(value_get_text(row, "done_text")) > DONE_CHARS ||
           utf8_count(value_get_text(row, "blockers")) > TEXT_CHARS ||
           utf8_count(value_get_text(row, "next_text")) > TEXT_CHARS;
}

static bool is_wrong_class(const struct value *row, struct str today)
{
    (void)today;
    struct str class = value_get_text(row, "evidence_class");
    return class.n && !is_class(class);
}

static bool is_wrong_day(const struct value *row, struct str today)
{
    int32_t day;
    struct str made_on = value_get_text(row, "evidence_made_on");
    return made_on.n && (!date_parse(made_on, &day) || str_compare(made_on, today) > 0);
}

static bool lacks_done(const struct value *row, struct str today)
{
    (void)today;
    return is_filled(row) && !value_get_text(row, "done_text").n;
}

static bool lacks_next(const struct value *row, struct str today)
{
    (void)today;
    return is_filled(row) && !value_get_text(row, "next_text").n;
}

/* All that is wrong with the cells of a row, as keys: who mends a workbook should not have to return it once a cell. */
static struct value *find_faults(struct arena *arena, const struct value *row, struct str today)
{
    static const struct {
        const char *key;
        bool (*is_so)(const struct value *row, struct str today);
    } faults[] = {{"task_sheet.progress", is_wrong_progress}, {"task_sheet.no_progress", lacks_progress},
                  {"report.less_needs_why", lacks_why},       {"task_sheet.money", is_wrong_money},
                  {"task_sheet.count", has_wrong_count},      {"task_sheet.too_long", is_too_long},
                  {"task_sheet.class", is_wrong_class},       {"task_sheet.made_on", is_wrong_day},
                  {"task_sheet.no_done", lacks_done},         {"task_sheet.no_next", lacks_next}};
    struct value *found = value_new_list(arena);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].is_so(row, today))
            value_add_text(arena, found, str_from_cstr(faults[i].key));
    return found;
}

/* ---- rows ----------------------------------------------------------------------------------------------------- */

struct judging {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
    struct str today;
    struct task_sheet *sheet;
};

static void settle(struct judging *judging, struct value *row, const char *outcome, const char *message)
{
    struct task_sheet *sheet = judging->sheet;
    value_put_text(judging->ctx->arena, row, "outcome", str_from_cstr(outcome));
    value_put_text(judging->ctx->arena, row, "message", str_from_cstr(message ? message : ""));
    sheet->ready += str_equal_cstr(str_from_cstr(outcome), "ready");
    sheet->same += str_equal_cstr(str_from_cstr(outcome), "same");
    sheet->stale += str_equal_cstr(str_from_cstr(outcome), "stale");
    sheet->faults += str_equal_cstr(str_from_cstr(outcome), "error");
}

/* Why nothing may be written to the row's task; NULL: it may. */
static const char *obstacle_of(const struct value *row, const struct value *task, bool is_allowed)
{
    struct str state = value_get_text(task, "state");
    if (!is_allowed)
        return "task_sheet.unknown";
    struct str stated = value_get_text(row, "stated_no");
    if (stated.n && !str_equal_nocase(stated, value_get_text(task, "no")))
        return "task_sheet.key_changed"; /* what was typed belongs to one of two tasks: nobody guesses */
    if (value_get_int(row, "revision", 0) != value_get_int(task, "revision", 0))
        return "task_sheet.stale";
    return str_equal(state, STR("doing")) || str_equal(state, STR("returned")) ? NULL : "task_sheet.state";
}

static enum rc look_up(struct judging *judging, const struct value *row)
{
    struct arena *arena = judging->ctx->arena;
    struct value *task, *judged = value_copy(arena, row);
    struct db_stmt *st = db_query(judging->db, Q_TASK_BOOK_ROW);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_first_row(judging->ctx, st, &task));
    struct ctx probe = {.arena = arena}; /* what may not be seen is told like what is not there */
    bool is_allowed = task && actor_check(&probe, judging->db, judging->actor, PERM_TASK_WORK,
                                          value_get_int(task, "unit_id", 0), value_get_int(task, "label", 0)) == RC_OK;
    if (!judged)
        return arena_rc(arena);
    const char *obstacle = obstacle_of(row, task, is_allowed);
    value_put_text(arena, judged, "no", is_allowed ? value_get_text(task, "no") : STR(""));
    value_put_text(arena, judged, "title", is_allowed ? value_get_text(task, "title") : STR(""));
    value_put_int(arena, judged, "was", is_allowed ? value_get_int(task, "progress_bp", 0) / BP : 0);
    value_put_int(arena, judged, "own_bp", is_allowed ? value_get_int(task, "own_bp", 0) : 0);
    value_put_int(arena, judged, "is_leaf", is_allowed && value_get_int(task, "child_count", 0) == 0);
    value_put_text(arena, judged, "obstacle", str_from_cstr(obstacle ? obstacle : ""));
    value_put_int(arena, judged, "file_count", 0);
    value_add(judging->sheet->rows, judged);
    return arena_rc(arena);
}

/* Whether a row above speaks of the same task. */
static bool is_twice(const struct judging *judging, const struct value *row)
{
    VALUE_EACH (before, judging->sheet->rows) {
        if (before == row)
            return false;
        if (value_get_int(before, "id", 0) == value_get_int(row, "id", 0) && is_filled(before))
            return true;
    }
    return false;
}

/* The first fault as the message, what else is wrong behind it. */
static void refuse_row(struct judging *judging, struct value *row, const struct value *faults)
{
    struct arena *arena = judging->ctx->arena;
    struct value *more = value_put_list(arena, row, "more");
    settle(judging, row, "error", arena_copy_cstr(arena, faults->items.first->text));
    for (const struct value *fault = faults->items.first->next; fault; fault = fault->next)
        value_add_text(arena, more, fault->text);
}

/* After the files have found their rows. */
static void judge_row(struct judging *judging, struct value *row)
{
    struct str obstacle = value_get_text(row, "obstacle");
    struct value *faults = find_faults(judging->ctx->arena, row, judging->today);
    bool has_files = value_get_int(row, "file_count", 0) > 0;
    bool names_files = value_get_text(row, "evidence_class").n || value_get_text(row, "evidence_made_on").n;
    bool is_touched = is_filled(row) || has_files || names_files;
    if (!is_touched)
        settle(judging, row, "same", NULL);
    else if (str_equal(obstacle, STR("task_sheet.stale")))
        settle(judging, row, "stale", obstacle.p);
    else if (obstacle.n)
        settle(judging, row, "error", obstacle.p);
    else if (value_count(faults))
        refuse_row(judging, row, faults);
    else if (is_filled(row) && is_twice(judging, row))
        settle(judging, row, "error", "task_sheet.twice");
    else if (names_files && !has_files)
        settle(judging, row, "error", "task_sheet.no_file");
    else
        settle(judging, row, is_filled(row) ? "ready" : "same", NULL);
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

static bool begins_with_no(struct str name, struct str no)
{
    if (!no.n || name.n < no.n || !str_equal_nocase(str_slice(name, 0, no.n), no))
        return false;
    char next = name.n > no.n ? name.p[no.n] : ' ';
    return !((next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'));
}

/* The row whose number the file's name or one of its directories begins with; of several the longest number. */
static struct value *find_row(const struct judging *judging, struct str name)
{
    struct value *best = NULL;
    struct str part;
    while (str_split_next(&name, '/', &part))
        for (struct value *row = judging->sheet->rows->items.first; row; row = row->next) {
            struct str no = value_get_text(row, "no");
            if (begins_with_no(str_trim(part), no) && (!best || no.n > value_get_text(best, "no").n))
                best = row;
        }
    return best;
}

static enum rc is_known(struct judging *judging, const struct value *file, int64_t task_id, bool *ret_is_known)
{
    struct value *known;
    struct db_stmt *st = db_query(judging->db, Q_TASK_SHEET_FILE);
    db_bind_int(st, "id", task_id);
    db_bind_text(st, "sha256", value_get_text(file, "sha256"));
    TRY(db_first_row(judging->ctx, st, &known));
    *ret_is_known = known != NULL;
    for (struct value *before = judging->sheet->files->items.first; before && before != file; before = before->next)
        *ret_is_known |= value_get_int(before, "task_id", 0) == task_id &&
                         str_equal(value_get_text(before, "sha256"), value_get_text(file, "sha256"));
    return RC_OK;
}

static enum rc judge_file(struct judging *judging, struct value *file)
{
    struct arena *arena = judging->ctx->arena;
    struct value *row = find_row(judging, value_get_text(file, "name"));
    struct str class = value_get_text(row, "evidence_class"), made_on = value_get_text(row, "evidence_made_on"),
               dated = value_get_text(file, "made_on");
    bool knows;
    int32_t day;
    value_put_text(arena, file, "no", value_get_text(row, "no"));
    value_put_text(arena, file, "title", value_get_text(row, "title"));
    value_put_text(arena, file, "class", is_class(class) ? class : STR("other"));
    if (value_get_text(file, "refused").n) { /* why its content is not taken */
        settle(judging, file, "error", arena_copy_cstr(arena, value_get_text(file, "refused")));
        return arena_rc(arena);
    }
    if (!row) {
        settle(judging, file, "error", "task_sheet.file_no_task");
        return arena_rc(arena);
    }
    if (!made_on.n)
        made_on = date_parse(dated, &day) && str_compare(dated, judging->today) <= 0 ? dated : judging->today;
    value_set(file, STR("made_on"), value_new_text(arena, made_on));
    TRY(is_known(judging, file, value_get_int(row, "id", 0), &knows));
    value_put_int(arena, file, "task_id", value_get_int(row, "id", 0));
    struct str obstacle = value_get_text(row, "obstacle");
    if (knows)
        settle(judging, file, "same", "task_sheet.file_known");
    else if (obstacle.n)
        settle(judging, file, str_equal(obstacle, STR("task_sheet.stale")) ? "stale" : "error", obstacle.p);
    else
        settle(judging, file, "ready", NULL);
    value_set(row, STR("file_count"), value_new_int(arena, value_get_int(row, "file_count", 0) + 1));
    return arena_rc(arena);
}

/* ---- judging -------------------------------------------------------------------------------------------------- */

enum rc task_sheet_judge(struct ctx *ctx, struct db *db, const struct actor *actor, struct str today,
                         const struct value *rows, const struct value *files, struct task_sheet *ret)
{
    struct judging judging = {ctx, db, actor, today, ret};
    *ret = (struct task_sheet){.rows = value_new_list(ctx->arena), .files = value_new_list(ctx->arena)};
    if (!rows || rows->kind != VALUE_LIST)
        return ctx_fail_field(ctx, RC_INVALID, "field.required", "rows");
    if (value_count(rows) > ROWS_MAX || value_count(files) > FILES_MAX)
        return ctx_fail_field(ctx, RC_TOO_LARGE, NULL, "rows");
    VALUE_EACH (row, rows)
        TRY(look_up(&judging, row));
    VALUE_EACH (file, files) {
        value_add(ret->files, value_copy(ctx->arena, file));
        TRY(arena_rc(ctx->arena));
    }
    for (struct value *file = ret->files->items.first; file; file = file->next)
        TRY(judge_file(&judging, file));
    for (struct value *row = ret->rows->items.first; row; row = row->next)
        judge_row(&judging, row);
    return arena_rc(ctx->arena);
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

static enum rc write_row(struct command_call *call, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    struct value *raw = value_new_map(arena), *result;
    struct str rest = STR(TASK_SHEET_TEXTS), key;
    value_put_int(arena, raw, "id", value_get_int(row, "id", 0));
    TRY(supervise_run(call, &command_task_report, raw, &result));
    raw = value_new_map(arena);
    value_put_int(arena, raw, "id", value_get_int(result, "id", 0));
    while (str_split_next(&rest, '|', &key)) {
        const struct value *v = value_get_str(row, key);
        if (v && v->kind == VALUE_TEXT && v->text.n)
            value_put(raw, key, value_copy(arena, v));
    }
    return supervise_run(call, &command_report_submit, raw, &result);
}

static struct str base_name(struct str name)
{
    size_t at = name.n;
    while (at > 0 && name.p[at - 1] != '/')
        at--;
    return str_slice(name, at, name.n);
}

static struct value *evidence_of(struct arena *arena, const struct value *file)
{
    static const char *const texts[] = {"class", "made_on", "sha256", "media_type", "format"};
    struct value *raw = value_new_map(arena);
    struct str name = utf8_cut_count(base_name(value_get_text(file, "name")), 200);
    value_put_text(arena, raw, "subject_kind", STR("task"));
    value_put_int(arena, raw, "subject_id", value_get_int(file, "task_id", 0));
    value_put_text(arena, raw, "title", name);
    value_put_text(arena, raw, "file_name", name);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        value_put_text(arena, raw, texts[i], value_get_text(file, texts[i]));
    value_put_int(arena, raw, "size_bytes", value_get_int(file, "size_bytes", 0));
    return raw;
}

static bool is_ready(const struct value *item) { return str_equal(value_get_text(item, "outcome"), STR("ready")); }

static enum rc refuse_faults(struct command_call *call, const struct value *items)
{
    struct arena *arena = call->ctx->arena;
    VALUE_EACH (item, items)
        if (str_equal(value_get_text(item, "outcome"), STR("error"))) {
            struct str name = value_get_text(item, "name");
            struct str place =
                name.n ? name : arena_format(arena, "row %lld", (long long)value_get_int(item, "row", 0));
            return ctx_fail(call->ctx, RC_INVALID, arena_copy_cstr(arena, value_get_text(item, "message")), STR("rows"),
                            place, NULL, 0);
        }
    return RC_OK;
}

static enum rc write_files(struct command_call *call, const struct value *files, int64_t *ret_count)
{
    struct value *result;
    VALUE_EACH (file, files) /* noted in the organisation's chain before any source's is locked */
        if (is_ready(file))
            TRY(evidence_note_file(call, evidence_of(call->ctx->arena, file)));
    VALUE_EACH (file, files)
        if (is_ready(file)) {
            TRY(supervise_run(call, &command_evidence_add, evidence_of(call->ctx->arena, file), &result));
            (*ret_count)++;
        }
    return RC_OK;
}

static enum rc task_sheet(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct task_sheet sheet;
    int64_t written = 0, files = 0;
    struct str day = date_text(arena, clock_today());
    TRY(task_sheet_judge(call->ctx, call->db, call->actor, day, value_get(call->input, "rows"),
                         value_get(call->input, "files"), &sheet));
    TRY(refuse_faults(call, sheet.rows));
    TRY(refuse_faults(call, sheet.files));
    TRY(write_files(call, sheet.files, &files)); /* first: a report without evidence is looked at twice */
    VALUE_EACH (row, sheet.rows)
        if (is_ready(row)) {
            enum rc rc = write_row(call, row);
            if (rc != RC_OK) /* a rule of the report itself: which row it was */
                return ctx_fail_format(call->ctx, rc, "task_sheet.row_refused", "%lld",
                                       (long long)value_get_int(row, "row", 0));
            written++;
        }
    value_put_int(arena, call->result, "written", written);
    value_put_int(arena, call->result, "files", files);
    value_put_int(arena, call->result, "stale", sheet.stale);
    value_put_int(arena, call->result, "same", sheet.same);
    return RC_OK;
}

static const struct field task_sheet_fields[] = {{"rows", FIELD_JSON, true, 0, NULL},
                                                 {"files", FIELD_JSON, false, 0, NULL}};
const struct command command_task_sheet = {.name = "task.sheet",
                                           .perm = PERM_TASK_WORK,
                                           .is_on_source = true,
                                           COMMAND_FIELDS(task_sheet_fields),
                                           .run = task_sheet};
