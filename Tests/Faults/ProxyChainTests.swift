import Foundation
import Glibc
import ProcessSupport
import Synchronization
import Testing

/// A proxy in front of the gateway, which shares its connections to it among its clients: where the two disagree on the
/// end of a request, one client gets another's answer.
///
/// `make chains` installs the proxies where it may.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ProxyChainTests {
    @Test(.enabled(if: Proxy.nginx.path != nil, "nginx is not installed"))
    func `nginx and the gateway agree on where a request ends`() async throws { try await attack(through: .nginx) }

    @Test(.enabled(if: Proxy.haproxy.path != nil, "haproxy is not installed"))
    func `haproxy and the gateway agree on where a request ends`() async throws { try await attack(through: .haproxy) }

    /// Requests whose end two readers might see at different places; `SMUGGLED` stands for a whole second request.
    private static let ambiguous: [String] = {
        let smuggled = "SMUGGLED"
        let post = "POST /fault?attack HTTP/1.1\r\nHost: h\r\n"
        let lengths = [
            "Content-Length: 6\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: +5",
            "Content-Length: 5,6", "Content-Length: 05", "Content-Length: 0x5", "Content-Length: 5 6",
            "Content-Length:\u{B}5", "Content-Length : 5", "Content-Length\t: 5", "X: y\r\n Content-Length: 5",
            "Content-Length: 5\r\nConnection: content-length", "Content_Length: 5", "Content-Length: -1",
            "Content-Length: 18446744073709551621", "Content-Length: 5\nX: y", "X: y\rContent-Length: 5",
        ]
        let codings = [
            "Transfer-Encoding: chunked", "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked",
            "Transfer-Encoding:\tchunked", "Transfer-Encoding:\u{B}chunked", "Transfer-Encoding: xchunked",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding:\r\n chunked",
            "X: y\r\n Transfer-Encoding: chunked", "X: y\nTransfer-Encoding: chunked",
            "X: y\rTransfer-Encoding: chunked",
            "Transfer_Encoding: chunked", "transfer-encoding: CHUNKED", "Transfer-Encoding: chunked\u{0}",
            "Transfer-Encoding: chunked;q=1", "Connection: transfer-encoding\r\nTransfer-Encoding: chunked",
        ]
        let chunks = [
            "5\nhello\r\n0\r\n\r\n", "5;\nhello\r\n0\r\n\r\n", "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "5 \r\nhello\r\n0\r\n\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
            "5\r\nhelloXX0\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n", "0\r\nX: y\r\n\r\n", "0\n\r\n", "0\r\n\n",
            "-0\r\n\r\n",
            "5\rhello\r\n0\r\n\r\n", "00000000000000000005\r\nhello\r\n0\r\n\r\n",
        ]
        return lengths.map { "\(post)\($0)\r\n\r\nhello\(smuggled)" }
            + codings.flatMap { coding in
                [
                    "\(post)\(coding)\r\n\r\n0\r\n\r\n\(smuggled)",
                    "\(post)Content-Length: 5\r\n\(coding)\r\n\r\n0\r\n\r\n\(smuggled)",
                    "\(post)\(coding)\r\nContent-Length: 200\r\n\r\n0\r\n\r\n\(smuggled)",
                    "GET /fault?attack HTTP/1.0\r\nHost: h\r\n\(coding)\r\n\r\n0\r\n\r\n\(smuggled)",
                ]
            }
            + chunks.map { "\(post)Transfer-Encoding: chunked\r\n\r\n\($0)\(smuggled)" }
            + [
                "\(post)Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello\(smuggled)",
                "\(post)Expect: x\r\nContent-Length: 5\r\n\r\nhello\(smuggled)",
                "GET http://other/fault?attack HTTP/1.1\r\nHost: h\r\n\r\n\(smuggled)",
                "GET /fault?attack HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n\(smuggled)",
                "GET /fault?attack\r\n\r\n\(smuggled)", "HEAD /fault?attack HTTP/1.1\r\nHost: h\r\n\r\n\(smuggled)",
                "GET /fault?attack HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n\(smuggled)",
                "GET /fault?attack HTTP/1.1\r\nHost: h\r\nContent-Length: 70\r\n\r\n\(smuggled)",
            ]
    }()

    private func attack(through kind: Proxy) async throws {
        let gateway = try await FaultGateway()
        let worker = try gateway.worker(record: "/dev/null")
        try await gateway.waitForWorker()
        let proxy = try await kind.start(before: gateway.port)
        defer { proxy.stop() }

        let path = proxy.socket
        let attackers = Watched((left: Self.ambiguous.count, statuses: [Int: Int]()))
        let victims = Watched((running: 4, answers: 0, wrong: [String]()))
        for victim in 0..<4 {
            Thread.detachNewThread {
                var wrong: [String] = []
                var number = 0
                do {
                    var client = try BlockingClient(path: path)
                    while attackers.value.left > 0 || number < 200 {
                        // Two at once, in their order.
                        let tokens = (0..<2).map { "victim-\(victim)-\(number)-\($0)" }
                        try client.write(
                            tokens.map { "GET /fault?\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
                        for token in tokens {
                            let answer = try client.answer()
                            if answer.status != 200 || answer.body != token { wrong.append("\(token): \(answer)") }
                        }
                        number += 1
                        // A proxy ends a connection after so many requests.
                        if number % 100 == 0 { client = try BlockingClient(path: path) }
                    }
                } catch {
                    wrong.append("victim \(victim): \(error)")
                }
                let result = (number, wrong)
                victims.change {
                    $0.running -= 1
                    $0.answers += result.0 * 2
                    $0.wrong += result.1
                }
            }
        }
        let next = Watched(0)
        for _ in 0..<8 {
            Thread.detachNewThread {
                while true {
                    var number = 0
                    next.change {
                        number = $0; $0 += 1
                    }
                    guard number < Self.ambiguous.count else { return }
                    var statuses: [Int] = []
                    let second = "GET /fault?smuggled HTTP/1.1\r\nHost: h\r\nX: "
                    if let client = try? BlockingClient(path: path, timeout: 1) {
                        try? client.write(Self.ambiguous[number].replacing("SMUGGLED", with: second))
                        while let answer = try? client.answer() { statuses.append(answer.status) }
                    }
                    let seen = statuses
                    attackers.change { state in
                        state.left -= 1
                        for status in seen { state.statuses[status, default: 0] += 1 }
                    }
                }
            }
        }
        let result = try await victims.wait { $0.running == 0 ? $0 : nil }
        print(
            "\(kind): \(Self.ambiguous.count) ambiguous requests answered \(attackers.value.statuses.sorted { $0.key < $1.key })",
            "and \(result.answers) of others beside them")
        #expect(result.wrong.prefix(5) == [])
        #expect(result.answers > 0)
        withExtendedLifetime(worker) {}
    }
}
