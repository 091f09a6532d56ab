import Foundation
import ProcessSupport
import Testing

/// The options that tasks, commands and results have.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PipelineOptionTests: PipelineSuite {
    let programs = Programs()
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `An attempt that takes too long has failed`() async throws {
        let run = try await shell(
            "seq 2 | $PIPELINE run --exec 'test {#} 2>/dev/null; echo' --quiet 2>&1 | head -n 1; "
                + "printf '0\\n9\\n' | $PIPELINE run --exec 'sleep {}; echo {}' --timeout 500ms --attempts 1 --format json --ordered; echo $?"
        )
        #expect(run.output.last == "1")
        #expect(run.output.dropLast().last?.contains(#""status":"timeout""#) == true, "\(run.output)")
        #expect(run.errors.contains("pipeline run: task 2 failed: timeout: 9"), "\(run.errors)")
    }

    @Test func `After so many failed tasks nothing more is begun`() async throws {
        let run = try await shell(
            "seq 1000 | $PIPELINE run --exec 'echo {} >> log; exit 1' --attempts 1 --halt 3 --workers 1 --window 5; echo $?"
        )
        #expect(run.output == ["1"])
        #expect(try folder.lines(of: "log").count < 20)
        #expect(run.errors.contains { $0.contains("too many tasks have failed") })
        let now = try await shell(
            "printf '1000\\nx\\n' | timeout 60 $PIPELINE run --exec 'sleep {}' --attempts 1 --halt 1 --halt-now --workers 2; echo $?"
        )
        #expect(now.output == ["1"])
    }

    @Test func `What was begun before too many failed is finished and written`() async throws {
        let run = try await shell(
            """
            printf 'slow\\nx\\n' | $PIPELINE run --attempts 1 --halt 1 --workers 2 --exec '
                if test "$TASK" = slow; then touch begun; until test -e failed; do sleep 0.01; done; sleep 0.5; echo {}
                else until test -e begun; do sleep 0.01; done; touch failed; exit 1; fi'
            echo $?
            """)
        #expect(run.output == ["slow", "1"])
        #expect(run.errors.contains { $0.contains("too many tasks have failed; waiting for what workers have") })
    }

    @Test func `The priority of commands is the program's and what is added to it`() async throws {
        let run = try await shell("nice; seq 1 | $PIPELINE run --nice 3 --exec nice --quiet")
        let base = try #require(run.output.first.flatMap { Int($0) })
        #expect(run.output.last == "\(min(base + 3, 19))")
    }

    @Test func `The log of attempts has GNU parallel's columns`() async throws {
        let run = try await shell(
            "seq 2 | $PIPELINE run --exec 'echo {}; exit $(($TASK - 1))' --attempts 2 --workers 1 --joblog log --quiet >/dev/null 2>&1; echo $?; cut -f 1,5-9 log"
        )
        #expect(
            run.output == [
                "1", "Seq\tSend\tReceive\tExitval\tSignal\tCommand", "1\t1\t2\t0\t0\t1", "2\t1\t0\t1\t0\t2",
                "2\t1\t2\t1\t0\t2",
            ])
        let again = try await shell("seq 2 | $PIPELINE run --job echo --joblog log; echo $?")
        #expect(again.output == ["1"])
    }

    @Test func `Each task has a folder of results`() async throws {
        let run = try await shell(
            "seq 2 | $PIPELINE run --exec 'echo out {}; echo err {} >&2' --results-folder r --quiet >/dev/null 2>&1; cat r/2/stdout r/2/stderr r/2/seq"
        )
        #expect(run.output == ["out 2", "err 2", "2"])
    }

    @Test func `Tasks may end with a zero byte, and have columns with names`() async throws {
        let null = try await shell(
            "printf 'a\\nb\\0c\\0' | $PIPELINE run -0 --exec 'printf \"<%s>\" {}' --ordered --quiet")
        #expect(null.output == ["<a", "b>", "<c>"])
        let columns = try await shell(
            "printf 'id\\tname\\n1\\t a b \\n2\\t$x\\n' | $PIPELINE run --header --colsep '\\t' --exec 'printf \"<%s>%s\" {name} {1}' --ordered --quiet"
        )
        #expect(columns.output == ["< a b >1", "<$x>2"])
    }

    @Test func `Lines begin with their task, the words are as others write them, and - is standard output`()
        async throws
    {
        let run = try await shell(
            "seq 2 | $PIPELINE run --exec 'printf \"a\\nb\\n\"' --tag --ordered --quiet --output -; ls ./- 2>/dev/null")
        #expect(run.output == ["1\ta", "1\tb", "2\ta", "2\tb"])
        let sums = try await shell(
            "printf x > 'a b'; printf y > c; ls | $PIPELINE run --job sha256 --quiet | sha256sum -c; ls | $PIPELINE run --job wordcount --quiet --ordered"
        )
        #expect(
            sums.output == ["a b: OK", "c: OK", "1 a b", "1 c"] || sums.output == ["c: OK", "a b: OK", "1 a b", "1 c"])
    }

    @Test func `Between two tasks there is a pause, and above a load or below a memory there is none`() async throws {
        let start = ContinuousClock.now
        _ = try await shell("seq 5 | $PIPELINE run --job echo --delay 100ms --quiet")
        #expect(ContinuousClock.now - start >= .milliseconds(400))
        let program = try programs.pipeline("run", try folder.numbers(3), "--job", "echo", "--memfree", "100000GiB")
        program.signal(SIGCONT)
        let run = try await shell("seq 3 | timeout 3 $PIPELINE run --job echo --memfree 100000GiB --quiet | wc -l")
        #expect(run.output == ["0"])
        program.signal(SIGKILL)
        let free = try await shell("seq 3 | $PIPELINE run --job echo --memfree 1B --load 100000% --quiet | wc -l")
        #expect(free.output == ["3"])
        // With these processes on it, any machine has more load than that.
        let busy = try await shell(
            "yes > /dev/null & seq 3 | timeout 3 $PIPELINE run --job echo --load 0.0001% --quiet | wc -l; kill $!")
        #expect(busy.output == ["0"])
    }

    @Test func `Tasks that failed are done again on demand, and the last record counts`() async throws {
        let first = try await shell(
            "seq 5 | $PIPELINE run --exec 'test -e ok || test \"$TASK\" != 3 && echo {}' --attempts 1 --format json --output out; echo $?"
        )
        #expect(first.output == ["1"])
        let second = try await shell(
            "touch ok; seq 5 | $PIPELINE run --exec 'echo {} >> log; echo {}' --format json --output out --resume; echo $?"
        )
        #expect(second.output == ["1"])
        #expect(!folder.exists("log"))
        let third = try await shell(
            "seq 5 | $PIPELINE run --exec 'echo {} >> log; echo {}' --format json --output out --resume --retry-failed; echo $?"
        )
        #expect(third.output == ["0"], "\(third.errors)")
        #expect(try folder.lines(of: "log") == ["3"])
        let lines = try folder.lines(of: "out")
        #expect(lines.count == 6)
        #expect(lines.last?.contains(#""number":3,"#) == true)
        #expect(!folder.exists("out.journal"))
    }

    @Test func `Parts on their own go on with a run, too`() async throws {
        func parts(_ options: String...) throws -> [RunningProgram] {
            [
                try collect(["--output", folder["out"]] + options), try work("--exec", "sleep 0.02; echo {}"),
                try produce([try folder.numbers(200)] + options),
            ]
        }
        let killed = try parts()
        while try !folder.exists("out.journal") || folder.lines(of: "out").count < 20 {
            try await Task.sleep(for: .milliseconds(20))
        }
        for program in killed {
            program.signal(SIGKILL)
            _ = try await program.ending()
        }
        let resumed = try parts("--resume")
        #expect(try await resumed[2].ending() == .exited(0))
        #expect(try await resumed[0].ending() == .exited(0))
        #expect(try folder.lines(of: "out").compactMap { Int($0) }.sorted() == Array(1...200))
        try await resumed[2].errors.wait(for: "of them before")
    }

    @Test func `A run that is under way tells how far it is`() async throws {
        let run = try programs.pipeline(
            "run", try folder.numbers(50), "--exec", "test \"$TASK\" -gt 5 && sleep 1000; exit $((($TASK == 2) * 3))",
            "--attempts", "1",
            "--workers", "3", "--done", folder.ipc("d"), "--output", folder["out"])
        try await run.errors.wait(for: "task 2 failed")
        var json = ""
        for _ in 0..<100 where !json.contains("\"done\":5,") || !json.contains("\"number\":8,") {
            let status = try programs.pipeline("status", "--done", folder.ipc("d"), "--format", "json")
            #expect(try await status.ending() == .exited(0))
            json = try await status.output.all().joined()
        }
        let value = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(value["done"] as? Int == 5)
        #expect(value["total"] as? Int == 50)
        #expect(value["failed"] as? Int == 1)
        #expect(
            Set(value.keys) == [
                "done", "total", "failed", "rate_per_second", "seconds_left", "workers", "slowest", "failures",
            ])
        let workers = try #require(value["workers"] as? [[String: Any]])
        #expect(workers.count == 3 && workers.allSatisfy { Set($0.keys) == ["name", "tasks", "since"] })
        let slowest = try #require(value["slowest"] as? [[String: Any]])
        #expect(slowest.allSatisfy { Set($0.keys) == ["number", "text", "seconds"] })
        #expect(slowest.contains { $0["number"] as? Int == 6 && $0["text"] as? String == "6" })
        let failures = try #require(value["failures"] as? [[String: Any]])
        #expect(failures.allSatisfy { Set($0.keys) == ["number", "text", "status"] })
        let failure = try #require(failures.first)
        #expect(failure["number"] as? Int == 2 && failure["status"] as? Int == 3)
        #expect(failure["text"] as? String == "2")
        let table = try programs.pipeline("status", "--done", folder.ipc("d"))
        #expect(try await table.output.all().first?.hasPrefix("5/50 done, 1 failed") == true)
        let watch = try programs.pipeline("status", "--done", folder.ipc("d"), "--watch")
        try await watch.output.wait(for: "5/50 done", count: 2)
        watch.signal(SIGINT)
        #expect(try await watch.ending() == .exited(0))
        let nobody = try programs.pipeline("status", "--done", folder.ipc("nobody"), "--timeout", "100ms")
        #expect(try await nobody.ending() == .exited(1))
    }
}
