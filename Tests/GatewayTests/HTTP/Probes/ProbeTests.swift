import SwiftZMQ
import Testing
import WorkerProtocol

@testable import Gateway

/// Raw bytes against the HTTP front on a real socket: the status, the end of the connection, and what workers saw.
@Suite(.timeLimit(.minutes(5))) struct `Probes of the HTTP front` {
    @Test func `there are many, and no two are the same`() {
        let probes = ProbeRow.all.flatMap(\.probes)
        #expect(probes.count >= 500)
        #expect(Set(probes.map(\.bytes)).count == probes.count)
    }

    @Test(arguments: ProbeRow.all)
    func `what is refused gets its status, ends as it says, and reaches no worker`(_ row: ProbeRow) async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher) { _, port in
            for probe in row.probes {
                let client = try await RawClient.connect(to: port)
                try await client.send(probe.bytes)
                let response = try await client.response()
                #expect(response.status == probe.status, "\(probe.name)")
                let before = dispatcher.submittedCount
                switch probe.ending {
                case .closes:
                    #expect(response["connection"] == "close", "\(probe.name)")
                    #expect(try await client.end() == "", "\(probe.name)")
                    #expect(dispatcher.submittedCount == before, "\(probe.name)")
                case .staysOpen:
                    #expect(!response.has("connection"), "\(probe.name)")
                    try await client.send(Probe.follower)
                    #expect(try await client.response().status == 200, "\(probe.name)")
                    #expect(dispatcher.submittedCount == before + 1, "\(probe.name)")
                }
                await client.close()
            }
            let open = row.probes.filter { $0.ending == .staysOpen }.count
            #expect(dispatcher.submittedCount == open, "a probe reached a worker")
        }
    }

    @Test(arguments: ProbeRow.all)
    func `a request hidden behind what is refused is never served`(_ row: ProbeRow) async throws {
        let dispatcher = FakeDispatcher.answering()
        try await withServer(dispatcher) { _, port in
            for probe in row.probes where probe.ending == .closes {
                let client = try await RawClient.connect(to: port)
                try await client.send(probe.bytes + Array(Probe.follower.utf8))
                // Behind a line that does not end, it makes the line another one.
                let status = try await client.response().status
                #expect(status == probe.status || status == 400, "\(probe.name)")
                #expect(try await client.end() == "", "\(probe.name)")
                #expect(dispatcher.submittedCount == 0, "\(probe.name)")
                await client.close()
            }
        }
    }

    @Test(arguments: ProbeRow.all)
    func `where the bytes are split makes no difference`(_ row: ProbeRow) throws {
        for (index, probe) in row.probes.enumerated() where probe.bytes.count < 400 {
            // Every place for one in ten, byte by byte for all.
            let places = index % 10 == 0 ? Array(1..<probe.bytes.count) : []
            for place in [nil] + places.map(Optional.some) {
                let connection = try EmbeddedConnection()
                if let place {
                    try connection.send(Array(probe.bytes[..<place]))
                    try connection.send(Array(probe.bytes[place...]))
                } else {
                    for byte in probe.bytes { try connection.send([byte]) }
                }
                let status = try connection.responses().responses.first?.status
                #expect(status == probe.status, "\(probe.name) split at \(place.map(String.init) ?? "every byte")")
                #expect(connection.dispatcher.submitted.isEmpty, "\(probe.name)")
                #expect(connection.isOpen == (probe.ending == .staysOpen), "\(probe.name)")
            }
        }
    }

    /// What a worker must get: the first line, and the body.
    struct Accepted: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let line: String
        var body = ""
        /// The connection ends after it.
        var closes = false

        init(_ name: String, _ text: String, _ line: String = "GET /a", body: String = "", closes: Bool = false) {
            testDescription = name
            self.text = text
            self.line = line
            self.body = body
            self.closes = closes
        }
    }

    static let accepted: [Accepted] =
        (2...9).map { Accepted("HTTP/1.\($0)", "GET /a HTTP/1.\($0)\r\nHost: h\r\n\r\n") }
        + [
            "http://h/a?b", "http://h:80/a?b", "http://H/a?b", "HTTP://h/a?b",
        ].map { Accepted($0, "GET \($0) HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a?b") }
        + [
            "/a?", "/a??", "/a//b", "/a/./b", "/a/%2F", "/a/%00", "/a/*", "/a/\\", "/a?x=\"<>^`{|}\\", "/a/@:",
            "/%61", "/a/../a",
        ].map { Accepted($0, "GET \($0) HTTP/1.1\r\nHost: h\r\n\r\n", "GET \($0)") }
        + [
            "h", "H.example", "h:0", "h:65535", "127.0.0.1", "[::1]", "[::1]:80", "[::ffff:1.2.3.4]", "a_b", "a-b.c",
            "h%41", "  h \t",
        ].map { Accepted("host \($0)", "GET /a HTTP/1.1\r\nHost:\($0)\r\n\r\n") }
        + ["GET", "get", "PUT", "M-SEARCH", "!#$%&'*+-.^_`|~", "X", "PRI"].map {
            Accepted("method \($0)", "\($0) /a HTTP/1.1\r\nHost: h\r\n\r\n", "\($0) /a")
        }
        + [
            Accepted("an empty line before it", "\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
            Accepted("HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", closes: true),
            Accepted("HTTP/1.0 with Host", "GET /a HTTP/1.0\r\nHost: h\r\n\r\n", closes: true),
            Accepted("HTTP/1.0 that stays", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            Accepted("close", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", closes: true),
            Accepted("close in a list", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: x, CLOSE\r\n\r\n", closes: true),
            Accepted("an empty value", "GET /a HTTP/1.1\r\nHost: h\r\nx:\r\n\r\n"),
            Accepted("no blank before a value", "GET /a HTTP/1.1\r\nHost:h\r\nx:y\r\n\r\n"),
            Accepted("other bytes in a value", "GET /a HTTP/1.1\r\nHost: h\r\nx: é\ty\r\n\r\n"),
            Accepted("a colon in a value", "GET /a HTTP/1.1\r\nHost: h\r\nx: :\r\n\r\n"),
            Accepted("a field of an underscore", "GET /a HTTP/1.1\r\nHost: h\r\nTransfer_Encoding: chunked\r\n\r\n"),
            Accepted("Upgrade", "GET /a HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
            Accepted(
                "99 other fields", "GET /a HTTP/1.1\r\nHost: h\r\n" + String(repeating: "x: y\r\n", count: 99) + "\r\n"),
            Accepted(
                "the longest target", "GET /a?" + String(repeating: "b", count: 8189) + " HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /a?" + String(repeating: "b", count: 8189)),
            Accepted(
                "the longest fields",
                "GET /a HTTP/1.1\r\nHost: h\r\nx: " + String(repeating: "y", count: (16 << 10) - 14) + "\r\n\r\n"),
            Accepted("length 0", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "POST /a"),
            Accepted(
                "a body with GET", "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", body: "abc"),
            Accepted(
                "one length twice",
                "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "POST /a",
                body: "abc"),
            Accepted(
                "a body that looks like a request",
                "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(Probe.follower.utf8.count)\r\n\r\n\(Probe.follower)",
                "POST /a", body: Probe.follower),
        ]
        + [
            ("3\r\nabc\r\n0\r\n\r\n", "abc"), ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"), ("0\r\n\r\n", ""),
            ("000\r\n\r\n", ""), ("003\r\nabc\r\n0\r\n\r\n", "abc"), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("3;\r\nabc\r\n0\r\n\r\n", "abc"),
            ("3;a\r\nabc\r\n0;b\r\n\r\n", "abc"), ("3;a=\"b\"\r\nabc\r\n0\r\n\r\n", "abc"),
            ("3; a = b\r\nabc\r\n0\r\n\r\n", "abc"), ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
            ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"), ("3\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n", "abc"),
        ].map { chunks, body in
            Accepted(
                "chunks \(chunks.debugDescription)",
                "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)", "POST /a", body: body)
        }
        + ["Chunked", "CHUNKED", " chunked", "\tchunked \t"].map {
            Accepted(
                "coding “\($0)”", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\($0)\r\n\r\n1\r\na\r\n0\r\n\r\n",
                "POST /a", body: "a")
        }

    @Test func `what is borderline and good reaches a worker as exactly one request`() async throws {
        let dispatcher = FakeDispatcher.echoing()
        try await withServer(dispatcher) { _, port in
            for example in Self.accepted {
                let before = dispatcher.submittedCount
                let client = try await RawClient.connect(to: port)
                try await client.send(example.text + Probe.follower)
                let response = try await client.response()
                #expect(response.status == 200, "\(example.testDescription)")
                #expect(response.text.hasPrefix(example.line + " HTTP/1.1\r\n"), "\(example.testDescription)")
                #expect(response.text.hasSuffix("\r\n\r\n" + example.body), "\(example.testDescription)")
                #expect(!response.text.contains("transfer-encoding"), "\(example.testDescription)")
                if example.closes {
                    #expect(response["connection"] == "close", "\(example.testDescription)")
                    #expect(try await client.end() == "", "\(example.testDescription)")
                } else {
                    let next = try await client.response()
                    #expect(next.text.hasPrefix("GET /b HTTP/1.1\r\n"), "\(example.testDescription)")
                }
                #expect(dispatcher.submittedCount == before + (example.closes ? 1 : 2), "\(example.testDescription)")
                await client.close()
            }
        }
    }

    @Test(arguments: accepted) func `what is good is so however it is split`(_ example: Accepted) throws {
        let bytes = Array((example.text + Probe.follower).utf8)
        let count = example.text.utf8.count
        for place in stride(from: 1, to: count, by: max(1, count / 40)) {
            let connection = try EmbeddedConnection()
            try connection.send(Array(bytes[..<place]))
            try connection.send(Array(bytes[place...]))
            let requests = connection.dispatcher.submitted
            #expect(requests.count == (example.closes ? 1 : 2), "split at \(place)")
            #expect(requests.first.map { String($0.head).hasPrefix(example.line + " HTTP/1.1\r\n") } == true)
            #expect(requests.first.map { String($0.body) } == example.body)
        }
        let connection = try EmbeddedConnection()
        for byte in bytes { try connection.send([byte]) }
        #expect(connection.dispatcher.submitted.count == (example.closes ? 1 : 2))
    }
}
