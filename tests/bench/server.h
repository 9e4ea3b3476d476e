/* server.h: programs under measurement: the server, the constant page, the outline. */
#ifndef BIHUAN_TESTS_BENCH_SERVER_H
#define BIHUAN_TESTS_BENCH_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct server {
    pid_t pid;
    int port;
    double start_ms; /* from fork to the address on its standard output */
};

/* Starts a program that prints "http://127.0.0.1:PORT" as its first line; false when that does not come. */
bool server_start(struct server *server, const char *const argv[]);
/* Ends it and waits. */
void server_stop(struct server *server);
/* Resident memory, MiB (VmRSS, or VmHWM when is_peak). */
double server_memory_mib(const struct server *server, bool is_peak);
/* Processor time that it has used so far, in microseconds. */
double server_cpu_us(const struct server *server);
/* Wall time of a program that must exit with 0; its output is dropped.  Negative when it fails. */
double program_run_ms(const char *const argv[]);

#endif
