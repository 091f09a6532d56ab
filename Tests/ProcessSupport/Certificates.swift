import Foundation

/// Certificates and keys that a test makes with OpenSSL, in a folder of its own.
package struct Certificates {
    /// OpenSSL did not do what it was told.
    package struct NotMade: Error, CustomStringConvertible {
        package let description: String
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    package let folder: TemporaryFolder

    package init() throws {
        folder = try TemporaryFolder()
    }

    /// The file of a certificate.
    package func certificate(_ name: String) -> String { "\(folder.path)/\(name).pem" }

    /// The file of a private key.
    package func key(_ name: String) -> String { "\(folder.path)/\(name).key" }

    /// A file of another kind.
    package func file(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// Makes an authority.
    package func makeAuthority(_ name: String) async throws {
        try await openssl(
            ["req", "-x509"] + Self.newKey + [
                "-keyout", key(name), "-out", certificate(name), "-subj", "/CN=\(name)", "-days", "30",
            ])
    }

    /// Makes an authority that another has certified.
    package func makeIntermediate(_ name: String, by authority: String) async throws {
        try "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
            .write(toFile: file("\(name).ext"), atomically: true, encoding: .utf8)
        try await make(name, by: authority, subject: "/CN=\(name)", days: 30)
    }

    /// Makes a certificate for this machine's own name and address.
    package func makeServer(_ name: String, by authority: String, subject: String = "/CN=localhost", days: Int = 30)
        async throws
    {
        try "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n"
            .write(toFile: file("\(name).ext"), atomically: true, encoding: .utf8)
        try await make(name, by: authority, subject: subject, days: days)
    }

    /// Makes a certificate for this machine's own name and address that is valid for a year from a day on, which is written
    /// as in 20900131.
    package func makeServer(_ name: String, by authority: String, from day: String) async throws {
        try await makeServer(name, by: authority)
        // Of the commands of OpenSSL 3.0 this alone lets the beginning be chosen.
        let settings = """
            [ca]
            default_ca = this
            [this]
            database = \(file("\(name).index"))
            rand_serial = yes
            new_certs_dir = \(folder.path)
            default_md = sha256
            policy = any
            [any]
            commonName = supplied

            """
        try settings.write(toFile: file("\(name).cnf"), atomically: true, encoding: .utf8)
        try "".write(toFile: file("\(name).index"), atomically: true, encoding: .utf8)
        try await openssl([
            "ca", "-batch", "-notext", "-config", file("\(name).cnf"), "-cert", certificate(authority), "-keyfile",
            key(authority), "-startdate", "\(day)000000Z", "-days", "365", "-extfile", file("\(name).ext"),
            "-in", file("\(name).csr"), "-out", certificate(name),
        ])
    }

    /// Makes a certificate that a client shows.
    package func makeClient(_ name: String, by authority: String, subject: String, days: Int = 30) async throws {
        try "extendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:FALSE\n"
            .write(toFile: file("\(name).ext"), atomically: true, encoding: .utf8)
        try await make(name, by: authority, subject: subject, days: days)
    }

    private func make(_ name: String, by authority: String, subject: String, days: Int) async throws {
        try await openssl(
            ["req", "-new", "-utf8"] + Self.newKey + [
                "-keyout", key(name), "-out", file("\(name).csr"), "-subj", subject,
            ])
        // With a negative number of days it has expired.
        try await openssl([
            "x509", "-req", "-in", file("\(name).csr"), "-CA", certificate(authority), "-CAkey", key(authority),
            "-CAcreateserial", "-days", "\(days)", "-extfile", file("\(name).ext"), "-out", certificate(name),
        ])
    }

    package func openssl(_ arguments: [String]) async throws {
        let program = try RunningProgram("/usr/bin/env", ["openssl"] + arguments)
        program.endInput()
        guard try await program.ending() == .exited(0) else {
            throw NotMade(
                description: "openssl \(arguments.joined(separator: " ")): "
                    + (try await program.errors.all().joined(separator: "\n")))
        }
    }
}
