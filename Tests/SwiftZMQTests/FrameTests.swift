import Glibc
import SwiftZMQ
import Synchronization
import Testing

@Suite struct FrameTests {
    @Test(arguments: [0, 1, 32, 33, 34, 35, 255, 4096, 1_000_000])
    func `Bytes of any length come back as they were`(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let frame = Frame(bytes)
        #expect(frame.count == length)
        #expect(frame.isEmpty == (length == 0))
        #expect([UInt8](frame) == bytes)
        #expect(Frame(AnySequence(bytes)) == frame)
        #expect(Frame(bytes.reversed()) == frame || length > 1)
    }

    @Test func `A literal, a string and its bytes make equal frames`() {
        let literal: Frame = "grüß"
        #expect(literal == Frame("grüß"))
        #expect(literal == Frame(Array("grüß".utf8)))
        #expect(Set([literal, Frame("grüß"), "other"]).count == 2)
        #expect("port \(5555)" as Frame == Frame("port 5555"))
    }

    @Test func `Frames of equal length and other bytes are not equal`() {
        #expect(Frame("abc") != Frame("abd"))
        #expect(Frame(String(repeating: "a", count: 100)) != Frame(String(repeating: "b", count: 100)))
    }

    @Test func `Text that is not UTF-8 is refused or repaired, as asked`() {
        let broken = Frame([0x61, 0xFF])
        #expect(String(validating: broken) == nil)
        #expect(String(broken) == "a\u{FFFD}")
        #expect(String(validating: Frame("ä")) == "ä")
    }

    @Test(arguments: [8, 33, 34, 4096])
    func `Memory can be filled in place and only in part`(capacity: Int) throws {
        let frame = try Frame(capacity: capacity) { room in
            #expect(room.count == capacity)
            room.storeBytes(of: UInt64(littleEndian: 0x0102), as: UInt64.self)
            return 2
        }
        #expect([UInt8](frame) == [0x02, 0x01])
    }

    @Test func `An error while filling comes through`() {
        struct Refusal: Error {}
        #expect(throws: Refusal.self) { try Frame(capacity: 4096) { _ in throw Refusal() } }
        #expect(throws: Refusal.self) { try Frame(capacity: 4) { _ in throw Refusal() } }
    }

    @Test(arguments: [0, 16, 33, 34, 4096], [-1, Int.min, 1, Int.max])
    func `A count that cannot be right makes no frame`(capacity: Int, excess: Int) {
        // A failing `read` gives -1.
        let count = excess < 0 ? excess : capacity.addingReportingOverflow(excess).partialValue
        let error = #expect(throws: ZMQError.self) { try Frame(capacity: capacity) { _ in count } }
        #expect(error?.code == .invalidArgument)
        #expect(error?.explanation?.contains("\(count)") == true)
    }

