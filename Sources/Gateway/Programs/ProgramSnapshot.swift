/// What runs of a program at one moment, for administration.
package struct ProgramSnapshot: Sendable {
    /// A process of it.
    package struct Process: Sendable {
        package let instance: Int
        /// The system's number; nil while it is being started.
        package let process: Int32?
        /// `starting`, `up`, `retiring`, `ending` or `killed`.
        package let state: String
        package let start: ContinuousClock.Instant
    }

    package let name: String
    /// How many are to run.
    package let count: Int
    /// How many processes were started in the place of others.
    package let restarts: Int
    /// Whether one of them ends at once again and again.
    package let isFailing: Bool
    /// Whether processes are being replaced.
    package let isRestarting: Bool
    /// By instance.
    package let processes: [Process]

    /// How many serve.
    package var up: Int { processes.count { $0.state == "up" } }
}

extension ProgramSupervision {
    /// The programs as they are, by name; the processes of those that were removed are not among them.
    package func snapshot() -> [ProgramSnapshot] {
        let processes = Dictionary(grouping: lives.values, by: \.program)
        return programs.values.sorted { $0.configuration.name < $1.configuration.name }.map { program in
            ProgramSnapshot(
                name: program.configuration.name, count: program.configuration.count, restarts: program.restarts,
                isFailing: program.places.contains(where: \.isFailing),
                isRestarting: program.replacing != nil || !program.waiting.isEmpty,
                processes: (processes[program.configuration.name] ?? []).map { life in
                    ProgramSnapshot.Process(
                        instance: life.instance, process: life.process, state: "\(life.phase)", start: life.start)
                }.sorted { ($0.instance, $0.start) < ($1.instance, $1.start) })
        }
    }

    /// The processes that serve, for a look at their size.
    package var serving: [(process: ProgramProcess, number: Int32)] {
        lives.compactMap { process, life in
            guard let number = life.process, !life.isLeaving else { return nil }
            return (process, number)
        }
    }
}
