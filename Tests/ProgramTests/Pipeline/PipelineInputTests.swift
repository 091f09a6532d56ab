import Foundation
import ProcessSupport
import Testing

/// A run that is gone on with needs the same input, and finds out whether it has it before it begins anything.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineInputTests: PipelineSuite {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Kills a run once it has written so many results, and its journal has a line that begins so.
    private func kill(_ run: RunningProgram, after count: Int, _ noted: String) async throws {
        while try !folder.exists("out.journal") || folder.lines(of: "out").count < count
            || !folder.lines(of: "out.journal").contains(where: { $0.hasPrefix(noted) })
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        run.signal(SIGKILL)
        _ = try await run.ending()
    }

    private func expectRefused(_ run: (output: [String], errors: [String])) {
        #expect(run.output == ["1"])
        #expect(run.errors.contains { $0.contains("are not those of the run") }, "\(run.errors)")
        #expect(!folder.exists("did"))
    }

    @Test func `Of a file every line is compared, whether it was done, read or neither`() async throws {
        let lines = (1...300).map { "\($0)\n" }
        let run = try programs.pipeline(
            "run", try folder.write(lines.joined(), to: "in"), "--exec", "test \"$TASK\" -gt 20 && sleep 1000; echo {}",
            "--workers", "2", "--window", "50", "--output", folder["out"])
        try await kill(run, after: 10, "total 300 ")
        let again = "$PIPELINE run in --exec 'echo {} >> did; echo {}' --output out --resume; echo $?"
        for changed in [1, 40, 300] {
            var other = lines
            other[changed - 1] = "other\n"
            _ = try folder.write(other.joined(), to: "in")
            expectRefused(try await shell(again))
        }
        _ = try folder.write(lines.joined(), to: "in")
        let resumed = try await shell(again)
        #expect(resumed.output == ["0"], "\(resumed.errors)")
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...300))
    }

    @Test func `Of any other input what was read is compared, done or not`() async throws {
        let run = try programs.pipeline(
            "run", "--exec", "test \"$TASK\" -gt 5 && sleep 1000; echo {}", "--workers", "2", "--output", folder["out"])
        for number in 1...30 { run.enter("\(number)") }
        try await kill(run, after: 5, "read 30 ")
        let again = "$PIPELINE run --exec 'echo {} >> did; echo {}' --output out --resume; echo $?"
        for other in ["seq 30 | sed 's/^20$/other/'", "seq 29", "seq 2 31"] {
            expectRefused(try await shell("\(other) | \(again)"))
        }
        // It was not at its end then, so that more may come.
        let resumed = try await shell("seq 31 | \(again)")
        #expect(resumed.output == ["0"], "\(resumed.errors)")
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...31))
    }

    @Test(arguments: [true, false])
    func `A run that is told to end before it has read all does not take that for the whole input`(
        isFile: Bool
    ) async throws {
        let command = "test \"$TASK\" -gt 10 && until test -e \(folder["go"]); do sleep 0.02; done; echo {}"
        let options = ["--exec", command, "--workers", "2", "--window", "20", "--output", folder["out"]]
        let run = try programs.pipeline(["run"] + (isFile ? [try folder.numbers(300)] : []) + options)
        if !isFile { for number in 1...300 { run.enter("\(number)") } }
        let noted = isFile ? "total 300 " : "read "
        while try !folder.exists("out.journal") || folder.lines(of: "out").count < 10
            || !folder.lines(of: "out.journal").contains(where: { $0.hasPrefix(noted) })
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        run.signal(SIGINT)
        try await run.errors.wait(for: "waiting for what workers have")
        _ = try folder.write("", to: "go")
        #expect(try await run.ending() == .exited(130))
        let totals = try folder.lines(of: "out.journal").filter { $0.hasPrefix("total ") }
        #expect(totals.count == (isFile ? 1 : 0), "\(totals)")
        let input = isFile ? "run numbers" : "run"
        let resumed = try await shell("seq 300 | $PIPELINE \(input) --exec 'echo {}' --output out --resume; echo $?")
        #expect(resumed.output == ["0"], "\(resumed.errors)")
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...300))
    }

    /// What makes a file `in`, the options by which it is read, and what makes it another.
    static let inputs: [(make: String, options: String, change: String)] = [
        ("printf 'id,name\\n1,a\\n2,b c\\n3,' > in", "--colsep , --header", "sed -i 1s/name/nome/ in"),
        ("printf 'a\\nb\\0c\\0\\0d' > in", "-0", "printf '\\0' >> in; printf x >> in"),
        ("printf '\\n\\nx\\n' > in", "", "printf '\\nx\\n\\n' > in"),
        // Lines that are longer than what is looked at in one go.
        (
            "(head -c 3000000 /dev/zero | tr '\\0' x; echo; echo y; head -c 1048576 /dev/zero) > in", "",
            "echo >> in; echo z >> in"
        ),
        ("(echo a; head -c 2000 /dev/zero | tr '\\0' x; echo; echo b) > in", "--max-line 1KiB", "sed -i 1s/a/b/ in"),
    ]

    @Test(arguments: inputs)
    func `What a file is found to be beforehand is what is read of it`(
        make: String, options: String, change: String
    ) async throws {
        let run = "$PIPELINE run in \(options) --exec false --attempts 1 --output out"
        // All fail, so that the journal stays.
        let first = try await shell("\(make); \(run) --quiet; echo $?; grep -c '^total ' out.journal")
        #expect(first.output == ["1", "1"], "\(first.errors)")
        let same = try await shell("\(run) --resume; echo $?")
        #expect(same.output == ["1"])
        #expect(same.errors.contains { $0.contains(" of them before") }, "\(same.errors)")
        expectRefused(try await shell("\(change); \(run) --resume; echo $?"))
    }
}
