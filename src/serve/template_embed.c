/* template_embed.c: build tool: puts the templates of a directory into one C table.
 *
 * template-embed DIRECTORY OUTPUT.c DEPFILE
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATES_MAX = 1000 };

static int compare_names(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int write_one(FILE *out, const char *directory, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *in = fopen(path, "rb");
    if (!in)
        return -1;
    (void)fprintf(out, "    {{\"%.*s\", %zu}, {(const char[]){", (int)(strlen(name) - 5), name, strlen(name) - 5);
    long n = 0;
    for (int c; (c = fgetc(in)) != EOF; n++)
        (void)fprintf(out, "%s%d,", n % 32 == 0 ? "\n" : "", (signed char)c);
    (void)fprintf(out, "0}, %ld}},\n", n);
    int failed = ferror(in);
    (void)fclose(in);
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    static char *names[TEMPLATES_MAX];
    size_t count = 0;
    if (argc != 4)
        return 2;
    DIR *directory = opendir(argv[1]);
    if (!directory)
        return 1;
    for (struct dirent *entry; (entry = readdir(directory)) && count < TEMPLATES_MAX;) {
        size_t n = strlen(entry->d_name);
        if (n > 5 && strcmp(entry->d_name + n - 5, ".html") == 0 && !(names[count++] = strdup(entry->d_name)))
            return 1;
    }
    (void)closedir(directory);
    qsort(names, count, sizeof names[0], compare_names);
    FILE *out = fopen(argv[2], "w"), *deps = fopen(argv[3], "w");
    if (!out || !deps)
        return 1;
    (void)fprintf(out, "#include \"serve/templates.h\"\nconst struct template_file template_table[] = {\n");
    (void)fprintf(deps, "%s: %s", argv[2], argv[1]);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(deps, " %s/%s", argv[1], names[i]);
        if (write_one(out, argv[1], names[i]) != 0)
            return 1;
    }
    (void)fprintf(out, "};\nconst size_t template_table_n = %zu;\n", count);
    (void)fprintf(deps, "\n");
    return fclose(out) != 0 || fclose(deps) != 0;
}
