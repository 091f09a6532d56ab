import CZMQ

/// What libzmq calls the type of a socket.
struct SocketKind: Hashable, Sendable {
    let number: Int32
    let name: String

    static let pair = Self(number: ZMQ_PAIR, name: "PAIR")
    static let publisher = Self(number: ZMQ_PUB, name: "PUB")
    static let subscriber = Self(number: ZMQ_SUB, name: "SUB")
    static let request = Self(number: ZMQ_REQ, name: "REQ")
    static let reply = Self(number: ZMQ_REP, name: "REP")
    static let dealer = Self(number: ZMQ_DEALER, name: "DEALER")
    static let router = Self(number: ZMQ_ROUTER, name: "ROUTER")
    static let pull = Self(number: ZMQ_PULL, name: "PULL")
    static let push = Self(number: ZMQ_PUSH, name: "PUSH")
    static let xpublisher = Self(number: ZMQ_XPUB, name: "XPUB")
    static let xsubscriber = Self(number: ZMQ_XSUB, name: "XSUB")
    static let stream = Self(number: ZMQ_STREAM, name: "STREAM")

    /// Whether receiving a message takes the place in the peer's queue that the reply will need, and drops the reply in
    /// advance where there is none.
    ///
    /// libzmq looks only once in a millisecond at what peers have told it, unless it has to wait. With a low high-water
    /// mark, a REP socket could so drop the reply to a peer that has long taken the one before.
    var reservesReplies: Bool { self == .reply }

    /// Whether the first frame names the peer, so that one peer may be full while another is not.
    var sendsToNamedPeers: Bool { self == .router || self == .stream }
}

extension SocketKind {
    /// Whether sockets of the type receive.
    var receives: Bool { self != .publisher && self != .push }

    /// Whether sockets of the type send.
    var sends: Bool { self != .subscriber && self != .pull }
}
