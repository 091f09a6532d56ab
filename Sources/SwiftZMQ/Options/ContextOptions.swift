import CZMQ

/// The options that a new context is given, set in the closure of its initializer.
///
/// ```swift
/// let context = try Context(ioThreads: 2) {
///     $0.usesIPv6 = true
///     $0.threadAffinity = [2, 3]
/// }
/// ```
///
/// libzmq reads them once, when it starts its threads for the first socket, so they cannot be changed later. A value for which it
/// would end the process then, such as a processor that does not exist or a priority that is not allowed, is refused at once.
public struct ContextOptions: Sendable {
    /// The threads that read and write connections (`ZMQ_IO_THREADS`). Default 1, at most 1024: libzmq starts them all
    /// with the first socket, and ends the process when it cannot.
    public var ioThreads: Int
    /// The sockets that can be open at once (`ZMQ_MAX_SOCKETS`). Default 1023.
    public var maxSockets: Int
    /// The longest message that is sent, in bytes (`ZMQ_MAX_MSGSZ`). Default 2³¹ − 1, which is also the most.
    ///
    /// libzmq 4.3 keeps the number and does not act on it. What a socket accepts is limited by its
    /// ``SocketOptionNames/maxMessageSize``.
    public var maxSentMessageSize = Int(Int32.max)
    /// Whether sockets can use IPv6 addresses, unless their ``SocketOptionNames/usesIPv6`` says otherwise (`ZMQ_IPV6`).
    /// Default false.
    public var usesIPv6 = false
    /// Whether a closed socket lingers, unless its ``SocketOptionNames/linger`` is set (`ZMQ_BLOCKY`): for 10 seconds if
    /// true, the default, and not at all if false.
    public var isBlocky = true
    /// The scheduling policy of the context's threads, such as `SCHED_FIFO` (`ZMQ_THREAD_SCHED_POLICY`); nil, the
    /// default, leaves it to the system.
    public var threadSchedulingPolicy: Int?
    /// The scheduling priority of the context's threads (`ZMQ_THREAD_PRIORITY`), whose range depends on the policy; nil,
    /// the default, leaves it to the system.
    public var threadPriority: Int?
    /// The numbers of the processors on which the context's threads run (`ZMQ_THREAD_AFFINITY_CPU_ADD` and
    /// `ZMQ_THREAD_AFFINITY_CPU_REMOVE`). Empty, the default, for all.
    public var threadAffinity: Set<Int> = []
    /// A number in front of the names of the context's threads (`ZMQ_THREAD_NAME_PREFIX`), to tell those of several
    /// contexts apart; nil, the default, for none.
    public var threadNamePrefix: Int?

    init(ioThreads: Int, maxSockets: Int) {
        self.ioThreads = ioThreads
        self.maxSockets = maxSockets
    }
}

extension ContextOptions {
    private static let mostIOThreads = 1024

    func apply(to context: RawContext) throws(ZMQError) {
        guard ioThreads <= Self.mostIOThreads else {
            throw ZMQError(
                code: .invalidArgument, operation: "set context option ioThreads to \(ioThreads)",
                explanation: "at most \(Self.mostIOThreads)")
        }
        try Scheduling.attempt(policy: threadSchedulingPolicy, priority: threadPriority)
        let numbers: [(Int32, Int?, String)] = [
            (ZMQ_IO_THREADS, ioThreads, "ioThreads"),
            (ZMQ_MAX_SOCKETS, maxSockets, "maxSockets"),
            (ZMQ_MAX_MSGSZ, maxSentMessageSize, "maxSentMessageSize"),
            (ZMQ_IPV6, usesIPv6 ? 1 : 0, "usesIPv6"),
            (ZMQ_BLOCKY, isBlocky ? 1 : 0, "isBlocky"),
            (ZMQ_THREAD_SCHED_POLICY, threadSchedulingPolicy, "threadSchedulingPolicy"),
            (ZMQ_THREAD_PRIORITY, threadPriority, "threadPriority"),
            (ZMQ_THREAD_NAME_PREFIX, threadNamePrefix, "threadNamePrefix"),
        ]
        for (number, value, name) in numbers {
            guard let value else { continue }
            try context.set(number, to: value, name: name)
        }
        for processor in threadAffinity.sorted() {
            guard Scheduling.mayRun(on: processor) else {
                throw ZMQError(
                    code: .invalidArgument,
                    operation: "set context option threadAffinity to \(threadAffinity.sorted())",
                    explanation: "this process may not run on processor \(processor)"
                )
            }
            try context.set(ZMQ_THREAD_AFFINITY_CPU_ADD, to: processor, name: "threadAffinity")
        }
    }
}

