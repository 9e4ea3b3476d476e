/* replay.c: runs a fuzz target over the files of its corpus, in any build. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 1;
    enum { ROOM = 4 << 20 };
    uint8_t *p = malloc(ROOM);
    size_t n = p ? fread(p, 1, ROOM, file) : 0;
    fclose(file);
    if (!p)
        return 1;
    uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees a read past the end */
    for (size_t i = 0; exact && i < n; i++)
        exact[i] = p[i];
    free(p);
    if (!exact)
        return 1;
    (void)LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    int count = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            fprintf(stderr, "no corpus at %s\n", argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
            char path[4096];
            if (entry->d_name[0] == '.' ||
                snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name) >= (int)sizeof path)
                continue;
            count++;
            failed += replay_file(path);
        }
        closedir(dir);
    }
    printf("%d inputs, %d unreadable\n", count, failed);
    return count == 0 || failed ? 1 : 0;
}
