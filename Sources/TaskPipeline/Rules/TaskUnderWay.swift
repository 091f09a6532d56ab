/// A task that has been read and is not done.
///
/// It is a few numbers and nothing that is counted by references, as there is one for each task: what tasks have besides,
/// ``TasksUnderWay`` keeps.
struct TaskUnderWay: Sendable {
    enum Place: Sendable {
        /// To be handed out, since a moment; nil for one that never was.
        case waiting(since: Moment?)
        /// A worker has it, and said so, or was sent it, last at a moment.
        case out(SessionID, heard: Moment)
        /// Given up, since its workers died with it; the collector was told last at a moment, if at all.
        case givenUp(told: Moment?)
        /// The collector has its result and holds it back.
        case held
        /// The collector has its result where it belongs: it is no longer under way.
        case done
    }

    /// Where its text lies in its page.
    let text: Range<Int>
    var attempt: UInt32 = 1
    var place = Place.waiting(since: nil)
    /// Who is not to get it again if there is somebody else.
    var lastWorker: SessionID?
    /// Whether its worker has said that it has it.
    var isListed = false
    /// When it was last handed out.
    var given: Moment?
    /// How often a worker that lives had it no more, and its result had not come.
    var unreported = 0

    init(text: Range<Int>) {
        self.text = text
    }

    @inline(__always)
    var isUnderWay: Bool { if case .done = place { false } else { true } }

    /// The worker that has it.
    var holder: SessionID? { if case .out(let worker, _) = place { worker } else { nil } }
}
