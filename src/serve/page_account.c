/* page_account.c: accounts, their roles, what I may do myself.
 *
 * The system administrator makes accounts and resets passwords; the security administrator gives roles; a random
 * password is shown once, on the answer to the form itself, which nobody may cache, and never on an address that can be
 * opened again.
 */
#include "access/account.h"
#include "access/password.h"
#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/page_plan_parts.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"

static struct str text_of_key(struct page *page, const char *prefix, struct str code)
{
    struct str text = message_find(page->lang, arena_format(page->ctx.arena, "%s.%.*s", prefix, STR_ARG(code)));
    return text.p ? text : code;
}

static struct str label_text(struct page *page, int64_t label)
{
    static const char *const names[] = {"public", "internal", "work_secret"};
    return text_of_key(
        page, "label",
        str_from_cstr(names[label >= LABEL_PUBLIC && label <= LABEL_WORK_SECRET ? label : LABEL_INTERNAL]));
}

/* ---- list ---------------------------------------------------------------------------------------------------- */

static const char *state_of(const struct value *account)
{
    if (value_get_int(account, "is_disabled", 0))
        return "disabled";
    if (value_get_int(account, "locked_until", 0) > clock_now_ms())
        return "locked";
    return value_get_int(account, "must_change", 0) ? "new" : "active";
}

static void put_state(struct page *page, struct value *account)
{
    const char *state = state_of(account);
    value_put_text(page->ctx.arena, account, "state", str_from_cstr(state));
    value_put_text(page->ctx.arena, account, "state_label", text_of_key(page, "account_state", str_from_cstr(state)));
}

/* "Office (Group), ..." of one account; *ret_has says whether the wanted role is among them. */
static struct str roles_text(struct page *page, const struct value *grants, int64_t account_id, struct str wanted,
                             bool *ret_has)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 64 * 1024);
    *ret_has = !wanted.n;
    VALUE_EACH (grant, grants) {
        if (value_get_int(grant, "account_id", 0) != account_id)
            continue;
        struct str role = value_get_text(grant, "role");
        *ret_has |= str_equal(role, wanted);
        if (out.n)
            buf_add(&out, page_text(page, "list.comma"));
        struct str args[2] = {text_of_key(page, "role", role), value_get_text(grant, "unit_name")};
        enum role known;
        bool is_admin = role_find(role, &known) && role_is_admin(known);
        if (is_admin)
            buf_add(&out, args[0]);
        else
            message_write(&out, page->lang, STR("user.role_in_unit"), args, 2);
    }
    return arena_copy_str(page->ctx.arena, buf_str(&out));
}

static bool has_words(const struct value *row, struct str q)
{
    struct str name = value_get_text(row, "name"), login = value_get_text(row, "login");
    return !q.n || str_find(name, q, 0) != SIZE_MAX || str_find(login, q, 0) != SIZE_MAX;
}

static void put_role_options(struct page *page, struct value *options, struct str selected)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        struct str role = str_from_cstr(role_name((enum role)i));
        typed_form_add_option(page, options, role, text_of_key(page, "role", role), str_equal(role, selected));
    }
}

enum rc page_account_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str q = str_trim(page_param_text(page, "q")), role = page_param_text(page, "role");
    struct value *rows, *grants;
    TRY(db_rows(&page->ctx, db_query(page->db, Q_ACCOUNT_LIST), &rows));
    TRY(db_rows(&page->ctx, db_query(page->db, Q_GRANT_LIST_ALL), &grants));
    struct value *list = value_put_list(arena, page->view, "users");
    for (struct value *row = rows->items.first, *next; row; row = next) {
        next = row->next;
        bool has_role;
        struct str roles = roles_text(page, grants, value_get_int(row, "id", 0), role, &has_role);
        if (!has_role || !has_words(row, q))
            continue;
        put_state(page, row);
        value_put_text(arena, row, "roles_text", roles);
        page_put_time(page, row, "seen_at");
        if (!value_get_int(row, "seen_at", 0))
            value_set(row, STR("seen_at_text"), value_new_text(arena, STR("")));
        row->next = NULL;
        value_add(list, row);
    }
    struct value *filter = value_put_map(arena, page->view, "filter");
    typed_form_put(page, filter, "q", q);
    put_role_options(page, value_put_list(arena, typed_form_put(page, filter, "role", role), "options"), role);
    value_put_bool(arena, page->view, "has_users", list->items.n > 0);
    value_put_int(arena, page->view, "count", (int64_t)list->items.n);
    value_put_bool(arena, page->view, "may_make", page_can(page, PERM_ACCOUNT_WRITE));
    value_put_text(arena, page->view, "empty_why", page_text(page, "list.none_with_filter"));
    return RC_OK;
}

