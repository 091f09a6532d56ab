import Foundation
import ProcessSupport
import Testing

@testable import Gateway

/// Mutations of certificates and keys against everything that reads them: what clients show, and what an operator's files
/// hold.
///
/// `FUZZ_INPUTS` and `FUZZ_SEED` as in ``FuzzTests``. The keys are made anew in each run, and so a seed repeats a run of the
/// first test alone; of the second a failure shows the files.
@Suite(.timeLimit(.minutes(60))) struct TLSFuzzTests {
    private let settings = FuzzSettings()
    private var inputs: Int { settings.inputs }
    private var seed: UInt64 { settings.seed }

    @Test func `Of any certificate the subject is visible ASCII of a bounded length, or nothing`() throws {
        let corpus = try Corpus.files("certificates")
        var mutator = Mutator(
            seed: seed &+ 6, corpus: corpus,
            pieces: [
                "0", "1", "\u{1}", "\u{6}\u{3}U\u{4}\u{3}", "\u{C}\u{4}text", "\u{1E}\u{2}\u{0}x", "\u{0}", "\u{7F}",
                "\\",
            ])
        var outcomes: [String: Int] = [:]
        for (number, certificate) in corpus.enumerated() {
            #expect(CertificateSubject.text(of: certificate) != nil, "file \(number) of the corpus")
        }
        for number in 0..<inputs {
            let bytes = mutator.next()
            guard let text = CertificateSubject.text(of: bytes) else {
                outcomes["none", default: 0] += 1
                continue
            }
            outcomes["text", default: 0] += 1
            guard text.utf8.count <= CertificateSubject.longestText,
                text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
            else {
                Issue.record("FUZZ_SEED=\(seed), input \(number): \(text) of \(bytes)")
                return
            }
        }
        print("fuzz: certificates from FUZZ_SEED=\(seed): \(outcomes.sorted { $0.key < $1.key })")
        #expect(outcomes["text", default: 0] > 0 && outcomes["none", default: 0] > 0)
    }

    @Test func `Files of any content are taken whole, or refused with the setting and a remedy`() async throws {
        let certificates = try Certificates()
        try await certificates.makeAuthority("ca")
        try await certificates.makeServer("server", by: "ca")
        try await certificates.makeServer("other", by: "ca")
        func file(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
        let chain = try file(certificates.certificate("server")) + file(certificates.certificate("ca"))
        let pieces = [
            "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n",
            "-----END PRIVATE KEY-----\n", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "\r", "\n", "=", "\u{0}", "é",
        ]
        let good = [chain, try file(certificates.key("server")), try file(certificates.certificate("ca"))]
        var mutators = try [
            [chain, file(certificates.certificate("other"))],
            [file(certificates.key("server")), file(certificates.key("other"))],
            [file(certificates.certificate("ca"))],
        ].enumerated().map { Mutator(seed: seed &+ 7 &+ UInt64($0), corpus: $1, pieces: pieces) }
        var configuration = GatewayConfiguration()
        configuration.listen = [ListenAddress(host: "127.0.0.1", port: 0, scheme: .https)]
        let names = ["chain", "key", "authority"].map(certificates.file)
        configuration.tls.certificate = names[0]
        configuration.tls.key = names[1]
        configuration.tls.clientAuthority = names[2]
        var outcomes: [String: Int] = [:]
        // Each reads and writes three files.
        for number in 0..<(inputs / 20) {
            let contents = number == 0 ? good : mutators.indices.map { mutators[$0].next() }
            for (name, content) in zip(names, contents) { try Data(content).write(to: URL(filePath: name)) }
            do throws(TLSCredentials.Mistake) {
                _ = try TLSCredentials(configuration)
                outcomes["taken", default: 0] += 1
            } catch {
                outcomes[error.setting, default: 0] += 1
                let isNamed = ["tls-certificate", "tls-key", "tls-client-ca"].contains(error.setting)
                if !isNamed || !names.contains(error.value)
                    || !error.reason.contains(": ") && !error.reason.contains(";")
                {
                    Issue.record("FUZZ_SEED=\(seed), input \(number): \(error) of \(contents)")
                    return
                }
            }
        }
        print("fuzz: files of TLS from FUZZ_SEED=\(seed): \(outcomes.sorted { $0.key < $1.key })")
        #expect(outcomes["taken", default: 0] > 0 && outcomes.count > 1)
    }
}
