import Foundation
import MessagePassing

/// How long an operation takes.
struct Measurement: Codable, Sendable {
    enum Operation: String, CaseIterable, Codable, Sendable {
        case pingPong = "ping-pong"
        case barrier, broadcast, reduce, allReduce, allGather, allToAll
    }

    var operation: Operation
    var ranks: Int
    var bytes: Int
    var repetitions: Int
    var medianMicroseconds: Double
    var p99Microseconds: Double
    var bytesPerSecond: Double

    private enum CodingKeys: String, CodingKey {
        case operation, ranks, bytes, repetitions
        case medianMicroseconds = "median_us"
        case p99Microseconds = "p99_us"
        case bytesPerSecond = "bytes_per_second"
    }

    /// Measures for about a time, the same number of repetitions on all ranks.
    static func take(
        _ operation: Operation, bytes: Int, time: Duration, _ world: Communicator
    ) async throws -> Measurement {
        let work = Work(operation, bytes: bytes, world)
        // A few to warm up, by which it is known how many there is time for.
        let trial = try await work.times(5)
        let longest = try await world.allReduce(trial.sorted()[2], .maximum)
        let wanted = Int((time / .microseconds(1)) / max(longest, 1))
        let repetitions = min(max(wanted, 11), 20_000)
        let times = try await work.times(repetitions)
        // Each repetition takes as long as on the slowest rank; the root of a tree is done first.
        let slowest = try await world.allReduce(times, .maximum).sorted()
        let share = operation == .pingPong ? 0.5 : 1
        let median = slowest[slowest.count / 2] * share
        return Measurement(
            operation: operation, ranks: world.size, bytes: bytes, repetitions: repetitions, medianMicroseconds: median,
            p99Microseconds: slowest[slowest.count * 99 / 100] * share, bytesPerSecond: Double(bytes) / median * 1e6)
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static let heading = "operation     ranks      bytes  repetitions     median µs        p99 µs          MB/s"

    var text: String {
        func column(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        func number(_ value: Double) -> String { String(format: "%.1f", value) }
        return operation.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0) + column("\(ranks)", 9)
            + column("\(bytes)", 11) + column("\(repetitions)", 13) + column(number(medianMicroseconds), 14)
            + column(number(p99Microseconds), 14) + column(number(bytesPerSecond / 1e6), 14)
    }

    /// An operation with its data.
    private struct Work {
        let operation: Operation
        let world: Communicator
        let message: [UInt8]
        let numbers: [Double]
        let parts: [[UInt8]]

        init(_ operation: Operation, bytes: Int, _ world: Communicator) {
            self.operation = operation
            self.world = world
            message = Array(repeating: 1, count: bytes)
            numbers = Array(repeating: 1, count: max(bytes / 8, 1))
            parts = Array(repeating: message, count: world.size)
        }

        /// How long each repetition took on this rank, in microseconds.
        func times(_ count: Int) async throws -> [Double] {
            var times = [Double](repeating: 0, count: count)
            let clock = ContinuousClock()
            if operation == .pingPong {
                try await world.barrier()
                guard world.rank < 2 else { return times }
                for index in times.indices {
                    let start = clock.now
                    if world.rank == 0 {
                        try await world.send(message, to: 1)
                        let _: [UInt8] = try await world.receive(from: 1)
                        times[index] = (clock.now - start) / .microseconds(1)
                    } else {
                        let received: [UInt8] = try await world.receive(from: 0)
                        try await world.send(received, to: 0)
                    }
                }
                return times
            }
            for index in times.indices {
                try await world.barrier()
                let start = clock.now
                try await perform()
                times[index] = (clock.now - start) / .microseconds(1)
            }
            return times
        }

        private func perform() async throws {
            switch operation {
            case .pingPong: break
            case .barrier: try await world.barrier()
            case .broadcast: _ = try await world.broadcast(world.rank == 0 ? message : nil, from: 0)
            case .reduce: _ = try await world.reduce(numbers, .sum, to: 0)
            case .allReduce: _ = try await world.allReduce(numbers, .sum)
            case .allGather: _ = try await world.allGather(message)
            case .allToAll: _ = try await world.allToAll(parts)
            }
        }
    }
}
