import Testing

@testable import SwiftZMQ

/// What is known of connections, as values: no socket is connected here.
@Suite struct ConnectionRecordTests {
    /// How far the connections to endpoints have come once an event was told.
    private func progress(
        of endpoints: [String], after event: SocketEvent.Kind, at address: String
    ) -> [ConnectionRecords.Progress?] {
        var records = ConnectionRecords()
        records.beginObserving()
        for endpoint in endpoints { _ = records.add(endpoint) }
        records.note(SocketEvent(event, address: address))
        let noted = endpoints.map { records.progress(of: $0) }
        for (endpoint, progress) in zip(endpoints, noted) {
            let concerns = records.concerns(endpoint, SocketEvent(event, address: address))
            #expect(concerns == (progress != .pending), "\(endpoint)")
        }
        return noted
    }

    @Test(
        arguments: [
            (["tcp://a:5555"], [.made]),
            // Either of the two may be meant.
            (["tcp://a:5555", "tcp://b:5555"], [.pending, .pending]),
            (["tcp://a:5555", "tcp://10.0.0.1:5555"], [.pending, .made]),
            (["tcp://a:5555", "tcp://10.0.0.2:5555"], [.made, .pending]),
            (["tcp://a:5555", "tcp://b:5556"], [.made, .pending]),
        ] as [([String], [ConnectionRecords.Progress?])])
    func `An address is that of an endpoint with a name if no other can be meant`(
        endpoints: [String], expected: [ConnectionRecords.Progress?]
    ) {
        #expect(progress(of: endpoints, after: .handshakeSucceeded, at: "tcp://10.0.0.1:5555") == expected)
    }

    @Test func `A name is that of the endpoint that was written so`() {
        let noted = progress(
            of: ["tcp://a:5555", "tcp://b:5555", "tcp://10.0.0.1:5555"], after: .handshakeSucceeded,
            at: "tcp://a:5555")
        #expect(noted == [.made, .pending, .pending])
    }
}
