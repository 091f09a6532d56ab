import CInstructions
import Glibc
import SwiftZMQ

/// Sends and receives over `inproc`, for `Scripts/bench instructions`, which counts the instructions with callgrind.
///
/// It prints a line for each measurement: the way, the shape of the messages, `send` or `receive`, and how many there
/// were. Each is done twice with different numbers of messages, so that what does not depend on the number drops out. All
/// messages are sent before the first is received, and so nothing ever waits: whatever runs, runs on one thread, and
/// every run takes the same instructions.
@main
enum InstructionCount {
    static let counts = [1000, 3000]

    static func main() throws {
        let shapes = [Shape(size: 16, frames: 1), Shape(size: 1024, frames: 1), Shape(size: 16, frames: 3)]
        try measureBlocking(shapes)
        let pair = try Pair()
        Task(executorPreference: SocketExecutor.shared) {
            do {
                for shape in shapes { try await measureAsync(pair, shape) }
            } catch {
                fatalError("\(error)")
            }
            // Without the way through the end of sockets and threads, which differs from run to run.
            fflush(nil)
            exit(0)
        }
        // Not an asynchronous `main`: libdispatch would wait here in a system call that valgrind 3.19 does not survive.
        while true { pause() }
    }

    private static func measureBlocking(_ shapes: [Shape]) throws {
        let plain = instructions_open()
        for shape in shapes {
            measure("C", shape) { count in
                instructions_send(plain, shape.size, Int32(shape.frames), count)
            } receive: { count in
                instructions_receive(plain, shape.size, Int32(shape.frames), count)
            }
        }
        let pair = try Pair()
        for shape in shapes {
            try measure("blocking", shape) { count in
                if shape.frames == 1 {
                    for _ in 0..<count { try pair.push.blocking.send(shape.makeFrame()) }
                } else {
                    for _ in 0..<count { try pair.push.blocking.send(shape.makeMessage()) }
                }
            } receive: { count in
                for _ in 0..<count { shape.check(try pair.pull.blocking.receive()) }
            }
            try measure("blocking-batch", shape) { count in
                if shape.frames == 1 {
                    for _ in 0..<count / 100 {
                        try pair.push.blocking.send(contentsOf: (0..<100).lazy.map { _ in shape.makeFrame() })
                    }
                } else {
                    for _ in 0..<count / 100 {
                        try pair.push.blocking.send(contentsOf: (0..<100).lazy.map { _ in shape.makeMessage() })
                    }
                }
            } receive: { count in
                for _ in 0..<count / 100 {
                    for message in try pair.pull.blocking.receive(upTo: 100) { shape.check(message) }
                }
            }
        }
    }

    private static func measureAsync(_ pair: Pair, _ shape: Shape) async throws {
        try await measure("async", shape) { count in
            if shape.frames == 1 {
                for _ in 0..<count { try await pair.push.send(shape.makeFrame()) }
            } else {
                for _ in 0..<count { try await pair.push.send(shape.makeMessage()) }
            }
        } receive: { count in
            for _ in 0..<count { shape.check(try await pair.pull.receive()) }
        }
        try await measure("async-batch", shape) { count in
            if shape.frames == 1 {
                for _ in 0..<count / 100 {
                    try await pair.push.send(contentsOf: (0..<100).lazy.map { _ in shape.makeFrame() })
                }
            } else {
                for _ in 0..<count / 100 {
                    try await pair.push.send(contentsOf: (0..<100).lazy.map { _ in shape.makeMessage() })
                }
            }
        } receive: { count in
            for _ in 0..<count / 100 {
                for message in try await pair.pull.receive(upTo: 100) { shape.check(message) }
            }
        }
    }

    // The first round of each is not looked at: it meets memory that was never used.

    private static func measure(
        _ way: String, _ shape: Shape, send: (Int) throws -> Void, receive: (Int) throws -> Void
    ) rethrows {
        for count in [counts[0]] + counts {
            begin(way, shape, "send", count)
            try send(count)
            instructions_mark()
            begin(way, shape, "receive", count)
            try receive(count)
            instructions_mark()
        }
    }

    private static func measure(
        _ way: String, _ shape: Shape, send: (Int) async throws -> Void, receive: (Int) async throws -> Void
    ) async rethrows {
        for count in [counts[0]] + counts {
            begin(way, shape, "send", count)
            try await send(count)
            instructions_mark()
            begin(way, shape, "receive", count)
            try await receive(count)
            instructions_mark()
        }
    }

    private static func begin(_ way: String, _ shape: Shape, _ action: String, _ count: Int) {
        print("\(way)\t\(shape.frames) × \(shape.size) B\t\(action)\t\(count)")
        instructions_mark()
    }
}
