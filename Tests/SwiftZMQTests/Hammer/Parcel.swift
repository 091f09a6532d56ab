import SwiftZMQ

/// A message of a hammer's, which says who sent it and which of theirs it is, and whose whole content follows from that.
struct Parcel: Hashable, Sendable {
    let sender: Int
    let number: Int
    /// Whether it has one frame, whatever its number.
    ///
    /// A connection that ends amid a message of several frames can end the process: libzmq 4.3 has an assertion that fails
    /// then (https://github.com/zeromq/libzmq/issues/3442).
    let hasOneFrame: Bool

    /// Mostly small, of one to three frames; now and then larger than what is copied.
    var message: Message {
        guard !hasOneFrame else { return Message(Frame("\(sender):\(number):")) }
        var message = Message(Frame("\(sender):\(number)"))
        for place in 0..<(number + sender) % 3 { message.append(filler(place)) }
        return message
    }

    private func filler(_ place: Int) -> Frame {
        let length = number % 101 == 0 ? 40_000 : (number &* 7 + place) % 80
        // An array, which is filled at once: a byte at a time takes seconds under a sanitizer, on the shared executor, which
        // other tests wait for.
        return Frame([UInt8](repeating: UInt8(truncatingIfNeeded: number &+ sender &+ place), count: length))
    }

    init(sender: Int, number: Int, hasOneFrame: Bool = false) {
        self.sender = sender
        self.number = number
        self.hasOneFrame = hasOneFrame
    }

    /// What a message is; nil if it is no parcel, or not a whole one.
    init?(_ message: some Collection<Frame>) {
        guard let head = message.first else { return nil }
        let numbers = String(head).split(separator: ":").compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        self.init(sender: numbers[0], number: numbers[1], hasOneFrame: head.last == UInt8(ascii: ":"))
        guard message.elementsEqual(self.message) else { return nil }
    }
}
