import ArgumentParser
import CommandLineSupport
import DistributedHashTable

/// `kademlia ping`: is it there?
struct Ping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a node whether it is there, and print its identifier and how long the answer took.",
        discussion: "Exit status: 0 it has answered, 1 it has not, 64 wrong usage."
    )

    @Argument(help: "The node's endpoint, tcp://HOST:PORT.")
    var endpoint: EndpointArgument

    @OptionGroup(title: "Security") var curve: CurveOptions

    func validate() throws {
        try JoinOptions.validate(endpoint, "ENDPOINT")
        try curve.validate(binds: false, connects: true)
    }

    func run() async throws {
        let security = try curve.read()
        var settings = NetworkNodeSettings()
        settings.keys = try JoinOptions.keys(security)
        let address = try JoinOptions.address(endpoint, security)
        let answer = try await Client.run(settings, joins: false) { try await $0.ping(address) }
        guard let answer else {
            Kademlia.say("\(endpoint) does not answer; is a node there, and are the keys right?")
            throw ExitCode(CommandLineProgram.failureStatus)
        }
        StandardStreams.printLine("\(answer.id) \(Milliseconds.text(answer.after))")
    }
}
