import SwiftZMQ

/// The bytes of a head that came from a worker and was found good, with what does not go to the client left out.
///
/// It never changes, and is shared by all copies of the head.
final class ReplyHeadBytes: Sendable {
    let frame: Frame
    /// Where the reason phrase lies.
    let reason: Range<Int>
    /// Where the field lines lie, each ended by CRLF, with one blank after the colon.
    let lines: Range<Int>
    let hasDate: Bool
    let hasServer: Bool

    init(frame: Frame, reason: Range<Int>, lines: Range<Int>, hasDate: Bool, hasServer: Bool) {
        self.frame = frame
        self.reason = reason
        self.lines = lines
        self.hasDate = hasDate
        self.hasServer = hasServer
    }

    func withReason<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        frame.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[reason])) }
    }

    func withLines<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        frame.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[lines])) }
    }

    func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        withLines { lines in
            var start = 0
            while start < lines.count {
                var colon = start
                while lines[colon] != UInt8(ascii: ":") { colon += 1 }
                var end = colon + 2
                while lines[end] != UInt8(ascii: "\r") { end += 1 }
                body(
                    UnsafeRawBufferPointer(rebasing: lines[start..<colon]),
                    UnsafeRawBufferPointer(rebasing: lines[colon + 2..<end]))
                start = end + 2
            }
        }
    }
}
