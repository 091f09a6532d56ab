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
        ("-d '\\n' \"printf '<%s>\\\\n' {//}\"", "--exec \"printf '<%s>\\\\n' {//}\""),
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

    @Test func `Names of columns stand for what they do there`() async throws {
        let tasks = Array("id,name\n1,a b\n2,$x\n,\n3,'\n".utf8)
        let (theirs, ours) = try await outputs(
            tasks, parallel: "--trim n --colsep , --header : \"printf '<%s>%s\\\\n' {name} {id}\"",
            pipeline: "--colsep , --header --exec \"printf '<%s>%s\\\\n' {name} {id}\"")
        #expect(!ours.isEmpty)
        #expect(ours == theirs)
    }

    /// Runs a script with both programs in a folder whose file `in` has some tasks; what it prints.
    private func both(_ tasks: String, _ script: String) async throws -> [String] {
        _ = try folder.write(tasks, to: "in")
        let shell = try programs.pipelineShell(
            """
            '\(PackageFolder.path("Scripts/need"))' parallel || exit 9; cd \(folder.path)
            parallel() { LC_ALL=C command parallel --will-cite "$@" 2>/dev/null; }
            pipeline() { $PIPELINE "$@" --quiet 2>/dev/null; }
            ends() { cut -f 1,7,8 "$1" | sort; }
            \(script)
            """)
        return try await shell.output.all()
    }

    @Test func `An attempt that takes too long ends as there`() async throws {
        let lines = try await both(
            "0\n9\n",
            """
            parallel -j2 --timeout 1 --joblog theirs 'sleep {}' < in
            pipeline run in --workers 2 --timeout 1s --attempts 1 --joblog ours --exec 'sleep {}'
            diff <(ends theirs) <(ends ours) && echo same
            """)
        #expect(lines == ["same"])
    }

    @Test func `After so many failures as much is left undone as there, and a run that goes on does the rest`()
        async throws
    {
        let lines = try await both(
            (1...9).map { "\($0)\n" }.joined(),
            """
            parallel -j1 --halt soon,fail=2 --joblog theirs 'echo {} >> did.theirs; test {} -lt 3' < in; a=$?
            pipeline run in --workers 1 --window 1 --halt 2 --attempts 1 --joblog ours --output out \\
                --exec 'echo {} >> did.ours; test "$TASK" -lt 3'; b=$?
            [ $a -ne 0 ] && [ $b -ne 0 ] && diff <(ends theirs) <(ends ours) && wc -l < did.ours
            parallel -j1 --resume --joblog theirs 'echo {} >> did.theirs' < in
            pipeline run in --workers 1 --resume --joblog ours --output out --exec 'echo {} >> did.ours'
            diff did.theirs did.ours && diff <(ends theirs) <(ends ours) && echo same
            """)
        #expect(lines == ["4", "same"])
    }

    @Test func `What has failed is done again on demand as there`() async throws {
        let lines = try await both(
            "a  b\n-5\n$(echo x)\nit's\n",
            """
            parallel -j1 --joblog theirs 'echo {} >> did.theirs; test -e ok || test {} != -5' < in; a=$?
            pipeline run in --workers 1 --attempts 1 --joblog ours --output out \\
                --exec 'echo {} >> did.ours; test -e ok || test "$TASK" != -5'; b=$?
            [ $a -ne 0 ] && [ $b -ne 0 ] && wc -l < did.ours; touch ok
            parallel -j1 --retry-failed --joblog theirs < /dev/null; a=$?
            pipeline run in --workers 1 --resume --retry-failed --joblog ours --output out \\
                --exec 'echo {} >> did.ours'; b=$?
            [ $a -eq 0 ] && [ $b -eq 0 ] && wc -l < did.ours
            cmp did.theirs did.ours && diff <(ends theirs) <(ends ours) && echo same
            """)
        #expect(lines == ["4", "5", "same"])
    }

    @Test func `Commands are as nice as there`() async throws {
        let lines = try await both(
            "a  b\n-n\n$(echo x)\n",
            """
            # There it is the priority itself, here what is added to it.
            parallel -k -j1 --nice $(($(nice) + 3)) -d '\\n' "printf '<%s>\\n' {}; nice" < in > theirs
            pipeline run in --workers 1 --ordered --nice 3 --exec "printf '<%s>\\n' {}; nice" > ours
            cmp theirs ours && wc -l < ours
            """)
        #expect(lines == ["6"])
    }

    @Test func `Above a load and below a memory nothing is begun, as there`() async throws {
        let lines = try await both(
            "a\nb\n",
            """
            yes > /dev/null & trap "kill $!" EXIT
            for limit in '--load 1%' '--memfree 100000G'; do
                command timeout 3 parallel --will-cite $limit echo < in > theirs 2> /dev/null; echo "$? $(wc -l < theirs)"
            done
            for limit in '--load 1%' '--memfree 100000GiB'; do
                command timeout -s KILL 3 $PIPELINE run in $limit --job echo --quiet > ours 2> /dev/null; wc -l < ours
            done
            """)
        #expect(lines == ["124 0", "124 0", "0", "0"])
    }

    @Test func `The folder of a task has what it has there`() async throws {
        let lines = try await both(
            "a\nb c\n",
            """
            parallel --results theirs 'echo out {}; printf err >&2; exit 1' < in > /dev/null
            pipeline run in --attempts 1 --results-folder ours --exec 'echo out {}; printf err >&2; exit 1' > /dev/null
            cmp theirs/1/a/stdout ours/1/stdout && cmp theirs/1/a/stderr ours/1/stderr &&
                cmp "theirs/1/b c/stdout" ours/2/stdout && cmp "theirs/1/b c/stderr" ours/2/stderr &&
                [ "$(cat "theirs/1/b c/seq")" = "$(cat ours/2/seq)" ] && echo same
            """)
        #expect(lines == ["same"])
    }

    @Test func `Between the starts of two tasks there is as much time as there`() async throws {
        let lines = try await both(
            "1\n2\n3\n4\n",
            """
            parallel -j4 --delay 0.3 --joblog theirs true < in
            pipeline run in --workers 4 --delay 300ms --joblog ours --exec true
            for log in theirs ours; do
                sort -n -k 3 "$log" | awk 'NR > 2 && $3 - last < 0.25 { early = 1 } { last = $3 } END { print NR, early + 0 }'
            done
            """)
        #expect(lines == ["5 0", "5 0"])
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
