extension ProbeRow {
    // RFC 9112, section 3.2; RFC 3986.
    static let targets = ProbeRow(
        "target",
        [
            "/\u{80}", "/é", "/a?é", "/a#b", "/a?b#c", "#", "/a%", "/a%4", "/a%zz", "/a%g0", "/a%0g", "/a%%41",
            "/a%u0041", "/a?x=%", "/a?x=%f", "http://u@h/a", "http://u:p@h/a", "http://@h/a", "http://other/a",
            "http://h:81/a", "http://hh/a", "http://", "http:///a", "http:/a", "http:a", "http//h/a", "ftp://h/a",
            "file:///a", "javascript:a", "ws://h/a", "http://h:65536/a", "http://h:x/a", "http://h:-1/a",
            "http://[::1/a", "http://[v1.a]/a", "http://h%zz/a", "http://h,h/a", "*", "**", "*/a", "?a", "a", "..",
            "./a", "h:80", "h", "\\a", "http://h\\a", "http:\\\\h\\a",
        ].map { .target($0) }
            + [
                .target("*", method: "POST"), .target("*a", method: "OPTIONS"), .target("**", method: "OPTIONS"),
                .target("*", method: "options"), .target("h", method: "CONNECT"), .target("h:x", method: "CONNECT"),
                .target("u@h:1", method: "CONNECT"), .target("h:65536", method: "CONNECT"),
                .target("http://H:8080/a", host: "h:80"),
            ]
            + [0x80, 0xA0, 0xC0, 0xFF].map { byte in
                Probe(
                    "0x\(String(byte, radix: 16)) in the target",
                    Array("GET /a".utf8) + [byte] + Array(" HTTP/1.1\r\nHost: h\r\n\r\n".utf8), 400)
            })

    // RFC 9112, section 3.2; RFC 9110, section 7.2.
    static let hosts = ProbeRow(
        "host",
        [
            "", "   ", "a, b", "a,b", "a,", "u@h", "u:p@h", "@h", "h/", "h/x", "/h", "h?x", "h#x", "h:", "h:65536",
            "h:99999", "h:123456", "h:-1", "h:+80", "h:0x50", "h:8 0", "h: 80", "h:99999999999999999999", ":80", ":",
            "h:80:80", "h::80", "h:x", "[", "]", "[]", "[::1", "::1", "[::1]x", "[::1]:x", "[::1]:65536", "[1.2.3.4]",
            "[:::]", "[g::1]", "[::1%25eth0]", "[::1][::1]", "a b", "a\tb", "h%", "h%4", "h%zz", "é", "http://h",
            "h\u{A0}",
        ].map { .host($0) }
            + "\"<>\\^`{|}".map { .host("h\($0)x") }
            + [
                Probe("no Host", "GET /a HTTP/1.1\r\n\r\n", 400),
                Probe("no Host in HTTP/1.2", "GET /a HTTP/1.2\r\n\r\n", 400),
                Probe("no Host with an absolute target", "GET http://h/a HTTP/1.1\r\n\r\n", 400),
                Probe("two Hosts", "GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", 400),
                Probe("the same Host twice", "GET /a HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n", 400),
                Probe("two Hosts in HTTP/1.0", "GET /a HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", 400),
                Probe("an empty Host in HTTP/1.0", "GET /a HTTP/1.0\r\nHost:\r\n\r\n", 400),
            ])

    // RFC 9110, section 8.6; RFC 9112, section 6.3.
    static let lengths = ProbeRow(
        "content length",
        [
            "", " ", "+1", "-1", "-0", "0x1", "1.0", "1e0", "1 1", "1\t1", "1;", "1,1", "1, 1", "1,", ",1", "01", "00",
            "001", "1a", "a", "\"1\"", "１", "1\u{A0}", "1_0", "9223372036854775808", "18446744073709551616",
            "18446744073709551617", "99999999999999999999999999", "chunked",
        ].map { .length($0) }
            + [
                .length("1", "2"), .length("1", "01"), .length("0", "1"), .length("1", ""), .length("1", "1", "2"),
                .length("1", "+1"),
            ])

