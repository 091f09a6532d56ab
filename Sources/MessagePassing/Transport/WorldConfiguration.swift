import Glibc
public import SwiftZMQ

/// Where a rank finds the others, and by what they know each other.
///
/// `ranks run` puts it into the environment of each process. A program that is started in another way, such as by the
/// scheduler of a cluster, needs the same variables:
///
/// | variable | meaning |
/// |---|---|
/// | `RANKS_RANK` | this process's rank, from 0 |
/// | `RANKS_SIZE` | the number of ranks |
/// | `RANKS_RENDEZVOUS` | where rank 0 listens, as all reach it: `tcp://HOST:PORT` |
/// | `RANKS_KEY_FILE` | the file with the secret of this world, which only its owner may read: a `CurveCertificate` |
public struct WorldConfiguration: Sendable {
    /// This process's rank.
    public var rank: Int
    /// The number of ranks.
    public var size: Int
    /// Where rank 0 listens, as the others reach it.
    public var rendezvous: String
    /// The keys that all ranks of the world share, and nobody else has.
    public var keys: CurveKeyPair
    /// The time between two heartbeats; a rank that misses three is taken for dead. The same on all ranks. Default 1 s.
    public var heartbeatInterval = Duration.seconds(1)
    /// How long the ranks may take to come together, and as long again until each hears all others. Default 60 s.
    public var joinTimeout = Duration.seconds(60)

    /// A configuration that was come by in another way than by the environment.
    public init(rank: Int, size: Int, rendezvous: String, keys: CurveKeyPair) {
        self.rank = rank
        self.size = size
        self.rendezvous = rendezvous
        self.keys = keys
    }

    /// The variables of the environment.
    public enum Variable {
        /// This process's rank.
        public static let rank = "RANKS_RANK"
        /// The number of ranks.
        public static let size = "RANKS_SIZE"
        /// Where rank 0 listens.
        public static let rendezvous = "RANKS_RENDEZVOUS"
        /// The file with the keys.
        public static let keyFile = "RANKS_KEY_FILE"
    }

    /// Reads the environment; nil when it has none of the variables.
    ///
    /// - Parameter lookUp: a variable's value; nil, the default, for those of this process.
    /// - Throws: ``MessagePassingError`` with `.invalidArgument` when variables are missing or cannot be right, or when
    ///   others may read the file with the keys; ``ZMQError`` when that cannot be read.
    public init?(environment lookUp: ((_ name: String) -> String?)? = nil) throws {
        let environment = lookUp ?? { name in getenv(name).map { String(cString: $0) } }
        let names = [Variable.rank, Variable.size, Variable.rendezvous, Variable.keyFile]
        let missing = names.filter { environment($0) == nil }
        guard missing.count < names.count else { return nil }
        guard missing.isEmpty else {
            throw MessagePassingError(
                .invalidArgument,
                "\(missing.joined(separator: ", ")) missing in the environment: `ranks run` sets all four")
        }
        func number(_ name: String) throws -> Int {
            let text = environment(name) ?? ""
            guard let number = Int(text), number >= 0 else {
                throw MessagePassingError(.invalidArgument, "\(name)=\(text): a number from 0 on is needed")
            }
            return number
        }
        let path = environment(Variable.keyFile) ?? ""
        var information = stat()
        if stat(path, &information) == 0, information.st_mode & 0o077 != 0 {
            let mode = String(information.st_mode & 0o777, radix: 8)
            throw MessagePassingError(
                .invalidArgument, "\(Variable.keyFile)=\(path): others may use the file (mode \(mode)); chmod 600 it")
        }
        guard let keys = try CurveCertificate(contentsOf: path).keys else {
            throw MessagePassingError(.invalidArgument, "\(Variable.keyFile)=\(path): it holds no secret key")
        }
        self.init(
            rank: try number(Variable.rank), size: try number(Variable.size),
            rendezvous: environment(Variable.rendezvous) ?? "", keys: keys)
        try validate()
    }

    /// Far more than can be of use, and as many as the sockets of a process and the header of a message have room for.
    private static let mostRanks = 10_000

    /// Throws for what cannot be right.
    func validate() throws(MessagePassingError) {
        guard size >= 1, rank >= 0, rank < size else {
            throw MessagePassingError(
                .invalidArgument, "rank \(rank) of \(size): ranks are numbered from 0 to \(size - 1)")
        }
        guard size <= Self.mostRanks else {
            throw MessagePassingError(
                .invalidArgument,
                "\(size) ranks: at most \(Self.mostRanks), each of which hears each other's heartbeats")
        }
        guard heartbeatInterval > .zero else {
            throw MessagePassingError(
                .invalidArgument, "heartbeats every \(heartbeatInterval): a longer time is needed")
        }
    }
}
