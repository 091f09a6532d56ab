import CAllocations
import Glibc

/// What the process holds.
struct Memory {
    var blocks: Int
    var bytes: Int
    var residentKilobytes: Int

    static var now: Memory {
        Memory(
            blocks: allocations_in_use(), bytes: allocated_bytes_in_use(), residentKilobytes: residentKilobytes())
    }

    static func - (one: Memory, other: Memory) -> Memory {
        Memory(
            blocks: one.blocks - other.blocks, bytes: one.bytes - other.bytes,
            residentKilobytes: one.residentKilobytes - other.residentKilobytes)
    }

    /// Whether it is no more than threads and arrays that grow now and then account for: a block for each message, or
    /// for each hundredth of them, would be far more.
    var isFlat: Bool {
        guard allocations_are_counted() else { return true }
        return blocks <= 50 && bytes <= 64 << 10 && residentKilobytes <= 32 << 10
    }

    /// Waits until about as many blocks are in use as before, or as a while ago: threads that end, those of the runtime
    /// among them after some idle seconds, free what they had a little later.
    static func settle(to before: Memory?) {
        // Blocks that were freed stay resident until then: a peak is no leak.
        defer { allocations_trim() }
        var last = allocations_in_use()
        for _ in 0..<1000 {
            // It blocks the thread, as a task that sleeps allocates.
            usleep(10_000)
            let now = allocations_in_use()
            if now <= (before?.blocks ?? last) + 20 { return }
            last = now
        }
    }

    // Read without Foundation, which allocates on the way.
    private static func residentKilobytes() -> Int {
        let file = open("/proc/self/statm", O_RDONLY)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        let pages = withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { room in
            let count = read(file, room.baseAddress, room.count)
            // The second number; the first is the size of the address space.
            let fields = room.prefix(max(0, count)).split(separator: UInt8(ascii: " "))
            guard fields.count > 1 else { return 0 }
            return fields[1].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        return pages * Int(getpagesize()) / 1024
    }
}
