import CZMQ

/// A version of libzmq.
public struct LibraryVersion: Hashable, Comparable, Sendable {
    /// The first number.
    public let major: Int
    /// The second number.
    public let minor: Int
    /// The third number.
    public let patch: Int

    /// A version from its numbers.
    public init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// The version that is loaded (`zmq_version`), which may be newer than ``compiled``.
    public static var current: LibraryVersion {
        let (major, minor, patch) = CLibrary.version
        return LibraryVersion(major, minor, patch)
    }

    /// The version whose headers this library was compiled with (`ZMQ_VERSION`).
    public static let compiled = LibraryVersion(
        Int(ZMQ_VERSION_MAJOR), Int(ZMQ_VERSION_MINOR), Int(ZMQ_VERSION_PATCH))

    /// Versions are ordered by their numbers.
    public static func < (one: LibraryVersion, other: LibraryVersion) -> Bool {
        (one.major, one.minor, one.patch) < (other.major, other.minor, other.patch)
    }
}

extension LibraryVersion: CustomStringConvertible {
    /// The numbers with dots between them, such as `4.3.4`.
    public var description: String { "\(major).\(minor).\(patch)" }
}
