// Why no other type can conform to `Socket`: it would need a seal that names it. A seal is a subclass of `_SocketSeal`,
// which is not `open`, so that other modules have no subclasses. The class itself is none either, and no extension makes it
// one: the initializer that `_SocketSealing` requires must be declared in the class.
//
// A seal also says what the socket type can do, as other modules could otherwise give this library's own types abilities that
// they lack, such as `extension Push: @retroactive ReceivingSocket {}`. Each protocol of an ability requires of the seal that
// it names the type for that ability; one that does not has `Never` in its place.
//
// Everything here is public because the requirement of a public protocol must be, and begins with an underscore to stay
// out of the documentation. No seal is ever made.

/// What seals have in common.
public class _SocketSeal {
    init() {}
}

/// A type that proves of one socket type that it is this library's.
public protocol _SocketSealing: _SocketSeal {
    /// The socket type.
    associatedtype _Sealed
    /// The socket type, if it is a ``SendingSocket``.
    associatedtype _Sending = Never
    /// The socket type, if it is a ``ReceivingSocket``.
    associatedtype _Receiving = Never
    /// The socket type, if it is a ``NamingSocket``.
    associatedtype _Naming = Never
    /// The socket type, if it is a ``PublishingSocket``.
    associatedtype _Publishing = Never
    /// The socket type, if it is a ``ConflatingSocket``.
    associatedtype _Conflating = Never
    /// The socket type, if it is a ``ProbingSocket``.
    associatedtype _Probing = Never
    /// The socket type, if it is a ``MulticastSocket``.
    associatedtype _Multicasting = Never

    /// Never called.
    init(_seal: Never)
}

extension Dealer {
    /// The seal of ``Dealer``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Dealer
        /// It sends.
        public typealias _Sending = Dealer
        /// It receives.
        public typealias _Receiving = Dealer
        /// It can keep the last message alone.
        public typealias _Conflating = Dealer
        /// It can tell a ``Router`` of itself.
        public typealias _Probing = Dealer
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Pair {
    /// The seal of ``Pair``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Pair
        /// It sends.
        public typealias _Sending = Pair
        /// It receives.
        public typealias _Receiving = Pair
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Publisher {
    /// The seal of ``Publisher``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Publisher
        /// It sends.
        public typealias _Sending = Publisher
        /// It sends to subscribers.
        public typealias _Publishing = Publisher
        /// It can keep the last message alone.
        public typealias _Conflating = Publisher
        /// It can use multicast transports.
        public typealias _Multicasting = Publisher
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Pull {
    /// The seal of ``Pull``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Pull
        /// It receives.
        public typealias _Receiving = Pull
        /// It can keep the last message alone.
        public typealias _Conflating = Pull
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Push {
    /// The seal of ``Push``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Push
        /// It sends.
        public typealias _Sending = Push
        /// It can keep the last message alone.
        public typealias _Conflating = Push
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Reply {
    /// The seal of ``Reply``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Reply
        /// It sends.
        public typealias _Sending = Reply
        /// It receives.
        public typealias _Receiving = Reply
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Request {
    /// The seal of ``Request``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Request
        /// It sends.
        public typealias _Sending = Request
        /// It receives.
        public typealias _Receiving = Request
        /// It can tell a ``Router`` of itself.
        public typealias _Probing = Request
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Router {
    /// The seal of ``Router``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Router
        /// It sends.
        public typealias _Sending = Router
        /// It receives.
        public typealias _Receiving = Router
        /// It names its peers.
        public typealias _Naming = Router
        /// It can tell a ``Router`` of itself.
        public typealias _Probing = Router
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Stream {
    /// The seal of ``Stream``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Stream
        /// It sends.
        public typealias _Sending = Stream
        /// It receives.
        public typealias _Receiving = Stream
        /// It names its peers.
        public typealias _Naming = Stream
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Subscriber {
    /// The seal of ``Subscriber``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Subscriber
        /// It receives.
        public typealias _Receiving = Subscriber
        /// It can keep the last message alone.
        public typealias _Conflating = Subscriber
        /// It can use multicast transports.
        public typealias _Multicasting = Subscriber
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension XPublisher {
    /// The seal of ``XPublisher``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = XPublisher
        /// It sends.
        public typealias _Sending = XPublisher
        /// It receives.
        public typealias _Receiving = XPublisher
        /// It sends to subscribers.
        public typealias _Publishing = XPublisher
        /// It can use multicast transports.
        public typealias _Multicasting = XPublisher
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension XSubscriber {
    /// The seal of ``XSubscriber``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = XSubscriber
        /// It sends.
        public typealias _Sending = XSubscriber
        /// It receives.
        public typealias _Receiving = XSubscriber
        /// It can use multicast transports.
        public typealias _Multicasting = XSubscriber
        /// Never called.
        public required init(_seal: Never) {}
    }
}
