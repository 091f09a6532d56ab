import EndpointSupport
public import SwiftZMQ
import SystemSupport

/// The sink of the classic chain: pulls results, one frame each, and writes them as they come.
public final class PlainCollector: Sendable {
    /// The endpoint for workers, wildcards resolved.
    public let resultsEndpoint: String
    private let pull: Pull
    private let sink: any ResultSink
    private let format: ResultFormat
    private let label: OutputLabel
    private let state = Locked((written: 0 as UInt64, expected: nil as UInt64?))

    private static let fullBatch = 1 << 18

    /// Binds.
    ///
    /// - Parameters:
    ///   - label: how an output is written as text. Nothing that comes tells it. Default as it is.
    ///   - security: what the endpoint is secured by; nil, the default, for by nothing.
    public init(
        _ context: Context, results: String, format: ResultFormat, label: OutputLabel = .none, sink: any ResultSink,
        security: SocketSecurity? = nil
    ) throws {
        pull = try Pull(context) {
            $0.usesIPv6 = EndpointText.isIPv6(results)
            $0.secure(by: security)
        }
        resultsEndpoint = try pull.bindUnlessTaken(results)
        self.sink = sink
        self.format = format
        self.label = label
    }

    /// An endpoint for workers in this process, which need neither a port nor keys.
    public func localResultsEndpoint() throws -> String { try pull.localEndpoint(beside: resultsEndpoint) }

    /// How many results it has written.
    public var count: UInt64 { state.withLock { $0.written } }

    /// Lets ``run()`` return once it has written a number of results: the chain itself has no way to say that it ends.
    public func expect(_ total: UInt64) {
        let isEnough = state.withLock { state in
            state.expected = total
            return state.written >= total
        }
        if isEnough { pull.close() }
    }

    /// Lets ``run()`` return.
    public func stop() {
        pull.close()
    }

    /// Writes results as they come.
    public func run() async throws {
        _ = try sink.begin(.random())
        defer { pull.close() }
        var bytes: [UInt8] = []
        var number = count
        for try await message in pull.messages {
            let first = number + 1
            var next: Message? = message
            while let message = next {
                number += 1
                format.append(
                    plainOutput: [UInt8](message.first ?? Frame())[...], number: number, label: label, to: &bytes)
                next = bytes.count < Self.fullBatch ? try? pull.tryReceive() : nil
            }
            var results = WrittenResults()
            results.done.insert(contentsOf: first...number)
            try await sink.write(&bytes, results)
            let written = number
            let isEnough = state.withLock { state in
                state.written = written
                return state.expected.map { written >= $0 } ?? false
            }
            if isEnough { break }
        }
        sink.end(isComplete: true)
    }
}
