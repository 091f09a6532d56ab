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

    static func workerEndpoint(_ endpoint: String, _ option: String) throws {
        guard endpoint.hasPrefix("tcp://") || endpoint.hasPrefix("ipc://"), endpoint.count > 6 else {
            throw ValidationError(
                "\(option) '\(endpoint)': an endpoint is written tcp://HOST:PORT or ipc://PATH")
        }
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
