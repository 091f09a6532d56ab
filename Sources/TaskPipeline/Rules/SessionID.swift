/// What tells one process's part in a pipeline from that of every other, and from its own after a restart.
///
/// A connection that is lost and made again is the same session.
public struct SessionID: Hashable, Sendable {
    let rawValue: UInt64

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// A session that nobody has had before.
    public static func random() -> SessionID { SessionID(rawValue: .random(in: 0 ... .max)) }
}
