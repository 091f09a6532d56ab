import NIOCore

/// Tells a client that keeps the gateway busy with frames that bring nothing from one that has something to ask.
///
/// NIOHTTP2 has limits of its own, which are out of force here: they count what an honest client does as well, such as 200
/// downloads that are given up in half a minute.
struct HTTP2FloodGuard {
    /// How many frames that carry nothing a client may send in ten seconds.
    static let idleFrames = 1000
    /// How many streams may be reset in ten seconds before it counts how many are not.
    static let resets = 100
    /// For so many resets a client has to let one answer come to its end.
    static let resetsForAnswer = 10
    /// So many updates of windows are what a client needs to read one frame of an answer.
    private static let updatesForFrame = 4

    private var idle = RecentCount()
    private var reset = RecentCount()
    private var answered = RecentCount()
    /// How many updates of windows are owed to what was sent.
    private var expectedUpdates = 0

    /// Takes note of a frame; whether there are too many of those that carry nothing.
    mutating func isTooMuch(_ head: HTTP2FrameHead, at now: NIODeadline) -> Bool {
        switch head.kind {
        case .headers, .continuation, .reset: return false
        case .data where head.length > 0 || head.has(HTTP2FrameHead.endsStream): return false
        case .windowUpdate where expectedUpdates > 0:
            expectedUpdates -= 1
            return false
        default: return isTooMuchOfNothing(at: now)
        }
    }

    /// Takes note of a frame that carries nothing; whether there are too many.
    mutating func isTooMuchOfNothing(at now: NIODeadline) -> Bool { idle.add(at: now) > Self.idleFrames }

    /// Takes note of a stream that the client has reset, or made the gateway reset; whether it does hardly anything else.
    mutating func isTooMuchReset(at now: NIODeadline) -> Bool {
        let resets = reset.add(at: now)
        return resets > Self.resets && answered.count(at: now) * Self.resetsForAnswer < resets
    }

    /// Takes note of an answer that the client has let come to its end.
    mutating func noteAnswer(at now: NIODeadline) { _ = answered.add(at: now) }

    /// Takes note of a frame of an answer, or of a request: the client may update windows because of it.
    mutating func noteFrame() { expectedUpdates = min(expectedUpdates + Self.updatesForFrame, 4096) }
}
