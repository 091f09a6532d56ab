/// A ``Subscriber`` that sends its subscriptions as messages, as ``XPublisher`` receives them (`ZMQ_XSUB`).
///
/// Together they make a forwarder. See RFC 29.
public struct XSubscriber: SendingSocket, ReceivingSocket {
    /// The socket that this value and its copies stand for.
    public let handle: SocketHandle

    /// Makes a socket.
    ///
    /// - Parameters:
    ///   - context: where the socket lives; the socket keeps it alive.
    ///   - configure: sets options before the first endpoint, such as `{ $0.linger = .zero }`.
    /// - Throws: ``ZMQError`` with `.terminated`, `.tooManySockets`, or `.invalidArgument` for an option's value.
    public init(
        _ context: Context, configure: (inout SocketOptions<Self>) throws -> Void = { _ in }
    ) throws {
        handle = try SocketHandle(context, .xsubscriber, configure)
    }
}

extension XSubscriber {
    /// Asks the publishers for what begins with a prefix: sends the byte 1 and the prefix.
    ///
    /// It never waits: libzmq takes subscriptions at any time, for publishers that come later, too.
    ///
    /// - Throws: ``ZMQError`` with `.closed`, `.terminated`, or `.wrongState` while a blocking proxy has the socket.
    public func subscribe(to prefix: Frame) throws(ZMQError) {
        try tell(1, prefix, for: "subscribe")
    }

    /// Takes a prefix back: sends the byte 0 and the prefix. One that was not asked for is passed over.
    ///
    /// - Throws: as ``subscribe(to:)``.
    public func unsubscribe(from prefix: Frame) throws(ZMQError) {
        try tell(0, prefix, for: "unsubscribe")
    }

    private func tell(_ kind: UInt8, _ prefix: Frame, for operation: String) throws(ZMQError) {
        let message = Frame([kind] + [UInt8](prefix))
        try core.withSocket(operation, attaches: false) { socket throws(ZMQError) in
            guard try socket.sendFrame(message, hasMore: false) else {
                throw ZMQError(
                    code: .wrongState, operation: operation, explanation: "libzmq refused what it always has room for")
            }
        }
    }
}
