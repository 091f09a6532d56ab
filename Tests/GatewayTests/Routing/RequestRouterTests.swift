import Gateway
import Testing

@Suite struct `Routing` {
    static let router = RequestRouter(routes: [
        Route(
            path: "/api/", host: "API.example.com", methods: ["GET", "POST"], service: "orders", timeout: .seconds(5),
            maximumBodySize: 10, retries: 0),
        Route(path: "/api", host: "api.example.com", methods: ["PUT"], service: "writes"),
        Route(path: "/static/v1", service: "files"),
    ])

    static func decide(_ method: String, _ host: String?, _ path: String, _ known: String...) -> RoutingDecision {
        router.decide(method: method, host: host, path: RequestPath(path)) { known.contains($0) }
    }

    @Test func `a route takes whole segments at or below its path`() {
        for path in ["/static/v1", "/static/v1/", "/static/v1/x", "/x/../static/v1", "/static%2fv1"] {
            #expect(Self.decide("GET", nil, path) == .service("files"))
        }
        for path in ["/static/v10", "/static", "/", "/static/v1/../x", "/Static/v1"] {
            #expect(Self.decide("GET", nil, path) == .unknownService)
        }
    }

    @Test func `a route is for its host alone and carries its settings`() {
        #expect(
            Self.decide("GET", "api.example.com", "/api/x")
                == .service("orders", timeout: .seconds(5), maximumBodySize: 10, retries: 0))
        #expect(Self.decide("GET", "other", "/api/x") == .unknownService)
        #expect(Self.decide("GET", nil, "/api/x", "api") == .service("api"))
    }

    @Test func `a method that a later route takes goes there, any other is refused with all there are`() {
        #expect(Self.decide("PUT", "api.example.com", "/api") == .service("writes"))
        #expect(
            Self.decide("HEAD", "api.example.com", "/api", "api", "default")
                == .methodNotAllowed(allow: ["GET", "POST", "PUT"]))
    }

    @Test func `without a route the first segment decides, then the default service`() {
        #expect(Self.decide("GET", nil, "/greet/x", "greet", "default") == .service("greet"))
        #expect(Self.decide("GET", nil, "/else/x", "greet", "default") == .service("default"))
        #expect(Self.decide("GET", nil, "/", "greet", "default") == .service("default"))
        #expect(Self.decide("GET", nil, "/%ff", "default") == .service("default"))
        #expect(Self.decide("GET", nil, "/else", "greet") == .unknownService)
    }

    @Test func `a route at the root takes everything`() {
        let router = RequestRouter(routes: [Route(path: "/", service: "all")])
        for path in ["/", "/x", "//x"] {
            #expect(router.decide(method: "GET", host: nil, path: RequestPath(path)) { _ in true } == .service("all"))
        }
    }
}
