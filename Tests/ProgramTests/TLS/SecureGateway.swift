import Foundation
import GatewayWorker
import Glibc
import HTTPTypes
import ProcessSupport
import SwiftZMQ

/// A gateway that serves HTTPS with a certificate of an authority `ca`, and what a test asks it with.
struct SecureGateway {
    /// What a program that was run to its end said.
    struct Outcome {
        let status: RunningProgram.Ending
        let output: [String]
        let errors: [String]

        var isGood: Bool { status == .exited(0) }
        /// The number with which it ended, -1 where a signal ended it.
        var code: Int32 { if case .exited(let code) = status { code } else { -1 } }
    }

    let certificates: Certificates
    let programs: Programs
    let gateway: RunningGateway
    let adminPort: Int

    var url: String { "https://127.0.0.1:\(gateway.port)" }
    var authority: [String] { ["--cacert", certificates.certificate("ca")] }

    /// Starts it with the certificate `server`, which is made where it is missing.
    init(_ certificates: Certificates, _ programs: Programs, _ options: String...) async throws {
        try await self.init(certificates, programs, options)
    }

    init(_ certificates: Certificates, _ programs: Programs, _ options: [String]) async throws {
        self.certificates = certificates
        self.programs = programs
        if !FileManager.default.fileExists(atPath: certificates.certificate("ca")) {
            try await certificates.makeAuthority("ca")
        }
        if !FileManager.default.fileExists(atPath: certificates.certificate("server")) {
            try await certificates.makeServer("server", by: "ca")
        }
        gateway = try await RunningGateway(
            programs.webgateway(
                [
                    "serve", "--listen", "https://127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin",
                    "127.0.0.1:0", "--worker-grace", "60s", "--tls-certificate", certificates.certificate("server"),
                    "--tls-key", certificates.key("server"),
                ] + options))
        let admin = try await gateway.program.output.wait(for: "admin on http://127.0.0.1:")
        guard let port = admin.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw OutputLines.Ended(description: "no port in “\(admin)”")
        }
        adminPort = port
    }

    /// Runs curl to its end, with the authority that it is to believe.
    func curl(_ arguments: String...) async throws -> Outcome { try await bareCurl(authority + arguments) }

    /// Runs curl to its end, with HTTP/1.1 unless the arguments say otherwise.
    func bareCurl(_ arguments: [String]) async throws -> Outcome {
        try await run(
            "curl", ["--silent", "--show-error", "--max-time", "100", "--noproxy", "*", "--http1.1"] + arguments)
    }

    /// Fetches something into a file at a slow pace.
    ///
    /// - Parameter drains: whether the gateway is to end when the first bytes have come.
    func fetchSlowly(_ options: [String], _ target: String, into file: String, drains: Bool) async throws -> Outcome {
        async let answer = bareCurl(authority + options + ["--limit-rate", "4M", "--output", file, "\(url)\(target)"])
        if drains {
            while FileManager.default.contents(atPath: file)?.isEmpty != false {
                try await Task.sleep(for: .milliseconds(5))
            }
            gateway.program.signal(SIGTERM)
        }
        return try await answer
    }

    /// Runs OpenSSL's client, which sends something once it is connected, and reads until the other side ends.
    func client(_ arguments: String..., sending text: String = "") async throws -> Outcome {
        let program = try programs.keep(startClient(arguments))
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { program.enter(String(line)) }
        program.endInput()
        return try await outcome(of: program)
    }

    /// Starts OpenSSL's client, which goes on until its input ends or the other side does.
    func startClient(_ arguments: [String]) throws -> RunningProgram {
        try programs.keep(
            RunningProgram(
                "/usr/bin/env",
                [
                    "openssl", "s_client", "-connect", "127.0.0.1:\(gateway.port)", "-CAfile",
                    certificates.certificate("ca"), "-verify_return_error", "-crlf",
                ] + arguments))
    }

    func run(_ name: String, _ arguments: [String]) async throws -> Outcome {
        let program = try programs.keep(RunningProgram("/usr/bin/env", [name] + arguments))
        program.endInput()
        return try await outcome(of: program)
    }

    private func outcome(of program: RunningProgram) async throws -> Outcome {
        let status = try await program.ending()
        return Outcome(status: status, output: try await program.output.all(), errors: try await program.errors.all())
    }

    /// A metric, named with its labels where it has some.
    func metric(_ name: String) async throws -> Int? {
        let outcome = try await bareCurl(["http://127.0.0.1:\(adminPort)/metrics"])
        return outcome.output.first { $0.hasPrefix("\(name) ") }.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    /// Waits until a metric, named with its labels where it has some, has a value.
    func wait(for name: String, toBe value: Int) async throws {
        while try await metric(name) != value { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// Answers with the fields of the request, one a line.
    static let heads: GatewayWorker.Handler = { request in
        .text(request.head.headerFields.map { "\($0.name.canonicalName): \($0.value)\n" }.joined())
    }

    /// Bytes without a pattern, always the same.
    static func noise(_ count: Int) -> [UInt8] {
        var random = SplitMix(seed: 7)
        return (0..<(count + 7) / 8).flatMap { _ in
            withUnsafeBytes(of: random.next()) { Array($0) }
        }
    }

    private enum Broken: Error { case halfway }

    /// Streams 120,000 bytes, and fails after them where the path is `/pieces/cut`.
    static let answerInPieces: GatewayWorker.Handler = { request in
        let isCut = request.path == "/pieces/cut"
        return WorkerResponse(
            body: .stream { writer in
                for _ in 0..<4 { try await writer.write(Frame([UInt8](repeating: 0x61, count: 30_000))) }
                if isCut { throw Broken.halfway }
            })
    }

    /// Answers a request with a body by whether it is the noise, and any other with the noise, in pieces.
    static func noiseHandler(_ noise: [UInt8]) -> GatewayWorker.Handler {
        { request in
            guard request.body.isEmpty else {
                return .text(request.body.withUnsafeBytes { $0.elementsEqual(noise) } ? "the same\n" : "another\n")
            }
            return WorkerResponse(
                body: .stream { writer in
                    for start in stride(from: 0, to: noise.count, by: 50_000) {
                        try await writer.write(Frame(noise[start..<min(noise.count, start + 50_000)]))
                    }
                })
        }
    }

    /// Serves for the time of a test.
    func withWorker(
        _ service: String, _ handler: @escaping GatewayWorker.Handler, _ test: () async throws -> Void
    ) async throws {
        let worker = GatewayWorker(service: service, endpoints: [gateway.workerEndpoint], handler: handler)
        let running = Task { try? await worker.run() }
        do {
            try await gateway.program.errors.wait(for: "worker registered", "service=\(service)")
            try await test()
        } catch {
            running.cancel()
            await running.value
            throw error
        }
        running.cancel()
        await running.value
    }
}
