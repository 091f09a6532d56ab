import Glibc

/// Reading a file for a job, piece by piece.
enum FileReading {
    /// Reads a file to its end.
    ///
    /// - Parameters:
    ///   - path: the bytes of its path.
    ///   - label: how the output is written as text.
    ///   - take: called with each piece.
    ///   - result: called at the end.
    static func outcome(
        of path: ArraySlice<UInt8>, label: OutputLabel, take: (UnsafeRawBufferPointer) -> Void, result: () -> [UInt8]
    ) -> JobOutcome {
        guard !path.contains(0) else { return failure(path, EINVAL) }
        let descriptor = (path + [0]).withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { name in
                name.baseAddress.map { open($0, O_RDONLY | O_CLOEXEC) } ?? -1
            }
        }
        guard descriptor >= 0 else {
            let code = errno
            let text = String(cString: strerror(code))
            return code == EMFILE || code == ENFILE || code == ENOMEM
                ? JobOutcome(shortage: text) : failure(path, code)
        }
        defer { close(descriptor) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { room.deallocate() }
        while true {
            let count = read(descriptor, room.baseAddress, room.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return failure(path, errno) }
            guard count > 0 else {
                var outcome = JobOutcome(output: result()[...])
                outcome.label = label
                return outcome
            }
            take(UnsafeRawBufferPointer(rebasing: room[..<count]))
        }
    }

    private static func failure(_ path: ArraySlice<UInt8>, _ code: Int32) -> JobOutcome {
        JobOutcome(
            status: 1, complaint: "\(String(decoding: path, as: UTF8.self)): \(String(cString: strerror(code)))")
    }
}
