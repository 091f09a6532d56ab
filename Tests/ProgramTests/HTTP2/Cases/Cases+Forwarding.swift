import Foundation

extension HTTP2Case {
    /// Shows the head that a worker sees.
    private static func head(_ fields: (String, String)..., where fault: @escaping @Sendable (String) -> String?)
        -> Step
    {
        Step { client in
            try Step.request(1, "GET", "/probe/head", fields: fields).run(client)
            try Step.answer { fault($0.text) }.run(client)
        }
    }

    private static func lines(_ head: String, _ name: String) -> [String] {
        head.components(separatedBy: "\r\n").filter { $0.hasPrefix("\(name):") }
            .map { String($0.dropFirst(name.count + 1)).trimmingCharacters(in: .whitespaces) }
    }

    /// What the worker sees: a head of HTTP/1.1, and nothing in it that a client could slip in.
    static let forwarding: [HTTP2Case] = [
        HTTP2Case(
            "The worker sees a head of HTTP/1.1",
            head(("x-test", "a"), ("accept", "*/*")) { head in
                guard head.hasPrefix("GET /probe/head HTTP/1.1\r\n"), head.hasSuffix("\r\n\r\n") else { return head }
                let lines = head.components(separatedBy: "\r\n").dropFirst().dropLast(2)
                for line in lines where line.firstMatch(of: #/^[!#$%&'*+.^_`|~0-9a-z-]+: /#) == nil {
                    return "“\(line)”"
                }
                return lines.contains("x-test: a") && lines.contains("accept: */*") ? nil : head
            }),
        HTTP2Case(
            "Crumbs of a cookie reach the worker as one cookie, in their order",
            head(("cookie", "a=1"), ("x-test", "a"), ("cookie", "b=2"), ("cookie", "c=3; d=4")) { head in
                lines(head, "cookie") == ["a=1; b=2; c=3; d=4"] ? nil : head
            }),
        HTTP2Case(
            "A cookie in one piece stays as it is",
            head(("cookie", "a=1; b=2")) { head in
                lines(head, "cookie") == ["a=1; b=2"] ? nil : head
            }),
        HTTP2Case(
            "Crumbs of a cookie reach the worker as one cookie although some are empty",
            head(("cookie", ""), ("cookie", "a=1"), ("cookie", ""), ("cookie", "b=2")) { head in
                let cookies = lines(head, "cookie")
                return cookies.count == 1 && cookies[0].contains("a=1") && cookies[0].contains("b=2") ? nil : head
            }),
        HTTP2Case(
            "A hundred and fifty crumbs of a cookie are one cookie, and one field",
            Step { client in
                let crumbs = (0..<150).map { ("cookie", "c\($0)=\($0)") }
                try Step.request(1, "GET", "/probe/head", fields: crumbs).run(client)
                let cookie = crumbs.map(\.1).joined(separator: "; ")
                try Step.answer { lines($0.text, "cookie") == [cookie] ? nil : "another cookie" }.run(client)
            }),
        HTTP2Case(
            "A field that stands twice reaches the worker twice, in its order",
            head(("x-test", "a"), ("x-other", "o"), ("x-test", "b")) { head in
                lines(head, "x-test") == ["a", "b"] ? nil : head
            }),
        HTTP2Case(
            "What the gateway says of the client replaces what the client says",
            head(
                ("x-forwarded-for", "6.6.6.6"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "evil"),
                ("x-stream-credit", "999999999"), ("x-client-certificate-subject", "CN=root")
            ) { head in
                for evil in ["6.6.6.6", "https", "evil", "999999999", "CN=root"] where head.contains(evil) {
                    return evil
                }
                return lines(head, "x-forwarded-for") == ["127.0.0.1"] && lines(head, "x-forwarded-proto") == ["http"]
                    && lines(head, "x-forwarded-host") == ["localhost"] ? nil : head
            }),
        HTTP2Case(
            "A field whose name is like a forwarded one with an underscore is not joined to it",
            head(("x_forwarded_for", "6.6.6.6")) { head in
                lines(head, "x-forwarded-for") == ["127.0.0.1"] ? nil : head
            }),
        HTTP2Case(
            "The request's name is the client's where it is a good one",
            head(("x-request-id", "name-of-the-client")) { head in
                lines(head, "x-request-id") == ["name-of-the-client"] ? nil : head
            },
            .check("the same in the answer") { $0.streams[1]?["x-request-id"] == ["name-of-the-client"] }),
        HTTP2Case(
            "The request's name is a new one where the client gives two",
            head(("x-request-id", "one"), ("x-request-id", "two")) { head in
                let names = lines(head, "x-request-id")
                return names.count == 1 && !["one", "two"].contains(names[0]) ? nil : head
            }),
        HTTP2Case(
            "traceparent and tracestate are passed on",
            head(
                ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "a=b")
            ) { head in
                lines(head, "tracestate") == ["a=b"] && lines(head, "traceparent").count == 1 ? nil : head
            }),
        HTTP2Case(
            "A request within a body is a body",
            .request(1, "POST", "/probe/echo", end: false),
            .data(1, "\r\n\r\nGET /evil HTTP/1.1\r\nhost: evil\r\n\r\n"),
            .answer(1, body: "\r\n\r\nGET /evil HTTP/1.1\r\nhost: evil\r\n\r\n"), .request(3), .answer(3)),
        HTTP2Case(
            "Chunks within a body are a body", .request(1, "POST", "/probe/echo", end: false),
            .data(1, "0\r\n\r\n"), .answer(1, body: "0\r\n\r\n")),
        HTTP2Case(
            "Frames within a body are a body", .request(1, "POST", "/probe/echo", end: false),
            .send(.data(1, RawFrame.goAway().bytes + RawFrame.reset(1).bytes)),
            .answer { $0.body == RawFrame.goAway().bytes + RawFrame.reset(1).bytes ? nil : "another body" }),
        HTTP2Case(
            "HTTP2-Settings is a field like any other",
            head(("http2-settings", "AAMAAABkAAQAAP__")) { head in
                head.hasPrefix("GET /probe/head HTTP/1.1\r\n") ? nil : head
            }),
        HTTP2Case(
            "A priority field is taken",
            head(("priority", "u=0, i")) { head in
                lines(head, "priority") == ["u=0, i"] ? nil : head
            }),
        HTTP2Case(
            "An expectation that was met does not trouble the worker",
            .request(1, "POST", "/probe/head", fields: [("expect", "100-continue")], end: false), .data(1, "a"),
            .answer { $0.text.hasPrefix("POST /probe/head HTTP/1.1\r\n") ? nil : "another head" }),
    ]
}
