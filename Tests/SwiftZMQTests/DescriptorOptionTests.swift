import Glibc
import SwiftZMQ
import Testing

/// The descriptor of a socket, `ZMQ_FD`, in the hands of the program.
@Suite(.timeLimit(.minutes(1))) struct DescriptorOptionTests {
    @Test func `A task that waits is still woken when somebody asks for the descriptor`() async throws {
        let (push, pull) = try pair(in: Context())
        let waiting = Task { try await pull.receive(timeout: .seconds(20)) }
        try await letOthersWait()
        _ = try pull.option(14)
        try await push.send("x")
        #expect(try await waiting.value == ["x"])
    }

    @Test(arguments: [false, true])
    func `A timeout ends though somebody asked for the descriptor as bytes or a number`(asBytes: Bool) async throws {
        let (_, pull) = try pair(in: Context())
        let waiting = Task { try await pull.receive(timeout: .milliseconds(100)) }
        try await letOthersWait()
        if asBytes { _ = try pull.option(14, capacity: 4) } else { _ = try pull.option(14) }
        let error = await #expect(throws: ZMQError.self) { try await waiting.value }
        #expect(error?.code == .timedOut)
    }

    @Test(arguments: [false, true])
    func `The descriptor tells the program of every message when no task waits any more`(asBytes: Bool) async throws {
        let (push, pull) = try pair(in: Context())
        let descriptor =
            if asBytes {
                try pull.option(14, capacity: 4).withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
            } else {
                try pull.option(14)
            }
        try await push.send("first")
        #expect(try await pull.receive() == ["first"])
        await #expect(throws: ZMQError.self) { try await pull.receive(timeout: .milliseconds(10)) }
        for round in 0..<20 {
            #expect(try pull.tryReceive() == nil)
            try await push.send("\(round)")
            // Time for the executor to take the report away.
            try await Task.sleep(for: .milliseconds(20))
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&entry, 1, 1000) == 1, "message \(round)")
            #expect(try pull.tryReceive() == [Frame("\(round)")])
        }
    }

    private func pair(in context: Context) throws -> (Push, Pull) {
        let (push, pull) = (try Push(context), try Pull(context))
        try push.connect(pull.bind("inproc://descriptor"))
        return (push, pull)
    }
}
