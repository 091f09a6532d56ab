/// Those who were given their result under a socket's lock, to be resumed once it is released.
///
/// Not under it: a task is resumed under a lock of the runtime's, which the runtime also holds while it cancels the task
/// and calls the handler that asks for the socket's lock. Each would wait for the other.
struct ServedWaiters: ~Copyable {
    private enum Served {
        case receiver(Waiter<Multipart>, Result<Multipart, any Error>)
        case sender(Waiter<Void>, Result<Void, any Error>)
        case watch(ReadinessWatch)

        func resume() {
            switch self {
            case .receiver(let waiter, let result): waiter.resume(result)
            case .sender(let waiter, let result): waiter.resume(result)
            case .watch(let watch): watch.report(.success(()))
            }
        }
    }

    private final class List {
        // In the list itself, as mostly there is one, and an array would be an allocation more.
        let first: Served
        var others: [Served] = []

        init(_ first: Served) {
            self.first = first
        }
    }

    // Mostly there is nobody, and a reference that is nil is the cheapest way to say so.
    private var list: List?

    mutating func add(_ receiver: Waiter<Multipart>?, _ result: Result<Multipart, any Error>) {
        if let receiver { add(.receiver(receiver, result)) }
    }

    mutating func add(_ sender: Waiter<Void>?, _ result: Result<Void, any Error>) {
        if let sender { add(.sender(sender, result)) }
    }

    mutating func add(_ watch: ReadinessWatch) {
        add(.watch(watch))
    }

    private mutating func add(_ one: Served) {
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
        for served in list.others { served.resume() }
    }
}
