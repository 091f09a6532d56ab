import ArgumentParser
import CommandLineSupport
import TaskPipeline

/// How tasks are handed out.
struct ProducerOptions: ParsableArguments {
    @Option(help: "The most tasks under way at once: read, and not yet done. (default: 20000)")
    var window: Int?

    @Option(
        help: ArgumentHelp(
            "When a task that no worker says it has, and that is not done, is sent again. (default: 10s)",
            valueName: "duration"), transform: DurationOption.parse)
    var retryAfter: DurationArgument?

    @Option(help: "How often a task that fails is tried, with ever longer pauses from half a second on. (default: 3)")
    var attempts: Int?

    @Option(help: "How often a worker may die with a task before it is given up. (default: 3)")
    var maxLosses: Int?

    @Option(
        help: ArgumentHelp(
            "Hand out nothing more after so many failed tasks, or so many percent of all.", valueName: "n|n%"))
    var halt: String?

    @Flag(help: "With --halt: end what was begun, too.")
    var haltNow = false

    @Option(
        help: ArgumentHelp("The shortest time from one task to the next.", valueName: "duration"),
        transform: DurationOption.parse)
    var delay: DurationArgument?

    func validate() throws {
        try Check.range(window, 1...10_000_000, "--window")
        try Check.range(attempts, 1...1_000_000, "--attempts")
        try Check.range(maxLosses, 1...1_000_000, "--max-losses")
        if let retryAfter, retryAfter.duration <= .zero {
            throw ValidationError("--retry-after \(retryAfter): a time above zero is needed")
        }
        if haltNow, halt == nil { throw ValidationError("--halt-now says how --halt ends: give --halt, too") }
        _ = try haltLimit
    }

    func refuse(with common: CommonOptions) throws {
        let reason = "nothing is reported back there, so that nothing could be counted or sent again"
        for (option, isGiven) in [
            ("--window", window != nil), ("--retry-after", retryAfter != nil), ("--attempts", attempts != nil),
            ("--max-losses", maxLosses != nil), ("--halt", halt != nil), ("--delay", delay != nil),
        ] {
            try common.refuse(option, because: reason, if: isGiven)
        }
    }

    var settings: PipelineSettings {
        get throws {
            var settings = PipelineSettings()
            if let window { settings.window = window }
            if let retryAfter { settings.retryAfter = retryAfter.duration }
            if let attempts { settings.attempts = attempts }
            if let maxLosses { settings.mostLosses = maxLosses }
            if let delay { settings.delay = delay.duration }
            settings.halt = try haltLimit
            return settings
        }
    }

    private var haltLimit: PipelineSettings.HaltLimit? {
        get throws {
            guard let halt else { return nil }
            if halt.hasSuffix("%"), let number = Double(halt.dropLast()), number > 0, number <= 100 {
                return .percent(number)
            }
            if let number = UInt64(halt), number > 0 { return .tasks(number) }
            throw ValidationError("--halt '\(halt)': a number of tasks such as 3, or a share such as 10%, is needed")
        }
    }
}
