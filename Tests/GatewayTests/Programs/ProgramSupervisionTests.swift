import Gateway
import Testing

/// Which processes are started, replaced and ended, decision by decision.
struct ProgramSupervisionTests {
    private var script = ProgramScript()

    /// Two instances of a program that serve, as p1 and p2.
    private mutating func twoServe() {
        script.apply(ProgramScript.program("a", 2))
        #expect(script.log() == ["start a 1 as p1", "start a 2 as p2"])
        script.comeUp(1, 2)
        #expect(script.log() == [])
    }

    @Test mutating func `One that ends is started again after 100 ms, then twice as long each time up to 30 s`() {
        script.apply(ProgramScript.program("a"))
        _ = script.log()
        var process = 1
        for pause in [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000] {
            script.end(process)
            #expect(script.log() == ["forget p\(process)"])
            script.pass(.milliseconds(pause - 1))
            #expect(script.log() == [])
            script.pass(.milliseconds(1))
            process += 1
            #expect(script.log() == ["start a 1 as p\(process)"])
        }
        #expect(script.reports.filter { $0 == "keepsEnding" }.count == 1)
        #expect(script.supervision.snapshot()[0].isFailing)
        // 30 s of life begin anew.
        script.comeUp(process)
        script.pass(.seconds(30))
        #expect(!script.supervision.snapshot()[0].isFailing)
        script.end(process)
        _ = script.log()
        #expect(script.reports.contains("recovered"))
        script.pass(.milliseconds(100))
        #expect(script.log() == ["start a 1 as p\(process + 1)"])
    }

    @Test mutating func `A restart replaces one process after another, each by one that is up`() {
        twoServe()
        #expect(script.restart("a") == 2)
        #expect(script.log() == ["start a 1 as p3"])
        script.comeUp(3)
        #expect(script.log() == ["retire p1"])
        script.becomeIdle(1)
        #expect(script.log() == ["release p1", "terminate p1 1001"])
        script.end(1)
        #expect(script.log() == ["forget p1", "start a 2 as p4"])
        script.comeUp(4)
        script.becomeIdle(2)
        script.end(2)
        #expect(script.log() == ["retire p2", "release p2", "terminate p2 1002", "forget p2"])
        #expect(!script.supervision.snapshot()[0].isRestarting)
        #expect(script.restart("nobody") == nil)
    }

    @Test mutating func `What does not finish in time is told to end, and what does not end in time is killed`() {
        twoServe()
        script.restart("a")
        script.comeUp(3)
        _ = script.log()
        script.pass(.seconds(10))
        #expect(script.log() == ["release p1", "terminate p1 1001"])
        script.pass(.seconds(10))
        #expect(script.log() == ["kill p1 1001"])
        script.end(1)
        #expect(script.log() == ["forget p1", "start a 2 as p4"])
    }

    @Test mutating func `After a change of a watched file the old process has three seconds for its requests`() {
        script.apply(ProgramScript.program("a"))
        script.comeUp(1)
        script.restart("a", .fileChanged)
        script.comeUp(2)
        #expect(script.log() == ["start a 1 as p1", "start a 1 as p2", "retire p1"])
        script.pass(.seconds(3))
        #expect(script.log() == ["release p1", "terminate p1 1001"])
    }

    @Test mutating func `A storm of restarts replaces every process twice at most`() {
        twoServe()
        for _ in 0..<100 { script.restart("a") }
        var starts = script.log().count { $0.hasPrefix("start") }
        var next = 3
        while script.supervision.snapshot()[0].isRestarting, next < 100 {
            script.comeUp(next)
            for old in 1..<next where old != next { script.becomeIdle(old) }
            let log = script.log()
            for line in log where line.hasPrefix("terminate") {
                script.end(Int(line.split(separator: " ")[1].dropFirst()) ?? 0)
            }
            starts += (log + script.log()).count { $0.hasPrefix("start") }
            next += 1
        }
        #expect((2...4).contains(starts))
    }

    @Test mutating func `A new process that ends before it is up leaves the old one in its place`() {
        twoServe()
        script.restart("a")
        script.start(3)
        script.end(3)
        #expect(script.log() == ["start a 1 as p3", "forget p3"])
        #expect(script.reports.contains("replacementFailed"))
        script.pass(.seconds(60))
        #expect(script.log() == [])
        #expect(script.supervision.snapshot()[0].up == 2)
    }

