import SwiftZMQ

/// The rules for the name of a service, which comes from the network when a worker registers it.
public enum ServiceName {
    /// The most bytes of UTF-8 a name may have: 255.
    public static let maximumLength = 255

    /// The beginning of the names that a broker keeps for itself (RFC 8): `mmi.`.
    public static let reservedPrefix = "mmi."

    /// Checks a name: 1 to 255 bytes of UTF-8 without control characters, not beginning with `mmi.`.
    ///
    /// - Throws: the rule that the name breaks.
    public static func check(_ name: String) throws(WorkerProtocolError) {
        guard !name.isEmpty else { throw WorkerProtocolError(.serviceName, "the service name is empty") }
        let length = name.utf8.count
        guard length <= maximumLength else {
            throw WorkerProtocolError(
                .serviceName, "the service name has \(length) bytes; at most \(maximumLength) are allowed")
        }
        let isPrintable = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            // The control characters, and the two separators that end a line.
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: false
            default: true
            }
        }
        guard isPrintable else {
            throw WorkerProtocolError(.serviceName, "the service name contains a control character")
        }
        guard !name.hasPrefix(reservedPrefix) else {
            throw WorkerProtocolError(.serviceName, "the service name begins with 'mmi.', which is reserved (RFC 8)")
        }
    }

    /// The text of a frame, checked.
    static func read(_ frame: Frame) throws(WorkerProtocolError) -> String {
        // Before decoding, so that a frame of any size costs nothing.
        guard frame.count <= maximumLength else {
            throw WorkerProtocolError(
                .serviceName, "the service name has \(frame.count) bytes; at most \(maximumLength) are allowed")
        }
        guard let name = String(validating: frame) else {
            throw WorkerProtocolError(.serviceName, "the service name is not UTF-8")
        }
        try check(name)
        return name
    }
}
