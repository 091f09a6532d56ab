import SwiftZMQ
import Testing

@Suite struct KeyTests {
    static let vector: [UInt8] = [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]
    // The client's and the server's keys of libzmq's own tests.
    static let publicText = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
    static let secretText = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

    @Test func `Z85 is what RFC 32 says`() throws {
        #expect(try Z85.encode(Self.vector) == "HelloWorld")
        #expect(try Z85.decode("HelloWorld") == Self.vector)
        #expect(try Z85.encode([]) == "")
        #expect(try Z85.decode("") == [])
        #expect(try Z85.encode([0, 0, 0, 0]) == "00000")
        #expect(try Z85.encode([255, 255, 255, 255]) == "%nSc0")
        #expect(try Z85.decode("%nSc0") == [255, 255, 255, 255])
    }

    @Test func `What Z85 encodes it decodes`() throws {
        for count in stride(from: 0, through: 64, by: 4) {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
            let text = try Z85.encode(bytes)
            #expect(text.utf8.count == count / 4 * 5)
            #expect(try Z85.decode(text) == bytes)
        }
    }

    @Test(arguments: [
        ("HelloWorl", "multiple of 5"), ("Hello World", "multiple of 5"), ("Hello~orld", "position 5"),
        ("Hell\u{E9}orld", "position 4"), ("%nSc1", "more than four bytes"), ("#####", "more than four bytes"),
    ])
    func `Text that is no Z85 is refused, and not repeated`(text: String, reason: String) throws {
        let error = #expect(throws: ZMQError.self) { try Z85.decode(text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains(reason) == true)
        #expect(error?.description.contains(text) == false)
    }

    @Test func `Bytes that Z85 cannot encode are refused`() throws {
        #expect(code { try Z85.encode([1, 2, 3]) } == .invalidArgument)
    }

    @Test func `A generated pair holds together and is never the same`() throws {
        let pair = try CurveKeyPair.generate()
        #expect(try CurveKeyPair(secretKey: pair.secretKey) == pair)
        let other = try CurveKeyPair.generate()
        #expect(other != pair)
        #expect(other.secretKey != pair.secretKey)
        #expect(other.publicKey != pair.publicKey)
    }

    @Test func `The public key is derived from the secret one`() throws {
        let secret = try CurveSecretKey(z85: Self.secretText)
        #expect(try CurveKeyPair(secretKey: secret).publicKey.z85 == Self.publicText)
    }

    @Test func `Keys travel as text and as bytes`() throws {
        let key = try CurveKey(z85: Self.publicText)
        #expect(key.bytes.count == 32)
        #expect(try CurveKey(key.bytes) == key)
        #expect(key.description == Self.publicText)
        let secret = try CurveSecretKey(z85: Self.secretText)
        #expect(try CurveSecretKey(secret.bytes) == secret)
        #expect(secret.z85 == Self.secretText)
    }

    @Test func `Malformed keys are refused with the reason and without the text`() throws {
        let short = String(Self.secretText.dropLast())
        let error = #expect(throws: ZMQError.self) { try CurveSecretKey(z85: short) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.description.contains("40 characters of Z85, and this has 39") == true)
        #expect(error?.description.contains(short) == false)
        #expect(code { try CurveSecretKey(z85: "~" + short) } == .invalidArgument)
        #expect(code { try CurveKey(z85: "") } == .invalidArgument)
        #expect(code { try CurveKey(z85: Self.publicText + "00000") } == .invalidArgument)
        #expect(code { try CurveKey([UInt8](repeating: 1, count: 31)) } == .invalidArgument)
        #expect(code { try CurveSecretKey([UInt8](repeating: 1, count: 33)) } == .invalidArgument)
    }

    @Test func `No description shows a secret`() throws {
        let secret = try CurveSecretKey(z85: Self.secretText)
        let pair = try CurveKeyPair(secretKey: secret)
        let password = "open sesame"
        let passwords = SocketSecurity.plainClient(username: "ali", password: password)
        var options: SocketOptions<Dealer>?
        let dealer = try Dealer(Context()) {
            $0.security = passwords
            $0.curveSecretKey = secret
            options = $0
        }
        let values: [Any] = [
            secret, [secret], Optional(secret) as Any, pair, CurveCertificate(pair), passwords, options as Any,
            SocketSecurity.curveServer(pair), SocketSecurity.curveClient(pair, server: pair.publicKey), dealer,
        ]
        let bytes = secret.bytes.prefix(3).map(String.init).joined(separator: ", ")
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [String(describing: value), String(reflecting: value), dumped] {
                #expect(!text.contains(Self.secretText))
                #expect(!text.contains(bytes))
                #expect(!text.contains(password))
            }
            // Nor one byte a line.
            #expect(!dumped.contains("\(secret.bytes[0])\n"))
        }
        try dealer.connect("tcp://127.0.0.1:1")
        for error in [
            #expect(throws: ZMQError.self, performing: { try dealer.setOption(\.curveSecretKey, to: secret) }),
            #expect(throws: ZMQError.self, performing: { try dealer.setOption(\.plainPassword, to: password) }),
            #expect(throws: ZMQError.self) {
                try Dealer(Context()) { $0.plainPassword = String(repeating: password, count: 50) }
            },
        ] {
            let text = String(describing: error)
            #expect(!text.contains(Self.secretText) && !text.contains(password), "\(text)")
        }
    }
}
