/* verb_lifecycle.c: the state machines as a document: from the same tables that every command asks.
 *
 * docs/lifecycle.md is what this prints; a test holds the two together.
 */
#include "cli/cli.h"
#include "loop/lifecycle.h"
#include "serve/messages.h"

enum { STATES_MAX = 40, CELL_BYTES_MAX = 4096 };

static struct str word(struct cli *cli, enum lang lang, struct str key)
{
    struct str text = message_find(lang, key);
    return text.p ? text : arena_format(cli->ctx.arena, "-");
}

/* "CHINESE / in progress" of a key; once when both languages say the same. */
static struct str both(struct cli *cli, struct str key)
{
    struct str zh = word(cli, LANG_ZH, key), en = word(cli, LANG_EN, key);
    return str_equal(zh, en) ? zh : arena_format(cli->ctx.arena, "%.*s / %.*s", STR_ARG(zh), STR_ARG(en));
}

static struct str state_key(struct cli *cli, enum lifecycle_noun noun, struct str state)
{
    return arena_format(cli->ctx.arena, "%s.%s.%.*s", lifecycle_noun_name(noun), lifecycle_noun_column(noun),
                        STR_ARG(state));
}

static void add_state(struct str *states, int *count, struct str state)
{
    if (!state.n)
        return;
    for (int i = 0; i < *count; i++)
        if (str_equal(states[i], state))
            return;
    if (*count < STATES_MAX)
        states[(*count)++] = state;
}

/* In the order in which the table names them. */
static int states_of(enum lifecycle_noun noun, struct str states[STATES_MAX])
{
    int count = 0;
    for (int i = 0; i < lifecycle_count; i++) {
        const struct lifecycle_move *move = &lifecycle_table[i];
        struct str rest = str_from_cstr(move->from), part;
        if (move->noun != noun)
            continue;
        while (str_split_next(&rest, '|', &part))
            add_state(states, &count, part);
        add_state(states, &count, str_from_cstr(move->to));
    }
    return count;
}

static void print_states(struct cli *cli, enum lifecycle_noun noun)
{
    struct str states[STATES_MAX];
    int count = states_of(noun, states);
    cli_print("| state | Chinese / English | ends |\n|---|---|---|");
    for (int i = 0; i < count; i++) {
        bool is_end = true;
        for (int k = 0; k < lifecycle_count; k++)
            if (lifecycle_table[k].noun == noun && lifecycle_is_from(&lifecycle_table[k], states[i]))
                is_end = false;
        cli_print("| `%.*s` | %.*s | %s |", STR_ARG(states[i]), STR_ARG(both(cli, state_key(cli, noun, states[i]))),
                  is_end ? "yes" : "");
    }
}

static void print_diagram(enum lifecycle_noun noun)
{
    cli_print("\n```mermaid\nstateDiagram-v2");
    for (int i = 0; i < lifecycle_count; i++) {
        const struct lifecycle_move *move = &lifecycle_table[i];
        struct str rest = str_from_cstr(move->from), part;
        if (move->noun != noun || !*move->to)
            continue;
        while (str_split_next(&rest, '|', &part))
            cli_print("  %.*s --> %s: %s", STR_ARG(part), move->to, move->command);
    }
    cli_print("```");
}

/* The roles that hold a permission, in the order of data/roles.def. */
static struct str roles_with(struct cli *cli, enum perm perm)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 4096);
    for (int i = 0; i < ROLE_COUNT; i++)
        if (role_has_perm((enum role)i, perm))
            buf_add_format(&out, "%s%s", out.n ? ", " : "", role_name((enum role)i));
    return arena_copy_str(cli->ctx.arena, buf_str(&out));
}

