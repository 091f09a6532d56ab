// The yardstick: one end of a throughput or latency measurement, straight on libzmq's blocking calls.
//
//   CPeer pull    ENDPOINT SIZE COUNT    binds, prints where, receives; prints messages per second
//   CPeer push    ENDPOINT SIZE COUNT    connects, sends
//   CPeer reply   ENDPOINT SIZE COUNT    binds, prints where, sends back what it gets
//   CPeer request ENDPOINT SIZE COUNT    connects, asks; prints microseconds one way
//   CPeer source  ENDPOINT SIZE COUNT    binds, prints where, waits for a line on standard input, sends
//   CPeer relay   FROM TO                connects to both, pulls here and pushes there until it is killed
//   CPeer throughput inproc://NAME SIZE COUNT    both ends of pull and push on two threads; prints messages per second
//   CPeer latency    inproc://NAME SIZE COUNT    both ends of reply and request; prints microseconds one way
//
// A number after COUNT makes each message of so many frames (1, of at most 16), of SIZE bytes each.
// An end that has done its part waits for the end of its standard input before it lets go of its socket, so that
// nothing is cut short. Throughput is measured from the first message to the last, the first one not counted. Behind its
// figure, or alone where it has none, each end prints the seconds of processor time that its process took meanwhile; one
// that sends does so at the end of its input, when all has left.

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <zmq.h>

enum { most_frames = 16 };

static long frames = 1;
static void *context;

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

static double to_seconds(struct timeval time)
{
    return (double) time.tv_sec + (double) time.tv_usec / 1e6;
}

// User and system time of all threads of this process.
static double processor_seconds(void)
{
    struct rusage usage;
    check(getrusage(RUSAGE_SELF, &usage), "getrusage");
    return to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime);
}

// What a measurement began with.
struct start {
    double seconds, processor_seconds;
};

static struct start start_now(void)
{
    struct start start = {seconds_now(), processor_seconds()};
    return start;
}

static void tell_throughput(long count, struct start start)
{
    double elapsed = seconds_now() - start.seconds;
    printf("%.1f %.6f\n", (double) count / elapsed, processor_seconds() - start.processor_seconds);
}

