public import ArgumentParser
public import Logging

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The options for the log, the same for every subcommand. The log goes to standard error.
struct LogOptions: ParsableArguments {
    @Option(help: "The least severe lines logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    @Option(help: "How a line of the log is written: text, or json for one object a line.")
    var logFormat = LogFormat.text

    /// The logger of a subcommand. What it was given is written before the process ends, however it ends.
    func makeLogger(_ label: String) -> Logger {
        atexit { LogWriter.standardError.flush() }
        var logger = Logger(label: label) {
            LineLogHandler(label: $0, format: logFormat, writer: .standardError)
        }
        logger.logLevel = logLevel
        return logger
    }

    /// The access log of a logger, unless its lines are below the level.
    func makeAccessLog(_ logger: Logger) -> AccessLog? {
        guard logLevel <= .info else { return nil }
        return AccessLog(label: logger.label, format: logFormat, writer: .standardError)
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}

/// A switch that is written out.
enum OnOff: String, ExpressibleByArgument, CaseIterable {
    case on, off
}
