import Dispatch
import Glibc
import SystemSupport
import TextFormats

/// Writes the lines of the log to standard error on a thread of its own, many at once.
///
/// Event loops log every request: they must neither wait for whoever reads the log, nor pay for a system call each
/// time. Where the reader stands still until `capacity` bytes wait, further lines are dropped, and counted in a line as
/// soon as there is room.
final class LogWriter: Sendable {
    /// The process's log.
    static let standardError = LogWriter(descriptor: STDERR_FILENO)

    /// The most bytes that wait to be written.
    static let capacity = 4 << 20
    /// How long lines are gathered before they are written: not felt by a reader, and long enough for a busy gateway to
    /// write hundreds at once.
    private static let gatheringTime = DispatchTimeInterval.milliseconds(10)

    private struct State {
        var bytes: [UInt8] = []
        var dropped = 0
        var time = UTCTime()
        var isAwake = false
        var waitingForFlush: [DispatchSemaphore] = []
    }

    private let descriptor: Int32
    private let state = Locked(State())
    private let wake = DispatchSemaphore(value: 0)
    /// Signalled by those who want lines written before they have been gathered for so long.
    private let hurry = DispatchSemaphore(value: 0)

    init(descriptor: Int32) {
        self.descriptor = descriptor
        do throws(SystemError) {
            try DetachedThread.start(name: "log") { [self] in run() }
        } catch {
            // A program without its log is none that anybody could operate.
            fatalError("cannot start the log's thread: \(error)")
        }
    }

    /// Adds a line, without waiting for it to be written.
    ///
    /// - Parameter format: writes the line, with its end, behind the bytes it is given, and returns them.
    func write(_ format: (consuming [UInt8], UTCTime) -> [UInt8]) {
        let mustWake = state.withLock { state in
            guard state.bytes.count < Self.capacity else {
                state.dropped += 1
                return false
            }
            state.time.update()
            var bytes: [UInt8] = []
            swap(&bytes, &state.bytes)
            state.bytes = format(bytes, state.time)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if mustWake { wake.signal() }
    }

    /// Waits until everything added so far has been written, but no longer than a second: a reader that stands still
    /// must not keep the process from ending.
    func flush() {
        let written = DispatchSemaphore(value: 0)
        let mustWake = state.withLock { state in
            state.waitingForFlush.append(written)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        hurry.signal()
        if mustWake { wake.signal() }
        _ = written.wait(timeout: .now() + .seconds(1))
    }

    private func run() {
        var batch: [UInt8] = []
        while true {
            wake.wait()
            _ = hurry.wait(timeout: .now() + Self.gatheringTime)
            let (dropped, waiting) = state.withLock { state in
                swap(&batch, &state.bytes)
                state.isAwake = false
                defer {
                    state.dropped = 0
                    state.waitingForFlush = []
                }
                return (state.dropped, state.waitingForFlush)
            }
            if dropped > 0 {
                batch.append(contentsOf: "webgateway: \(dropped) lines of the log dropped: nobody read them\n".utf8)
            }
            writeAll(batch)
            batch.removeAll(keepingCapacity: true)
            for semaphore in waiting { semaphore.signal() }
        }
    }

    /// Writes all bytes; what cannot be written has no other place to be reported.
    private func writeAll(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let written = systemWrite(descriptor, part.baseAddress, part.count)
                guard written > 0 || errno == EINTR else { return }
                rest = rest.dropFirst(max(written, 0))
            }
        }
    }
}

/// `write(2)`, which a method of the same name hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
