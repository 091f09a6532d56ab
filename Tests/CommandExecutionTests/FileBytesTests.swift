import Foundation
import Glibc
import SystemSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct FileBytesTests {
    @Test func `All bytes are written to a pipe that somebody has made non-blocking`() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        defer { close(reader) }
        _ = fcntl(writer, F_SETFL, fcntl(writer, F_GETFL) | O_NONBLOCK)
        // More than a pipe has room for.
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let code = Locked<Int32?>(nil)
        Thread.detachNewThread {
            let written = FileBytes.write(bytes[...], to: writer)
            code.withLock { $0 = written }
            close(writer)
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 10_000)
        while true {
            let count = read(reader, &buffer, buffer.count)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        #expect(code.withLock { $0 } == 0)
        #expect(received == bytes)
    }
}
