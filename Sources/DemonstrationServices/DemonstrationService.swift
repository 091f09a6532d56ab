public import GatewayWorker

/// A service that shows what the gateway does, embedded in it or run by `webgateway worker`.
///
/// Both look it up here, so that they serve the same.
public struct DemonstrationService: Sendable {
    /// The name under which its workers register.
    public let name: String

    /// Answers its requests.
    public let handler: GatewayWorker.Handler

    init(_ name: String, handler: @escaping GatewayWorker.Handler) {
        self.name = name
        self.handler = handler
    }

    /// Every service, in the order in which a reader meets them.
    public static let all: [DemonstrationService] = [.hello, .echo]

    /// The names of all services.
    public static var names: [String] { all.map(\.name) }

    /// The service of a name, or nil where there is none.
    public init?(named name: String) {
        guard let service = Self.all.first(where: { $0.name == name }) else { return nil }
        self = service
    }
}
