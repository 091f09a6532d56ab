/// What went wrong between ranks.
///
/// ```swift
/// do {
///     try await world.barrier()
/// } catch let error as MessagePassingError where error.code == .rankFailed {
///     print("lost", error.ranks)
///     world = try await world.shrink()
/// }
/// ```
public struct MessagePassingError: Error, Hashable, Sendable {
    /// What kind of failure it was. The set is open.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name.
        public let rawValue: String

        /// Wraps a name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// What kind of failure it was.
    public let code: Code

    /// The ranks that it is about, by their numbers in the communicator that threw it; in order.
    public let ranks: [Int]

    /// What happened, and what can be done about it.
    public let explanation: String

    /// Makes an error from its parts.
    public init(_ code: Code, ranks: [Int] = [], _ explanation: String) {
        self.code = code
        self.ranks = ranks
        self.explanation = explanation
    }
}

extension MessagePassingError.Code {
    /// Ranks of the communicator have died, or did not answer for so long that the others agreed to go on without them. All
    /// survivors get the same error, in every call that waits and in every later one.
    public static let rankFailed = Self(rawValue: "rankFailed")
    /// Ranks have called different collective operations, or the same with different sizes, roots or types. All ranks get the
    /// same error.
    public static let mismatch = Self(rawValue: "mismatch")
    /// A rank has given up a collective operation, because of a timeout or a cancellation, that others take part in. All
    /// ranks but itself get the same error.
    public static let abandoned = Self(rawValue: "abandoned")
    /// This rank did not answer for so long that the others went on without it.
    public static let excluded = Self(rawValue: "excluded")
    /// The time for a call was over.
    public static let timedOut = Self(rawValue: "timedOut")
    /// The message that came holds something else than was asked for.
    public static let unexpectedType = Self(rawValue: "unexpectedType")
    /// What is awaited cannot come any more, as the ranks that could send it have finished.
    public static let rankFinished = Self(rawValue: "rankFinished")
    /// An argument is out of range, or a rank's environment is not complete.
    public static let invalidArgument = Self(rawValue: "invalidArgument")
    /// A message could not be sent, as this process has no descriptors or sockets left for a connection to its receiver.
    /// Every later call of this rank throws it; the others get ``rankFailed``.
    public static let notSent = Self(rawValue: "notSent")
    /// Another collective operation of this rank goes on on the same communicator.
    public static let busy = Self(rawValue: "busy")
    /// This rank has finished.
    public static let finished = Self(rawValue: "finished")
    /// The ranks did not come together.
    public static let notJoined = Self(rawValue: "notJoined")
}

extension MessagePassingError: CustomStringConvertible {
    /// The code and what happened, in one line.
    public var description: String { "\(code.rawValue): \(explanation)" }
}

extension MessagePassingError {
    /// Ranks of a communicator have died: `error == .rankFailed([2])`.
    public static func rankFailed(_ ranks: [Int]) -> Self {
        let ranks = ranks.sorted()
        return Self(
            .rankFailed, ranks: ranks,
            "\(list(ranks)) \(ranks.count == 1 ? "has" : "have") died or do\(ranks.count == 1 ? "es" : "") not answer; "
                + "shrink() gives the others a communicator that works")
    }

    static let excluded = Self(
        .excluded, "this rank did not answer for so long that the others went on without it; end it")
    static let finished = Self(.finished, "this rank has finished; no communicator of its world can be used any more")

    static func list(_ ranks: [Int]) -> String {
        "rank\(ranks.count == 1 ? "" : "s") \(ranks.map(String.init).joined(separator: ", "))"
    }
}
