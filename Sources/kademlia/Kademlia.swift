import ArgumentParser
import CommandLineSupport

/// The program: `kademlia node`, `store`, `find`, `ping`, `neighbours`, `simulate`, `bench`.
@main
struct Kademlia: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kademlia",
        abstract: "A distributed hash table: every node client and server, and no coordinator.",
        discussion: """
            The first node, and others that join through it, each in a terminal or on a machine of its own:

              kademlia node --listen tcp://127.0.0.1:7001
              kademlia node --join tcp://127.0.0.1:7001

            Values are stored and found through any of them:

              kademlia store --join tcp://127.0.0.1:7001 colour green
              kademlia find --join tcp://127.0.0.1:7001 colour

            With --curve-secret-key and --curve-allow only those come in whom a node knows, and a node's identifier is \
            the digest of its public key. Without, anybody who reaches a node can store and overwrite.
            """,
        version: "kademlia \(ProgramVersion.number)",
        subcommands: [
            RunNode.self, Store.self, Find.self, Ping.self, Neighbours.self, Simulate.self, Bench.self,
        ]
    )

    static func main() async {
        await CommandLineProgram.run(Kademlia.self)
    }

    static func say(_ line: String) { StandardStreams.printErrorLine("kademlia: \(line)") }
}
