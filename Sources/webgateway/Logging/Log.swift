import Gateway
import Glibc
import Logging

/// The log of a subcommand, which goes to standard error.
struct Log: Sendable {
    let logger: Logger
    let threshold: LogThreshold
    let format: LogFormat

    /// Makes the log. What it was given is written before the process ends, however it ends.
    init(label: String, level: Logger.Level, format: LogFormat) {
        atexit { LogWriter.standardError.flush() }
        let threshold = LogThreshold(level)
        logger = Logger(label: label) {
            LineLogHandler(label: $0, format: format, writer: .standardError, threshold: threshold)
        }
        self.threshold = threshold
        self.format = format
    }
}
