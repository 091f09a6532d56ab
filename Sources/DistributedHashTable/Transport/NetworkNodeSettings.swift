public import SwiftZMQ

/// Who a node is on the network, and where.
public struct NetworkNodeSettings: Sendable {
    /// Where others connect to, such as `tcp://127.0.0.1:0`; nil, the default, for one that only asks.
    public var listen: String?
    /// Through whom it joins. Default nobody: it is the first.
    public var join: [PeerAddress] = []
    /// How the connections of others are secured; nil, the default, for by nothing.
    public var boundSecurity: SocketSecurity?
    /// Its own keys of CURVE; nil, the default, for no encryption. With keys its identifier is the digest of the public one.
    public var keys: CurveKeyPair?
    /// Where its values are kept besides; nil, the default, for in memory alone.
    public var dataFile: String?
    /// How it behaves.
    public var node = NodeSettings()
    /// Is given what is to be said to whoever runs it.
    public var notice: @Sendable (String) -> Void = { _ in }

    /// The defaults.
    public init() {}
}
