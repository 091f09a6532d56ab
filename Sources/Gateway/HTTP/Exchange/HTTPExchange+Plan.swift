extension HTTPExchange {
    /// What is to become of the request once it is read whole.
    enum Plan {
        /// It goes to a service.
        case forward(service: String, timeout: Duration, retries: Int)
        /// It opens a stream of topics.
        indirect case stream(TopicRequest)
        /// Its body becomes a message.
        indirect case publish(Publication)
        /// It is understood and unwelcome.
        case answer(LocalAnswer)
    }

    /// Whether the answer is a stream of topics, which has no end of its own.
    var isTopicStream: Bool {
        if case .stream = plan { true } else { false }
    }
}
