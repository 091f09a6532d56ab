import NIOConcurrencyHelpers
import NIOCore

/// Takes the events of one event loop's requests from the broker's thread and hands them over on the loop.
///
/// The loop is woken once for each batch that finds the mailbox empty; what comes while it is awake travels along.
final class ReplyMailbox: ReplySink {
    private let eventLoop: any EventLoop
    private let waiting = NIOLockedValueBox<[(RequestID, ReplyEvent)]>([])
    private let front: NIOLoopBoundBox<FrontLoop?>

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        front = .makeEmptyBox(eventLoop: eventLoop)
    }

    func deliver(_ events: consuming [(RequestID, ReplyEvent)]) {
        guard !events.isEmpty else { return }
        var batch = events
        let wasEmpty = waiting.withLockedValue { waiting in
            let wasEmpty = waiting.isEmpty
            if wasEmpty {
                swap(&waiting, &batch)
            } else {
                waiting.append(contentsOf: batch)
            }
            return wasEmpty
        }
        if wasEmpty { eventLoop.execute { self.empty() } }
    }

    /// Says to whom the events go. Called on the event loop.
    func attach(_ front: FrontLoop?) {
        self.front.value = front
    }

    private func empty() {
        var batch: [(RequestID, ReplyEvent)] = []
        waiting.withLockedValue { swap(&$0, &batch) }
        front.value?.receive(consume batch)
    }
}
