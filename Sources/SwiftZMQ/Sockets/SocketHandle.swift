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
        } catch {
            core.close(because: .terminated)
            throw error
        }
    }

    // What the public operations do first, callable from code that they are inlined into. Their `self` keeps a socket
    // whose last value is this call's from being closed before the call returns.

    @usableFromInline
    func takeWithinStreak() throws(ZMQError) -> Multipart? {
        try core.takeWithinStreak()
    }

    @usableFromInline
    nonisolated(nonsending) func waitToReceive(timeout: Duration?) async throws -> Multipart {
        defer { withExtendedLifetime(self) {} }
        return try await core.waitToReceive(timeout: timeout)
    }

    @usableFromInline
    nonisolated(nonsending) func waitForNext() async throws -> Multipart? {
        do {
            return try await waitToReceive(timeout: nil)
        } catch let error as ZMQError where error.code == .closed || error.code == .terminated {
            return nil
        }
    }

    @usableFromInline
    func giveWithinStreak(_ frame: Message) throws(ZMQError) -> Bool {
        try core.validateFrame()
        return try core.giveWithinStreak { socket throws(ZMQError) in try socket.sendFrame(frame, hasMore: false) }
    }

    @usableFromInline
    func giveWithinStreak(_ message: Multipart) throws(ZMQError) -> Bool {
        try core.validate(message)
        return try core.giveWithinStreak { socket throws(ZMQError) in try socket.send(message) }
    }

    @usableFromInline
    nonisolated(nonsending) func waitToSend(_ message: Multipart, timeout: Duration?) async throws {
        defer { withExtendedLifetime(self) {} }
        try core.validate(message)
        try await core.waitToSend(message, timeout: timeout)
    }

    // The same for threads.

    @usableFromInline
    func takeNow() throws(ZMQError) -> Multipart? {
        try core.takeNow()
    }

    @usableFromInline
    func blockToReceive() throws(ZMQError) -> Multipart {
        while true {
            if let message = try blockToReceive(timeout: nil, interruption: -1) { return message }
        }
    }

    func blockToReceive(timeout: Duration?, interruption: Int32) throws(ZMQError) -> Multipart? {
        defer { withExtendedLifetime(self) {} }
        return try core.receiveBlocking(timeout: timeout, interruption: interruption)
    }

    @usableFromInline
    func giveNow(_ frame: Message) throws(ZMQError) -> Bool {
        try core.validateFrame()
        return try core.giveNow { socket throws(ZMQError) in try socket.sendFrame(frame, hasMore: false) }
    }

    @usableFromInline
    func giveNow(_ message: Multipart) throws(ZMQError) -> Bool {
        try core.validate(message)
        return try core.giveNow { socket throws(ZMQError) in try socket.send(message) }
    }

    @usableFromInline
    func blockToSend(_ message: Multipart) throws(ZMQError) {
        while try !blockToSend(message, timeout: nil) {}
    }

    func blockToSend(_ message: Multipart, timeout: Duration?) throws(ZMQError) -> Bool {
        defer { withExtendedLifetime(self) {} }
        try core.validate(message)
        return try core.sendBlocking(message, timeout: timeout)
    }

    deinit {
        core.close(because: .closed)
    }
}
