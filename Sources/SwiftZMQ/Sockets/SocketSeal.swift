// Why no other type can conform to `Socket`: it would need a seal that names it. A seal is a subclass of `_SocketSeal`,
// which is not `open`, so that other modules have no subclasses. The class itself is none either, and no extension makes it
// one: the initializer that `_SocketSealing` requires must be declared in the class.
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

    /// Never called.
    init(_seal: Never)
}

extension Dealer {
    /// The seal of ``Dealer``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Dealer
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Pair {
    /// The seal of ``Pair``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Pair
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Publisher {
    /// The seal of ``Publisher``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Publisher
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Pull {
    /// The seal of ``Pull``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Pull
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Push {
    /// The seal of ``Push``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Push
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Reply {
    /// The seal of ``Reply``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Reply
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Request {
    /// The seal of ``Request``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Request
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Router {
    /// The seal of ``Router``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Router
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Stream {
    /// The seal of ``Stream``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Stream
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension Subscriber {
    /// The seal of ``Subscriber``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = Subscriber
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension XPublisher {
    /// The seal of ``XPublisher``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = XPublisher
        /// Never called.
        public required init(_seal: Never) {}
    }
}

extension XSubscriber {
    /// The seal of ``XSubscriber``.
    public final class _Seal: _SocketSeal, _SocketSealing {
        /// Whose seal it is.
        public typealias _Sealed = XSubscriber
        /// Never called.
        public required init(_seal: Never) {}
    }
}
