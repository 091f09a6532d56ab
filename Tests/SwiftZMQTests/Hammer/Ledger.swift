import SwiftZMQ
import Synchronization

/// What became of each message: every one that was sent arrives once, and none arrives that was not.
final class Ledger: Sendable {
    fileprivate struct Marks: OptionSet {
        let rawValue: UInt8
        static let sent = Marks(rawValue: 1)
        static let refused = Marks(rawValue: 2)
        static let received = Marks(rawValue: 4)
    }

    fileprivate struct State {
        /// For each sender, what became of each of its messages.
        var senders: [[Marks]] = []
        var sent = 0
        var received = 0
        var violations: [String] = []
        var violationCount = 0
    }

    private let state = Mutex(State())

    /// A number for somebody who sends.
    func makeSender() -> Int {
        state.withLock { state in
            state.senders.append([])
            return state.senders.count - 1
        }
    }

    /// The next message of a sender, which `settle` is to be told of.
    ///
    /// - Parameter hasOneFrame: where sockets are closed while it may be under way.
    func next(of sender: Int, hasOneFrame: Bool = false) -> Parcel {
        state.withLock { state in
            state.senders[sender].append([])
            return Parcel(sender: sender, number: state.senders[sender].count - 1, hasOneFrame: hasOneFrame)
        }
    }

    /// Notes whether a message was sent, as its sender was told.
    func settle(_ parcel: Parcel, wasSent: Bool) {
        state.withLock { state in
            state.senders[parcel.sender][parcel.number].insert(wasSent ? .sent : .refused)
            if wasSent { state.sent += 1 }
            if !wasSent, state.senders[parcel.sender][parcel.number].contains(.received) {
                state.note("\(parcel) arrived, and its sender was told that it was not sent")
            }
        }
    }

    /// Notes a message that arrived.
    func take(_ message: some Collection<Frame>) {
        guard let parcel = Parcel(message) else {
            violate(
                "arrived in pieces, or altered: \(message.map { "\($0.count) bytes" }), \(message.first ?? Frame())")
            return
        }
        take(parcel)
    }

    func take(_ parcel: Parcel) {
        state.withLock { state in
            guard state.senders.indices.contains(parcel.sender),
                state.senders[parcel.sender].indices.contains(parcel.number)
            else {
                state.note("\(parcel) arrived, and was never sent")
                return
            }
            let marks = state.senders[parcel.sender][parcel.number]
            if marks.contains(.received) { state.note("\(parcel) arrived twice") }
            if marks.contains(.refused) {
                state.note("\(parcel) arrived, and its sender was told that it was not sent")
            }
            state.senders[parcel.sender][parcel.number].insert(.received)
            state.received += 1
        }
    }

    /// Notes that something is not as it must be.
    func violate(_ text: String) {
        state.withLock { $0.note(text) }
    }

    var violations: [String] { state.withLock { $0.violations } }
    var counts: (sent: Int, received: Int) { state.withLock { ($0.sent, $0.received) } }
    var hasAllArrived: Bool { state.withLock { $0.received >= $0.sent } }

    /// Some of those that were sent and have not arrived.
    var missing: [Parcel] {
        state.withLock { state in
            var missing: [Parcel] = []
            for (sender, marks) in state.senders.enumerated() {
                for (number, mark) in marks.enumerated() where mark == .sent && missing.count < 5 {
                    missing.append(Parcel(sender: sender, number: number))
                }
            }
            return missing
        }
    }

    /// Those of a sender that were sent and have not arrived.
    func missing(of sender: Int) -> Int {
        state.withLock { $0.senders[sender].count { $0 == .sent } }
    }
}

extension Ledger.State {
    fileprivate mutating func note(_ text: String) {
        violationCount += 1
        if violations.count < 20 { violations.append(text) }
    }
}
