import CSystemSupport

/// What the process has allocated and freed, and the C library keeps for what comes next.
package enum FreedMemory {
    /// Gives it back to the system. It takes some milliseconds for each gigabyte.
    package static func giveBack() { csystem_give_freed_memory_back() }
}
