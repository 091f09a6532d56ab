// A worker of the gateway that does as little as one can: it measures the gateway alone.
//
//   CWorker ENDPOINT SERVICE
//
// Speaks MDP/0.2 with 64 requests at once, and answers each with the same thirteen bytes.
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#define PROTOCOL "MDPW02"
static const char READY = 0x01, REQUEST = 0x02, FINAL = 0x04, HEARTBEAT = 0x05, DISCONNECT = 0x06;

static const char *HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n";
static const char *BODY = "Hello, World\n";
static const int HEARTBEAT_INTERVAL = 1000;

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void send_frame(void *socket, const void *bytes, size_t count, int flags) {
    if (zmq_send(socket, bytes, count, flags) == -1) perror("send");
}

static void send_command(void *socket, const char *command, int more) {
    send_frame(socket, PROTOCOL, strlen(PROTOCOL), ZMQ_SNDMORE);
    send_frame(socket, command, 1, more ? ZMQ_SNDMORE : 0);
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: CWorker ENDPOINT SERVICE\n");
        return 64;
    }
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_DEALER);
    if (zmq_setsockopt(socket, ZMQ_RCVTIMEO, &HEARTBEAT_INTERVAL, sizeof HEARTBEAT_INTERVAL) != 0 ||
        zmq_connect(socket, arguments[1]) != 0) {
        perror(arguments[1]);
        return 1;
    }
    send_command(socket, &READY, 1);
    send_frame(socket, arguments[2], strlen(arguments[2]), ZMQ_SNDMORE);
    send_frame(socket, "concurrency=64", 14, 0);

    long long next_heartbeat = milliseconds() + HEARTBEAT_INTERVAL;
    for (;;) {
        // A request: protocol, command, request id, empty, head, body. Only the command and the id matter here.
        char command = 0, id[256];
        size_t id_size = 0;
        zmq_msg_t frame;
        int more = 1, number = 0;
        while (more) {
            zmq_msg_init(&frame);
            if (zmq_msg_recv(&frame, socket, 0) == -1) break;
            if (number == 1) command = *(char *) zmq_msg_data(&frame);
            if (number == 2 && zmq_msg_size(&frame) <= sizeof id) {
                id_size = zmq_msg_size(&frame);
                memcpy(id, zmq_msg_data(&frame), id_size);
            }
            more = zmq_msg_more(&frame);
            number++;
            zmq_msg_close(&frame);
        }
        if (command == DISCONNECT) return 0;
        if (command == REQUEST) {
            send_command(socket, &FINAL, 1);
            send_frame(socket, id, id_size, ZMQ_SNDMORE);
            send_frame(socket, "", 0, ZMQ_SNDMORE);
            send_frame(socket, HEAD, strlen(HEAD), ZMQ_SNDMORE);
            send_frame(socket, BODY, strlen(BODY), 0);
        }
        if (milliseconds() >= next_heartbeat) {
            send_command(socket, &HEARTBEAT, 0);
            next_heartbeat = milliseconds() + HEARTBEAT_INTERVAL;
        }
    }
}
