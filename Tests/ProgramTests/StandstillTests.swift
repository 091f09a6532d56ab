import Foundation
import ProcessSupport
import SwiftZMQ
import Testing

/// Processes that stand still for longer than the other side may be silent, as on a machine that is short of time. What
/// the other side said meanwhile has come, and is heard before it is given up.
@Suite(.timeLimit(.minutes(5))) struct StandstillTests {
    let programs = Programs()

    /// Stops a process for a while. The time itself is what is tested.
    private func pause(_ program: RunningProgram, _ duration: Duration) async throws {
        program.signal(19)
        try await Task.sleep(for: duration)
        program.signal(18)
    }

    /// Says again and again that somebody lives. On a thread of its own: other tests may keep all of the pool busy for
    /// longer than anybody may be silent.
    private func beat(every seconds: Double, _ send: @escaping @Sendable () throws -> Void) -> Thread {
        let thread = Thread {
            while !Thread.current.isCancelled {
                // The other side may be gone already; the test notices that.
                try? send()
                Thread.sleep(forTimeInterval: seconds)
            }
        }
        thread.start()
        return thread
    }

    @Test func `A gateway that stood still hears its workers before it gives them up`() async throws {
        let gateway = try await programs.gateway("--demo-workers", "0", "--heartbeat", "300ms")
        let context = try Context()
        let worker = try Dealer(context) { $0.linger = .zero }
        try worker.connect(gateway.workerEndpoint)
        try await worker.send(["MDPW02", "\u{1}", "patient"])
        try await gateway.program.errors.wait(for: "worker registered")
        let beating = beat(every: 0.1) { _ = try worker.trySend(["MDPW02", "\u{5}"]) }
        defer { beating.cancel() }
        for _ in 0..<5 {
            try await pause(gateway.program, .milliseconds(1200))
            async let answer = gateway.ask("POST", "/patient")
            var message = try await worker.receive(timeout: .seconds(20))
            while message[1] != "\u{2}" { message = try await worker.receive(timeout: .seconds(20)) }
            try await worker.send(["MDPW02", "\u{4}", message[2], "", "here"])
            #expect(try await answer.text == "here")
        }
        #expect(!gateway.program.errors.soFar.contains { $0.contains("worker lost") })
    }

    @Test(arguments: ["clock-worker", "mdp_worker.py", "paced_worker.py"])
    func `A worker that stood still hears the gateway before it gives it up`(name: String) async throws {
        let context = try Context()
        let gateway = try Router(context) {
            $0.linger = .zero
            $0.isMandatory = true
        }
        let endpoint = try gateway.bind("tcp://127.0.0.1:*")
        let worker =
            if name.hasSuffix(".py") {
                try await programs.python(PackageFolder.path("Examples/python/\(name)"), "--connect", endpoint)
            } else {
                programs.keep(try RunningProgram.product(name, [endpoint]))
            }
        let ready = try await gateway.receive(timeout: .seconds(30))
        #expect(ready[2] == "\u{1}")
        let beating = beat(every: 0.3) { _ = try gateway.trySend([ready[0], "MDPW02", "\u{5}"]) }
        defer { beating.cancel() }
        for number in 0..<2 {
            try await pause(worker, .seconds(4))
            let id = Frame("\(number)")
            let head: Frame = "GET /lines/1 HTTP/1.1\r\nhost: h\r\nx-stream-credit: 10000\r\n\r\n"
            try await gateway.send([ready[0], "MDPW02", "\u{2}", id, "", head, ""])
            var message = try await gateway.receive(timeout: .seconds(20))
            // On the way are heartbeats and pieces; a worker that has given the gateway up registers on another socket.
            while message[2] != "\u{4}" {
                try #require(message[2] != "\u{1}", "\(name) has registered anew")
                message = try await gateway.receive(timeout: .seconds(20))
            }
            #expect(message[0] == ready[0])
            #expect(message[3] == id)
        }
    }
}
