import Glibc

/// The process that an object was made in, which a child made by `fork` is not.
///
/// The child has a copy of all memory but none of the threads: libzmq's contexts and sockets do not work there, and
/// locks may be held by threads that are not there.
struct ProcessOrigin: Sendable {
    // Written by a process only while it is being made and has one thread, so that no two threads race for it. Plain
    // memory, because it is read with every send and receive.
    private nonisolated(unsafe) static var generation: UInt32 = 0

    private static let isCounting: Bool = pthread_atfork(nil, nil, { unsafe ProcessOrigin.generation &+= 1 }) == 0

    private let generation: UInt32

    /// This process.
    init() {
        precondition(Self.isCounting, "pthread_atfork failed")
        generation = unsafe Self.generation
    }

    /// Whether the object belongs to the calling process.
    @inline(__always)
    var isThisProcess: Bool { unsafe generation == Self.generation }

    /// Whether the calling process was forked off one that used this library.
    static var isForked: Bool { unsafe generation != 0 }

    /// Fails for what was inherited.
    @inline(__always)
    func require(_ operation: @autoclosure () -> String) throws(ZMQError) {
        guard isThisProcess else { throw Self.inherited(operation()) }
    }

    @inline(never)
    private static func inherited(_ operation: String) -> ZMQError {
        ZMQError(
            code: .wrongState, operation: operation,
            explanation: "it was inherited by fork: make a context and sockets in the child itself")
    }
}
