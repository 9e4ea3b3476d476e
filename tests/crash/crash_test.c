/* crash_test.c: kill -9 under load loses nothing that was acknowledged.
 *
 *   crash_test BIHUAN
 *
 * Starts `bihuan serve` on a new database, posts finding.create as JSON over several connections, notes every
 * acknowledged id, kills the server with SIGKILL at a random moment, and starts again.  After every kill each
 * acknowledged finding must be there and `bihuan check` must be clean; at the end the events replay into an identical
 * database.
 *
 * BIHUAN_CRASH_KILLS sets the number of kills (5), BIHUAN_CRASH_SEED the moments.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crash_fixture.h"

enum { CONNECTIONS = 8, ANSWER_MAX = 65536, ACKNOWLEDGED_MAX = 4000000, START_MS = 60000 };

static struct {
    const char *program;
    char dir[200], url[260];
    pid_t server;
    int port;
    char cookie[200], csrf[200];
    int64_t source_id;
    pthread_mutex_t lock;
    int64_t *acknowledged;
    size_t count;
    atomic_bool is_stopping;
    atomic_long refused;
} run = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fail(const char *what)
{
    printf("not ok 1 - %s\n1..1\n", what);
    fprintf(stderr, "kept for a look: %s\n", run.dir);
    if (run.server > 0)
        kill(run.server, SIGKILL);
    exit(1);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

/* Starts the program with its output in a file of the directory. */
static pid_t spawn(const char *output, char *const argv[])
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char path[300];
    snprintf(path, sizeof path, "%s/%s", run.dir, output);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (fd < 0 || getppid() != parent)
        _exit(127);
    dup2(fd, 1);
    dup2(fd, 2);
    execv(run.program, argv);
    _exit(127);
}

static void read_output(const char *output, char *text, size_t room)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", run.dir, output);
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(text, 1, room - 1, file) : 0;
    text[n] = '\0';
    if (file)
        fclose(file);
}

