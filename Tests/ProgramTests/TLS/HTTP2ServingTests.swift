import Foundation
import GatewayWorker
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// HTTP/2 as curl sees it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HTTP2ServingTests {
    let programs = Programs()
    let certificates: Certificates

    init() throws {
        certificates = try Certificates()
    }

    private func gateway() async throws -> SecureGateway { try await SecureGateway(certificates, programs) }

    @Test func `Requests are answered on one connection, with HTTP/2 agreed on`() async throws {
        let gateway = try await gateway()
        let both = try await gateway.curl(
            "--http2", "\(gateway.url)/hello?name=a", "\(gateway.url)/hello?name=b", "--write-out",
            "%{http_version} %{http_code} %{num_connects}\n")
        #expect(both.isGood, "\(both)")
        #expect(both.output.filter { $0.hasPrefix("2 ") } == ["2 200 1", "2 200 0"], "\(both)")
        try await gateway.wait(
            for: "webgateway_requests_total{service=\"hello\",method=\"GET\",status=\"200\"}", toBe: 2)
        let one = try await gateway.curl("--http1.1", "\(gateway.url)/hello", "--write-out", "%{http_version}\n")
        #expect(one.output.contains("1.1"), "\(one)")
        let head = try await gateway.curl("--http2", "--head", "\(gateway.url)/hello")
        #expect(head.output.first?.hasPrefix("HTTP/2 200") == true, "\(head)")
        let agreed = try await gateway.client("-alpn", "h2,http/1.1")
        #expect(agreed.output.contains("ALPN protocol: h2"), "\(agreed)")
        try await gateway.gateway.program.errors.wait(for: "target=/hello?name=b", "status=200")
    }

    @Test func `A worker sees the same request, whatever the version`() async throws {
        let gateway = try await gateway()
        try await gateway.withWorker("heads", SecureGateway.heads) {
            let options = [
                "--cookie", "a=b; c=d", "--header", "X-Request-Id: 7", "--data", "abc", "\(gateway.url)/heads",
            ]
            let one = try await gateway.bareCurl(gateway.authority + ["--http1.1"] + options)
            let two = try await gateway.bareCurl(gateway.authority + ["--http2"] + options)
            #expect(one.isGood && !one.output.isEmpty, "\(one)")
            // How much of an answer may be under way is the connection's, not the request's.
            let same = two.output.filter { !$0.hasPrefix("x-stream-credit: ") }
            #expect(one.output.filter { !$0.hasPrefix("x-stream-credit: ") }.sorted() == same.sorted(), "\(two)")
            #expect(two.output.contains("x-forwarded-proto: https") && two.output.contains("cookie: a=b; c=d"))
        }
    }

    @Test func `Without TLS a client has to know beforehand, and the gateway to allow it`() async throws {
        let gateway = try await SecureGateway(
            certificates, programs, "--listen", "http://127.0.0.1:0", "--http2-prior-knowledge")
        let lines = gateway.gateway.program.output.soFar.filter { $0.hasPrefix("listening on http://") }
        let plain = try #require(lines.first?.dropFirst(13))
        let known = try await gateway.curl(
            "--http2-prior-knowledge", "\(plain)/hello", "--write-out", "%{http_version} %{http_code}\n")
        #expect(known.output.filter { $0.hasPrefix("2 ") } == ["2 200"], "\(known)")
        let other = try await gateway.curl("--http1.1", "\(plain)/hello", "--write-out", "%{http_version}\n")
        #expect(other.output.contains("1.1"), "\(other)")
        // An offer to change over is not taken up, as ever.
        let offer = try await gateway.curl("--http2", "\(plain)/hello", "--write-out", "%{http_version}\n")
        #expect(offer.output.contains("1.1"), "\(offer)")
        let strict = try await programs.gateway()
        let refused = try await gateway.curl("--http2-prior-knowledge", "http://127.0.0.1:\(strict.port)/hello")
        #expect(!refused.isGood, "\(refused)")
    }

    @Test func `Large bodies go both ways whole, also many at a time`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--max-body", "64MiB")
        let noise = SecureGateway.noise(16 << 20)
        let body = certificates.file("body")
        try Data(noise).write(to: URL(filePath: body))
        try await gateway.withWorker("noise", SecureGateway.noiseHandler(noise)) {
            for options in [[], ["--tls-max", "1.2"]] {
                let there = try await gateway.bareCurl(
                    gateway.authority + options + ["--http2", "--data-binary", "@\(body)", "\(gateway.url)/noise"])
                #expect(there.isGood && there.output == ["the same"], "\(there)")
                var arguments = gateway.authority + options + ["--http2", "--parallel"]
                for index in 0..<6 { arguments += ["--output", "\(body).\(index)", "\(gateway.url)/noise?\(index)"] }
                let back = try await gateway.bareCurl(arguments)
                #expect(back.isGood, "\(back)")
                for index in 0..<6 {
                    #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).\(index)"))
                }
            }
        }
    }

    @Test func `A whole large answer comes whole, also many at a time`() async throws {
        let gateway = try await gateway()
        let noise = SecureGateway.noise(5 << 20)
        let body = certificates.file("body")
        try Data(noise).write(to: URL(filePath: body))
        let handler: GatewayWorker.Handler = { _ in WorkerResponse(body: .bytes(Frame(noise))) }
        try await gateway.withWorker("whole", handler) {
            var arguments = gateway.authority + ["--http2", "--parallel"]
            for index in 0..<6 { arguments += ["--output", "\(body).\(index)", "\(gateway.url)/whole?\(index)"] }
            let back = try await gateway.bareCurl(arguments)
            #expect(back.isGood, "\(back)")
            for index in 0..<6 {
                #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).\(index)"))
            }
        }
    }

    @Test func `A slow reader that goes on is not cut off`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--idle-timeout", "1s")
        let noise = SecureGateway.noise(12 << 20)
        let body = certificates.file("slow")
        try Data(noise).write(to: URL(filePath: body))
        try await gateway.withWorker("noise", SecureGateway.noiseHandler(noise)) {
            let answer = try await gateway.curl(
                "--http2", "--limit-rate", "4M", "--output", "\(body).back", "\(gateway.url)/noise")
            #expect(answer.isGood, "\(answer)")
            #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).back"))
        }
    }

    @Test func `A slow reader has the last answer whole when the gateway ends`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--idle-timeout", "10s")
        let noise = SecureGateway.noise(12 << 20)
        let body = certificates.file("last")
        try Data(noise).write(to: URL(filePath: body))
        try await gateway.withWorker("whole", { _ in WorkerResponse(body: .bytes(Frame(noise))) }) {
            let answer = try await gateway.fetchSlowly(["--http2"], "/whole", into: "\(body).back", drains: true)
            #expect(answer.isGood, "\(answer)")
            #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).back"))
            #expect(try await gateway.gateway.program.ending() == .exited(0))
        }
    }

    @Test func `An answer that is the last is read whole although the request was not`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--max-body", "10B")
        let body = certificates.file("large")
        try Data(repeating: 7, count: 3_000_000).write(to: URL(filePath: body))
        for options in [["--header", "Expect:"], ["--header", "Expect: 100-continue"]] {
            let answer = try await gateway.bareCurl(
                gateway.authority + options + [
                    "--http2", "--data-binary", "@\(body)", "--include", "\(gateway.url)/echo",
                ])
            #expect(answer.output.first?.hasPrefix("HTTP/2 413") == true, "\(answer)")
        }
    }

    @Test func `A response that is cut looks cut, and one that is whole does not`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--stream-idle-timeout", "500ms")
        try await gateway.withWorker("pieces", SecureGateway.answerInPieces) {
            let whole = try await gateway.curl(
                "--http2", "--output", "/dev/null", "--write-out", "%{size_download}", "\(gateway.url)/pieces/whole")
            #expect(whole.isGood && whole.output == ["120000"], "\(whole)")
            let cut = try await gateway.curl(
                "--http2", "--output", "/dev/null", "--write-out", "%{http_code}", "\(gateway.url)/pieces/cut")
            #expect(!cut.isGood && cut.output == ["200"], "\(cut)")
        }
    }

    @Test func `A request in flight is answered before the gateway ends`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--demo-workers", "0")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway.gateway)
        try await gateway.gateway.program.errors.wait(for: "worker registered")
        async let answer = gateway.curl("--http2", "\(gateway.url)/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        gateway.gateway.program.signal(SIGTERM)
        try await gateway.gateway.program.errors.wait(for: "draining")
        worker.enter("answer")
        #expect(try await answer.output == ["answered /slow/wait"])
        #expect(try await gateway.gateway.program.ending() == .exited(0))
    }

    @Test func `A connection over the limit is told so`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--max-connections", "1")
        let first = try gateway.startClient(["-brief", "-alpn", "h2"])
        try await first.errors.wait(for: "Protocol version")
        let second = try await gateway.curl("--http2", "--include", "\(gateway.url)/hello")
        #expect(second.output.first?.hasPrefix("HTTP/2 503") == true, "\(second)")
        #expect(second.output.contains { $0.contains("too-many-connections") }, "\(second)")
        first.endInput()
    }
}
