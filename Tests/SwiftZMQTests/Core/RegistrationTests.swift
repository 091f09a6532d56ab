import Testing

@testable import SwiftZMQ

/// How the executor watches a socket, which a program notices only by what it costs.
@Suite(.timeLimit(.minutes(5))) struct RegistrationTests {
    private func mode(of socket: some Socket) -> ExecutorRegistration.Mode {
        socket.core.state.withLock { $0.registration.mode }
    }

    @Test func `The executor watches every change for those who wait, and not for those who only let others run`()
        async throws
    {
        let pair = try Connected(
            over: .inproc, { try Pull($0) { $0.receiveHighWaterMark = nil } },
            { try Push($0) { $0.sendHighWaterMark = nil } })
        // Several times as many as a task may send or receive before it lets others run.
        let count = 4 * SocketCore.fullBudget
        for number in 0..<count { try await pair.connecting.send("\(number)") }
        for number in 0..<count { #expect(try await pair.bound.receive() == ["\(number)"]) }
        #expect(pair.connecting.figures.waits == 0)
        #expect(pair.bound.figures.waits == 0)
        #expect(mode(of: pair.connecting) == .occasional)
        #expect(mode(of: pair.bound) == .occasional)

        let waiting = Task { try await pair.bound.receive() }
        #expect(try await eventually { pair.bound.figures.waits == 1 })
        #expect(mode(of: pair.bound) == .always)
        try await pair.connecting.send("x")
        #expect(try await waiting.value == ["x"])
        await pair.context.shutdown()
    }
}
