import ArgumentParser
import CommandLineSupport
import DistributedHashTable

/// `kademlia find`: the value of a key.
struct Find: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the value of a key to standard output, as it is.",
        discussion: """
              kademlia find --join tcp://127.0.0.1:7001 colour

            Exit status: 0 found, 1 nobody has it or answers, and nothing is written to standard output, 64 wrong usage.
            """
    )

    @OptionGroup var options: JoinOptions

    @Argument(help: "The key.")
    var key: ByteArgument

    func validate() throws {
        try options.validateAsClient()
    }

    func run() async throws {
        let id = NodeID(hashing: key.bytes)
        let value = try await Client.run(try options.client()) { try await $0.find(id) }
        guard let value else {
            Kademlia.say("\(key): nobody has it")
            throw ExitCode(CommandLineProgram.failureStatus)
        }
        var output = OutputBuffer()
        output.append(value)
        try await output.flush()
    }
}
