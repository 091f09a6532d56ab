/* A worker of the Majordomo protocol, version 0.2 (ZeroMQ RFC 18), in C.
 *
 *     cc -o mdp_worker mdp_worker.c -lzmq
 *     ./mdp_worker [ENDPOINT [SERVICE]]      by default tcp://127.0.0.1:5555 greet-c
 *
 * One request at a time. It survives restarts of the gateway: when it has heard nothing for three heartbeats it connects
 * anew. Change `answer` to make it do something of yours.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#define PROTOCOL "MDPW02"
#define HEARTBEAT_INTERVAL 1000 /* Milliseconds, the gateway's --heartbeat. */
#define LIVENESS 3              /* Intervals of silence after which the other side counts as dead. */
#define MOST_FRAMES 8

enum command { READY = 1, REQUEST, PARTIAL, FINAL, HEARTBEAT, DISCONNECT };

/* A message as it came: its frames, and how many there were, which may be more than are kept. */
struct message {
    zmq_msg_t frames[MOST_FRAMES];
    int count;
};

/* Writes the reply to a request: a head whose lines end with CRLF, and a body of at most `room` bytes. */
static void answer(const char *target, const char **head, char *body, size_t room)
{
    *head = "200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n";
    snprintf(body, room, "hello from C, you asked for %s\n", target);
}

static void fail(const char *what)
{
    fprintf(stderr, "mdp_worker: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static void send_frame(void *socket, const void *bytes, size_t size, int flags)
{
    if (zmq_send(socket, bytes, size, flags) < 0)
        fail("cannot send");
}

static void send_command(void *socket, enum command command, int flags)
{
    unsigned char code = (unsigned char) command;
    send_frame(socket, PROTOCOL, strlen(PROTOCOL), ZMQ_SNDMORE);
    send_frame(socket, &code, 1, flags);
}

/* A new socket on which the worker is registered. */
static void *connect_worker(void *context, const char *endpoint, const char *service)
{
    int linger = 500; /* Milliseconds for what is still to be sent when the socket closes. */
    void *socket = zmq_socket(context, ZMQ_DEALER);
    if (!socket || zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) < 0 || zmq_connect(socket, endpoint) < 0)
        fail(endpoint);
    send_command(socket, READY, ZMQ_SNDMORE);
    send_frame(socket, service, strlen(service), 0);
    printf("serving %s for %s\n", service, endpoint);
    fflush(stdout);
    return socket;
}

static void receive(void *socket, struct message *message)
{
    int more = 1;
    for (message->count = 0; more; message->count++) {
        zmq_msg_t surplus;
        zmq_msg_t *frame = message->count < MOST_FRAMES ? &message->frames[message->count] : &surplus;
        zmq_msg_init(frame);
        if (zmq_msg_recv(frame, socket, 0) < 0)
            fail("cannot receive");
        more = zmq_msg_more(frame);
        if (frame == &surplus)
            zmq_msg_close(frame);
    }
}

static void discard(struct message *message)
{
    for (int i = 0; i < message->count && i < MOST_FRAMES; i++)
        zmq_msg_close(&message->frames[i]);
}

/* Answers [MDPW02, REQUEST, request id, empty, head, body]. */
static void handle(void *socket, struct message *request)
{
    zmq_msg_t *id = &request->frames[2], *request_head = &request->frames[4];
    char target[256] = "", body[512];
    const char *head;
    /* The head begins `GET /greet-c/x HTTP/1.1`; it does not end with a zero. */
    char start[300] = "";
    size_t size = zmq_msg_size(request_head);
    memcpy(start, zmq_msg_data(request_head), size < sizeof start - 1 ? size : sizeof start - 1);
    sscanf(start, "%*s %255s", target);
    answer(target, &head, body, sizeof body);

    send_command(socket, FINAL, ZMQ_SNDMORE);
    send_frame(socket, zmq_msg_data(id), zmq_msg_size(id), ZMQ_SNDMORE);
    send_frame(socket, "", 0, ZMQ_SNDMORE);
    send_frame(socket, head, strlen(head), ZMQ_SNDMORE);
    send_frame(socket, body, strlen(body), 0);
}

/* The command of a message from the gateway, 0 for one that is not understood. */
static int command_of(struct message *message)
{
    zmq_msg_t *frames = message->frames;
    if (message->count < 2 || zmq_msg_size(&frames[0]) != strlen(PROTOCOL)
        || memcmp(zmq_msg_data(&frames[0]), PROTOCOL, strlen(PROTOCOL)) != 0 || zmq_msg_size(&frames[1]) != 1)
        return 0;
    int command = *(unsigned char *) zmq_msg_data(&frames[1]);
    return command == REQUEST && message->count < 5 ? 0 : command;
}

/* Serves until the gateway is silent or says goodbye. */
static void serve(void *socket)
{
    long long next_beat = now() + HEARTBEAT_INTERVAL;
    /* Beats of its own during which nothing came: so that a process that stood still looks at what came meanwhile. */
    int silent_beats = 0;
    while (silent_beats < LIVENESS) {
        zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
        long long wait = next_beat - now();
        if (zmq_poll(&item, 1, wait > 0 ? (long) wait : 0) < 0)
            fail("cannot wait");
        if (item.revents & ZMQ_POLLIN) {
            struct message message;
            receive(socket, &message);
            int command = command_of(&message);
            if (command == REQUEST)
                handle(socket, &message);
            discard(&message);
            if (command == DISCONNECT)
                return;
            silent_beats = 0;
        }
        if (now() >= next_beat) {
            send_command(socket, HEARTBEAT, 0);
            silent_beats++;
            next_beat = now() + HEARTBEAT_INTERVAL;
        }
    }
}

int main(int count, char **arguments)
{
    const char *endpoint = count > 1 ? arguments[1] : "tcp://127.0.0.1:5555";
    const char *service = count > 2 ? arguments[2] : "greet-c";
    void *context = zmq_ctx_new();
    for (;;) {
        void *socket = connect_worker(context, endpoint, service);
        serve(socket);
        zmq_close(socket);
        printf("the gateway is gone: connecting again\n");
        zmq_poll(NULL, 0, HEARTBEAT_INTERVAL); /* Not at once: it may say goodbye again. */
    }
}
