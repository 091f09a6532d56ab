public import ArgumentParser
package import Gateway
public import Logging

/// The options for the log of a demonstration worker, the same as the gateway's.
struct LogOptions: ParsableArguments {
    @Option(help: "The least severe lines logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    @Option(help: "How a line of the log is written: text, or json for one object a line.")
    var logFormat = LogFormat.text

    /// The log of a subcommand.
    func makeLog(_ label: String) -> Log { Log(label: label, level: logLevel, format: logFormat) }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
