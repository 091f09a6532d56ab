import CCommandExecution
import Glibc
import SystemSupport

/// A command that has been started: reads what it writes, minds its time, and learns how it ends.
struct RunningCommand: ~Copyable {
    private typealias Instant = ContinuousClock.Instant

    private let process: pid_t
    private let limits: CommandLimits
    private let outputLines: ErrorLines?
    private let errorLines: ErrorLines?
    private let keepsErrors: Bool
    /// Both are -1 where they are not read, and once they have come to their end.
    private var output: Int32
    private var errors: Int32
    /// Can be read from once the command has ended; negative where the system has no such thing.
    private let end: Int32
    private var kept: CommandOutput
    private var pendingOutput: [UInt8] = []
    private var pendingErrors: [UInt8] = []
    private var keptErrors: [UInt8] = []
    private let start = Instant.now
    /// Why it was told to end, and since when.
    private var verdict: (ending: CommandResult.Ending, since: Instant)?
    private var shortage: CommandFailure?
    private var isStopNoticed = false

    /// How often one is looked at whose end the system does not announce, and any that might have been stopped; in
    /// milliseconds.
    private static let glance: Int32 = 20
    private static let longGlance: Int32 = 1000

    /// - Parameters:
    ///   - output: what its standard output is read from; negative where it is not.
    ///   - errors: what its standard error is read from; negative where it is not.
    ///   - outputLines: where its standard output goes; nil where that is kept.
    init(
        process: pid_t, limits: CommandLimits, output: Int32 = -1, errors: Int32 = -1,
        outputLines: ErrorLines? = nil, errorLines: ErrorLines? = nil, keepsErrors: Bool = false
    ) {
        self.process = process
        self.limits = limits
        self.output = output
        self.errors = errors
        self.outputLines = outputLines
        self.errorLines = errorLines
        self.keepsErrors = keepsErrors
        end = ccommand_open_process(process)
        kept = CommandOutput(limit: limits.mostOutput)
        for descriptor in [output, errors] where descriptor >= 0 {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    deinit {
        for descriptor in [output, errors, end] where descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Waits for its end.
    mutating func result(noteStop: (Int32, pid_t) -> Void) throws(CommandFailure) -> CommandResult {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        var status: Int32 = 0
        while true {
            let hasEnded = wait()
            // What it wrote before its end is in the pipes by now.
            readPipes(room)
            // One that has just begun is hardly stopped.
            if hasEnded || end < 0 || Instant.now - start >= .seconds(1) {
                let state = ccommand_look_at_child(process, hasEnded ? 1 : 0, &status)
                if state == 1 { break }
                guard state >= 0 else {
                    let code = errno
                    RunningCommands.remove(process)
                    RunningCommands.hasClosed()
                    throw CommandFailure("how the command ended cannot be learnt", code)
                }
                if state == 2, !isStopNoticed {
                    isStopNoticed = true
                    noteStop(status, process)
                }
            }
            judge(at: .now)
        }
        readPipes(room)
        if let verdict {
            let grace = CommandLimits.grace - (Instant.now - verdict.since)
            CommandGroup.endRest(of: process, within: grace, wasTold: true)
        }
        RunningCommands.remove(process)
        if let outputLines {
            // What one has said last is told, also of one that was ended with all others.
            outputLines.pass(&pendingOutput, atEnd: true)
            errorLines?.pass(&pendingErrors, atEnd: true)
        }
        RunningCommands.hasClosed()
        RunningCommands.restIfEnded()
        errorLines?.pass(&pendingErrors, atEnd: true)
        if let shortage { throw shortage }
        let ending = verdict?.ending ?? (status < 256 ? .exited(status) : .signalled(status - 256))
        let output = ending == .outputTooLong || kept.isTooLong ? [] : try kept.take()
        return CommandResult(ending: ending, output: output, errors: keptErrors[...])
    }

    // MARK: Waiting

    /// Waits for output, or the end, or until something is due; whether it has ended.
    private func wait() -> Bool {
        var waits = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            pollfd(fd: end, events: Int16(POLLIN), revents: 0),
        ]
        var patience = end < 0 ? Self.glance : Self.longGlance
        if let due = verdict.map({ $0.since + CommandLimits.grace }) ?? limits.timeout.map({ start + $0 }) {
            patience = Int32(min(Double(patience), max(0, (due - .now) / .milliseconds(1)) + 1))
        }
        return poll(&waits, nfds_t(waits.count), patience) > 0 && waits[2].revents != 0
    }

    /// Reads what is there, and no more than a pipe holds: whoever writes without an end must not keep the clock from
    /// being looked at, and one that was left behind not the command from being over.
    private mutating func readPipes(_ room: UnsafeMutableRawBufferPointer) {
        for _ in 0..<16 {
            guard let bytes = Self.read(&output, room) else { break }
            if let outputLines {
                pendingOutput.append(contentsOf: bytes)
                outputLines.pass(&pendingOutput, new: bytes.count)
                continue
            }
            guard shortage == nil else { continue }
            do throws(CommandFailure) {
                try kept.append(bytes)
            } catch {
                shortage = error
                // Perhaps it does not mind SIGTERM; then it is killed as one that has written too much.
                if verdict == nil { verdict = (.outputTooLong, .now) }
                tell(SIGTERM)
            }
        }
        for _ in 0..<16 {
            guard let bytes = Self.read(&errors, room) else { break }
            pendingErrors.append(contentsOf: bytes)
            if keepsErrors, keptErrors.count < limits.mostOutput { keptErrors.append(contentsOf: bytes) }
            errorLines?.pass(&pendingErrors, new: bytes.count)
        }
    }

    /// The next bytes of a pipe; nil when there are none at present, or no more at all.
    private static func read(_ pipe: inout Int32, _ room: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
        while pipe >= 0 {
            let count = Glibc.read(pipe, room.baseAddress, room.count)
            if count > 0 { return UnsafeRawBufferPointer(rebasing: room[..<count]) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return nil }
            Glibc.close(pipe)
            pipe = -1
        }
        return nil
    }

    // MARK: Ending it

    private mutating func judge(at now: Instant) {
        if let verdict {
            if now - verdict.since >= CommandLimits.grace { tell(SIGKILL) }
        } else if kept.isTooLong {
            verdict = (.outputTooLong, now)
            tell(SIGTERM)
        } else if let timeout = limits.timeout, now - start >= timeout {
            verdict = (.timedOut, now)
            tell(SIGTERM)
        }
    }

    private func tell(_ signal: Int32) { CommandGroup.signal(process, signal) }
}
