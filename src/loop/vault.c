/* vault.c: see vault.h. */
#include "loop/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/rand.h"
#include "text/digest.h"
#include "text/seal.h"

enum { VAULT_PATH_BYTES = 4096 };

static struct {
    pthread_mutex_t lock;
    char path[VAULT_PATH_BYTES]; /* "": none */
    uint8_t key[SEAL_KEY_BYTES];
    bool is_loaded;
} vault = {.lock = PTHREAD_MUTEX_INITIALIZER};

void vault_use(const char *path)
{
    pthread_mutex_lock(&vault.lock);
    if (strcmp(vault.path, path) != 0) {
        vault.is_loaded = false;
        (void)snprintf(vault.path, sizeof vault.path, "%s", strlen(path) < sizeof vault.path ? path : "");
    }
    pthread_mutex_unlock(&vault.lock);
}

static bool read_key(const char *path)
{
    char text[DIGEST_TEXT_BYTES] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, 64);
    if (fd >= 0)
        (void)close(fd);
    bool is_key = n == 64 && digest_parse((struct str){text, 64}, vault.key);
    seal_wipe(text, sizeof text);
    return is_key;
}

static bool make_key(const char *path)
{
    uint8_t key[SEAL_KEY_BYTES];
    char text[DIGEST_TEXT_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST; /* another process was first */
    rand_fill(key, sizeof key);
    (void)digest_format(key, text);
    bool is_kept = write(fd, text, 64) == 64 && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
    (void)close(fd);
    seal_wipe(key, sizeof key);
    seal_wipe(text, sizeof text);
    return is_kept;
}

static enum rc load(struct ctx *ctx, uint8_t ret_key[SEAL_KEY_BYTES])
{
    pthread_mutex_lock(&vault.lock);
    if (!vault.is_loaded && vault.path[0])
        vault.is_loaded = read_key(vault.path) || (errno == ENOENT && make_key(vault.path) && read_key(vault.path));
    bool is_loaded = vault.is_loaded;
    memcpy(ret_key, vault.key, SEAL_KEY_BYTES);
    pthread_mutex_unlock(&vault.lock);
    return is_loaded ? RC_OK : ctx_fail_format(ctx, RC_CONFIG, "vault.no_key", "%s", vault.path);
}

enum rc vault_seal(struct ctx *ctx, struct str plain, struct str *ret_hex)
{
    uint8_t key[SEAL_KEY_BYTES];
    TRY(load(ctx, key));
    enum rc rc = seal_text(ctx->arena, key, plain, ret_hex);
    seal_wipe(key, sizeof key);
    return rc;
}

enum rc vault_open(struct ctx *ctx, struct str hex, struct str *ret_plain)
{
    uint8_t key[SEAL_KEY_BYTES];
    TRY(load(ctx, key));
    enum rc rc = seal_open(ctx->arena, key, hex, ret_plain);
    seal_wipe(key, sizeof key);
    return rc == RC_INVALID ? ctx_fail_key(ctx, RC_INVALID, "vault.unreadable") : rc;
}

enum rc vault_mac(struct ctx *ctx, const char *purpose, struct str data, struct str *ret_hex)
{
    uint8_t key[SEAL_KEY_BYTES], mac[SEAL_MAC_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    TRY(load(ctx, key));
    seal_mac(key, arena_format(ctx->arena, "%s\n%.*s", purpose, STR_ARG(data)), mac);
    seal_wipe(key, sizeof key);
    *ret_hex = arena_copy_str(ctx->arena, digest_format(mac, hex));
    return arena_rc(ctx->arena);
}

static const char signs[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; /* 32: without 0 O 1 I */

struct str vault_make_receipt(char text[RECEIPT_TEXT_BYTES])
{
    uint8_t random[RECEIPT_CHARS];
    size_t n = 0;
    rand_fill(random, sizeof random);
    for (size_t i = 0; i < RECEIPT_CHARS; i++) {
        if (i && i % 4 == 0)
            text[n++] = '-';
        text[n++] = signs[random[i] % 32];
    }
    text[n] = '\0';
    return (struct str){text, n};
}

struct str vault_read_receipt(struct arena *arena, struct str typed)
{
    char text[RECEIPT_CHARS];
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i] >= 'a' && typed.p[i] <= 'z' ? (char)(typed.p[i] - 'a' + 'A') : typed.p[i];
        if (c == ' ' || c == '-')
            continue;
        if (n == RECEIPT_CHARS || !c || !strchr(signs, c))
            return STR("");
        text[n++] = c;
    }
    return n == RECEIPT_CHARS ? arena_copy_str(arena, (struct str){text, n}) : STR("");
}
