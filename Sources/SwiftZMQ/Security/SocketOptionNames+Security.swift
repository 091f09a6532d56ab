import CZMQ

extension SocketOptionNames {
    /// Whether the socket is the server side of CURVE (`ZMQ_CURVE_SERVER`). Default false.
    public var isCurveServer: SocketOption<Bool> { .init(ZMQ_CURVE_SERVER, .bool, default: false, needs: "curve") }

    /// The socket's own public key (`ZMQ_CURVE_PUBLICKEY`), which a client needs; nil, the default, for none. A key that
    /// was set cannot be taken back: setting nil throws `.invalidArgument`.
    public var curvePublicKey: SocketOption<CurveKey?> {
        .init(ZMQ_CURVE_PUBLICKEY, .curveKey, default: nil, needs: "curve", isSecret: true)
    }

    /// The socket's own secret key (`ZMQ_CURVE_SECRETKEY`); nil, the default, for none. A key that was set cannot be
    /// taken back: setting nil throws `.invalidArgument`.
    public var curveSecretKey: WriteOnlySocketOption<CurveSecretKey?> {
        .init(ZMQ_CURVE_SECRETKEY, .curveSecretKey, default: nil, needs: "curve", isSecret: true)
    }

    /// The public key of the server to connect to (`ZMQ_CURVE_SERVERKEY`), which makes the socket the client side of
    /// CURVE; nil, the default, for none. A key that was set cannot be taken back: setting nil throws
    /// `.invalidArgument`.
    public var curveServerKey: SocketOption<CurveKey?> {
        .init(ZMQ_CURVE_SERVERKEY, .curveKey, default: nil, needs: "curve", isSecret: true)
    }

    /// Whether the socket is the server side of PLAIN (`ZMQ_PLAIN_SERVER`). Default false.
    public var isPlainServer: SocketOption<Bool> { .init(ZMQ_PLAIN_SERVER, .bool, default: false) }

    /// The name to show to a PLAIN server (`ZMQ_PLAIN_USERNAME`), 1 to 255 bytes of UTF-8, which makes the socket the
    /// client side of PLAIN; nil, the default, for none. A name that was set cannot be taken back: setting nil throws
    /// `.invalidArgument`.
    public var plainUsername: SocketOption<String?> { .init(ZMQ_PLAIN_USERNAME, .text, default: nil) }

    /// The password to show to a PLAIN server (`ZMQ_PLAIN_PASSWORD`), 1 to 255 bytes of UTF-8; nil, the default, for an
    /// empty one. A password that was set cannot be taken back: setting nil throws `.invalidArgument`.
    public var plainPassword: WriteOnlySocketOption<String?> {
        .init(ZMQ_PLAIN_PASSWORD, .text, default: nil, isSecret: true)
    }

    /// The name under which an ``Authenticator`` is asked about this socket's peers (`ZMQ_ZAP_DOMAIN`), 1 to 255 bytes;
    /// nil, the default, for none. A domain that was set cannot be taken back: setting nil throws `.invalidArgument`.
    ///
    /// Without one it is asked about PLAIN and CURVE all the same, and not about peers that use no security.
    public var zapDomain: SocketOption<String?> { .init(ZMQ_ZAP_DOMAIN, .text, default: nil) }

    /// Whether connections are refused while a ``zapDomain`` is set and no ``Authenticator`` answers
    /// (`ZMQ_ZAP_ENFORCE_DOMAIN`).
    ///
    /// Default false: then a CURVE server, and one without security, lets everybody in while there is none.
    public var enforcesZAPDomain: SocketOption<Bool> {
        .init(CZMQ_ZAP_ENFORCE_DOMAIN, .bool, default: false)
    }

    /// Whether the socket is the server side of GSSAPI (`ZMQ_GSSAPI_SERVER`). Default false.
    public var isGSSAPIServer: SocketOption<Bool> { .init(ZMQ_GSSAPI_SERVER, .bool, default: false, needs: "gssapi") }

    /// Whether GSSAPI connections are not encrypted (`ZMQ_GSSAPI_PLAINTEXT`). Default false.
    public var usesGSSAPIPlaintext: SocketOption<Bool> {
        .init(ZMQ_GSSAPI_PLAINTEXT, .bool, default: false, needs: "gssapi")
    }

