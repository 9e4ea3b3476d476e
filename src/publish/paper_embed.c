/* paper_embed.c: build tool: puts the descriptions of papers into one C table.
 *
 * paper-embed OUTPUT.c FILE...
 */
#include <stdio.h>
#include <string.h>

static int write_one(FILE *out, const char *path)
{
    FILE *in = fopen(path, "rb");
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strchr(name, '.');
    if (!in || !dot)
        return -1;
    (void)fprintf(out, "    {{\"%.*s\", %td}, {(const char[]){", (int)(dot - name), name, dot - name);
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
    FILE *out = argc > 2 ? fopen(argv[1], "w") : NULL;
    if (!out)
        return 1;
    (void)fprintf(out, "#include \"publish/paper_table.h\"\nconst struct paper_description paper_descriptions[] = {\n");
    for (int i = 2; i < argc; i++)
        if (write_one(out, argv[i]) != 0)
            return 1;
    (void)fprintf(out, "};\nconst size_t paper_description_n = %d;\n", argc - 2);
    return fclose(out) != 0;
}
