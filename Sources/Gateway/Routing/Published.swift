import NIOConcurrencyHelpers
import Synchronization

/// A value that is replaced rarely, by any thread, and read often, by many.
///
/// A reader keeps the value it saw last; as long as nothing was published since, reading costs one atomic load and
/// takes no lock.
final class Published<Value: Sendable>: Sendable {
    // The number of changes is raised while the lock is held, so that a reader that sees a new number finds the new
    // value, or one newer still.
    private let changes = Atomic<UInt64>(1)
    private let value: NIOLockedValueBox<Value>

    init(_ value: Value) {
        self.value = NIOLockedValueBox(value)
    }

    /// The value at this moment.
    var current: Value { value.withLockedValue { $0 } }

    /// Changes the value for everyone; the closure says whether it did change anything.
    func update(_ change: (inout Value) -> Bool) {
        value.withLockedValue { value in
            if change(&value) { changes.add(1, ordering: .releasing) }
        }
    }

    /// One reader's view, for use by one thread at a time.
    struct Reader {
        private let source: Published
        private var seen: UInt64 = 0
        private var cached: Value

        init(_ source: Published) {
            self.source = source
            cached = source.current
        }

        /// The newest value.
        var value: Value {
            mutating get {
                let changes = source.changes.load(ordering: .acquiring)
                if changes != seen {
                    cached = source.current
                    seen = changes
                }
                return cached
            }
        }
    }
}
