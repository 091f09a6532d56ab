/// A request of ZAP, the protocol by which libzmq asks about a peer (RFC 27).
struct ZAPQuestion: Sendable {
    let request: AuthenticationRequest
    let credential: Credential

    enum Credential: Sendable {
        case none
        case plain(PlainCredential)
        case curve(CurveKey)
        case gssapi(GSSAPIPrincipal)
    }

    /// Why a request cannot be answered but with a refusal.
    struct Malformed: Error {
        let reason: String
    }

    static let version: Frame = "1.0"

    /// Reads the frames behind the envelope: version, request id, domain, address, routing id, mechanism, credentials.
    init(_ frames: some RandomAccessCollection<Frame>) throws(Malformed) {
        var rest = frames[...]
        guard let version = rest.popFirst(), rest.popFirst() != nil, let domain = rest.popFirst(),
            let address = rest.popFirst(), let routingID = rest.popFirst(), let mechanismName = rest.popFirst()
        else { throw Malformed(reason: "a request of \(frames.count) frames") }
        guard version == Self.version else { throw Malformed(reason: "a request of another version than 1.0") }
        guard let domain = String(validating: domain), let address = String(validating: address) else {
            throw Malformed(reason: "a domain or an address that is not UTF-8")
        }
        let mechanism: SecurityMechanism
        (mechanism, credential) = try Self.credential(mechanismName, Array(rest))
        request = AuthenticationRequest(domain: domain, address: address, routingID: routingID, mechanism: mechanism)
    }

    private static func credential(
        _ mechanism: Frame, _ frames: [Frame]
    ) throws(Malformed) -> (SecurityMechanism, Credential) {
        switch (mechanism, frames.count) {
        case ("NULL", 0): return (.null, .none)
        case ("PLAIN", 2):
            guard let name = name(frames[0]), let password = String(validating: frames[1]) else {
                throw Malformed(reason: "a name or a password that is not UTF-8, or a name with a zero")
            }
            return (.plain, .plain(PlainCredential(username: name, password: password)))
        case ("CURVE", 1):
            guard let key = try? CurveKey([UInt8](frames[0])) else {
                throw Malformed(reason: "a key of \(frames[0].count) bytes")
            }
            return (.curve, .curve(key))
        case ("GSSAPI", 1):
            guard let name = name(frames[0]) else {
                throw Malformed(reason: "a principal that is not UTF-8, or with a zero")
            }
            return (.gssapi, .gssapi(GSSAPIPrincipal(name: name)))
        default: throw Malformed(reason: "an unknown mechanism, or too few or many credentials for it")
        }
    }

    /// A name, but none with a zero: libzmq would give it back only up to there, which is another's name.
    private static func name(_ frame: Frame) -> String? {
        String(validating: frame).flatMap { $0.utf8.contains(0) ? nil : $0 }
    }
}

extension AuthenticationPolicy {
    /// What to answer. Whatever goes wrong, the peer is not let in.
    func decide(_ question: ZAPQuestion) async -> AuthenticationDecision {
        let request = question.request
        guard addresses.admits(request.address) else { return .denied("address \(request.address)") }
        do {
            switch question.credential {
            case .none: return admitsWithoutCredential ? .admitted(userID: "") : .denied("no credential")
            case .plain(let credential): return try await plain.decide(credential, request)
            case .curve(let key): return try await curve.decide(key, request)
            case .gssapi(let principal): return try await gssapi.decide(principal, request)
            }
        } catch {
            return .failed("\(error)")
        }
    }
}

extension AuthenticationDecision {
    /// The decision, or a failure where it cannot be told in the protocol, or would be read as another.
    var validated: Self {
        guard case .admitted(let userID, let metadata) = self else { return self }
        let hasZero = ([userID] + metadata.keys + metadata.values).contains { $0.utf8.contains(0) }
        let isTellable = metadata.allSatisfy { name, value in
            (1...255).contains(name.utf8.count) && Int32(exactly: value.utf8.count) != nil
        }
        guard isTellable, !hasZero else {
            return .failed("metadata with a name that is empty or too long, or with a zero")
        }
        return self
    }

    /// The frames behind the request id: status, reason, user id, metadata.
    var frames: [Frame] {
        switch self {
        case .admitted(let userID, let metadata): ["200", "OK", Frame(userID), Self.encode(metadata)]
        case .denied(let reason): ["400", Frame(reason), "", ""]
        case .retryLater(let reason): ["300", Frame(reason), "", ""]
        case .failed(let reason): ["500", Frame(reason), "", ""]
        }
    }

    /// Each property as ZMTP writes it: the name's length in a byte, the name, the value's length in four, the value.
    private static func encode(_ metadata: [String: String]) -> Frame {
        var bytes: [UInt8] = []
        for (name, value) in metadata {
            bytes.append(UInt8(truncatingIfNeeded: name.utf8.count))
            bytes += name.utf8
            let count = UInt32(truncatingIfNeeded: value.utf8.count)
            for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
            bytes += value.utf8
        }
        return Frame(bytes)
    }
}
