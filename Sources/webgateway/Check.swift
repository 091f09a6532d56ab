public import ArgumentParser
import CommandLineSupport
public import Gateway

/// What the parser cannot know about values: each check names the option, the value and the remedy.
enum Check {
    static func notNegative(_ value: Int, _ option: String) throws {
        guard value >= 0 else { throw ValidationError("\(option) \(value): a number of at least 0 is needed") }
    }

    static func atLeastOne(_ value: Int, _ option: String) throws {
        guard value >= 1 else { throw ValidationError("\(option) \(value): a number of at least 1 is needed") }
    }

    static func longerThanZero(_ value: DurationArgument, _ option: String) throws {
        guard value.duration > .zero else { throw ValidationError("\(option) \(value): a time above zero is needed") }
    }

    static func workerEndpoint(_ endpoint: String, _ option: String, allowsWildcard: Bool) throws {
        let isWellFormed =
            if endpoint.hasPrefix("tcp://") {
                isAddress(endpoint.dropFirst(6), allowsWildcard: allowsWildcard)
            } else {
                endpoint.hasPrefix("ipc://") && endpoint.utf8.count > 6
            }
        guard isWellFormed else {
            throw ValidationError(
                "\(option) '\(endpoint)': an endpoint is written tcp://HOST:PORT, with a port up to 65535, or ipc://PATH"
            )
        }
    }

    /// Whether a text is `HOST:PORT` (or, for a peer to connect to, `SOURCE;HOST:PORT`), as libzmq reads it.
    private static func isAddress(_ text: Substring, allowsWildcard: Bool) -> Bool {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return false }
        let port = text[text.index(after: colon)...]
        if allowsWildcard, port == "*" { return true }
        let digits = port.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits && UInt16(port).map { allowsWildcard || $0 > 0 } ?? false
    }
}

extension ListenAddress: ExpressibleByArgument {
    /// Reads `HOST:PORT`.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension DurationArgument {
    /// A default that is known to be well formed.
    static func literal(_ text: String) -> DurationArgument {
        guard let value = DurationArgument(argument: text) else { preconditionFailure("\(text) is no duration") }
        return value
    }
}

extension SizeArgument {
    /// A default that is known to be well formed.
    static func literal(_ text: String) -> SizeArgument {
        guard let value = SizeArgument(argument: text) else { preconditionFailure("\(text) is no size") }
        return value
    }
}
