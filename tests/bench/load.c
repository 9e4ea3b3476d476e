/* load.c: a load generator; see load.h. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    HEAD_MAX = 16 * 1024,
    READ_BYTES = 256 * 1024,
    SAMPLES_MAX = 4 << 20,
    WAIT_MS = 2000,
    REQUEST_MAX = 64 * 1024,
    PACE_MS = 1
};

struct connection {
    int fd;
    bool is_open, is_idle; /* idle: waits until the rate allows its next request */
    int64_t began_us;
    char head[HEAD_MAX];
    size_t head_n;
    size_t body_left; /* once the head is read */
    bool has_head;
    int status;
};

struct run {
    const struct load *load;
    struct load_result result;
    uint32_t *samples; /* microseconds */
    uint64_t sent;
    int in_flight;
    int64_t began_us, end_us;
    struct buf request;
    char *read;
    struct connection connections[LOAD_CONNECTIONS_MAX];
};

static int dial(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval limit = {5, 0};
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void drop(struct run *run, struct connection *connection)
{
    close(connection->fd);
    connection->is_open = false;
    run->result.failures++;
    run->in_flight--;
}

static void send_next(struct run *run, struct connection *connection)
{
    buf_truncate(&run->request, 0);
    run->load->write(run->load->arg, run->sent++, &run->request);
    connection->head_n = 0;
    connection->has_head = false;
    connection->began_us = clock_monotonic_us();
    run->in_flight++;
    struct str all = buf_str(&run->request);
    if (send(connection->fd, all.p, all.n, MSG_NOSIGNAL) != (ssize_t)all.n)
        drop(run, connection);
}

/* Reads status and length out of a whole head; false when it is none. */
static bool read_head(struct connection *connection, size_t n)
{
    struct str rest = {connection->head, n}, line;
    connection->body_left = 0;
    if (n < 12 || !str_split_next(&rest, '\n', &line))
        return false;
    connection->status = atoi(connection->head + 9);
    while (str_split_next(&rest, '\n', &line)) {
        struct str name = str_slice(line, 0, 15);
        int64_t length;
        if (str_equal_nocase(name, STR("content-length:")) &&
            str_parse_int64(str_trim(str_slice(line, 15, line.n)), &length))
            connection->body_left = (size_t)length;
    }
    return true;
}

static void finish(struct run *run, struct connection *connection)
{
    int64_t took = clock_monotonic_us() - connection->began_us;
    if (run->result.count < SAMPLES_MAX)
        run->samples[run->result.count] = (uint32_t)took;
    run->result.count++;
    run->in_flight--;
    if (connection->status > 0 && connection->status < LOAD_STATUS_MAX)
        run->result.statuses[connection->status]++;
    if (run->load->status && connection->status != run->load->status) {
        run->result.failures++;
        run->result.last_status = connection->status;
    }
}

/* Takes bytes of an answer; true when it is complete. */
static bool take(struct run *run, struct connection *connection, const char *p, size_t n)
{
    run->result.bytes += (int64_t)n;
    if (!connection->has_head) {
        size_t room = HEAD_MAX - connection->head_n, part = n < room ? n : room, before = connection->head_n;
        memcpy(connection->head + before, p, part);
        connection->head_n += part;
        struct str head = {connection->head, connection->head_n};
        size_t end = str_find(head, STR("\r\n\r\n"), before > 3 ? before - 3 : 0);
        if (end == SIZE_MAX || !read_head(connection, end))
            return false;
        connection->has_head = true;
        size_t used = end + 4 - before;
        n -= used;
    }
    connection->body_left -= n < connection->body_left ? n : connection->body_left;
    return connection->body_left == 0;
}

static bool is_over(const struct run *run)
{
    return (run->load->count_max && run->sent >= (uint64_t)run->load->count_max) || clock_monotonic_us() >= run->end_us;
}

static bool is_due(const struct run *run)
{
    double passed_s = (double)(clock_monotonic_us() - run->began_us) / 1e6;
    return run->load->per_second <= 0 || (double)run->sent < run->load->per_second * passed_s;
}

static void send_when_due(struct run *run, struct connection *connection)
{
    connection->is_idle = !is_due(run);
    if (!connection->is_idle)
        send_next(run, connection);
}

static void receive(struct run *run, struct connection *connection)
{
    ssize_t n = recv(connection->fd, run->read, READ_BYTES, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        drop(run, connection);
        return;
    }
    if (!take(run, connection, run->read, (size_t)n))
        return;
    finish(run, connection);
    if (!is_over(run))
        send_when_due(run, connection);
}

/* Idle connections go on as the rate allows; false when there is nothing more to wait for. */
static bool wake_idle(struct run *run)
{
    bool has_idle = false, has_ended = is_over(run);
    for (int i = 0; i < run->load->connections; i++) {
        struct connection *connection = &run->connections[i];
        if (connection->is_open && connection->is_idle && !has_ended)
            send_when_due(run, connection);
        has_idle = has_idle || (connection->is_open && connection->is_idle);
    }
    return run->in_flight > 0 || (has_idle && !has_ended);
}

static int compare_samples(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void sum_up(struct run *run)
{
    struct load_result *result = &run->result;
    size_t n = (size_t)(result->count < SAMPLES_MAX ? result->count : SAMPLES_MAX);
    result->duration_us = clock_monotonic_us() - run->began_us;
    result->per_second = result->duration_us ? (double)result->count * 1e6 / (double)result->duration_us : 0;
    if (!n)
        return;
    qsort(run->samples, n, sizeof *run->samples, compare_samples);
    result->p50_ms = run->samples[n / 2] / 1000.0;
    result->p99_ms = run->samples[n - 1 - n / 100] / 1000.0;
    result->max_ms = run->samples[n - 1] / 1000.0;
}

static bool open_all(struct run *run, int epoll)
{
    for (int i = 0; i < run->load->connections; i++) {
        struct connection *connection = &run->connections[i];
        connection->fd = dial(run->load->port);
        connection->is_open = connection->fd >= 0;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (!connection->is_open || epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
            fprintf(stderr, "load: cannot connect to port %d: %s\n", run->load->port, strerror(errno));
            return false;
        }
    }
    return true;
}

static void drive(struct run *run, int epoll)
{
    int wait_ms = run->load->per_second > 0 ? PACE_MS : WAIT_MS;
    int64_t heard_us = run->began_us = clock_monotonic_us();
    run->end_us = run->began_us + run->load->duration_us;
    for (int i = 0; i < run->load->connections; i++)
        send_when_due(run, &run->connections[i]);
    while (wake_idle(run)) {
        struct epoll_event events[LOAD_CONNECTIONS_MAX];
        int n = epoll_wait(epoll, events, LOAD_CONNECTIONS_MAX, wait_ms);
        int64_t now_us = clock_monotonic_us();
        if (n > 0 || !run->in_flight)
            heard_us = now_us;
        if (now_us - heard_us >= WAIT_MS * 1000LL) {
            run->result.failures += run->in_flight; /* no answer for seconds */
            break;
        }
        for (int i = 0; i < n; i++)
            receive(run, events[i].data.ptr);
    }
    sum_up(run);
}

bool load_run(const struct load *load, struct load_result *ret)
{
    struct run *run = calloc(1, sizeof *run);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    bool is_good = false;
    if (run && epoll >= 0) {
        run->load = load;
        run->samples = calloc(SAMPLES_MAX, sizeof *run->samples);
        run->read = malloc(READ_BYTES);
        buf_init(&run->request, REQUEST_MAX);
        is_good = run->samples && run->read && open_all(run, epoll);
        if (is_good)
            drive(run, epoll);
        *ret = run->result;
        for (int i = 0; i < LOAD_CONNECTIONS_MAX; i++)
            if (run->connections[i].is_open)
                close(run->connections[i].fd);
        buf_done(&run->request);
        free(run->samples);
        free(run->read);
    }
    if (epoll >= 0)
        close(epoll);
    free(run);
    return is_good;
}
