import ArgumentParser
import CommandLineSupport
import DistributedHashTable

/// `kademlia neighbours`: who is near?
struct Neighbours: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the nodes nearest to an identifier, nearest first.",
        discussion: """
            A line for each: its identifier and its endpoint.

              kademlia neighbours --join tcp://127.0.0.1:7001 $(printf colour | sha256sum | cut -c 1-40)

            Exit status: 0 at least one has answered, 1 none, 64 wrong usage.
            """
    )

    @OptionGroup var options: JoinOptions

    @Argument(help: "The identifier, 40 hexadecimal digits.")
    var id: String

    func validate() throws {
        try options.validateAsClient()
        guard NodeID(id) != nil else {
            throw ValidationError("ID '\(id)': an identifier is 40 hexadecimal digits, as `kademlia node` prints it")
        }
    }

    func run() async throws {
        guard let id = NodeID(id) else { throw ExitCode(CommandLineProgram.usageStatus) }
        let contacts = try await Client.run(try options.client()) { try await $0.neighbours(of: id) }
        for contact in contacts { StandardStreams.printLine("\(contact.id) \(contact.address)") }
        if contacts.isEmpty { throw ExitCode(CommandLineProgram.failureStatus) }
    }
}
