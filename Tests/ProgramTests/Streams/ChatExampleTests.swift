import Foundation
import ProcessSupport
import Testing

/// `Examples/chat`, started as its README says, on free ports.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ChatExampleTests {
    let programs = Programs()

    private struct Chat {
        var gateway: RunningGateway
        var workers: [RunningProgram] = []
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: PackageFolder.path(path), encoding: .utf8)
    }

    /// Starts what the README's lines start.
    private func start() async throws -> Chat {
        let readme = try text("Examples/chat/README.md")
        let worker = try text("Examples/chat/chat_worker.py")
        let lines = try #require(readme.firstMatch(of: /```sh\n((?:.+\n)+)```/)?.1).split(separator: "\n")
        var chat = Chat(gateway: try await programs.gateway("--demo-workers", "0"))
        var ends: [String] = []
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            try #require(words.last == "&")
            switch words.first {
            case "webgateway": #expect(words.count == 2)
            case "pubsub":
                // The endpoints are those that a worker takes by itself.
                for endpoint in words.filter({ $0.hasPrefix("tcp://") }) {
                    #expect(worker.contains("default=\"\(endpoint)\""))
                }
                let forwarder = try programs.pubsub(
                    words.dropFirst().dropLast().map { $0.hasPrefix("tcp://") ? "tcp://127.0.0.1:*" : $0 })
                ends = [
                    "--publish", try await forwarder.endpoint("publishers on "), "--subscribe",
                    try await forwarder.endpoint("subscribers on "),
                ]
            case "python3":
                chat.workers.append(
                    try await programs.keep(
                        RunningProgram.python(
                            [PackageFolder.path(words[1]), "--connect", chat.gateway.workerEndpoint] + ends)))
            default: Issue.record("\(line) starts something else")
            }
        }
        try await chat.gateway.program.errors.wait(for: "worker registered", "service=chat ", count: 2)
        #expect(chat.workers.count == 2)
        return chat
    }

    @Test func `The lines of the README serve the page`() async throws {
        let chat = try await start()
        let page = try await chat.gateway.ask("GET", "/chat")
        #expect(page["content-type"] == "text/html; charset=utf-8")
        #expect(page.text == (try text("Examples/chat/page.html")))
        // In order: a worker that is told to stop says so, and ends.
        for worker in chat.workers { worker.signal(15) }
        for worker in chat.workers {
            #expect(try await worker.ending() == .exited(0))
            #expect(worker.errors.soFar == [])
        }
    }

    @Test(
        .enabled("there is no Chromium: Scripts/need chromium", { await Browser.isInstalled.value }))
    func `Two windows hear each other through two workers, and come back after a worker and the gateway have gone`()
        async throws
    {
        let chat = try await start()
        let browser = try await Browser(programs)
        let url = "http://127.0.0.1:\(chat.gateway.port)/chat"
        var servants: Set<String> = []
        for window in ["one", "two"] {
            try await browser.open(window, url)
            try await browser.wait(window, until: "at('state').textContent.startsWith('connected to worker')")
            servants.insert(try await browser.run(window, "at('state').textContent"))
        }
        #expect(servants == Set(chat.workers.map { "\"connected to worker \($0.processID)\"" }))
        try await converse(browser, "first")

        // The page of the worker that is killed comes back to the other.
        chat.workers[0].signal(9)
        let survivor = "connected to worker \(chat.workers[1].processID)"
        for window in ["one", "two"] {
            try await browser.wait(window, until: "at('state').textContent == '\(survivor)'")
        }
        try await converse(browser, "second")

        chat.gateway.program.signal(9)
        for window in ["one", "two"] {
            try await browser.wait(window, until: "at('state').textContent.startsWith('connecting')")
        }
        let next = try await RunningGateway(
            programs.webgateway(
                "serve", "--listen", "127.0.0.1:\(chat.gateway.port)", "--workers", chat.gateway.workerEndpoint,
                "--admin", "off", "--demo-workers", "0"))
        #expect(next.port == chat.gateway.port)
        for window in ["one", "two"] {
            try await browser.wait(window, until: "at('state').textContent == '\(survivor)'")
        }
        try await converse(browser, "third")
        #expect(chat.workers[1].errors.soFar == [])
    }

    /// Says something in each window, and waits until both have heard it.
    private func converse(_ browser: Browser, _ topic: String) async throws {
        for speaker in ["one", "two"] {
            let said = "\(topic) <b>from \(speaker)</b>"
            try await browser.run(
                speaker, "at('name').value = '\(speaker)', at('text').value = '\(said)', at('form').requestSubmit()")
            for window in ["one", "two"] {
                try await browser.wait(
                    window, until: "[...at('said').children].some(line => line.textContent == '\(speaker): \(said)')")
            }
        }
        #expect(try await browser.run("one", "document.querySelectorAll('#said b').length") == "0")
    }
}
