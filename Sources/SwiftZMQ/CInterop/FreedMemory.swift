import CZMQ

/// What libzmq has allocated and freed, which the C library keeps for what comes next.
package enum FreedMemory {
    /// Gives it back to the system, where the C library can do that. It takes some milliseconds for each gigabyte.
    package static func giveBack() { czmq_give_freed_memory_back() }
}