extension Context {
    /// The threads that read and write connections (`ZMQ_IO_THREADS`).
    public var ioThreads: Int { get throws(ZMQError) { try get(ZMQ_IO_THREADS, name: "ioThreads") } }

    /// The sockets that can be open at once (`ZMQ_MAX_SOCKETS`).
    public var maxSockets: Int { get throws(ZMQError) { try get(ZMQ_MAX_SOCKETS, name: "maxSockets") } }

    /// The most that `maxSockets` can be on this machine (`ZMQ_SOCKET_LIMIT`).
    public var socketLimit: Int { get throws(ZMQError) { try get(ZMQ_SOCKET_LIMIT, name: "socketLimit") } }

    /// The longest message that is sent, in bytes (`ZMQ_MAX_MSGSZ`).
    public var maxSentMessageSize: Int {
        get throws(ZMQError) { try get(ZMQ_MAX_MSGSZ, name: "maxSentMessageSize") }
    }

    /// The size of C's `zmq_msg_t`, in bytes (`ZMQ_MSG_T_SIZE`).
    public var messageStructureSize: Int {
        get throws(ZMQError) { try get(ZMQ_MSG_T_SIZE, name: "messageStructureSize") }
    }

    /// Whether sockets can use IPv6 addresses unless told otherwise (`ZMQ_IPV6`).
    public var usesIPv6: Bool { get throws(ZMQError) { try get(ZMQ_IPV6, name: "usesIPv6") != 0 } }

    /// Whether closed sockets linger unless told otherwise (`ZMQ_BLOCKY`).
    public var isBlocky: Bool { get throws(ZMQError) { try get(ZMQ_BLOCKY, name: "isBlocky") != 0 } }

    /// The scheduling policy of the context's threads (`ZMQ_THREAD_SCHED_POLICY`); nil where it was left to the system.
    public var threadSchedulingPolicy: Int? {
        get throws(ZMQError) { try optional(ZMQ_THREAD_SCHED_POLICY, name: "threadSchedulingPolicy") }
    }

    /// The number in front of the names of the context's threads (`ZMQ_THREAD_NAME_PREFIX`); nil or 0 for none.
    public var threadNamePrefix: Int? {
        get throws(ZMQError) { try optional(ZMQ_THREAD_NAME_PREFIX, name: "threadNamePrefix") }
    }

    /// Any option by its number in `zmq.h` (`zmq_ctx_get`).
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` when libzmq does not know it, `.terminated`.
    public func option(_ number: Int32) throws(ZMQError) -> Int {
        try get(number, name: "\(number)")
    }

    /// Sets any option by its number in `zmq.h` (`zmq_ctx_set`). Most take effect only before the first socket.
    ///
    /// - Throws: ``ZMQError`` with `.invalidArgument` when libzmq does not know it or refuses the value, `.terminated`.
    public func setOption(_ number: Int32, to value: Int) throws(ZMQError) {
        try withOpen("set context option \(number)") { raw throws(ZMQError) in
            try raw.set(number, to: value, name: "\(number)")
        }
    }

    private func get(_ number: Int32, name: String) throws(ZMQError) -> Int {
        try withOpen("get context option \(name)") { raw throws(ZMQError) in Int(try raw.get(number, name: name)) }
    }

    private func optional(_ number: Int32, name: String) throws(ZMQError) -> Int? {
        try withOpen("get context option \(name)") { raw throws(ZMQError) in raw.getIfSet(number).map(Int.init) }
    }
}
