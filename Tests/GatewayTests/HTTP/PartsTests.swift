import NIOCore
import Testing
import TextFormats

@testable import Gateway

@Suite struct `Small parts of the HTTP front` {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:0", "::1", 0), ("localhost:65535", "localhost", 65535),
    ])
    func `an address to listen on is read and written`(_ text: String, _ host: String, _ port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
        #expect(ListenAddress(text)?.description == text)
    }

    @Test func `an address to listen on has a scheme, HTTP unless it is said`() {
        #expect(ListenAddress("http://h:1") == ListenAddress(host: "h", port: 1))
        #expect(ListenAddress("https://[::1]:2") == ListenAddress(host: "::1", port: 2, scheme: .https))
        #expect(ListenAddress("h:1")?.url == "http://h:1")
        #expect(ListenAddress("https://[::1]:2")?.url == "https://[::1]:2")
        #expect(ListenAddress("https://[::1]:2")?.description == "https://[::1]:2")
    }

    @Test(arguments: [
        "https://", "https://h", "https://:1", "https://h:1/", "HTTPS://h:1", "ftp://h:1", "", "8080", "127.0.0.1",
        "127.0.0.1:", ":80", "h:65536", "h:-1", "h:x", "::1:80", "[]:80",
    ])
    func `what is no address is refused`(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"),
    ])
    func `a date is written as HTTP wants it`(_ seconds: Int, _ text: String) {
        #expect(HTTPDate.text(seconds) == text)
    }

    @Test func `new request ids differ, also between event loops`() {
        var generators = (0..<4).map { _ in RequestIDGenerator() }
        var ids: Set<String> = []
        for _ in 0..<5000 {
            for index in generators.indices { ids.insert(generators[index].next()) }
        }
        #expect(ids.count == 20_000)
        #expect(ids.allSatisfy { $0.utf8.count == 15 && $0.utf8.allSatisfy(\.isVisibleASCII) })
    }

    @Test func `connections over the limit are refused, a flood of them is dropped`() {
        let limit = ConnectionLimit(2)
        let admissions = (0..<100).map { _ in limit.enter() }
        #expect(admissions.count { $0 == .served } == 2)
        #expect(admissions.count { $0 == .refused } == 64)
        #expect(limit.current == 66)
        for _ in 0..<65 { limit.leave() }
        #expect(limit.enter() == .served)
    }

    @Test func `a moment is the event loop's, and one that no number tells never comes`() {
        let now = MonotonicInstant(NIODeadline.uptimeNanoseconds(1_000_000_000))
        #expect(NIODeadline(now + .milliseconds(1500)) == .uptimeNanoseconds(2_500_000_000))
        #expect((now + .microseconds(7)).microseconds(since: now) == 7)
        #expect(now < now + .nanoseconds(1))
        #expect(now + .seconds(Int64.max) == .distantFuture)
        #expect(now + .nanoseconds(Int64.max) == .distantFuture)
        #expect(NIODeadline(MonotonicInstant.distantFuture) == .distantFuture)
        #expect(MonotonicInstant(NIODeadline.distantFuture) == .distantFuture)
    }
}
