import Testing

/// What a client does on a connection of its own, and what must come of it: the name says both in a sentence.
struct HTTP2Case: Sendable, CustomTestStringConvertible {
    /// How the connection begins.
    enum Beginning: Sendable {
        /// With the preface, and SETTINGS acknowledged by both.
        case shakenHands
        /// With nothing: the steps do it all.
        case nothing
        /// With nothing, and what comes back is text.
        case plainText
    }

    let name: String
    let beginning: Beginning
    /// The client's first SETTINGS.
    let settings: [RawFrame.Setting]
    let steps: [Step]

    init(
        _ name: String, beginning: Beginning = .shakenHands, settings: [RawFrame.Setting] = [], _ steps: Step...
    ) {
        self.name = name
        self.beginning = beginning
        self.settings = settings
        self.steps = steps
    }

    var testDescription: String { name }

    /// Goes through the steps. A connection that has not ended by then must still serve.
    func run(port: Int) throws {
        let client = try HTTP2Client(
            port: port, settings: settings, shakesHands: beginning == .shakenHands,
            expectsPlainText: beginning == .plainText)
        for step in steps { try step.run(client) }
        guard beginning != .plainText, !client.isClosed, !client.isLeft, client.goAways.isEmpty else { return }
        try Step.pong().run(client)
    }

    /// Every case.
    static let all: [HTTP2Case] = [
        beginnings, frames, frameSizes, padding, streamStates, streamNumbers, settingsFrames, windows, windowChanges,
        continuations, priorities, compression, brokenCompression, fieldNames, fieldValues, connectionFields,
        pseudoFields, refusedAuthorities, takenAuthorities, hosts, refusedTargets, targets, methods, contentLengths,
        trailers, forwarding, limits, floods, resets,
        exchanges, interleaving, responses, uploads, departures,
    ].flatMap { $0 }
}
