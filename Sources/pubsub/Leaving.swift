import CommandLineSupport
import SwiftZMQ

/// Closes everything and waits until what was sent has left; no longer than until the user has had enough of that.
///
/// - Returns: whether everything has left.
func leave(_ context: Context, unless signals: EndSignals) async -> Bool {
    enum End { case everythingLeft, interrupted }
    let (ends, continuation) = AsyncStream.makeStream(of: End.self)
    // Not children of this task, which could not return before them.
    Task {
        await context.shutdown()
        continuation.yield(.everythingLeft)
    }
    Task {
        _ = await signals.first()
        continuation.yield(.interrupted)
    }
    for await end in ends {
        if end == .interrupted { Notice.say("ended before every subscriber had taken everything") }
        return end == .everythingLeft
    }
    return true
}
