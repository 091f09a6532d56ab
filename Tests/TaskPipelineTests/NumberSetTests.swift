import ProcessSupport
import TaskPipeline
import Testing

@Suite struct NumberSetTests {
    @Test func `Numbers in any order come to the same ranges as a plain set`() {
        var random = SplitMix(seed: 7)
        for _ in 0..<300 {
            var numbers = NumberSet()
            var plain: Set<TaskNumber> = []
            for _ in 0..<60 {
                let number = TaskNumber.random(in: 1...40, using: &random)
                #expect(numbers.insert(number) == plain.insert(number).inserted)
                if Bool.random(using: &random) {
                    let range = number...(number + .random(in: 0...5, using: &random))
                    numbers.insert(contentsOf: range)
                    plain.formUnion(range)
                }
            }
            #expect(Array(numbers) == plain.sorted())
            #expect(numbers.count == plain.count)
            #expect((0...50).allSatisfy { numbers.contains($0) == plain.contains($0) })
            // Two ranges that touch are one.
            #expect(zip(numbers.ranges, numbers.ranges.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound })
            #expect(NumberSet(numbers.description) == numbers)
        }
    }

    @Test(arguments: ["", "x", "1-", "-1", "5-3", "1,,2", "1-2-3", "1 ", "99999999999999999999"])
    func `A text that is no set is refused`(text: String) {
        #expect(NumberSet(text) == nil)
    }

    @Test func `The ends of the number range do no harm`() {
        var numbers = NumberSet([0, .max])
        numbers.insert(contentsOf: 0 ... .max)
        #expect(numbers.ranges == [0 ... .max])
    }
}
