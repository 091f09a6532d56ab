import Logging
import NIOConcurrencyHelpers
import SwiftZMQ
import SystemSupport

/// The sockets of the routes that are not for services: one SUB for each publisher, and the PUB and PUSH sockets that are
/// bound.
struct StreamSockets {
    /// A socket that messages are sent with.
    enum Outlet {
        case publish(Publisher)
        case push(Push)

        /// Sends a message, if it can be sent without waiting. A PUB socket always can: what a subscriber has no room for is
        /// dropped for that one.
        func trySend(_ message: Message) throws(ZMQError) -> Bool {
            switch self {
            case .publish(let socket):
                _ = try socket.trySend(message)
                return true
            case .push(let socket): return try socket.trySend(message)
            }
        }

        func close() {
            switch self {
            case .publish(let socket): socket.close()
            case .push(let socket): socket.close()
            }
        }
    }

    private struct BoundOutlet {
        let target: MessageTarget
        let outlet: Outlet
        /// With real ports in place of wildcards.
        let endpoints: [String]
    }

    private let context: Context
    private let security: SocketSecurity?
    private let maximumMessage: Int
    private let logger: Logger
    private var outlets: [MessageTarget.SocketName: BoundOutlet] = [:]
    /// The sockets that read from publishers, by the endpoints.
    private(set) var subscribers: [String: Subscriber] = [:]

    /// - Parameters:
    ///   - security: of what is bound; nil for none.
    ///   - maximumMessage: the largest message that is taken from a publisher.
    init(_ context: Context, security: SocketSecurity?, maximumMessage: Int, logger: Logger) {
        self.context = context
        self.security = security
        self.maximumMessage = maximumMessage
        self.logger = logger
    }

    /// What is bound, with real ports in place of wildcards.
    var endpoints: [(pattern: MessageTarget.Pattern, endpoint: String)] {
        outlets.values.flatMap { bound in bound.endpoints.map { (bound.target.pattern, $0) } }
            .sorted { $0.endpoint < $1.endpoint }
    }

    /// What the messages of a target are sent with.
    func outlet(for target: MessageTarget) -> Outlet? { outlets[target.socketName]?.outlet }

    // MARK: Other routes

    /// Binds what is to be bound now, and closes what is not any more.
    ///
    /// - Throws: `ZMQError` for what cannot be bound; then everything is as before.
    mutating func bind(_ targets: [MessageTarget]) throws {
        let wanted = Dictionary(targets.map { ($0.socketName, $0) }) { first, _ in first }
        let obsolete = outlets.filter { wanted[$0.key] == nil }
        // First, as another socket may want one of its endpoints.
        for (key, bound) in obsolete {
            bound.outlet.close()
            outlets[key] = nil
        }
        var added: [MessageTarget.SocketName] = []
        do {
            for (key, target) in wanted where outlets[key] == nil {
                outlets[key] = try open(target)
                added.append(key)
            }
        } catch {
            for key in added { outlets.removeValue(forKey: key)?.outlet.close() }
            for (key, bound) in obsolete {
                do {
                    outlets[key] = try open(bound.target)
                } catch {
                    logger.error("endpoint lost: it cannot be bound again", metadata: ["reason": "\(error)"])
                }
            }
            throw error
        }
    }

    private func open(_ target: MessageTarget) throws -> BoundOutlet {
        switch target.pattern {
        case .publish:
            let socket = try Publisher(context) {
                $0.security = security ?? .none
                $0.linger = .seconds(1)
                $0.sendHighWaterMark = 10_000
            }
            return try bind(socket, target, .publish(socket))
        case .push:
            let socket = try Push(context) {
                $0.security = security ?? .none
                $0.linger = .seconds(1)
            }
            return try bind(socket, target, .push(socket))
        }
    }

    private func bind(_ socket: some Socket, _ target: MessageTarget, _ outlet: Outlet) throws -> BoundOutlet {
        do {
            let endpoints = try socket.bind(target.endpoints)
            if security == nil {
                for endpoint in target.endpoints where !GatewayConfiguration.isLocal(endpoint) {
                    logger.warning(
                        "other machines may connect to this endpoint, and there is no CURVE",
                        metadata: ["\(target.pattern.rawValue)": "\(endpoint)"])
                }
            }
            return BoundOutlet(target: target, outlet: outlet, endpoints: endpoints)
        } catch {
            socket.close()
            throw error
        }
    }

    /// Connects to the publishers of routes.
    ///
    /// - Parameters:
    ///   - opened: is given each new socket before it is connected, when nothing has happened to it yet.
    ///   - connected: is given it afterwards. One that cannot be connected is closed, and not given to it.
    /// - Throws: `ZMQError` for an endpoint that cannot be connected to, or where no further socket can be opened; then
    ///   those that are connected stay.
    mutating func connect(
        _ routes: [TopicRoute], opened: (String, Subscriber) -> Void, connected: (String, Subscriber) throws -> Void
    ) throws {
        for endpoint in Set(routes.flatMap(\.endpoints)).sorted() where subscribers[endpoint] == nil {
            let socket = try Subscriber(context) {
                // What it has to say to a publisher that is not there is of no use to anybody.
                $0.linger = .zero
                // A burst is to find room here, as what a publisher drops nobody knows of.
                $0.receiveHighWaterMark = 10_000
                $0.maxMessageSize = maximumMessage
                // A host that is gone without a word is noticed, whatever version of ZeroMQ the publisher has.
                $0.usesTCPKeepAlive = true
                $0.tcpKeepAliveIdle = .seconds(20)
                $0.tcpKeepAliveInterval = .seconds(5)
                $0.tcpKeepAliveCount = 4
            }
            do {
                opened(endpoint, socket)
                if EndpointText.isIPv6(endpoint) {
                    try socket.connect(endpoint) { $0.usesIPv6 = true }
                } else {
                    try socket.connect(endpoint)
                }
                try connected(endpoint, socket)
            } catch {
                socket.close()
                throw error
            }
            subscribers[endpoint] = socket
        }
    }

    /// The publishers that none of the routes reads from.
    func unwanted(by routes: [TopicRoute]) -> [String] {
        let wanted = Set(routes.flatMap(\.endpoints))
        return subscribers.keys.filter { !wanted.contains($0) }
    }

    /// Leaves a publisher.
    mutating func disconnect(_ endpoint: String) { subscribers.removeValue(forKey: endpoint)?.close() }

    /// Closes everything.
    mutating func close() {
        for socket in subscribers.values { socket.close() }
        for bound in outlets.values { bound.outlet.close() }
        subscribers = [:]
        outlets = [:]
    }
}
