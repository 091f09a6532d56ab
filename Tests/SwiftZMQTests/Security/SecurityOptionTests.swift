import SwiftZMQ
import Testing

@Suite struct SecurityOptionTests {
    @Test func `A new socket has no security`() throws {
        let dealer = try Dealer(Context())
        #expect(try dealer.mechanism == .null)
        #expect(try dealer.option(\.isCurveServer) == false)
        #expect(try dealer.option(\.curvePublicKey) == nil)
        #expect(try dealer.option(49, capacity: 32) == [UInt8](repeating: 0, count: 32))
        #expect(try dealer.option(\.curveServerKey) == nil)
        #expect(try dealer.option(\.isPlainServer) == false)
        #expect(try dealer.option(\.plainUsername) == nil)
        #expect(try dealer.option(\.zapDomain) == nil)
    }

    @Test func `What is set can be read back`() throws {
        let keys = try CurveKeyPair.generate()
        let server = try CurveKeyPair.generate().publicKey
        let context = try Context()

        let curveClient = try Dealer(context) { $0.security = .curveClient(keys, server: server) }
        #expect(try curveClient.mechanism == .curve)
        #expect(try curveClient.option(\.isCurveServer) == false)
        #expect(try curveClient.option(\.curvePublicKey) == keys.publicKey)
        #expect(try secretKey(of: curveClient) == keys.secretKey)
        #expect(try curveClient.option(\.curveServerKey) == server)

        let curveServer = try Dealer(context) { $0.security = .curveServer(keys, domain: "shop") }
        #expect(try curveServer.mechanism == .curve)
        #expect(try curveServer.option(\.isCurveServer))
        #expect(try secretKey(of: curveServer) == keys.secretKey)
        #expect(try curveServer.option(\.zapDomain) == "shop")

        let plainClient = try Dealer(context) { $0.security = .plainClient(username: "ada", password: "pässword") }
        #expect(try plainClient.mechanism == .plain)
        #expect(try plainClient.option(\.isPlainServer) == false)
        #expect(try plainClient.option(\.plainUsername) == "ada")
        #expect(try plainClient.option(46, capacity: 256) == Array("pässword".utf8) + [0])

        let plainServer = try Dealer(context) { $0.security = .plainServer }
        #expect(try plainServer.mechanism == .plain)
        #expect(try plainServer.option(\.isPlainServer))
    }

    /// By the option's number, as the option itself cannot be read.
    private func secretKey(of socket: some Socket) throws -> CurveSecretKey {
        try CurveSecretKey(socket.option(49, capacity: 32))
    }

    @Test func `The last security assigned holds alone`() throws {
        let keys = try CurveKeyPair.generate()
        let push = try Push(Context()) {
            $0.security = .curveServer(keys, domain: "shop")
            #expect($0.security.description == "CURVE server")
            $0.security = .curveClient(keys, server: keys.publicKey)
            #expect($0.security.description == "CURVE client")
            $0.security = .plainServer(domain: "shop")
            #expect($0.security.description == "PLAIN server")
            $0.security = .plainClient(username: "ada", password: "")
            #expect($0.security.description == "PLAIN client")
            $0.security = .none
            #expect($0.security.description == "no security")
        }
        #expect(try push.mechanism == .null)
        #expect(try push.option(\.zapDomain) == nil)
        #expect(try push.option(\.curvePublicKey) == nil)
    }

    @Test func `An empty password is sent, and an empty name refused`() throws {
        let context = try Context()
        let push = try Push(context) { $0.security = .plainClient(username: "ada", password: "") }
        #expect(try push.mechanism == .plain)
        // libzmq could take an empty name for no security at all.
        #expect(code { try Push(context) { $0.plainUsername = "" } } == .invalidArgument)
        #expect(code { try Push(context) { $0.plainUsername = "a\0b" } } == .invalidArgument)
        let long = String(repeating: "a", count: 256)
        #expect(code { try Push(context) { $0.plainUsername = long } } == .invalidArgument)
        #expect(code { try Push(context) { $0.zapDomain = long } } == .invalidArgument)
    }

    @Test func `A key cannot be taken back`() throws {
        #expect(code { try Push(Context()) { $0.curveSecretKey = nil } } == .invalidArgument)
    }

    @Test func `Security set after an endpoint is refused`() throws {
        let pull = try Pull(Context())
        try pull.bind("tcp://127.0.0.1:*")
        #expect(code { try pull.setOption(\.isPlainServer, to: true) } == .wrongState)
        #expect(code { try pull.setOption(\.isCurveServer, to: true) } == .wrongState)
        #expect(code { try pull.setOption(\.zapDomain, to: "late") } == .wrongState)
        #expect(try pull.mechanism == .null)
    }

    @Test func `GSSAPI works where libzmq has it and is unsupported elsewhere`() throws {
        let push = try Push(Context())
        if let refusal = code(of: { try push.setOption(\.usesGSSAPIPlaintext, to: true) }) {
            #expect(refusal == .unsupported)
            #expect(code { try push.option(\.isGSSAPIServer) } == .unsupported)
            return
        }
        try push.setOption(\.gssapiPrincipal, to: "client")
        try push.setOption(\.gssapiPrincipalNameType, to: .userName)
        try push.setOption(\.gssapiServicePrincipal, to: "server")
        try push.setOption(\.gssapiServicePrincipalNameType, to: .kerberosPrincipal)
        #expect(try push.mechanism == .gssapi)
        #expect(try push.option(\.usesGSSAPIPlaintext))
        #expect(try push.option(\.gssapiPrincipal) == "client")
        #expect(try push.option(\.gssapiPrincipalNameType) == .userName)
        #expect(try push.option(\.gssapiServicePrincipal) == "server")
        #expect(try push.option(\.gssapiServicePrincipalNameType) == .kerberosPrincipal)
        #expect(try push.option(\.isGSSAPIServer) == false)
    }
}
