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

    @usableFromInline
    func receiveWithinBudget() throws(ZMQError) -> Message? { try core.receiveWithinBudget() }

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
    func sendWithinBudget(_ frame: Frame) throws(ZMQError) -> Bool { try core.sendWithinBudget(frame) }

    @usableFromInline
    func sendWithinBudget(_ message: Message) throws(ZMQError) -> Bool { try core.sendWithinBudget(message) }

    @usableFromInline
    nonisolated(nonsending) func waitToSend(_ message: Message, timeout: Duration?) async throws {
        defer { withExtendedLifetime(self) {} }
        try await core.waitToSend(message, timeout: timeout)
    }

    // The same without waiting, and for threads.

    @usableFromInline
    func tryReceive() throws(ZMQError) -> Message? { try core.tryReceive() }

    @usableFromInline
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
    func trySend(_ frame: Frame) throws(ZMQError) -> Bool { try core.trySend(frame) }

    @usableFromInline
    func trySend(_ message: Message) throws(ZMQError) -> Bool { try core.trySend(message) }

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
