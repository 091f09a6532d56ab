import Foundation
import GatewayWorker
import ProcessSupport
import SwiftZMQ
import Testing

/// Clients that have to show a certificate.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TLSClientCertificateTests {
    let programs = Programs()
    let certificates: Certificates

    init() throws {
        certificates = try Certificates()
    }

    private func shown(_ name: String) -> [String] {
        ["--cert", certificates.certificate(name), "--key", certificates.key(name)]
    }

    @Test func `Only who shows a valid certificate of the authority comes in, and workers are told whose it is`()
        async throws
    {
        try await certificates.makeAuthority("ca")
        try await certificates.makeAuthority("stranger")
        try await certificates.makeClient("ada", by: "ca", subject: "/C=GB/O=Engines, Ltd/CN=Ada")
        try await certificates.makeClient("eve", by: "stranger", subject: "/C=GB/O=Engines, Ltd/CN=Ada")
        try await certificates.makeClient("late", by: "ca", subject: "/CN=Late", days: -1)
        let gateway = try await SecureGateway(
            certificates, programs, "--listen", "127.0.0.1:0", "--tls-client-ca", certificates.certificate("ca"))
        let plain = try #require(
            gateway.gateway.program.output.soFar.last { $0.hasPrefix("listening on http://") }?.dropFirst(13))
        let spoofed = [
            "--header", "X-Client-Certificate-Subject: CN=Eve", "--header", "x_client_certificate_subject: CN=Eve",
        ]
        try await gateway.withWorker("heads", SecureGateway.heads) {
            for (tls, version) in [
                ("1.2", "--http1.1"), ("1.3", "--http1.1"), ("1.2", "--http2"), ("1.3", "--http2"),
            ] {
                let options = gateway.authority + ["--tls-max", tls, version]
                let target = "\(gateway.url)/heads"
                let good = try await gateway.bareCurl(options + shown("ada") + spoofed + [target, target])
                #expect(good.isGood, "\(good)")
                let fields = good.output.filter { $0.lowercased().contains("subject") }
                #expect(
                    fields
                        == Array(repeating: "x-client-certificate-subject: CN=Ada,O=Engines\\, Ltd,C=GB", count: 2),
                    "\(good)")
                for options in [options, options + shown("eve"), options + shown("late")] {
                    let refused = try await gateway.bareCurl(options + [target])
                    #expect(!refused.isGood && refused.output == [], "\(refused)")
                }
            }
            let open = try await gateway.bareCurl(spoofed + ["\(plain)/heads"])
            #expect(open.isGood && !open.output.contains { $0.lowercased().contains("subject") }, "\(open)")
        }
        try await gateway.wait(for: "webgateway_tls_handshake_failures_total", toBe: 12)
    }

    @Test func `A client that resumes is told apart all the same`() async throws {
        try await certificates.makeAuthority("ca")
        try await certificates.makeClient("ada", by: "ca", subject: "/CN=Ada")
        let gateway = try await SecureGateway(
            certificates, programs, "--tls-client-ca", certificates.certificate("ca"))
        let session = certificates.file("session")
        let options = ["-cert", certificates.certificate("ada"), "-key", certificates.key("ada"), "-ign_eof"]
        let request = "GET /heads HTTP/1.1\nHost: h\nConnection: close\n\n"
        try await gateway.withWorker("heads", SecureGateway.heads) {
            for version in ["-tls1_2", "-tls1_3"] {
                let first = try await gateway.client(
                    options[0], options[1], options[2], options[3], options[4], version, "-sess_out", session,
                    sending: request)
                #expect(first.output.contains("x-client-certificate-subject: CN=Ada"), "\(first)")
                let second = try await gateway.client(
                    options[0], options[1], options[2], options[3], options[4], version, "-sess_in", session,
                    sending: request)
                #expect(second.output.contains { $0.hasPrefix("Reused, ") }, "\(second)")
                #expect(second.output.contains("x-client-certificate-subject: CN=Ada"), "\(second)")
            }
        }
    }

    @Test func `Where none is asked for, none is told of`() async throws {
        let gateway = try await SecureGateway(certificates, programs)
        try await gateway.withWorker("heads", SecureGateway.heads) {
            let answer = try await gateway.curl(
                "--header", "X-CLIENT-certificate-Subject: CN=Eve", "\(gateway.url)/heads")
            #expect(answer.isGood && !answer.output.contains { $0.lowercased().contains("subject") }, "\(answer)")
        }
    }
}
