import Foundation
import GatewayWorker
import Glibc
import ProcessSupport
import SwiftZMQ
import Testing

/// HTTPS as curl and OpenSSL's client see it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TLSServingTests {
    let programs = Programs()
    let certificates: Certificates

    init() throws {
        certificates = try Certificates()
    }

    /// The interpreter that has sslyze.
    private static let scanner = PackageFolder.path(".venv-sslyze/bin/python")
    private static let hasScanner = FileManager.default.isExecutableFile(atPath: scanner)

    private func gateway(_ options: String...) async throws -> SecureGateway {
        switch options.count {
        case 0: try await SecureGateway(certificates, programs)
        case 2: try await SecureGateway(certificates, programs, options[0], options[1])
        case 4: try await SecureGateway(certificates, programs, options[0], options[1], options[2], options[3])
        default:
            try await SecureGateway(
                certificates, programs, options[0], options[1], options[2], options[3], options[4], options[5])
        }
    }

    @Test func `Requests are answered on one connection, with HTTP/1.1 agreed on where it is all that is offered`()
        async throws
    {
        let gateway = try await gateway("--http2", "off")
        #expect(gateway.gateway.program.output.soFar.contains("listening on \(gateway.url)"))
        let both = try await gateway.curl(
            "--http2", "\(gateway.url)/hello?name=a", "\(gateway.url)/hello?name=b", "--write-out",
            "%{http_version} %{num_connects}\n")
        #expect(both.isGood, "\(both)")
        #expect(both.output.filter { $0.hasPrefix("1.1 ") } == ["1.1 1", "1.1 0"], "\(both)")
        let agreed = try await gateway.client("-alpn", "h2,http/1.1")
        #expect(agreed.output.contains("ALPN protocol: http/1.1"), "\(agreed)")
        #expect(agreed.output.contains { $0.contains("Verify return code: 0 (ok)") })
        #expect(try await gateway.metric("webgateway_tls_handshake_failures_total") == 0)
    }

    @Test func `HTTP and HTTPS are served side by side, and workers are told which it was`() async throws {
        let gateway = try await SecureGateway(certificates, programs, "--listen", "http://127.0.0.1:0")
        let lines = gateway.gateway.program.output.soFar.filter { $0.hasPrefix("listening on ") }
        #expect(lines.count == 2 && lines[1].hasPrefix("listening on http://127.0.0.1:"), "\(lines)")
        let plain = try #require(lines.last?.dropFirst(13))
        try await gateway.withWorker("heads", SecureGateway.heads) {
            let answer = try await gateway.curl("\(gateway.url)/heads", "--header", "X-Forwarded-Proto: gopher")
            #expect(answer.output.contains("x-forwarded-proto: https"), "\(answer)")
            let other = try await gateway.curl("\(plain)/heads")
            #expect(other.output.contains("x-forwarded-proto: http"), "\(other)")
        }
        // A session that began over HTTPS is never told over HTTP.
        for (url, isSecure) in [(gateway.url, true), (String(plain), false)] {
            let answer = try await gateway.curl("--include", "\(url)/cart")
            let cookie = try #require(answer.output.first { $0.lowercased().hasPrefix("set-cookie: sessionid=") })
            #expect(cookie.contains("; Secure") == isSecure, "\(cookie)")
        }
    }

    @Test func `Large bodies go both ways whole`() async throws {
        let gateway = try await gateway("--max-body", "64MiB")
        let noise = SecureGateway.noise(16 << 20)
        let body = certificates.file("body")
        try Data(noise).write(to: URL(filePath: body))
        try await gateway.withWorker("noise", SecureGateway.noiseHandler(noise)) {
            for options in [[], ["--header", "Transfer-Encoding: chunked"], ["--tls-max", "1.2"]] {
                let there = try await gateway.bareCurl(
                    gateway.authority + options + ["--data-binary", "@\(body)", "\(gateway.url)/noise"])
                #expect(there.isGood && there.output == ["the same"], "\(there)")
                let version = options.filter { $0 != "--header" && !$0.hasPrefix("Transfer") }
                let back = try await gateway.bareCurl(
                    gateway.authority + version + ["--output", "\(body).back", "\(gateway.url)/noise"])
                #expect(back.isGood, "\(back)")
                #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).back"))
            }
        }
    }

    @Test func `The intermediate certificates of the file are sent along`() async throws {
        try await certificates.makeAuthority("ca")
        try await certificates.makeIntermediate("between", by: "ca")
        try await certificates.makeServer("server", by: "between")
        let own = try Data(contentsOf: URL(filePath: certificates.certificate("server")))
        let intermediate = try Data(contentsOf: URL(filePath: certificates.certificate("between")))
        let incomplete = try await gateway()
        let refused = try await incomplete.curl("\(incomplete.url)/hello")
        #expect(refused.code == 60, "\(refused)")
        try (own + intermediate).write(to: URL(filePath: certificates.certificate("server")))
        let complete = try await gateway()
        let answer = try await complete.curl("\(complete.url)/hello")
        #expect(answer.isGood, "\(answer)")
    }

    @Test func `Old versions are refused, and counted`() async throws {
        let gateway = try await gateway()
        let old = try await gateway.client("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
        #expect(!old.isGood)
        #expect((old.output + old.errors).contains { $0.contains("alert protocol version") }, "\(old)")
        #expect(try await gateway.client("-tls1_2").isGood)
        #expect(try await gateway.client("-tls1_3").isGood)
        try await gateway.wait(for: "webgateway_tls_handshake_failures_total", toBe: 1)
    }

    @Test func `TLS 1.2 is spoken only with what HTTP/2 allows`() async throws {
        let gateway = try await gateway()
        for suite in [
            "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
        ] {
            #expect(try await gateway.client("-tls1_2", "-cipher", suite).isGood, "\(suite)")
        }
        for suite in ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA"] {
            #expect(try await !gateway.client("-tls1_2", "-cipher", suite).isGood, "\(suite)")
        }
    }

    @Test(.enabled(if: hasScanner, "sslyze is missing: Scripts/need sslyze"))
    func `A scanner finds no weakness, and what Mozilla recommends for servers of all but old clients`() async throws {
        let gateway = try await gateway()
        let scan = try await gateway.run(
            Self.scanner, ["-m", "sslyze", "--mozilla_config=intermediate", "127.0.0.1:\(gateway.gateway.port)"])
        #expect(!scan.output.contains { $0.contains("VULNERABLE") }, "\(scan)")
        let verdict = scan.output.drop { !$0.contains("COMPLIANCE AGAINST TLS CONFIGURATION") }
        #expect(verdict.contains { $0.contains("ompliant.") }, "\(scan)")
        // The authority is the test's own, which no browser knows.
        let issues = verdict.filter { $0.contains(" * ") && !$0.contains("certificate_path_validation") }
        #expect(issues.isEmpty, "\(scan)")
    }

    @Test func `TLS 1.2 is refused where 1.3 is asked for`() async throws {
        let gateway = try await gateway("--tls-minimum", "1.3")
        #expect(try await !gateway.client("-tls1_2").isGood)
        #expect(try await gateway.client("-tls1_3").isGood)
    }

    @Test func `Plain HTTP gets an answer in plain text, and the end of the connection`() async throws {
        let gateway = try await gateway()
        let answer = try await gateway.curl("--include", "http://127.0.0.1:\(gateway.gateway.port)/hello")
        #expect(answer.isGood, "\(answer)")
        #expect(answer.output.first?.hasPrefix("HTTP/1.1 400 ") == true, "\(answer)")
        #expect(answer.output.contains { $0.hasPrefix("content-type: text/plain") })
        #expect(answer.output.contains { $0.hasPrefix("connection: close") })
        #expect(answer.output.contains { $0.contains("use https://") })
        let raw = try await RawExchange.answer(to: "GET / HTTP/1.0\r\n\r\n", port: gateway.gateway.port)
        #expect(raw.hasPrefix("HTTP/1.1 400 "))
        try await gateway.wait(for: "webgateway_tls_handshake_failures_total", toBe: 2)
        try await gateway.gateway.program.errors.wait(for: "target=/hello", "code=bad-request")
    }

    @Test func `What is no handshake at all ends, and so does one that never ends, and both give their places back`()
        async throws
    {
        let gateway = try await gateway("--max-connections", "1", "--header-timeout", "500ms", "--log-level", "debug")
        let garbage = try await RawExchange.answer(to: [0x16, 3, 1, 0xFF, 0xFF, 1, 2], port: gateway.gateway.port)
        #expect(!garbage.contains("HTTP"))
        let silent = try await RawExchange.answer(to: [0x16], port: gateway.gateway.port)
        #expect(silent.isEmpty)
        // Nothing but the end of what came before makes room for this one.
        try await gateway.wait(for: "webgateway_connections", toBe: 0)
        let answer = try await gateway.curl("\(gateway.url)/hello")
        #expect(answer.isGood && answer.output.first?.contains("ello") == true, "\(answer)")
        try await gateway.gateway.program.errors.wait(for: "TLS handshake failed", "it did not end in time")
        let failures = try await gateway.metric("webgateway_tls_handshake_failures_total")
        #expect(failures == 2)
    }

    @Test func `Who only looks whether somebody listens is not counted as a failure`() async throws {
        let gateway = try await gateway()
        for _ in 0..<3 { _ = try await HTTPConnection.open(to: gateway.gateway.port) }
        try await gateway.wait(for: "webgateway_connections", toBe: 0)
        #expect(try await gateway.metric("webgateway_tls_handshake_failures_total") == 0)
    }

    @Test func `A request in flight is answered before the gateway ends, and an idle connection is told goodbye`()
        async throws
    {
        let gateway = try await SecureGateway(certificates, programs, "--demo-workers", "0")
        let worker = try await programs.obedientWorker("req", "slow", of: gateway.gateway)
        try await gateway.gateway.program.errors.wait(for: "worker registered")
        let idle = try gateway.startClient(["-brief"])
        try await idle.errors.wait(for: "Protocol version")
        async let answer = gateway.curl("\(gateway.url)/slow/wait")
        try await worker.output.wait(for: "request GET /slow/wait")
        gateway.gateway.program.signal(SIGTERM)
        try await gateway.gateway.program.errors.wait(for: "draining")
        #expect(try await idle.ending() == .exited(0))
        worker.enter("answer")
        #expect(try await answer.output == ["answered /slow/wait"])
        #expect(try await gateway.gateway.program.ending() == .exited(0))
    }

    /// A record that is too long, and plain HTTP.
    @Test(arguments: [[0x16, 3, 1, 0xFF, 0xFF, 1, 2], Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)])
    func `Clients that reset while they are refused leave nothing behind for a drain to wait for`(
        bytes: [UInt8]
    ) async throws {
        let gateway = try await gateway("--drain-timeout", "10m")
        try await RawSocket.resetMany(to: gateway.gateway.port, after: bytes)
        gateway.gateway.program.signal(SIGTERM)
        #expect(try await gateway.gateway.program.ending() == .exited(0))
    }

    @Test func `An answer that is the last is read whole although the request was not`() async throws {
        let gateway = try await gateway("--max-body", "10B")
        let body = certificates.file("large")
        try Data(repeating: 7, count: 3_000_000).write(to: URL(filePath: body))
        for _ in 0..<3 {
            let answer = try await gateway.curl(
                "--header", "Expect:", "--data-binary", "@\(body)", "--include", "\(gateway.url)/echo")
            #expect(answer.output.first?.hasPrefix("HTTP/1.1 413 ") == true, "\(answer)")
        }
    }

    @Test func `A slow reader that goes on is not cut off`() async throws {
        let gateway = try await gateway("--idle-timeout", "1s")
        let noise = SecureGateway.noise(12 << 20)
        let body = certificates.file("slow")
        try Data(noise).write(to: URL(filePath: body))
        try await gateway.withWorker("noise", SecureGateway.noiseHandler(noise)) {
            let answer = try await gateway.curl(
                "--limit-rate", "4M", "--output", "\(body).back", "\(gateway.url)/noise")
            #expect(answer.isGood, "\(answer)")
            #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).back"))
        }
    }

    @Test(arguments: [false, true])
    func `A slow reader has the last answer of a connection whole`(drains: Bool) async throws {
        let gateway = try await gateway("--idle-timeout", "10s")
        let noise = SecureGateway.noise(12 << 20)
        let body = certificates.file("last")
        try Data(noise).write(to: URL(filePath: body))
        try await gateway.withWorker("whole", { _ in WorkerResponse(body: .bytes(Frame(noise))) }) {
            let options = drains ? [] : ["--header", "Connection: close"]
            let answer = try await gateway.fetchSlowly(options, "/whole", into: "\(body).back", drains: drains)
            #expect(answer.isGood, "\(answer)")
            #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).back"))
            if drains { #expect(try await gateway.gateway.program.ending() == .exited(0)) }
        }
    }

    @Test func `A response that is cut looks cut, and one that is whole does not`() async throws {
        // A worker that fails says nothing more.
        let gateway = try await gateway("--stream-idle-timeout", "500ms")
        try await gateway.withWorker("pieces", SecureGateway.answerInPieces) {
            for version in ["--http1.1", "--http1.0"] {
                for tls in ["1.2", "1.3"] {
                    let whole = try await gateway.curl(
                        version, "--tls-max", tls, "--output", "/dev/null", "--write-out", "%{size_download}",
                        "\(gateway.url)/pieces/whole")
                    #expect(whole.isGood && whole.output == ["120000"], "\(version) \(tls): \(whole)")
                    let cut = try await gateway.curl(
                        version, "--tls-max", tls, "--output", "/dev/null", "--write-out", "%{http_code}",
                        "\(gateway.url)/pieces/cut")
                    #expect(!cut.isGood && cut.output == ["200"], "\(version) \(tls): \(cut)")
                }
            }
        }
    }
}
