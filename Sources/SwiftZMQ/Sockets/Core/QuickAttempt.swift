/// What came of trying to send or receive in the fewest steps.
///
/// Nearly every message is a single frame that goes through an open socket for which nobody waits. What that takes, and no
/// more, is ``SocketState/takeAtOnce(into:)`` and ``SocketState/giveAtOnce(_:)``, whose instructions are counted
/// (`Scripts/bench instructions`).
enum QuickAttempt {
    case done
    /// There is no message, or no room for one.
    case notNow
    /// Something else is to be done, too, or has failed: whoever tries the longer way learns what. Nothing has happened.
    case unusual
}
