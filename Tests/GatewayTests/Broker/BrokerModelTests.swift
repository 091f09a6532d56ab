import Testing

/// Random sequences of events against a model of the workers, the clients and the network; see ``ModelRun``.
@Suite struct BrokerModelTests {
    @Test func `Whatever happens in whatever order, every rule of the dispatch holds`() async {
        await ModelRun<BrokerModel>("broker").expectRulesHold(reaching: [
            "reply", "begin", "piece", "end", "cut", "worker-lost", "timeout-worker", "no-worker", "queue-full",
            "worker-reply-invalid", "worker-aborted", "aborted", "retried", "late", "lost: silent", "lost: unreachable",
            "lost: violation", "lost: registeredAgain", "lost: disconnected", "draining", "cancel", "full",
            "not current", "accepted", "accepted unasked", "open", "message", "heard", "close", "closed 1000",
            "closed 1011", "kept back", "paused(true)", "paused(false)", "granted(10)", "upgrade-required",
            "bad-request",
        ])
    }
}
