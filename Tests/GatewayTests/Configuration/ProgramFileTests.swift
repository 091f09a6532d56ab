import Foundation
import ProcessSupport
import Testing

@testable import Gateway

/// The programs of a file, and the one of the command line.
struct ProgramFileTests {
    @Test func `Programs are read, and their paths are beside the file`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/workers", withIntermediateDirectories: false)
        let file = ConfigurationFile(
            name: "\(folder.path)/gateway.yaml",
            text: """
                programs:
                  - name: greet
                    run: python3 greet_worker.py
                    count: 4
                    directory: workers
                    environment: {LOG: info, EMPTY: "", NUMBER: 3}
                    watch: workers/*.py
                  - run: ./other -v
                """)
        #expect(file.problems == [])
        var greet = ProgramConfiguration(name: "greet", run: "python3 greet_worker.py")
        greet.count = 4
        greet.directory = "\(folder.path)/workers"
        greet.environment = ["LOG": "info", "EMPTY": "", "NUMBER": "3"]
        greet.watch = "\(folder.path)/workers/*.py"
        #expect(file.programs == [greet, ProgramConfiguration(name: "other", run: "./other -v")])
        let settings = try SettingSources(
            flags: ["run": ["sleep 5"], "run-count": ["2"], "run-max-requests": ["10"], "run-max-memory": ["1MiB"]],
            file: file
        ).settings()
        #expect(settings.gateway.programs.map(\.name) == ["sleep", "greet", "other"])
        #expect(settings.gateway.programs[0].count == 2)
        #expect(settings.gateway.programRequestLimit == 10 && settings.gateway.programMemoryLimit == 1 << 20)
        #expect(ConfigurationFile(name: "f", text: "programs:\n").problems == [])
    }

    @Test(arguments: [
        ("- {name: a}", "f:2: the program has no run"),
        ("- {run: a, count: 0}", "f:2: count '0': a whole number from 1"),
        ("- {run: a, coun: 1}", "unknown key 'coun' of a program; did you mean count?"),
        ("- {run: a, name: 'x/y'}", "name 'x/y': a name is made of"),
        ("- {run: ' '}", "run ' ': a shell command is needed"),
        ("- {run: [a]}", "run of a program has one value"), ("- {run: $X}", "not fit for its name; add name:"),
        ("- {run: a, directory: /nowhere/at/all}", "directory '/nowhere/at/all': there is no folder"),
        ("- {run: a, directory: /etc/passwd}", "directory '/etc/passwd': /etc/passwd is no folder"),
        ("- {run: a, environment: [x]}", "environment of a program is a mapping"),
        ("- {run: a, environment: {1A: x}}", "environment '1A': a variable's name"),
        ("- {run: a, environment: {A: [x]}}", "environment 'A': a variable has one value"),
        ("- {run: a, environment: {WEBGATEWAY_WORKERS: x}}", "the gateway gives it to each process itself"),
        ("- {run: a}\n  - {run: b/a}", "f:3: name 'a': the program in line 2 has it already"),
        ("- a", "a program is made of the keys name, run, count"), ("a: b", "programs is a list"),
    ])
    func `A mistake is told with its line, its value and its remedy`(program: String, message: String) {
        let problems = ConfigurationFile(name: "f", text: "programs:\n  \(program)\n").problems
        #expect(problems.count == 1)
        #expect(problems.first?.description.contains(message) == true, "\(problems)")
    }

    @Test(arguments: [
        (["run": ["sleep 5"]], "--run 'sleep 5': the file has a program sleep already"),
        (["run": [""]], "--run '': a shell command"), (["run": ["'x'"]], "--run ''x'': its first word"),
        (["run-count": ["3"]], "--run-count '3': it is for the program of --run"),
        (["run": ["x"], "run-count": ["many"]], "--run-count 'many': a whole number"),
        (["run-max-memory": ["much"]], "--run-max-memory 'much': a size"),
        (["run-max-requests": ["0"]], "--run-max-requests '0': a whole number"),
    ])
    func `So is one of the command line`(flags: [String: [String]], message: String) throws {
        let file = ConfigurationFile(name: "f", text: "programs:\n  - run: sleep 1\n")
        let problems = #expect(throws: ConfigurationProblems.self) {
            try SettingSources(flags: flags, file: file).settings()
        }
        #expect(problems?.description.hasPrefix(message) == true, "\(problems?.description ?? "")")
    }
}
