import SwiftZMQ
import Synchronization
import Testing

@Suite struct MessageTests {
    @Test func `A message and a frame go through asynchronous functions side by side`() async throws {
        // How a frame is laid out decides whether the compiler passes it in registers, on the stack or by its address; with
        // vectors in it, functions such as these came back with the stack in disorder.
        func passed(_ message: Message, to peer: Frame, _ number: Int) async throws -> (Message, Frame, Int) {
            await Task.yield()
            return (message, peer, number + 1)
        }
        func passedOn(_ peer: Frame, _ message: Message, _ frame: Frame) async throws -> Frame {
            let (message, peer, number) = try await passed(message, to: peer, 1)
            #expect((message, number) == (["a", "b", "c"], 2))
            #expect(frame == "the third")
            return peer
        }
        for _ in 0..<3 { #expect(try await passedOn("the peer", ["a", "b", "c"], "the third") == "the peer") }
    }

    @Test func `Frames are a collection in the order given`() {
        var message: Message = ["a", "", "c"]
        message.append("d")
        #expect(message.count == 4)
        #expect(message.map(String.init) == ["a", "", "c", "d"])
        #expect(Message("x", "y", followedBy: ["z"]) == ["x", "y", "z"])
        #expect(Message("x", followedBy: ["y"]) == ["x", "y"])
        #expect(Message("x", followedBy: [Frame]()) == ["x"])
        #expect(Message("x", followedBy: message) == ["x", "a", "", "c", "d"])
        #expect(Message([Frame]()) == [""])
        #expect(message.removeFirst() == "a")
        #expect(message == ["", "c", "d"])
        #expect(Message("one").count == 1)
    }

    @Test(arguments: [0, 5, 33, 34, 1000]) func `A frame is a collection of its bytes`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let frame = Frame(bytes)
        #expect(Array(frame) == bytes && frame.count == count && frame.isEmpty == (count == 0))
        #expect(frame.first == bytes.first && frame.last == bytes.last)
        #expect(frame.starts(with: bytes.prefix(3)) && Frame(frame.dropFirst()) == Frame(bytes.dropFirst()))
        #expect(frame.indices.allSatisfy { frame[$0] == bytes[$0] })
        #expect(frame.bytes.byteCount == count)
        #expect(frame.reduce(0) { $0 &+ Int($1) } == bytes.reduce(0) { $0 + Int($1) })
    }

    @Test func `Frames can be replaced and inserted`() {
        var message: Message = ["b"]
        message.insert("a", at: 0)
        message.insert("d", at: 2)
        message.insert("c", at: 2)
        #expect(message == ["a", "b", "c", "d"])
        message[0] = "A"
        message[3] = "D"
        #expect(message == ["A", "b", "c", "D"])
        message.swapAt(0, 3)
        #expect(message == ["D", "b", "c", "A"])
    }

    @Test func `As many frames are read as there are names`() throws {
        let (a, b) = try (["1", "2"] as Message).frames()
        #expect([a, b] == ["1", "2"])
        let (c, d, e) = try (["1", "2", "3"] as Message).frames()
        #expect([c, d, e] == ["1", "2", "3"])
        let (f, g, h, i) = try (["1", "2", "3", "4"] as Message).frames()
        #expect([f, g, h, i] == ["1", "2", "3", "4"])
        let (j, k, l, m, n) = try (["1", "2", "3", "4", "5"] as Message).frames()
        #expect([j, k, l, m, n] == ["1", "2", "3", "4", "5"])
        let (o, p, q, r, s, t) = try (["1", "2", "3", "4", "5", "6"] as Message).frames()
        #expect([o, p, q, r, s, t] == ["1", "2", "3", "4", "5", "6"])
        #expect(try Message("only").frame() == "only")
    }

