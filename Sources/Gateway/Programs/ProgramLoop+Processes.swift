import CommandExecution
import Logging
import SystemSupport

extension ProgramLoop {
    /// Starts a process on a thread of its own, which tells of its end.
    func start(_ running: RunningProcess, requestLimit: Int?) {
        do {
            let endpoint = try broker.openEndpoint(for: running.process, requestLimit: requestLimit)
            running.setEndpoint(endpoint)
            try DetachedThread.start(name: "program") { [self] in run(running, endpoint) }
        } catch {
            inbox.leave(.ended(running.process, "it could not be started: \(error)"))
        }
    }

    private func run(_ running: RunningProcess, _ endpoint: String) {
        let program = running.program
        var variables = program.environment
        variables["WEBGATEWAY_WORKERS"] = endpoint
        variables["WEBGATEWAY_PROGRAM"] = program.name
        variables["WEBGATEWAY_INSTANCE"] = "\(running.instance)"
        let command = Command(
            ["/bin/sh", "-c", ProgramCommand.text(program.run)].map { Array($0.utf8) },
            variables: variables.sorted { $0.key < $1.key }.map { Array("\($0.key)=\($0.value)".utf8) },
            in: CommandEnvironment(without: Array(variables.keys)), directory: program.directory)
        var ending: String
        do throws(CommandFailure) {
            // Empty: whoever reads from it is at the end at once.
            let input = try NamelessFile(holding: [], for: "the input of \(program.name)")
            let lines = { [logger] (stream: String) in
                ErrorLines { ProgramOutput.log($0, of: running, stream, to: logger) }
            }
            let result = try command.run(input: input, .lines(output: lines("out"), errors: lines("err"))) { number in
                running.setNumber(number)
                inbox.leave(.started(running.process, number))
            } noteStop: { [logger] signal, number in
                logger.warning(
                    "program was stopped, and goes on after SIGCONT",
                    metadata: ["program": "\(program.name)", "pid": "\(number)", "signal": "\(signal)"])
            }
            ending = Self.text(result.ending)
        } catch {
            ending = "it could not be started: \(error)"
        }
        if running.number > 0 {
            CommandGroup.endRest(of: running.number, within: running.patience, wasTold: running.wasTold)
        }
        inbox.leave(.ended(running.process, ending))
    }

    private static func text(_ ending: CommandResult.Ending) -> String {
        switch ending {
        case .signalled(let number): "signal \(number)"
        // As a shell says it of what it has run.
        case .exited(let status) where status > 128 && status < 193: "signal \(status - 128)"
        case .exited(let status): "exit status \(status)"
        // Neither is bounded.
        case .timedOut: "it took too long"
        case .outputTooLong: "it wrote too much"
        }
    }

    // MARK: The log

    func log(_ report: ProgramReport) {
        func fields(_ name: String, _ instance: Int, _ process: Int32?, _ more: Logger.Metadata = [:])
            -> Logger.Metadata
        {
            var fields: Logger.Metadata = ["program": "\(name)", "instance": "\(instance)"]
            if let process { fields["pid"] = "\(process)" }
            return fields.merging(more) { _, own in own }
        }
        switch report {
        case .started(let name, let instance, let process):
            logger.info("program started", metadata: fields(name, instance, process))
        case .up(let name, let instance, let process, true):
            logger.info("program serves", metadata: fields(name, instance, process))
        case .up(let name, let instance, let process, false):
            logger.warning(
                "program runs, but none of its workers has registered: it connects to WEBGATEWAY_WORKERS",
                metadata: fields(name, instance, process))
        case .late(let name, let instance, let process):
            logger.warning(
                "new process has registered no worker so far: it is waited for, and the old one serves on",
                metadata: fields(name, instance, process))
        case .ended(let name, let instance, let process, let ending, let pause):
            let again = pause.map { "\(Int($0 / .milliseconds(1)))ms" } ?? "never"
            logger.warning(
                "program ended",
                metadata: fields(name, instance, process, ["ending": "\(ending)", "again_in": "\(again)"]))
        case .keepsEnding(let name, let instance):
            logger.error(
                "program ends at once again and again: look at what it writes; it is tried until it runs",
                metadata: fields(name, instance, nil))
        case .recovered(let name, let instance):
            logger.notice("program runs again", metadata: fields(name, instance, nil))
        case .keepsGrowing(let name, let instance):
            logger.error(
                "program is as large as run-max-memory soon after its start: raise that, or it is replaced for nothing",
                metadata: fields(name, instance, nil))
        case .replaced(let name, let instance, let reason):
            logger.info("program replaced", metadata: fields(name, instance, nil, ["reason": "\(reason)"]))
        case .replacementFailed(let name, let instance, let reason):
            logger.error(
                "restart given up: the new process did not come to serve, and the old one stays",
                metadata: fields(name, instance, nil, ["reason": "\(reason)"]))
        case .left(let name, let instance, let process):
            logger.info("program left", metadata: fields(name, instance, process))
        case .killed(let name, let instance, let process):
            logger.warning(
                "program killed, as it did not end within drain-timeout", metadata: fields(name, instance, process))
        }
    }
}

extension ReplacementReason: CustomStringConvertible {
    /// As it is logged.
    package var description: String {
        switch self {
        case .asked: "it was asked for"
        case .fileChanged: "a watched file changed"
        case .reconfigured: "its configuration changed"
        case .requests: "it served run-max-requests"
        case .memory(let bytes): "it took \(bytes) bytes, run-max-memory or more"
        }
    }
}
