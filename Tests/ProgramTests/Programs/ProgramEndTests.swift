import Foundation
import Glibc
import ProcessSupport
import Testing

/// Programs end with the gateway, however that ends, and with all that they have started.
@Suite(.timeLimit(.minutes(5))) struct ProgramEndTests {
    let programs = Programs()
    /// A number of seconds that nobody else sleeps.
    let seconds = "\(Int.random(in: 100_000_000..<900_000_000))"

    private var sleepers: LeftProcesses { LeftProcesses(word: "sleep\0\(seconds)") }

    private func forking(_ options: String...) async throws -> (ProgramGateway, [Int32]) {
        let command = try await ProgramGateway.command((["s"] + options).joined(separator: " "))
        let gateway = try await ProgramGateway(
            programs, "--run", command, "--run-count", "2", "--drain-timeout", "2s")
        let program = try await gateway.settled()
        for _ in 0..<2 { _ = try await gateway.wait(for: "/s/fork/\(seconds)") }
        #expect(try await sleepers.become(4, within: .seconds(60)))
        return (gateway, program.numbers)
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGALRM], ["", "deaf"])
    func `Nothing is left of a gateway's programs`(signal: Int32, option: String) async throws {
        let (gateway, numbers) = try await forking(option)
        gateway.gateway.program.signal(signal)
        _ = try await gateway.gateway.program.ending()
        #expect(try await sleepers.become(0, within: .seconds(30)))
        for number in numbers {
            let deadline = ContinuousClock.now + .seconds(30)
            while kill(number, 0) == 0, ContinuousClock.now < deadline {
                // One that has ended and that nobody has taken note of.
                let state = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ") Z"
                if state.contains(") Z") { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(ContinuousClock.now < deadline, "\(number) is still there")
        }
    }

    @Test func `A second signal ends them at once`() async throws {
        let (gateway, _) = try await forking("deaf")
        async let slow: HTTPAnswer? = try? gateway.gateway.ask("GET", "/s/wait/20")
        gateway.gateway.program.signal(SIGTERM)
        try await gateway.log.wait(for: "draining")
        gateway.gateway.program.signal(SIGTERM)
        #expect(try await gateway.gateway.program.ending() == .exited(143))
        #expect(try await sleepers.become(0, within: .seconds(30)))
        _ = await slow
    }

    @Test func `A process that ends takes what it has started with it`() async throws {
        let (gateway, numbers) = try await forking()
        for number in numbers { kill(number, SIGKILL) }
        #expect(try await sleepers.become(0, within: .seconds(30)))
        try await gateway.programs { $0[0].isSettled && Set($0[0].numbers).isDisjoint(with: numbers) }
    }

    @Test func `A drain lets a process finish, tells it to end, and kills the one that is deaf`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s", "deaf"), "--drain-timeout", "3s")
        _ = try await gateway.settled()
        async let answer = gateway.gateway.ask("POST", "/s/wait/1")
        try await Task.sleep(for: .milliseconds(300))
        let told = ContinuousClock.now
        gateway.gateway.program.signal(SIGTERM)
        #expect(try await answer.status == 200)
        #expect(try await gateway.gateway.program.ending() == .exited(0))
        // The requests and the processes have drain-timeout each; the rest is for a machine that is busy.
        #expect(ContinuousClock.now - told < .seconds(3 + 3 + 5))
        #expect(gateway.log.soFar.contains { $0.contains("program killed") })
    }

    @Test func `A drain during a restart ends all, and starts nothing`() async throws {
        let gateway = try await ProgramGateway(
            programs, "--run", try await ProgramGateway.command("s"), "--run-count", "4")
        _ = try await gateway.settled()
        #expect(try await gateway.administer("POST", "/programs/python3/restart").status == 202)
        gateway.gateway.program.signal(SIGTERM)
        try await gateway.log.wait(for: "draining")
        let started = gateway.log.soFar.filter { $0.contains("program started") }.count
        #expect(try await gateway.gateway.program.ending() == .exited(0))
        #expect(gateway.log.soFar.filter { $0.contains("program started") }.count <= started + 1)
        #expect(gateway.log.soFar.filter { $0.contains("program left") }.count >= 4)
    }
}
