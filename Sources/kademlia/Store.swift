import ArgumentParser
import CommandLineSupport
import DistributedHashTable

/// `kademlia store`: a value for a key.
struct Store: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Store a value at the nodes nearest to its key.",
        discussion: """
            Any bytes make a key, and up to 64 KiB a value. A value that was there before is replaced; of two writers at \
            the same time one wins, the same everywhere. It is kept for 24 hours.

              kademlia store --join tcp://127.0.0.1:7001 colour green
              kademlia store --join tcp://127.0.0.1:7001 picture - < picture.png

            Exit status: 0 stored, 1 nobody took it or answers, 64 wrong usage.
            """
    )

    @OptionGroup var options: JoinOptions

    @Argument(help: "The key.")
    var key: ByteArgument

    @Argument(help: "The value; - for what comes on standard input.")
    var value: ByteArgument

    func validate() throws {
        try options.validateAsClient()
    }

    func run() async throws {
        let settings = try options.client()
        let bytes = value.bytes == [UInt8(ascii: "-")] ? try await Self.readInput() : value.bytes
        guard bytes.count <= StoredValue.mostBytes else {
            throw ValidationError(
                "the value has \(bytes.count) bytes; \(StoredValue.mostBytes) are the most, so store it in parts")
        }
        let id = NodeID(hashing: key.bytes)
        let count = try await Client.run(settings) { try await $0.store(bytes, for: id) }
        guard count > 0 else {
            Kademlia.say("\(key): no node took it; they are full, or none is left")
            throw ExitCode(CommandLineProgram.failureStatus)
        }
        StandardStreams.printLine("stored \(key) at \(count) nodes")
    }

    private static func readInput() async throws -> [UInt8] {
        let input = StandardInput()
        var bytes: [UInt8] = []
        while let chunk = try await input.next() {
            bytes += chunk
            // One byte too many is enough to be refused.
            if bytes.count > StoredValue.mostBytes { break }
        }
        return bytes
    }
}