/* ---- one account --------------------------------------------------------------------------------------------- */

static void put_grant_texts(struct page *page, struct value *grant)
{
    struct arena *arena = page->ctx.arena;
    struct str role = value_get_text(grant, "role");
    enum role known;
    value_put_text(arena, grant, "role_label", text_of_key(page, "role", role));
    value_put_text(arena, grant, "clearance_label", label_text(page, value_get_int(grant, "clearance", 0)));
    value_put_bool(arena, grant, "is_admin", role_find(role, &known) && role_is_admin(known));
}

static enum rc put_grants(struct page *page, int64_t account_id)
{
    struct value *rows;
    struct db_stmt *st = db_query(page->db, Q_GRANT_LIST);
    db_bind_int(st, "id", account_id);
    TRY(db_rows(&page->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next)
        put_grant_texts(page, row);
    value_put(page->view, STR("grants"), rows);
    value_put_bool(page->ctx.arena, page->view, "has_grants", rows->items.n > 0);
    return RC_OK;
}

static enum rc put_grant_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct str role = typed_form_value(page, NULL, "role"), unit = typed_form_value(page, NULL, "unit_id");
    struct str clearance = typed_form_value(page, NULL, "clearance");
    put_role_options(page, value_put_list(arena, typed_form_put(page, typed_form(page), "role", role), "options"),
                     role);
    TRY(db_rows(&page->ctx, db_query(page->db, Q_GRANT_UNITS), &rows));
    struct value *units = value_put_list(arena, typed_form_put(page, typed_form(page), "unit_id", unit), "options");
    VALUE_EACH (row, rows) {
        struct str id = arena_format(arena, "%lld", (long long)value_get_int(row, "id", 0));
        struct str name = value_get_text(row, "name"), code = value_get_text(row, "code");
        typed_form_add_option(page, units, id, arena_format(arena, "%.*s  %.*s", STR_ARG(name), STR_ARG(code)),
                              str_equal(id, unit));
    }
    struct value *labels =
        value_put_list(arena, typed_form_put(page, typed_form(page), "clearance", clearance), "options");
    for (int i = LABEL_PUBLIC; i <= LABEL_WORK_SECRET; i++) {
        struct str value = arena_format(arena, "%d", i);
        bool is_default = !clearance.n && i == LABEL_INTERNAL;
        typed_form_add_option(page, labels, value, label_text(page, i), is_default || str_equal(value, clearance));
    }
    return RC_OK;
}

/* An excluded role is named by its words, not by its code. */
static void translate_roles(struct page *page)
{
    for (struct ctx_issue *issue = page->ctx.first; issue; issue = issue->next)
        if (str_equal(issue->key, STR("grant.excluded")) && issue->arg_count)
            issue->args[0] = text_of_key(page, "role", issue->args[0]);
}

static enum rc put_person_field(struct page *page, const struct value *account)
{
    struct db_stmt *st = db_query(page->db, Q_ACCOUNT_PEOPLE);
    db_bind_int(st, "id", account ? value_get_int(account, "id", 0) : 0);
    return page_put_people(page, st, typed_form_field(page, typed_form(page), "person_id", account));
}

