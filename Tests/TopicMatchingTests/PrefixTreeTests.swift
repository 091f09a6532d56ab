import ProcessSupport
import Testing
import TopicMatching

struct PrefixTreeTests {
    /// A few bytes that often begin as others do.
    private static func text(_ random: inout SplitMix) -> [UInt8] {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in UInt8.random(in: 97...99, using: &random) }
    }

    private static func prefixes(of topic: [UInt8], in tree: PrefixTree) -> [Int] {
        var numbers: [Int] = []
        tree.findPrefixes(of: topic.span, into: &numbers)
        return numbers
    }

    @Test func `A topic finds all its prefixes, the shortest first, and no other`() {
        var tree = PrefixTree()
        var names: [Int: String] = [:]
        for prefix in ["", "1", "10001", "10002", "100", "2"] { names[tree.insert(Array(prefix.utf8).span)] = prefix }
        func found(_ topic: String) -> [String?] { Self.prefixes(of: Array(topic.utf8), in: tree).map { names[$0] } }
        #expect(found("10001 42") == ["", "1", "100", "10001"])
        #expect(found("10") == ["", "1"])
        #expect(found("") == [""])
        #expect(found("3") == [""])
    }

    @Test func `Thousands of random changes and topics do as a dictionary of prefixes would`() {
        var random = SplitMix(seed: 31)
        for _ in 0..<200 {
            var tree = PrefixTree()
            var model: [[UInt8]: Int] = [:]
            for _ in 0..<120 {
                let prefix = Self.text(&random)
                if Int.random(in: 0..<3, using: &random) > 0 {
                    let number = tree.insert(prefix.span)
                    if let known = model[prefix] {
                        #expect(known == number)
                    } else {
                        #expect(!model.values.contains(number) && number < tree.numberLimit)
                        model[prefix] = number
                    }
                } else {
                    tree.remove(prefix.span)
                    model[prefix] = nil
                }
                let topic = Self.text(&random)
                let expected = model.filter { topic.starts(with: $0.key) }.sorted { $0.key.count < $1.key.count }
                #expect(Self.prefixes(of: topic, in: tree) == expected.map(\.value))
                #expect(tree.number(of: topic.span) == model[topic])
                #expect(tree.count == model.count)
                #expect(tree.nodeCount <= 2 * model.count + 1)
                #expect(tree.numberLimit <= 121)
            }
            for prefix in model.keys { tree.remove(prefix.span) }
            #expect(tree.nodeCount == 1 && tree.count == 0)
        }
    }

    @Test func `What a topic costs does not grow with the prefixes that others have`() {
        func seconds(among count: Int) -> Double {
            var tree = PrefixTree()
            for number in 0..<count { _ = tree.insert(Array("topic/\(number)/".utf8).span) }
            let topic = Array("topic/7/temperature".utf8)
            var found: [Int] = []
            let time = ContinuousClock().measure {
                for _ in 0..<20_000 {
                    found.removeAll(keepingCapacity: true)
                    tree.findPrefixes(of: topic.span, into: &found)
                }
            }
            #expect(found.count == 1)
            return time / .seconds(1)
        }
        let few = (0..<3).map { _ in seconds(among: 10) }.min() ?? 0
        let many = (0..<3).map { _ in seconds(among: 100_000) }.min() ?? 0
        // A comparison with each prefix would take thousands of times as long.
        #expect(many < few * 20)
    }
}
