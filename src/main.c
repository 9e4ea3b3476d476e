/* main.c: finds the verb and runs it. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "intake/package_read.h"
#include "intake/reader.h"
#include "serve/template_read.h"

static const struct verb {
    const char *name;
    int (*run)(struct cli *cli);
    const char *arguments, *help;
} verbs[] = {
#define VERB(name, function, arguments, help) {name, function, arguments, help},
#include "../data/verbs.def"
#undef VERB
};

static void print_verb(FILE *to, const struct verb *verb)
{
    (void)fprintf(to, "  %-8s %-10s\n           %s\n", verb->name, verb->arguments, verb->help);
}

static void print_usage(FILE *to)
{
    (void)fprintf(
        to, "bihuan %s: rectification in a closed loop\n\nusage: bihuan VERB [arguments] [--setting value ...]\n\n",
        BIHUAN_VERSION);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        print_verb(to, &verbs[i]);
    (void)fprintf(to, "\nSettings: bihuan config show\n");
}

static int run(struct cli *cli, const struct verb *verb, int argc, char **argv)
{
    int left;
    enum rc rc = settings_read(&cli->ctx, argc, argv, &cli->settings, &left);
    if (rc != RC_OK)
        return cli_fail(cli, rc);
    cli->argc = left - 2;
    cli->argv = argv + 2;
    return verb->run(cli);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], READER_CHILD_VERB) == 0)
        return reader_child_main(
            argc, argv); /* the hidden verb of the document readers: nothing else of the program runs there */
    if (argc > 1 && strcmp(argv[1], PACKAGE_CHILD_VERB) == 0)
        return package_child_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], TEMPLATE_CHILD_VERB) == 0)
        return template_child_main(argc, argv);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        for (size_t i = 0; argc > 2 && i < sizeof verbs / sizeof verbs[0]; i++)
            if (strcmp(argv[2], verbs[i].name) == 0) {
                print_verb(stdout, &verbs[i]);
                return 0;
            }
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? rc_exit_code(RC_BAD_REQUEST) : 0;
    }
    const char *name = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    struct cli cli = {.ctx = {.arena = arena_new(CLI_ARENA_BYTES)}};
    if (!cli.ctx.arena)
        return rc_exit_code(RC_NOMEM);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(name, verbs[i].name) != 0)
            continue;
        if (argc == 3 && strcmp(argv[2], "--help") == 0) {
            print_verb(stdout, &verbs[i]);
            arena_free(cli.ctx.arena);
            return 0;
        }
        int code = run(&cli, &verbs[i], argc, argv);
        arena_free(cli.ctx.arena);
        return code;
    }
    arena_free(cli.ctx.arena);
    (void)fprintf(stderr, "bihuan: no verb \"%s\"\n\n", name);
    print_usage(stderr);
    return rc_exit_code(RC_BAD_REQUEST);
}
