/// How a message begins: two letters, a version, what it is, and what is in it.
///
/// ```
/// 'K' 'D'  1  kind  flags  number(8)  sender(20)  incarnation(4)  [address(18) [key(32)]]  …
/// ```
///
/// Numbers have their most significant byte first.
enum MessageKind: UInt8 {
    static let magic: [UInt8] = [UInt8(ascii: "K"), UInt8(ascii: "D")]
    static let version: UInt8 = 1
    /// The most contacts of an answer.
    static let mostContacts = 64

    case ping = 1
    case pong
    case findNode
    case findValue
    case nodes
    case value
    case store
    case stored

    /// What is in a message besides what its kind says.
    struct Flags: OptionSet {
        let rawValue: UInt8

        /// The sender's address.
        static let hasAddress = Flags(rawValue: 1)
        /// A key with every address.
        static let hasKeys = Flags(rawValue: 2)
        static let all: Flags = [.hasAddress, .hasKeys]
    }
}
