/// What becomes known of a request, where somebody wants to know it.
///
/// It stands apart from the ``HTTPExchange`` that it belongs to: that is moved from place to place, and is small without it.
final class ObservedRequest {
    @exclusivity(unchecked) var facts: FinishedRequest

    /// A request that has come and of whose answer nothing is known.
    init(requestID: String, client: String, method: String, target: String) {
        facts = FinishedRequest(requestID: requestID, client: client, method: method, target: target)
    }
}
