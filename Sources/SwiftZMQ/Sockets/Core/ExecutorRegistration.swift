/// How a socket's executor watches its descriptor.
///
/// A socket is watched from the beginning, whether or not anybody waits for it: libzmq carries out what peers ask of a
/// socket only within a call on it, and if the program makes none, the executor does.
///
/// A socket may be in use although no task has ever waited for it, by blocking calls or by those that do not wait. Those
/// calls do the same work. The executor need not wake up with every message then, and looks at most every 100 milliseconds.
struct ExecutorRegistration {
    enum Mode {
        /// The executor does not watch the descriptor.
        case none
        /// It reports once, and then again at once or, for a socket that is in use, after a pause.
        case occasional
        /// It reports every time.
        case always
    }

    /// The name of the socket with the executor.
    private(set) var token: UInt64 = 0
    private(set) var mode = Mode.none
    /// When the executor will next call ``SocketCore/expire(at:)``.
    var alarm: Moment?
    /// What had been sent and received when it last reported.
    var operationsAtLastReport = 0

    init() {}

    init(token: UInt64, _ mode: Mode) {
        self.token = token
        self.mode = mode
    }
}
