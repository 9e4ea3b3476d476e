/* static_embed.c: build tool: static_embed OUT.c [FILE...] writes the table of static.h.
 *
 * The bytes come in through .incbin; the gzip form of each file is written beside OUT.c.  The address holds a hash
 * of the content, so that browsers may keep the file for ever.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/str.h"

struct asset {
    char path[PATH_MAX], gzip_path[PATH_MAX];
    size_t name_at; /* in path: a pointer would not survive the sort */
    size_t n, gzip_n;
    uint64_t hash;
};

static const char *const types[][2] = {
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"woff2", "font/woff2"},
    {"json", "application/json"},
    {"txt", "text/plain; charset=utf-8"},
    {"ico", "image/vnd.microsoft.icon"},
};

static void fail(const char *what)
{
    fprintf(stderr, "static_embed: %s\n", what);
    exit(1);
}

static char *read_all(const char *path, size_t *ret_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        fail(path);
    size_t size = (size_t)st.st_size, n = 0;
    char *bytes = malloc(size + 1);
    for (ssize_t got = 1; bytes && n < size && got > 0; n += got > 0 ? (size_t)got : 0)
        got = read(fd, bytes + n, size - n);
    close(fd);
    if (!bytes || n != size)
        fail(path);
    *ret_n = n;
    return bytes;
}

static void pack(struct asset *asset, const char *bytes)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        fail("zlib");
    size_t room = deflateBound(&stream, asset->n);
    char *out = malloc(room);
    if (!out)
        fail("memory");
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)asset->n;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        fail("zlib");
    asset->gzip_n = room - stream.avail_out;
    (void)deflateEnd(&stream);
    if (asset->gzip_n >= asset->n)
        asset->gzip_n = 0;
    FILE *to = fopen(asset->gzip_path, "we");
    if (!to || fwrite(out, 1, asset->gzip_n, to) != asset->gzip_n || fclose(to) != 0)
        fail(asset->gzip_path);
    free(out);
}

static const char *name_of(const struct asset *asset) { return asset->path + asset->name_at; }

static void load(struct asset *asset, const char *file, const char *out)
{
    if (!realpath(file, asset->path))
        fail(file);
    asset->name_at = (size_t)(strrchr(asset->path, '/') + 1 - asset->path);
    char full[PATH_MAX];
    if (!realpath(out, full) || snprintf(asset->gzip_path, PATH_MAX, "%s.%s.gz", full, name_of(asset)) >= PATH_MAX)
        fail("path too long");
    char *bytes = read_all(asset->path, &asset->n);
    asset->hash = str_hash((struct str){bytes, asset->n}, 0);
    pack(asset, bytes);
    free(bytes);
}

static int by_name(const void *a, const void *b) { return strcmp(name_of(a), name_of(b)); }

static const char *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot + 1, types[i][0]) == 0)
            return types[i][1];
    fail(name);
    return NULL;
}

static void write_blob(FILE *to, int i, const char *kind, const char *path)
{
    fprintf(to,
            "__asm__(\".section .rodata\\n.balign 16\\n.globl static_%s_%d\\n.hidden static_%s_%d\\n"
            "static_%s_%d:\\n.incbin \\\"%s\\\"\\n.byte 0\\n.previous\\n\");\nextern const char static_%s_%d[];\n",
            kind, i, kind, i, kind, i, path, kind, i);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        fail("usage: static_embed OUT.c [FILE...]");
    FILE *to = fopen(argv[1], "we");
    int n = argc - 2;
    struct asset *assets = calloc((size_t)n + 1, sizeof *assets);
    if (!to || !assets)
        fail(argv[1]);
    for (int i = 0; i < n; i++)
        load(&assets[i], argv[i + 2], argv[1]);
    qsort(assets, (size_t)n, sizeof *assets, by_name);
    fprintf(to, "/* Made by static_embed.c. */\n#include \"serve/static.h\"\n\n");
    for (int i = 0; i < n; i++) {
        write_blob(to, i, "bytes", assets[i].path);
        write_blob(to, i, "gzip", assets[i].gzip_path);
    }
    fprintf(to, "\nconst size_t static_table_n = %d;\nconst struct static_file static_table[] = {\n", n);
    for (int i = 0; i < n; i++) {
        const char *name = name_of(&assets[i]), *dot = strrchr(name, '.');
        if (!dot)
            fail(name);
        fprintf(to,
                "    {STR(\"%s\"), STR(\"/static/%.*s.%016llx%s\"), STR(\"%s\"), {static_bytes_%d, %zu}, "
                "{static_gzip_%d, %zu}},\n",
                name, (int)(dot - name), name, (unsigned long long)assets[i].hash, dot, type_of(name), i, assets[i].n,
                i, assets[i].gzip_n);
    }
    fprintf(to, "    {STR(\"\"), STR(\"\"), STR(\"\"), {NULL, 0}, {NULL, 0}},\n};\n");
    free(assets);
    return fclose(to) == 0 ? 0 : 1;
}
