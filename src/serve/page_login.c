/* page_login.c: signing in and out, own password, language and theme.
 *
 * Threats: guessing (access/session.h), an open redirect after sign-in (only paths of this site), session fixation (a
 * new token each time).
 */
#include "access/account.h"
#include "access/password.h"
#include "base/clock.h"
#include "serve/chrome.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"

enum { YEAR_S = 365 * 24 * 3600 };

static struct str local_path(struct str s, struct str otherwise) { return page_is_local_path(s) ? s : otherwise; }

static void put_login_form(struct page *page, struct str login, struct str back)
{
    struct value *form = typed_form(page);
    typed_form_put(page, form, "login", login);
    typed_form_put(page, form, "back", local_path(back, STR("/")));
    value_put_bool(page->ctx.arena, page->view, "first_start", false);
}

enum rc page_login(struct page *page)
{
    put_login_form(page, STR(""), page_param_text(page, "back"));
    if (page->is_json) /* a page has it in its forms */
        value_put_text(page->ctx.arena, page->view, "csrf", chrome_make_csrf(page));
    return RC_OK;
}

/* The same work whether the login exists, or is locked, or not. */
static enum rc note_failure(struct page *page, const struct login_result *result)
{
    struct session_failure failure = {.login_digest = result->login_digest,
                                      .account_id = result->account_id,
                                      .now_ms = clock_now_ms(),
                                      .remote = page->request->remote};
    return submit_work(page, session_work_failure, &failure);
}

/* Comparing a password is slow on purpose: a flood of sign-ins must not hold up the pages of those who are in. */
static enum rc sign_in(struct page *page)
{
    const struct value *fields = page->form->fields;
    struct str login = str_trim(form_text(fields, "login")), back = form_text(fields, "back");
    struct login_result result = {0};
    int64_t now_ms = clock_now_ms();
    enum rc rc = session_check_password(&page->ctx, page->db, login, form_text(fields, "password"), now_ms, &result);
    if (rc == RC_UNAUTHENTICATED)
        TRY(note_failure(page, &result));
    if (rc == RC_UNAUTHENTICATED && !page->is_json) {
        put_login_form(page, login, back);
        page->tpl = "login";
        page->status = rc_http_status(rc);
        return RC_OK;
    }
    TRY(rc);
    char token[SESSION_TOKEN_BYTES], csrf[SESSION_TOKEN_BYTES];
    session_make_token(token);
    session_make_token(csrf);
    struct session_start start = {.account_id = result.account_id,
                                  .now_ms = now_ms,
                                  .token = token,
                                  .csrf = str_from_cstr(csrf),
                                  .remote = page->request->remote,
                                  .agent = str_slice(http_header_get(page->request, "User-Agent"), 0, 200),
                                  .limits = page_session_limits(page)};
    TRY(submit_work(page, session_work_start, &start));
    chrome_set_cookie(page, STR("bihuan"), str_from_cstr(token), -1);
    chrome_set_cookie(page, STR("pre"), STR(""), 0);
    if (page->is_json) {
        value_put_text(page->ctx.arena, page->view, "csrf", arena_copy_str(page->ctx.arena, start.csrf));
        value_put_bool(page->ctx.arena, page->view, "must_change_password", result.must_change_password);
        return RC_OK;
    }
    page_redirect(page, result.must_change_password ? STR("/password") : local_path(back, STR("/")));
    return RC_OK;
}

enum rc page_login_post(struct page *page)
{
    page_run_slow(page, sign_in);
    return RC_OK;
}

enum rc page_logout_post(struct page *page)
{
    struct session_end end = {page->session.token_hash, page->session.account_id, clock_now_ms()};
    TRY(submit_work(page, session_work_end, &end));
    chrome_set_cookie(page, STR("bihuan"), STR(""), 0);
    http_set_header(page->request, "Clear-Site-Data", STR("\"cache\", \"storage\""));
    page_redirect(page, STR("/login"));
    return RC_OK;
}

static void put_password_form(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    static const char *const secrets[] = {"current", "password", "repeat"}; /* never sent back */
    struct value *form = typed_form(page);
    typed_form_put(page, form, "back", STR("/"));
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        typed_form_put(page, form, secrets[i], STR(""));
    value_put_int(arena, page->view, "password_min", PASSWORD_MIN);
    value_put_bool(arena, page->view, "is_first", page->session.must_change_password);
}

enum rc page_password(struct page *page)
{
    put_password_form(page);
    return RC_OK;
}

static enum rc change_password(struct page *page)
{
    const struct value *fields = page->form->fields;
    struct str password = form_text(fields, "password");
    struct login_result result;
    enum rc rc = session_check_password(&page->ctx, page->db, page->session.login, form_text(fields, "current"),
                                        clock_now_ms(), &result);
    if (rc == RC_UNAUTHENTICATED) {
        TRY(note_failure(page, &result));
        ctx_clear_issues(&page->ctx);
        return ctx_fail_field(&page->ctx, RC_INVALID, result.is_locked ? "login.locked" : "password.current_wrong",
                              "current");
    }
    TRY(rc);
    if (!str_equal(password, form_text(fields, "repeat")))
        return ctx_fail_field(&page->ctx, RC_INVALID, "password.not_same", "repeat");
    if (str_equal(password, form_text(fields, "current")))
        return ctx_fail_field(&page->ctx, RC_INVALID, "password.same_as_before", "password");
    struct value *raw = value_new_map(page->ctx.arena), *done;
    value_put_text(page->ctx.arena, raw, "password", password);
    value_put_text(page->ctx.arena, raw, "login", page->session.login);
    value_put_text(page->ctx.arena, raw, "session", page->session.token_hash);
    return submit_and_wait(page, &command_password_change, raw, &done);
}

static enum rc set_password(struct page *page)
{
    enum rc rc = change_password(page);
    if (rc == RC_INVALID && !page->is_json) {
        put_password_form(page);
        page->tpl = "password";
        page->status = 422;
        return RC_OK;
    }
    TRY(rc);
    chrome_set_flash(page, "success", "flash.password_changed", STR_EMPTY, STR_EMPTY);
    page_redirect(page, STR("/"));
    return RC_OK;
}

enum rc page_password_post(struct page *page)
{
    page_run_slow(page, set_password);
    return RC_OK;
}

enum rc page_preferences_post(struct page *page)
{
    const struct value *fields = page->form->fields;
    struct str lang = form_text(fields, "lang"), theme = form_text(fields, "theme");
    if (lang.n)
        chrome_set_cookie(page, STR("lang"), str_from_cstr(lang_parse(lang, LANG_ZH) == LANG_ZH ? "zh-CN" : "en"),
                          YEAR_S);
    if (str_equal(theme, STR("light")) || str_equal(theme, STR("dark")) || str_equal(theme, STR("auto")))
        chrome_set_cookie(page, STR("theme"), theme, YEAR_S);
    page_redirect(page, local_path(form_text(fields, "back"), STR("/")));
    return RC_OK;
}

/* Who am I, what may I do, which token do my POSTs carry: for clients of the API. */
enum rc page_session(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    page->is_json = true;
    value_put_int(arena, page->view, "account_id", page->session.account_id);
    value_put_text(arena, page->view, "login", page->session.login);
    value_put_text(arena, page->view, "name", page->session.name);
    value_put_text(arena, page->view, "csrf", page->session.csrf);
    struct value *perms = value_put_list(arena, page->view, "permissions");
    for (int i = 0; i < PERM_COUNT; i++)
        if (actor_has(&page->actor, (enum perm)i))
            value_add_text(arena, perms, str_from_cstr(perm_name((enum perm)i)));
    return RC_OK;
}