static void print_move(struct cli *cli, const struct lifecycle_move *move)
{
    static const char *const who[] = {[WHO_ANYBODY] = "anybody with it",
                                      [WHO_HOLDER] = "who is waited for",
                                      [WHO_ASKER] = "who asked",
                                      [WHO_FOLLOWS] = "follows from another"};
    struct buf from CLEANUP(buf_done), guards CLEANUP(buf_done);
    struct str rest = str_from_cstr(move->from), part;
    const char *noun = lifecycle_noun_name(move->noun);
    buf_init(&from, CELL_BYTES_MAX);
    buf_init(&guards, CELL_BYTES_MAX);
    while (str_split_next(&rest, '|', &part))
        buf_add_format(&from, "%s%.*s", from.n ? ", " : "", STR_ARG(part));
    for (int k = 0; k < move->guard_count; k++)
        buf_add_format(&guards, "%s[%s](#guards)", k ? " " : "", lifecycle_guard_name(move->guards[k]));
    struct str words = both(cli, arena_format(cli->ctx.arena, "%s.do.%s", noun, move->command));
    cli_print("| `%s.%s` | %.*s | %.*s | %s | %s | %s | %s | %.*s |", noun, move->command, STR_ARG(words),
              STR_ARG(buf_str(&from)), *move->to ? move->to : "the command decides", perm_name(move->perm),
              who[move->who], move->needs_reason ? "yes" : "", STR_ARG(buf_str(&guards)));
}

static void print_moves(struct cli *cli, enum lifecycle_noun noun)
{
    cli_print("\n| command | Chinese / English | from | to | permission | who | reason | guards |\n"
              "|---|---|---|---|---|---|---|---|");
    for (int i = 0; i < lifecycle_count; i++)
        if (lifecycle_table[i].noun == noun)
            print_move(cli, &lifecycle_table[i]);
}

static void print_noun(struct cli *cli, enum lifecycle_noun noun)
{
    cli_print("\n## %s\n\nRead with `%s`.\n", lifecycle_noun_name(noun), perm_name(lifecycle_noun_read(noun)));
    print_states(cli, noun);
    print_diagram(noun);
    print_moves(cli, noun);
}

static void print_guards(struct cli *cli)
{
    cli_print(
        "\n## Guards\n\nEverything that is missing is told at once, each with a link to where it is put right. {0} is "
        "the title of what is missing.\n\n| guard | Chinese | English | put right at |\n|---|---|---|---|");
    for (int i = 0; i < GUARD_COUNT; i++) {
        enum guard guard = (enum guard)i;
        struct str key = str_from_cstr(lifecycle_guard_message(guard));
        cli_print("| %s | %.*s | %.*s | `%s` |", lifecycle_guard_name(guard), STR_ARG(word(cli, LANG_ZH, key)),
                  STR_ARG(word(cli, LANG_EN, key)), lifecycle_guard_link(guard));
    }
}

/* Each permission that a move asks for, once. */
static void print_permissions(struct cli *cli)
{
    cli_print("\n## Permissions\n\n| permission | Chinese / English | roles |\n|---|---|---|");
    for (int i = 0; i < PERM_COUNT; i++) {
        bool is_asked = false;
        for (int k = 0; k < lifecycle_count; k++)
            is_asked = is_asked || lifecycle_table[k].perm == (enum perm)i;
        if (!is_asked)
            continue;
        struct str key = arena_format(cli->ctx.arena, "perm.%s", perm_name((enum perm)i));
        cli_print("| `%s` | %.*s | %.*s |", perm_name((enum perm)i), STR_ARG(both(cli, key)),
                  STR_ARG(roles_with(cli, (enum perm)i)));
    }
}

int verb_lifecycle(struct cli *cli)
{
    enum rc rc = cli_check_used(cli, 0);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    cli_print(
        "# States and moves\n\nPrinted by `bihuan lifecycle` from `data/lifecycle.def`, `data/guards.def` and "
        "`data/roles.def`: the tables that every\ncommand asks, whether it comes from a page, the API, the command "
        "line, a bulk change or an import. Do not edit this file:\n`bihuan lifecycle > docs/lifecycle.md`.");
    for (int i = 0; i < LIFECYCLE_NOUN_COUNT; i++)
        print_noun(cli, (enum lifecycle_noun)i);
    print_guards(cli);
    print_permissions(cli);
    return 0;
}
