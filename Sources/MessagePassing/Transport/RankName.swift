import SwiftZMQ

/// The routing id by which a rank's sockets are known to those of others.
enum RankName {
    static func frame(_ rank: Int) -> Frame {
        Frame(writingUpTo: 5) { output in
            // libzmq makes names of its own that begin with a zero.
            output.append(UInt8(ascii: "r"), as: UInt8.self)
            output.append(UInt32(clamping: rank), as: UInt32.self)
        }
    }

    /// The rank; nil for another's name.
    static func rank(_ frame: Frame) -> Int? {
        let bytes = frame.bytes
        guard bytes.byteCount == 5, bytes.unsafeLoad(as: UInt8.self) == UInt8(ascii: "r") else { return nil }
        return Int(bytes.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt32.self))
    }
}
