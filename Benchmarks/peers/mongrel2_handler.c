// A handler of Mongrel2 that does as little as one can: it measures Mongrel2 alone, as CWorker does the gateway.
//
//   mongrel2_handler REQUESTS REPLIES
//
// Connects to the endpoints that Mongrel2 pushes requests from and is sent replies at, and answers each request with the
// same thirteen bytes.
#include <stdio.h>
#include <string.h>
#include <zmq.h>

static const char RESPONSE[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n\r\nHello, World\n";

static void *connected(void *context, int type, const char *endpoint) {
    void *socket = zmq_socket(context, type);
    if (socket == NULL || zmq_connect(socket, endpoint) != 0) {
        perror(endpoint);
        return NULL;
    }
    return socket;
}

// The part of a text up to a blank; what is behind the blank in *rest, or NULL where there is no blank.
static size_t word(const char *text, size_t size, const char **rest) {
    const char *blank = memchr(text, ' ', size);
    *rest = blank == NULL ? NULL : blank + 1;
    return blank == NULL ? size : (size_t) (blank - text);
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: mongrel2_handler REQUESTS REPLIES\n");
        return 64;
    }
    void *context = zmq_ctx_new();
    void *requests = connected(context, ZMQ_PULL, arguments[1]);
    void *replies = connected(context, ZMQ_PUB, arguments[2]);
    if (requests == NULL || replies == NULL) return 1;

    for (;;) {
        // A request: the server's identity, the connection's number, the path, the fields as a netstring of JSON, and
        // the body as another.
        zmq_msg_t message;
        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, requests, 0) == -1) {
            perror("recv");
            return 1;
        }
        const char *server = zmq_msg_data(&message), *end = server + zmq_msg_size(&message), *number, *path, *fields;
        size_t server_size = word(server, end - server, &number), number_size = 0;
        if (number != NULL) number_size = word(number, end - number, &path);
        // The path of a notice that a client has gone is an @ and its kind; nobody waits for an answer to it.
        if (number != NULL && path != NULL && *path != '@' && (word(path, end - path, &fields), fields != NULL)) {
            // A reply: the identity, the numbers of the connections as a netstring, and what goes to the client.
            char reply[512];
            int size = snprintf(reply, sizeof reply, "%.*s %zu:%.*s, %s", (int) server_size, server, number_size,
                                (int) number_size, number, RESPONSE);
            if (size > 0 && (size_t) size < sizeof reply && zmq_send(replies, reply, size, 0) == -1) perror("send");
        }
        zmq_msg_close(&message);
    }
}
