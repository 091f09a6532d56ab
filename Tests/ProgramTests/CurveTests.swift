import Foundation
import ProcessSupport
import SwiftZMQ
import Testing

/// CURVE between the gateway and its workers, and the endpoints that are refused without it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CurveTests {
    let programs = Programs()
    let folder = try? TemporaryFolder()

    /// Makes certificates with the program itself.
    private func keygen(_ names: String...) async throws -> String {
        let folder = try #require(folder).path
        for name in names {
            #expect(try await programs.webgateway("keygen", "\(folder)/keys", name).ending() == .exited(0))
        }
        try FileManager.default.createDirectory(atPath: "\(folder)/allowed", withIntermediateDirectories: true)
        return folder
    }

    private func allow(_ name: String, _ folder: String) throws {
        try FileManager.default.copyItem(atPath: "\(folder)/keys/\(name).key", toPath: "\(folder)/allowed/\(name).key")
    }

    private func worker(_ name: String, _ folder: String, of gateway: RunningGateway) throws -> RunningProgram {
        try programs.webgateway(
            "worker", "--connect", gateway.workerEndpoint, "--service", "hello", "--curve-secret-key",
            "\(folder)/keys/\(name).key_secret", "--curve-server-key", "\(folder)/keys/gateway.key")
    }

    private func gateway(_ folder: String, _ options: String...) async throws -> RunningGateway {
        try await RunningGateway(
            programs.webgateway(
                [
                    "serve", "--listen", "127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "127.0.0.1:0",
                    "--curve-secret-key", "\(folder)/keys/gateway.key_secret", "--curve-allow", "\(folder)/allowed",
                ] + options))
    }

    @Test func `keygen writes what pyzmq reads, for its owner alone, and replaces nothing`() async throws {
        let folder = try await keygen("ada")
        let secret = "\(folder)/keys/ada.key_secret"
        let attributes = try FileManager.default.attributesOfItem(atPath: secret)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let script = PackageFolder.path("Tests/Interop/certificate.py")
        let shown = try await programs.python(script, "show", secret).output.all()
        let keys = try #require(CurveCertificate(contentsOf: secret).keys)
        #expect(shown == [keys.publicKey.z85, keys.secretKey.z85])
        #expect(try await programs.python(script, "list", "\(folder)/keys").output.all() == [keys.publicKey.z85])

        let again = try programs.webgateway("keygen", "\(folder)/keys", "ada")
        #expect(try await again.ending() == .exited(1))
        #expect(try await again.errors.all().first?.contains("ada.key is there already") == true)
        #expect(try CurveCertificate(contentsOf: secret).keys == keys)
    }

    @Test func `A worker whose key is in the folder serves, and one whose key comes later is let in then`() async throws
    {
        let folder = try await keygen("gateway", "worker", "late")
        try allow("worker", folder)
        let gateway = try await gateway(folder, "--demo-workers", "0")
        _ = try worker("worker", folder, of: gateway)
        try await gateway.waitForService("/hello")

        let late = try worker("late", folder, of: gateway)
        let key = try CurveCertificate(contentsOf: "\(folder)/keys/late.key").publicKey
        try await gateway.program.errors.wait(for: "peer turned away", "key=\(key.z85)")
        let admin = try await gateway.program.output.wait(for: "admin on http://127.0.0.1:")
        let port = try #require(admin.split(separator: ":").last.flatMap { Int($0) })
        let connection = try await HTTPConnection.open(to: port)
        while true {
            let text = try await connection.ask("GET", "/metrics").text
            let line = try #require(
                text.split(separator: "\n").first { $0.hasPrefix("webgateway_handshake_failures_total ") })
            if !line.hasSuffix(" 0") { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        try allow("late", folder)
        try await gateway.program.errors.wait(for: "worker registered", "service=hello ", count: 2)
        late.signal(15)
        #expect(try await late.ending() == .exited(0))
    }

    @Test func `The embedded workers serve, and a worker without keys does not come in`() async throws {
        let folder = try await keygen("gateway")
        let gateway = try await gateway(folder)
        try await gateway.waitForService("/hello")
        _ = try await programs.obedientWorker("req", "bare", of: gateway)
        try await gateway.program.errors.wait(for: "a worker's connection failed")
        #expect(try await gateway.ask("GET", "/bare").status == 404)
    }

    @Test(arguments: [
        ["--workers", "tcp://*:0"], ["--workers", "tcp://0.0.0.0:0"], ["--clients", "tcp://[::]:0"],
        ["--clients", "tcp://127.example.com:0"],
    ])
    func `An endpoint that others may reach is refused without CURVE`(options: [String]) async throws {
        let program = try programs.webgateway(["serve", "--listen", "127.0.0.1:0", "--admin", "off"] + options)
        #expect(try await program.ending() == .exited(64))
        let lines = try await program.errors.all()
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\(options[0]) '\(options[1])'") == true)
        #expect(lines.first?.contains("--curve-secret-key") == true)
        #expect(lines.first?.contains("--insecure-workers") == true)
    }

    @Test func `An endpoint that others may reach is opened when that is asked for`() async throws {
        let program = try programs.webgateway(
            "serve", "--listen", "127.0.0.1:0", "--admin", "off", "--workers", "tcp://0.0.0.0:*", "--insecure-workers")
        try await program.output.wait(for: "workers on tcp://0.0.0.0:")
    }

    @Test(arguments: [
        (["--curve-secret-key", "/nowhere.key_secret"], Int32(64), "--curve-allow DIRECTORY is needed"),
        (["--curve-allow", "/nowhere"], 64, "--curve-secret-key FILE is needed"),
        (["--curve-secret-key", "/nowhere.key_secret", "--curve-allow", "/"], 1, "/nowhere.key_secret"),
    ])
    func `Keys that are not there are one clear line`(options: [String], status: Int32, names: String) async throws {
        let program = try programs.webgateway(["serve", "--listen", "127.0.0.1:0", "--admin", "off"] + options)
        #expect(try await program.ending() == .exited(status))
        let lines = try await program.errors.all()
        #expect(lines.count == 1)
        #expect(lines.first?.contains(names) == true, "\(lines)")
    }
}
