import CZMQ
import Testing

@testable import SwiftZMQ

@Suite struct ReceivedBufferTests {
    @Test func `Contents that libzmq keeps inside its struct are never taken by their address`() async {
        await #expect(processExitsWith: .failure) {
            // As a longer frame would be, did some version of libzmq keep more than 33 bytes inside.
            var raw = zmq_msg_t()
            zmq_msg_init_size(&raw, 20)
            _ = ReceivedBuffer(taking: &raw)
        }
    }

    @Test func `Contents outside the struct are taken as they are`() {
        var raw = zmq_msg_t()
        zmq_msg_init_size(&raw, 34)
        let start = zmq_msg_data(&raw)
        let buffer = ReceivedBuffer(taking: &raw)
        #expect(buffer.start == UnsafeRawPointer(start) && buffer.count == 34)
        zmq_msg_close(&raw)
    }
}
