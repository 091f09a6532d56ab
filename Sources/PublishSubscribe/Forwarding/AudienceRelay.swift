package import SwiftZMQ

/// What a forwarder subscribes to at its publishers, so that they learn of each subscriber behind it.
///
/// The first subscription to a prefix is passed on as it is, so that any publisher understands it; for each further one there
/// is an ``AudienceMarker``. A forwarder behind another has markers of its own, which are added up here.
package struct AudienceRelay: Sendable {
    private struct Audience {
        /// Whether the forwarder subscribes on its own account.
        var isOwn = false
        /// The subscriptions to the prefix itself.
        var subscriptions = 0
        /// The subscribers that markers add or take away.
        var marked = 0

        var isSubscribed: Bool { isOwn || subscriptions > 0 }
        var subscribers: Int { max(0, subscriptions + marked) }
        var isNobody: Bool { isSubscribed && subscribers == 0 }
        /// The numbers of the subscribers for whom there are markers.
        var markers: Range<Int> { isSubscribed ? 2..<max(2, subscribers + 1) : 1..<(subscribers + 1) }
    }

    private var audiences: [Frame: Audience] = [:]

    package init() {}

    /// Subscribes to a prefix on the forwarder's own account.
    ///
    /// - Returns: what is to be sent to the publishers.
    package mutating func subscribe(to prefix: Frame) -> [SubscriptionNotice] {
        change(prefix) { $0.isOwn = true }
    }

    /// Takes a subscription or its end into account.
    ///
    /// - Returns: what is to be sent to the publishers.
    package mutating func receive(_ notice: SubscriptionNotice) -> [SubscriptionNotice] {
        let step = notice.isSubscription ? 1 : -1
        guard let marker = AudienceMarker(notice.prefix) else {
            return change(notice.prefix) { $0.subscriptions = max(0, $0.subscriptions + step) }
        }
        return change(marker.prefix) { $0.marked += marker.meaning == .another ? step : -step }
    }

    private mutating func change(_ prefix: Frame, _ body: (inout Audience) -> Void) -> [SubscriptionNotice] {
        let before = audiences[prefix] ?? Audience()
        var after = before
        body(&after)
        audiences[prefix] = after.isSubscribed || after.marked != 0 ? after : nil
        var notices: [SubscriptionNotice] = []
        func send(_ isSubscription: Bool, _ prefix: Frame) {
            notices.append(SubscriptionNotice(isSubscription: isSubscription, prefix: prefix))
        }
        // That somebody is not there is said first, so that nobody counts what is taken back at once.
        if after.isNobody, !before.isNobody { send(true, AudienceMarker(.nobody, prefix: prefix).subscription) }
        for number in before.markers.reversed() where !after.markers.contains(number) {
            send(false, AudienceMarker(.another, prefix: prefix, number: number).subscription)
        }
        if after.isSubscribed != before.isSubscribed { send(after.isSubscribed, prefix) }
        for number in after.markers where !before.markers.contains(number) {
            send(true, AudienceMarker(.another, prefix: prefix, number: number).subscription)
        }
        if before.isNobody, !after.isNobody { send(false, AudienceMarker(.nobody, prefix: prefix).subscription) }
        return notices
    }
}

extension SubscriptionNotice {
    /// The message by which an XSUB socket subscribes, or ends a subscription.
    var message: Message { Message(Frame([isSubscription ? 1 : 0] + [UInt8](prefix))) }
}
