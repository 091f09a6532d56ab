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
        let publisher = try Publisher(Context()) { $0.linger = .zero }
        let refusal = code { try publisher.bind(endpoint) }
        if capability.isAvailable {
            #expect(refusal != .protocolNotSupported)
        } else {
            #expect(refusal == .protocolNotSupported)
        }
    }

    @Test func `An option that libzmq was built without is unsupported`() throws {
        let push = try Push(Context())
        guard !Capability.vmci.isAvailable else { return }
        let error = #expect(throws: ZMQError.self) { try push.set(\.vmciBufferSize, to: 1) }
        #expect(error?.code == .unsupported)
        #expect(error?.description.contains("vmci") == true)
        #expect(code { try push.get(\.vmciConnectTimeout) } == .unsupported)
        #expect(code { try Push(Context()) { $0.vmciBufferMaxSize = 1 } } == .unsupported)
    }
}
