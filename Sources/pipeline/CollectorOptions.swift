public import ArgumentParser
import CommandLineSupport
import TaskPipeline

/// How results are written.
struct CollectorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where results go, instead of standard output; goes on after a kill, and replaces a file of another run.",
            valueName: "file"))
    var output: String?

    @Option(help: "text: the output of each task alone. json: an object a line.")
    var format = ResultFormat.text

    @Flag(help: "Write the results in the order of the tasks.")
    var ordered = false

    func validate() throws {
        if output == "" { throw ValidationError("--output '': name a file, or leave it out for standard output") }
    }

    func refuse(with common: CommonOptions) throws {
        try common.refuse("--ordered", because: "a result there does not say which task it is of", if: ordered)
    }

    var settings: Collector.Settings {
        var settings = Collector.Settings()
        settings.format = format
        settings.isOrdered = ordered
        return settings
    }

    func makeSink() throws -> any ResultSink {
        if let output { return try ResultFile(path: output) }
        return StandardOutputSink()
    }
}

extension ResultFormat: ExpressibleByArgument {}
