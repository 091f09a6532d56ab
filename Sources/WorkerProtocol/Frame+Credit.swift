import SwiftZMQ

extension Frame {
    /// The last frame of a CREDIT of either side: so many further bytes are granted.
    func grantedBytes() throws(WorkerProtocolError) -> Int {
        guard (1...18).contains(count), let text = String(validating: self),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bytes = Int(text)
        else { throw WorkerProtocolError(.credit, "the bytes that CREDIT grants are not a decimal number") }
        return bytes
    }
}
