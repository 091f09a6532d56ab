/// Something that an installed libzmq can do or was built without (`zmq_has`).
///
/// ```swift
/// guard Capability.curve.isAvailable else { … }
/// ```
///
/// What needs a capability that is not there throws a ``ZMQError`` with `.unsupported`: an option, a security mechanism,
/// or an endpoint of the transport. The set is open: `Capability(rawValue:)` asks for any name.
public struct Capability: RawRepresentable, Hashable, Sendable {
    /// The name as `zmq_has` takes it.
    public let rawValue: String

    /// A capability by its name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The transport `ipc`.
    public static let ipc = Self(rawValue: "ipc")
    /// The security mechanism CURVE.
    public static let curve = Self(rawValue: "curve")
    /// The security mechanism GSSAPI.
    public static let gssapi = Self(rawValue: "gssapi")
    /// The multicast transports `pgm` and `epgm`.
    public static let pgm = Self(rawValue: "pgm")
    /// The multicast transport `norm`. That of libzmq 4.3.4 ends the process when it cannot open a session, such as a second
    /// one to the same port; wrong addresses are refused before.
    public static let norm = Self(rawValue: "norm")
    /// The transport `tipc`.
    public static let tipc = Self(rawValue: "tipc")
    /// The transport `vmci`.
    public static let vmci = Self(rawValue: "vmci")
    /// The transport `ws`, WebSocket.
    public static let ws = Self(rawValue: "ws")
    /// The transport `wss`, WebSocket over TLS.
    public static let wss = Self(rawValue: "wss")
    /// The parts of the interface that may still change.
    public static let draft = Self(rawValue: "draft")

    /// All that have a name here.
    public static let known: Set<Capability> = [.ipc, .curve, .gssapi, .pgm, .norm, .tipc, .vmci, .ws, .wss, .draft]

    /// Those with a name here that the installed libzmq has.
    public static var available: Set<Capability> { known.filter(\.isAvailable) }

    /// What an endpoint of a transport needs and the installed libzmq does not have; nil where that is nothing known.
    static func missing(for transport: String) -> Capability? {
        let needed: Capability? =
            switch transport {
            case "ipc", "norm", "tipc", "vmci", "ws", "wss": Capability(rawValue: transport)
            case "pgm", "epgm": .pgm
            // Datagrams are for draft socket types alone.
            case "udp": .draft
            default: nil
            }
        guard let needed, !needed.isAvailable else { return nil }
        return needed
    }

    /// Whether the installed libzmq has it.
    public var isAvailable: Bool {
        // 4.3.4 knows WebSockets by capitals only, and says no to what it does not know.
        CLibrary.has(rawValue) || CLibrary.has(rawValue.uppercased())
    }
}

extension Capability: CustomStringConvertible {
    /// The name.
    public var description: String { rawValue }
}
