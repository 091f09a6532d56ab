import SwiftZMQ
import Synchronization

/// Counts up to a total.
final class Counted: Sendable {
    private let sum = Atomic(0)
    private let total: Int

    init(_ total: Int) {
        self.total = total
    }

    /// Whether there is still more to come.
    func add(_ count: Int) -> Bool {
        sum.add(count, ordering: .relaxed).newValue < total
    }
}

/// Counts the memory that was handed over and that came back.
final class Released: Sendable {
    private let count = Atomic(0)

    func makeMessage() -> Frame {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 200, alignment: 1)
        memory.initializeMemory(as: UInt8.self, repeating: 1)
        return Frame(handingOver: UnsafeRawBufferPointer(memory)) { [self] bytes in
            bytes.deallocate()
            count.add(1, ordering: .relaxed)
        }
    }

    struct Missing: Error {
        let released: Int
        let messages: Int
    }

    /// After the context's shutdown, when libzmq holds nothing any more.
    func check(_ messages: Int) throws {
        let released = count.load(ordering: .relaxed)
        guard released == messages else { throw Missing(released: released, messages: messages) }
    }
}