    @Test(arguments: 1...7) func `Another number of frames than there are names is an error`(count: Int) {
        let message = Message((1...count).map { "\($0)" })
        func expected(_ number: Int, _ read: (Message) throws -> Void) {
            guard number != count else {
                #expect(throws: Never.self) { try read(message) }
                return
            }
            let error = #expect(throws: ZMQError.self) { try read(message) }
            #expect(error?.code == .unexpectedFrames)
            #expect(
                error?.explanation?.contains("\(number)") == true && error?.explanation?.contains("\(count)") == true)
        }
        expected(1) { _ = try $0.frame() }
        expected(2) { let (_, _) = try $0.frames() }
        expected(3) { let (_, _, _) = try $0.frames() }
        expected(4) { let (_, _, _, _) = try $0.frames() }
        expected(5) { let (_, _, _, _, _) = try $0.frames() }
        expected(6) { let (_, _, _, _, _, _) = try $0.frames() }
    }

    @Test(arguments: 1...7) func `Frames behind the named ones are the rest`(count: Int) throws {
        let message = Message((1...count).map { "\($0)" })
        func expected(_ number: Int, _ read: (Message) throws -> ([Frame], [Frame])) {
            guard number <= count else {
                let error = #expect(throws: ZMQError.self) { try read(message) }
                #expect(error?.code == .unexpectedFrames && error?.explanation?.contains("at least \(number)") == true)
                return
            }
            let parts = try? read(message)
            #expect(parts?.0 == Array(message.prefix(number)) && parts?.1 == Array(message.dropFirst(number)))
        }
        expected(1) {
            let (a, rest) = try $0.framesAndRest(); return ([a], rest)
        }
        expected(2) {
            let (a, b, rest) = try $0.framesAndRest(); return ([a, b], rest)
        }
        expected(3) {
            let (a, b, c, rest) = try $0.framesAndRest(); return ([a, b, c], rest)
        }
        expected(4) {
            let (a, b, c, d, rest) = try $0.framesAndRest(); return ([a, b, c, d], rest)
        }
        expected(5) {
            let (a, b, c, d, e, rest) = try $0.framesAndRest(); return ([a, b, c, d, e], rest)
        }
    }

    @Test(arguments: 1...4) func `The first and the last frame are there, room for more or not`(count: Int) {
        var message = Message((0..<count).map { Frame("frame \($0)") })
        message.reserveCapacity(8)
        #expect(message.count == count)
        #expect(message.first == "frame 0")
        #expect(message.last == Frame("frame \(count - 1)"))
    }

    @Test func `A frame that is not there is nil where it is asked for as an optional`() {
        let message: Message = ["a", "b"]
        #expect(message.frame(at: 0) == "a" && message.frame(at: 1) == "b" && message.first == "a")
        #expect(message.frame(at: 2) == nil && message.frame(at: -1) == nil && message.frame(at: .max) == nil)
        #expect(Message("a").frame(at: 1) == nil)
    }

    @Test func `Indexing a frame that is not there ends the program`() async {
        await #expect(processExitsWith: .failure) { _ = Message("one")[1] }
        await #expect(processExitsWith: .failure) { _ = (["one", "two"] as Message)[2] }
        await #expect(processExitsWith: .failure) { _ = (["one", "two"] as Message)[-1] }
    }

    @Test func `An error for a number of frames says both numbers, and its code is no other's`() {
        let error = #expect(throws: ZMQError.self) {
            let (_, _) = try (["one", "two", "three"] as Message).frames()
        }
        #expect(
            error?.description
                == "read a message: Unexpected number of frames; 2 were expected, and the message has 3")
        // Numbers of the system and of libzmq are positive.
        #expect(ZMQError.Code.unexpectedFrames.rawValue < 0)
    }

    @Test func `Several frames print as a list, and one as its text`() {
        #expect("\(["prices.eur", "1.08"] as Message)" == #"["prices.eur", "1.08"]"#)
        #expect("\(["a\n", "", Frame([0xFF])] as Message)" == #"["a\n", "", 1 bytes: ff]"#)
        #expect("\(Message("4\n"))" == "4\n")
        #expect(Message("4\n").debugDescription == #"["4\n"]"#)
    }

    @Test func `Texts make a message, a frame each`() {
        let texts = ["a", "", "ü"]
        #expect(Message(texts) == ["a", "", "ü"])
        #expect(Message([String]()) == [""])
    }
}
