import CZMQ

/// What libzmq calls the type of a socket.
enum SocketKind: Sendable {
    case pair, publisher, subscriber, request, reply, dealer, router, pull, push, xpublisher, xsubscriber, stream

    /// The number of `zmq.h`.
    var number: Int32 {
        switch self {
        case .pair: ZMQ_PAIR
        case .publisher: ZMQ_PUB
        case .subscriber: ZMQ_SUB
        case .request: ZMQ_REQ
        case .reply: ZMQ_REP
        case .dealer: ZMQ_DEALER
        case .router: ZMQ_ROUTER
        case .pull: ZMQ_PULL
        case .push: ZMQ_PUSH
        case .xpublisher: ZMQ_XPUB
        case .xsubscriber: ZMQ_XSUB
        case .stream: ZMQ_STREAM
        }
    }

    /// The name in the RFCs.
    var name: String {
        switch self {
        case .pair: "PAIR"
        case .publisher: "PUB"
        case .subscriber: "SUB"
        case .request: "REQ"
        case .reply: "REP"
        case .dealer: "DEALER"
        case .router: "ROUTER"
        case .pull: "PULL"
        case .push: "PUSH"
        case .xpublisher: "XPUB"
        case .xsubscriber: "XSUB"
        case .stream: "STREAM"
        }
    }
}

extension SocketKind {
    /// Whether sockets of the type receive.
    var receives: Bool { self != .publisher && self != .push }

    /// Whether sockets of the type send.
    var sends: Bool { self != .subscriber && self != .pull }

    /// Whether the first frame names the peer, so that one peer may be full while another is not.
    var sendsToNamedPeers: Bool { self == .router || self == .stream }

    /// Whether a socket of the type sends and receives in turn.
    var takesTurns: Bool { self == .request || self == .reply }

    /// Whether receiving a message takes the place in the peer's queue that the reply will need, and drops the reply in
    /// advance where there is none.
    ///
    /// libzmq looks only once in a millisecond at what peers have told it, unless it has to wait. With a low high-water
    /// mark, a REP socket could so drop the reply to a peer that has long taken the one before.
    var reservesReplies: Bool { self == .reply }
}
