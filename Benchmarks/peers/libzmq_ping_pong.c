// Messages to and fro between two processes as `ranks` sends them, a DEALER to a ROUTER each way and a header before the
// data, with libzmq alone: what is left of `ranks bench`'s ping-pong when nothing stands between a program and libzmq.
//
//   libzmq_ping_pong SIZE[,SIZE...] SECONDS
//
// Writes a line of JSON for each size, as `ranks bench --format json` does.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { HEADER = 32, TRIALS = 20, MOST = 20000 };

static void require(int isTrue, const char *what) {
    if (isTrue) return;
    fprintf(stderr, "libzmq_ping_pong: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int ascending(const void *one, const void *other) {
    double left = *(const double *) one, right = *(const double *) other;
    return (left > right) - (left < right);
}

static void send_data(void *dealer, const char *data, size_t size) {
    char header[HEADER] = {0};
    require(zmq_send(dealer, header, sizeof header, ZMQ_SNDMORE) == HEADER, "send");
    require(zmq_send(dealer, data, size, 0) == (int) size, "send");
}

// Takes the sender's name, the header and the data, of which it keeps a copy.
static void receive_data(void *router, char *data, size_t size) {
    for (int part = 0; part < 3; part++) {
        zmq_msg_t message;
        zmq_msg_init(&message);
        require(zmq_msg_recv(&message, router, 0) >= 0, "receive");
        if (part == 2) memcpy(data, zmq_msg_data(&message), zmq_msg_size(&message) < size ? zmq_msg_size(&message) : size);
        zmq_msg_close(&message);
    }
}

// Half the median of so many round trips.
static double measure(int isFirst, void *dealer, void *router, char *data, size_t size, int count, double *times) {
    for (int index = 0; index < count; index++) {
        double start = microseconds();
        if (isFirst) send_data(dealer, data, size);
        receive_data(router, data, size);
        if (!isFirst) send_data(dealer, data, size);
        times[index] = microseconds() - start;
    }
    qsort(times, count, sizeof *times, ascending);
    return times[count / 2] / 2;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: libzmq_ping_pong SIZE[,SIZE...] SECONDS\n");
        return 64;
    }
    double budget = atof(arguments[2]) * 1e6;
    int names[2][2];
    require(pipe(names[0]) == 0 && pipe(names[1]) == 0, "pipe");
    pid_t child = fork();
    require(child >= 0, "fork");
    int isFirst = child != 0;
    if (!isFirst) prctl(PR_SET_PDEATHSIG, SIGKILL);

    void *context = zmq_ctx_new();
    void *router = zmq_socket(context, ZMQ_ROUTER), *dealer = zmq_socket(context, ZMQ_DEALER);
    require(zmq_bind(router, "tcp://127.0.0.1:*") == 0, "bind");
    char own[256] = {0}, other[256] = {0};
    size_t length = sizeof own;
    require(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, own, &length) == 0, "endpoint");
    require(write(names[isFirst][1], own, sizeof own) == sizeof own, "write");
    require(read(names[!isFirst][0], other, sizeof other) == sizeof other, "read");
    require(zmq_setsockopt(dealer, ZMQ_ROUTING_ID, isFirst ? "0" : "1", 1) == 0, "routing id");
    require(zmq_connect(dealer, other) == 0, "connect");

    double *times = malloc(MOST * sizeof *times);
    for (char *word = strtok(arguments[1], ","); word != NULL; word = strtok(NULL, ",")) {
        size_t size = strtoul(word, NULL, 10);
        char *data = calloc(1, size + 1);
        require(times != NULL && data != NULL, "memory");
        // Each end counts by its own clock; the first says how many, so that both do as many.
        double trial = measure(isFirst, dealer, router, data, size, TRIALS, times);
        int repetitions = (int) (budget / (2 * trial));
        repetitions = repetitions < TRIALS ? TRIALS : repetitions > MOST ? MOST : repetitions;
        if (isFirst) {
            require(write(names[1][1], &repetitions, sizeof repetitions) == sizeof repetitions, "write");
        } else {
            require(read(names[1][0], &repetitions, sizeof repetitions) == sizeof repetitions, "read");
        }
        double median = measure(isFirst, dealer, router, data, size, repetitions, times);
        if (isFirst) {
            printf("{\"operation\": \"ping-pong\", \"ranks\": 2, \"bytes\": %zu, \"median_us\": %.1f}\n", size, median);
        }
        free(data);
    }
    free(times);
    zmq_close(router);
    zmq_close(dealer);
    zmq_ctx_term(context);
    if (!isFirst) return 0;
    int status = 0;
    require(waitpid(child, &status, 0) == child, "wait");
    return status == 0 ? 0 : 1;
}
