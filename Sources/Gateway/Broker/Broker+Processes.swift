import WorkerProtocol

// A process that the gateway has started connects to an endpoint of its own, by which its workers are told from others. The
// driver names the process with each message of a peer that is not registered yet.

extension Broker {
    /// What is kept of a process from its start to its end.
    struct ProcessRecord: Sendable {
        /// Its registered workers.
        var workers: Set<Int> = []
        /// How many requests they have answered.
        var served = 0
        /// After how many it is spent; nil for never.
        let requestLimit: Int?
        var hasRegistered = false
        /// Its workers get no more requests.
        var isRetired = false
        /// Its workers were told DISCONNECT, and no others are taken.
        var isReleased = false
    }

    /// A process is about to be started.
    ///
    /// - Parameter requestLimit: after how many answered requests it is reported as spent; nil for never.
    package mutating func addProcess(_ process: ProgramProcess, requestLimit: Int?) {
        processes[process] = ProcessRecord(requestLimit: requestLimit)
    }

    /// Gives a process no further requests, and ends its WebSockets. That it has finished those that it has is reported, at
    /// once if it has none.
    package mutating func retire(_ process: ProgramProcess, now: Instant) {
        guard let record = processes[process], !record.isRetired else { return }
        processes[process]?.isRetired = true
        for worker in record.workers {
            takeOffers(from: worker, now: now)
            endWebSockets(of: worker, now: now)
        }
        reportIfIdle(process)
        completeDrain(now: now)
    }

    /// Says DISCONNECT to a process's workers; what they have not finished is decided about as with a lost worker.
    package mutating func release(_ process: ProgramProcess, now: Instant) {
        guard let record = processes[process], !record.isReleased else { return }
        processes[process]?.isRetired = true
        processes[process]?.isReleased = true
        for worker in record.workers { lose(worker, because: .stopped, now: now) }
        completeDrain(now: now)
    }

    /// A process has ended.
    package mutating func forget(_ process: ProgramProcess, now: Instant) {
        guard let record = processes.removeValue(forKey: process) else { return }
        for worker in record.workers { lose(worker, because: .ended, now: now) }
        completeDrain(now: now)
    }

    // MARK: Within the broker

    /// Whether a peer is registered: not one of a process that is about to end.
    func takes(_ process: ProgramProcess?) -> Bool {
        guard let process else { return true }
        return processes[process]?.isRetired == false
    }

    /// A worker of a process has registered.
    mutating func adopt(_ worker: Int, by process: ProgramProcess?) {
        guard let process, processes[process] != nil else { return }
        workers[worker].process = process
        processes[process]?.workers.insert(worker)
        guard processes[process]?.hasRegistered == false else { return }
        processes[process]?.hasRegistered = true
        effects.append(.report(.processConnected(process)))
    }

    /// A worker is lost.
    mutating func disown(_ worker: Int) {
        guard let process = workers[worker].process else { return }
        processes[process]?.workers.remove(worker)
    }

    /// A worker has answered a request.
    mutating func countServed(by worker: Int) {
        workers[worker].served += 1
        guard let process = workers[worker].process, let limit = processes[process]?.requestLimit else { return }
        processes[process]?.served += 1
        if processes[process]?.served == limit { effects.append(.report(.processSpent(process))) }
    }

    /// A worker has one request less, or is gone.
    mutating func reportIfIdle(_ process: ProgramProcess?) {
        guard let process, let record = processes[process], record.isRetired, !record.isReleased else { return }
        guard record.workers.allSatisfy({ workers[$0].requests.isEmpty }) else { return }
        effects.append(.report(.processIdle(process)))
    }
}