static enum rc put_account(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *account = (struct value *)value_get(page->view, "account");
    int64_t id = value_get_int(account, "id", 0), locked_until = value_get_int(account, "locked_until", 0);
    bool may_write = page_can(page, PERM_ACCOUNT_WRITE), is_me = id == page->session.account_id;
    put_state(page, account);
    char until[TIME_TEXT_BYTES];
    bool is_locked = locked_until > clock_now_ms();
    value_put_bool(arena, account, "is_locked", is_locked);
    value_put_text(arena, account, "locked_text",
                   is_locked ? arena_copy_str(arena, str_slice(time_format_china(locked_until, until), 0, 16))
                             : STR(""));
    value_put_bool(arena, account, "is_active", !value_get_int(account, "is_disabled", 0));
    value_put_bool(arena, account, "is_me", is_me);
    value_put_bool(arena, page->view, "may_write", may_write);
    value_put_bool(arena, page->view, "may_disable", may_write && !is_me);
    value_put_bool(arena, page->view, "may_grant", page_can(page, PERM_GRANT_WRITE) && !is_me);
    value_put_bool(arena, page->view, "is_new", false);
    value_put_text(arena, page->view, "page_title", value_get_text(account, "name"));
    translate_roles(page);
    typed_form_field(page, typed_form(page), "name", account);
    typed_form_put(page, typed_form(page), "login", value_get_text(account, "login"));
    TRY(put_person_field(page, account));
    if (!value_get(page->view, "new_password"))
        value_put_text(arena, page->view, "new_password", STR(""));
    TRY(put_grants(page, id));
    TRY(put_grant_form(page));
    chrome_add_crumb(page, page_text(page, "nav.users"), STR("/accounts"));
    chrome_add_crumb(page, value_get_text(account, "login"), STR(""));
    struct db_stmt *st = db_query(page->db, Q_EVENT_OF_ACCOUNT);
    db_bind_int(st, "id", id);
    return page_put_timeline(page, st);
}

enum rc page_account(struct page *page) { return put_account(page); }

static enum rc load_account(struct page *page, int64_t id)
{
    struct db_stmt *st = db_query(page->db, Q_ACCOUNT_GET);
    db_bind_int(st, "id", id);
    return page_put_row(page, "account", st);
}

static enum rc put_new_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    static const char *const fields[] = {"name", "login"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        typed_form_field(page, typed_form(page), fields[i], NULL);
    value_put_null(arena, page->view, "account");
    value_put_bool(arena, page->view, "is_new", true);
    value_put_bool(arena, page->view, "may_write", true);
    value_put_text(arena, page->view, "new_password", STR(""));
    chrome_add_crumb(page, page_text(page, "nav.users"), STR("/accounts"));
    chrome_add_crumb(page, page_text(page, "user.new"), STR(""));
    return put_person_field(page, NULL);
}

enum rc page_account_new(struct page *page) { return put_new_form(page); }

/* ---- changes ------------------------------------------------------------------------------------------------- */

static struct str make_password(struct page *page)
{
    char text[PASSWORD_RANDOM_BYTES];
    struct str password = arena_copy_str(page->ctx.arena, password_make_random(text));
    password_wipe(text, sizeof text);
    return password;
}

/* The page of the account with its new password, shown this once. */
static enum rc show_password(struct page *page, int64_t id, struct str password, int status)
{
    page->tpl = "user";
    page->status = status;
    http_set_header(page->request, "Cache-Control", STR("no-store"));
    value_put_text(page->ctx.arena, page->view, "new_password", password);
    if (page->is_json) {
        value_put_int(page->ctx.arena, page->view, "id", id);
        return RC_OK;
    }
    page->form = NULL; /* the forms show what is stored now */
    if (!value_get(page->view, "account"))
        TRY(load_account(page, id));
    return put_account(page);
}

