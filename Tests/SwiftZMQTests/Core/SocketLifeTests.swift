import ProcessSupport
import Testing

@testable import SwiftZMQ

/// The life of a socket as a value, without libzmq: what the handle is here is a number.
@Suite struct SocketLifeTests {
    @Test func `An open socket gives its handle, and a closed one the reason`() throws {
        var life = SocketLife.open(1)
        #expect(try life.handle(for: "send") == 1)
        #expect(life.close(because: .closed) == 1)
        #expect(life.handle == nil)
        #expect(life.isClosed)
        let error = #expect(throws: ZMQError.self) { try life.handle(for: "send") }
        #expect(error?.code == .closed)
        #expect(error?.operation == "send")
    }

    @Test func `The handle is given out to be closed once, and the first reason stays`() {
        var life = SocketLife.open(1)
        #expect(life.close(because: .terminated) == 1)
        #expect(life.close(because: .closed) == nil)
        let error = #expect(throws: ZMQError.self) { try life.handle(for: "receive") }
        #expect(error?.code == .terminated)
    }

    @Test func `Whoever has the socket to itself gives it back open`() throws {
        var life = SocketLife.open(1)
        #expect(try life.beginExclusiveUse(for: "run a proxy") == 1)
        #expect(life.isInUse && !life.isClosed && life.handle == nil)
        let error = #expect(throws: ZMQError.self) { try life.handle(for: "send") }
        #expect(error?.code == .wrongState)
        #expect(throws: ZMQError.self) { try life.beginExclusiveUse(for: "run a proxy") }
        #expect(life.endExclusiveUse(1) == nil)
        #expect(life.handle == 1)
    }

    @Test func `A socket closed while it is in use is closed by who gives it back`() throws {
        var life = SocketLife.open(1)
        _ = try life.beginExclusiveUse(for: "run a proxy")
        #expect(life.close(because: .closed) == nil)
        #expect(life.isClosed)
        #expect(life.endExclusiveUse(1) == 1)
        #expect(life.isClosed)
        #expect(life.endExclusiveUse(1) == 1)
    }

    @Test func `Whatever happens in whatever order, the handle is in one place`() throws {
        for seed in 0..<500 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var life = SocketLife.open(1)
            var (isInUse, timesClosed) = (false, 0)
            for _ in 0..<30 {
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    if (try? life.beginExclusiveUse(for: "use")) != nil {
                        #expect(!isInUse && timesClosed == 0)
                        isInUse = true
                    }
                case 1 where isInUse:
                    isInUse = false
                    if life.endExclusiveUse(1) != nil { timesClosed += 1 }
                default:
                    if Int.random(in: 0..<5, using: &random) == 0, life.close(because: .closed) != nil {
                        #expect(!isInUse)
                        timesClosed += 1
                    }
                }
                #expect(timesClosed <= 1)
                #expect((life.handle != nil) == (!isInUse && timesClosed == 0 && !life.isClosed))
            }
        }
    }
}
