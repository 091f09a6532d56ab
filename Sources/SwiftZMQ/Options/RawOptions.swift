import CZMQ

// For what this library has no name for: options of a newer libzmq, drafts, and what is deprecated.

extension Socket {
    /// Sets any option by its number in `zmq.h` to a number (`zmq_setsockopt`).
    ///
    /// Nothing is checked beforehand. The caller has to know whether the option still takes effect after `bind` or
    /// `connect`, and for which values libzmq ends the process. ``setOption(_:to:)-(KeyPath<SocketOptionNames<Self>,SocketOption<Value>>,_)`` knows it of every stable option.
    ///
    /// - Parameters:
    ///   - number: the option, such as 93 for `ZMQ_ZAP_ENFORCE_DOMAIN`.
    ///   - value: of the size that the option has in C, mostly `Int32`.
    /// - Throws: ``ZMQError`` with `.invalidArgument` when libzmq does not know the option or refuses the value,
    ///   `.unsupported` for drafts that libzmq was built without, and for the timeouts of C, which would have no effect;
    ///   `.closed` or `.terminated`.
    public func setOption<Number: FixedWidthInteger & BitwiseCopyable>(
        _ number: Int32, to value: Number
    ) throws(ZMQError) {
        try setOption(number, to: Frame(RawOption.bytes(of: value)))
    }

    /// Sets any option by its number in `zmq.h` to bytes (`zmq_setsockopt`); no bytes are a null pointer to C.
    ///
    /// As for a number, nothing is checked beforehand.
    public func setOption(_ number: Int32, to bytes: Frame) throws(ZMQError) {
        try core.withSocket("set option \(number)", attaches: false) { socket throws(ZMQError) in
            try socket.setRawOption(number, to: bytes)
        }
        if let isRelaxed = RawOption.isRelaxed(number, bytes) { core.state.withLock { $0.isRelaxed = isRelaxed } }
    }

    /// The value of any option by its number in `zmq.h`, as a number (`zmq_getsockopt`).
    ///
    /// If you ask for `ZMQ_FD`, 14, the library assumes that you watch the descriptor yourself: from then on, the executor
    /// looks after the socket only while a task waits for it.
    ///
    /// - Parameters:
    ///   - number: the option, such as 23 for `ZMQ_SNDHWM`.
    ///   - type: the number's type in C, by default `Int32`.
    /// - Throws: ``ZMQError`` with `.invalidArgument` when libzmq does not know the option, does not give it back, or
    ///   holds it in a number of another size; `.closed` or `.terminated`.
    public func option<Number: FixedWidthInteger & BitwiseCopyable>(
        _ number: Int32, as type: Number.Type = Int32.self
    ) throws(ZMQError) -> Number {
        if number == ZMQ_FD { core.handOutDescriptor() }
        return try core.withSocket("get option \(number)", attaches: false) { socket throws(ZMQError) in
            try socket.option(number, name: "\(number)", as: type)
        }
    }

    /// The value of any option by its number in `zmq.h`, as bytes (`zmq_getsockopt`); a text ends with a zero.
    ///
    /// - Parameters:
    ///   - number: the option, such as 55 for `ZMQ_ZAP_DOMAIN`.
    ///   - capacity: the longest value to make room for.
    /// - Throws: ``ZMQError`` with `.invalidArgument` when libzmq does not know the option, does not give it back, or has
    ///   a longer value; `.closed` or `.terminated`.
    public func option(_ number: Int32, capacity: Int) throws(ZMQError) -> [UInt8] {
        if number == ZMQ_FD { core.handOutDescriptor() }
        return try core.withSocket("get option \(number)", attaches: false) { socket throws(ZMQError) in
            try socket.option(number, capacity: max(capacity, 0), name: "\(number)")
        }
    }
}

extension SocketOptions {
    /// Sets any option by its number in `zmq.h` to a number, before the first endpoint. See
    /// ``Socket/setOption(_:to:)-(_,Number)``.
    public mutating func setOption<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Int32, to value: Number) {
        setOption(number, to: Frame(RawOption.bytes(of: value)))
    }

    /// Sets any option by its number in `zmq.h` to bytes, before the first endpoint. See
    /// ``Socket/setOption(_:to:)-(_,Frame)``.
    public mutating func setOption(_ number: Int32, to bytes: Frame) {
        append(
            SocketOptionSetting(number) { socket throws(ZMQError) in try socket.setRawOption(number, to: bytes) })
        if let isRelaxed = RawOption.isRelaxed(number, bytes) {
            note(SocketOptionNames<Request>().isRelaxed.option, isRelaxed)
        }
    }
}

private enum RawOption {
    /// The numbers that libzmq up to 4.3.5 uses for options that may still change. Some of them work all the same.
    static let drafts: ClosedRange<Int32> = 93...121

    /// Whether the bytes make a REQ socket relaxed; nil for every other option.
    static func isRelaxed(_ number: Int32, _ bytes: Frame) -> Bool? {
        number == ZMQ_REQ_RELAXED ? bytes.contains { $0 != 0 } : nil
    }

    static func bytes<Number: FixedWidthInteger & BitwiseCopyable>(of value: Number) -> [UInt8] {
        SocketOptionCoding<Int>.integer(value)
    }
}

extension RawSocket {
    fileprivate func setRawOption(_ number: Int32, to bytes: Frame) throws(ZMQError) {
        let operation = "set option \(number)"
        guard number != ZMQ_RCVTIMEO, number != ZMQ_SNDTIMEO else {
            throw ZMQError(
                code: .unsupported, operation: operation,
                explanation: "it would have no effect: give the timeout to each send and receive"
            )
        }
        do throws(ZMQError) {
            try setOption(number, to: [UInt8](bytes), operation: operation)
        } catch {
            guard error.code == .invalidArgument, RawOption.drafts.contains(number), !Capability.draft.isAvailable
            else {
                throw error
            }
            throw ZMQError(
                code: .unsupported, operation: operation,
                explanation: "it is a draft, and the installed libzmq was built without drafts")
        }
    }
}
