/// Those who were given their result under a socket's lock, to be resumed once it is released.
///
/// Resuming under the lock could deadlock: the runtime resumes a task under a lock of its own, which it also holds while it
/// cancels the task and calls the cancellation handler, and that handler asks for the socket's lock. What they leave behind,
/// such as a message that was sent, is also freed outside the lock.
struct DeferredResumptions: ~Copyable {
    private enum Resumption {
        case receiver(Waiter<Message>, Result<Message, any Error>)
        case sender(PendingSend, Result<Void, any Error>)
        case watch(ReadinessWatch, Result<Void, any Error>)

        func resume() {
            switch self {
            case .receiver(let waiter, let result): waiter.resume(result)
            case .sender(let pending, let result): pending.waiter.resume(result)
            case .watch(let watch, let result): watch.report(result)
            }
        }
    }

    private final class List {
        // In the list itself, as mostly there is one, and an array would be an allocation more.
        let first: Resumption
        var others: [Resumption] = []

        init(_ first: Resumption) {
            self.first = first
        }
    }

    // Mostly there is nobody, and a reference that is nil is the cheapest way to say so.
    private var list: List?

    mutating func add(_ receiver: Waiter<Message>?, _ result: Result<Message, any Error>) {
        if let receiver { add(.receiver(receiver, result)) }
    }

    mutating func add(_ sender: PendingSend?, _ result: Result<Void, any Error>) {
        if let sender { add(.sender(sender, result)) }
    }

    mutating func add(_ watch: ReadinessWatch, _ result: Result<Void, any Error> = .success(())) {
        add(.watch(watch, result))
    }

    private mutating func add(_ one: Resumption) {
        if let list {
            list.others.append(one)
        } else {
            list = List(one)
        }
    }

    /// Resumes them all, in the order in which they were served.
    @inline(__always)
    func resume() {
        if let list { Self.resumeAll(list) }
    }

    @inline(never)
    private static func resumeAll(_ list: List) {
        list.first.resume()
        for one in list.others { one.resume() }
    }
}
