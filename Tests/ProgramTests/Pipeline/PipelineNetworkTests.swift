import Foundation
import ProcessSupport
import Testing

/// The parts on two machines, and the cable between them pulled.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled("needs root and ip netns", { await NetworkNamespaces.areAvailable }))
struct PipelineNetworkTests {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `A link that is down for five seconds costs nothing`() async throws {
        try await NetworkNamespaces.with { network in
            let address = NetworkNamespaces.Side.left.address
            let producer = programs.keep(
                try network.product(
                    on: .left, "pipeline",
                    ["produce", "--tasks", "tcp://*:5557", "--done", "tcp://*:5559", "--retry-after", "3s"]))
            let collector = programs.keep(
                try network.product(
                    on: .left, "pipeline",
                    ["collect", "--done", "tcp://127.0.0.1:5559", "--output", folder["out"]]))
            let workers = try (0..<2).map { _ in
                programs.keep(
                    try network.product(
                        on: .right, "pipeline",
                        ["work", "--tasks", "tcp://\(address):5557", "--results", "tcp://\(address):5558"]
                            + ["--job", "echo", "--concurrency", "1"]))
            }
            feed(producer, 1...5000)
            while (try? folder.lines(of: "out").count) != 5000 { try await Task.sleep(for: .milliseconds(20)) }
            feed(producer, 5001...10_000)
            try await network.pullCable()
            feed(producer, 10_001...15_000)
            // Five seconds are what is asked: nothing tells when a link has been down for long enough.
            try await Task.sleep(for: .seconds(5))
            try await network.plugCable()
            feed(producer, 15_001...20_000)
            producer.endInput()
            #expect(try await producer.ending() == .exited(0))
            #expect(try await collector.ending() == .exited(0))
            #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...20_000))
            for worker in workers {
                worker.signal(SIGKILL)
                _ = try await worker.ending()
            }
        }
    }

    private func feed(_ producer: RunningProgram, _ numbers: ClosedRange<Int>) {
        producer.enter(numbers.map(String.init).joined(separator: "\n"))
    }
}
