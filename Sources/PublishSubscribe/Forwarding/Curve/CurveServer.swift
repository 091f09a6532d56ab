public import SwiftZMQ

/// The server's side of CURVE for connections that libzmq does not encrypt itself: its keys, and whom it lets in.
public struct CurveServer: Sendable {
    let keys: CurveKeyPair
    let admits: @Sendable (_ client: CurveKey, _ address: String) -> Bool

    /// A server.
    ///
    /// - Parameters:
    ///   - keys: its own.
    ///   - admits: whether a client is let in, by its public key and its address; asked once for each connection, when the
    ///     client has proved that the key is its own. All connections wait meanwhile.
    public init(keys: CurveKeyPair, admits: @escaping @Sendable (_ client: CurveKey, _ address: String) -> Bool) {
        self.keys = keys
        self.admits = admits
    }
}