    /// The principal whose credentials the socket uses (`ZMQ_GSSAPI_PRINCIPAL`), 1 to 255 bytes; nil, the
    /// default, which cannot be set again, for none.
    public var gssapiPrincipal: SocketOption<String?> {
        .init(ZMQ_GSSAPI_PRINCIPAL, .text, default: nil, needs: "gssapi")
    }

    /// The principal of the server to connect to (`ZMQ_GSSAPI_SERVICE_PRINCIPAL`), 1 to 255 bytes;
    /// nil, the default, which cannot be set again, for none.
    public var gssapiServicePrincipal: SocketOption<String?> {
        .init(ZMQ_GSSAPI_SERVICE_PRINCIPAL, .text, default: nil, needs: "gssapi")
    }

    /// What kind of name ``gssapiPrincipal`` is (`ZMQ_GSSAPI_PRINCIPAL_NAMETYPE`). Default `.hostBased`.
    public var gssapiPrincipalNameType: SocketOption<GSSAPINameType> {
        .init(ZMQ_GSSAPI_PRINCIPAL_NAMETYPE, .nameType, default: .hostBased, needs: "gssapi")
    }

    /// What kind of name ``gssapiServicePrincipal`` is (`ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE`). Default `.hostBased`.
    public var gssapiServicePrincipalNameType: SocketOption<GSSAPINameType> {
        .init(ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, .nameType, default: .hostBased, needs: "gssapi")
    }
}

/// The kinds of names that GSSAPI knows principals by.
public struct GSSAPINameType: RawRepresentable, Hashable, Sendable {
    /// The number in `zmq.h`.
    public let rawValue: Int32

    /// Wraps a number of `zmq.h`.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// A service on a host (`ZMQ_GSSAPI_NT_HOSTBASED`).
    public static let hostBased = Self(rawValue: ZMQ_GSSAPI_NT_HOSTBASED)
    /// A user of the local system (`ZMQ_GSSAPI_NT_USER_NAME`).
    public static let userName = Self(rawValue: ZMQ_GSSAPI_NT_USER_NAME)
    /// A Kerberos principal (`ZMQ_GSSAPI_NT_KRB5_PRINCIPAL`).
    public static let kerberosPrincipal = Self(rawValue: ZMQ_GSSAPI_NT_KRB5_PRINCIPAL)
}

// MARK: - How the values travel

extension SocketOptionCoding<CurveKey?> {
    /// 32 bytes, all of them zero for none.
    fileprivate static var curveKey: Self {
        .init(capacity: CurveKeyBytes.count) { key in
            key?.bytes
        } decode: { bytes in
            if bytes.allSatisfy({ $0 == 0 }) { return .some(nil) }
            return (try? CurveKey(bytes)).map { .some($0) }
        }
    }
}

extension SocketOptionCoding<CurveSecretKey?> {
    /// 32 bytes, all of them zero for none.
    fileprivate static var curveSecretKey: Self {
        .init(capacity: CurveKeyBytes.count) { key in
            key?.bytes
        } decode: { bytes in
            if bytes.allSatisfy({ $0 == 0 }) { return .some(nil) }
            return (try? CurveSecretKey(bytes)).map { .some($0) }
        }
    }
}

extension SocketOptionCoding<String?> {
    /// 1 to 255 bytes of UTF-8, which come back with a zero behind them; nil, for none, comes back as no bytes and cannot
    /// be set.
    fileprivate static var text: Self {
        .init(capacity: 256) { text in
            // libzmq would take a text only up to a zero, and an empty one in ways of its own.
            guard let text else { return nil }
            return (1...255).contains(text.utf8.count) && !text.utf8.contains(0) ? Array(text.utf8) : nil
        } decode: { bytes in
            let text = bytes.prefix { $0 != 0 }
            if text.isEmpty { return .some(nil) }
            return String(validating: text, as: UTF8.self).map { .some($0) }
        }
    }
}

extension SocketOptionCoding<GSSAPINameType> {
    /// An `int`.
    fileprivate static var nameType: Self {
        .init(capacity: 4) { type in
            SocketOptionCoding<Int>.int.encode(Int(type.rawValue))
        } decode: { bytes in
            SocketOptionCoding<Int>.int.decode(bytes).map { GSSAPINameType(rawValue: Int32(truncatingIfNeeded: $0)) }
        }
    }
}
