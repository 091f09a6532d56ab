#if HummingbirdWorker
import GatewayWorker
import HTTPTypes
import Hummingbird
import HummingbirdWorker
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(5))) struct RoutingTests {
    struct Item: ResponseCodable, Equatable {
        var price: Int
    }

    struct Stamp<Context: RequestContext>: RouterMiddleware {
        func handle(
            _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
        ) async throws -> Response {
            var response = try await next(request, context)
            response.headers[.server] = "stamped"
            return response
        }
    }

    @Test func `A router sees the method, the path with its parameters, the query and the fields`() async throws {
        let router = Router()
        router.get("shop/items/:id") { request, context in
            let id = try context.parameters.require("id", as: Int.self)
            let colour = request.uri.queryParameters["colour"] ?? "none"
            return "\(id) \(colour) \(request.head.authority ?? "") \(request.headers[.acceptLanguage] ?? "")"
        }
        router.delete("shop/items/:id") { _, _ in HTTPResponse.Status.noContent }
        try await Shop.serve(router) { shop in
            let got = try await shop.ask(
                .GET, "/shop/items/42?colour=dark%20red", fields: ["accept-language": "fr"])
            #expect(got.status == 200)
            #expect(got.text == "42 dark red shop.example fr")
            #expect(try await shop.ask(.GET, "/shop/items/many").status == 400)
            #expect(try await shop.ask(.DELETE, "/shop/items/42").status == 204)
            #expect(try await shop.ask(.GET, "/shop/nothing").status == 404)
        }
    }

    @Test func `Middleware sees request and response`() async throws {
        let router = Router()
        router.add(middleware: Stamp())
        router.get("/") { _, _ in "hello" }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/")
            #expect(answer["server"] == "stamped")
            #expect(answer.text == "hello")
        }
    }

    @Test func `Values are decoded from requests and encoded into responses`() async throws {
        let router = Router()
        router.post("items") { request, context in
            var item = try await request.decode(as: Item.self, context: context)
            item.price += 1
            return EditedResponse(status: .created, headers: [.location: "/items/1"], response: item)
        }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(
                .POST, "/items", fields: ["content-type": "application/json"], body: #"{"price":2}"#)
            #expect(answer.status == 201)
            #expect(answer["location"] == "/items/1")
            #expect(answer["content-type"] == "application/json; charset=utf-8")
            #expect(answer.text == #"{"price":3}"#)
            let refused = try await shop.ask(
                .POST, "/items", fields: ["content-type": "application/json"], body: #"{"prize":2}"#)
            #expect(refused.status == 400)
            #expect(refused.text.contains("price"))
        }
    }

    @Test(arguments: [0, 1, 100_000, 3 << 20])
    func `A body comes whole and goes back whole`(size: Int) async throws {
        let router = Router()
        router.put("echo") { request, _ in
            #expect(request.headers[.contentLength] == (size > 0 ? "\(size)" : nil))
            var response = Response(
                status: .ok, body: ResponseBody(byteBuffer: try await request.body.collect(upTo: .max)))
            response.headers[.contentType] = request.headers[.contentType]
            return response
        }
        try await Shop.serve(router) { shop in
            let body = String((0..<size).map { Character(UnicodeScalar(UInt8(ascii: "a") + UInt8($0 % 26))) })
            let answer = try await shop.ask(.PUT, "/echo", fields: ["content-type": "text/x-letters"], body: body)
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/x-letters")
            #expect(answer.text == body)
            // Hummingbird knows the length, also of what is long and therefore streamed.
            #expect(answer["content-length"] == "\(size)")
        }
    }

    @Test func `Several fields of one name stay several`() async throws {
        let router = Router()
        router.get("/") { request, _ in
            var response = Response(status: .ok)
            response.headers[values: .setCookie] = request.headers[values: .cookie].map { "\($0); Secure" }
            return response
        }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/", fields: ["cookie": "a=1", "cookie": "b=2"])
            #expect(answer.head.headers["set-cookie"] == ["a=1; Secure", "b=2; Secure"])
        }
    }

    @Test func `Requests are handled several at once, and each gets its own answer`() async throws {
        let everybody = Signal()
        let present = Count()
        let router = Router()
        router.get("wait/:number") { _, context in
            // None gets on until all eight are here.
            if present.next() == 8 { everybody.send() }
            await everybody.wait()
            return context.parameters.get("number") ?? ""
        }
        try await Shop.serve(router) { shop in
            let exchanges = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                let port = try shop.port
                for number in 0..<8 {
                    group.addTask {
                        let exchange = try await HTTPExchange(port, .GET, "/wait/\(number)")
                        return (number, try await exchange.text())
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(exchanges.count == 8)
            for (number, text) in exchanges { #expect(text == "\(number)") }
        }
    }

    // MARK: HEAD

    @Test func `A response to HEAD has the fields and no body`() async throws {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.get("made") { _, _ in "twelve bytes" }
        router.head("own") { _, _ in
            Response(
                status: .ok, headers: [.eTag: "\"1\""], body: ResponseBody(byteBuffer: ByteBuffer(string: "seven b")))
        }
        router.head("endless") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in while true { try await writer.write(ByteBuffer(string: "more")) } })
        }
        try await Shop.serve(router) { shop in
            let made = try await shop.ask(.HEAD, "/made")
            #expect(made.status == 200)
            #expect(made["content-length"] == "12")
            #expect(made.text == "")
            let own = try await shop.ask(.HEAD, "/own")
            #expect(own["content-length"] == "7")
            #expect(own["etag"] == "\"1\"")
            #expect(try await shop.ask(.HEAD, "/endless").status == 200)
        }
    }
}
#endif
