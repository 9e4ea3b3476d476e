/* messages_compile.c: build tool: data/messages/{zh,en}.po into a C table.
 *
 * messages-compile OUT.c ZH.po EN.po.  Ends with status 1 and FILE:LINE on standard error for a malformed entry or a
 * key that appears twice in one file.  Missing keys are left to the tests.  Source: GNU gettext manual, "PO Files".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "serve/messages_table.h"

enum { FILE_BYTES_MAX = 16 << 20, ENTRIES_MAX = 20000 };

struct catalogue {
    struct arena *arena;
    struct map by_key;
    struct message_entry *entries;
    size_t n;
};

struct po_state {
    const char *path;
    int line;
    struct buf key, text;
    enum { IN_NOTHING, IN_KEY, IN_TEXT } in;
};

static int complain(const struct po_state *po, const char *what)
{
    (void)fprintf(stderr, "%s:%d: %s\n", po->path, po->line, what);
    return 1;
}

/* Appends the quoted string at s. */
static int add_quoted(const struct po_state *po, struct buf *out, struct str s)
{
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return complain(po, "a quoted string was expected");
    for (size_t i = 1; i + 1 < s.n; i++) {
        char c = s.p[i];
        if (c == '"')
            return complain(po, "a quote inside the string needs a backslash");
        if (c == '\\') {
            c = s.p[++i];
            if (i + 1 == s.n || !strchr("nt\"\\", c))
                return complain(po, "unknown escape");
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        buf_add_char(out, c);
    }
    return 0;
}

static int finish_entry(struct catalogue *catalogue, struct po_state *po, int lang)
{
    struct str key = buf_str(&po->key);
    if (po->in == IN_KEY)
        return complain(po, "msgid without msgstr");
    if (po->in == IN_NOTHING || key.n == 0)
        return 0; /* the head of the file has the empty key */
    struct message_entry *entry = map_get(&catalogue->by_key, key);
    if (!entry) {
        if (catalogue->n == ENTRIES_MAX)
            return complain(po, "too many messages");
        entry = &catalogue->entries[catalogue->n++];
        entry->key = arena_copy_str(catalogue->arena, key);
        if (map_put(&catalogue->by_key, entry->key, entry) != RC_OK)
            return complain(po, "memory is short");
    }
    if (entry->texts[lang].p)
        return complain(po, "the key appears twice");
    entry->texts[lang] = arena_copy_str(catalogue->arena, buf_str(&po->text));
    return 0;
}

static int read_line(struct catalogue *catalogue, struct po_state *po, struct str line, int lang)
{
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return 0;
    if (str_has_prefix(line, STR("msgid "))) {
        if (finish_entry(catalogue, po, lang))
            return 1;
        buf_reset(&po->key);
        buf_reset(&po->text);
        po->in = IN_KEY;
        return add_quoted(po, &po->key, str_trim(str_slice(line, 6, line.n)));
    }
    if (str_has_prefix(line, STR("msgstr "))) {
        if (po->in != IN_KEY)
            return complain(po, "msgstr without msgid");
        po->in = IN_TEXT;
        return add_quoted(po, &po->text, str_trim(str_slice(line, 7, line.n)));
    }
    if (line.p[0] != '"' || po->in == IN_NOTHING)
        return complain(po, "msgid, msgstr or a quoted string was expected");
    return add_quoted(po, po->in == IN_KEY ? &po->key : &po->text, line);
}

static int read_catalogue(struct catalogue *catalogue, const char *path, int lang)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 1;
    }
    CLEANUP(buf_done) struct buf content;
    buf_init(&content, FILE_BYTES_MAX);
    char chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add_bytes(&content, chunk, n);
    (void)fclose(file);
    struct po_state po = {.path = path};
    buf_init(&po.key, FILE_BYTES_MAX);
    buf_init(&po.text, FILE_BYTES_MAX);
    struct str rest = buf_str(&content), line;
    int status = buf_rc(&content) == RC_OK ? 0 : 1;
    while (!status && str_split_next(&rest, '\n', &line)) {
        po.line++;
        status = read_line(catalogue, &po, line, lang);
    }
    if (!status)
        status = finish_entry(catalogue, &po, lang);
    buf_done(&po.key);
    buf_done(&po.text);
    return status;
}

static int compare_entries(const void *a, const void *b)
{
    return str_compare(((const struct message_entry *)a)->key, ((const struct message_entry *)b)->key);
}

static void write_str(FILE *out, struct str s)
{
    if (!s.p) {
        (void)fputs("{0, 0}", out);
        return;
    }
    (void)fputs("{\"", out);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?')
            (void)fprintf(out, "\\%03o", c);
        else
            (void)fputc(c, out);
    }
    (void)fprintf(out, "\", %zu}", s.n);
}

static int write_table(const struct catalogue *catalogue, FILE *out)
{
    static uint16_t slots[65536];
    size_t mask = 15;
    while (mask + 1 < catalogue->n * 2)
        mask = mask * 2 + 1;
    (void)fputs("#include \"serve/messages_table.h\"\nconst struct message_entry message_entries[] = {\n", out);
    for (size_t i = 0; i < catalogue->n; i++) {
        (void)fputs("    {", out);
        write_str(out, catalogue->entries[i].key);
        (void)fputs(", {", out);
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            (void)fputs(lang ? ", " : "", out);
            write_str(out, catalogue->entries[i].texts[lang]);
        }
        (void)fputs("}},\n", out);
        size_t at = str_hash(catalogue->entries[i].key, 0) & mask;
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = (uint16_t)(i + 1);
    }
    (void)fprintf(out, "};\nconst size_t message_entry_count = %zu;\nconst size_t message_slot_mask = %zu;\n",
                  catalogue->n, mask);
    (void)fputs("const uint16_t message_slots[] = {", out);
    for (size_t i = 0; i <= mask; i++)
        (void)fprintf(out, "%s%u,", i % 20 ? " " : "\n    ", slots[i]);
    (void)fputs("\n};\n", out);
    return ferror(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 2 + LANG_COUNT) {
        (void)fputs("usage: messages-compile OUT.c ZH.po EN.po\n", stderr);
        return 2;
    }
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new((size_t)256 << 20);
    struct catalogue catalogue = {.arena = arena};
    if (!arena)
        return 1;
    map_init(&catalogue.by_key, arena);
    catalogue.entries = ARENA_NEW_ARRAY(arena, struct message_entry, ENTRIES_MAX);
    if (!catalogue.entries)
        return 1;
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (read_catalogue(&catalogue, argv[2 + lang], lang))
            return 1;
    qsort(catalogue.entries, catalogue.n, sizeof *catalogue.entries, compare_entries);
    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    int status = write_table(&catalogue, out);
    return fclose(out) ? 1 : status;
}
