import Foundation
import Glibc
import ProcessSupport
import Testing

/// The files of HTTPS: what is wrong with them at the start, for `check`, and when they are read again.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TLSFileTests {
    let programs = Programs()
    let certificates: Certificates

    init() throws {
        certificates = try Certificates()
    }

    /// Starts a gateway that must not start, and returns what it says.
    private func refusal(_ options: String...) async throws -> String {
        let program = try programs.webgateway(
            ["serve", "--listen", "https://127.0.0.1:0", "--workers", "tcp://127.0.0.1:*", "--admin", "off"] + options)
        #expect(try await program.ending() == .exited(64))
        let lines = try await program.errors.all()
        #expect(lines.count == 1, "\(lines)")
        #expect(try await program.output.all() == [])
        return lines.first ?? ""
    }

    @Test func `Each file that cannot be used is named with what to do, and the gateway does not start`() async throws {
        try await certificates.makeAuthority("ca")
        try await certificates.makeServer("server", by: "ca")
        try await certificates.makeServer("other", by: "ca")
        let (certificate, key) = (certificates.certificate("server"), certificates.key("server"))

        var line = try await refusal()
        #expect(line.contains("--listen 'https://127.0.0.1:0': ") && line.contains("--tls-certificate FILE"), "\(line)")
        line = try await refusal("--tls-certificate", certificate)
        #expect(line.contains("--tls-certificate '\(certificate)': ") && line.contains("--tls-key FILE"), "\(line)")
        line = try await refusal("--tls-key", key)
        #expect(line.contains("--tls-key '\(key)': ") && line.contains("--tls-certificate FILE"), "\(line)")
        line = try await refusal("--tls-certificate", "/nowhere.pem", "--tls-key", key)
        #expect(line.contains("--tls-certificate '/nowhere.pem': it cannot be read: No such file"), "\(line)")
        line = try await refusal("--tls-certificate", certificates.folder.path, "--tls-key", key)
        #expect(line.contains("Is a directory"), "\(line)")
        line = try await refusal("--tls-certificate", certificate, "--tls-key", "/nowhere.key")
        #expect(line.contains("--tls-key '/nowhere.key': it cannot be read: No such file"), "\(line)")
        line = try await refusal("--tls-certificate", certificate, "--tls-key", certificates.key("other"))
        #expect(line.contains("--tls-key '\(certificates.key("other"))': it is not the key of"), "\(line)")
        // The two in each other's place.
        line = try await refusal("--tls-certificate", key, "--tls-key", certificate)
        #expect(line.contains("--tls-certificate '\(key)': no certificate in PEM form"), "\(line)")

        let binary = certificates.file("server.der")
        try await certificates.openssl(["x509", "-in", certificate, "-outform", "DER", "-out", binary])
        line = try await refusal("--tls-certificate", binary, "--tls-key", key)
        #expect(line.contains("no certificate in PEM form") && line.contains("openssl x509"), "\(line)")
        line = try await refusal("--tls-certificate", certificate, "--tls-key", binary)
        #expect(line.contains("no private key in PEM form"), "\(line)")
        let empty = certificates.file("empty")
        try Data().write(to: URL(filePath: empty))
        line = try await refusal("--tls-certificate", empty, "--tls-key", key)
        #expect(line.contains("no certificate in PEM form"), "\(line)")
        line = try await refusal("--tls-certificate", certificate, "--tls-key", empty)
        #expect(line.contains("no private key in PEM form"), "\(line)")
        let locked = certificates.file("locked.key")
        try await certificates.openssl([
            "pkey", "-in", key, "-aes128", "-passout", "pass:secret-word", "-out", locked,
        ])
        line = try await refusal("--tls-certificate", certificate, "--tls-key", locked)
        #expect(line.contains("the key is encrypted") && line.contains("openssl pkey"), "\(line)")
        line = try await refusal("--tls-certificate", certificate, "--tls-key", key, "--tls-client-ca", key)
        #expect(line.contains("--tls-client-ca '\(key)': no certificate in PEM form"), "\(line)")
        line = try await refusal("--tls-certificate", certificate, "--tls-key", key, "--tls-minimum", "1.1")
        #expect(line.contains("--tls-minimum '1.1': it is one of 1.2, 1.3"), "\(line)")
    }

    @Test func `A certificate without an address of HTTPS is a mistake`() async throws {
        let program = try programs.webgateway("serve", "--tls-certificate", "a.pem", "--tls-key", "a.key")
        #expect(try await program.ending() == .exited(64))
        let lines = try await program.errors.all()
        #expect(lines.count == 1 && lines[0].contains("--listen https://HOST:PORT"), "\(lines)")
    }

    @Test func `With an expired certificate the gateway starts, and says so`() async throws {
        try await certificates.makeAuthority("ca")
        try await certificates.makeServer("server", by: "ca", days: -1)
        let gateway = try await SecureGateway(certificates, programs)
        try await gateway.gateway.program.errors.wait(
            for: "warning", certificates.certificate("server"), "the certificate expired on")
        let refused = try await gateway.curl("\(gateway.url)/hello")
        #expect(refused.code == 60, "\(refused)")
        let careless = try await gateway.curl("--insecure", "\(gateway.url)/hello")
        #expect(careless.isGood, "\(careless)")

        let file = try TemporaryFile(
            """
            listen: https://127.0.0.1:0
            tls-certificate: \(certificates.certificate("server"))
            tls-key: \(certificates.key("server"))
            """)
        let check = try programs.webgateway("check", "--config", file.path)
        #expect(try await check.ending() == .exited(0))
        let lines = try await check.output.all()
        #expect(lines.count == 2, "\(lines)")
        #expect(lines.first?.hasPrefix("\(file.path):2: tls-certificate '") == true, "\(lines)")
        #expect(lines.first?.contains("the certificate expired on ") == true, "\(lines)")
    }

    @Test func `With a certificate that is not valid yet it starts as well, and says so`() async throws {
        try await certificates.makeAuthority("ca")
        try await certificates.makeServer("server", by: "ca", from: "20900101")
        let gateway = try await SecureGateway(certificates, programs)
        try await gateway.gateway.program.errors.wait(
            for: "warning", certificates.certificate("server"), "is valid from Sun, 01 Jan 2090 00:00:00 GMT on")
        #expect(try await gateway.curl("--insecure", "\(gateway.url)/hello").isGood)
    }

    @Test func `check looks into the files`() async throws {
        try await certificates.makeAuthority("ca")
        try await certificates.makeServer("server", by: "ca")
        let file = try TemporaryFile(
            """
            listen: [127.0.0.1:8080, "https://[::1]:8443"]
            tls-certificate: \(certificates.certificate("server"))
            tls-key: \(certificates.key("ca"))
            """)
        let wrong = try programs.webgateway("check", "--config", file.path)
        #expect(try await wrong.ending() == .exited(1))
        let lines = try await wrong.output.all()
        #expect(lines.count == 1 && lines[0].hasPrefix("\(file.path):3: tls-key '"), "\(lines)")
        // Of several mistakes each is named.
        try file.replace(
            with: """
                listen: [127.0.0.1:8080, "https://[::1]:8443"]
                tls-certificate: \(certificates.key("server"))
                tls-key: /nowhere.key
                tls-client-ca: /nowhere.pem
                """)
        let several = try await programs.webgateway("check", "--config", file.path).output.all()
        #expect(several.map { $0.dropFirst(file.path.count).prefix(3) } == [":2:", ":3:", ":4:"], "\(several)")
        try file.replace(
            with: """
                listen: [127.0.0.1:8080, "https://[::1]:8443"]
                tls-certificate: \(certificates.certificate("server"))
                tls-key: \(certificates.key("server"))
                """)
        #expect(try await programs.webgateway("check", "--config", file.path).ending() == .exited(0))
    }

    /// The subject of the certificate that the gateway shows to those who come now.
    private func subject(shownBy gateway: SecureGateway) async throws -> String {
        let outcome = try await gateway.client()
        return outcome.output.first { $0.hasPrefix("subject=") } ?? "\(outcome)"
    }

    /// Puts a certificate and its key where the gateway looks for them.
    private func install(_ name: String) throws {
        for (from, to) in [
            (certificates.certificate(name), certificates.certificate("server")),
            (certificates.key(name), certificates.key("server")),
        ] {
            try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: to), options: .atomic)
        }
    }

    @Test func `A new certificate is shown after SIGHUP, and connections that stand go on`() async throws {
        let gateway = try await SecureGateway(certificates, programs)
        for name in ["one", "two"] { try await certificates.makeServer(name, by: "ca", subject: "/CN=\(name)") }
        try install("one")
        let standing = try gateway.startClient(["-quiet"])
        standing.enter("GET /hello?name=before HTTP/1.1\nHost: h\n")
        try await standing.output.wait(for: "before")
        gateway.gateway.program.signal(SIGHUP)
        try await gateway.gateway.program.errors.wait(for: "configuration read again")
        #expect(try await subject(shownBy: gateway).hasSuffix("CN = one"))

        // Half of a pair is refused, and the old pair stays.
        try Data(contentsOf: URL(filePath: certificates.certificate("two"))).write(
            to: URL(filePath: certificates.certificate("server")), options: .atomic)
        gateway.gateway.program.signal(SIGHUP)
        try await gateway.gateway.program.errors.wait(for: "configuration refused", "tls-key '", "it is not the key of")
        #expect(gateway.gateway.program.errors.soFar.filter { $0.contains("configuration refused") }.count == 1)
        #expect(try await subject(shownBy: gateway).hasSuffix("CN = one"))

        try install("two")
        gateway.gateway.program.signal(SIGHUP)
        try await gateway.gateway.program.errors.wait(for: "configuration read again", count: 2)
        #expect(try await subject(shownBy: gateway).hasSuffix("CN = two"))
        standing.enter("GET /hello?name=after HTTP/1.1\nHost: h\n")
        try await standing.output.wait(for: "after")
        #expect(try await gateway.metric("webgateway_tls_handshake_failures_total") == 0)
    }

    @Test func `Versions and certificates of clients are other ones after SIGHUP, too`() async throws {
        let file = try TemporaryFile("http2: on\ntls-minimum: 1.2\n")
        let gateway = try await SecureGateway(certificates, programs, "--config", file.path)
        try await certificates.makeClient("ada", by: "ca", subject: "/CN=Ada")
        let (certificate, key) = (certificates.certificate("ada"), certificates.key("ada"))
        let before = try await gateway.client("-tls1_2", "-alpn", "h2,http/1.1")
        #expect(before.isGood && before.output.contains("ALPN protocol: h2"), "\(before)")

        try file.replace(with: "http2: off\ntls-minimum: 1.3\ntls-client-ca: \(certificates.certificate("ca"))\n")
        gateway.gateway.program.signal(SIGHUP)
        try await gateway.gateway.program.errors.wait(for: "configuration read again")
        let old = try await gateway.client("-tls1_2", "-cert", certificate, "-key", key)
        #expect(!old.isGood, "\(old)")
        let after = try await gateway.client("-cert", certificate, "-key", key, "-alpn", "h2,http/1.1")
        #expect(after.isGood && after.output.contains("ALPN protocol: http/1.1"), "\(after)")
        let stranger = try await gateway.curl("\(gateway.url)/hello")
        #expect(!stranger.isGood && stranger.output == [], "\(stranger)")
        let known = try await gateway.curl("--cert", certificate, "--key", key, "\(gateway.url)/hello")
        #expect(known.isGood, "\(known)")
    }

    @Test func `No handshake fails while certificates are replaced`() async throws {
        let gateway = try await SecureGateway(certificates, programs)
        for name in ["one", "two"] { try await certificates.makeServer(name, by: "ca", subject: "/CN=\(name)") }
        let hasEnded = Watched(false)
        let requests = Task {
            // Each on a connection of its own.
            var outcomes: [SecureGateway.Outcome] = []
            while !hasEnded.value {
                outcomes.append(
                    try await gateway.curl(
                        "--fail", "--no-keepalive", "--header", "Connection: close", "--output", "/dev/null",
                        "\(gateway.url)/hello?[1-20]"))
            }
            return outcomes
        }
        for count in 1...10 {
            try install(count.isMultiple(of: 2) ? "one" : "two")
            gateway.gateway.program.signal(SIGHUP)
            try await gateway.gateway.program.errors.wait(for: "configuration read again", count: count)
        }
        hasEnded.change { $0 = true }
        let outcomes = try await requests.value
        #expect(!outcomes.isEmpty && outcomes.allSatisfy(\.isGood), "\(outcomes)")
        #expect(try await gateway.metric("webgateway_tls_handshake_failures_total") == 0)
    }
}