    @Test(arguments: [-1, Int.min]) func `A negative capacity makes no frame`(capacity: Int) {
        let error = #expect(throws: ZMQError.self) {
            try Frame(capacity: capacity) { _ in
                Issue.record("there is no room to fill")
                return 0
            }
        }
        #expect(error?.code == .invalidArgument && error?.explanation?.contains("\(capacity)") == true)
    }

    @Test func `Errors of a failing read come through`() throws {
        struct Failure: Error, Equatable { let number: Int32 }
        for capacity in [16, 4096] {
            let error = #expect(throws: Failure.self) {
                try Frame(capacity: capacity) { room in
                    let count = read(-1, room.baseAddress, room.count)
                    guard count >= 0 else { throw Failure(number: errno) }
                    return count
                }
            }
            #expect(error == Failure(number: EBADF))
        }
    }

    @Test(arguments: [8, 33, 34, 4096])
    func `Output is appended in place, and only what was appended is the frame`(capacity: Int) {
        let frame = Frame(writingUpTo: capacity) { output in
            #expect(output.freeCapacity == capacity)
            output.append(0x0102, as: UInt16.self)
            output.append(7 as UInt8)
        }
        #expect([UInt8](frame) == [0x02, 0x01, 7])
        #expect(Frame(writingUpTo: capacity) { _ in }.isEmpty)
        struct Refusal: Error {}
        #expect(throws: Refusal.self) {
            try Frame(writingUpTo: capacity) { (output: inout OutputRawSpan) throws(Refusal) in throw Refusal() }
        }
    }

    @Test func `Writing more than there is room for ends the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Frame(writingUpTo: 1) { output in output.append(0, as: UInt16.self) }
        }
        await #expect(processExitsWith: .failure) {
            _ = Frame(writingUpTo: 34) { output in for _ in 0...34 { output.append(0 as UInt8) } }
        }
        await #expect(processExitsWith: .failure) { _ = Frame(writingUpTo: -1) { _ in } }
    }

    @Test(arguments: [0, 1, 33, 34, 5000]) func `Spans show the bytes where they lie`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let frame = Frame(bytes)
        let copy = frame
        let span = frame.span
        #expect(span.count == count)
        #expect(span.indices.allSatisfy { span[$0] == bytes[$0] })
        #expect(frame.bytes.byteCount == count)
        #expect(Frame(copying: span) == frame)
        #expect(Frame(copying: copy.bytes) == frame)
        #expect(Frame(copying: bytes.span) == frame)
        #expect(span.extracting(droppingFirst: min(count, 3)).count == max(count - 3, 0))
    }

    @Test func `Spans of many short frames in an array are each of its own frame`() {
        let frames = (0..<1000).map { Frame("frame \($0)") }
        for (number, frame) in frames.enumerated() {
            let (span, other) = (frame.span, frames[999 - number].span)
            #expect(Frame(copying: span) == Frame("frame \(number)"))
            #expect(Frame(copying: other) == Frame("frame \(999 - number)"))
        }
    }

    @Test(arguments: Transport.allCases)
    func `Memory that was handed over comes back once, after the last reader`(transport: Transport) async throws {
        let releases = Atomic<Int>(0)
        let shared = Releases()
        let size = 1 << 20
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        block.initializeMemory(as: UInt8.self, repeating: 7)
        do {
            let pair = try Connected(over: transport, { try Push($0) }, { try Pull($0) })
            let message = Frame(handingOver: UnsafeRawBufferPointer(block)) { bytes in
                bytes.deallocate()
                shared.count.add(1, ordering: .sequentiallyConsistent)
            }
            for _ in 0..<3 { try await pair.bound.send(message) }
            for _ in 0..<3 {
                let received = try await pair.connecting.receive()
                #expect(received[0] == message)
            }
            #expect(shared.count.load(ordering: .sequentiallyConsistent) == 0)
            await pair.context.shutdown()
        }
        #expect(try await eventually { shared.count.load(ordering: .sequentiallyConsistent) == 1 })
        #expect(releases.load(ordering: .relaxed) == 0)
    }

    @Test(arguments: ["4\n", "hello", "", "grüß\tdich", "\u{0}\u{1}\u{7F}", "\"quoted\"\r\n"])
    func `Text prints as it is, and its control characters are escaped for debugging`(text: String) {
        #expect("\(Frame(text)) is even" == "\(text) is even")
        #expect(Frame(text).description == text)
        #expect(Frame(text).debugDescription == text.debugDescription)
        #expect("\(Message(Frame(text))) is even" == "\(text) is even")
        #expect("\([Frame(text)])" == "\([text])")
    }

    @Test func `Bytes that are no text print as their number and the first in hexadecimal`() {
        for frame in [Frame([0, 1, 255]), Frame([0, 1, 255])] {
            #expect(frame.description == "3 bytes: 0001ff")
            #expect(frame.debugDescription == "3 bytes: 0001ff")
        }
        #expect(Frame([UInt8](repeating: 0xFF, count: 20)).description.hasSuffix("ff…"))
    }

    private final class Releases: Sendable {
        let count = Atomic<Int>(0)
    }
}
