import SwiftZMQ

/// A PUSH that is connected to a PULL over `inproc`, neither with a high-water mark.
struct Pair: Sendable {
    let context: Context
    let pull: Pull
    let push: Push

    init() throws {
        context = try Context()
        pull = try Pull(context) { $0.receiveHighWaterMark = nil }
        push = try Push(context) { $0.sendHighWaterMark = nil }
        try push.connect(pull.bind("inproc://instructions"))
        // ZMQ_FD: whoever asks for it has the executor leave the socket alone, whose looks would be counted, too.
        let _: Int32 = try pull.option(14)
        let _: Int32 = try push.option(14)
    }
}
