public import GatewayWorker

/// A service that shows what the gateway does, embedded in it or run by `webgateway worker`.
///
/// Both make it here, so that they serve the same.
public struct DemonstrationService: Sendable {
    /// What it is called on the command line.
    public let name: String

    /// The name under which its workers register, by which the gateway knows it.
    public let registeredName: String

    /// Whether its handler is done within microseconds and never waits, so that it may run where messages are received.
    public let answersAtOnce: Bool

    /// Answers its requests.
    public let handler: GatewayWorker.Handler

    init(
        _ name: String, registeredAs registeredName: String? = nil, answersAtOnce: Bool = false,
        handler: @escaping GatewayWorker.Handler
    ) {
        self.name = name
        self.registeredName = registeredName ?? name
        self.answersAtOnce = answersAtOnce
        self.handler = handler
    }
}

extension DemonstrationService {
    /// Where the services that keep something find it.
    public struct Options: Sendable, Hashable {
        /// Whether `site` is one of the services; default true.
        public var servesSite = true
        /// The folder that `site` serves; nil, the default, for the pages that are part of the program.
        public var site: String?
        /// Whether `site` lists a folder that has no index; default false.
        public var listsFolders = false
        /// The SQLite file of the carts, which several processes may share; nil, the default, for one of the process's own
        /// that is gone with it.
        public var cartDatabase: String?

        /// The defaults.
        public init() {}
    }

    /// The names of all services, in the order in which a reader meets them.
    public static let names = ["hello", "echo", "cart", "site"]

    /// Every service that the options leave.
    ///
    /// - Throws: ``OptionMistake`` for what cannot be used.
    public static func all(_ options: Options = Options()) throws -> [DemonstrationService] {
        try names.filter { $0 != "site" || options.servesSite }.compactMap { try make($0, options) }
    }

    /// The service of a name, or nil where there is none.
    ///
    /// - Throws: ``OptionMistake`` for what it would need and cannot be used.
    public static func make(_ name: String, _ options: Options = Options()) throws -> DemonstrationService? {
        switch name {
        case "hello": .hello
        case "echo": .echo
        case "cart": .cart(try CartStore(path: options.cartDatabase))
        case "site": try .site(options)
        default: nil
        }
    }

    /// What a service was given that cannot be used.
    public struct OptionMistake: Error, Sendable, CustomStringConvertible {
        /// The flag with its value, what is wrong, and what to do.
        public let description: String
    }
}
