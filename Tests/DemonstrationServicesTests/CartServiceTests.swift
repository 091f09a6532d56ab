import DemonstrationServices
import GatewayWorker
import HTTPTypes
import ShoppingCart
import SwiftZMQ
import Testing

/// What a browser and a program are answered by the cart.
@Suite struct CartServiceTests {
    /// A client with its cookie.
    final class Client {
        let handler: GatewayWorker.Handler
        var cookie: String?

        init() throws {
            handler = try #require(try DemonstrationService.make("cart")).handler
        }

        func ask(
            _ method: HTTPRequest.Method, _ target: String, _ fields: HTTPFields = [.accept: "application/json"],
            _ body: Frame = "", secure: Bool = false
        ) async throws -> (status: Int, fields: HTTPFields, text: String) {
            var fields = fields
            if let cookie { fields[.cookie] = cookie }
            if secure, let name = HTTPField.Name("x-forwarded-proto") { fields[name] = "https" }
            if !body.isEmpty, fields[.contentType] == nil { fields[.contentType] = "application/x-www-form-urlencoded" }
            if let host = HTTPField.Name("host") { fields[host] = "shop.example" }
            let request = WorkerRequest(method, target, headerFields: fields, body: body)
            let response: WorkerResponse
            do {
                response = try await handler(request)
            } catch let problem as WorkerProblem {
                response = problem.response(to: request)
            }
            if let set = response.headerFields[.setCookie] { cookie = String(set.prefix { $0 != ";" }) }
            return (response.status.code, response.headerFields, String(try #require(response.body.bytes)))
        }
    }

    static let browser: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]

