import ProcessSupport
import Testing

/// The same request over HTTP/1.1 and HTTP/2 meets the same rules: both are answered with the same status, or what is 400
/// in the one is malformed in the other.
@Suite(.serialized, .timeLimit(.minutes(5)), .oneHTTP2Gateway) struct HTTP2DifferenceTests {
    /// A request that can be said in both.
    private struct Question: Sendable, CustomStringConvertible {
        var method = "GET"
        var target = "/probe/bytes/5"
        var host = "localhost"
        var fields: [(String, String)] = []

        var description: String { "\(method) \(target) \(host) \(fields)" }

        func statusOfHTTP1(_ port: Int) throws -> Int? {
            try answerOfHTTP1(port).firstMatch(of: /^HTTP\/1\.1 ([0-9]{3})/).flatMap { Int($0.1) }
        }

        func answerOfHTTP1(_ port: Int) throws -> String {
            let client = try HTTP2Client(port: port, shakesHands: false, expectsPlainText: true)
            let lines = ["\(method) \(target) HTTP/1.1", "host: \(host)", "connection: close"]
            let text = (lines + fields.map { "\($0.0): \($0.1)" }).joined(separator: "\r\n")
            try client.send(raw: Array("\(text)\r\n\r\n".utf8))
            try Step.closed.run(client)
            return String(decoding: client.plainText, as: UTF8.self)
        }

        /// The status, or nil where the stream is reset with PROTOCOL_ERROR.
        func statusOfHTTP2(_ port: Int) throws -> Int? { try answerOfHTTP2(port)?.status }

        func answerOfHTTP2(_ port: Int) throws -> ReceivedStream? {
            let client = try HTTP2Client(port: port)
            if method == "HEAD" { client.expectHead(on: 1) }
            let pseudo = [(":method", method), (":scheme", "http"), (":path", target), (":authority", host)]
            // A length without a body would be malformed here for another reason.
            let end = !fields.contains { $0.0 == "content-length" && $0.1 != "0" }
            try Step.block(1, HeaderBlock(pseudo + fields), end: end).run(client)
            try client.wait(for: "an end of the stream") { client.streams[1]?.isOver == true }
            guard let answer = client.streams[1] else { return nil }
            guard answer.status != nil || answer.reset == .protocolError else {
                throw client.notCome("an answer, or PROTOCOL_ERROR")
            }
            return answer.status == nil ? nil : answer
        }
    }

    private static let seed = HTTP2RandomTests.number("HTTP2_SEED", .random(in: 1...1_000_000))

    private static let methods = [
        "GET", "HEAD", "POST", "OPTIONS", "TRACE", "PATCH", "get", "M-SEARCH", "(GET)", "A@B", "É",
    ]

    private static let targets = [
        "/probe/bytes/5", "/probe/status/404", "/nobody", "/", "//", "/probe", "/probe/", "//probe/bytes/5",
        "/%70robe/bytes/5",
        "/probe%2Fbytes/5", "/probe/../nobody", "/nobody/../probe/bytes/5", "/./probe/bytes/5", "/probe/%2e%2e/nobody",
        "/probe/bytes/5?a=b", "/probe/bytes/5?%", "/probe/bytes/5?a#b", "/probe/é", "/probe/%zz", "/probe/%0",
        "/probe/%00",
        "/probe/a%0d%0ab", "*", "/probe/\u{7F}", "/probe/\"<>\\^`{|}", "/probe/;a=b",
        "/probe/" + String(repeating: "a", count: 9000),
    ]

    private static let hosts = [
        "localhost", "LOCALHOST:80", "localhost:", "localhost:0", "localhost:65536", "localhost:x", "a b", "a,b", "a/b",
        "user@host", "[::1]", "[::1]:80", "[::1", "[zz]", "::1", "a_b", "a%41b", "a..b", "-", "é", "a\"b", "a<b",
        String(repeating: "h", count: 300),
    ]

    private static let fields: [(String, String)] = [
        ("x-test", "a"), ("x-test", ""), ("x-test", "a\tb"), ("x-test", "\u{1}"), ("x-test", "\u{7F}"), ("x-test", "é"),
        ("x(test", "a"), ("x test", "a"), ("x@test", "a"), ("!#$%&'*+-.^_`|~", "a"), ("expect", "100-continue"),
        ("expect", "else"), ("content-length", "0"), ("content-length", "00"), ("content-length", "-1"),
        ("content-length", "+0"), ("content-length", "0, 0"), ("content-length", "x"),
        ("content-length", "99999999999999999999"),
        ("content-length", "9999999999"), ("accept", "text/plain"), ("accept", "\u{1}"), ("cookie", "a=b"),
        ("range", "bytes=0-1"),
        ("trailer", "x-test"), ("via", "1.1 a"), ("max-forwards", "0"),
        ("x-large", String(repeating: "l", count: 17_000)),
        ("x-request-id", "\u{1}"), ("x-request-id", String(repeating: "i", count: 200)), ("authorization", "Basic x"),
    ]

    private static var questions: [Question] {
        methods.map { Question(method: $0) } + targets.map { Question(target: $0) } + hosts.map { Question(host: $0) }
            + fields.map { Question(fields: [$0]) }
            + (0..<101).filter { $0 % 20 == 0 }.map { count in
                Question(fields: (0..<count).map { ("x-\($0)", "a") })
            }
    }

    /// What is malformed is so whatever else is wrong with it.
    private func compare(_ question: Question, _ port: Int, malformed: ClosedRange<Int> = 400...400) {
        let name = "\(question.description.prefix(200)), HTTP2_SEED=\(Self.seed)"
        do {
            let (one, two) = try (question.statusOfHTTP1(port), question.statusOfHTTP2(port))
            let isSame = two == one || (two == nil && one.map(malformed.contains) == true)
            #expect(isSame, "\(one ?? 0), \(two ?? 0): \(name)")
        } catch {
            Issue.record("\(name): \(error)")
        }
    }

    @Test func `Each method, target, host and field is the same to both`() async throws {
        let port = try #require(OneHTTP2Gateway.current).port
        try await HTTP2Gateway.onThread {
            for question in Self.questions { compare(question, port) }
        }
    }

    @Test func `What comes together is the same to both`() async throws {
        let port = try #require(OneHTTP2Gateway.current).port
        try await HTTP2Gateway.onThread {
            var random = SplitMix(seed: Self.seed)
            for _ in 0..<150 {
                // Mostly of what is good, so that not everything is refused for the same reason.
                var question = Question()
                if Int.random(in: 0..<3, using: &random) == 0 {
                    question.method = Self.methods.randomElement(using: &random) ?? "GET"
                }
                if Int.random(in: 0..<2, using: &random) == 0 {
                    question.target = Self.targets.randomElement(using: &random) ?? "/"
                }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    question.host = Self.hosts.randomElement(using: &random) ?? "h"
                }
                question.fields = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
                    Self.fields.randomElement(using: &random)
                }
                compare(question, port, malformed: 400...499)
            }
        }
    }

    /// The lines of a head that the worker saw, but for what differs from request to request.
    private static func lines(_ head: Substring) -> [Substring] {
        head.split(separator: "\r\n").filter { !$0.hasPrefix("x-request-id:") && !$0.hasPrefix("x-stream-credit:") }
            .sorted()
    }

    @Test func `What reaches the worker is the same from both`() async throws {
        let port = try #require(OneHTTP2Gateway.current).port
        let taken =
            ["/probe/head", "/%70robe/head", "/probe/head?a=b&c", "/probe/head/;a=b", "/nobody/../probe/head"]
            .map { Question(target: $0) }
            + ["localhost", "LOCALHOST:80", "[::1]:80", "a_b"].map { Question(target: "/probe/head", host: $0) }
            + Self.fields.filter { !["content-length", "cookie"].contains($0.0) && $0.1.count < 1000 }
            .map { Question(target: "/probe/head", fields: [$0, ("x-other", "o"), $0]) }
        try await HTTP2Gateway.onThread {
            var count = 0
            for question in taken {
                let one = try question.answerOfHTTP1(port)
                guard one.hasPrefix("HTTP/1.1 200 "), let end = one.firstRange(of: "\r\n\r\n") else { continue }
                let two = try #require(try question.answerOfHTTP2(port))
                #expect(Self.lines(one[end.upperBound...]) == Self.lines(two.text[...]), "\(question)")
                count += 1
            }
            #expect(count > 20)
        }
    }
}
