import SwiftZMQ

let context = try Context()
let router = try Router(context) { $0.mandatory = true }
let dealer = try Dealer(context) { $0.routingID = "ada" }
try dealer.connect(router.bind("tcp://127.0.0.1:*"))
try await dealer.send(["1", "first"])
try await dealer.send(["2", "second"])
for _ in 1...2 {
    let request = try await router.receive(timeout: .seconds(10))
    guard request.count == 3 else { continue }
    try await router.send([request[0], request[1], "\(request[2]), \(request[0])"])
}
for _ in 1...2 { print(try await dealer.receive(timeout: .seconds(10))) }
await context.shutdown()
