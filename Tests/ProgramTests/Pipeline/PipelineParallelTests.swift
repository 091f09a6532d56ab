import Foundation
import ProcessSupport
import Testing

/// Beside GNU parallel, on the same odd inputs.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineParallelTests {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Tasks that have been trouble to somebody.
    static let odd: [[UInt8]] =
        [
            "plain", " two  blanks ", "it's", "\"quoted\"", "back\\slash", "-n", "--help", "$HOME", "$(echo no)",
            "`echo no`",
            "a;b", "a&b", "a|b", "a>b", "*", "?", "[a]", "~", "#x", "!x", "{}", "{.}", "a{}b", "\t", "a\tb", "%s", "ä€",
            "a=b",
            "dir/file.tar.gz", "/abs/file.txt", "./a.b/c", "noext", ".hidden", "dir/", "a//b.c",
        ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x61, 0xE9, 0x2E, 0x62]]

    /// Both programs' output for a command of each, as bytes.
    private func outputs(_ tasks: [UInt8], parallel: String, pipeline: String) async throws -> (Data, Data) {
        try Data(tasks).write(to: URL(filePath: folder["in"]))
        let script = """
            '\(PackageFolder.path("Scripts/need"))' parallel || exit 9; cd \(folder.path)
            LC_ALL=C parallel --will-cite -k -j2 \(parallel) < in > theirs
            $PIPELINE run \(pipeline) --ordered --workers 2 --quiet < in > ours; echo $?
            """
        let shell = try programs.pipelineShell(script)
        let (output, errors) = (try await shell.output.all(), try await shell.errors.all())
        #expect(output == ["0"], "\(errors)")
        return (
            try Data(contentsOf: URL(filePath: folder["theirs"])), try Data(contentsOf: URL(filePath: folder["ours"]))
        )
    }

    static let lines: [(parallel: String, pipeline: String)] = [
        ("-d '\\n' \"printf '<%s>\\\\n' {}\"", "--exec \"printf '<%s>\\\\n' {}\""),
        (
            "-d '\\n' \"printf '%s,%s,%s,%s,%s\\\\n' {.} {/} {/.} {#} {}\"",
            "--exec \"printf '%s,%s,%s,%s,%s\\\\n' {.} {/} {/.} {#} {}\""
        ),
        ("-d '\\n' --tag echo x", "--exec 'echo x \"$TASK\"' --tag"),
    ]

    @Test(arguments: lines)
    func `Lines come out as they do there`(parallel: String, pipeline: String) async throws {
        let tasks = Self.odd.flatMap { $0 + [UInt8(ascii: "\n")] }
        let (theirs, ours) = try await outputs(tasks, parallel: parallel, pipeline: pipeline)
        #expect(!ours.isEmpty)
        #expect(
            ours == theirs,
            "\(String(decoding: ours, as: UTF8.self))\nand theirs\n\(String(decoding: theirs, as: UTF8.self))")
    }

    @Test func `Tasks with newlines come out as they do there`() async throws {
        let odd: [[UInt8]] = Self.odd + [Array("a\nb".utf8), Array("\n".utf8)]
        let tasks: [UInt8] = odd.flatMap { $0 + [0 as UInt8] }
        let (theirs, ours) = try await outputs(
            tasks, parallel: "-0 \"printf '<%s>\\\\n' {}\"", pipeline: "-0 --exec \"printf '<%s>\\\\n' {}\"")
        #expect(ours == theirs)
    }

    @Test func `Columns come out as they do there`() async throws {
        let tasks = Array("a,b c,d\n'x',$y,\n,,\n 1 , 2 ,3,4\n".utf8)
        let (theirs, ours) = try await outputs(
            tasks, parallel: "--trim n --colsep , \"printf '<%s|%s|%s>\\\\n' {1} {2} {3}\"",
            pipeline: "--colsep , --exec \"printf '<%s|%s|%s>\\\\n' {1} {2} {3}\"")
        #expect(
            ours == theirs,
            "\(String(decoding: ours, as: UTF8.self))\nand theirs\n\(String(decoding: theirs, as: UTF8.self))")
    }

    @Test func `The log of attempts says the same of ends as there`() async throws {
        let tasks = Array("exit 0\nexit 3\nexit 130\nexit 137\nexit 200\nkill -TERM $$\nkill -9 $$\n".utf8)
        _ = try await outputs(tasks, parallel: "--joblog tlog", pipeline: "--exec 'true' --joblog olog")
        let shell = try programs.pipelineShell(
            "cd \(folder.path); $PIPELINE run in --exec 'exec sh' --attempts 1 --joblog log --workers 1 --quiet 2>/dev/null; "
                + "head -n 1 log | cmp - <(head -n 1 tlog) && cut -f 1,7,8 log | sort | cmp - <(cut -f 1,7,8 tlog | sort)"
        )
        #expect(try await shell.output.all() == [])
    }
}
