import Gateway
import Logging

/// Takes what the libraries log and writes it in this program's format.
struct LineLogHandler: LogHandler {
    let label: String
    let format: LogFormat
    let writer: LogWriter
    let threshold: LogThreshold
    var metadata = Logger.Metadata()

    /// Shared by all loggers: whoever sets it for one sets it for the process.
    var logLevel: Logger.Level {
        get { threshold.level }
        set { threshold.level = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let own = event.metadata { fields.merge(own) { _, own in own } }
        writer.write { buffer, time in
            var line = LogLine(
                in: buffer, format: format, time: time, level: event.level, label: label,
                message: event.message.description)
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) { line.add(name, "\(value)") }
            return line.end()
        }
    }
}
