import NIOCore
import Testing

@testable import Gateway

/// A target in absolute form and a Host field that name the same, where one of them leaves the port out.
@Suite struct DefaultPortTests {
    private func isGood(target: String, host: String, defaultPort: Int) throws -> Bool {
        var parser = RequestHeadParser(defaultPort: defaultPort)
        // Twice on one connection: what is read second must know the port as well.
        var input = ByteBuffer(
            string: "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        _ = try parser.parse(&input, limits: RequestLimits(HTTPSettings()))
        return (try? parser.parse(&input, limits: RequestLimits(HTTPSettings()))) != nil
    }

    @Test(arguments: [
        ("https://h/", "h:443", 443, true), ("https://h:443/", "h", 443, true), ("https://h:80/", "h", 443, false),
        ("https://h/", "h:80", 443, false), ("http://h/", "h:80", 80, true), ("http://h:80/", "h", 80, true),
        ("http://h:443/", "h", 80, false), ("http://h/", "h:443", 80, false), ("http://h:8080/", "h:8080", 443, true),
    ])
    func `The port that is left out is that of the listener's scheme`(
        target: String, host: String, defaultPort: Int, isSame: Bool
    ) throws {
        #expect(try isGood(target: target, host: host, defaultPort: defaultPort) == isSame)
    }
}
