import Glibc
import SwiftZMQ
import Testing

@Suite struct CapabilityTests {
    @Test func `The version that runs is at least the one compiled against`() {
        #expect(LibraryVersion.current >= LibraryVersion(4, 3, 4))
        #expect(LibraryVersion.current.major == LibraryVersion.compiled.major)
        #expect(LibraryVersion(4, 3, 4) < LibraryVersion(4, 10, 0))
        #expect(LibraryVersion(4, 3, 4).description == "4.3.4")
    }

    @Test func `What is available is known, and nothing unheard of is`() {
        #expect(Capability.ipc.isAvailable)
        #expect(Capability.available.isSubset(of: Capability.known))
        #expect(Capability.available.contains(.ipc))
        #expect(!Capability(rawValue: "telepathy").isAvailable)
        #expect(!Capability(rawValue: "").isAvailable)
    }

    @Test(arguments: [
        (Capability.pgm, "epgm://lo;239.192.1.1:5555"), (.norm, "norm://127.0.0.1:5555"), (.vmci, "vmci://*:5555"),
        (.ws, "ws://127.0.0.1:*"), (.wss, "wss://127.0.0.1:*"), (.tipc, "tipc://{5560,0,0}"),
    ])
    func `A transport that is not there is refused`(capability: Capability, endpoint: String) throws {
        // Where it is there, the next test tries it in a process of its own: libzmq leaks an address that it refuses.
        guard !capability.isAvailable else { return }
        let publisher = try Publisher(Context()) { $0.linger = .zero }
        let error = #expect(throws: ZMQError.self) { try publisher.bind(endpoint) }
        #expect(error?.code == .unsupported)
        #expect(error?.endpoint == endpoint && error?.explanation?.contains(capability.rawValue) == true)
        #expect(code { try publisher.connect(endpoint) } == .unsupported)
    }

    @Test func `No endpoint and no draft option ends the process`() async {
        await #expect(processExitsWith: .success) {
            let addresses = [
                "", "x", "*", "*:*", "127.0.0.1:*", "nowhere;239.192.1.1:5555", "x:5555", "{5560,0,0}", "<5560@0.0.0>",
            ]
            let context = try Context()
            for transport in ["pgm", "epgm", "norm", "vmci", "ws", "wss", "tipc", "udp", "gssapi", "shm"] {
                for address in addresses {
                    let endpoint = "\(transport)://\(address)"
                    for isBound in [true, false] {
                        let sockets: [any Socket] = [
                            try Publisher(context), try Subscriber(context), try Push(context), try Router(context),
                        ]
                        for socket in sockets {
                            do throws(ZMQError) {
                                if isBound { try socket.bind(endpoint) } else { try socket.connect(endpoint) }
                            } catch {
                                precondition(error.code.rawValue != EAGAIN && error.endpoint == endpoint, "\(error)")
                            }
                            try socket.setOption(17, to: 0 as Int32)
                            socket.close()
                        }
                    }
                }
            }
            let push = try Push(context)
            for number in Int32(93)...121 {
                do throws(ZMQError) {
                    try push.setOption(number, to: 1 as Int32)
                } catch {
                    precondition(
                        error.code == (Capability.draft.isAvailable ? .invalidArgument : .unsupported), "\(error)")
                }
            }
            precondition(code { try push.setOption(5000, to: 1 as Int32) } == .invalidArgument)
            await context.shutdown()
            // At once: libzmq leaks what it has read of some addresses, which a leak checker would find at the exit.
            _exit(0)
        }
    }

    @Test func `An option that libzmq was built without is unsupported`() throws {
        let push = try Push(Context())
        guard !Capability.vmci.isAvailable else { return }
        let error = #expect(throws: ZMQError.self) { try push.setOption(\.vmciBufferSize, to: 1) }
        #expect(error?.code == .unsupported)
        #expect(error?.description.contains("vmci") == true)
        #expect(code { try Push(Context()) { $0.vmciBufferMaxSize = 1 } } == .unsupported)
    }
}
