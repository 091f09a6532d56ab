public import SwiftZMQ
import SystemSupport

/// Tells when an endpoint cannot be reached, and when it can be again: see ``ConnectionWatch``.
public actor ConnectionReporter {
    private enum Wake: Sendable { case event(SocketEvent), tick }

    private let names: [String]
    private let say: @Sendable (ConnectionWatch.Note, String) -> Void
    private let reconnect: @Sendable (String) -> Void
    private var watch: ConnectionWatch
    /// What the system says that the names stand for.
    private var addresses: [String: EndpointAddresses] = [:]
    /// How long to wait after the next refusal before connecting again.
    private var pauses: [String: GrowingInterval] = [:]

    private static let pause = GrowingInterval(from: .seconds(1), upTo: .seconds(60))

    /// - Parameters:
    ///   - endpoints: what a socket connects to, as it was named on the command line.
    ///   - say: is given what is to be said, and a line that says it.
    ///   - reconnect: connects the socket again, to the endpoint that it is given. libzmq gives up when the other end
    ///     refuses; but the keys may be let in later, or somebody else may listen there.
    public init(
        _ endpoints: [String], say: @escaping @Sendable (ConnectionWatch.Note, String) -> Void,
        reconnect: @escaping @Sendable (String) -> Void
    ) {
        names = endpoints
        self.say = say
        self.reconnect = reconnect
        watch = ConnectionWatch(endpoints, at: .now)
    }

    /// Follows the events of the socket that connects, until the task is cancelled or the socket is closed.
    ///
    /// - Parameter events: asked for before the socket connects, so that none is missed.
    public func run(_ events: SocketEvents) async {
        guard !names.isEmpty else { return }
        let (wakes, continuation) = AsyncStream.makeStream(of: Wake.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events { continuation.yield(.event(event)) }
                continuation.finish()
            }
            group.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil { continuation.yield(.tick) }
            }
            for name in names {
                group.addTask { await self.take(EndpointAddresses.resolve(name), of: name) }
            }
            for await wake in wakes {
                switch wake {
                case .event(let event): record(event)
                case .tick: for note in watch.due(at: .now) { tell(note) }
                }
            }
            group.cancelAll()
        }
    }

    private func take(_ found: EndpointAddresses, of name: String) {
        addresses[name] = found
    }

    private func record(_ event: SocketEvent) {
        guard let change = ConnectionWatch.Change(event.kind), let name = name(of: event.address) else { return }
        if let note = watch.record(change, of: name, at: .now) { tell(note) }
        switch event.kind {
        case .handshakeSucceeded: pauses[name] = nil
        case .handshakeFailed(let failure) where failure.isFinal:
            let pause = pauses[name, default: Self.pause].next()
            Task { [reconnect] in
                try await Task.sleep(for: pause)
                reconnect(name)
            }
        default: break
        }
    }

    /// libzmq names the endpoint by the address that it has found for it.
    private func name(of address: String) -> String? {
        if names.count == 1 || names.contains(address) { return names.count == 1 ? names[0] : address }
        return names.first { addresses[$0]?.endpoints.contains(address) == true }
    }

    private func tell(_ note: ConnectionWatch.Note) {
        switch note {
        case .reached(let name): say(note, "\(name): connected")
        case .unreachable(let name, let duration, let reason):
            let why = reason ?? addresses[name]?.failure ?? "nobody accepts a connection there"
            say(note, "\(name): no connection for \(duration.components.seconds) s, \(why); trying again")
            // It may be another name tomorrow, and a name that did not resolve may resolve now.
            Task { take(await EndpointAddresses.resolve(name), of: name) }
        }
    }
}

extension ConnectionWatch.Change {
    /// What an event says of the connection; nil for one that says nothing of it.
    fileprivate init?(_ kind: SocketEvent.Kind) {
        switch kind {
        case .connected: self = .connected
        case .handshakeSucceeded: self = .agreed
        case .disconnected, .closed, .connectRetried: self = .lost
        case .handshakeFailed(.authentication(let status)):
            self = .refused("its end turned this one away (status \(status)); are these keys among those it lets in?")
        case .handshakeFailed(.protocolError):
            self = .refused("the two ends do not agree on how they are secured, or it is no ZeroMQ there")
        case .handshakeFailed(.noDetail):
            self = .brokenOff("whoever is there broke off; is it ZeroMQ, and are both ends secured by the same keys?")
        default: return nil
        }
    }
}
