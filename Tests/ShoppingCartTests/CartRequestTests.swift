import Testing

@testable import ShoppingCart

/// What a request asks of a cart.
@Suite struct CartRequestTests {
    static let form = "application/x-www-form-urlencoded"
    static let json = "application/json"

    private static func item(_ name: String, _ amount: Int) -> Cart.Item { Cart.Item(name: name, amount: amount) }

    /// A request and what is read from it.
    struct Case: Sendable, CustomTestStringConvertible {
        let request: CartRequest
        let action: CartAction?

        init(_ line: String, _ action: CartAction?, type: String? = nil, body: String = "") {
            let words = line.split(separator: " ").map(String.init)
            let parts = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            request = CartRequest(
                method: words[0], path: parts[0], query: parts.count > 1 ? parts[1] : nil, contentType: type,
                body: Array(body.utf8))
            self.action = action
        }

        var testDescription: String {
            "\(request.method) \(request.path)?\(request.query ?? "") \(String(decoding: request.body, as: UTF8.self))"
        }
    }

    static let cases: [Case] = [
        Case("GET /cart", .show), Case("HEAD /cart", .show), Case("GET /cart?x=1", .show),
        Case("DELETE /cart", .removeAll),
        Case("POST /cart/add?pizza=1", .add([item("pizza", 1)])),
        Case("POST /cart/add?pizza=1&beer=2", .add([item("pizza", 1), item("beer", 2)])),
        Case("POST /cart/add", .add([item("pizza", 1)]), type: form, body: "pizza=1"),
        Case("POST /cart/add", .add([item("a b", 2)]), type: form + "; charset=utf-8", body: "a+b=2"),
        Case("POST /cart/add?beer=2", .add([item("beer", 2), item("pizza", 1)]), type: form, body: "pizza=1"),
        Case("POST /cart/add", .add([item("pizza", 3)]), type: form, body: "item=pizza&amount=3"),
        Case("POST /cart/add", .add([item("pizza", 3)]), type: form, body: "amount=3&item=pizza"),
        Case("POST /cart/add", .add([item("item", 3)]), type: form, body: "item=3"),
        Case(
            "POST /cart/add", .add([item("item", 3), item("amount", 1), item("x", 1)]), type: form,
            body: "item=3&amount=1&x=1"),
        Case(
            "POST /cart/add", .add([item("pizza", 1)]), type: "multipart/form-data; boundary=x",
            body: "--x\r\nContent-Disposition: form-data; name=pizza\r\n\r\n1\r\n--x--\r\n"),
        Case("PUT /cart/items/pizza", .set(item("pizza", 3)), body: "3"),
        Case("PUT /cart/items/pizza", .set(item("pizza", 3)), type: "text/plain; charset=utf-8", body: "3\n"),
        Case("PUT /cart/items/pizza", .set(item("pizza", 3)), type: json, body: "{\"amount\":3}"),
        Case("PUT /cart/items/pizza", .set(item("pizza", 3)), type: json, body: " { \"amount\" : 3, \"x\": null } "),
        Case("PUT /cart/items/pizza", .set(item("pizza", 3)), type: form, body: "amount=3"),
        Case(
            "PUT /cart/items/pizza", .set(item("pizza", 3)), type: "multipart/form-data; boundary=x",
            body: "--x\r\nContent-Disposition: form-data; name=amount\r\n\r\n3\r\n--x--\r\n"),
        Case("PUT /cart/items/a%20b%2Fc+d", .set(item("a b/c+d", 3)), body: "3"),
        Case("PUT /cart/items/%E4%BD%A0", .set(item("你", 3)), body: "3"),
        Case("DELETE /cart/items/pizza", .remove("pizza")),
        Case("POST /cart/items/pizza", .set(item("pizza", 3)), type: form, body: "amount=3"),
        Case("POST /cart/items/pizza", .set(item("pizza", 3)), type: form, body: "amount=3&action=change"),
        Case("POST /cart/items/pizza", .remove("pizza"), type: form, body: "action=remove"),
        Case("POST /cart/items/pizza", .remove("pizza"), type: form, body: "amount=bad&action=remove"),
        Case("POST /cart/items/pizza?amount=3", .set(item("pizza", 3))),
    ]

    @Test(arguments: cases)
    func `Requests are read`(one: Case) throws {
        #expect(try one.request.action() == one.action)
    }

