#if HummingbirdWorker
import NIOHTTP1
import ProcessSupport
import Testing

/// `ShopWorker` of `Examples/swift-worker`, as it stands there.
@Suite(.timeLimit(.minutes(5))) struct ShopWorkerTests {
    @Test func `The example serves, and ends when it is told to`() async throws {
        try await Shop.open { shop in
            let worker = try RunningProgram.product("shop-worker", [try #require(shop.endpoints.first)])
            let item = try await shop.ask(.GET, "/shop/items/42?colour=red")
            #expect(item.status == 200)
            #expect(item["content-type"] == "application/json; charset=utf-8")
            #expect(item.text == #"{"id":42,"colour":"red"}"# || item.text == #"{"colour":"red","id":42}"#)
            #expect(try await shop.ask(.GET, "/shop/items/many").status == 400)
            let made = try await shop.ask(
                .POST, "/shop/items", fields: ["content-type": "application/json"], body: #"{"id":1,"colour":"blue"}"#)
            #expect(made.status == 201)
            let said = try await shop.converse("/shop/help", saying: "what is tea?", until: "You asked: what is tea?")
            #expect(said.hasPrefix("HTTP/1.1 101 ") && said.contains("You asked: what is tea?"))
            #expect(try await shop.converse("/shop/items/1", saying: "", until: "").hasPrefix("HTTP/1.1 404 "))
            worker.signal(15)
            #expect(try await worker.ending() == .exited(0))
        }
    }
}
#endif
