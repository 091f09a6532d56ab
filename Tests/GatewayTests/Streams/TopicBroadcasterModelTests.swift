import Testing

struct TopicBroadcasterModelTests {
    @Test func `Nothing comes twice, nothing is lost untold, and no gap is hidden, whatever happens`() async {
        await ModelRun<TopicBroadcasterModel>("topic broadcaster", oneOf: 5).expectRulesHold(
            reaching: ["complete", "gap", "replay", "dropped", "not told", "route gone", "route back"])
    }
}
