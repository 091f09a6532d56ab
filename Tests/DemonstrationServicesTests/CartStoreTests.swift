import Foundation
import GRDB
import GatewayWorker
import HTTPTypes
import ProcessSupport
import ShoppingCart
import Testing

@testable import DemonstrationServices

/// Where carts are kept.
@Suite(.timeLimit(.minutes(5))) struct CartStoreTests {
    private let pizza = CartAction.add([Cart.Item(name: "pizza", amount: 1)])

    @Test func `A cart is kept for its session, and for no other`() async throws {
        let store = try CartStore(path: nil)
        let first = try await store.visit([], now: 0, pizza)
        let second = try await store.visit([], now: 0, .show)
        #expect(second.session != first.session)
        #expect(second.cart.items == [])
        let again = try await store.visit([first.session], now: 1, pizza)
        #expect(again.session == first.session)
        #expect(again.cart.items == [Cart.Item(name: "pizza", amount: 2)])
    }

    @Test func `Use extends a session, and one that has expired is not known any more`() async throws {
        let store = try CartStore(path: nil)
        let session = try await store.visit([], now: 1000, pizza).session
        #expect(try await store.visit([session], now: 1499, .show).session == session)
        #expect(try await store.visit([session], now: 1998, .show).session == session)
        let late = try await store.visit([session], now: 2498, .show)
        #expect(late.session != session)
        #expect(late.cart.items == [])
        #expect(try await store.visit([session], now: 2498, .show).session != session)
    }

    @Test func `Of several sessions that a client names the first that there is counts`() async throws {
        let store = try CartStore(path: nil)
        let first = try await store.visit([], now: 0, pizza).session
        let second = try await store.visit([], now: 400, .show).session
        #expect(try await store.visit([CartSession(), second, first], now: 450, .show).session == second)
        // The first has expired by now.
        let visit = try await store.visit([first, second], now: 600, pizza)
        #expect(visit.session == second)
        #expect(visit.cart.items == [Cart.Item(name: "pizza", amount: 1)])
        #expect(try await store.visit([first], now: 600, .show).session != first)
    }

    @Test func `A session that nobody began is not begun by naming it`() async throws {
        let store = try CartStore(path: nil)
        let invented = CartSession()
        let visit = try await store.visit([invented], now: 0, pizza)
        #expect(visit.session != invented)
        #expect(try await store.visit([invented], now: 0, .show).cart.items == [])
    }

    @Test func `Items keep their order, and a mistake changes nothing`() async throws {
        let store = try CartStore(path: nil)
        let items = ["b", "a", "c"].map { Cart.Item(name: $0, amount: 1) }
        let session = try await store.visit([], now: 0, .add(items)).session
        _ = try await store.visit([session], now: 0, .set(Cart.Item(name: "b", amount: 7)))
        _ = try await store.visit([session], now: 0, .remove("a"))
        _ = try await store.visit([session], now: 0, .add([Cart.Item(name: "a", amount: 2)]))
        let expected = [
            Cart.Item(name: "b", amount: 7), Cart.Item(name: "c", amount: 1), Cart.Item(name: "a", amount: 2),
        ]
        #expect(try await store.visit([session], now: 0, .show).cart.items == expected)
        let wrong = try await store.visit(
            [session], now: 0, .add([Cart.Item(name: "d", amount: 1), Cart.Item(name: "b", amount: 999)]))
        #expect(wrong.mistake?.field == "b")
        #expect(wrong.cart.items == expected)
        #expect(try await store.visit([session], now: 0, .show).cart.items == expected)
        #expect(try await store.visit([session], now: 0, .removeAll).cart.items == [])
    }

    @Test(arguments: [1, 4])
    func `Of requests at once none loses what another did`(stores: Int) async throws {
        let folder = try TemporaryFolder()
        // As many connections to one file as there would be processes.
        let opened = try await withThrowingTaskGroup(of: CartStore.self) { group in
            for _ in 0..<stores { group.addTask { try CartStore(path: "\(folder.path)/carts.sqlite") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let session = try await opened[0].visit([], now: 0, .show).session
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<20 {
                        let store = opened[(task + number) % opened.count]
                        let items = [Cart.Item(name: "all", amount: 1), Cart.Item(name: "\(task)", amount: 1)]
                        _ = try await store.visit([session], now: 0, .add(items))
                    }
                }
            }
            try await group.waitForAll()
        }
        let items = try await opened[0].visit([session], now: 0, .show).cart.items
        #expect(items.first { $0.name == "all" }?.amount == 160)
        for task in 0..<8 { #expect(items.first { $0.name == "\(task)" }?.amount == 20) }
    }

    @Test func `While another process holds the database a client is told to ask again`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/carts.sqlite"
        let store = try CartStore(path: path, patience: 0.05)
        var configuration = GRDB.Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let request = WorkerRequest(.post, "/cart/add?pizza=1", headerFields: [.accept: "application/json"])
        let service = CartService(store: store)
        let problem = await #expect(throws: WorkerProblem.self) { _ = try await service.answer(request) }
        #expect(problem?.status == .serviceUnavailable)
        #expect(problem?.headerFields[.retryAfter] == "1")
        #expect(problem?.cause?.contains("database is locked") == true)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(try await service.answer(request).status == .ok)
    }

    @Test(arguments: [
        (ResultCode.SQLITE_BUSY, true), (.SQLITE_LOCKED, true), (.SQLITE_FULL, true), (.SQLITE_NOMEM, true),
        (.SQLITE_BUSY_SNAPSHOT, true), (.SQLITE_READONLY, false), (.SQLITE_CORRUPT, false), (.SQLITE_NOTADB, false),
        (.SQLITE_IOERR, false), (.SQLITE_CONSTRAINT, false),
    ])
    func `What is wrong with a database passes or does not`(code: ResultCode, passes: Bool) {
        #expect(CartStore.passes(DatabaseError(resultCode: code)) == passes)
    }

    @Test(arguments: [false, true])
    func `A file that was removed or exchanged is written to no more`(isExchanged: Bool) async throws {
        let folder = try TemporaryFolder()
        let store = try CartStore(path: "\(folder.path)/carts.sqlite")
        let session = try await store.visit([], now: 0, pizza).session
        for name in try folder.names { try folder.remove(name) }
        if isExchanged { _ = try CartStore(path: "\(folder.path)/carts.sqlite") }
        let error = await #expect(throws: CartStore.FileExchanged.self) {
            _ = try await store.visit([session], now: 0, pizza)
        }
        #expect(error?.description.contains("'\(folder.path)/carts.sqlite' was removed or exchanged") == true)
        // Whoever opens it anew finds no such session, and begins one.
        let successor = try CartStore(path: "\(folder.path)/carts.sqlite")
        #expect(try await successor.visit([session], now: 0, pizza).cart.items.map(\.amount) == [1])
    }

    @Test func `A file that is no database is said to be none`() throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "no database ", count: 1000), to: "file")
        let mistake = #expect(throws: DemonstrationService.OptionMistake.self) {
            try CartStore(path: "\(folder.path)/file")
        }
        #expect(mistake?.description.contains("--cart-database '\(folder.path)/file'") == true)
        #expect(mistake?.description.contains("\n") == false)
    }
}
