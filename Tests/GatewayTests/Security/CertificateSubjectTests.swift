import Testing

@testable import Gateway

/// Subjects of certificates as text.
struct CertificateSubjectTests {
    private static func value(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        let length: [UInt8] =
            contents.count < 128
            ? [UInt8(contents.count)] : [0x82, UInt8(contents.count >> 8), UInt8(contents.count & 0xFF)]
        return [tag] + length + contents
    }

    private static func attribute(_ type: [UInt8], _ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        value(0x30, value(0x06, type) + value(tag, contents))
    }

    private static func attribute(_ number: UInt8, _ text: String) -> [UInt8] {
        attribute([0x55, 0x04, number], 0x0C, Array(text.utf8))
    }

    /// A certificate as far as it is looked at.
    private static func certificate(_ parts: [[UInt8]]) -> [UInt8] {
        let name = value(0x30, parts.flatMap { value(0x31, $0) })
        let version = value(0xA0, value(0x02, [2]))
        let before = version + value(0x02, [1]) + value(0x30, []) + value(0x30, []) + value(0x30, [])
        return value(0x30, value(0x30, before + name) + value(0x30, []) + value(0x03, [0]))
    }

    private static func text(_ parts: [[UInt8]]) -> String? { CertificateSubject.text(of: certificate(parts)) }

    @Test func `The last part comes first, and parts of several attributes are joined by a plus`() {
        #expect(
            Self.text([
                Self.attribute(6, "DE"), Self.attribute(10, "Ex"), Self.attribute(11, "x") + Self.attribute(3, "Ada"),
            ]) == "OU=x+CN=Ada,O=Ex,C=DE")
        #expect(Self.text([]) == "")
    }

    @Test func `What has a meaning or cannot be seen is escaped`() {
        #expect(Self.text([Self.attribute(3, "a,b+c\"d\\e<f>g;h=i#j")]) == #"CN=a\,b\+c\"d\\e\<f\>g\;h=i#j"#)
        #expect(Self.text([Self.attribute(3, "#a")]) == ##"CN=\#a"##)
        #expect(Self.text([Self.attribute(3, "  a  ")]) == #"CN=\  a \ "#)
        #expect(Self.text([Self.attribute(3, " ")]) == #"CN=\ "#)
        #expect(Self.text([Self.attribute(3, "a\r\nx-evil: 1\u{0}\u{7F}")]) == #"CN=a\0D\0Ax-evil: 1\00\7F"#)
        #expect(Self.text([Self.attribute(3, "é€")]) == #"CN=\C3\A9\E2\82\AC"#)
    }

    @Test func `Texts of every kind are read, and what is none stands as its bytes`() {
        let name: [UInt8] = [0x55, 0x04, 0x03]
        #expect(Self.text([Self.attribute(name, 0x13, Array("p".utf8))]) == "CN=p")
        #expect(Self.text([Self.attribute(name, 0x14, [0x4A, 0xFC])]) == #"CN=J\C3\BC"#)
        #expect(Self.text([Self.attribute(name, 0x1E, [0, 0x4A, 0x20, 0xAC])]) == #"CN=J\E2\82\AC"#)
        #expect(Self.text([Self.attribute(name, 0x1E, [0xD8, 0])]) == "CN=#1E02D800")
        #expect(Self.text([Self.attribute(name, 0x1C, [0, 0, 0, 0x4A])]) == "CN=J")
        #expect(Self.text([Self.attribute(name, 0x0C, [0xFF])]) == "CN=#0C01FF")
        #expect(Self.text([Self.attribute([0x2A, 0x03, 0x88, 0x37], 0x0C, [0x61])]) == "1.2.3.1079=#0C0161")
        #expect(Self.text([Self.attribute([0x88, 0x37], 0x0C, [0x61])]) == "2.999=#0C0161")
    }

    @Test func `What is no certificate, or too long, has no text, and nothing crashes`() {
        #expect(CertificateSubject.text(of: []) == nil)
        let long = Self.attribute(3, String(repeating: "ü", count: 1000))
        #expect(Self.text([long]) == nil)
        let good = Self.certificate([Self.attribute(3, "Ada"), Self.attribute(10, "Ex")])
        for count in good.indices { _ = CertificateSubject.text(of: Array(good[..<count])) }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let text = CertificateSubject.text(of: bytes)
            #expect(text?.utf8.allSatisfy { 0x20..<0x7F ~= $0 } != false, "\(bytes)")
        }
    }
}
