import SwiftZMQ

let context = try Context()
let publisher = try XPublisher(context)
let subscriber = try Subscriber(context, topics: ["weather."])
try subscriber.connect(publisher.bind("tcp://127.0.0.1:*"))
try await publisher.waitForSubscriptions(1, timeout: .seconds(10))
try await publisher.send(["sports.berlin", "nobody subscribed to it"])
try await publisher.send(["weather.berlin", "mild"])
let (topic, report) = try await subscriber.receive(timeout: .seconds(10)).frames()
print("\(topic): \(report)")
await context.shutdown()
