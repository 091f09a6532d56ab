import SwiftZMQ
import Testing

@testable import PublishSubscribe

struct AudienceRelayTests {
    /// A forwarder's upstream side as libzmq keeps it: what is subscribed to, and what a publisher counts of it.
    private struct Upstream {
        var relay = AudienceRelay()
        var subscriptions: Set<Frame> = []
        var audience = Audience()

        mutating func send(_ notices: [SubscriptionNotice]) {
            for notice in notices {
                if notice.isSubscription {
                    #expect(subscriptions.insert(notice.prefix).inserted)
                } else {
                    #expect(subscriptions.remove(notice.prefix) != nil)
                }
                audience.record(notice.message)
            }
        }

        mutating func subscribe(_ prefix: Frame) { send(relay.receive(.init(isSubscription: true, prefix: prefix))) }
        mutating func leave(_ prefix: Frame) { send(relay.receive(.init(isSubscription: false, prefix: prefix))) }

        /// What a publisher counts that comes now, as it gets the subscriptions in the order of their bytes.
        func late(_ head: Frame? = nil) -> Audience {
            var audience = Audience(for: head)
            for prefix in subscriptions.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                audience.record(SubscriptionNotice(isSubscription: true, prefix: prefix).message)
            }
            return audience
        }
    }

    @Test func `Every subscriber behind a forwarder counts, whenever the publisher comes`() {
        var upstream = Upstream()
        upstream.subscribe("")
        #expect(upstream.subscriptions == [""])
        upstream.subscribe("")
        upstream.subscribe("a")
        #expect(upstream.audience.arrived == 3 && upstream.audience.present == 3)
        #expect(upstream.late().arrived == 3 && upstream.late("b").arrived == 2)
        upstream.leave("")
        #expect(upstream.audience.arrived == 3 && upstream.audience.present == 2 && upstream.late().arrived == 2)
        upstream.leave("")
        upstream.leave("a")
        #expect(upstream.subscriptions == [] && upstream.audience.present == 0)
    }

    @Test func `The forwarder's own subscription is nobody's`() {
        var upstream = Upstream()
        upstream.send(upstream.relay.subscribe(to: ""))
        #expect(upstream.audience.arrived == 0 && upstream.audience.present == 0 && upstream.late().arrived == 0)
        // But what is sent is not lost.
        #expect(upstream.audience.arrivedAtAll == 1 && upstream.audience.presentAtAll == 1)
        #expect(upstream.subscriptions.contains(""))
        upstream.subscribe("")
        upstream.subscribe("")
        #expect(upstream.audience.arrived == 2 && upstream.late().arrived == 2)
        upstream.leave("")
        upstream.leave("")
        #expect(upstream.audience.present == 0 && upstream.late().present == 0 && upstream.subscriptions.contains(""))
    }

    @Test func `Forwarders behind a forwarder add up`() {
        var (outer, inner, remembering) = (Upstream(), Upstream(), Upstream())
        func pass(_ notices: [SubscriptionNotice], from lower: inout Upstream, _ outer: inout Upstream) {
            lower.send(notices)
            for notice in notices { outer.send(outer.relay.receive(notice)) }
        }
        pass(remembering.relay.subscribe(to: ""), from: &remembering, &outer)
        #expect(outer.audience.present == 0 && outer.late().arrived == 0)
        for _ in 0..<2 {
            pass(inner.relay.receive(.init(isSubscription: true, prefix: "a")), from: &inner, &outer)
            pass(remembering.relay.receive(.init(isSubscription: true, prefix: "a")), from: &remembering, &outer)
        }
        #expect(outer.audience.present == 4 && outer.late().arrived == 4)
        for _ in 0..<2 { pass(inner.relay.receive(.init(isSubscription: false, prefix: "a")), from: &inner, &outer) }
        #expect(outer.audience.present == 2 && outer.late().arrived == 2)
    }

    @Test func `A marker is read as it was written, and no ordinary prefix is one`() {
        for prefix in ["", "a", "\0", "a\0b", "\0pubsub-audience\0"] as [Frame] {
            for meaning in [AudienceMarker.Meaning.another, .nobody] {
                let marker = AudienceMarker(meaning, prefix: prefix, number: 12)
                #expect(AudienceMarker(marker.subscription) == marker)
            }
        }
        for text in [
            "", "a", "\0pubsub-audience", "\0pubsub-audience\0", "\0pubsub-audience\0+",
            "\0pubsub-audience\0*a\0" + "1",
        ] {
            #expect(AudienceMarker(Frame(text)) == nil)
        }
    }
}
