import Glibc
import SystemSupport

/// What a command has written: in memory, and beyond a mebibyte in a file without a name, so that many commands that write
/// much do not take the memory of the machine.
struct CommandOutput: ~Copyable {
    static let mostInMemory = 1 << 20

    /// The most bytes that are kept.
    let limit: Int
    private(set) var count = 0
    private var bytes: [UInt8] = []
    /// The file, once there is one; its descriptor is negative until then.
    private var file: NamelessFile?
    private var descriptor: Int32 = -1

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether more was written than is kept.
    var isTooLong: Bool { count > limit }

    /// Adds what was read; nothing beyond the limit.
    mutating func append(_ more: UnsafeRawBufferPointer) throws(CommandFailure) {
        count += more.count
        guard !isTooLong, !more.isEmpty else { return }
        bytes.append(contentsOf: more)
        guard bytes.count > Self.mostInMemory else { return }
        if descriptor < 0 {
            let made = try NamelessFile(onDiskFor: "output")
            descriptor = made.descriptor
            file = consume made
        }
        let code = FileBytes.write(bytes[...], to: descriptor, at: count - bytes.count)
        guard code == 0 else { throw CommandFailure("a file for output", code) }
        bytes.removeAll(keepingCapacity: true)
    }

    /// All of it.
    func take() throws(CommandFailure) -> ArraySlice<UInt8> {
        guard descriptor >= 0 else { return bytes[...] }
        let descriptor = descriptor
        let spooled = count - bytes.count
        var code: Int32 = 0
        let rest = bytes
        let all = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            while filled < spooled {
                let received = pread(descriptor, room.baseAddress.map { $0 + filled }, spooled - filled, off_t(filled))
                if received < 0, errno == EINTR { continue }
                guard received > 0 else {
                    code = received == 0 ? EIO : errno
                    return
                }
                filled += received
            }
            for byte in rest {
                room[filled] = byte
                filled += 1
            }
        }
        guard code == 0 else { throw CommandFailure("a file for output", code) }
        return all[...]
    }
}
