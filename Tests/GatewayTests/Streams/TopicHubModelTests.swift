import Testing

struct TopicHubModelTests {
    @Test func `Nothing comes twice, nothing is lost untold, and no gap is hidden, whatever happens`() async {
        await ModelRun<TopicHubModel>("topic hub", oneOf: 2).expectRulesHold(
            reaching: ["complete", "gap", "replay", "dropped"])
    }
}
