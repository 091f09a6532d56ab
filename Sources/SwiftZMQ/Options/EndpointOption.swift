/// A socket option that an endpoint can have of its own. See ``EndpointOptions``.
public struct EndpointOption<Value: Sendable>: Sendable {
    let option: SocketOption<Value>
    let side: EndpointSide

    init(_ option: SocketOption<Value>, _ side: EndpointSide = .both) {
        self.option = option
        self.side = side
    }

    init(_ option: WriteOnlySocketOption<Value>, _ side: EndpointSide = .both) {
        self.init(option.option, side)
    }

    /// The option's name in Swift.
    public var name: String { option.name }
    /// The option's number in `zmq.h`.
    public var number: Int32 { option.number }
}

/// The calls for which an option of an endpoint has a meaning.
enum EndpointSide: Sendable {
    case bind, connect, both
}
