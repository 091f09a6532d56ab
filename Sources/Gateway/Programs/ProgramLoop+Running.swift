import CommandExecution
import Glibc
import Logging
import SwiftZMQ

extension ProgramLoop {
    /// What the thread alone owns.
    private struct Work {
        var supervision: ProgramSupervision
        var limits = Limits(drainTimeout: .seconds(30))
        var processes: [ProgramProcess: RunningProcess] = [:]
        var watches: [String: ProgramWatch] = [:]
        /// When files and sizes are looked at again.
        var nextLook = ContinuousClock.now
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []

        var looks: Bool { !watches.isEmpty || (limits.memory != nil || getpid() == 1) && !processes.isEmpty }
    }

    /// How long after a look at watched files the next one comes, and one at sizes. Two looks alike make a change complete: an
    /// editor, or a copy of many files, is not interrupted.
    ///
    /// - Parameter look: how long it took. However many files a pattern names, looking takes a twentieth of a processor at most.
    static func lookInterval(after look: Duration) -> Duration { max(.milliseconds(500), look * 20) }

    func run() {
        var work = Work(supervision: ProgramSupervision(drainTimeout: .seconds(30)))
        var calls: [Call] = []
        while true {
            inbox.takeCalls(into: &calls)
            for call in calls { take(call, &work) }
            calls.removeAll(keepingCapacity: true)
            look(&work)
            work.supervision.advance(to: .now)
            for action in work.supervision.takeActions() { carryOut(action, &work) }
            if !work.waitingForEnd.isEmpty, work.supervision.isEmpty { break }
            wait(work)
        }
        for call in inbox.end() { refuse(call, &work) }
        for continuation in work.waitingForEnd { continuation.resume() }
    }

    private func wait(_ work: borrowing Work) {
        let look = work.looks ? work.nextLook : nil
        let deadline = [work.supervision.nextDeadline, look].compactMap(\.self).min()
        let milliseconds = deadline.map {
            Int32(clamping: Int((max($0 - .now, .zero) / .milliseconds(1)).rounded(.up)))
        }
        // What is thrown is an error of ZeroMQ's alone, of which there is none here.
        _ = try? inbox.sleep(if: { $0.calls.isEmpty }) { wake throws(ZMQError) in
            var waited = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
            _ = poll(&waited, 1, milliseconds ?? -1)
        }
    }

    private func take(_ call: Call, _ work: inout Work) {
        let now = ContinuousClock.now
        switch call {
        case .apply(let programs, let limits):
            work.limits = limits
            work.supervision.drainTimeout = limits.drainTimeout
            work.supervision.apply(programs, now: now)
            let watches = programs.compactMap { program in
                program.watch.map { (program.name, work.watches[program.name]?.keeping($0) ?? ProgramWatch($0)) }
            }
            for (name, watch) in watches where watch.isEmpty {
                logger.warning(
                    "no file is watched so far, as the pattern names none",
                    metadata: ["program": "\(name)", "watch": "\(watch.pattern)"])
            }
            work.watches = Dictionary(watches) { first, _ in first }
        case .restart(let name, let continuation):
            continuation.resume(returning: work.supervision.restart(name, because: .asked, now: now))
        case .started(let process, let number): work.supervision.started(process, as: number, now: now)
        case .ended(let process, let ending): work.supervision.ended(process, ending, now: now)
        case .broker(.processConnected(let process)): work.supervision.connected(process, now: now)
        case .broker(.processIdle(let process)): work.supervision.becameIdle(process, now: now)
        case .broker(.processSpent(let process)):
            work.supervision.isSpent(process, because: .requests, now: now)
        case .broker: break
        case .drain: work.supervision.drain(now: now)
        case .end(let patience, let continuation):
            if let patience { work.supervision.drainTimeout = patience }
            work.supervision.end(now: now)
            work.waitingForEnd.append(continuation)
        case .snapshot(let continuation): continuation.resume(returning: work.supervision.snapshot())
        }
    }

    /// Answers whoever asks after the end.
    private func refuse(_ call: Call, _ work: inout Work) {
        switch call {
        case .restart(_, let continuation): continuation.resume(returning: nil)
        case .end(_, let continuation): continuation.resume()
        case .snapshot(let continuation): continuation.resume(returning: [])
        case .apply, .started, .ended, .broker, .drain: break
        }
    }

    private func carryOut(_ action: ProgramAction, _ work: inout Work) {
        switch action {
        case .start(let process, let program, let instance):
            let running = RunningProcess(process, of: program, instance: instance)
            work.processes[process] = running
            start(running, requestLimit: work.limits.requests)
        case .retire(let process): broker.retire(process)
        case .release(let process):
            work.processes[process]?.setPatience(work.limits.drainTimeout)
            broker.release(process)
        case .forget(let process):
            broker.forget(process, at: work.processes.removeValue(forKey: process)?.endpoint)
        case .terminate(let process, let number): work.processes[process]?.signal(SIGTERM, number)
        case .kill(let process, let number): work.processes[process]?.signal(SIGKILL, number)
        case .report(let report): log(report)
        }
    }

    /// Looks at what nobody tells of: files that are watched, and how large processes are.
    private func look(_ work: inout Work) {
        let now = ContinuousClock.now
        guard work.looks, now >= work.nextLook else { return }
        for name in work.watches.keys where work.watches[name]?.look() == true {
            _ = work.supervision.restart(name, because: .fileChanged, now: now)
        }
        work.nextLook = now + Self.lookInterval(after: ContinuousClock.now - now)
        let numbers = Set(work.processes.values.map(\.number))
        // One that has just been started has no number yet, and is nobody's for a moment.
        if !numbers.contains(0) { CommandGroup.reapStrangers { numbers.contains($0) } }
        guard let limit = work.limits.memory, !work.processes.isEmpty else { return }
        // A shell that waits for the process proper counts together with it.
        let sizes = ProcessList.read().reduce(into: [:]) { $0[$1.group, default: 0] += $1.memory }
        for (process, number) in work.supervision.serving {
            guard let size = sizes[number], size >= limit else { continue }
            work.supervision.isSpent(process, because: .memory(size), now: now)
        }
    }
}
