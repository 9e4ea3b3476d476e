/* t2s_table.c: OpenCC's two dictionaries "traditional to simplified", dumped as text, become tables of code points.
 *
 *   t2s_table PHRASES CHARACTERS OUTPUT.c
 *
 * Runs at build time only.  A line is "key TAB value value ..."; the first value counts, as OpenCC itself does it.  A
 * phrase whose value has another number of characters is left out: its characters are then converted one by one, and
 * offsets into the text stay exact.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

enum {
    LINE_MAX = 1024,
    PHRASES_MAX = 4096,
    PHRASE_CODES_MAX = 32,
    CODES = 0x40000,
    BLOCK = 256,
    BLOCKS = CODES / BLOCK
};

struct phrase {
    uint32_t from[PHRASE_CODES_MAX], to[PHRASE_CODES_MAX];
    size_t n;
};

static uint32_t simple[CODES]; /* 0: stays as it is */
static uint8_t is_phrase_start[CODES];
static struct phrase phrases[PHRASES_MAX];
static size_t phrase_count;

static void fail(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static size_t decode(const char *path, struct str s, uint32_t codes[PHRASE_CODES_MAX])
{
    size_t at = 0, n = 0;
    while (at < s.n) {
        if (n == PHRASE_CODES_MAX || !utf8_decode(s, &at, &codes[n]) || codes[n] >= CODES)
            fail(path, "a word is too long or not UTF-8");
        n++;
    }
    return n;
}

static void add_pair(const char *path, struct str key, struct str value)
{
    struct phrase phrase = {0};
    phrase.n = decode(path, key, phrase.from);
    if (decode(path, value, phrase.to) != phrase.n)
        return;
    if (phrase.n == 1) {
        simple[phrase.from[0]] = phrase.to[0] == phrase.from[0] ? 0 : phrase.to[0];
        return;
    }
    if (phrase_count == PHRASES_MAX)
        fail(path, "too many phrases");
    phrases[phrase_count++] = phrase;
    is_phrase_start[phrase.from[0]] = 1;
}

static void read_dictionary(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail(path, strerror(errno));
    char line[LINE_MAX];
    while (fgets(line, sizeof line, file)) {
        size_t n = strcspn(line, "\r\n"), tab = strcspn(line, "\t");
        if (tab >= n)
            continue;
        size_t end = tab + 1 + strcspn(line + tab + 1, " \r\n");
        add_pair(path, (struct str){line, tab}, (struct str){line + tab + 1, end - tab - 1});
    }
    (void)fclose(file);
}

/* By first character, then longest first: the first that fits is the longest. */
static int compare_phrases(const void *a, const void *b)
{
    const struct phrase *x = a, *y = b;
    if (x->from[0] != y->from[0])
        return x->from[0] < y->from[0] ? -1 : 1;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return memcmp(x->from, y->from, sizeof x->from);
}

static void write_codes(FILE *out, const uint32_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s0x%X", i ? ", " : "", (unsigned)codes[i]);
}

static void write_blocks(FILE *out)
{
    unsigned count = 1;
    uint8_t index[BLOCKS] = {0};
    fprintf(out, "const uint32_t t2s_blocks[][%d] = {\n  {0},\n", BLOCK);
    for (size_t block = 0; block < BLOCKS; block++) {
        uint32_t entries[BLOCK];
        uint32_t any = 0;
        for (size_t i = 0; i < BLOCK; i++) {
            size_t code = block * BLOCK + i;
            entries[i] = simple[code] | (uint32_t)is_phrase_start[code] << 31;
            any |= entries[i];
        }
        if (!any)
            continue;
        if (count > UINT8_MAX)
            fail("table", "too many blocks");
        index[block] = (uint8_t)count++;
        fprintf(out, "  {");
        write_codes(out, entries, BLOCK);
        fprintf(out, "},\n");
    }
    fprintf(out, "};\nconst uint8_t t2s_index[%d] = {", BLOCKS);
    for (size_t block = 0; block < BLOCKS; block++)
        fprintf(out, "%s%u", block ? "," : "", index[block]);
    fprintf(out, "};\n");
}

static void write_phrases(FILE *out)
{
    fprintf(out, "const struct t2s_phrase t2s_phrases[] = {\n");
    for (size_t i = 0; i < phrase_count; i++) {
        fprintf(out, "  {%zu, (const uint32_t[]){", phrases[i].n);
        write_codes(out, phrases[i].from, phrases[i].n);
        fprintf(out, "}, (const uint32_t[]){");
        write_codes(out, phrases[i].to, phrases[i].n);
        fprintf(out, "}},\n");
    }
    fprintf(out, "  {0, NULL, NULL}};\nconst size_t t2s_phrase_count = %zu;\n", phrase_count);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("t2s_table", "usage: t2s_table PHRASES CHARACTERS OUTPUT");
    read_dictionary(argv[2]);
    read_dictionary(argv[1]);
    qsort(phrases, phrase_count, sizeof *phrases, compare_phrases);
    FILE *out = fopen(argv[3], "wb");
    if (!out)
        fail(argv[3], strerror(errno));
    fprintf(out, "/* Made from OpenCC's dictionaries by t2s_table. */\n#include \"text/t2s.h\"\n\n");
    write_blocks(out);
    write_phrases(out);
    if (fclose(out) != 0)
        fail(argv[3], strerror(errno));
    return 0;
}