enum rc page_account_new_post(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_new_map(arena), *result;
    struct str password = make_password(page);
    value_put_text(arena, raw, "login", form_text(page->form->fields, "login"));
    value_put_text(arena, raw, "name", form_text(page->form->fields, "name"));
    value_put_text(arena, raw, "person_id", form_text(page->form->fields, "person_id"));
    value_put_text(arena, raw, "password", password);
    value_put_bool(arena, raw, "must_change", true);
    enum rc rc = submit_and_wait(page, &command_account_create, raw, &result);
    if (rc == RC_OK)
        return show_password(page, value_get_int(result, "id", 0), password, 201);
    TRY(typed_form_refused(page, rc, "user"));
    return put_new_form(page);
}

enum rc page_account_password_post(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_new_map(arena), *result;
    struct str password = make_password(page);
    int64_t id = page_param_int(page, "id", 0);
    value_put_int(arena, raw, "id", id);
    value_put_text(arena, raw, "password", password);
    TRY(submit_and_wait(page, &command_password_reset, raw, &result));
    return show_password(page, id, password, 200);
}

static enum rc run_on_account(struct page *page, const struct command *command, const char *flash)
{
    struct arena *arena = page->ctx.arena;
    struct value *raw = value_copy(arena, page->form->fields), *result;
    int64_t id = page_param_int(page, "id", 0);
    if (raw)
        value_set(raw, STR("id"), value_new_int(arena, id));
    enum rc rc = submit_and_wait(page, command, raw, &result);
    if (rc != RC_OK) {
        TRY(typed_form_refused(page, rc, "user"));
        return put_account(page);
    }
    if (page->is_json) {
        value_put(page->view, STR("result"), value_copy(arena, result));
        return RC_OK;
    }
    chrome_set_flash(page, "success", flash, STR_EMPTY, STR_EMPTY);
    page_redirect(page, arena_format(arena, "/accounts/%lld", (long long)id));
    return RC_OK;
}

enum rc page_account_edit_post(struct page *page)
{
    return run_on_account(page, &command_account_change, "flash.saved");
}

enum rc page_account_person_post(struct page *page)
{
    return run_on_account(page, &command_account_link, "flash.saved");
}

enum rc page_grant_new_post(struct page *page) { return run_on_account(page, &command_grant_give, "flash.granted"); }

/* ---- myself -------------------------------------------------------------------------------------------------- */

static void put_choice(struct page *page, const char *key, const char *choices, const char *prefix, struct str selected)
{
    struct value *options = value_put_list(page->ctx.arena, page->view, key);
    struct str rest = str_from_cstr(choices), choice;
    while (str_split_next(&rest, '|', &choice))
        typed_form_add_option(page, options, choice, text_of_key(page, prefix, choice), str_equal(choice, selected));
}

enum rc page_me(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    TRY(put_grants(page, page->session.account_id));
    struct value *perms = value_put_list(arena, page->view, "permissions");
    for (int i = 0; i < PERM_COUNT; i++) {
        if (!actor_has(&page->actor, (enum perm)i))
            continue;
        struct value *perm = value_add_map(arena, perms);
        struct str name = str_from_cstr(perm_name((enum perm)i));
        bool is_scoped = perm_is_scoped((enum perm)i), is_everywhere = page->actor.everywhere[i] != LABEL_NONE;
        value_put_text(arena, perm, "name", name);
        value_put_text(arena, perm, "label", text_of_key(page, "perm", name));
        value_put_text(arena, perm, "where",
                       !is_scoped ? STR("") : page_text(page, is_everywhere ? "me.everywhere" : "me.in_units"));
        value_put_text(arena, perm, "clearance", is_scoped ? label_text(page, page->actor.anywhere[i]) : STR(""));
    }
    value_put_text(arena, page->view, "login", page->session.login);
    value_put_text(arena, page->view, "name", page->session.name);
    put_choice(page, "langs", "zh-CN|en", "lang", str_from_cstr(lang_tag(page->lang)));
    put_choice(page, "themes", "auto|light|dark", "theme", chrome_theme(page));
    TRY(page_put_wish(page));
    return page_put_feeds(page);
}
