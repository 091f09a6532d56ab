import ProcessSupport
import Testing

/// `webgateway check`, and what `serve` says to the same file.
@Suite(.timeLimit(.minutes(5))) struct CheckCommandTests {
    let programs = Programs()

    @Test func `A good file is called good`() async throws {
        let file = try TemporaryFile(
            "request-timeout: 5s\nroutes:\n  - path: /api/\n    service: orders\n")
        let program = try programs.webgateway("check", "--config", file.path)
        #expect(try await program.ending() == .exited(0))
        #expect(try await program.output.all() == ["\(file.path): good, with 1 route"])
        #expect(try await program.errors.all() == [])
    }

    @Test func `Every mistake is a line with file, line and remedy, and the status 1`() async throws {
        let file = try TemporaryFile(
            "request-timeout: 5\n\nroutes:\n  - path: /api/\n    servce: orders\n")
        let program = try programs.webgateway("check", "--config", file.path)
        #expect(try await program.ending() == .exited(1))
        let lines = try await program.output.all()
        #expect(lines.count == 3, "\(lines)")
        #expect(lines[0].hasPrefix("\(file.path):1: request-timeout '5': a time is a whole number with a unit"))
        #expect(lines[1] == "\(file.path):4: the route has no service; add service: orders")
        #expect(lines[2] == "\(file.path):5: unknown key 'servce' of a route; did you mean service?")
        #expect(try await program.errors.all() == [])
    }

    @Test func `A block of proxies that is none is told in its line, with what is probably meant`() async throws {
        let file = try TemporaryFile("trusted-proxy:\n  - 10.0.0.0/8\n  - 192.0.2.1/24\n  - proxy.example.com\n")
        let program = try programs.webgateway("check", "--config", file.path)
        #expect(try await program.ending() == .exited(1))
        let lines = try await program.output.all()
        #expect(lines.count == 2, "\(lines)")
        #expect(lines.first?.hasPrefix("\(file.path):3: trusted-proxy '192.0.2.1/24': ") == true, "\(lines)")
        #expect(lines.first?.contains("write 192.0.2.0/24") == true, "\(lines)")
        #expect(lines.last?.hasPrefix("\(file.path):4: trusted-proxy 'proxy.example.com': ") == true, "\(lines)")
        #expect(lines.last?.contains("10.0.0.0/8 or 2001:db8::/32") == true, "\(lines)")
    }

    @Test func `A file that is not there is named`() async throws {
        let program = try programs.webgateway("check", "--config", "/nowhere/at/all")
        #expect(try await program.ending() == .exited(1))
        #expect(try await program.output.all() == ["/nowhere/at/all: cannot be read: No such file or directory"])
    }

    @Test func `The gateway does not start with a mistake`() async throws {
        let file = try TemporaryFile("retries: many\nqueue-limit: 0\n")
        let program = try programs.webgateway("serve", "--config", file.path)
        #expect(try await program.ending() == .exited(64))
        let lines = try await program.errors.all()
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\(file.path):1: retries 'many': ") == true, "\(lines)")
        #expect(lines.first?.contains("(and 1 more mistake)") == true, "\(lines)")
    }

    @Test func `Keys that are not there are told in their line`() async throws {
        let file = try TemporaryFile("curve-allow: /nowhere\ncurve-secret-key: /nowhere.key_secret\n")
        let program = try programs.webgateway("check", "--config", file.path)
        #expect(try await program.ending() == .exited(1))
        let lines = try await program.output.all()
        #expect(lines.count == 1 && lines[0].hasPrefix("\(file.path):2: curve-secret-key '/nowhere.key_secret': "))
    }
}
