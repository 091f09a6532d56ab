import Testing

@testable import Gateway

/// What must never reach a worker, and what must.
@Suite struct `A request's grammar and framing` {
    struct Case: Sendable, CustomTestStringConvertible {
        var bytes: [UInt8]
        var status: Int
        var testDescription: String {
            "\(status) \(String(decoding: bytes.prefix(90), as: UTF8.self).debugDescription)"
        }

        init(_ text: String, _ status: Int) {
            bytes = Array(text.utf8)
            self.status = status
        }
    }

    static let host = "Host: h\r\n"

    static let startLines: [Case] = [
        Case("GET /a HTTP/2.0\r\n\(host)\r\n", 505), Case("GET /a HTTP/0.9\r\n\(host)\r\n", 505),
        Case("GET /a HTTP/3.0\r\n\(host)\r\n", 505), Case("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        Case("GET /a http/1.1\r\n\(host)\r\n", 505), Case("GET /a HTTP/1.10\r\n\(host)\r\n", 400),
        Case("GET /a HTTP/1\r\n\(host)\r\n", 400), Case("GET /a HTTP/01.1\r\n\(host)\r\n", 400),
        Case("GET /a HTTQ/1.1\r\n\(host)\r\n", 400), Case("GET /a\r\n\(host)\r\n", 400),
        Case("GET /a HTTP/1.1 \r\n\(host)\r\n", 400), Case("GET  /a HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET /a  HTTP/1.1\r\n\(host)\r\n", 400), Case("GET\t/a HTTP/1.1\r\n\(host)\r\n", 400),
        Case(" GET /a HTTP/1.1\r\n\(host)\r\n", 400), Case("GET /a b HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET /a b HTTP/2.0\r\n\(host)\r\n", 505), Case("G(T /a HTTP/1.1\r\n\(host)\r\n", 400),
        Case("\r\n\r\nGET /a HTTP/1.1\r\n\(host)\r\n", 400), Case("\nGET /a HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET /" + String(repeating: "a", count: 8192) + " HTTP/1.1\r\n\(host)\r\n", 414),
        Case("\u{16}\u{3}\u{1}\u{2}", 400), Case("GET /a\u{0}b HTTP/1.1\r\n\(host)\r\n", 400),
        Case(String(repeating: "A", count: 9000), 400),
    ]

    static let fieldLines: [Case] = [
        Case("GET /a HTTP/1.1\r\n\(host)X: " + String(repeating: "a", count: 16 << 10) + "\r\n\r\n", 431),
        Case("GET /a HTTP/1.1\r\n\(host)" + String(repeating: "x: y\r\n", count: 100) + "\r\n", 431),
        Case("GET /a HTTP/1.1\n\(host)\r\n", 400), Case("GET /a HTTP/1.1\r\nHost: h\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n\(host)\n", 400), Case("GET /a HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n\(host)X: a\u{0}b\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n\(host)X: a\u{1}\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n\(host)X: a\u{7F}\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\n\(host)X : a\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n X: a\r\n\(host)\r\n", 400), Case("GET /a HTTP/1.1\r\n\(host)X: a\r\n b\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n\(host): a\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\n\(host)X\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n\(host)X(: a\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\n\(host)X\u{E9}: a\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\n\(host)X: a\r\r\n\r\n", 400),
    ]

    static let targets: [Case] = [
        Case("GET /\u{E9} HTTP/1.1\r\n\(host)\r\n", 400), Case("GET /a#b HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET /%zz HTTP/1.1\r\n\(host)\r\n", 400), Case("GET /%4 HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET /a?x=% HTTP/1.1\r\n\(host)\r\n", 400), Case("GET http://u@h/a HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET http://other/a HTTP/1.1\r\n\(host)\r\n", 400), Case("GET ftp://h/a HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET http:///a HTTP/1.1\r\n\(host)\r\n", 400), Case("GET * HTTP/1.1\r\n\(host)\r\n", 400),
        Case("GET a HTTP/1.1\r\n\(host)\r\n", 400), Case("CONNECT /a HTTP/1.1\r\n\(host)\r\n", 405),
        Case("CONNECT h HTTP/1.1\r\n\(host)\r\n", 400), Case("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", 405),
        Case("TRACE /a HTTP/1.1\r\n\(host)\r\n", 405), Case("OPTIONS * HTTP/1.1\r\n\(host)\r\n", 204),
        Case("GET /a HTTP/1.1\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\n\(host)\(host)\r\n", 400),
        Case("GET /a HTTP/1.1\r\nHost:\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\nHost: u@h\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\nHost: h/x\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\nHost: h:65536\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\nHost: h:x\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\nHost: [::1\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\nHost: [zz]\r\n\r\n", 400),
        Case("GET /a HTTP/1.1\r\nHost: a b\r\n\r\n", 400), Case("GET /a HTTP/1.1\r\nHost: \u{E9}\r\n\r\n", 400),
        Case("GET /a HTTP/1.0\r\nHost:\r\n\r\n", 400), Case("GET /none HTTP/1.1\r\n\(host)\r\n", 404),
        Case("GET / HTTP/1.1\r\n\(host)\r\n", 404), Case("POST /a HTTP/1.1\r\n\(host)Expect: x\r\n\r\n", 417),
    ]

    static let bodies: [Case] =
        [
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length: +1\r\n\r\na", 400),
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length: 01\r\n\r\na", 400),
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length: 1, 1\r\n\r\na", 400),
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length:\r\n\r\na", 400),
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length: 9223372036854775808\r\n\r\n", 400),
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length: 9223372036854775807\r\n\r\n", 413),
            Case("POST /a HTTP/1.1\r\n\(host)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            Case("POST /a HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            Case("POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
            Case(
                "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400),
            Case("POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: identity\r\n\r\n", 501),
            Case("POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: xchunked\r\n\r\n", 501),
            Case("POST /a HTTP/1.1\r\n\(host)Transfer-Encoding:\u{B}chunked\r\n\r\n", 400),
        ]
        + [
            "1\na\r\n0\r\n\r\n", "x\r\n", "\r\n", " 1\r\na\r\n0\r\n\r\n", "1 \r\na\r\n0\r\n\r\n",
            "+1\r\na\r\n0\r\n\r\n",
            "0x1\r\na\r\n0\r\n\r\n", "-1\r\n", "1\r\nab\r\n0\r\n\r\n", "1\r\na\n0\r\n\r\n", "1\r\na0\r\n\r\n",
            "ffffffffffffffff\r\n", "10000000000000000\r\n",
            "1;" + String(repeating: "e", count: 300) + "\r\na\r\n0\r\n\r\n",
            "1;\u{1}\r\na\r\n0\r\n\r\n", "1\r\na\r\n0\r\ncontent-length: 3\r\n\r\n", "1\r\na\r\n0\r\nHost: x\r\n\r\n",
            "1\r\na\r\n0\r\nAuthorization: x\r\n\r\n", "0\r\nx: y\n\r\n", "0\r\nx : y\r\n\r\n", "0\r\n x\r\n\r\n",
            "0\r\n\n",
            "0\r\nx: " + String(repeating: "t", count: 17000) + "\r\n\r\n",
            "0\r\n" + String(repeating: "x: y\r\n", count: 101) + "\r\n",
        ].map { Case("POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n\($0)", 400) }

    @Test(arguments: startLines + fieldLines + targets + bodies)
    func `what breaks the rules is refused and reaches no worker`(_ example: Case) throws {
        let connection = try EmbeddedConnection()
        try connection.send(example.bytes)
        #expect(try connection.responses().responses.first?.status == example.status)
        #expect(connection.dispatcher.submitted.isEmpty)
        let isConnect = example.bytes.starts(with: "CONNECT".utf8)
        let staysOpen = [204, 404, 405, 417].contains(example.status) && !isConnect
        #expect(connection.isOpen == staysOpen)
    }

    @Test(arguments: startLines + fieldLines + targets + bodies)
    func `the answer does not depend on how the bytes are split`(_ example: Case) throws {
        let connection = try EmbeddedConnection()
        for byte in example.bytes { try connection.send([byte]) }
        #expect(try connection.responses().responses.first?.status == example.status)
        #expect(connection.dispatcher.submitted.isEmpty)
    }

    static let good: [String] = [
        "GET /a HTTP/1.1\r\n\(host)\r\n", "GET /a HTTP/1.0\r\n\r\n", "GET /a HTTP/1.9\r\n\(host)\r\n",
        "\r\nGET /a HTTP/1.1\r\n\(host)\r\n", "gEt!#$%&'*+-.^_`|~ /a HTTP/1.1\r\n\(host)\r\n",
        "GET http://h/a?b HTTP/1.1\r\n\(host)\r\n", "GET http://H:80/a HTTP/1.1\r\n\(host)\r\n",
        "GET /a?x=\"<>^`{|}\\ HTTP/1.1\r\n\(host)\r\n", "GET /a HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        "GET /a HTTP/1.1\r\nhOsT:\th:0 \t\r\n\r\n", "GET /a HTTP/1.1\r\n\(host)X:\r\n\r\n",
        "GET /a HTTP/1.1\r\n\(host)X: \u{E9}\r\n\r\n", "GET /a HTTP/1.1\r\n\(host)X: a\tb\r\n\r\n",
        "POST /a HTTP/1.1\r\n\(host)Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST /a HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n",
        "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: \t CHUNKED \r\n\r\n1;e=\"f\"\r\na\r\n2\r\nbc\r\n00\r\nx-sum: 1\r\n\r\n",
        "GET /a HTTP/1.1\r\n\(host)Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "GET /a HTTP/1.1\r\n\(host)" + String(repeating: "x: y\r\n", count: 99) + "\r\n",
        "GET /" + "a/" + String(repeating: "a", count: 8189) + " HTTP/1.1\r\n\(host)\r\n",
    ]

    @Test(arguments: good) func `what keeps the rules reaches the worker, followed by the next request`(_ text: String)
        throws
    {
        for splitsEverywhere in [false, true] {
            let connection = try EmbeddedConnection()
            let bytes = Array((text + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n").utf8)
            for part in splitsEverywhere ? bytes.map({ [$0] }) : [bytes] { try connection.send(part) }
            #expect(connection.dispatcher.submitted.map(\.service).first == "a")
            if !text.contains("HTTP/1.0") {
                #expect(connection.dispatcher.submitted.map(\.service) == ["a", "b"])
            }
            #expect(connection.isOpen)
        }
    }

    @Test func `the sets of characters are those of the grammar`() {
        let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let token = Set((common + "!#$%&'*+-.^_`|~").utf8)
        let host = Set((common + "-._~!$&'()*+;=").utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(byte.isTokenByte == token.contains(byte))
            #expect(ASCII.hostBytes.contains(byte) == host.contains(byte))
        }
    }

    @Test func `random bytes never crash it and never make it answer what it was not asked`() throws {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "GET", " ", "/a", "HTTP/1.1", "\r\n", "\r", "\n", ":", "Host: h", "Content-Length: 5",
            "Transfer-Encoding: chunked", "0", "5", "hello", "\t", "é", "\u{0}",
        ]
        for _ in 0..<300 {
            let connection = try EmbeddedConnection()
            let text = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            for part in text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
                try connection.send(Array(part) + [UInt8(ascii: ":")])
            }
            let (responses, rest) = try connection.responses()
            #expect(rest.isEmpty, "\(text.debugDescription)")
            if let last = responses.last, last["connection"] == "close" {
                #expect(!connection.isOpen, "\(text.debugDescription)")
            }
        }
    }
}
