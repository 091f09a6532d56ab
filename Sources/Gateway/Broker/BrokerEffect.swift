/// What the broker wants done, in this order.
package enum BrokerEffect: Sendable {
    /// Send a message without blocking. Where that fails, `Broker.sendFailed(_:reason:now:)` has to be called before the
    /// next effect is looked at; where `Broker.isCurrent(_:)` is false, it must not be sent at all.
    case send(Delivery)
    /// Hand an event to the front.
    case emit(RequestID, ReplyEvent)
    /// Log or count something.
    case report(BrokerReport)
}