    @Test func `A program fills, changes and empties a cart`() async throws {
        let client = try Client()
        #expect(try await client.ask(.get, "/cart").text == "{\"items\":[]}\n")
        #expect(
            try await client.ask(.post, "/cart/add?pizza=1&beer=2").text.contains("{\"name\":\"pizza\",\"amount\":1}"))
        #expect(try await client.ask(.post, "/cart/add", [.accept: "application/json"], "pizza=2").status == 200)
        #expect(
            try await client.ask(
                .put, "/cart/items/beer", [.accept: "application/json", .contentType: "text/plain"], "6"
            ).status == 200)
        #expect(
            try await client.ask(.get, "/cart").text
                == "{\"items\":[{\"name\":\"pizza\",\"amount\":3},{\"name\":\"beer\",\"amount\":6}]}\n")
        #expect(
            try await client.ask(.delete, "/cart/items/pizza").text
                == "{\"items\":[{\"name\":\"beer\",\"amount\":6}]}\n")
        #expect(try await client.ask(.delete, "/cart").text == "{\"items\":[]}\n")
        // Nobody else's: a client without the cookie has a cart of its own.
        #expect(try await client.ask(.post, "/cart/add?tea=1").status == 200)
        client.cookie = nil
        #expect(try await client.ask(.get, "/cart").text == "{\"items\":[]}\n")
    }

    @Test func `A browser's form is answered with a redirection to the page`() async throws {
        let client = try Client()
        let added = try await client.ask(.post, "/cart/add", Self.browser, "item=%3Cb%3Epizza&amount=2")
        #expect(added.status == 303)
        #expect(added.fields[.location] == "/cart")
        let page = try await client.ask(.get, "/cart", Self.browser)
        #expect(page.fields[.contentType] == "text/html; charset=utf-8")
        #expect(page.text.contains("&lt;b&gt;pizza"))
        #expect(!page.text.contains("<b>pizza"))
        #expect(page.text.contains("action=\"/cart/items/%3Cb%3Epizza\""))
        #expect(page.text.contains("value=\"2\""))
        #expect(!page.text.contains("{"))
        #expect(
            try await client.ask(.post, "/cart/items/%3Cb%3Epizza", Self.browser, "amount=5&action=change").status
                == 303)
        #expect(try await client.ask(.get, "/cart").text.contains("\"amount\":5"))
        #expect(
            try await client.ask(.post, "/cart/items/%3Cb%3Epizza", Self.browser, "amount=5&action=remove").status
                == 303)
        #expect(try await client.ask(.get, "/cart", Self.browser).text.contains("There is nothing in it"))
    }

    @Test func `Whoever says nothing gets a page, and a problem document where something is wrong`() async throws {
        let client = try Client()
        #expect(try await client.ask(.get, "/cart", [:]).fields[.contentType] == "text/html; charset=utf-8")
        #expect(try await client.ask(.post, "/cart/add?pizza=1", [.accept: "*/*"]).status == 303)
        let wrong = try await client.ask(.post, "/cart/add?pizza=1000", [.accept: "*/*"])
        #expect(wrong.status == 422)
        #expect(wrong.fields[.contentType] == "application/problem+json")
        #expect(wrong.text.contains("\"field\":\"pizza\""))
        #expect(wrong.text.contains("\"code\":\"invalid-field\""))
        let page = try await client.ask(.post, "/cart/add?%3Ci%3E=1000", Self.browser)
        #expect(page.status == 422)
        #expect(page.text.contains("&lt;i&gt;") && page.text.contains("role=\"alert\""))
        #expect(try await client.ask(.get, "/cart").text == "{\"items\":[{\"name\":\"pizza\",\"amount\":1}]}\n")
    }

    @Test func `The cookie is set anew with each answer, and its answers are kept by nobody`() async throws {
        let client = try Client()
        let first = try await client.ask(.get, "/cart")
        let cookie = try #require(first.fields[.setCookie])
        #expect(
            cookie.wholeMatch(of: /sessionid=[0-9a-f]{32}; Max-Age=500; Path=\/cart; HttpOnly; SameSite=Lax/) != nil)
        for (method, target) in [
            (HTTPRequest.Method.get, "/cart"), (.post, "/cart/add?a=1"), (.post, "/cart/add?a=0"), (.delete, "/cart"),
            (.head, "/cart"), (.get, "/cart/nothing"), (.patch, "/cart"), (.put, "/cart/items/%"),
        ] {
            let answer = try await client.ask(method, target)
            #expect(answer.fields[.setCookie] == cookie)
            #expect(answer.fields[.cacheControl] == "no-store")
        }
        #expect(try await client.ask(.get, "/cart", secure: true).fields[.setCookie] == cookie + "; Secure")
        // Of two proxies, the one that the client came to is named first.
        let proxies: HTTPFields = [try #require(HTTPField.Name("x-forwarded-proto")): "https, http"]
        #expect(try await client.ask(.get, "/cart", proxies).fields[.setCookie] == cookie + "; Secure")
        client.cookie = "sessionid=00000000000000000000000000000000"
        #expect(
            try await client.ask(.get, "/cart").fields[.setCookie]?.hasPrefix("sessionid=0000000000000000") == false)
        client.cookie = "sessionid=nonsense"
        #expect(
            try await client.ask(.get, "/cart").fields[.setCookie]?.wholeMatch(of: /sessionid=[0-9a-f]{32};.*/) != nil)
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .delete])
    func `Pages of other sites change nothing`(method: HTTPRequest.Method) async throws {
        let client = try Client()
        _ = try await client.ask(.post, "/cart/add?tea=1")
        let target = method == .post ? "/cart/add?pizza=1" : method == .put ? "/cart/items/tea" : "/cart"
        let site = try #require(HTTPField.Name("sec-fetch-site"))
        for fields: HTTPFields in [[.origin: "http://evil.example"], [site: "cross-site"], [.origin: "null"]] {
            let answer = try await client.ask(method, target, fields, method == .put ? "amount=3" : "")
            #expect(answer.status == 403)
            #expect(answer.text.contains("\"code\":\"cross-site\""))
            #expect(answer.fields[.setCookie] == nil)
            #expect(answer.fields[.cacheControl] == "no-store")
        }
        #expect(try await client.ask(.get, "/cart").text == "{\"items\":[{\"name\":\"tea\",\"amount\":1}]}\n")
        let own: HTTPFields = [.origin: "http://shop.example", .accept: "application/json"]
        #expect(try await client.ask(.post, "/cart/add?tea=1", own).text.contains("\"amount\":2"))
    }

    @Test func `Behind a proxy the page is of the host that the client asked the proxy for`() async throws {
        let client = try Client()
        let forwarded = try #require(HTTPField.Name("x-forwarded-host"))
        for (hosts, origin, status) in [
            ("public.example", "http://public.example", 303),
            ("public.example:8443", "https://public.example:8443", 303),
            ("public.example, shop.example", "https://public.example", 303),
            ("public.example", "http://shop.example", 403),
            ("public.example, evil.example", "http://evil.example", 403),
            ("", "http://shop.example", 403),
        ] {
            let answer = try await client.ask(.post, "/cart/add?tea=1", [forwarded: hosts, .origin: origin])
            #expect(answer.status == status, "\(hosts) \(origin)")
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/cart/nothing", 404), (.patch, "/cart", 405), (.get, "/cart/add", 405),
        (.put, "/cart/items/%", 400), (.post, "/cart/style.css", 405),
    ])
    func `What is no request of a cart is refused`(method: HTTPRequest.Method, target: String, status: Int) async throws
    {
        let answer = try await Client().ask(method, target)
        #expect(answer.status == status)
        #expect(answer.fields[.contentType] == "application/problem+json")
        if status == 405 { #expect(answer.fields[.allow]?.isEmpty == false) }
    }

    @Test func `A body of a type that is no form is refused`() async throws {
        let answer = try await Client().ask(.post, "/cart/add", [.contentType: "text/csv"], "pizza,1")
        #expect(answer.status == 415)
        #expect(answer.fields[.accept]?.contains("multipart/form-data") == true)
        #expect(answer.fields[.setCookie] != nil)
    }

    @Test func `The page brings its style along`() async throws {
        let style = try await Client().ask(.get, "/cart/style.css")
        #expect(style.fields[.contentType] == "text/css; charset=utf-8")
        #expect(style.fields[.setCookie] == nil)
        let page = try await Client().ask(.get, "/cart", Self.browser)
        #expect(page.fields[.contentSecurityPolicy] == "default-src 'self'")
        #expect(page.text.contains("href=\"/cart/style.css\""))
        for forbidden in ["style=\"", "<script", "<style", "http://", "https://"] {
            #expect(!page.text.contains(forbidden))
        }
    }
}