    @Test(arguments: [
        ("POST /cart/add?pizza=0", "pizza"), ("POST /cart/add?pizza=1000", "pizza"), ("POST /cart/add?pizza", "pizza"),
        ("POST /cart/add?beer=1&pizza=x", "pizza"), ("POST /cart/add?item=pizza&amount=x", "amount"),
        ("POST /cart/add?item=&amount=1", "item"), ("PUT /cart/items/pizza", "amount"),
        ("POST /cart/items/pizza", "amount"),
        ("POST /cart/items/pizza?amount=1&amount=2", "amount"), ("POST /cart/items/pizza?action=x", "action"),
    ])
    func `A mistake names its field`(line: String, field: String) {
        #expect { try Case(line, nil).request.action() } throws: { error in
            if case .mistake(let mistake)? = error as? CartRefusal { mistake.field == field } else { false }
        }
    }

    @Test(arguments: [
        "", "{", "[]", "3", "{}", "{\"amount\":\"3\"}", "{\"amount\":3.5}", "{\"amount\":0}", "{\"amount\":1000}",
        "{\"amount\":null}", "{\"amount\":1e30}", "{\"amount\":3}}", "{\"amount\":true}",
        String(repeating: "[", count: 100_000),
    ])
    func `JSON that holds no amount is refused`(body: String) {
        #expect(throws: CartRefusal.self) {
            try Case("PUT /cart/items/a", nil, type: Self.json, body: body).request.action()
        }
    }

    @Test(arguments: ["3", "\"3\"", "null", "true", "[]", "{}"])
    func `JSON that is no object with an amount is JSON all the same`(body: String) {
        #expect(throws: CartRefusal.mistake(.amount(of: "amount"))) {
            try Case("PUT /cart/items/a", nil, type: Self.json, body: body).request.action()
        }
    }

    @Test(arguments: [
        ("GET /cart/", CartRefusal.notFound), ("GET /cart/x", .notFound), ("PUT /cart/items/", .notFound),
        ("PUT /cart/items/a/b", .notFound), ("GET /carts", .notFound), ("PUT /cart/items", .notFound),
        ("POST /cart", .methodNotAllowed(["GET", "HEAD", "DELETE"])), ("GET /cart/add", .methodNotAllowed(["POST"])),
        ("GET /cart/items/a", .methodNotAllowed(["PUT", "DELETE", "POST"])),
        ("put /cart/items/a", .methodNotAllowed(["PUT", "DELETE", "POST"])),
    ])
    func `Other paths and methods are refused`(line: String, refusal: CartRefusal) {
        #expect(throws: refusal) { try Case(line, nil).request.action() }
    }

    @Test(arguments: ["PUT /cart/items/%", "PUT /cart/items/%FF", "POST /cart/add?a=%4", "DELETE /cart/items/%zz"])
    func `What is not well formed is refused as such`(line: String) {
        #expect { try Case(line, nil, body: "1").request.action() } throws: { error in
            if case .malformed? = error as? CartRefusal { true } else { false }
        }
    }

    @Test(arguments: [
        "nonsense", "", "multipart/form-data; boundary===x==", "multipart/form-data; boundary=a/b",
        "text/plain; charset=utf-8; charset=utf-8",
    ])
    func `A content type that is none is refused as such`(type: String) {
        for line in ["POST /cart/add", "PUT /cart/items/a", "POST /cart/items/a"] {
            #expect { try Case(line, nil, type: type, body: "1").request.action() } throws: { error in
                if case .malformed(let reason)? = error as? CartRefusal {
                    reason.contains("quotation marks")
                } else {
                    false
                }
            }
        }
    }

    @Test(arguments: ["text/html", "application/json", nil])
    func `A body of another type is refused`(type: String?) {
        #expect { try Case("POST /cart/add", nil, type: type, body: "a=1").request.action() } throws: { error in
            if case .unsupportedType? = error as? CartRefusal { true } else { false }
        }
    }

    // MARK: Sessions

    @Test func `A session is 128 random bits in a cookie that only the cart gets`() {
        let session = CartSession()
        #expect(session.id.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        #expect(
            session.setCookie(isSecure: false)
                == "sessionid=\(session.id); Max-Age=500; Path=/cart; HttpOnly; SameSite=Lax")
        #expect(session.setCookie(isSecure: true).hasSuffix("; Secure"))
        #expect(Set((0..<1000).map { _ in CartSession().id }).count == 1000)
    }

    @Test func `A session is read from among other cookies`() {
        let id = CartSession().id
        for cookies in [
            "sessionid=\(id)", "a=b; sessionid=\(id)", "sessionid=\(id);a=b", "xsessionid=1; sessionid=\(id)",
            " sessionid=\(id) ", "a=b ;\tsessionid=\(id)\t; c=d", "a; =; ;; a b=\"c; sessionid=\(id); {\"x\":1}",
            "sessionid=\(id);",
        ] {
            #expect(CartSession.named(in: cookies).map(\.id) == [id], "\(cookies)")
        }
    }

    @Test func `Of several cookies of the name those that could be a session are kept, a few at most`() {
        let ids = (0..<6).map { _ in CartSession().id }
        let cookies = ids.map { "sessionid=\($0)" }
        #expect(CartSession.named(in: cookies[..<2].joined(separator: "; ")).map(\.id) == Array(ids[..<2]))
        // The cookie of another application on the same host, as Django names its own.
        #expect(
            CartSession.named(in: "sessionid=8w3kq0z1x5v7t9r2p4m6n8b0c1d3f5g7; \(cookies[0])").map(\.id) == [ids[0]])
        #expect(CartSession.named(in: cookies.joined(separator: "; ")).map(\.id) == Array(ids[..<4]))
    }

    @Test(arguments: [
        nil, "", "sessionid", "sessionid=", "sessionid=1", "sessionid=\(String(repeating: "g", count: 32))",
        "sessionid=\(String(repeating: "A", count: 32))", "sessionid=\(String(repeating: "a", count: 33))",
        "sessionid=' OR 1=1 --", "Sessionid=\(String(repeating: "a", count: 32))",
        "sessionid=\"\(String(repeating: "a", count: 32))\"",
    ])
    func `What could be no session is none`(cookies: String?) {
        #expect(CartSession.named(in: cookies) == [])
    }

    // MARK: Where requests come from

    @Test(arguments: [
        (nil, nil, "a.example", false), ("same-origin", nil, "a.example", false), ("none", nil, "a.example", false),
        ("cross-site", nil, "a.example", true), ("same-site", nil, "a.example", true), ("", nil, "a.example", true),
        (nil, "http://a.example", "a.example", false), (nil, "https://a.example", "a.example", false),
        (nil, "https://a.example", "a.example:443", false), (nil, "http://a.example:80", "a.example", false),
        (nil, "http://A.example:8080", "a.example:8080", false), (nil, "http://a.example:8080", "a.example", true),
        (nil, "http://b.example", "a.example", true), (nil, "http://a.example.b.example", "a.example", true),
        (nil, "null", "a.example", true), (nil, "", "a.example", true), ("cross-site", nil, "b.example", true),
        (nil, "http://a.example@b.example", "a.example", true), (nil, "http://[::1]:8080", "[::1]:8080", false),
        ("same-origin", "http://b.example", "a.example", false), ("cross-site", "http://a.example", "a.example", true),
        (nil, "file://", "a.example", true), (nil, "http://b.example:80", "a.example", true),
    ])
    func `Requests from other sites are refused`(site: String?, origin: String?, host: String, isRefused: Bool) {
        #expect(CrossSite.isRefused(fetchSite: site, origin: origin, host: host) == isRefused)
        #expect(CrossSite.isRefused(fetchSite: nil, origin: "http://a.example", host: nil))
    }

    @Test(arguments: [
        (nil, AcceptedForm.any), ("*/*", .any), ("", .any), ("text/html", .page), ("application/json", .json),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .page),
        ("application/json, text/plain, */*", .json),
        ("text/html;q=0.5, application/json", .json), ("text/html, application/json;q=0.9", .page), ("image/png", .any),
        ("application/*", .json), ("text/*", .any), ("application/json;q=0", .any), ("text/html;q=0, */*", .json),
        ("application/json, text/html", .json), ("text/html, application/json", .page), ("TEXT/HTML", .page),
        ("application/json;q=x, text/html", .page), ("*/*;q=0.1, text/html", .page),
    ])
    func `The form of the answer is the one that is liked best`(accept: String?, form: AcceptedForm) {
        #expect(AcceptedForm(accept: accept) == form)
    }
}
