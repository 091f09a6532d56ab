import Foundation
import Glibc
import ProcessSupport
import Testing

/// HTTP/2 over TLS as other programs speak it: curl, nghttp and h2load, and a client in Python made with h2. Where one of
/// them is missing its tests say so; `Scripts/need nghttp2 python-h2` installs them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HTTP2ProgramTests {
    let certificates: Certificates

    init() throws {
        certificates = try Certificates()
    }

    private static func has(_ names: String...) -> Bool {
        names.allSatisfy { name in
            ["/usr/bin", "/usr/local/bin", "/bin"].contains {
                FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
            }
        }
    }

    private static let hasNGHTTP2 = has("nghttp", "h2load")

    private func gateway(_ options: String...) async throws -> HTTP2Gateway {
        try await certificates.makeAuthority("ca")
        try await certificates.makeServer("server", by: "ca")
        return try await HTTP2Gateway(
            listen: "https://127.0.0.1:0",
            ["--tls-certificate", certificates.certificate("server"), "--tls-key", certificates.key("server")] + options
        )
    }

    private func run(_ gateway: HTTP2Gateway, _ arguments: String...) async throws -> (isGood: Bool, lines: [String]) {
        let program = try gateway.programs.keep(RunningProgram("/usr/bin/env", arguments))
        program.endInput()
        let ending = try await program.ending()
        return (ending == .exited(0), try await program.output.all() + program.errors.all())
    }

    private func curl(_ gateway: HTTP2Gateway, _ arguments: String...) async throws -> (isGood: Bool, lines: [String]) {
        let program = try gateway.programs.keep(
            RunningProgram(
                "/usr/bin/env",
                [
                    "curl", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--http2", "--cacert",
                    certificates.certificate("ca"),
                ] + arguments))
        program.endInput()
        let ending = try await program.ending()
        return (ending == .exited(0), try await program.output.all() + program.errors.all())
    }

    private func url(_ gateway: HTTP2Gateway, _ path: String) -> String { "https://127.0.0.1:\(gateway.port)\(path)" }

    // MARK: - curl

    @Test func `curl agrees on HTTP/2 and gets a body, HEAD, 404 and 204 on one connection`() async throws {
        let gateway = try await gateway()
        let format = "%{http_version} %{http_code} %{num_connects} %{size_download}\n"
        let answers = try await curl(
            gateway, "--output", "/dev/null", "--write-out", format, url(gateway, "/probe/bytes/1000"), "--next",
            "--http2", "--cacert", certificates.certificate("ca"), "--silent", "--output", "/dev/null", "--write-out",
            format,
            "--head", url(gateway, "/probe/bytes/1000"), "--next", "--http2", "--cacert",
            certificates.certificate("ca"),
            "--silent", "--output", "/dev/null", "--write-out", "%{http_version} %{http_code} %{num_connects}\n",
            url(gateway, "/nobody"), "--next", "--http2", "--cacert", certificates.certificate("ca"), "--silent",
            "--output", "/dev/null", "--write-out", format, url(gateway, "/probe/status/204"))
        #expect(answers.isGood, "\(answers)")
        #expect(answers.lines == ["2 200 1 1000", "2 200 0 0", "2 404 0", "2 204 0 0"], "\(answers)")
    }

    @Test func `curl speaks HTTP/1.1 where HTTP/2 is turned off`() async throws {
        let gateway = try await gateway("--http2", "off")
        let answer = try await curl(
            gateway, "--output", "/dev/null", "--write-out", "%{http_version} %{http_code}\n",
            url(gateway, "/probe/bytes/1"))
        #expect(answer.isGood && answer.lines == ["1.1 200"], "\(answer)")
    }

    @Test func `curl gets a body of 1 MiB back as it was`() async throws {
        let gateway = try await gateway("--max-body", "2MiB")
        var random = SplitMix(seed: 11)
        let noise = Data((0..<(1 << 17)).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } })
        let body = certificates.file("body")
        try noise.write(to: URL(filePath: body))
        for expectation in ["Expect:", "Expect: 100-continue"] {
            let answer = try await curl(
                gateway, "--output", "\(body).back", "--header", expectation, "--data-binary", "@\(body)",
                url(gateway, "/probe/echo"))
            #expect(answer.isGood, "\(answer)")
            #expect(FileManager.default.contentsEqual(atPath: body, andPath: "\(body).back"))
        }
    }

    @Test func `curl is told 413 for a body over the limit, announced or not, and does not hang`() async throws {
        let gateway = try await gateway("--max-body", "100KiB")
        let body = certificates.file("body")
        try Data(repeating: 7, count: 3_000_000).write(to: URL(filePath: body))
        for header in ["Expect:", "Expect: 100-continue", "Content-Length:"] {
            let answer = try await curl(
                gateway, "--header", header, "--data-binary", "@\(body)", "--write-out", "%{http_code}\n", "--output",
                "/dev/null", url(gateway, "/probe/echo"))
            #expect(answer.lines.first == "413", "\(header): \(answer)")
        }
    }

    @Test func `curl reads slowly beside another that reads fast`() async throws {
        let gateway = try await gateway()
        async let slow = curl(
            gateway, "--limit-rate", "2M", "--output", "/dev/null", "--write-out", "%{http_code} %{size_download}\n",
            url(gateway, "/probe/stream/6000000"))
        for _ in 0..<10 {
            let fast = try await curl(
                gateway, "--output", "/dev/null", "--write-out", "%{http_code} %{size_download}\n",
                url(gateway, "/probe/stream/1000000"))
            #expect(fast.isGood && fast.lines == ["200 1000000"], "\(fast)")
        }
        let answer = try await slow
        #expect(answer.isGood && answer.lines == ["200 6000000"], "\(answer)")
    }

    @Test func `curl is answered in a drain, and the gateway ends`() async throws {
        let gateway = try await gateway()
        let slow = try await gateway.programs.obedientWorker("mdp", "slow", of: gateway.gateway)
        try await gateway.gateway.program.errors.wait(for: "worker registered", "service=slow")
        async let answer = curl(gateway, url(gateway, "/slow/wait"))
        try await slow.output.wait(for: "request GET /slow/wait")
        gateway.gateway.program.signal(SIGTERM)
        try await gateway.gateway.program.errors.wait(for: "draining")
        slow.enter("answer")
        let (isGood, lines) = try await answer
        #expect(isGood && lines == ["answered /slow/wait"], "\(lines)")
        #expect(try await gateway.gateway.program.ending() == .exited(0))
    }

    // MARK: - OpenSSL's client

    private func client(_ gateway: HTTP2Gateway, _ options: String..., sending lines: [String]) async throws -> [String]
    {
        let program = try gateway.programs.keep(
            RunningProgram(
                "/usr/bin/env",
                [
                    "openssl", "s_client", "-connect", "127.0.0.1:\(gateway.port)", "-CAfile",
                    certificates.certificate("ca"),
                ]
                    + options + ["-quiet", "-ign_eof", "-crlf"]))
        for line in lines { program.enter(line) }
        _ = try await program.ending()
        return try await program.output.all()
    }

    @Test func `Who agrees on h2 and then speaks HTTP/1.1 is not answered in it`() async throws {
        let gateway = try await gateway()
        let lines = try await client(
            gateway, "-alpn", "h2",
            sending: ["GET /probe/bytes/13 HTTP/1.1", "host: localhost", "connection: close", ""])
        #expect(!lines.contains { $0.contains("HTTP/1.1 200") || $0.contains("xxxxxxxxxxxxx") }, "\(lines)")
    }

    @Test(arguments: [[], ["-alpn", "http/1.1"]])
    func `Who does not agree on h2 does not get it by its preface`(options: [String]) async throws {
        let gateway = try await gateway()
        let preface = ["PRI * HTTP/2.0", "", "SM", ""]
        let lines =
            try await options.isEmpty
            ? client(gateway, sending: preface) : client(gateway, options[0], options[1], sending: preface)
        #expect(lines.first?.hasPrefix("HTTP/1.1 505 ") == true, "\(lines)")
    }

    // MARK: - nghttp and h2load

    @Test(.enabled(if: hasNGHTTP2, "nghttp and h2load are missing: Scripts/need nghttp2"))
    func `nghttp gets several answers at once, large and small`() async throws {
        let gateway = try await gateway()
        let answers = try await run(
            gateway, "nghttp", "--no-verify-peer", "--null-out", "--stat", url(gateway, "/probe/stream/3000000"),
            url(gateway, "/probe/bytes/13"), url(gateway, "/nobody"), url(gateway, "/probe/bytes/500000"))
        #expect(answers.isGood, "\(answers)")
        #expect(answers.lines.filter { $0.contains(" 200 ") }.count == 3, "\(answers)")
        #expect(answers.lines.filter { $0.contains(" 404 ") }.count == 1, "\(answers)")
    }

    @Test(.enabled(if: hasNGHTTP2, "nghttp and h2load are missing: Scripts/need nghttp2"), arguments: [1, 100])
    func `h2load's requests all succeed on one connection and on several`(streams: Int) async throws {
        let gateway = try await gateway()
        for clients in [1, 10] {
            let load = try await run(
                gateway, "h2load", "-n", "1000", "-c", "\(clients)", "-m", "\(streams)",
                url(gateway, "/probe/bytes/100"))
            #expect(load.isGood, "\(load)")
            #expect(load.lines.contains { $0.contains("1000 succeeded, 0 failed, 0 errored, 0 timeout") }, "\(load)")
        }
    }

    @Test(.enabled(if: hasNGHTTP2, "nghttp and h2load are missing: Scripts/need nghttp2"))
    func `h2load's downloads with small windows come whole`() async throws {
        let gateway = try await gateway()
        let load = try await run(
            gateway, "h2load", "-n", "60", "-c", "2", "-m", "10", "-w", "14", "-W", "16",
            url(gateway, "/probe/stream/1000000"))
        #expect(load.isGood, "\(load)")
        #expect(load.lines.contains { $0.contains("60 succeeded, 0 failed, 0 errored, 0 timeout") }, "\(load)")
    }

    // MARK: - h2 in Python

    @Test(
        .enabled("Python has no h2: Scripts/need python-h2", { await RunningProgram.hasPythonModule("h2.connection") }),
        arguments: ["requests", "upload", "interleaved"])
    func `A client in Python finds everything as it must be`(test: String) async throws {
        let gateway = try await gateway("--max-body", "2MiB")
        let client = try await gateway.programs.python(
            PackageFolder.path("Tests/Interop/h2_client.py"), "\(gateway.port)", certificates.certificate("ca"), test)
        #expect(try await client.ending() == .exited(0), "\(client.output.soFar) \(client.errors.soFar)")
    }
}
