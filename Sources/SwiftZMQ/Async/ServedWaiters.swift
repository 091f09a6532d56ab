/// Those who were given their result under a socket's lock, to be resumed once it is released.
///
/// Not under it: a task is resumed under a lock of the runtime's, which the runtime also holds while it cancels the task
/// and calls the handler that asks for the socket's lock. Each would wait for the other.
struct ServedWaiters: ~Copyable {
    private enum Served {
        case receiver(Waiter<Multipart>, Result<Multipart, any Error>)
        case sender(Waiter<Void>, Result<Void, any Error>)

        func resume() {
            switch self {
            case .receiver(let waiter, let result): waiter.resume(result)
            case .sender(let waiter, let result): waiter.resume(result)
            }
        }
    }

    // Mostly nobody, else mostly one, which costs no allocation.
    private var first: Served?
    private var others: [Served]?

    mutating func add(_ receiver: Waiter<Multipart>?, _ result: Result<Multipart, any Error>) {
        guard let receiver else { return }
        add(.receiver(receiver, result))
    }

    mutating func add(_ sender: Waiter<Void>?, _ result: Result<Void, any Error>) {
        guard let sender else { return }
        add(.sender(sender, result))
    }

    private mutating func add(_ served: Served) {
        if first == nil {
            first = served
        } else if others == nil {
            others = [served]
        } else {
            others?.append(served)
        }
    }

    /// Resumes them all, in the order in which they were served.
    @inline(__always)
    consuming func resume() {
        if first != nil { resumeAll() }
    }

    @inline(never)
    private func resumeAll() {
        first?.resume()
        for other in others ?? [] { other.resume() }
    }
}