/* Runs a verb to its end; its exit code. */
static int run_verb(const char *output, const char *verb, const char *argument)
{
    char *argv[] = {(char *)run.program, (char *)verb, "--db", run.url, (char *)argument, NULL};
    int status = -1;
    pid_t pid = spawn(output, argv);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void start_server(void)
{
    char *argv[] = {(char *)run.program,  "serve",     "--db",        run.url, "--port",          "0",
                    "--address",          "127.0.0.1", "--log-level", "error", "--session-hours", "168",
                    "--session-idle-min", "1440",      NULL};
    char text[4096], old[300];
    snprintf(old, sizeof old, "%s/serve.log", run.dir);
    (void)unlink(old); /* else the port of the server before might be read */
    run.server = spawn("serve.log", argv);
    for (int64_t end = now_ms() + START_MS; now_ms() < end; pause_ms(5)) {
        read_output("serve.log", text, sizeof text);
        const char *at = strstr(text, "http://127.0.0.1:");
        if (at && strchr(at, '\n')) {
            run.port = (int)strtol(at + strlen("http://127.0.0.1:"), NULL, 10);
            return;
        }
        if (waitpid(run.server, NULL, WNOHANG) == run.server)
            break;
    }
    fputs(text, stderr);
    fail("the server did not start");
}

static void kill_server(void)
{
    kill(run.server, SIGKILL);
    waitpid(run.server, NULL, 0);
    run.server = 0;
}

static int dial(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)run.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {30, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Sends a request and reads one whole answer with Content-Length; the status, 0 when the connection broke. */
static int exchange(int fd, const char *request, char answer[ANSWER_MAX])
{
    size_t sent = 0, total = strlen(request), got = 0;
    while (sent < total) {
        ssize_t n = send(fd, request + sent, total - sent, MSG_NOSIGNAL);
        if (n <= 0)
            return 0;
        sent += (size_t)n;
    }
    for (;;) {
        ssize_t n = recv(fd, answer + got, ANSWER_MAX - 1 - got, 0);
        if (n <= 0)
            return 0;
        got += (size_t)n;
        answer[got] = '\0';
        const char *end = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "\r\ncontent-length:");
        if (!end)
            continue;
        size_t want = length && length < end ? (size_t)strtoul(length + 17, NULL, 10) : 0;
        if (got >= (size_t)(end + 4 - answer) + want)
            return (int)strtol(answer + 9, NULL, 10);
    }
}

static bool find_text(const char *answer, const char *before, char after, char *text, size_t room)
{
    const char *at = strstr(answer, before), *end = at ? strchr(at + strlen(before), after) : NULL;
    if (!end || (size_t)(end - at) >= room)
        return false;
    snprintf(text, room, "%.*s", (int)(end - at - (long)strlen(before)), at + strlen(before));
    return true;
}

/* Signs in; retried over restarts because sessions are in the database too. */
static void sign_in(const char *login, const char *password, const char *fresh)
{
    char request[2000], answer[ANSWER_MAX], pre[200], token[200], body[800];
    int fd = dial();
    snprintf(request, sizeof request, "GET /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\n\r\n",
             run.port);
    if (fd < 0 || exchange(fd, request, answer) != 200 || !find_text(answer, "pre=", ';', pre, sizeof pre) ||
        !find_text(answer, "name=\"csrf\" value=\"", '"', token, sizeof token))
        fail("no sign-in page");
    snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"%s\",\"csrf\":\"%s\"}", login, password, token);
    snprintf(request, sizeof request,
             "POST /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: application/json\r\nContent-Type: "
             "application/json\r\nCookie: pre=%s\r\n"
             "X-CSRF-Token: %s\r\nContent-Length: %zu\r\n\r\n%s",
             run.port, pre, token, strlen(body), body);
    int status = exchange(fd, request, answer);
    if (status != 200 || !find_text(answer, "bihuan=", ';', run.cookie, sizeof run.cookie) ||
        !find_text(answer, "\"csrf\":\"", '"', run.csrf, sizeof run.csrf)) {
        fputs(answer, stderr);
        fail("signing in failed");
    }
    if (fresh) {
        snprintf(body, sizeof body, "{\"current\":\"%s\",\"password\":\"%s\",\"repeat\":\"%s\"}", password, fresh,
                 fresh);
        snprintf(request, sizeof request,
                 "POST /password HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: application/json\r\nContent-Type: "
                 "application/json\r\nCookie: bihuan=%s\r\n"
                 "X-CSRF-Token: %s\r\nContent-Length: %zu\r\n\r\n%s",
                 run.port, run.cookie, run.csrf, strlen(body), body);
        status = exchange(fd, request, answer);
        if (status >= 400) {
            fputs(answer, stderr);
            fail("setting a password failed");
        }
    }
    close(fd);
}

static void note_acknowledged(int64_t id)
{
    pthread_mutex_lock(&run.lock);
    if (run.count < ACKNOWLEDGED_MAX)
        run.acknowledged[run.count++] = id;
    pthread_mutex_unlock(&run.lock);
}

static void *post_findings(void *arg)
{
    static const char *const body_format =
        "{\"source_id\":%lld,\"title\":\"\xe9\x97\xae\xe9\xa2\x98 %d-%d\",\"facts\":\"x\"}";
    char request[2000], body[300], *answer = malloc(ANSWER_MAX);
    int number = (int)(intptr_t)arg, fd = dial();
    for (int n = 0; answer && fd >= 0 && !atomic_load(&run.is_stopping); n++) {
        char id[32];
        snprintf(body, sizeof body, body_format, (long long)run.source_id, number, n);
        snprintf(request, sizeof request,
                 "POST /findings HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: application/json\r\nContent-Type: "
                 "application/json\r\nCookie: bihuan=%s\r\n"
                 "X-CSRF-Token: %s\r\nContent-Length: %zu\r\n\r\n%s",
                 run.port, run.cookie, run.csrf, strlen(body), body);
        int status = exchange(fd, request, answer);
        if (status == 0)
            break;
        if (status < 300 && find_text(strstr(answer, "\r\n\r\n"), "\"id\":", ',', id, sizeof id)) {
            note_acknowledged(strtoll(id, NULL, 10));
        } else {
            if (atomic_fetch_add(&run.refused, 1) == 0)
                fprintf(stderr, "%.2000s\n", answer);
        }
    }
    if (fd >= 0)
        close(fd);
    free(answer);
    return NULL;
}

