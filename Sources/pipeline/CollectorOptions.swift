public import ArgumentParser
import CommandLineSupport
import Glibc
import TaskPipeline

/// How results are written.
struct CollectorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where results go, instead of standard output; a file that has something in it is refused, or gone on with.",
            valueName: "file"))
    var output: ByteArgument?

    @Option(help: "text: the output of each task alone. json: an object a line.")
    var format = ResultFormat.text

    @Flag(help: "Write the results in the order of the tasks.")
    var ordered = false

    @Flag(help: "Go on with the run whose results are in --output; the input must be the same.")
    var resume = false

    @Flag(help: "With --resume: do those again that failed.")
    var retryFailed = false

    @Option(help: ArgumentHelp("A line for each attempt, in GNU parallel's columns.", valueName: "file"))
    var joblog: ByteArgument?

    @Option(help: ArgumentHelp("A folder of its own for each task, with stdout, stderr and seq.", valueName: "folder"))
    var resultsFolder: ByteArgument?

    func validate() throws {
        for (option, value) in [("--output", output), ("--joblog", joblog), ("--results-folder", resultsFolder)]
        where value?.bytes.isEmpty == true {
            throw ValidationError("\(option) '': name a file, or leave it out")
        }
        if resume, path == nil {
            throw ValidationError("--resume goes on with a file of results: give --output FILE, too")
        }
        if retryFailed, !resume { throw ValidationError("--retry-failed goes with --resume") }
    }

    func refuse(with common: CommonOptions) throws {
        try common.refuse("--ordered", because: "a result there does not say which task it is of", if: ordered)
        let reason = "nothing there tells what is done"
        try common.refuse("--resume", because: reason, if: resume)
        try common.refuse("--joblog", because: reason, if: joblog != nil)
        try common.refuse("--results-folder", because: reason, if: resultsFolder != nil)
    }

    /// The file, where it is one.
    var path: PathBytes? { output?.path }

    /// How results are collected.
    ///
    /// - Parameters:
    ///   - input: what is read, and must not be written to.
    ///   - sink: where results go.
    func settings(input: FileIdentity?, sink: any ResultSink) throws -> Collector.Settings {
        var settings = Collector.Settings()
        settings.format = format
        settings.isOrdered = ordered
        settings.resumes = resume
        let goesOn = resume || sink.goesOn
        var occupied = OccupiedFiles()
        occupied.add(input, use: "it is the input")
        occupied.formUnion(sink.files)
        if let joblog {
            let log = try JobLog(joblog.file, appends: goesOn, occupied: occupied)
            occupied.formUnion(log.files)
            settings.observers.append(log)
        }
        if let resultsFolder {
            settings.observers.append(try ResultsFolder(resultsFolder.file, replaces: goesOn, occupied: occupied))
        }
        return settings
    }

    /// Where results go.
    ///
    /// - Parameters:
    ///   - input: what is read, and must not be written to.
    ///   - rejoins: whether the run may be one that goes on without this process.
    func makeSink(input: FileIdentity?, isPlain: Bool, rejoins: Bool = false) throws -> any ResultSink {
        guard let path else {
            if let input, FileIdentity(descriptor: STDOUT_FILENO) == input {
                throw TaskInput.Failure(
                    description: "standard output: it is the input; send the results to another file")
            }
            return StandardOutputSink()
        }
        var mode = ResultFile.Mode()
        mode.hasJournal = !isPlain
        mode.resumes = resume
        mode.retriesFailed = retryFailed
        mode.rejoins = rejoins
        mode.form = format.rawValue + (ordered ? "-ordered" : "")
        mode.input = input
        return try ResultFile(path, mode: mode)
    }
}

extension ResultFormat: ExpressibleByArgument {}
