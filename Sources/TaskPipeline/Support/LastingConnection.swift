import SwiftZMQ
import SystemSupport

/// A connection that is made again when the other end has refused it, which libzmq does not: its keys may be let in later,
/// and somebody else may listen there.
struct LastingConnection<S: Socket>: Sendable {
    private let socket: S
    private let endpoint: String
    private let events: SocketEvents

    /// Connects a socket.
    init(_ socket: S, to endpoint: String) throws {
        self.socket = socket
        self.endpoint = endpoint
        // Asked for before, so that none is missed.
        events = socket.events
        try socket.connect(endpoint)
    }

    /// Minds the connection until the socket is closed or the task is cancelled.
    ///
    /// - Parameter note: is told what becomes of it.
    func keep(_ note: (ConnectionChange) -> Void) async throws {
        var pause = GrowingInterval(from: .seconds(1), upTo: .seconds(60))
        for await event in events {
            switch event.kind {
            case .handshakeSucceeded:
                pause.reset()
                note(.made)
            case .disconnected: note(.lost)
            case .handshakeFailed(let failure):
                note(.refused(Refusal.reason(failure)))
                guard failure.isFinal else { continue }
                try? await Task.sleep(for: pause.next())
                // One that was closed meanwhile needs no connection.
                guard !Task.isCancelled, !socket.isClosed else { return }
                try socket.connect(endpoint)
            default: break
            }
        }
    }
}
