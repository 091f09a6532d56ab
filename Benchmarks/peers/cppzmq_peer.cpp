// One end of a throughput or latency measurement in C++ with cppzmq, the counterpart of CPeer with the same output.
//
//   cppzmq_peer pull|push|reply|request|throughput|latency ENDPOINT SIZE COUNT [FRAMES]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

namespace {

std::size_t size;
long count;
std::size_t frames = 1;

zmq::message_t make_frame()
{
    zmq::message_t frame(size);
    std::memset(frame.data(), 'x', size);
    return frame;
}

void send(zmq::socket_t &socket, std::vector<zmq::message_t> &message)
{
    for (std::size_t i = 0; i < frames; i++)
        socket.send(message[i], i + 1 < frames ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

void send_new(zmq::socket_t &socket)
{
    for (std::size_t i = 0; i < frames; i++)
        socket.send(make_frame(), i + 1 < frames ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

void receive(zmq::socket_t &socket, std::vector<zmq::message_t> &message)
{
    for (std::size_t i = 0; i < frames; i++) {
        auto received = socket.recv(message[i]);
        if (!received || *received != size || message[i].more() != (i + 1 < frames)) {
            std::cerr << "cppzmq_peer: received something else than " << frames << " frames of " << size << " bytes\n";
            std::exit(1);
        }
    }
}

double seconds_since(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double receive_many(zmq::socket_t &socket)
{
    std::vector<zmq::message_t> message(frames);
    receive(socket, message);
    auto begin = std::chrono::steady_clock::now();
    for (long i = 0; i < count; i++)
        receive(socket, message);
    return static_cast<double>(count) / seconds_since(begin);
}

void send_many(zmq::socket_t &socket)
{
    for (long i = 0; i <= count; i++)
        send_new(socket);
}

void answer(zmq::socket_t &socket)
{
    std::vector<zmq::message_t> message(frames);
    for (long i = 0; i <= count; i++) {
        receive(socket, message);
        send(socket, message);
    }
}

double ask(zmq::socket_t &socket)
{
    std::vector<zmq::message_t> message;
    for (std::size_t i = 0; i < frames; i++)
        message.push_back(make_frame());
    auto begin = std::chrono::steady_clock::now();
    // The first round trip waits for the connection and is not counted.
    for (long i = 0; i <= count; i++) {
        send(socket, message);
        receive(socket, message);
        if (i == 0)
            begin = std::chrono::steady_clock::now();
    }
    return seconds_since(begin) / static_cast<double>(count) / 2 * 1e6;
}

void tell(double figure)
{
    std::cout << std::to_string(figure) << std::endl;
}

void bind_and_tell(zmq::socket_t &socket, const std::string &endpoint)
{
    socket.bind(endpoint);
    std::cout << socket.get(zmq::sockopt::last_endpoint) << std::endl;
}

void wait_for_end_of_input()
{
    while (std::getchar() != EOF) {
    }
}

bool run(const std::string &role, const std::string &endpoint)
{
    zmq::context_t context;
    if (role == "pull") {
        zmq::socket_t socket(context, zmq::socket_type::pull);
        bind_and_tell(socket, endpoint);
        tell(receive_many(socket));
    } else if (role == "push") {
        zmq::socket_t socket(context, zmq::socket_type::push);
        socket.connect(endpoint);
        send_many(socket);
        wait_for_end_of_input();
    } else if (role == "reply") {
        zmq::socket_t socket(context, zmq::socket_type::rep);
        bind_and_tell(socket, endpoint);
        answer(socket);
        wait_for_end_of_input();
    } else if (role == "request") {
        zmq::socket_t socket(context, zmq::socket_type::req);
        socket.connect(endpoint);
        tell(ask(socket));
    } else if (role == "throughput" || role == "latency") {
        bool pushes = role == "throughput";
        zmq::socket_t socket(context, pushes ? zmq::socket_type::pull : zmq::socket_type::req);
        socket.bind(endpoint);
        std::thread other([&] {
            zmq::socket_t end(context, pushes ? zmq::socket_type::push : zmq::socket_type::rep);
            end.connect(endpoint);
            pushes ? send_many(end) : answer(end);
        });
        tell(pushes ? receive_many(socket) : ask(socket));
        other.join();
    } else {
        return false;
    }
    return true;
}

} // namespace

int main(int argument_count, char *arguments[])
{
    if (argument_count == 5 || argument_count == 6) {
        size = std::strtoul(arguments[3], nullptr, 10);
        count = std::atol(arguments[4]);
        if (argument_count == 6)
            frames = std::strtoul(arguments[5], nullptr, 10);
        if (run(arguments[1], arguments[2]))
            return 0;
    }
    std::cerr << "usage: cppzmq_peer pull|push|reply|request|throughput|latency ENDPOINT SIZE COUNT [FRAMES]\n";
    return 64;
}
