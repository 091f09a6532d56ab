import ArgumentParser
import CommandLineSupport
import TaskPipeline

/// How tasks are handed out.
struct ProducerOptions: ParsableArguments {
    @Option(help: "The most tasks under way at once: read, and not yet done. (default: 1000)")
    var window: Int?

    @Option(
        help: ArgumentHelp(
            "When a task that no worker says it has, and that is not done, is sent again. (default: 10s)",
            valueName: "duration"))
    var retryAfter: DurationArgument?

    @Option(help: "How often a task that fails is tried. (default: 3)")
    var attempts: Int?

    func validate() throws {
        try Check.range(window, 1...10_000_000, "--window")
        try Check.range(attempts, 1...1_000_000, "--attempts")
        if let retryAfter, retryAfter.duration <= .zero {
            throw ValidationError("--retry-after \(retryAfter): a time above zero is needed")
        }
    }

    func refuse(with common: CommonOptions) throws {
        let reason = "nothing is reported back there, so that nothing could be counted or sent again"
        try common.refuse("--window", because: reason, if: window != nil)
        try common.refuse("--retry-after", because: reason, if: retryAfter != nil)
        try common.refuse("--attempts", because: reason, if: attempts != nil)
    }

    var settings: PipelineSettings {
        var settings = PipelineSettings()
        if let window { settings.window = window }
        if let retryAfter { settings.retryAfter = retryAfter.duration }
        if let attempts { settings.attempts = attempts }
        return settings
    }
}
