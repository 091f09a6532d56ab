import CommandExecution
import Glibc
import SwiftZMQ

/// The secret of a world, in a file in memory that its owner alone may read, and that is gone with this process.
struct KeyFile: ~Copyable {
    private let file: NamelessFile

    /// - Parameter text: what `CurveCertificate` reads.
    init(_ text: String) throws {
        let made = try NamelessFile(holding: Array(text.utf8)[...], for: "the keys")
        guard fchmod(made.descriptor, 0o600) == 0 else { throw CommandFailure("the file with the keys", errno) }
        file = made
    }

    /// Where other processes of this user find it.
    var path: String { "/proc/\(getpid())/fd/\(file.descriptor)" }
}
