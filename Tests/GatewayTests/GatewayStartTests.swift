import Foundation
import Gateway
import Logging
import NIOConcurrencyHelpers
import Testing

/// A gateway that cannot start leaves nothing behind.
@Suite(.serialized, .timeLimit(.minutes(5))) struct GatewayStartTests {
    private func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }

    private var configuration: GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.listen = [ListenAddress(host: "127.0.0.1", port: 0)]
        configuration.workers = ["tcp://127.0.0.1:*"]
        configuration.eventLoops = 2
        return configuration
    }

    /// A route to a publisher of which libzmq says at once that there is none.
    private static let impossible = Route(
        path: "/a/", destination: .topics(TopicSource(endpoints: ["ipc://@nobody", "tcp://$PUBLISHER:5556"])))

    @Test(arguments: ["workers", "clients", "publish", "subscribe", "listen", "admin"])
    func `An endpoint that cannot be bound or connected to leaves no thread behind, and the error says it all`(
        setting: String
    ) async throws {
        var configuration = configuration
        // They are served by then, unless it is they who cannot be.
        configuration.clients = ["tcp://127.0.0.1:*"]
        let nowhere = ListenAddress(host: "192.0.2.1", port: 0)
        switch setting {
        case "workers": configuration.workers = ["ipc:///nowhere/at/all/workers"]
        case "clients": configuration.clients = ["ipc:///nowhere/at/all/clients"]
        case "publish":
            let target = MessageTarget(.publish, endpoints: ["ipc:///nowhere/at/all/subscribers"])
            configuration.routes = [Route(path: "/a/", destination: .messages(target))]
        case "subscribe": configuration.routes = [Self.impossible]
        case "listen": configuration.listen = [nowhere]
        default: configuration.admin = nowhere
        }
        let lines = RecordingLogHandler()
        let before = try threads()
        for _ in 0..<20 {
            await #expect(throws: GatewayStartError.self) {
                _ = try await Gateway(configuration, logger: Logger(label: "test") { _ in lines })
            }
        }
        #expect(lines.worse(than: .info) == [])
        // Others run beside it; what would be left are four threads each.
        #expect(try threads() - before < 40)
    }
}

/// Keeps what is logged.
private struct RecordingLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    private let lines = NIOLockedValueBox<[(level: Logger.Level, text: String)]>([])

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.withLockedValue { $0.append((event.level, event.message.description)) }
    }

    /// The messages of all levels above one.
    func worse(than level: Logger.Level) -> [String] {
        lines.withLockedValue { lines in lines.filter { $0.level > level }.map { $0.text } }
    }
}
