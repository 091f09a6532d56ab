import CZMQ
import Synchronization

/// A lock that is taken with one atomic exchange and released with none, as long as nobody waits for it.
///
/// An exchange makes the processor wait until everything that it has written is visible to others. The two exchanges of a
/// `pthread` mutex take a third of the time that libzmq takes to send a short message.
///
/// Why a release usually needs one, or a fence, which costs as much: it frees the lock and then looks for threads that wait.
/// A thread that is about to wait does the opposite: it says that it waits, and then looks at the lock. One of the two must
/// see what the other wrote, or the thread sleeps for ever. Here the thread that is about to wait makes sure of that alone:
/// it has the kernel put a fence into every thread of this process that runs (`membarrier`). Where the kernel does not offer
/// that, a release has its own.
///
/// ThreadSanitizer knows atomic values and so sees this lock. It does not see the one of `Synchronization.Mutex`, and would
/// report what that guards.
///
/// A lock that is in use must not be moved in memory, and whoever releases it keeps it alive meanwhile.
struct Lock: ~Copyable {
    // The first property, so that the lock's address is the word's, which the kernel is told.
    private let isTaken = Atomic<UInt32>(0)
    private let waiting = Atomic<UInt32>(0)
    private let releasesWithFence: Bool

    /// Whether the kernel puts a fence into every thread for who asks.
    static let hasFenceEverywhere = czmq_prepare_fence_everywhere() == 0

    /// How often a thread looks whether the lock is free before it sleeps. Mostly it is held for less than a microsecond.
    private static let spins = 30

    init(releasesWithFence: Bool = !Lock.hasFenceEverywhere) {
        self.releasesWithFence = releasesWithFence
    }

    /// How many threads sleep, or are about to.
    var sleepers: Int { Int(waiting.load(ordering: .relaxed)) }

    /// - Parameter address: where this lock is.
    @inline(__always)
    func take(at address: UnsafeRawPointer) {
        guard !tryToTake() else { return }
        unsafe takeLater(at: address)
    }

    @inline(__always)
    func release(at address: UnsafeRawPointer) {
        isTaken.store(0, ordering: .releasing)
        if releasesWithFence { atomicMemoryFence(ordering: .sequentiallyConsistent) } else { czmq_compiler_fence() }
        if waiting.load(ordering: .relaxed) != 0 { unsafe wakeOne(at: address) }
    }

    @inline(__always)
    private func tryToTake() -> Bool {
        let (wasFree, _) = isTaken.compareExchange(
            expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed)
        return wasFree
    }

    @inline(never)
    private func takeLater(at address: UnsafeRawPointer) {
        for _ in 0..<Self.spins {
            czmq_spin()
            if isTaken.load(ordering: .relaxed) == 0, tryToTake() { return }
        }
        waiting.wrappingAdd(1, ordering: .relaxed)
        var isCertainToBeWoken = true
        if releasesWithFence {
            atomicMemoryFence(ordering: .sequentiallyConsistent)
        } else {
            // It fails in a process that has given up the right to ask since it started.
            isCertainToBeWoken = czmq_fence_everywhere() == 0
        }
        while !tryToTake() { unsafe czmq_sleep_on(address, 1, isCertainToBeWoken ? -1 : 1) }
        waiting.wrappingSubtract(1, ordering: .relaxed)
    }

    @inline(never)
    private func wakeOne(at address: UnsafeRawPointer) {
        unsafe czmq_wake_one(address)
    }
}
