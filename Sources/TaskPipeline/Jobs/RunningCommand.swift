import CTaskPipeline
import Glibc

/// A command that has been started: reads what it writes, minds its time, and learns how it ends.
struct RunningCommand {
    typealias Instant = Moment

    private let process: pid_t
    private let settings: CommandSettings
    private let errorLines: ErrorLines
    /// Both are -1 once they have come to their end.
    private var output: Int32
    private var errors: Int32
    /// Can be read from once the command has ended; negative where the system has no such thing.
    private let end: Int32
    private var result: CommandOutput
    private var pendingErrors: [UInt8] = []
    private var keptErrors: [UInt8] = []
    private let start = Instant.now
    /// Why it was told to end, and since when.
    private var verdict: (status: Int32, since: Instant)?
    private var shortage: CommandFailure?
    private var isStopNoticed = false

    /// How often one is looked at whose end the system does not announce, and any that might have been stopped; in
    /// milliseconds.
    private static let glance: Int32 = 20
    private static let longGlance: Int32 = 1000

    init(process: pid_t, output: Int32, errors: Int32, settings: CommandSettings, errorLines: ErrorLines) {
        self.process = process
        self.output = output
        self.errors = errors
        self.settings = settings
        self.errorLines = errorLines
        end = cpipeline_open_process(process)
        result = CommandOutput(limit: settings.mostOutput)
        for descriptor in [output, errors] {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    mutating func close() {
        for descriptor in [output, errors, end] where descriptor >= 0 { Glibc.close(descriptor) }
        result.close()
    }

    /// Waits for its end.
    mutating func outcome(of request: JobRequest, notice: NoticeHandler) throws(CommandFailure) -> JobOutcome {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        var status: Int32 = 0
        while true {
            let hasEnded = wait()
            // What it wrote before its end is in the pipes by now.
            readPipes(room)
            // One that has just begun is hardly stopped.
            if hasEnded || end < 0 || Instant.now - start >= .seconds(1) {
                let state = cpipeline_look_at_child(process, hasEnded ? 1 : 0, &status)
                if state == 1 { break }
                guard state >= 0 else {
                    RunningCommands.remove(process)
                    throw CommandFailure("how the command ended cannot be learnt", errno)
                }
                if state == 2, !isStopNoticed {
                    isStopNoticed = true
                    notice(
                        PipelineNotice(
                            "task \(request.number): its command has been stopped by signal \(status); "
                                + "kill -CONT \(process) lets it go on"))
                }
            }
            judge(at: .now)
        }
        readPipes(room)
        endRest()
        RunningCommands.remove(process)
        RunningCommands.restIfEnded()
        errorLines.pass(&pendingErrors, atEnd: true)
        if let shortage { throw shortage }
        return try outcome(of: request, status: status)
    }

    private mutating func outcome(of request: JobRequest, status: Int32) throws(CommandFailure) -> JobOutcome {
        if let verdict {
            let complaint =
                switch verdict.status {
                case TaskStatus.timedOut: "it took longer than \(settings.timeout.map { "\($0)" } ?? ""), and was ended"
                default: "it wrote more than \(settings.mostOutput) bytes, and was ended; --max-output allows more"
                }
            let output = verdict.status == TaskStatus.timedOut && !result.isTooLong ? try result.take() : []
            return JobOutcome(
                status: verdict.status, output: tagged(output, request), errors: keptErrors[...], complaint: complaint)
        }
        return JobOutcome(status: status, output: tagged(try result.take(), request), errors: keptErrors[...])
    }

    private func tagged(_ output: ArraySlice<UInt8>, _ request: JobRequest) -> ArraySlice<UInt8> {
        guard settings.tagsLines, !output.isEmpty else { return output }
        var tagged: [UInt8] = []
        var rest = output
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
            tagged += request.text
            tagged.append(UInt8(ascii: "\t"))
            tagged += rest[..<end]
            rest = rest[end...]
        }
        return tagged[...]
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
        if let due = verdict.map({ $0.since + CommandSettings.grace }) ?? settings.timeout.map({ start + $0 }) {
            patience = Int32(min(Double(patience), max(0, (due - .now) / .milliseconds(1)) + 1))
        }
        return poll(&waits, nfds_t(waits.count), patience) > 0 && waits[2].revents != 0
    }

    /// Reads what is there, and no more than a pipe holds: whoever writes without an end must not keep the clock from
    /// being looked at, and one that was left behind not the command from being over.
    private mutating func readPipes(_ room: UnsafeMutableRawBufferPointer) {
        for _ in 0..<16 {
            guard let bytes = Self.read(&output, room) else { break }
            guard shortage == nil else { continue }
            do throws(CommandFailure) {
                try result.append(bytes)
            } catch {
                shortage = error
                tell(SIGTERM)
            }
        }
        for _ in 0..<16 {
            guard let bytes = Self.read(&errors, room) else { break }
            pendingErrors.append(contentsOf: bytes)
            if settings.keepsErrors, keptErrors.count < settings.mostOutput { keptErrors.append(contentsOf: bytes) }
            errorLines.pass(&pendingErrors)
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
            if now - verdict.since >= CommandSettings.grace { tell(SIGKILL) }
        } else if result.isTooLong {
            verdict = (TaskStatus.outputTooLong, now)
            tell(SIGTERM)
        } else if let timeout = settings.timeout, now - start >= timeout {
            verdict = (TaskStatus.timedOut, now)
            tell(SIGTERM)
        }
    }

    /// Sends a signal to its group, also where it has been stopped.
    private func tell(_ signal: Int32) {
        kill(-process, signal)
        kill(-process, SIGCONT)
    }

    /// Waits for the rest of its group, when it was told to end.
    private func endRest() {
        guard let verdict else { return }
        while kill(-process, 0) == 0 {
            guard Instant.now - verdict.since < CommandSettings.grace else {
                kill(-process, SIGKILL)
                return
            }
            usleep(10_000)
        }
    }
}
