import ArgumentParser
import CommandLineSupport
import Gateway

/// `webgateway check`: says what is wrong with a configuration file.
struct CheckConfiguration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with a configuration file.",
        discussion: """
            Prints a line for each mistake, FILE:LINE: what is wrong and how it is mended, and exits with 1; exits with 0 \
            if there is none.
            """
    )

    @Option(help: ArgumentHelp("The YAML file.", valueName: "file"))
    var config: String

    func run() throws {
        let problems: [ConfigurationProblem]
        do throws(ConfigurationProblem) {
            let file = try ConfigurationFile(path: config)
            problems = file.problems + mistakesBetweenSettings(of: file)
            if problems.isEmpty {
                for warning in warnings(about: file) { StandardStreams.printLine("\(warning)") }
                let count = file.routes.count
                let programs = file.programs.count
                let more = programs == 0 ? "" : " and \(programs) \(programs == 1 ? "program" : "programs")"
                StandardStreams.printLine("\(config): good, with \(count) \(count == 1 ? "route" : "routes")\(more)")
            }
        } catch {
            problems = [error]
        }
        for problem in problems { StandardStreams.printLine(problem.description) }
        if !problems.isEmpty { throw ExitCode(CommandLineProgram.failureStatus) }
    }

    /// What the gateway starts with all the same.
    private func warnings(about file: ConfigurationFile) -> [ConfigurationProblem] {
        let sources = SettingSources(file: file)
        return (try? sources.settings()).map { sources.warnings(ofFilesIn: $0) } ?? []
    }

    /// What only shows when all settings of the file are looked at together.
    private func mistakesBetweenSettings(of file: ConfigurationFile) -> [ConfigurationProblem] {
        guard file.problems.isEmpty else { return [] }
        do throws(ConfigurationProblems) {
            let sources = SettingSources(file: file)
            return sources.problems(ofFilesIn: try sources.settings())
        } catch {
            return error.problems
        }
    }
}
