import CommandLineSupport
import SystemSupport
import TaskPipeline

/// The progress line of a producer: done and total, rate, time left, workers.
final class TaskProgress: Sendable {
    private struct State {
        var total: UInt64?
        var meter = RateMeter()
    }

    private let state = Locked(State())

    /// Says how many tasks there are in all, once that is known.
    func setTotal(_ total: UInt64?) {
        state.withLock { $0.total = total }
    }

    /// The line.
    ///
    /// - Parameter width: the characters of the terminal; nil where there is none, and then no bar is drawn.
    func line(_ status: ProducerStatus, width: Int?, at now: ContinuousClock.Instant = .now) -> String {
        let (total, rate) = state.withLock { ($0.total, $0.meter.rate(count: status.done, at: now)) }
        var parts: [String] = []
        if let total {
            parts.append("\(ProgressText.number(status.done))/\(ProgressText.number(total)) done")
        } else {
            parts.append("\(ProgressText.number(status.done)) done, \(ProgressText.number(status.read)) read")
        }
        if status.failed > 0 { parts.append("\(ProgressText.number(status.failed)) failed") }
        if let rate {
            parts.append(ProgressText.rate(rate))
            if let total, rate > 0, total > status.done {
                parts.append(ProgressText.time(seconds: Double(total - status.done) / rate) + " left")
            }
        }
        parts.append(status.isInterrupted ? "ending" : ProgressText.count(UInt64(status.workers), "worker"))
        let text = parts.joined(separator: ", ")
        guard let width, let total, total > 0 else { return text }
        let room = min(width - text.count - 1, 30)
        return room < 8 ? text : ProgressText.bar(done: status.done, of: total, width: room) + " " + text
    }
}
