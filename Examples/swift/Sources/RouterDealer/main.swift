import SwiftZMQ

let context = try Context()
let router = try Router(context) { $0.isMandatory = true }
let dealer = try Dealer(context) { $0.routingID = "ada" }
try dealer.connect(router.bind("tcp://127.0.0.1:*"))
try await dealer.send(["1", "first"])
try await dealer.send(["2", "second"])
for _ in 1...2 {
    let (client, number, task) = try await router.receive(timeout: .seconds(10)).frames()
    try await router.send([client, number, "\(task), \(client)"])
}
for _ in 1...2 { print(try await dealer.receive(timeout: .seconds(10))) }
await context.shutdown()
