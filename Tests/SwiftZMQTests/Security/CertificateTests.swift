import ProcessSupport
import SwiftZMQ
import Testing

@Suite struct CertificateTests {
    @Test func `A folder of certificates tells whose it has, as it is now`() throws {
        let folder = try TemporaryFolder()
        let certificates = CertificateFolder(folder.path)
        let ada = try CurveCertificate(.generate())
        #expect(try !certificates.contains(ada.publicKey))
        try ada.save(in: folder.path, name: "ada")
        #expect(try certificates.contains(ada.publicKey))
        try folder.remove("ada.key")
        #expect(try !certificates.contains(ada.publicKey))
        #expect(throws: ZMQError.self) { try CertificateFolder("/no/such/folder").contains(ada.publicKey) }
    }

    @Test func `A certificate is read as it was written`() throws {
        let folder = try TemporaryFolder()
        let certificate = CurveCertificate(
            try .generate(), metadata: ["name": "Ada Lovelace", "motto": "say \"engine\" # twice", "empty": ""])
        try certificate.save(in: folder.path, name: "ada")
        #expect(try folder.names == ["ada.key", "ada.key_secret"])
        #expect(try CurveCertificate(contentsOf: "\(folder.path)/ada.key_secret") == certificate)
        let published = try CurveCertificate(contentsOf: "\(folder.path)/ada.key")
        #expect(published == certificate.publicCertificate)
        #expect(published.secretKey == nil && published.keys == nil)
        #expect(certificate.keys?.publicKey == certificate.publicKey)
        let secret = try #require(certificate.secretKey)
        #expect(try folder.text(of: "ada.key").contains(secret.z85) == false)
    }

    @Test func `The secret file is its owner's alone, whatever was there before`() throws {
        let folder = try TemporaryFolder()
        try folder.write("anything", to: "ada.key_secret")
        try CurveCertificate(.generate()).save(in: folder.path, name: "ada")
        #expect(try folder.permissions(of: "ada.key_secret") == 0o600)
        #expect(try folder.permissions(of: "ada.key").map { $0 & 0o444 } != 0o400)
        #expect(try folder.names == ["ada.key", "ada.key_secret"])
    }

    @Test func `A public certificate has one file`() throws {
        let folder = try TemporaryFolder()
        try CurveCertificate(try CurveKeyPair.generate().publicKey).save(in: folder.path, name: "bob")
        #expect(try folder.names == ["bob.key"])
    }

    @Test(arguments: ["\"", "'"])
    func `Files of czmq are read`(quote: String) throws {
        let keys = try CurveKeyPair(secretKey: CurveSecretKey(z85: KeyTests.secretText))
        let certificate = try CurveCertificate(
            text: """
                #   ****  Generated on 2026-01-01 by CZMQ  ****
                #   ZeroMQ CURVE **Secret** Certificate

                metadata
                    name = \(quote)Ada # not a comment\(quote)
                    plain = unquoted value   # a comment
                        deeper = \(quote)not a property\(quote)
                curve
                    public-key = \(quote)\(keys.publicKey.z85)\(quote)
                    secret-key = \(quote)\(keys.secretKey.z85)\(quote)
                other
                    public-key = \(quote)elsewhere\(quote)

                """.replacing("\n", with: quote == "'" ? "\r\n" : "\n"))
        #expect(certificate.keys == keys)
        #expect(certificate.metadata == ["name": "Ada # not a comment", "plain": "unquoted value"])
    }

    @Test func `What is no certificate is refused with the reason and without its content`() throws {
        let folder = try TemporaryFolder()
        let other = try CurveKeyPair.generate().publicKey.z85
        let key = "    public-key = \"\(KeyTests.publicText)\"\n"
        let secret = "    secret-key = \"\(KeyTests.secretText)\"\n"
        let cases = [
            ("", "no public-key"),
            ("curve\n" + secret, "no public-key"),
            (key, "no public-key"),
            ("curve\n" + key + key, "more than one public-key"),
            ("curve\n" + key + secret + secret, "more than one secret-key"),
            ("curve\n    public-key = \"\(other)\"\n" + secret, "does not belong"),
            ("curve\n    public-key = \"short\"\n", "40 characters"),
            ("curve\n" + key + "    secret-key = \"\(KeyTests.secretText)0\"\n", "40 characters"),
        ]
        for (text, reason) in cases {
            try folder.write(text, to: "bad.key")
            let error = #expect(throws: ZMQError.self) { try CurveCertificate(contentsOf: "\(folder.path)/bad.key") }
            #expect(error?.code == .invalidArgument)
            #expect(error?.description.contains(reason) == true, "\(String(describing: error)) for \(text)")
            #expect(error?.description.contains("bad.key") == true)
            #expect(error?.description.contains(KeyTests.secretText) == false)
        }
        #expect(code { try CurveCertificate(contentsOf: "\(folder.path)/missing.key") } == .notFound)
        #expect(code { try CurveCertificate(contentsOf: folder.path) } == .invalidArgument)
        try folder.write(String(repeating: "#", count: 100_000), to: "long.key")
        #expect(code { try CurveCertificate(contentsOf: "\(folder.path)/long.key") } == .invalidArgument)
    }

    @Test(arguments: [
        ("name", "two\nlines"), ("name", "both \" and '"), ("", "value"), ("na me", "value"), ("a=b", "value"),
        ("public-key", "value"), ("secret-key-of", "value"), ("name", "line\u{2028}separator"), ("näme", "value"),
    ])
    func `Metadata that would be read as something else is not written`(name: String, value: String) throws {
        let folder = try TemporaryFolder()
        let certificate = CurveCertificate(try .generate(), metadata: [name: value])
        #expect(code { try certificate.text } == .invalidArgument)
        #expect(code { try certificate.save(in: folder.path, name: "ada") } == .invalidArgument)
        #expect(try folder.names == [])
    }

    @Test func `A file that cannot be written leaves nothing behind`() throws {
        let folder = try TemporaryFolder()
        #expect(code { try CurveCertificate(.generate()).write(to: "\(folder.path)/no/where.key") } == .notFound)
        #expect(code { try CurveCertificate(.generate()).write(to: folder.path) } != nil)
        #expect(try folder.names == [])
        #expect(code { try CurveCertificate(.generate()).write(to: "\(folder.path)/a\0b") } == .invalidArgument)
    }
}
