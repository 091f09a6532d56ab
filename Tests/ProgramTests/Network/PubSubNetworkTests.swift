import ProcessSupport
import Testing

/// `pubsub` on two machines with a cable between them.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled("needs root and network namespaces (ip netns)") { await NetworkNamespaces.areAvailable })
struct PubSubNetworkTests {
    @Test func `Updates go on after the cable was out for five seconds`() async throws {
        try await NetworkNamespaces.with { network in
            let publisher = try network.product(
                on: .left, "pubsub", ["publish", "--bind", "tcp://*:5556", "--rate", "50/s", "--topics", "10001"])
            let subscriber = try network.product(
                on: .right, "pubsub",
                ["subscribe", "--connect", "tcp://\(NetworkNamespaces.Side.left.address):5556", "--count", "forever"])
            try await subscriber.output.wait(for: "10001 ", count: 50)

            try await network.pullCable()
            try await Task.sleep(for: .seconds(5))
            let before = subscriber.output.soFar.count
            try await network.plugCable()

            try await subscriber.output.wait(for: "10001 ", count: before + 100)
            subscriber.signal(2)
            #expect(try await subscriber.ending() == .exited(0))
            #expect(try await subscriber.output.all().last?.hasPrefix("Average value for topic '10001'") == true)
            publisher.signal(2)
            #expect(try await publisher.ending() == .exited(0))
        }
    }
}
