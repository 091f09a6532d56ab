#if HummingbirdWorker
import GatewayWorker
import HTTPTypes
import Hummingbird
import HummingbirdWorker
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(5))) struct ErrorTests {
    struct Secret: Error, CustomStringConvertible {
        let description = "password hunter2"
    }

    @Test func `An HTTP error becomes its status, fields and message`() async throws {
        let router = Router()
        router.get("busy") { _, _ -> String in
            throw HTTPError(.tooManyRequests, headers: [.retryAfter: "7"], message: "Come back later.")
        }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/busy")
            #expect(answer.status == 429)
            #expect(answer["retry-after"] == "7")
            #expect(answer.text.contains("Come back later."))
        }
    }

    @Test func `Any other error becomes a 500 that does not tell the reason`() async throws {
        let router = Router()
        router.get("/") { _, _ -> String in throw Secret() }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/", fields: ["x-request-id": "one"])
            #expect(answer.status == 500)
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer.text.contains(#""code":"worker-error""#))
            #expect(answer.text.contains(#""request_id":"one""#))
            #expect(!answer.text.contains("hunter2"))
        }
    }

    @Test func `A worker's problem goes through routers and middleware`() async throws {
        let router = Router()
        // It adds fields to errors that make a response of their own, and drops what others say.
        router.add(middleware: CORSMiddleware(allowOrigin: .all))
        router.get("/") { _, _ -> String in
            throw WorkerProblem(.conflict, code: "taken", detail: "Taken.", headerFields: [.retryAfter: "1"])
        }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/", fields: ["origin": "http://a.example", "x-request-id": "two"])
            #expect(answer.status == 409)
            #expect(answer["access-control-allow-origin"] == "*")
            #expect(answer["retry-after"] == "1")
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer.text.contains(#""code":"taken","detail":"Taken.","request_id":"two""#))
        }
    }

    @Test func `A responder that is no router may throw an HTTP error`() async throws {
        let responder = CallbackResponder<BasicRequestContext> { _, _ in
            throw HTTPError(.gone, headers: [.retryAfter: "never"], message: "It was here.")
        }
        try await Shop.open { shop in
            let worker = GatewayWorker(
                service: "shop", endpoints: shop.endpoints, configuration: .patient, logger: .quiet,
                responder: responder)
            try await shop.serve(with: worker) { shop in
                let answer = try await shop.ask(.GET, "/")
                #expect(answer.status == 410)
                #expect(answer["retry-after"] == "never")
                #expect(answer.text.contains("It was here."))
            }
        }
    }

    @Test func `A context that cannot be made refuses the request`() async throws {
        let responder = CallbackResponder<BasicRequestContext> { _, _ in Response(status: .ok) }
        try await Shop.open { shop in
            let worker = GatewayWorker(
                service: "shop", endpoints: shop.endpoints, configuration: .patient, logger: .quiet,
                responder: responder
            ) { _, _ in
                throw HTTPError(.unauthorized, headers: [.wwwAuthenticate: "Basic"])
            }
            try await shop.serve(with: worker) { shop in
                let answer = try await shop.ask(.GET, "/")
                #expect(answer.status == 401)
                #expect(answer["www-authenticate"] == "Basic")
            }
        }
    }

    @Test(arguments: [101, 199])
    func `A status that is no final one becomes a 500`(status: Int) async throws {
        let router = Router()
        router.get("/") { _, _ in Response(status: .init(code: status)) }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/")
            #expect(answer.status == 500)
        }
    }
}
#endif
