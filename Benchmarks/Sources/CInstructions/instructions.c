#include "CInstructions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

__attribute__((noinline)) void instructions_mark(void)
{
    __asm__ volatile("");
}

static void check(int outcome, const char *call)
{
    if (outcome != -1)
        return;
    fprintf(stderr, "%s: %s\n", call, zmq_strerror(zmq_errno()));
    exit(1);
}

static void *open_socket(void *context, int type)
{
    int none = 0;
    void *socket = zmq_socket(context, type);
    check(socket == NULL ? -1 : 0, "zmq_socket");
    check(zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none), "ZMQ_SNDHWM");
    check(zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none), "ZMQ_RCVHWM");
    return socket;
}

struct instructions_pair instructions_open(void)
{
    void *context = zmq_ctx_new();
    struct instructions_pair pair = {open_socket(context, ZMQ_PULL), open_socket(context, ZMQ_PUSH)};
    check(zmq_bind(pair.pull, "inproc://instructions"), "zmq_bind");
    check(zmq_connect(pair.push, "inproc://instructions"), "zmq_connect");
    return pair;
}

void instructions_send(struct instructions_pair pair, size_t size, int frames, long count)
{
    zmq_msg_t message;
    for (long i = 0; i < count; i++) {
        for (int frame = 0; frame < frames; frame++) {
            check(zmq_msg_init_size(&message, size), "zmq_msg_init_size");
            memset(zmq_msg_data(&message), 'x', size);
            check(zmq_msg_send(&message, pair.push, frame + 1 < frames ? ZMQ_SNDMORE : 0), "zmq_msg_send");
        }
    }
}

void instructions_receive(struct instructions_pair pair, size_t size, int frames, long count)
{
    zmq_msg_t message;
    check(zmq_msg_init(&message), "zmq_msg_init");
    for (long i = 0; i < count; i++) {
        for (int frame = 0; frame < frames; frame++) {
            check(zmq_msg_recv(&message, pair.pull, 0), "zmq_msg_recv");
            if (zmq_msg_size(&message) != size || zmq_msg_more(&message) != (frame + 1 < frames))
                exit(1);
        }
    }
    check(zmq_msg_close(&message), "zmq_msg_close");
}
