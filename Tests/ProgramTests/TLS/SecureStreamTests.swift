import Foundation
import Glibc
import ProcessSupport
import Testing

/// Topic streams and WebSockets over TLS, as programs see them that are none of this package.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SecureStreamTests {
    let programs = Programs()
    let certificates: Certificates
    private let endpoint = "ipc://" + FileManager.default.temporaryDirectory.appending(path: "secure-\(UUID())").path()

    init() throws {
        certificates = try Certificates()
    }

    private func gateway(_ options: String...) async throws -> SecureGateway {
        let file = try TemporaryFile("routes: [{path: /events/, subscribe: '\(endpoint)'}]\n")
        let all = ["--demo-workers", "0", "--config", file.path] + options
        return try await SecureGateway(certificates, programs, all)
    }

    private func publisher() async throws -> RunningProgram {
        let program = try await programs.python(PackageFolder.path("Tests/Interop/topic_publisher.py"), endpoint)
        try await program.output.wait(for: "bound ")
        return program
    }

    @Test(arguments: ["--http1.1", "--http1.0", "--http2"])
    func `A topic stream comes as it is published, and a drain ends it whole`(version: String) async throws {
        let gateway = try await gateway("--drain-timeout", "10m")
        let publisher = try await publisher()
        let reader = try await TopicReader(programs, url: "\(gateway.url)/events/a", gateway.authority + [version])
        try await publisher.output.wait(for: "+a")
        let large = String(repeating: "x", count: 100_000)
        for line in ["a one", "a \(large)", "a end"] { publisher.enter(line) }
        #expect(try await reader.wait(for: "end").map(\.data) == ["one", large, "end"])
        gateway.gateway.program.signal(SIGTERM)
        // Over HTTP/1.0 nothing but the goodbye of TLS says so, and curl is not content without it.
        #expect(try await reader.program.ending() == .exited(0))
        #expect(try await gateway.gateway.program.ending() == .exited(0))
    }

    @Test(
        .enabled("there is no Chromium: Scripts/need chromium", { await Browser.isInstalled.value }),
        arguments: ["on", "off"])
    func `A browser's EventSource and WebSockets work, and a drain closes each with its code`(http2: String)
        async throws
    {
        let gateway = try await gateway("--http2", http2)
        let program = gateway.gateway.program
        let publisher = try await publisher()
        _ = try await programs.python(
            PackageFolder.path("Tests/Interop/websocket_worker.py"), gateway.gateway.workerEndpoint, "ws",
            "websocket=1,concurrency=4,cancel=1")
        try await program.errors.wait(for: "worker registered", "service=ws ")

        let browser = try await Browser(programs, "--ignore-certificate-errors")
        try await browser.open("page", "\(gateway.url)/ws/page")
        try await browser.wait("page", until: "location.pathname == '/ws/page'")
        let address = "location.origin.replace(/^http/, 'ws') + "
        try await browser.run("page", "window.got = [], window.ends = {}, window.large = 'x'.repeat(300000), 0")
        try await browser.run(
            "page",
            "window.worker = new WebSocket(\(address) '/ws/socket'), worker.onmessage = e => got.push(e.data), "
                + "worker.onclose = e => { ends.worker = e.code }, worker.onopen = () => worker.send('hello'), 0")
        try await browser.wait("page", until: "got.includes('hello')")
        // More than a window of HTTP/2, and many records of TLS, both ways.
        try await browser.run("page", "worker.send(large), 0")
        try await browser.wait("page", until: "got.includes(large)")
        try await browser.run(
            "page",
            "window.topics = new WebSocket(\(address) '/events/a', 'json'), "
                + "topics.onmessage = e => got.push('socket ' + JSON.parse(e.data).payload), "
                + "topics.onclose = e => { ends.topics = e.code }, window.source = new EventSource('/events/a'), "
                + "source.addEventListener('a', e => got.push('event ' + e.data)), 0")
        try await browser.wait("page", until: "topics.readyState == 1 && source.readyState == 1")
        try await publisher.output.wait(for: "+a")
        publisher.enter("a one")
        try await browser.wait("page", until: "got.includes('socket one') && got.includes('event one')")
        program.signal(SIGTERM)
        try await browser.wait("page", until: "ends.worker == 1012 && ends.topics == 1001")
        #expect(try await program.ending() == .exited(0))
        // How a WebSocket is answered tells which version of HTTP it came with (RFC 8441, section 4).
        try await program.errors.wait(for: "target=/ws/socket", "status=\(http2 == "on" ? 200 : 101)")
    }
}
