package import SwiftZMQ

extension Frame {
    /// One frame with the bytes of several, in order; a single one is passed on as it is.
    package init(joining frames: some Collection<Frame>) {
        guard let first = frames.first else {
            self.init()
            return
        }
        if frames.count == 1 {
            self = first
            return
        }
        self.init(writingUpTo: frames.reduce(0) { $0 + $1.count }) { output in
            output.withUnsafeMutableBytes { room, offset in
                for frame in frames {
                    frame.withUnsafeBytes { bytes in
                        UnsafeMutableRawBufferPointer(rebasing: room[offset...]).copyMemory(from: bytes)
                    }
                    offset += frame.count
                }
            }
        }
    }

    /// Whether the bytes are those of a constant.
    func equals(_ constant: StaticString) -> Bool {
        count == constant.utf8CodeUnitCount
            && withUnsafeBytes { bytes in
                let expected = constant.utf8Start
                for index in 0..<bytes.count where bytes[index] != expected[index] { return false }
                return true
            }
    }

    /// The only byte of a frame of one byte.
    var singleByte: UInt8? {
        count == 1 ? first : nil
    }

    /// A frame of one byte.
    init(byte: UInt8) {
        self.init(CollectionOfOne(byte))
    }

    /// The start of some bytes for a message to people: printable ASCII, the rest as dots, at most 32.
    static func excerpt(of bytes: UnsafeRawBufferPointer) -> String {
        let shown = bytes.prefix(32).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
        return String(decoding: shown, as: UTF8.self) + (bytes.count > 32 ? "…" : "")
    }
}