static void load_and_kill(long after_ms)
{
    pthread_t threads[CONNECTIONS];
    atomic_store(&run.is_stopping, false);
    for (int i = 0; i < CONNECTIONS; i++)
        if (pthread_create(&threads[i], NULL, post_findings, (void *)(intptr_t)i) != 0)
            fail("no thread");
    pause_ms(after_ms);
    kill_server();
    atomic_store(&run.is_stopping, true);
    for (int i = 0; i < CONNECTIONS; i++)
        pthread_join(threads[i], NULL);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void prepare(void)
{
    char text[1000], password[100];
    char *argv[] = {(char *)run.program, "user", "add", "office", "Office", "office", "--db", run.url, NULL};
    int status = -1;
    crash_make_source(run.url, &run.source_id);
    pid_t pid = spawn("user.log", argv);
    waitpid(pid, &status, 0);
    read_output("user.log", text, sizeof text);
    if (status != 0 || sscanf(text, "office %99s", password) != 1)
        fail("no account");
    start_server();
    sign_in("office", password, "Zheng-Gai-2026-kill");
    kill_server();
    start_server();
    sign_in("office", "Zheng-Gai-2026-kill", NULL);
}

int main(int argc, char **argv)
{
    const char *kills_text = getenv("BIHUAN_CRASH_KILLS"), *seed_text = getenv("BIHUAN_CRASH_SEED");
    int kills = kills_text ? (int)strtol(kills_text, NULL, 10) : 5;
    unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 10) : (unsigned)now_ms();
    int64_t began = now_ms(), restart_ms = 0, restart_max_ms = 0;
    if (argc < 2)
        return 2;
    run.program = argv[1];
    signal(SIGPIPE, SIG_IGN);
    snprintf(run.dir, sizeof run.dir, "/tmp/bihuan-crash-XXXXXX");
    run.acknowledged = malloc(ACKNOWLEDGED_MAX * sizeof *run.acknowledged);
    if (!run.acknowledged || !mkdtemp(run.dir))
        return 1;
    snprintf(run.url, sizeof run.url, "%s/crash.db", run.dir);
    prepare();
    printf("# BIHUAN_CRASH_SEED=%u BIHUAN_CRASH_KILLS=%d\n", seed, kills);
    for (int i = 0; i < kills; i++) {
        load_and_kill(20 + rand_r(&seed) % 400);
        int64_t from = now_ms();
        start_server(); /* the server comes up by itself after a crash */
        int64_t took = now_ms() - from;
        restart_ms += took;
        restart_max_ms = took > restart_max_ms ? took : restart_max_ms;
        int64_t missing = crash_count_missing(run.url, run.acknowledged, run.count);
        if (missing)
            fail("acknowledged findings are missing");
        if (i % 10 == 9 || i + 1 == kills)
            if (run_verb("check.log", "check", "--no-files") != 0)
                fail("check is not clean");
    }
    kill_server();
    char rebuilt[300], text[2000];
    snprintf(rebuilt, sizeof rebuilt, "%s/rebuilt.db", run.dir);
    if (run_verb("rebuild.log", "rebuild", rebuilt) != 0)
        fail("the events do not replay into the same tables");
    read_output("rebuild.log", text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    if (run.count == 0)
        fail("nothing was acknowledged");
    printf(
        "# %d kills, %zu acknowledged, %zu missing, %ld refused, restart mean %lld ms max %lld ms, %lld s in all\n# %s",
        kills, run.count, (size_t)0, atomic_load(&run.refused), (long long)(restart_ms / (kills ? kills : 1)),
        (long long)restart_max_ms, (long long)((now_ms() - began) / 1000), text);
    printf("\nok 1 - nothing acknowledged is lost to kill -9\n1..1\n");
    (void)nftw(run.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(run.acknowledged);
    return 0;
}
