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

    deinit {
        core.close(because: .closed)
    }
}
