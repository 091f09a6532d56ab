import Foundation
import ProcessSupport
import SwiftZMQ
import Testing

@Suite(.timeLimit(.minutes(5))) struct ContextOptionTests {
    @Test func `A new context has the documented defaults`() throws {
        let context = try Context()
        #expect(try context.ioThreads == 1)
        #expect(try context.maxSockets == 1023)
        #expect(try context.maxSentMessageSize == Int(Int32.max))
        #expect(try context.usesIPv6 == false)
        #expect(try context.isBlocky)
        #expect(try context.threadSchedulingPolicy == nil)
        #expect(try context.socketLimit >= 1023)
        #expect(try context.messageStructureSize == 64)
    }

    @Test func `Options set in the initializer can be read back`() throws {
        let context = try Context(ioThreads: 2, maxSockets: 20) {
            $0.maxSentMessageSize = 1 << 20
            $0.usesIPv6 = true
            $0.isBlocky = false
            $0.threadNamePrefix = 7
        }
        #expect(try context.ioThreads == 2)
        #expect(try context.maxSockets == 20)
        #expect(try context.maxSentMessageSize == 1 << 20)
        #expect(try context.usesIPv6)
        #expect(try context.isBlocky == false)
        #expect(try context.threadNamePrefix == 7)
    }

    @Test func `Sockets follow the context's IPv6 and lingering`() throws {
        let context = try Context {
            $0.usesIPv6 = true
            $0.isBlocky = false
        }
        let push = try Push(context)
        #expect(try push.option(\.usesIPv6))
        #expect(try push.option(\.linger) == .zero)
        let lingering = try Push(context) { $0.linger = .seconds(1) }
        #expect(try lingering.option(\.linger) == .seconds(1))
    }

    @Test func `No more sockets are made than the context allows`() throws {
        let context = try Context(maxSockets: 2)
        let sockets = [try Push(context), try Push(context)]
        let error = #expect(throws: ZMQError.self) { try Push(context) }
        #expect(error?.code == .tooManySockets)
        #expect(error?.description.contains("maxSockets") == true)
        #expect(sockets.count == 2)
    }

    @Test func `The threads bear the prefix and run where they are told`() async throws {
        let context = try Context {
            $0.threadNamePrefix = 4711
            $0.threadAffinity = [0]
        }
        // The threads start with the first socket.
        let push = try Push(context)
        var named: [String] = []
        // They name themselves: the reaper and the input/output thread.
        let areThere = try await eventually {
            named = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter { thread in
                // A thread may end meanwhile.
                let name = try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)
                return name?.hasPrefix("4711/") == true
            }
            return named.count == 2
        }
        #expect(areThere, "\(named)")
        for thread in named {
            let status = try String(contentsOfFile: "/proc/self/task/\(thread)/status", encoding: .utf8)
            #expect(status.contains("Cpus_allowed_list:\t0\n"))
        }
        #expect(!push.isClosed)
    }

    @Test func `What would end the process is refused`() {
        #expect(code { try Context { $0.threadAffinity = [100_000] } } == .invalidArgument)
        #expect(code { try Context { $0.threadAffinity = [-1] } } == .invalidArgument)
        #expect(code { try Context { $0.threadSchedulingPolicy = 4711 } } == .invalidArgument)
        // SCHED_FIFO has no such priority.
        let error = #expect(throws: ZMQError.self) {
            try Context {
                $0.threadSchedulingPolicy = 1
                $0.threadPriority = 1000
            }
        }
        #expect(error?.description.contains("threadPriority") == true)
    }

    @Test func `Threads for which there are no descriptors are refused`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = 256
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            #expect(code { try Pull(Context(ioThreads: 300)) } == .tooManySockets)
            // Until the last descriptor is gone, everything either works or throws.
            let context = try Context(maxSockets: 5000)
            var sockets: [Pull] = []
            var refusal: ZMQError?
            while refusal == nil {
                do throws(ZMQError) {
                    guard let socket = try? Pull(context) else {
                        refusal = ZMQError(code: .tooManySockets, operation: "create a PULL socket")
                        break
                    }
                    sockets.append(socket)
                    if sockets.count.isMultiple(of: 2) { try socket.bind("tcp://127.0.0.1:*") }
                } catch {
                    refusal = error
                }
            }
            #expect(refusal?.code == .tooManySockets)
            #expect(sockets.count > 10)
            let late = code { try SocketExecutor(name: "late") }
            #expect(late == nil || late == .tooManySockets)
            sockets = []
            await context.shutdown()
        }
    }

    @Test func `Without a free descriptor the first context is refused, and a later one works`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = 100
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            var taken: [Int32] = []
            while case let made = dup(0), made >= 0 { taken.append(made) }
            let refusals = [code { try Context() }, code { try Poller<Int>() }]
            // Nor does the end of memory that was handed over, which the executor's thread gives back, end the process.
            let isReleased = Watched(false)
            do {
                let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
                bytes.initializeMemory(as: UInt8.self, repeating: 1)
                let frame = Frame(handingOver: UnsafeRawBufferPointer(bytes)) { bytes in
                    bytes.deallocate()
                    isReleased.change { $0 = true }
                }
                #expect(frame.count == 100)
            }
            for descriptor in taken { close(descriptor) }
            #expect(refusals == [.tooManySockets, .tooManySockets])
            #expect(!isReleased.value)
            let pair = try Connected({ try Pull($0) }, { try Push($0) })
            try await pair.connecting.send("x")
            #expect(try await pair.bound.receive(timeout: .seconds(20)) == ["x"])
            #expect(try await eventually { isReleased.value })
            await pair.context.shutdown()
        }
    }

    @Test func `Values out of range are refused by name`() {
        #expect(code { try Context(ioThreads: 5_000_000_000) } == .invalidArgument)
        #expect(code { try Context(ioThreads: 1025) } == .invalidArgument)
        #expect(code { try Context(maxSockets: 5_000_000_000) } == .invalidArgument)
        #expect(code { try Context(ioThreads: -1) } == .invalidArgument)
        #expect(code { try Context(maxSockets: 0) } == .invalidArgument)
        let error = #expect(throws: ZMQError.self) { try Context { $0.maxSentMessageSize = -1 } }
        #expect(error?.operation == "set context option maxSentMessageSize to -1")
    }

    @Test func `Any option is set and read by its number while the context is open`() async throws {
        let context = try Context()
        try context.setOption(5, to: 4096)
        #expect(try context.option(5) == 4096)
        #expect(code { try context.option(4711) } == .invalidArgument)
        #expect(code { try context.setOption(4711, to: 1) } == .invalidArgument)
        await context.shutdown()
        #expect(code { try context.option(5) } == .terminated)
        #expect(code { try context.ioThreads } == .terminated)
    }
}
