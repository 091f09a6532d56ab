import SystemSupport

/// Which processes of which programs are to run, as a state machine without processes and without a clock.
///
/// Whoever drives it tells it what happened and when — a process was started, its worker registered, it ended, time passed —
/// and carries out the ``ProgramAction``s that it takes from it, in order.
///
/// A process is replaced by one that is up before it is told to go, and one at a time of each program: whatever is asked for
/// meanwhile is remembered once, so that a storm of requests restarts nothing more often than twice.
package struct ProgramSupervision: Sendable {
    /// A moment as the driver's clock gives it.
    package typealias Instant = ContinuousClock.Instant

    /// How long a process runs until its earlier ends are forgotten; and how long one is waited for that registers no worker.
    package static let longLife = Duration.seconds(30)
    /// How long one is waited for that registers no worker and is to take the place of one that serves.
    package static let longestStart = Duration.seconds(600)
    /// How long a process may take to finish its requests after a watched file has changed, unless ``drainTimeout`` is less.
    package static let watchPatience = Duration.seconds(3)
    /// How long processes are left alone that are too large soon after their start, one after another: at first, and at most.
    package static let growthPauses = (first: Duration.seconds(30), longest: Duration.seconds(600))
    /// The time before a process is started again: at first, and at most.
    package static let pauses = (first: Duration.milliseconds(100), longest: Duration.seconds(30))
    /// After so many short lives one after another a program is said to end again and again.
    package static let shortLivesUntilSaid = 5

    /// How long a process may take to finish its requests, and again to end.
    package var drainTimeout: Duration
    /// What is to be done; see ``takeActions()``.
    var actions: [ProgramAction] = []
    var programs: [String: Program] = [:]
    var lives: [ProgramProcess: Life] = [:]
    var isDraining = false
    private var lastNumber = 0

    /// A program, and the places of its processes.
    struct Program: Sendable {
        var configuration: ProgramConfiguration
        var places: [Place] = []
        /// What is being replaced: a place, by its instance.
        var replacing: Replacement?
        /// What is to be replaced after that.
        var waiting: [Replacement] = []
        /// How many processes were started in the place of others.
        var restarts = 0
    }

    /// That the process of a place is to be replaced.
    struct Replacement: Sendable, Hashable {
        let instance: Int
        let reason: ReplacementReason
        /// The process that has to go, once it has been told to.
        var leaving: ProgramProcess?
    }

    /// The place of a process: one of the program's count.
    struct Place: Sendable {
        /// 1 to the program's count.
        let instance: Int
        /// The process that serves.
        var current: ProgramProcess?
        /// The one that is to take its place as soon as it is up.
        var successor: ProgramProcess?
        /// When one is started.
        var nextStart: Instant?
        var pause = GrowingInterval(from: ProgramSupervision.pauses.first, upTo: ProgramSupervision.pauses.longest)
        /// How many processes have ended one after another that did not live long.
        var shortLives = 0
        /// It was said that it ends again and again.
        var isFailing = false
        /// How many processes have grown too large one after another that had not lived long.
        var quickGrowths = 0
    }

    /// A process from its start to its end.
    struct Life: Sendable {
        enum Phase: Sendable {
            /// No worker of it has registered.
            case starting
            /// It serves.
            case up
            /// It gets no more requests.
            case retiring
            /// It was told to end.
            case ending
            /// It was killed.
            case killed
        }

        let program: String
        let instance: Int
        var phase = Phase.starting
        let start: Instant
        /// A worker of it has registered.
        var hasWorker = false
        /// It has run for long without a worker, and is to take the place of one that serves.
        var isLate = false
        /// When it was first seen to be too large.
        var grown: Instant?
        /// The number that the system gave it, once it has one.
        var process: Int32?
        /// When its phase ends.
        var deadline: Instant?

        var isLeaving: Bool { phase == .retiring || phase == .ending || phase == .killed }
    }

    /// Supervises nothing so far.
    package init(drainTimeout: Duration) {
        self.drainTimeout = drainTimeout
    }

    /// Whether no process is left.
    package var isEmpty: Bool { lives.isEmpty }

    /// Takes what is to be done.
    package mutating func takeActions() -> [ProgramAction] {
        defer { actions = [] }
        return actions
    }

    /// The earliest time at which ``advance(to:)`` has something to do; nil while there is nothing to wait for.
    package var nextDeadline: Instant? {
        let deadlines = lives.values.compactMap(\.deadline)
        let starts = programs.values.flatMap { $0.places.compactMap(\.nextStart) }
        let recoveries = programs.values.flatMap { program in
            program.places.compactMap { place in
                place.isFailing ? place.current.flatMap { lives[$0]?.start.advanced(by: Self.longLife) } : nil
            }
        }
        return (deadlines + starts + recoveries).min()
    }

    // MARK: What is wanted

    /// Takes other programs: those that are new are started, those that are gone end, and of those that have changed every
    /// process is replaced. The others are not touched.
    package mutating func apply(_ configurations: [ProgramConfiguration], now: Instant) {
        guard !isDraining else { return }
        let names = Set(configurations.map(\.name))
        for (name, program) in programs where !names.contains(name) {
            for place in program.places { vacate(place, now: now) }
            programs[name] = nil
        }
        for configuration in configurations {
            guard let old = programs[configuration.name]?.configuration else {
                programs[configuration.name] = Program(configuration: configuration)
                resize(configuration.name, now: now)
                continue
            }
            programs[configuration.name]?.configuration = configuration
            resize(configuration.name, now: now)
            if !configuration.runs(as: old) { replaceAll(of: configuration.name, because: .reconfigured, now: now) }
        }
    }

    /// Replaces every process of a program, one after another.
    ///
    /// - Returns: how many there are; nil where there is no such program.
    package mutating func restart(_ name: String, because reason: ReplacementReason, now: Instant) -> Int? {
        guard let program = programs[name], !isDraining else { return nil }
        replaceAll(of: name, because: reason, now: now)
        return program.places.count
    }

    /// Starts nothing any more, as the gateway is about to end. What runs goes on until ``end(now:)``.
    package mutating func drain(now: Instant) {
        isDraining = true
        for name in programs.keys {
            programs[name]?.waiting = []
            for index in programs[name]?.places.indices ?? 0..<0 { programs[name]?.places[index].nextStart = nil }
        }
    }

    /// Tells every process to end.
    package mutating func end(now: Instant) {
        drain(now: now)
        for (process, life) in lives where life.phase != .ending && life.phase != .killed {
            tellToEnd(process, now: now)
        }
    }

    /// Gives a program as many places as it is to have.
    private mutating func resize(_ name: String, now: Instant) {
        guard let program = programs[name] else { return }
        for place in program.places.dropFirst(program.configuration.count) { vacate(place, now: now) }
        programs[name]?.places = Array(program.places.prefix(program.configuration.count))
        programs[name]?.waiting.removeAll { $0.instance > program.configuration.count }
        if let replacing = program.replacing, replacing.instance > program.configuration.count {
            programs[name]?.replacing = nil
        }
        for instance in program.places.count..<max(program.places.count, program.configuration.count) {
            programs[name]?.places.append(Place(instance: instance + 1))
            start(name, instance + 1, asSuccessor: false, now: now)
        }
        proceed(name, now: now)
    }

    private mutating func vacate(_ place: Place, now: Instant) {
        for process in [place.current, place.successor].compactMap(\.self) { retire(process, now: now) }
    }

    // MARK: Processes

    /// Starts a process for a place.
    mutating func start(_ name: String, _ instance: Int, asSuccessor: Bool, now: Instant) {
        guard !isDraining, let configuration = programs[name]?.configuration else { return }
        lastNumber += 1
        let process = ProgramProcess(lastNumber)
        lives[process] = Life(program: name, instance: instance, start: now, deadline: now + Self.longLife)
        withPlace(name, instance) { place in
            place.nextStart = nil
            if asSuccessor { place.successor = process } else { place.current = process }
        }
        actions.append(.start(process, configuration, instance: instance))
    }

    /// Gives a process no further requests; once it has finished those that it has, it is told to end.
    ///
    /// - Parameter reason: why it is replaced by another, if it is.
    mutating func retire(_ process: ProgramProcess, because reason: ReplacementReason? = nil, now: Instant) {
        guard let life = lives[process], !life.isLeaving else { return }
        lives[process]?.phase = .retiring
        // Whoever changes a file wants to see the effect, and not to wait for the end of a stream of events.
        let patience = reason == .fileChanged ? min(drainTimeout, Self.watchPatience) : drainTimeout
        lives[process]?.deadline = now + patience
        actions.append(.retire(process))
    }

    /// Takes a process's workers away from it and tells it to end.
    mutating func tellToEnd(_ process: ProgramProcess, now: Instant) {
        guard let life = lives[process] else { return }
        lives[process]?.phase = .ending
        lives[process]?.deadline = now + drainTimeout
        actions.append(.release(process))
        if let number = life.process { actions.append(.terminate(process, process: number)) }
    }

    mutating func withPlace(_ name: String, _ instance: Int, _ body: (inout Place) -> Void) {
        guard var places = programs[name]?.places, let index = places.firstIndex(where: { $0.instance == instance })
        else { return }
        body(&places[index])
        programs[name]?.places = places
    }

    func place(of life: Life) -> Place? {
        programs[life.program]?.places.first { $0.instance == life.instance }
    }
}
