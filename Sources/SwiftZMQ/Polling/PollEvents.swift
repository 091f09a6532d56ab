/// What a socket or descriptor is ready for, or is to be ready for. See ``Poller``.
public struct PollEvents: OptionSet, Hashable, Sendable {
    /// The bits, as C has them (`ZMQ_POLLIN` and so on).
    public let rawValue: Int16

    /// Events by their bits in C.
    public init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// A receive, or a `read`, would not wait (`ZMQ_POLLIN`).
    public static let readable = Self(rawValue: 1)
    /// A send, or a `write`, would not wait (`ZMQ_POLLOUT`).
    public static let writable = Self(rawValue: 2)
    /// Something is wrong with a descriptor, or its other end is closed (`ZMQ_POLLERR`). Sockets never report it.
    ///
    /// It is reported whether it was asked for or not.
    public static let error = Self(rawValue: 4)
    /// There is urgent data for a descriptor (`ZMQ_POLLPRI`). Sockets never report it.
    public static let priority = Self(rawValue: 8)
}

extension PollEvents: CustomStringConvertible {
    /// The events by name, such as `[readable, writable]`.
    public var description: String {
        let names: [(PollEvents, String)] = [
            (.readable, "readable"), (.writable, "writable"), (.error, "error"), (.priority, "priority"),
        ]
        return "[" + names.filter { contains($0.0) }.map(\.1).joined(separator: ", ") + "]"
    }
}