    @Test mutating func `Of another configuration a new process is tried until it is up`() {
        twoServe()
        script.apply(ProgramScript.program("a", 2, run: "other"))
        script.end(3)
        #expect(script.log() == ["start a 1 as p3", "forget p3"])
        script.pass(.milliseconds(100))
        #expect(script.log() == ["start a 1 as p4"])
        script.comeUp(4)
        #expect(script.log() == ["retire p1"])
    }

    @Test mutating func `Only what has changed is touched, added or removed`() {
        twoServe()
        script.apply(ProgramScript.program("a", 2), ProgramScript.program("b"))
        #expect(script.log() == ["start b 1 as p3"])
        script.comeUp(3)
        script.apply(ProgramScript.program("a", 3), ProgramScript.program("b"))
        #expect(script.log() == ["start a 3 as p4"])
        script.comeUp(4)
        script.apply(ProgramScript.program("a", 1), ProgramScript.program("b"))
        #expect(Set(script.log()) == ["retire p2", "retire p4"])
        script.apply(ProgramScript.program("a", 1))
        #expect(script.log() == ["retire p3"])
        script.becomeIdle(3)
        #expect(script.log() == ["release p3", "terminate p3 1003"])
        #expect(script.supervision.snapshot().map(\.name) == ["a"])
    }

    @Test mutating func `A spent process is replaced, one at a time of a program`() {
        twoServe()
        script.supervision.isSpent(ProgramProcess(1), because: .requests, now: script.now)
        script.supervision.isSpent(ProgramProcess(2), because: .memory(5), now: script.now)
        script.supervision.isSpent(ProgramProcess(1), because: .memory(5), now: script.now)
        #expect(script.log() == ["start a 1 as p3"])
        script.comeUp(3)
        script.becomeIdle(1)
        script.end(1)
        #expect(script.log() == ["retire p1", "release p1", "terminate p1 1001", "forget p1", "start a 2 as p4"])
    }

    private mutating func seeTooLarge(_ process: Int) {
        script.supervision.isSpent(ProgramProcess(process), because: .memory(5), now: script.now)
    }

    @Test mutating func `Processes that are too large from their start on are replaced less and less often`() {
        script.apply(ProgramScript.program("a"))
        script.comeUp(1)
        _ = script.log()
        var process = 1
        for pause in [0, 30, 60, 120, 240, 480, 600, 600] {
            seeTooLarge(process)
            if pause > 0 {
                script.pass(.seconds(pause - 1))
                seeTooLarge(process)
                #expect(script.log() == [])
                script.pass(.seconds(1))
                seeTooLarge(process)
            }
            #expect(script.log() == ["start a 1 as p\(process + 1)"])
            script.comeUp(process + 1)
            script.becomeIdle(process)
            script.end(process)
            _ = script.log()
            process += 1
        }
        #expect(script.reports.filter { $0 == "keepsGrowing" }.count == 1)
        // One that has grown only later is replaced at once.
        script.pass(.seconds(30))
        seeTooLarge(process)
        #expect(script.log() == ["start a 1 as p\(process + 1)"])
    }

    @Test mutating func `A process whose old one ends meanwhile takes its place at once`() {
        twoServe()
        script.restart("a")
        _ = script.log()
        script.end(1)
        #expect(script.log() == ["forget p1"])
        script.comeUp(3)
        #expect(script.log() == ["start a 2 as p4"])
    }

    // MARK: New processes that are slow to serve

    /// A restart whose new process, p3, has run for 30 s without a worker.
    private mutating func oneIsLate(_ begin: (inout ProgramScript) -> Void = { $0.restart("a") }) {
        twoServe()
        begin(&script)
        script.start(3)
        #expect(script.log() == ["start a 1 as p3"])
        script.pass(.seconds(30))
        #expect(script.log() == [])
        #expect(script.reports.contains("late"))
    }

    @Test mutating func `One that serves stays until a worker of the new one registers`() {
        oneIsLate()
        script.pass(.seconds(500))
        #expect(script.log() == [])
        script.supervision.connected(ProgramProcess(3), now: script.now)
        #expect(script.log() == ["retire p1"])
    }

