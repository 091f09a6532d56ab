import Foundation
import Glibc
import Synchronization

/// Two machines on one: two network namespaces, each with a network of its own, joined by a cable that can be pulled.
///
/// It takes root and `ip` of iproute2; a suite that needs it is enabled only where there are both:
///
/// ```swift
/// @Suite(.enabled("needs root and ip netns", { await NetworkNamespaces.areAvailable }))
/// ```
package final class NetworkNamespaces: Sendable {
    /// One of the two.
    package enum Side: String, Sendable {
        case left, right

        /// The address by which the other side reaches it.
        package var address: String { self == .left ? "192.168.77.1" : "192.168.77.2" }
    }

    /// `ip` said no.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let device = "cable"
    private static let made = Mutex(0)
    private let name: String

    /// Whether this process may make namespaces.
    package static var areAvailable: Bool { get async { await availability.value } }

    private static let availability = Task {
        guard geteuid() == 0, tool != nil else { return false }
        let probe = "swiftzmq-probe-\(getpid())"
        guard (try? await ip(["netns", "add", probe])) != nil else { return false }
        return (try? await ip(["netns", "delete", probe])) != nil
    }

    private static let tool = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"]
        .first { (path: String) in access(path, X_OK) == 0 }

    private init(name: String) {
        self.name = name
    }

    /// Makes two namespaces and the cable between them, for as long as a closure runs.
    package static func with<Result>(_ body: (NetworkNamespaces) async throws -> Result) async throws -> Result {
        let number = made.withLock { made in
            made += 1
            return made
        }
        let network = NetworkNamespaces(name: "swiftzmq-\(getpid())-\(number)")
        do {
            try await network.build()
            let result = try await body(network)
            try await network.remove()
            return result
        } catch {
            // The first failure is the one to report.
            try? await network.remove()
            throw error
        }
    }

    /// Starts an executable of this package on one side.
    package func product(on side: Side, _ name: String, _ arguments: [String]) throws -> RunningProgram {
        let words = try words(toRunOn: side)
        let path = RunningProgram.productFolder.appending(path: name).path()
        return try RunningProgram(words[0], Array(words.dropFirst()) + [path] + arguments)
    }

    /// What stands in front of the words of a command that is to run on one side; it becomes the command, which so gets the
    /// signals.
    package func words(toRunOn side: Side) throws -> [String] {
        guard let tool = Self.tool else { throw Failure(description: "there is no ip") }
        return [tool, "netns", "exec", namespace(side)]
    }

    /// Pulls the cable: both sides lose their carrier, nobody is told that a connection is lost.
    package func pullCable() async throws {
        try await Self.ip(["-n", namespace(.left), "link", "set", Self.device, "down"])
    }

    /// Puts the cable back.
    package func plugCable() async throws {
        try await Self.ip(["-n", namespace(.left), "link", "set", Self.device, "up"])
    }

    private func namespace(_ side: Side) -> String { "\(name)-\(side.rawValue)" }

    private func build() async throws {
        for side in [Side.left, .right] { try await Self.ip(["netns", "add", namespace(side)]) }
        let peer = ["peer", "name", Self.device, "netns", namespace(.right)]
        try await Self.ip(["link", "add", Self.device, "netns", namespace(.left), "type", "veth"] + peer)
        for side in [Side.left, .right] {
            let inside = ["-n", namespace(side)]
            try await Self.ip(inside + ["address", "add", "\(side.address)/24", "dev", Self.device])
            try await Self.ip(inside + ["link", "set", "lo", "up"])
            try await Self.ip(inside + ["link", "set", Self.device, "up"])
        }
    }

    /// The devices go with their namespaces, once the last process in them has ended.
    private func remove() async throws {
        for side in [Side.left, .right] { try await Self.ip(["netns", "delete", namespace(side)]) }
    }

    private static func ip(_ arguments: [String]) async throws {
        guard let tool else { throw Failure(description: "there is no ip") }
        let program = try RunningProgram(tool, arguments)
        guard try await program.ending() == .exited(0) else {
            let said = try await program.errors.all().joined(separator: " ")
            throw Failure(description: "ip \(arguments.joined(separator: " ")): \(said)")
        }
    }
}
