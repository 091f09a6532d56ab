import Glibc

/// When a measurement began, by the clock and in processor time.
struct Start {
    private let instant = ContinuousClock.now
    private let processorTime = Start.processorTime

    /// Messages per second since then, and the seconds of processor time.
    func tellThroughput(_ count: Int) {
        Peer.tell("\(Double(count) / ((ContinuousClock.now - instant) / .seconds(1))) \(processorSeconds)")
    }

    /// Microseconds one way, and the seconds of processor time.
    func tellLatency(_ count: Int) {
        Peer.tell("\((ContinuousClock.now - instant) / .microseconds(1) / Double(count) / 2) \(processorSeconds)")
    }

    /// Keeps the socket until the other end has what it needs, and tells the processor time until then.
    func waitForEndOfInput() {
        while readLine() != nil {}
        Peer.tell("\(processorSeconds)")
    }

    private var processorSeconds: Double { (Start.processorTime - processorTime) / .seconds(1) }

    /// User and system time of all threads of this process.
    private static var processorTime: Duration {
        var usage = rusage()
        precondition(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0, "getrusage: errno \(errno)")
        return duration(usage.ru_utime) + duration(usage.ru_stime)
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }
}
