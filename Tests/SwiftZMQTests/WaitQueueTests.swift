import ProcessSupport
import Testing

@testable import SwiftZMQ

@Suite struct WaitQueueTests {
    @Test func `Waiters come out in the order of their tickets whoever leaves in between`() {
        for seed in 0..<200 {
            var random = SplitMix(seed: UInt64(seed))
            var queue = WaitQueue<Int>()
            var expected: [Int] = []
            var next = 0
            for _ in 0..<500 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0...2:
                    queue.append(next, ticket: Ticket(number: UInt64(next)), deadline: nil)
                    expected.append(next)
                    next += 1
                case 3:
                    let taken = queue.removeFirst()
                    #expect(taken == expected.first)
                    if !expected.isEmpty { expected.removeFirst() }
                case 4:
                    let leaving = Int.random(in: 0...next, using: &random)
                    let place = expected.firstIndex(of: leaving)
                    #expect(queue.remove(Ticket(number: UInt64(leaving))) == place.map { expected[$0] })
                    if let place { expected.remove(at: place) }
                default:
                    let picked = Int.random(in: 2..<5, using: &random)
                    #expect(queue.removeAll { $0 % picked == 0 } == expected.filter { $0 % picked == 0 })
                    expected.removeAll { $0 % picked == 0 }
                }
                #expect(queue.count == expected.count)
                #expect(queue.isEmpty == expected.isEmpty)
                #expect(queue.first == expected.first)
            }
            #expect(queue.removeAll() == expected)
            #expect(queue.isEmpty)
        }
    }

    @Test func `A ticket drawn earlier but queued later keeps its turn`() {
        var queue = WaitQueue<String>()
        queue.append("second", ticket: Ticket(number: 2), deadline: nil)
        queue.append("first", ticket: Ticket(number: 1), deadline: nil)
        #expect(queue.removeFirst() == "first")
        #expect(queue.removeFirst() == "second")
    }

    @Test func `Those whose deadline has come leave and the next deadline is known`() {
        let now = Moment.now
        var queue = WaitQueue<Int>()
        for number in 0..<6 {
            let deadline = number == 5 ? nil : now + .seconds(5 - number)
            queue.append(number, ticket: Ticket(number: UInt64(number)), deadline: deadline)
        }
        #expect(queue.earliestDeadline == now + .seconds(1))
        #expect(queue.removeOverdue(at: now + .seconds(3)) == [2, 3, 4])
        #expect(queue.earliestDeadline == now + .seconds(4))
        #expect(queue.removeOverdue(at: now + .seconds(9)) == [0, 1])
        #expect(queue.earliestDeadline == nil)
        #expect(queue.removeFirst() == 5)
    }

    @Test func `Timers come out in the order of their instants`() {
        var random = SplitMix(seed: 1)
        let now = Moment.now
        var heap = TimerHeap()
        var expected: [UInt64] = []
        for token in 0..<500 as Range<UInt64> {
            let seconds = Int.random(in: 0..<100_000, using: &random)
            let isEarliest = heap.set(token, at: now + .seconds(seconds))
            #expect(isEarliest == (heap.earliest == now + .seconds(seconds)) || expected.isEmpty == false)
            expected.append(token)
        }
        #expect(heap.removeFirst(dueAt: now + .seconds(-1)) == nil)
        var last = now
        while let earliest = heap.earliest {
            #expect(earliest >= last)
            last = earliest
            #expect(heap.removeFirst(dueAt: earliest) != nil)
            expected.removeLast()
        }
        #expect(expected.isEmpty)
    }
}
