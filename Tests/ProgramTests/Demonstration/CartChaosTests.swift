import Foundation
import ProcessSupport
import Testing

/// The cart of one browser, changed from 8 clients at once through 4 processes that are killed at random.
///
/// `CART_ADDITIONS` sets how often each client adds (50), `CART_SEED` which processes are killed.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CartChaosTests {
    let programs = Programs()

    /// What a client was told.
    private struct Told: Sendable {
        var confirmed = 0
        /// Neither confirmed nor refused: the worker died, before or after it had done it.
        var unsure = 0
    }

    @Test func `No item is lost that was confirmed, whoever is killed`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let additions = environment["CART_ADDITIONS"].flatMap { Int($0) } ?? 50
        let seed = environment["CART_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64(Int32.max))
        print("cart: CART_SEED=\(seed) CART_ADDITIONS=\(additions)")
        let folder = try TemporaryFolder()
        let gateway = try await programs.gateway(
            "--demo-workers", "0", "--access-log", "off", "--heartbeat", "250ms", "--worker-grace", "60s",
            "--request-timeout",
            "60s")
        let workers = Watched(try (0..<4).map { _ in try worker(of: gateway, folder) })
        try await gateway.program.errors.wait(for: "worker registered", "service=cart ", count: 4)
        let first = try await gateway.ask("GET", "/cart")
        let cookie = String(try #require(first["set-cookie"]).prefix { $0 != ";" })

        let answered = Watched(0)
        let killing = Task {
            var generator = SplitMix(seed: seed)
            var killed = 0
            while !Task.isCancelled {
                let next = (killed + 1) * 25
                _ = try await answered.wait { $0 >= next ? true : nil }
                let victim = Int.random(in: 0..<4, using: &generator)
                workers.value[victim].signal(9)
                let successor = try worker(of: gateway, folder)
                workers.change { $0[victim] = successor }
                killed += 1
            }
        }
        let told = try await withThrowingTaskGroup(of: (Int, Told).self) { group in
            for client in 0..<8 {
                group.addTask {
                    var told = Told()
                    let connection = try await HTTPConnection.open(to: gateway.port)
                    for _ in 0..<additions {
                        let answer = try await connection.ask(
                            "POST", "/cart/add?client-\(client)=1&all=1",
                            fields: [("cookie", cookie), ("accept", "application/json")])
                        switch answer.status {
                        case 200: told.confirmed += 1
                        case 502, 503, 504: told.unsure += 1
                        default: Issue.record("\(answer.status) \(answer.text)")
                        }
                        answered.change { $0 += 1 }
                    }
                    return (client, told)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        killing.cancel()
        let cart = try await HTTPConnection.open(to: gateway.port).ask(
            "GET", "/cart", fields: [("cookie", cookie), ("accept", "application/json")])
        let amounts = try Self.amounts(cart.text)
        for (client, told) in told {
            let amount = amounts["client-\(client)"] ?? 0
            #expect(
                amount >= told.confirmed && amount <= told.confirmed + told.unsure,
                "client \(client): \(amount) of \(told)")
        }
        // Both items of a request are there, or neither is.
        #expect(amounts["all"] == (0..<8).reduce(0) { $0 + (amounts["client-\($1)"] ?? 0) })
        #expect(told.values.reduce(0) { $0 + $1.confirmed } > 8 * additions / 2)
    }

    private func worker(of gateway: RunningGateway, _ folder: TemporaryFolder) throws -> RunningProgram {
        try programs.webgateway(
            "worker", "--connect", gateway.workerEndpoint, "--service", "cart", "--cart-database",
            "\(folder.path)/carts.sqlite", "--concurrency", "8")
    }

    private static func amounts(_ text: String) throws -> [String: Int] {
        struct Document: Decodable {
            struct Item: Decodable {
                let name: String
                let amount: Int
            }
            let items: [Item]
        }
        let items = try JSONDecoder().decode(Document.self, from: Data(text.utf8)).items
        return Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.amount) })
    }
}
