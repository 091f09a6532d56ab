import ArgumentParser
import CommandLineSupport
import DistributedHashTable
import SwiftZMQ

/// Through which nodes a command reaches the table.
struct JoinOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A node of the table, tcp://HOST:PORT, repeatable; whichever answers is enough.", valueName: "endpoint"))
    var join: [EndpointArgument] = []

    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        for endpoint in join { try Self.validate(endpoint, "--join") }
    }

    /// Refuses an endpoint that no node can be reached by.
    static func validate(_ endpoint: EndpointArgument, _ option: String) throws {
        try endpoint.validate(for: option, toBind: false)
        guard endpoint.text.hasPrefix("tcp://"), !endpoint.text.contains(";") else {
            throw ValidationError("\(option) '\(endpoint)': nodes are reached by tcp://HOST:PORT")
        }
    }

    /// The settings of a node that only asks, for a time.
    func client() throws -> NetworkNodeSettings {
        var settings = NetworkNodeSettings()
        let security = try curve.read()
        settings.keys = try Self.keys(security)
        settings.join = try addresses(security)
        return settings
    }

    /// The addresses of the nodes that are named. Those whose names are unknown are left out, which is said, if there are
    /// others: whichever answers is enough.
    func addresses(_ security: CurveSettings) throws -> [PeerAddress] {
        var addresses: [PeerAddress] = []
        var failures: [any Error] = []
        for endpoint in join {
            do { addresses.append(try Self.address(endpoint, security)) } catch { failures.append(error) }
        }
        if addresses.isEmpty, let failure = failures.first { throw failure }
        for failure in failures { Kademlia.say("\(failure)") }
        return addresses
    }

    func validateAsClient() throws {
        guard !join.isEmpty else { throw ValidationError("Missing a node of the table: --join tcp://HOST:PORT") }
        try curve.validate(binds: false, connects: true)
    }

    /// The keys, made up where a client has none of its own.
    static func keys(_ security: CurveSettings) throws -> CurveKeyPair? {
        guard security.isOn else { return nil }
        return try security.ownKeys ?? .generate()
    }

    /// The address of a node, with the key by which it is recognized.
    static func address(_ endpoint: EndpointArgument, _ security: CurveSettings) throws -> PeerAddress {
        let key = security.keyOfServer.flatMap { PublicKey(bytes: $0.bytes) } ?? .none
        return try PeerAddress.resolve(endpoint.text, key: key)
    }
}
