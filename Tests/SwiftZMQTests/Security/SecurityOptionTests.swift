import SwiftZMQ
import Testing

@Suite struct SecurityOptionTests {
    @Test func `A new socket has no security`() throws {
        let dealer = try Dealer(Context())
        #expect(try dealer.mechanism == .null)
        #expect(try dealer.get(\.curveServer) == false)
        #expect(try dealer.get(\.curvePublicKey) == nil)
        #expect(try dealer.get(\.curveSecretKey) == nil)
        #expect(try dealer.get(\.curveServerKey) == nil)
        #expect(try dealer.get(\.plainServer) == false)
        #expect(try dealer.get(\.plainUsername) == "")
        #expect(try dealer.get(\.plainPassword) == "")
        #expect(try dealer.get(\.zapDomain) == "")
    }

    @Test func `What is set can be read back`() throws {
        let keys = try CurveKeyPair.generate()
        let server = try CurveKeyPair.generate().publicKey
        let context = try Context()

        let curveClient = try Dealer(context) { $0.security = .curveClient(keys, server: server) }
        #expect(try curveClient.mechanism == .curve)
        #expect(try curveClient.get(\.curveServer) == false)
        #expect(try curveClient.get(\.curvePublicKey) == keys.publicKey)
        #expect(try curveClient.get(\.curveSecretKey) == keys.secretKey)
        #expect(try curveClient.get(\.curveServerKey) == server)

        let curveServer = try Dealer(context) { $0.security = .curveServer(keys, domain: "shop") }
        #expect(try curveServer.mechanism == .curve)
        #expect(try curveServer.get(\.curveServer))
        #expect(try curveServer.get(\.curveSecretKey) == keys.secretKey)
        #expect(try curveServer.get(\.zapDomain) == "shop")

        let plainClient = try Dealer(context) { $0.security = .plainClient(username: "ada", password: "pässword") }
        #expect(try plainClient.mechanism == .plain)
        #expect(try plainClient.get(\.plainServer) == false)
        #expect(try plainClient.get(\.plainUsername) == "ada")
        #expect(try plainClient.get(\.plainPassword) == "pässword")

        let plainServer = try Dealer(context) { $0.security = .plainServer }
        #expect(try plainServer.mechanism == .plain)
        #expect(try plainServer.get(\.plainServer))
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
        #expect(try push.get(\.zapDomain) == "")
        #expect(try push.get(\.curveSecretKey) == nil)
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
        #expect(code { try pull.set(\.plainServer, to: true) } == .wrongState)
        #expect(code { try pull.set(\.curveServer, to: true) } == .wrongState)
        #expect(code { try pull.set(\.zapDomain, to: "late") } == .wrongState)
        #expect(try pull.mechanism == .null)
    }

    @Test func `GSSAPI works where libzmq has it and is unsupported elsewhere`() throws {
        let push = try Push(Context())
        if let refusal = code(of: { try push.set(\.gssapiPlaintext, to: true) }) {
            #expect(refusal == .unsupported)
            #expect(code { try push.get(\.gssapiServer) } == .unsupported)
            return
        }
        try push.set(\.gssapiPrincipal, to: "client")
        try push.set(\.gssapiPrincipalNameType, to: .userName)
        try push.set(\.gssapiServicePrincipal, to: "server")
        try push.set(\.gssapiServicePrincipalNameType, to: .kerberosPrincipal)
        #expect(try push.mechanism == .gssapi)
        #expect(try push.get(\.gssapiPlaintext))
        #expect(try push.get(\.gssapiPrincipal) == "client")
        #expect(try push.get(\.gssapiPrincipalNameType) == .userName)
        #expect(try push.get(\.gssapiServicePrincipal) == "server")
        #expect(try push.get(\.gssapiServicePrincipalNameType) == .kerberosPrincipal)
        #expect(try push.get(\.gssapiServer) == false)
    }
}
