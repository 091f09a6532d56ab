import SwiftZMQ

/// A kind of messages, with what sends them and what receives them.
struct Kind: Sendable {
    let name: String
    /// A slow kind gets a part of the messages.
    var share = 1.0
    let run: @Sendable (_ count: Int) async throws -> Void

    static let all: [Kind] =
        Way.allCases.flatMap(patterns) + Way.allCases.flatMap(contents) + [events, cancelled, timedOut, sockets]

    @Sendable static func small() -> Message { ["short"] }

    @Sendable static func page() -> Message { Message(filled(1024)) }

    @Sendable static func frames() -> Message { ["topic", "", filled(100)] }

    private static func filled(_ size: Int) -> Frame {
        Frame(writingUpTo: size) { output in
            output.append(repeating: 1, count: size, as: UInt8.self)
        }
    }

    // Every pattern, each way.

    private static func patterns(_ way: Way) -> [Kind] {
        [
            Kind(name: "PUSH to PULL, \(way)") { count in
                try await oneWay(count, way, small, to: { try Pull($0) }, from: { try Push($0) })
            },
            Kind(name: "PAIR to PAIR, \(way)") { count in
                try await oneWay(count, way, small, to: { try Pair($0) }, from: { try Pair($0) })
            },
            Kind(name: "DEALER to DEALER, \(way)") { count in
                try await oneWay(count, way, small, to: { try Dealer($0) }, from: { try Dealer($0) })
            },
            Kind(name: "XPUB to SUB, \(way)") { count in
                let context = try Context()
                let publisher = try XPublisher(context) { $0.neverDrops = true }
                let subscriber = try Subscriber(context, topics: [""])
                try subscriber.connect(publisher.bind("tcp://127.0.0.1:*"))
                try await publisher.waitForSubscriptions(1, timeout: .seconds(30))
                try await pass(count, way, small, to: subscriber, from: publisher, in: context)
            },
            Kind(name: "REQ and REP, \(way)", share: way == .blocking ? 0.2 : 1) { count in
                try await backAndForth(count, way, on: { try Reply($0) }, by: { try Request($0) })
            },
            Kind(name: "DEALER and ROUTER, \(way)", share: way == .blocking ? 0.2 : 1) { count in
                try await backAndForth(count, way, on: { try Router($0) }, by: { try Dealer($0) })
            },
            Kind(name: "REQ and ROUTER, \(way)", share: way == .blocking ? 0.2 : 1) { count in
                try await backAndForth(count, way, on: { try Router($0) }, by: { try Request($0) })
            },
            Kind(name: "STREAM to STREAM, \(way)") { count in try await stream(count, way) },
        ]
    }

    // Every sort of contents, each way.

    private static func contents(_ way: Way) -> [Kind] {
        [
            Kind(name: "1 KiB, \(way)") { count in
                try await oneWay(count, way, page, to: { try Pull($0) }, from: { try Push($0) })
            },
            Kind(name: "1 KiB over inproc, \(way)") { count in
                try await oneWay(
                    count, way, page, over: "inproc://pages", to: { try Pull($0) }, from: { try Push($0) })
            },
            Kind(name: "three frames, \(way)") { count in
                try await oneWay(count, way, frames, to: { try Pull($0) }, from: { try Push($0) })
            },
            Kind(name: "with metadata, \(way)") { count in
                try await oneWay(
                    count, way, frames, to: { try Pull($0) { $0.keepsMetadata = true } }, from: { try Push($0) })
            },
            Kind(name: "handed over, \(way)") { count in
                let released = Released()
                try await oneWay(
                    count, way, { Message(released.makeMessage()) }, to: { try Pull($0) }, from: { try Push($0) })
                try released.check(count)
            },
        ]
    }
}
