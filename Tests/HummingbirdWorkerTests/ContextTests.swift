#if HummingbirdWorker
import GatewayWorker
import HTTPTypes
import Hummingbird
import HummingbirdWorker
import Logging
import NIOCore
import NIOHTTP1
import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct ContextTests {
    struct AddressContext: RequestContext, RemoteAddressRequestContext {
        var coreContext: CoreRequestContextStorage
        let remoteAddress: SocketAddress?

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            remoteAddress = source.channel.remoteAddress
        }
    }

    struct GatewayContext: RequestContext {
        typealias Source = WorkerRequestContextSource

        var coreContext: CoreRequestContextStorage
        let request: WorkerRequest

        init(source: WorkerRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            request = source.request
        }
    }

    struct TaggedContext: RequestContext {
        typealias Source = WorkerRequestContextSource

        var coreContext: CoreRequestContextStorage
        let tag: String

        init(source: WorkerRequestContextSource) {
            self.init(source: source, tag: "from the source")
        }

        init(source: WorkerRequestContextSource, tag: String) {
            coreContext = CoreRequestContextStorage(source: source)
            self.tag = tag
        }
    }

    @Test func `The context's id is the gateway's, in every logger`() async throws {
        let router = Router()
        router.get("/") { _, context in
            "\(context.id) \(context.logger[metadataKey: "hb.request.id"] ?? "") "
                + "\(Logger.current[metadataKey: "hb.request.id"] ?? "")"
        }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/", fields: ["x-request-id": "mine-1"])
            #expect(answer["x-request-id"] == "mine-1")
            #expect(answer.text == "mine-1 mine-1 mine-1")
            let other = try await shop.ask(.GET, "/")
            let id = try #require(other["x-request-id"])
            #expect(other.text == "\(id) \(id) \(id)")
        }
    }

    @Test func `An application's context knows the address of the connection`() async throws {
        let router = Router(context: AddressContext.self)
        router.get("/") { _, context in context.remoteAddress?.ipAddress ?? "nobody" }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.GET, "/")
            #expect(answer.text == "127.0.0.1")
        }
    }

    @Test func `A context can be made from the gateway's request`() async throws {
        let router = Router(context: GatewayContext.self)
        router.post("a") { _, context in
            let forwarded = context.request.peerAddress ?? ""
            return "\(context.request.target) \(forwarded) \(context.request.body)"
        }
        try await Shop.serve(router) { shop in
            let answer = try await shop.ask(.POST, "/a?b=c", body: "body")
            #expect(answer.text == "/a?b=c 127.0.0.1 body")
        }
    }

    @Test func `A context can be made by a closure`() async throws {
        let router = Router(context: TaggedContext.self)
        router.get("/") { _, context in context.tag }
        try await Shop.open { shop in
            let worker = GatewayWorker(
                service: "shop", endpoints: shop.endpoints, configuration: .patient, logger: .quiet,
                responder: router.buildResponder()
            ) { request, logger in
                TaggedContext(
                    source: WorkerRequestContextSource(request: request, logger: logger), tag: request.target)
            }
            try await shop.serve(with: worker) { shop in
                let answer = try await shop.ask(.GET, "/?x")
                #expect(answer.text == "/?x")
            }
        }
    }

    // MARK: The channel

    private func source(_ forwardedFor: String?) -> ApplicationRequestContextSource {
        var fields = HTTPFields()
        if let forwardedFor, let name = HTTPField.Name("x-forwarded-for") { fields[name] = forwardedFor }
        return ApplicationRequestContextSource(
            request: WorkerRequest(.get, "/", headerFields: fields), logger: .quiet)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::1"), ("192.0.2.7, 198.51.100.1", "198.51.100.1"),
        ("unknown", nil), ("", nil), (nil, nil),
    ])
    func `The channel tells who is connected to the gateway`(forwardedFor: String?, address: String?) {
        #expect(source(forwardedFor).channel.remoteAddress?.ipAddress == address)
    }

    @Test func `The channel refuses what would need a connection, and ends when nobody holds it`() async throws {
        let closing: EventLoopFuture<Void>
        do {
            let channel = source(nil).channel
            #expect(channel.isActive && channel.localAddress == nil && channel.parent == nil)
            await #expect(throws: ChannelError.self) { try await channel.writeAndFlush(ByteBuffer(string: "x")) }
            await #expect(throws: ChannelError.self) { try await channel.close() }
            await #expect(throws: ChannelError.self) { try await channel.setOption(.autoRead, value: false).get() }
            await #expect(throws: ChannelError.self) { _ = try await channel.getOption(.autoRead).get() }
            #expect(channel.allocator.buffer(capacity: 4).capacity >= 4)
            closing = channel.closeFuture
        }
        try await closing.get()
    }
}
#endif
