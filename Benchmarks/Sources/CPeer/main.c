// The yardstick: one end of a throughput or latency measurement, straight on libzmq's blocking calls.
//
//   CPeer pull    ENDPOINT SIZE COUNT    binds, prints where, receives; prints messages per second
//   CPeer push    ENDPOINT SIZE COUNT    connects, sends
//   CPeer reply   ENDPOINT SIZE COUNT    binds, prints where, sends back what it gets
//   CPeer request ENDPOINT SIZE COUNT    connects, asks; prints microseconds one way
//   CPeer source  ENDPOINT SIZE COUNT    binds, prints where, waits for a line on standard input, sends
//   CPeer relay   FROM TO                connects to both, pulls here and pushes there until it is killed
//
// An end that has done its part waits for the end of its standard input before it lets go of its socket, so that
// nothing is cut short. Throughput is measured from the first message to the last, the first one not counted.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "CPeer: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

static void check(int outcome, const char *call)
{
    if (outcome == -1)
        fail("%s: %s", call, zmq_strerror(zmq_errno()));
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void bind_and_tell(void *socket, const char *endpoint)
{
    char resolved[256];
    size_t length = sizeof resolved;
    check(zmq_bind(socket, endpoint), "zmq_bind");
    check(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, resolved, &length), "ZMQ_LAST_ENDPOINT");
    printf("%s\n", resolved);
    fflush(stdout);
}

static void wait_for_end_of_input(void)
{
    while (getchar() != EOF)
        ;
}

static void receive(void *socket, zmq_msg_t *message, size_t size)
{
    check(zmq_msg_recv(message, socket, 0), "zmq_msg_recv");
    if (zmq_msg_size(message) != size)
        fail("received %zu bytes instead of %zu", zmq_msg_size(message), size);
}

static void send_new(void *socket, size_t size)
{
    zmq_msg_t message;
    check(zmq_msg_init_size(&message, size), "zmq_msg_init_size");
    memset(zmq_msg_data(&message), 'x', size);
    check(zmq_msg_send(&message, socket, 0), "zmq_msg_send");
}

static void pull(void *socket, const char *endpoint, size_t size, long count)
{
    zmq_msg_t message;
    bind_and_tell(socket, endpoint);
    check(zmq_msg_init(&message), "zmq_msg_init");
    receive(socket, &message, size);
    double begin = seconds_now();
    for (long i = 0; i < count; i++)
        receive(socket, &message, size);
    double elapsed = seconds_now() - begin;
    check(zmq_msg_close(&message), "zmq_msg_close");
    printf("%.1f\n", (double) count / elapsed);
}

static void push(void *socket, const char *endpoint, size_t size, long count)
{
    check(zmq_connect(socket, endpoint), "zmq_connect");
    for (long i = 0; i <= count; i++)
        send_new(socket, size);
    wait_for_end_of_input();
}

static void source(void *socket, const char *endpoint, size_t size, long count)
{
    bind_and_tell(socket, endpoint);
    // Everybody who is to have a share is connected by then.
    for (int c = getchar(); c != '\n' && c != EOF; c = getchar())
        ;
    for (long i = 0; i <= count; i++)
        send_new(socket, size);
    wait_for_end_of_input();
}

static void relay(const char *from, const char *to)
{
    void *context = zmq_ctx_new();
    void *pull = zmq_socket(context, ZMQ_PULL);
    void *push = zmq_socket(context, ZMQ_PUSH);
    zmq_msg_t message;
    if (pull == NULL || push == NULL)
        fail("zmq_socket: %s", zmq_strerror(zmq_errno()));
    check(zmq_connect(push, to), "zmq_connect");
    check(zmq_connect(pull, from), "zmq_connect");
    check(zmq_msg_init(&message), "zmq_msg_init");
    printf("connected\n");
    fflush(stdout);
    for (;;) {
        check(zmq_msg_recv(&message, pull, 0), "zmq_msg_recv");
        check(zmq_msg_send(&message, push, 0), "zmq_msg_send");
    }
}

static void reply(void *socket, const char *endpoint, size_t size, long count)
{
    zmq_msg_t message;
    bind_and_tell(socket, endpoint);
    check(zmq_msg_init(&message), "zmq_msg_init");
    for (long i = 0; i <= count; i++) {
        receive(socket, &message, size);
        check(zmq_msg_send(&message, socket, 0), "zmq_msg_send");
    }
    wait_for_end_of_input();
    check(zmq_msg_close(&message), "zmq_msg_close");
}

static void request(void *socket, const char *endpoint, size_t size, long count)
{
    zmq_msg_t message;
    check(zmq_connect(socket, endpoint), "zmq_connect");
    check(zmq_msg_init_size(&message, size), "zmq_msg_init_size");
    memset(zmq_msg_data(&message), 'x', size);
    double begin = 0;
    // The first round trip waits for the connection and is not counted.
    for (long i = 0; i <= count; i++) {
        check(zmq_msg_send(&message, socket, 0), "zmq_msg_send");
        receive(socket, &message, size);
        if (i == 0)
            begin = seconds_now();
    }
    double elapsed = seconds_now() - begin;
    check(zmq_msg_close(&message), "zmq_msg_close");
    printf("%.3f\n", elapsed / (double) count / 2 * 1e6);
}

static const struct role {
    const char *name;
    int type;
    void (*run)(void *socket, const char *endpoint, size_t size, long count);
} roles[] = {
    {"pull", ZMQ_PULL, pull},
    {"push", ZMQ_PUSH, push},
    {"reply", ZMQ_REP, reply},
    {"request", ZMQ_REQ, request},
    {"source", ZMQ_PUSH, source},
};

int main(int count, char *arguments[])
{
    if (count == 4 && strcmp(arguments[1], "relay") == 0)
        relay(arguments[2], arguments[3]);
    if (count == 5) {
        for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
            if (strcmp(arguments[1], roles[i].name) != 0)
                continue;
            void *context = zmq_ctx_new();
            void *socket = zmq_socket(context, roles[i].type);
            if (socket == NULL)
                fail("zmq_socket: %s", zmq_strerror(zmq_errno()));
            roles[i].run(socket, arguments[2], strtoul(arguments[3], NULL, 10), atol(arguments[4]));
            check(zmq_close(socket), "zmq_close");
            check(zmq_ctx_term(context), "zmq_ctx_term");
            return 0;
        }
    }
    fprintf(stderr, "usage: CPeer pull|push|reply|request|source ENDPOINT SIZE COUNT, or CPeer relay FROM TO\n");
    return 64;
}
