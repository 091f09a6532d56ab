public import ArgumentParser
public import Logging

/// The options for the log, the same for every subcommand. The log goes to standard error.
struct LogOptions: ParsableArguments {
    @Option(help: "The least severe lines logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    func makeLogger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// A switch that is written out.
enum OnOff: String, ExpressibleByArgument, CaseIterable {
    case on, off
}