// In microseconds one way.
static void tell_latency(long count, struct start start)
{
    double elapsed = seconds_now() - start.seconds;
    printf("%.3f %.6f\n", elapsed / (double) count / 2 * 1e6, processor_seconds() - start.processor_seconds);
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

static void *open_socket(int type)
{
    void *socket = zmq_socket(context, type);
    if (socket == NULL)
        fail("zmq_socket: %s", zmq_strerror(zmq_errno()));
    return socket;
}

// Keeps the socket until the other end has what it needs.
static void wait_for_end_of_input(struct start start)
{
    while (getchar() != EOF)
        ;
    printf("%.6f\n", processor_seconds() - start.processor_seconds);
}

static void init(zmq_msg_t *message)
{
    for (long i = 0; i < frames; i++)
        check(zmq_msg_init(&message[i]), "zmq_msg_init");
}

static void close_all(zmq_msg_t *message)
{
    for (long i = 0; i < frames; i++)
        check(zmq_msg_close(&message[i]), "zmq_msg_close");
}

static void fill(zmq_msg_t *message, size_t size)
{
    check(zmq_msg_init_size(message, size), "zmq_msg_init_size");
    memset(zmq_msg_data(message), 'x', size);
}

static void receive(void *socket, zmq_msg_t *message, size_t size)
{
    for (long i = 0; i < frames; i++) {
        check(zmq_msg_recv(&message[i], socket, 0), "zmq_msg_recv");
        if (zmq_msg_size(&message[i]) != size)
            fail("received %zu bytes instead of %zu", zmq_msg_size(&message[i]), size);
        if (zmq_msg_more(&message[i]) != (i + 1 < frames))
            fail("received another number of frames than %ld", frames);
    }
}

static void send_all(void *socket, zmq_msg_t *message)
{
    for (long i = 0; i < frames; i++)
        check(zmq_msg_send(&message[i], socket, i + 1 < frames ? ZMQ_SNDMORE : 0), "zmq_msg_send");
}

static void send_new(void *socket, size_t size)
{
    zmq_msg_t message;
    for (long i = 0; i < frames; i++) {
        fill(&message, size);
        check(zmq_msg_send(&message, socket, i + 1 < frames ? ZMQ_SNDMORE : 0), "zmq_msg_send");
    }
}

static void receive_many(void *socket, size_t size, long count)
{
    zmq_msg_t message[most_frames];
    init(message);
    receive(socket, message, size);
    struct start start = start_now();
    for (long i = 0; i < count; i++)
        receive(socket, message, size);
    tell_throughput(count, start);
    close_all(message);
}

static void answer(void *socket, size_t size, long count)
{
    zmq_msg_t message[most_frames];
    init(message);
    for (long i = 0; i <= count; i++) {
        receive(socket, message, size);
        send_all(socket, message);
    }
    close_all(message);
}

static void ask(void *socket, size_t size, long count)
{
    zmq_msg_t message[most_frames];
    struct start start = {0, 0};
    for (long i = 0; i < frames; i++)
        fill(&message[i], size);
    // The first round trip waits for the connection and is not counted.
    for (long i = 0; i <= count; i++) {
        send_all(socket, message);
        receive(socket, message, size);
        if (i == 0)
            start = start_now();
    }
    tell_latency(count, start);
    close_all(message);
}

static void pull(void *socket, const char *endpoint, size_t size, long count)
{
    bind_and_tell(socket, endpoint);
    receive_many(socket, size, count);
}

static void push(void *socket, const char *endpoint, size_t size, long count)
{
    check(zmq_connect(socket, endpoint), "zmq_connect");
    struct start start = start_now();
    for (long i = 0; i <= count; i++)
        send_new(socket, size);
    wait_for_end_of_input(start);
}

static void source(void *socket, const char *endpoint, size_t size, long count)
{
    bind_and_tell(socket, endpoint);
    // Everybody who is to have a share is connected by then.
    for (int c = getchar(); c != '\n' && c != EOF; c = getchar())
        ;
    struct start start = start_now();
    for (long i = 0; i <= count; i++)
        send_new(socket, size);
    wait_for_end_of_input(start);
}

static void relay(const char *from, const char *to)
{
    void *pull = open_socket(ZMQ_PULL);
    void *push = open_socket(ZMQ_PUSH);
    zmq_msg_t message;
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
    bind_and_tell(socket, endpoint);
    struct start start = start_now();
    answer(socket, size, count);
    wait_for_end_of_input(start);
}

static void request(void *socket, const char *endpoint, size_t size, long count)
{
    check(zmq_connect(socket, endpoint), "zmq_connect");
    ask(socket, size, count);
}

// The other end, on a thread of its own.
struct end {
    const char *endpoint;
    int type;
    size_t size;
    long count;
};

static void *run_end(void *argument)
{
    const struct end *end = argument;
    void *socket = open_socket(end->type);
    check(zmq_connect(socket, end->endpoint), "zmq_connect");
    if (end->type == ZMQ_PUSH)
        for (long i = 0; i <= end->count; i++)
            send_new(socket, end->size);
    else
        answer(socket, end->size, end->count);
    check(zmq_close(socket), "zmq_close");
    return NULL;
}

static void with_other_end(int type, void *socket, const char *endpoint, size_t size, long count)
{
    struct end end = {endpoint, type, size, count};
    pthread_t thread;
    check(zmq_bind(socket, endpoint), "zmq_bind");
    if (pthread_create(&thread, NULL, run_end, &end) != 0)
        fail("pthread_create failed");
    if (type == ZMQ_PUSH)
        receive_many(socket, size, count);
    else
        ask(socket, size, count);
    pthread_join(thread, NULL);
}

static void throughput(void *socket, const char *endpoint, size_t size, long count)
{
    with_other_end(ZMQ_PUSH, socket, endpoint, size, count);
}

static void latency(void *socket, const char *endpoint, size_t size, long count)
{
    with_other_end(ZMQ_REP, socket, endpoint, size, count);
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
    {"throughput", ZMQ_PULL, throughput},
    {"latency", ZMQ_REQ, latency},
};

int main(int count, char *arguments[])
{
    context = zmq_ctx_new();
    if (count == 4 && strcmp(arguments[1], "relay") == 0)
        relay(arguments[2], arguments[3]);
    if (count == 6)
        frames = atol(arguments[5]);
    if ((count == 5 || count == 6) && frames >= 1 && frames <= most_frames) {
        for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
            if (strcmp(arguments[1], roles[i].name) != 0)
                continue;
            void *socket = open_socket(roles[i].type);
            roles[i].run(socket, arguments[2], strtoul(arguments[3], NULL, 10), atol(arguments[4]));
            check(zmq_close(socket), "zmq_close");
            check(zmq_ctx_term(context), "zmq_ctx_term");
            return 0;
        }
    }
    fprintf(stderr, "usage: CPeer pull|push|reply|request|source|throughput|latency ENDPOINT SIZE COUNT [FRAMES],\n"
                    "       or CPeer relay FROM TO\n");
    return 64;
}