    // RFC 9112, sections 6.1 and 6.3.
    static let codings = ProbeRow(
        "transfer coding",
        [
            .coding("Content-Length: 1\r\nTransfer-Encoding: chunked"),
            .coding("Transfer-Encoding: chunked\r\nContent-Length: 1"),
            .coding("Content-Length: 0\r\nTransfer-Encoding: chunked"),
            .coding("content-length: 11\r\ntransfer-encoding: CHUNKED"),
            .coding("Transfer-Encoding: identity\r\nContent-Length: 1"),
            .coding("Transfer-Encoding: chunked", version: "1.0"),
            .coding("Transfer-Encoding: identity", version: "1.0"),
            .coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
            .coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
            .coding("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
            .coding("Transfer-Encoding: x\r\nTransfer-Encoding: chunked"),
            .coding("Transfer-Encoding: chunked, chunked"), .coding("Transfer-Encoding: gzip, chunked"),
            .coding("Transfer-Encoding: chunked, identity"), .coding("Transfer-Encoding: chunked,"),
            .coding("Transfer-Encoding: ,chunked"), .coding("Transfer-Encoding: identity,chunked"),
            .coding("Transfer-Encoding: \u{B}chunked"), .coding("Transfer-Encoding: chunked\u{C}"),
            .coding("Transfer-Encoding : chunked"), .coding("Transfer-Encoding\t: chunked"),
            .coding(" Transfer-Encoding: chunked"), .coding("x: y\r\n Transfer-Encoding: chunked"),
            .coding("\"Transfer-Encoding\": chunked"),
        ]
            + [
                "identity", "gzip", "deflate", "compress", "xchunked", "chunkedx", "x-chunked", "chunk", "chunked;q=1",
                "\"chunked\"", "'chunked'", "chun ked", "", "chunked\u{A0}", "\u{A0}chunked", "cow",
            ].map { .coding("Transfer-Encoding: \($0)", 501) })

    static let unwelcome = ProbeRow(
        "unwelcome",
        [
            Probe("CONNECT", "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", 405),
            Probe("CONNECT with a path", "CONNECT /a HTTP/1.1\r\nHost: h\r\n\r\n", 405),
            Probe("TRACE", "TRACE /a HTTP/1.1\r\nHost: h\r\n\r\n", 405, .staysOpen),
            Probe("TRACE with a body", "TRACE /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", 405, .staysOpen),
            Probe("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 204, .staysOpen),
            Probe("OPTIONS * in HTTP/1.0", "OPTIONS * HTTP/1.0\r\n\r\n", 204),
            Probe("an unknown service", "GET /none HTTP/1.1\r\nHost: h\r\n\r\n", 404, .staysOpen),
            Probe("an unknown service in HTTP/1.0", "GET /none HTTP/1.0\r\n\r\n", 404),
            Probe("an unknown service in another case", "GET /A HTTP/1.1\r\nHost: h\r\n\r\n", 404, .staysOpen),
            Probe(
                "a body for an unknown service",
                "POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 28\r\n\r\n"
                    + Probe.follower.prefix(28), 404, .staysOpen),
            Probe("nothing but a slash", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 404, .staysOpen),
            Probe("dot segments", "GET /a/.. HTTP/1.1\r\nHost: h\r\n\r\n", 404, .staysOpen),
            Probe("encoded dot segments", "GET /a/%2e%2E/none HTTP/1.1\r\nHost: h\r\n\r\n", 404, .staysOpen),
            Probe("an expectation", "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\n\r\n", 417, .staysOpen),
            Probe("an empty expectation", "POST /a HTTP/1.1\r\nHost: h\r\nExpect:\r\n\r\n", 417, .staysOpen),
            Probe(
                "two expectations", "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue, x\r\n\r\n", 417, .staysOpen),
            Probe(
                "an expectation with a body", "POST /a HTTP/1.1\r\nHost: h\r\nExpect: x\r\nContent-Length: 3\r\n\r\n",
                417),
            Probe("a body over the limit", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", 413),
            Probe(
                "a body over the limit that waits",
                "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n", 413),
            Probe(
                "the longest length there is",
                "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\n", 413),
            .chunks("100001\r\n", 413), .chunks("fffffff\r\n", 413), .chunks("7fffffffffffff\r\n", 413),
        ])

    // RFC 9112, section 7.1.
    static let chunks = ProbeRow(
        "chunks",
        [
            "\r\n", "\n", "x\r\n", "g\r\n", " 1\r\na\r\n0\r\n\r\n", "1 \r\na\r\n0\r\n\r\n", "1\t\r\na\r\n0\r\n\r\n",
            "\t1\r\na\r\n0\r\n\r\n", "1 ;e\r\na\r\n0\r\n\r\n", "+1\r\na\r\n0\r\n\r\n", "-1\r\na\r\n0\r\n\r\n",
            "0x1\r\na\r\n0\r\n\r\n", "1h\r\na\r\n0\r\n\r\n", "1_0\r\n", "1.0\r\n", "\"1\"\r\n", "１\r\n",
            "1\na\r\n0\r\n\r\n",
            "1\ra\r\n0\r\n\r\n", "1\r\r\na\r\n0\r\n\r\n", "1\r\na\n0\r\n\r\n", "1\r\na\r0\r\n\r\n", "1\r\na0\r\n\r\n",
            "1\r\nab\r\n0\r\n\r\n", "1\r\na\r\r\n0\r\n\r\n", "2\r\na\r\n0\r\n\r\n", "1\r\na\r\n\r\n0\r\n\r\n",
            "1\r\na\r\nGET /b HTTP/1.1\r\n\r\n", "ffffffffffffffff\r\n", "10000000000000000\r\n",
            "fffffffffffffffffffff\r\n", "0000000000000000000001\r\na\r\n0\r\n\r\n", "100000000000000001\r\na\r\n",
            "8000000000000000\r\n", "1;\u{1}\r\na\r\n0\r\n\r\n", "1;a\u{0}b\r\na\r\n0\r\n\r\n",
            "1;a\nb\r\na\r\n0\r\n\r\n",
            "1;\ra\r\na\r\n0\r\n\r\n", "1;a=\"\n\"\r\na\r\n0\r\n\r\n", "1;a\u{7F}\r\na\r\n0\r\n\r\n",
            "1;" + String(repeating: "e", count: 300) + "\r\na\r\n0\r\n\r\n", "1,e\r\na\r\n0\r\n\r\n",
            "0\r\n\n", "0\n\r\n", "0\n\n", "0\r\r\n", "0\r\n\rGET", "0\r\nx\r\n\r\n", "0\r\nx: y\n\r\n",
            "0\r\nx: y\r\r\n\r\n",
            "0\r\nx : y\r\n\r\n", "0\r\n x: y\r\n\r\n", "0\r\nx: y\r\n z\r\n\r\n", "0\r\n: y\r\n\r\n",
            "0\r\nx: a\u{0}b\r\n\r\n", "0\r\nGET /b HTTP/1.1\r\n\r\n",
            "0\r\nx: " + String(repeating: "t", count: 17_000) + "\r\n\r\n",
            "0\r\n" + String(repeating: "x: y\r\n", count: 101) + "\r\n",
        ].map { .chunks($0) }
            + [
                "Content-Length: 3", "Transfer-Encoding: chunked", "Host: h", "Trailer: x", "Authorization: x",
                "Connection: close", "Cookie: a=b", "Content-Type: a/b", "X-Forwarded-For: ::1", "X-Request-Id: 1",
                "TE: trailers", "Expect: 100-continue", "content-encoding: gzip",
            ].map { .chunks("1\r\na\r\n0\r\n\($0)\r\n\r\n") })

    static let all = [
        versions, startLines, sizes, fieldLines, controlCharacters, targets, hosts, lengths, codings, unwelcome, chunks,
    ]
}
