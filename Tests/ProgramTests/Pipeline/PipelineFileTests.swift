import Foundation
import ProcessSupport
import Testing

/// Files that are there: what is read is not written to, and nothing is replaced.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineFileTests: PipelineSuite {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(arguments: [
        "$PIPELINE run in --output in", "$PIPELINE run in --output link", "$PIPELINE run --output in < in",
        "$PIPELINE run /dev/stdin --output in < in", "$PIPELINE run link --output in",
        "$PIPELINE run --plain in --output in", "$PIPELINE run in --joblog in",
    ])
    func `The input is not written to, whatever name it goes by`(command: String) async throws {
        let run = try await shell(
            "seq 9 > in; ln -s in link; \(command) --job echo --quiet > o; echo $? >&2; seq 9 | cmp - in")
        #expect(run.errors.first?.contains("it is the input") == true, "\(run.errors)")
        #expect(run.errors.last == "1")
        #expect(run.output == [])
    }

    /// Commands in a folder with the input `in`, what the line names, and the file that must stay as it is.
    static let crossed: [(command: String, complaint: String, kept: String)] = [
        ("--output out --joblog out", "the results are written to it; name another file for --joblog", "in"),
        ("--output out --joblog ./out.journal", "it is the journal of the results", "in"),
        ("--joblog out > out", "it is standard output, where the results go", "in"),
        ("--results-folder r", "r: it has results already, as in r/1", "r/1/stdout"),
        ("--output out --resume --results-folder r", "r/1/stdout: it is the input", "r/1/stdout"),
        ("--output out --joblog log --results-folder old", "old: it has results already", "old/7/stdout"),
    ]

    @Test(arguments: crossed)
    func `What is read or written for one thing is not written for another`(
        command: String, complaint: String, kept: String
    ) async throws {
        let input = kept.hasPrefix("r/") ? kept : "in"
        let run = try await shell(
            """
            mkdir -p r/1 old/7; for f in in r/1/stdout old/7/stdout; do seq 9 > $f; done
            $PIPELINE run \(input) --job echo --quiet \(command); echo $? >&2; seq 9 | cmp - \(kept)
            """)
        #expect(run.errors.contains { $0.contains(complaint) }, "\(run.errors)")
        #expect(run.errors.last == "1")
        #expect(run.output == [])
    }

    @Test func `A file that is there is not replaced, and one of a run that was killed is gone on with`() async throws {
        let program = try programs.pipeline(
            "run", try folder.numbers(200), "--exec", "sleep 0.02; echo {}; echo {} >> \(folder["log"])", "--output",
            folder["out"])
        while try !folder.exists("out.journal") || folder.lines(of: "out").count < 40 {
            try await Task.sleep(for: .milliseconds(20))
        }
        program.signal(SIGKILL)
        _ = try await program.ending()
        // Known from the first moments on.
        #expect(try folder.lines(of: "out.journal").contains { $0.hasPrefix("total 200 ") })
        let before = try folder.lines(of: "out")
        let again = try await shell("$PIPELINE run numbers --exec 'echo {}' --output out; echo $?")
        #expect(again.output == ["1"])
        #expect(again.errors.first?.contains("--resume goes on with it, or name another file") == true)
        #expect(try folder.lines(of: "out").starts(with: before))
        let other = try await shell("seq 5 200 | $PIPELINE run --exec 'echo {}' --output out --resume; echo $?")
        #expect(other.output == ["1"])
        #expect(other.errors.contains { $0.contains("are not those of the run") }, "\(other.errors)")
        let longer = try await shell("seq 201 | $PIPELINE run --exec 'echo {}' --output out --resume; echo $?")
        #expect(longer.output == ["1"])
        #expect(longer.errors.contains { $0.contains("are not those of the run") }, "\(longer.errors)")
        #expect(try folder.lines(of: "out").count <= 200)
        let resumed = try await shell("$PIPELINE run numbers --exec 'echo {}' --output out --resume; echo $?")
        #expect(resumed.output == ["0"], "\(resumed.errors)")
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...200))
        #expect(!folder.exists("out.journal"))
        let complete = try await shell("$PIPELINE run numbers --exec 'echo {}' --output out; echo $?")
        #expect(complete.output == ["1"])
        #expect(complete.errors.first?.contains("it exists, and would be replaced") == true)
    }

    @Test func `A run that Ctrl-C has ended is gone on with, and nothing is done twice`() async throws {
        let command = "sleep 0.02; echo {}; echo {} >> \(folder["log"])"
        let program = try programs.pipeline(
            "run", try folder.numbers(100), "--exec", command, "--output", folder["out"])
        while try !folder.exists("out.journal") || folder.lines(of: "out").count < 10 {
            try await Task.sleep(for: .milliseconds(20))
        }
        program.signal(SIGINT)
        #expect(try await program.ending() == .exited(130))
        let resumed = try await shell("$PIPELINE run numbers --exec '\(command)' --output out --resume; echo $?")
        #expect(resumed.output == ["0"], "\(resumed.errors)")
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...100))
        #expect(try folder.lines(of: "log").compactMap { Int($0) }.sorted() == Array(1...100))
    }

    @Test(arguments: ["run in --job echo", "run in --plain --job echo", "collect --plain --results ipc://r"])
    func `Another's file is refused, and its neighbour is not touched`(command: String) async throws {
        let run = try await shell(
            "seq 9 > in; echo mine > out; echo dear > out.journal; $PIPELINE \(command) --output out; echo $?; cat out out.journal"
        )
        #expect(run.output == ["1", "mine", "dear"])
        let fresh = try await shell(
            "seq 9 > in; echo dear > new.journal; $PIPELINE run in --job echo --output new; echo $?; cat new.journal; ls new"
        )
        #expect(fresh.output == ["1", "dear"])
    }
}
