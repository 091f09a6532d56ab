import PublishSubscribe
import SwiftZMQ
import Testing

@Suite struct LastValueCacheTests {
    private func stored(_ frames: [String], capacity: Int = 10) -> LastValueCache {
        var cache = LastValueCache(capacity: capacity)
        for frame in frames { cache.store([Frame(frame)]) }
        return cache
    }

    private func matching(_ prefix: String, _ cache: LastValueCache) -> [String] {
        cache.messages(matching: TopicFilter(Frame(prefix))).map { String($0[0]) }
    }

    @Test func `The last message of each topic is kept, in the order in which they came`() {
        let cache = stored(["a 1", "b 1", "a 2", "c", "b 2"])
        #expect(cache.count == 3)
        #expect(matching("", cache) == ["a 2", "c", "b 2"])
    }

    @Test func `A subscription gets what begins with its prefix`() {
        let cache = stored(["10001 1", "10002 2", "100012 3", "9 4"])
        #expect(matching("10001", cache) == ["10001 1", "100012 3"])
        #expect(matching("10001 ", cache) == ["10001 1"])
        #expect(matching("10001 2", cache) == [])
    }

    @Test func `Several frames are kept whole, under the first`() {
        var cache = LastValueCache(capacity: 10)
        cache.store(["New York", "1"])
        cache.store(["New York", "2", "3"])
        #expect(cache.messages(matching: TopicFilter("New")) == [["New York", "2", "3"]])
    }

    @Test func `The topic that was heard of longest ago makes room`() {
        let cache = stored(["a 1", "b 1", "a 2", "c 1", "d 1"], capacity: 3)
        #expect(matching("", cache) == ["a 2", "c 1", "d 1"])
        #expect(cache.forgotten == 1)
    }

    @Test func `A cache agrees with a simple model`() {
        var cache = LastValueCache(capacity: 5)
        var model: [(topic: Int, value: Int)] = []
        for value in 0..<5000 {
            let topic = Int.random(in: 0..<9)
            cache.store([Frame("\(topic) \(value)")])
            model.removeAll { $0.topic == topic }
            model.append((topic, value))
            if model.count > 5 { model.removeFirst() }
            #expect(matching("", cache) == model.map { "\($0.topic) \($0.value)" })
        }
    }
}
