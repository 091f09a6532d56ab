/// What makes two ``Socket`` values the same socket, and closes it when the last of them is gone.
///
/// It has no public members.
public final class SocketHandle: Sendable {
    // The core is known to the context and the executor as long as it is open; the handle is what the program holds.
    // Were there one object with weak references to it instead, every use would pay for their side table.
    let core: SocketCore

    init<S: Socket>(
        _ context: Context, _ kind: SocketKind, _ configure: (inout SocketOptions<S>) throws -> Void
    ) throws {
        core = try SocketCore(context, kind, configure)
        do {
            try context.register(core)
            try core.watchOccasionally()
        } catch {
            core.close(because: .terminated)
            throw error
        }
    }

    // What the public operations do, callable from code that they are inlined into. Their `self` keeps a socket whose last
    // value is this call's from being closed before the call returns.

    /// - Parameter message: an empty one, whose place the received one takes. To return it would be to copy it.
    @usableFromInline
    func receiveWithinBudget(into message: inout Message) throws(ZMQError) -> Bool {
        switch core.receiveAtOnce(into: &message, bounded: true) {
        case .done: return true
        case .notNow: return false
        case .unusual:
            guard let received = try core.tryReceive() else { return false }
            message = received
            return true
        }
    }

    @usableFromInline
    nonisolated(nonsending) func waitToReceive(timeout: Duration?) async throws -> Message {
        defer { withExtendedLifetime(self) {} }
        return try await core.waitToReceive(timeout: timeout)
    }

    @usableFromInline
    nonisolated(nonsending) func waitForNext() async throws -> Message? {
        do {
            return try await waitToReceive(timeout: nil)
        } catch let error as ZMQError where error.code == .closed || error.code == .terminated {
            return nil
        }
    }

    @usableFromInline
    func sendWithinBudget(_ frame: Frame) throws(ZMQError) -> Bool {
        switch core.sendAtOnce(frame, bounded: true) {
        case .done: true
        case .notNow: false
        case .unusual: try core.trySend(frame)
        }
    }

    @usableFromInline
    func sendWithinBudget(_ message: Message) throws(ZMQError) -> Bool {
        guard message.tail == nil else { return try core.sendWithinBudget(message) }
        return try sendWithinBudget(message.head)
    }

    @usableFromInline
    nonisolated(nonsending) func waitToSend(_ message: Message, timeout: Duration?) async throws {
        defer { withExtendedLifetime(self) {} }
        try await core.waitToSend(message, timeout: timeout)
    }

    // The same without waiting, and for threads.

    func tryReceive() throws(ZMQError) -> Message? {
        var message = Message()
        switch core.receiveAtOnce(into: &message, bounded: false) {
        case .done: return message
        case .notNow: return nil
        case .unusual: return try core.tryReceive()
        }
    }

    /// - Parameter message: an empty one, whose place the received one takes. To return it would be to copy it.
    @usableFromInline
    func receiveBlocking(into message: inout Message) throws(ZMQError) {
        if case .done = core.receiveAtOnce(into: &message, bounded: false) { return }
        message = try blockToReceive()
    }

    func blockToReceive() throws(ZMQError) -> Message {
        while true {
            if let message = try blockToReceive(timeout: nil, interruption: -1) { return message }
        }
    }

    func blockToReceive(timeout: Duration?, interruption: Int32) throws(ZMQError) -> Message? {
        defer { withExtendedLifetime(self) {} }
        return try core.receiveBlocking(timeout: timeout, interruption: interruption)
    }

    @usableFromInline
    func trySend(_ frame: Frame) throws(ZMQError) -> Bool {
        switch core.sendAtOnce(frame, bounded: false) {
        case .done: true
        case .notNow: false
        case .unusual: try core.trySend(frame)
        }
    }

    @usableFromInline
    func trySend(_ message: Message) throws(ZMQError) -> Bool {
        guard message.tail == nil else { return try core.trySend(message) }
        return try trySend(message.head)
    }

    @usableFromInline
    func blockToSend(_ message: Message) throws(ZMQError) {
        while try !blockToSend(message, timeout: nil) {}
    }

    func blockToSend(_ message: Message, timeout: Duration?) throws(ZMQError) -> Bool {
        defer { withExtendedLifetime(self) {} }
        return try core.sendBlocking(message, timeout: timeout)
    }

    deinit {
        core.close(because: .closed)
    }
}
