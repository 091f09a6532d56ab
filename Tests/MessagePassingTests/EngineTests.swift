import SwiftZMQ
import Testing

@testable import MessagePassing

/// What one rank does with what others decide, without sockets.
@Suite struct EngineTests {
    private static let part = CommunicatorID.part(of: CommunicatorID.world, sequence: 1, color: 1)

    /// What a change of an engine reports to all.
    private func reported(
        by engine: inout Engine, _ change: (inout Engine, inout [Engine.Effect]) -> Void
    ) -> [Knowledge] {
        var effects: [Engine.Effect] = []
        change(&engine, &effects)
        return effects.compactMap { if case .report(let knowledge) = $0 { knowledge } else { nil } }
    }

    /// Rank 2 of the world in a communicator of ranks 2 and 3, in which they are 0 and 1.
    private func rankTwo(in communicator: UInt64 = EngineTests.part) -> Engine {
        var engine = Engine(rank: 2, size: 4)
        var effects: [Engine.Effect] = []
        engine.makeCommunicator(communicator, [2, 3], &effects)
        return engine
    }

    private func error(of communicator: UInt64, after decisions: [Knowledge], _ engine: Engine) -> MessagePassingError?
    {
        var engine = engine
        var effects: [Engine.Effect] = []
        for decision in decisions { engine.apply(decision, &effects) }
        return engine.error(of: communicator)
    }

    @Test func `A rank that will not be in a part is named by its number there`() {
        var other = Engine(rank: 3, size: 4)
        let told = reported(by: &other) { $0.abandonPart(Self.part, because: "split failed", &$1) }
        let error = error(of: Self.part, after: told, rankTwo())
        #expect(error?.code == .abandoned)
        #expect(error?.ranks == [1])
        #expect(error?.explanation.contains("rank 1 gave up: split failed") == true, "\(String(describing: error))")
    }

    @Test func `A rank that gives shrinking up is named by its number among the survivors`() {
        var other = Engine(rank: 3, size: 4)
        var effects: [Engine.Effect] = []
        other.makeCommunicator(Self.part, [2, 3], &effects)
        let told = reported(by: &other) { engine, effects in
            engine.shrink(Self.part, as: 1, &effects)
            let isTakenBack = engine.cancel(1, in: Self.part, because: "timeout", &effects)
            #expect(isTakenBack)
        }
        let survivors = CommunicatorID.survivors(of: Self.part, time: 1)
        let error = error(of: survivors, after: [told[1]], rankTwo(in: survivors))
        #expect(error?.ranks == [1])
    }

    @Test func `One that is no member is told of by its number in the world`() {
        let trouble = Trouble(sequence: 0, abandoned: [0: "timeout"])
        let error = error(of: Self.part, after: [Knowledge(troubles: [Self.part: trouble])], rankTwo())
        #expect(error?.code == .abandoned)
        #expect(error?.ranks == [])
        #expect(error?.explanation.contains("rank 0 of the world") == true)
    }

    @Test func `A mismatch in a part names its own ranks`() {
        var engine = rankTwo()
        let barrier = CollectiveCall(operation: .barrier)
        let scan = CollectiveCall(operation: .scan, count: 1)
        let told = reported(by: &engine) { engine, effects in
            _ = engine.begin(
                barrier, .barrier(Place(rank: 0, size: 2)), FrameBlocks([]), in: Self.part, as: 1, &effects)
            engine.compare(CallAnnouncement(communicator: Self.part, sequence: 1, call: scan), from: 3, &effects)
        }
        let error = error(of: Self.part, after: told, engine)
        #expect(error?.code == .mismatch)
        #expect(error?.ranks == [0, 1])
        #expect(error?.explanation.hasSuffix("rank 0: barrier; rank 1: scan") == true, "\(String(describing: error))")
    }

    @Test func `Operations are told apart however many there have been`() {
        var engine = rankTwo()
        engine.state(of: Self.part)?.sequence = UInt64(UInt32.max)
        var effects: [Engine.Effect] = []
        let place = Place(rank: 0, size: 2)
        let number = engine.begin(
            CollectiveCall(operation: .barrier), .barrier(place), FrameBlocks([]), in: Self.part, as: 1, &effects)
        #expect(number == 1 << 32)
        let headers = effects.compactMap { if case .send(let header, _, _) = $0 { header } else { nil } }
        #expect(headers.map(\.sequence) == [1 << 32])
        for header in headers { #expect(Header(header.frame) == header) }
    }

    @Test func `A header travels as it is`() {
        let call = CollectiveCall(operation: .reduce, reduction: 3, elementType: 5, root: 9999, count: 1 << 40)
        let header = Header(communicator: 1 << 63 + 7, sequence: 1 << 48 - 1, round: 17, call)
        #expect(Header(header.frame) == header)
        #expect(Header(header.frame)?.call == call)
        let message = Header(communicator: 3, tag: .max, .float)
        #expect(Header(message.frame) == message)
        #expect(message.call == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `A root that is very many broadcasts ahead is caught up with`() {
        var engine = Engine(rank: 1, size: 2)
        let call = CollectiveCall(operation: .broadcast, root: 0)
        let ahead: UInt64 = 100_000
        var effects: [Engine.Effect] = []
        for number in 1...ahead {
            let header = Header(communicator: CommunicatorID.world, sequence: number, round: 0, call)
            engine.arrived(header, [Frame("\(number)")], from: 0, &effects)
        }
        let place = Place(rank: 1, size: 2)
        for number in 1...ahead {
            _ = engine.begin(
                call, .broadcast(place, root: 0), FrameBlocks([nil]), in: CommunicatorID.world,
                as: Engine.Ticket(number), &effects)
        }
        let values = effects.compactMap { effect -> Frame? in
            guard case .end(_, .blocks(let blocks)) = effect else { return nil }
            return (blocks as? FrameBlocks)?.frames[0]
        }
        #expect(values == (1...ahead).map { Frame("\($0)") })
    }

    @Test(arguments: [
        (
            CollectiveCall(operation: .broadcast, elementType: ElementType.double.rawValue, root: 2),
            "broadcast of [Double] from rank 2"
        ),
        (CollectiveCall(operation: .allToAll, elementType: ElementType.int.rawValue), "allToAll of [Int]"),
        (
            CollectiveCall(operation: .allGather, elementType: ElementType.int.rawValue, count: 3),
            "allGather of 3 [Int]"
        ),
        (
            CollectiveCall(
                operation: .reduce, reduction: 1, elementType: ElementType.uint8.rawValue, root: 0, count: 7),
            "reduce of 7 [UInt8], sum to rank 0"
        ),
        (CollectiveCall(operation: .gather, root: 1), "gather to rank 1"),
    ])
    func `A call is described by what has to be the same on all ranks`(call: CollectiveCall, text: String) {
        #expect(call.description == text)
    }
}
