import Foundation
import ProcessSupport
import SwiftZMQ
import Testing

/// The pages of `Examples` in a real browser, which is driven by `Tests/Interop/browser.py`.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled("there is no Chromium: Scripts/need chromium", { await Browser.isInstalled.value }))
struct BrowserTests {
    let programs = Programs()

    @Test func `The page of live topics shows what comes, and comes back after publisher and gateway were restarted`()
        async throws
    {
        let endpoint = "ipc://" + FileManager.default.temporaryDirectory.appending(path: "browser-\(UUID())").path()
        let example = try String(
            contentsOfFile: PackageFolder.path("Examples/live-topics/gateway.yaml"), encoding: .utf8)
        let file = try TemporaryFile(example.replacing("tcp://127.0.0.1:5556", with: endpoint))
        let gateway = try await programs.gateway("--demo-workers", "0", "--config", file.path)
        _ = try await programs.python(
            PackageFolder.path("Examples/live-topics/page_worker.py"), gateway.workerEndpoint)
        let publisher = try await livePublisher(endpoint)
        try await gateway.waitForService("/live")

        let browser = try await Browser(programs)
        try await browser.open("page", "http://127.0.0.1:\(gateway.port)/live")
        for place in ["berlin", "lisbon", "oslo"] {
            try await browser.wait("page", until: "\(place).textContent.endsWith(' °C')")
        }
        #expect(try await browser.run("page", "state.textContent") == "\"connected\"")

        publisher.signal(15)
        #expect(try await publisher.ending() == .signalled(15))
        try await browser.run("page", "oslo.textContent = 'nothing since'")
        _ = try await livePublisher(endpoint)
        try await browser.wait("page", until: "oslo.textContent.endsWith(' °C')")
        #expect(try await browser.run("page", "source.readyState") == "1")

        gateway.program.signal(9)
        try await browser.wait("page", until: "state.textContent == 'connecting'")
        let next = try await RunningGateway(
            programs.webgateway(
                "serve", "--listen", "127.0.0.1:\(gateway.port)", "--workers", gateway.workerEndpoint, "--admin", "off",
                "--demo-workers", "0", "--config", file.path))
        // The numbers of the gateway before mean nothing to this one.
        try await browser.wait("page", until: "state.textContent == 'connected; something was missed'")
        try await browser.run("page", "oslo.textContent = 'nothing since'")
        try await browser.wait("page", until: "oslo.textContent.endsWith(' °C')")
        #expect(next.port == gateway.port)
        #expect(browser.program.errors.soFar == [])
    }

    private func livePublisher(_ endpoint: String) async throws -> RunningProgram {
        let publisher = try await programs.python(
            PackageFolder.path("Examples/live-topics/publisher.py"), endpoint)
        try await publisher.output.wait(for: "publishing on")
        return publisher
    }
}
