// What comes from a peer may have more or fewer frames than it should. Everything here says so with an error or with nil,
// and never ends the program.

extension Message {
    /// The only frame of a message that is to have one.
    ///
    /// ```swift
    /// let task = try await pull.receive().frame()
    /// ```
    ///
    /// - Throws: ``ZMQError`` with `.unexpectedFrames` when there are several.
    public func frame() throws(ZMQError) -> Frame {
        try require(1)
        return head
    }

    /// The frame at a position; nil where the message has none there.
    @inlinable
    public func frame(at position: Int) -> Frame? {
        guard position > 0, let tail else { return position == 0 ? head : nil }
        return position <= tail.count ? tail[position - 1] : nil
    }

    private func require(_ expected: Int) throws(ZMQError) {
        guard count != expected else { return }
        throw unexpected("\(expected) \(expected == 1 ? "was" : "were") expected")
    }

    private func requireAtLeast(_ expected: Int) throws(ZMQError) {
        guard count < expected else { return }
        throw unexpected("at least \(expected) \(expected == 1 ? "was" : "were") expected")
    }

    private func unexpected(_ expectation: String) -> ZMQError {
        ZMQError(
            code: .unexpectedFrames, operation: "read a message",
            explanation: "\(expectation), and the message has \(count)")
    }
}

// One overload for each number of names, as the language has no tuple of a number of frames.
extension Message {
    /// The two frames of a message that is to have two.
    ///
    /// There is such a method for each number of frames from two to six; the names to the left say which is meant.
    ///
    /// ```swift
    /// let (topic, payload) = try message.frames()
    /// ```
    ///
    /// - Throws: ``ZMQError`` with `.unexpectedFrames` when the message has more or fewer. Its explanation says how many.
    public func frames() throws(ZMQError) -> (Frame, Frame) {
        try require(2)
        return (head, self[1])
    }

    /// The three frames of a message that is to have three. See ``frames()->(_,_)``.
    public func frames() throws(ZMQError) -> (Frame, Frame, Frame) {
        try require(3)
        return (head, self[1], self[2])
    }

    /// The four frames of a message that is to have four. See ``frames()->(_,_)``.
    public func frames() throws(ZMQError) -> (Frame, Frame, Frame, Frame) {
        try require(4)
        return (head, self[1], self[2], self[3])
    }

    /// The five frames of a message that is to have five. See ``frames()->(_,_)``.
    public func frames() throws(ZMQError) -> (Frame, Frame, Frame, Frame, Frame) {
        try require(5)
        return (head, self[1], self[2], self[3], self[4])
    }

    /// The six frames of a message that is to have six. See ``frames()->(_,_)``.
    public func frames() throws(ZMQError) -> (Frame, Frame, Frame, Frame, Frame, Frame) {
        try require(6)
        return (head, self[1], self[2], self[3], self[4], self[5])
    }
}

extension Message {
    /// The first frame, and all behind it, of which there may be none.
    ///
    /// There is such a method for each number of leading frames from one to five; the names to the left say which is
    /// meant, and the last of them is always the array of the rest.
    ///
    /// ```swift
    /// let (peer, rest) = try message.framesAndRest()
    /// ```
    ///
    /// - Throws: ``ZMQError`` with `.unexpectedFrames` when the message has too few for the names. One frame it always has.
    public func framesAndRest() throws(ZMQError) -> (Frame, [Frame]) {
        (head, tail ?? [])
    }

    /// The first two frames, and all behind them. See ``framesAndRest()->(_,_)``.
    public func framesAndRest() throws(ZMQError) -> (Frame, Frame, [Frame]) {
        try requireAtLeast(2)
        return (head, self[1], Array(dropFirst(2)))
    }

    /// The first three frames, and all behind them. See ``framesAndRest()->(_,_)``.
    public func framesAndRest() throws(ZMQError) -> (Frame, Frame, Frame, [Frame]) {
        try requireAtLeast(3)
        return (head, self[1], self[2], Array(dropFirst(3)))
    }

    /// The first four frames, and all behind them. See ``framesAndRest()->(_,_)``.
    public func framesAndRest() throws(ZMQError) -> (Frame, Frame, Frame, Frame, [Frame]) {
        try requireAtLeast(4)
        return (head, self[1], self[2], self[3], Array(dropFirst(4)))
    }

    /// The first five frames, and all behind them. See ``framesAndRest()->(_,_)``.
    public func framesAndRest() throws(ZMQError) -> (Frame, Frame, Frame, Frame, Frame, [Frame]) {
        try requireAtLeast(5)
        return (head, self[1], self[2], self[3], self[4], Array(dropFirst(5)))
    }
}
