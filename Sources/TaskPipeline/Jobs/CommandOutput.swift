import Glibc

/// What a command has written: in memory, and beyond a mebibyte in a file without a name, so that many commands that write
/// much do not take the memory of the machine.
struct CommandOutput {
    static let mostInMemory = 1 << 20

    /// The most bytes that are kept.
    let limit: Int
    private(set) var count = 0
    private var bytes: [UInt8] = []
    private var file: Int32 = -1

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
        if file < 0 { file = try CommandFiles.spoolFile() }
        let code = CommandFiles.writeAll(bytes[...], to: file, at: count - bytes.count)
        guard code == 0 else { throw CommandFailure("a file for output", code) }
        bytes.removeAll(keepingCapacity: true)
    }

    /// All of it.
    mutating func take() throws(CommandFailure) -> ArraySlice<UInt8> {
        guard file >= 0 else { return bytes[...] }
        let spooled = count - bytes.count
        var code: Int32 = 0
        let (file, rest) = (file, bytes)
        let all = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            while filled < spooled {
                let received = pread(file, room.baseAddress.map { $0 + filled }, spooled - filled, off_t(filled))
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

    func close() {
        if file >= 0 { Glibc.close(file) }
    }
}
