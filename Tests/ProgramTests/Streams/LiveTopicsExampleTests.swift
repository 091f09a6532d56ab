import Foundation
import ProcessSupport
import SwiftZMQ
import Testing

@testable import Gateway

/// `Examples/live-topics`, and what the documentation shows of topic streams.
@Suite(.timeLimit(.minutes(5))) struct LiveTopicsExampleTests {
    let programs = Programs()

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: PackageFolder.path(path), encoding: .utf8)
    }

    @Test func `The example's page comes with its events from one gateway`() async throws {
        let endpoint = "ipc://" + FileManager.default.temporaryDirectory.appending(path: "live-\(UUID())").path()
        let example = try text("Examples/live-topics/gateway.yaml")
        let file = try TemporaryFile(example.replacing("tcp://127.0.0.1:5556", with: endpoint))
        let gateway = try await programs.gateway("--demo-workers", "0", "--config", file.path)
        let worker = try await programs.python(
            PackageFolder.path("Examples/live-topics/page_worker.py"), gateway.workerEndpoint)
        let publisher = try await programs.python(PackageFolder.path("Examples/live-topics/publisher.py"), endpoint)
        try await publisher.output.wait(for: "publishing on")
        try await gateway.waitForService("/live")
        let page = try await gateway.ask("GET", "/live")
        #expect(page["content-type"] == "text/html; charset=utf-8")
        #expect(page.text == (try text("Examples/live-topics/page.html")))
        // What the page listens for is what the publisher sends.
        let list = try #require(page.text.firstMatch(of: /const places = (\[.*\])/)?.1)
        let places = try JSONDecoder().decode([String].self, from: Data(list.utf8))
        let query = places.map { "topic=\($0)" }.joined(separator: "&")
        let reader = try await TopicReader(programs, of: gateway, "/events/?\(query)")
        for place in places { try await reader.program.output.wait(for: "event: \(place)") }
        #expect(worker.errors.soFar == [] && publisher.errors.soFar == [])
    }

    @Test func `What the pages show as a stream is what the gateway writes`() throws {
        let page = try text("Documentation/webgateway.md")
        let listing = try #require(page.firstMatch(of: /\/events\/10001\n:\n\n((?:.+\n)+\n)/)?.1)
        let id = try #require(listing.firstMatch(of: /id: (\d+)/).flatMap { UInt64($0.1) })
        #expect(String(EventStreamText.event(id: id, topic: "10001", payload: "42")) == String(listing))
        var reader = EventStreamReader()
        reader.receive(Array(listing.utf8))
        #expect(reader.events == [.init("10001", "42", lastEventID: "\(id)")])
        for text in [EventStreamText.dropped(12), EventStreamText.gap] {
            for line in String(text).split(separator: "\n") {
                #expect(page.contains("`\(line.last == " " ? line.dropLast() : line)`"), "\(line)")
            }
        }
    }

    @Test func `What the pages show as objects of a WebSocket is what the gateway writes`() throws {
        let page = try text("Documentation/webgateway.md")
        let shown = page.firstMatch(of: /\{"topic":"10001","payload":"42","id":(\d+)\}/)
        let id = try #require(shown.flatMap { UInt64($0.1) })
        /// What stands behind the two bytes of the head of a short frame.
        func contents(of frame: Frame) -> String { String(decoding: [UInt8](frame).dropFirst(2), as: UTF8.self) }
        let object = TopicWebSocketText.object(id: id, topic: "10001", payload: "42")
        for frame in [object, TopicWebSocketText.dropped(12), TopicWebSocketText.gap] {
            #expect(page.contains("| `\(contents(of: frame))` |"), "\(contents(of: frame))")
        }
        let binary = contents(of: TopicWebSocketText.object(id: 1, topic: Frame([0xFF]), payload: Frame([0xFF])))
        for name in ["payload_base64", "topic_base64"] {
            #expect(page.contains("`\(name)`") && binary.contains("\"\(name)\":\"/w==\""), "\(name)")
        }
    }

    @Test func `What the page shows as script opens WebSockets with and without TLS`() throws {
        let opened = try text("Documentation/webgateway.md").matches(of: /new WebSocket\((.+)/).map(\.1)
        #expect(opened.count == 2)
        #expect(opened.allSatisfy { $0.hasPrefix(#"location.origin.replace(/^http/, "ws") + "/"#) }, "\(opened)")
    }

    @Test func `The live page of the README works as it stands there`() async throws {
        let readme = try text("README.md")
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        try FileManager.default.createDirectory(atPath: "\(folder.path)/site", withIntermediateDirectories: false)
        let endpoint = "ipc://\(folder.path)/publisher"
        var files: [String: String] = [:]
        for file in readme.matches(of: /\n`live\/([^`]+)` .+\n\n```\w+\n((?:.*\n)*?)```\n/) {
            // But for the port, which is another's while tests run.
            let contents = String(file.2).replacing("tcp://127.0.0.1:5556", with: endpoint)
            files[String(file.1)] = contents
            try folder.write(contents, to: String(file.1))
        }
        #expect(files.keys.sorted() == ["gateway.yaml", "publisher.py", "site/page.html"])
        #expect(files.values.count { $0.contains(endpoint) } == 2)
        let script = try #require(readme.firstMatch(of: /\$ python3 live\/(\S+) &\n/)?.1)
        let options = try #require(readme.firstMatch(of: /\$ make run ARGS="(.*live\/.*)"\n/)?.1)
            .split(separator: " ").map { String($0).replacing("live/", with: "\(folder.path)/") }
        let gateway = try await RunningGateway(
            programs.webgateway(
                ["serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "off"] + options))
        let publisher = try await programs.python("\(folder.path)/\(script)")
        try await gateway.waitForService("/page.html")
        let page = try await gateway.ask("GET", "/page.html")
        #expect(page["content-type"]?.hasPrefix("text/html") == true && page.text == files["site/page.html"])
        let listens = try #require(
            page.text.firstMatch(of: /new EventSource\("([^"]+)"\)\.addEventListener\("([^"]+)"/))
        let reader = try await TopicReader(programs, of: gateway, String(listens.1))
        let events = try await reader.wait(for: "2")
        let event = try #require(events.first)
        #expect(event.type == listens.2 && (20...22).contains(Double(event.data) ?? 0))
        #expect(publisher.errors.soFar == [])
    }

    @Test func `The example's file says what that of the README does`() throws {
        let readme = try text("README.md")
        let yaml = try #require(readme.firstMatch(of: /`live\/gateway\.yaml`.+\n\n```yaml\n((?:.*\n)*?)```/)?.1)
        let file = ConfigurationFile(name: "README", text: String(yaml))
        #expect(file.problems == [] && file.routes.count == 1)
        let example = ConfigurationFile(name: "example", text: try text("Examples/live-topics/gateway.yaml"))
        #expect(example.problems == [] && example.routes == file.routes)
    }
}
