import Gateway
import NIOCore
import NIOPosix

/// A server on a port of its own, for the time of a test.
func withServer(
    _ dispatcher: FakeDispatcher, settings: HTTPSettings = HTTPSettings(), router: RequestRouter = RequestRouter(),
    services: Set<String> = ["a", "b"], observer: (any RequestObserver)? = nil,
    _ test: (_ server: HTTPServer, _ port: Int) async throws -> Void
) async throws {
    let server = HTTPServer(
        group: .singleton, settings: settings, router: router, services: ServiceDirectory(services),
        observer: observer)
    dispatcher.attach(server.replySinks)
    let addresses = try await server.start(on: [ListenAddress(host: "127.0.0.1", port: 0)], dispatcher: dispatcher)
    do {
        try await test(server, addresses.first?.port ?? 0)
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}
