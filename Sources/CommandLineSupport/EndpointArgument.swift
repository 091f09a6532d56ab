public import ArgumentParser
import SystemSupport

/// An endpoint as it is written on a command line: `tcp://HOST:PORT` or `ipc://PATH`.
///
/// The parser takes any text; ``validate(for:toBind:)`` says what is wrong with one, which the parser could not.
public struct EndpointArgument: ExpressibleByArgument, ExpressibleByStringLiteral, Hashable, Sendable,
    CustomStringConvertible
{
    /// The endpoint.
    public let text: String

    /// Takes any text.
    public init(argument: String) {
        text = argument
    }

    /// A default, known to be well formed.
    public init(stringLiteral value: String) {
        text = value
    }

    /// The endpoint.
    public var description: String { text }

    /// Whether the endpoint names an IPv6 address, for which sockets have an option.
    public var isIPv6: Bool { EndpointText.isIPv6(text) }

    /// Refuses what libzmq could not use, and what it would use to no purpose.
    ///
    /// - Parameters:
    ///   - option: the option's name, for the message.
    ///   - toBind: whether the endpoint is bound, and may have `*` for any interface or any port, rather than connected.
    /// - Throws: `ValidationError`: one line that names the option, the value and the remedy.
    public func validate(for option: String, toBind: Bool) throws {
        guard let complaint = complaint(toBind: toBind) else { return }
        throw ValidationError("\(option) '\(text)': \(complaint)")
    }

    private func complaint(toBind: Bool) -> String? {
        if text.hasPrefix("inproc://") {
            return "inproc:// stays within one process, so nobody else could reach it; use tcp:// or ipc://"
        }
        if text.hasPrefix("ipc://") {
            return text.utf8.count > 6 ? nil : Self.form(toBind: toBind)
        }
        guard text.hasPrefix("tcp://") else { return Self.form(toBind: toBind) }
        return complaint(aboutAddress: text.dropFirst(6), toBind: toBind)
    }

    private func complaint(aboutAddress address: Substring, toBind: Bool) -> String? {
        // To connect, `SOURCE;HOST:PORT` names the local address, too.
        let target = toBind ? address : address.split(separator: ";", omittingEmptySubsequences: false).last ?? ""
        guard let colon = target.lastIndex(of: ":"), colon != target.startIndex else {
            return Self.form(toBind: toBind)
        }
        let host = target[..<colon]
        let port = target[target.index(after: colon)...]
        if host.contains(":"), !(host.hasPrefix("[") && host.hasSuffix("]")) {
            return "an IPv6 address is written in brackets: tcp://[::1]:\(port)"
        }
        if !toBind, host == "*" || port == "*" || port == "0" {
            return "'*' is for binding; to connect, name the host and the port"
        }
        if toBind, port == "*" { return nil }
        let digits = !port.isEmpty && port.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits && UInt16(port) != nil
            ? nil : "a port is a number up to 65535" + (toBind ? ", or * for a free one" : "")
    }

    private static func form(toBind: Bool) -> String {
        let example = toBind ? "tcp://*:5556" : "tcp://localhost:5556"
        return "an endpoint is written tcp://HOST:PORT, such as \(example), or ipc://PATH"
    }
}
