extension ProbeRow {
    // RFC 9112, section 2.3, and RFC 9110, section 2.5.
    static let versions = ProbeRow(
        "version",
        ["0.0", "0.9", "2.0", "2.1", "3.0", "9.9"].map { .line("GET /a HTTP/\($0)", 505) }
            + ["http/1.1", "Http/1.1", "HTTp/1.0"].map { .line("GET /a \($0)", 505) }
            + [Probe("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
            + [
                "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.10", "HTTP/01.1", "HTTP/1.01", "HTTP/1.1.1", "HTTP/11",
                "HTTP/1,1", "HTTP/1.x", "HTTP/-1.1", "HTTP/+1.1", "HTTP-1.1", "HTTP1.1", "HTTQ/1.1", "HTTPS/1.1",
                "RTSP/1.0", "SIP/2.0", "1.1", "/1.1", "HTTP", "HTTP/", "HTTP/1.1;", "HTTP/１.1",
            ].map { .line("GET /a \($0)", 400) })

    // RFC 9112, section 3: one space, and a method that is a token (RFC 9110, section 5.6.2).
    static let startLines = ProbeRow(
        "start line",
        [
            "GET /a", "GET", "GET HTTP/1.1", "GET  HTTP/1.1", "/a HTTP/1.1", "HTTP/1.1", " GET /a HTTP/1.1",
            "GET  /a HTTP/1.1", "GET /a  HTTP/1.1", "GET /a HTTP/1.1 ", "GET /a HTTP/1.1  ", "GET /a b HTTP/1.1",
            "GET /a HTTP/1.1 HTTP/1.1", "GET\t/a HTTP/1.1", "GET /a\tHTTP/1.1", "\tGET /a HTTP/1.1",
            "GET\t/a\tHTTP/1.1", "HTTP/1.1 200 OK", "GÉT /a HTTP/1.1", "\u{FEFF}GET /a HTTP/1.1",
            "GET\u{A0}/a HTTP/1.1", "GET /a HTTP/1.1\u{A0}", "Host: h",
        ].map { .line($0, 400) }
            + "\"(),/:;<=>?@[\\]{}".map { .line("G\($0)T /a HTTP/1.1", 400) }
            + [
                Probe("two empty lines before it", "\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
                Probe("an empty line of LF before it", "\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
                Probe("an empty line of CR before it", "\rGET /a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
                Probe("an empty line of two CR and LF", "\r\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
                Probe("the first bytes of TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC], 400),
                Probe("the greeting of ZMTP", [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F], 400),
                Probe("a line that does not end", Array(repeating: UInt8(ascii: "A"), count: 9000), 400),
            ])

    static let sizes = ProbeRow(
        "sizes",
        [
            .target("/a" + String(repeating: "a", count: 8191), 414),
            .target("/a?" + String(repeating: "a", count: 20_000), 414),
            Probe(
                "a target that does not end", Array("GET /".utf8) + Array(repeating: UInt8(ascii: "a"), count: 8200),
                414),
            .field("x: " + String(repeating: "y", count: 16 << 10), 431),
            .field(String(repeating: "x", count: 16 << 10) + ": y", 431),
            .field((0..<100).map { "x\($0): y" }.joined(separator: "\r\n"), 431),
            .field((0..<400).map { "x\($0): " + String(repeating: "y", count: 40) }.joined(separator: "\r\n"), 431),
            Probe(
                "a field that does not end",
                Array("GET /a HTTP/1.1\r\nHost: h\r\nx: ".utf8) + Array(repeating: UInt8(ascii: "y"), count: 17 << 10),
                431),
        ])

    // RFC 9112, sections 2.2, 5.1 and 5.2; RFC 9110, section 5.5.
    static let fieldLines = ProbeRow(
        "field lines",
        [
            Probe("LF after the first line", "GET /a HTTP/1.1\nHost: h\r\n\r\n", 400),
            Probe("LF after a field", "GET /a HTTP/1.1\r\nHost: h\n\r\n", 400),
            Probe("LF as the empty line", "GET /a HTTP/1.1\r\nHost: h\r\n\n", 400),
            Probe("LF everywhere", "GET /a HTTP/1.1\nHost: h\n\n", 400),
            Probe("CR everywhere", "GET /a HTTP/1.1\rHost: h\r\r\n\r\n", 400),
            Probe("CR within a first line", "GET /a\r HTTP/1.1\r\nHost: h\r\n\r\n", 400),
            Probe("CR CR LF after the first line", "GET /a HTTP/1.1\r\r\nHost: h\r\n\r\n", 400),
            Probe("CR CR LF after a field", "GET /a HTTP/1.1\r\nHost: h\r\r\n\r\n", 400),
            Probe("CR within a value", "GET /a HTTP/1.1\r\nHost: h\r\nx: a\rb\r\n\r\n", 400),
            Probe(
                "CR that hides a field", "GET /a HTTP/1.1\r\nHost: h\r\nx: a\rTransfer-Encoding: chunked\r\n\r\n", 400),
            Probe(
                "LF that hides a field", "GET /a HTTP/1.1\r\nHost: h\r\nx: a\nTransfer-Encoding: chunked\r\n\r\n", 400),
            Probe("blank before the first field", "GET /a HTTP/1.1\r\n Host: h\r\n\r\n", 400),
            Probe("tab before the first field", "GET /a HTTP/1.1\r\n\tx: a\r\nHost: h\r\n\r\n", 400),
            Probe("a line of one blank", "GET /a HTTP/1.1\r\nHost: h\r\n \r\n\r\n", 400),
            Probe("Host continued", "GET /a HTTP/1.1\r\nHost: h\r\n .example\r\n\r\n", 400),
            Probe(
                "chunked on a continued line",
                "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
        ]
            + [
                "x : a", "x\t: a", " x: a", "x: a\r\n b", "x: a\r\n\tb", "x:\r\n a", ": a", ":", "x", "x y", "x y: a",
                "é: a", "x\u{A0}: a", "Content-Length : 0", "Transfer-Encoding : chunked", "Host : h", "=",
                "GET /b HTTP/1.1",
            ].map { .field($0) }
            + "\"(),/;<=>?@[\\]{}".map { .field("x\($0)y: a") })

    /// Every control character at every place (RFC 9110, section 5.5; RFC 9112, section 2.2).
    static let controlCharacters = ProbeRow(
        "control characters",
        ([UInt8](0..<0x20) + [0x7F]).filter { ![0x09, 0x0A, 0x0D].contains($0) }.flatMap { byte in
            [
                ("method", "G", "T /a HTTP/1.1\r\nHost: h\r\n\r\n"),
                ("target", "GET /a", "b HTTP/1.1\r\nHost: h\r\n\r\n"),
                ("version", "GET /a HTTP/1.", "1\r\nHost: h\r\n\r\n"),
                ("name", "GET /a HTTP/1.1\r\nHost: h\r\nx", "y: z\r\n\r\n"),
                ("value", "GET /a HTTP/1.1\r\nHost: h\r\nx: y", "z\r\n\r\n"),
                ("end of a value", "GET /a HTTP/1.1\r\nHost: h\r\nx: y", "\r\n\r\n"),
                ("host", "GET /a HTTP/1.1\r\nHost: h", "x\r\n\r\n"),
            ].map { place, before, after in
                Probe(
                    "0x\(String(byte, radix: 16)) in \(place)", Array(before.utf8) + [byte] + Array(after.utf8), 400)
            }
        })
}
