/// What nodes say to each other: the four requests of Kademlia, and their answers.
public struct PeerMessage: Hashable, Sendable {
    /// What is asked or answered.
    public enum Body: Hashable, Sendable {
        /// PING: are you there?
        case ping
        /// An answer to PING. Every answer to PING, FIND_NODE and FIND_VALUE has a token, by which its receiver may store.
        case pong(token: UInt64)
        /// FIND_NODE: whom do you know that is near to this?
        case findNode(NodeID)
        /// FIND_VALUE: what is the value of this key, or whom do you know that is near to it?
        case findValue(NodeID)
        /// The nearest nodes that the sender knows, and which value of the key it has itself.
        case nodes([Contact], holding: HeldValue = .none, token: UInt64)
        /// The value that was asked for, the seconds that it has to live, and whether it is only a copy.
        case value(StoredValue, life: UInt32, isCopy: Bool)
        /// STORE: keep this for so many seconds, or, if it is only a copy, for as long as seems right to you.
        case store(NodeID, StoredValue, life: UInt32, isCopy: Bool, token: UInt64)
        /// What has become of STORE.
        case stored(StoreOutcome)
    }

    /// Which value of a key a node has.
    public struct HeldValue: Hashable, Sendable {
        /// Its version; 0 where there is none.
        public var version: UInt64
        /// The CRC-32C of its bytes, by which it is told from another of the same version.
        public var checksum: UInt32
        /// Whether it is only a copy, which does not live long.
        public var isCopy: Bool

        /// A held value by its parts.
        public init(version: UInt64, checksum: UInt32, isCopy: Bool) {
            self.version = version
            self.checksum = checksum
            self.isCopy = isCopy
        }

        /// No value.
        public static let none = HeldValue(version: 0, checksum: 0, isCopy: false)
    }

    /// What has become of a value that was to be stored.
    public enum StoreOutcome: Hashable, Sendable {
        /// It is kept now.
        case kept
        /// It was there before.
        case known
        /// There is a newer one, with this version.
        case superseded(UInt64)
        /// There is no room.
        case full
        /// The token is missing, too old, or was given to another address.
        case badToken
    }

    /// Tells which request an answer belongs to: chosen at random by whoever asks.
    public let number: UInt64
    /// Who says it.
    public let sender: NodeID
    /// Tells which of its starts this is of whoever says it: chosen at random when it was started.
    public let incarnation: UInt32
    /// Where the sender can be asked; nil for one that only asks, as the commands `store` and `find` do, and in answers.
    public let address: PeerAddress?
    /// What it says.
    public let body: Body

    /// A message by its parts.
    public init(number: UInt64, sender: NodeID, incarnation: UInt32 = 0, address: PeerAddress? = nil, body: Body) {
        self.number = number
        self.sender = sender
        self.incarnation = incarnation
        self.address = address
        self.body = body
    }

    /// Whether it asks for something.
    public var isRequest: Bool {
        switch body {
        case .ping, .findNode, .findValue, .store: true
        case .pong, .nodes, .value, .stored: false
        }
    }
}