    @Test mutating func `A new process without a worker for ten minutes is given up`() {
        oneIsLate()
        script.pass(.seconds(570))
        #expect(script.log() == ["release p3", "terminate p3 1003"])
        #expect(script.reports.contains("replacementFailed"))
        script.end(3)
        script.pass(.seconds(60))
        #expect(script.log() == ["forget p3"])
        #expect(script.supervision.snapshot()[0].up == 2)
        #expect(!script.supervision.snapshot()[0].isRestarting)
    }

    @Test mutating func `In the place of a spent process others are tried after that`() {
        oneIsLate { $0.supervision.isSpent(ProgramProcess(1), because: .requests, now: $0.now) }
        script.pass(.seconds(570))
        script.end(3)
        #expect(script.log() == ["release p3", "terminate p3 1003", "forget p3"])
        script.pass(.seconds(30))
        #expect(script.log() == ["start a 1 as p4"])
        script.comeUp(4)
        #expect(script.log() == ["retire p1"])
    }

    @Test mutating func `One of another configuration takes the place then: it may be none that serves`() {
        oneIsLate { $0.apply(ProgramScript.program("a", 2, run: "other")) }
        script.pass(.seconds(570))
        #expect(script.log() == ["retire p1"])
    }

    @Test mutating func `Who restarts again does not wait for a new process that is late`() {
        oneIsLate()
        script.restart("a")
        #expect(script.log() == ["release p3", "terminate p3 1003", "start a 2 as p4"])
        script.comeUp(4)
        script.becomeIdle(2)
        script.end(2)
        #expect(
            script.log() == ["retire p2", "release p2", "terminate p2 1002", "forget p2", "start a 1 as p5"])
    }

    @Test mutating func `One who restarted again before it was late does not wait either`() {
        twoServe()
        script.restart("a")
        script.start(3)
        script.restart("a")
        #expect(script.log() == ["start a 1 as p3"])
        script.pass(.seconds(30))
        #expect(script.log() == ["release p3", "terminate p3 1003", "start a 2 as p4"])
    }

    @Test mutating func `One that is late takes the place at once when the old one ends`() {
        oneIsLate()
        script.end(1)
        script.pass(.zero)
        #expect(script.log() == ["forget p1", "start a 2 as p4"])
    }

    @Test mutating func `A spent process goes although the restart during which it was spent is given up`() {
        twoServe()
        script.restart("a")
        script.start(3)
        script.supervision.isSpent(ProgramProcess(1), because: .requests, now: script.now)
        script.end(3)
        #expect(script.log() == ["start a 1 as p3", "forget p3"])
        script.pass(.milliseconds(100))
        #expect(script.log() == ["start a 1 as p4"])
    }

    @Test mutating func `One without a worker counts as up after 30 s`() {
        script.apply(ProgramScript.program("a"))
        script.start(1)
        _ = script.log()
        script.pass(.seconds(30))
        _ = script.log()
        #expect(script.supervision.snapshot()[0].up == 1)
        script.restart("a")
        #expect(script.log() == ["start a 1 as p2"])
    }

    @Test mutating func `A process that is not up yet is not waited for when it is replaced`() {
        script.apply(ProgramScript.program("a"))
        script.start(1)
        _ = script.log()
        for _ in 0..<5 { script.restart("a") }
        #expect(script.log() == ["retire p1", "start a 1 as p2"])
        script.becomeIdle(1)
        script.end(1)
        #expect(script.log() == ["release p1", "terminate p1 1001", "forget p1", "retire p2", "start a 1 as p3"])
    }

    @Test mutating func `While the gateway drains nothing is started, and at its end everything is told to end`() {
        twoServe()
        script.restart("a")
        _ = script.log()
        script.supervision.drain(now: script.now)
        script.end(1)
        script.pass(.seconds(1))
        #expect(script.log() == ["forget p1"])
        #expect(script.restart("a") == nil)
        script.apply(ProgramScript.program("b"))
        script.supervision.end(now: script.now)
        #expect(Set(script.log()) == ["release p2", "terminate p2 1002", "release p3"])
        // The one that had no number yet.
        script.start(3)
        #expect(script.log() == ["terminate p3 1003"])
        script.pass(.seconds(10))
        #expect(Set(script.log()) == ["kill p2 1002", "kill p3 1003"])
        #expect(!script.supervision.isEmpty)
        script.end(2)
        script.end(3)
        #expect(script.supervision.isEmpty)
    }
}
