import ProcessSupport
import SwiftZMQ
import Testing

@testable import DistributedHashTable

/// What a node makes of its data file when it begins.
@Suite(.timeLimit(.minutes(5))) struct RestoredValuesTests {
    @Test func `What died while a node was away is in its file no longer`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/data"
        // In 1970, and some two hundred years from now.
        let expiries: [UInt64] = [1, 1 << 33]
        do {
            var file = try DataFile(path, id: .zero, mustMatch: false) { _ in }
            for expiry in expiries {
                let value = StoredValue([1], version: 1)
                try file.keep(DataFile.Value(key: .beginning(with: expiry), value: value, expiry: expiry))
            }
        }
        let context = try Context()
        var settings = NetworkNodeSettings()
        settings.dataFile = path
        let node = try NetworkNode(context, settings)
        let running = Task(executorPreference: .sockets) { try await node.run() }
        node.stop()
        try await running.value
        await context.shutdown()
        var left: [UInt64] = []
        let file = try DataFile(path, id: .zero, mustMatch: false) { left.append($0.expiry) }
        _ = consume file
        #expect(left == [1 << 33])
    }
}
