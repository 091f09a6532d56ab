/// The fourth byte of every message.
///
/// A message is one frame: `P`, `L`, the version, the kind, the run in 16 bytes, and what the kind needs. Numbers are
/// little-endian; a name is its length in four bytes and its bytes; a set of tasks is the number of its ranges in four
/// bytes and the two ends of each. A task is a ``TaskHead`` and its text, a result a ``ResultHead``, its text and its
/// output.
enum MessageKind: UInt8 {
    // From a worker to the producer.
    case ask = 1
    case returned
    case failed
    case leaving
    // From the producer to a worker.
    case tasks
    // From a worker to the collector.
    case results
    // From the collector to the producer.
    case hello
    case report
    case goodbye
    // From the producer to the collector.
    case run
    case acknowledged
    case finished
    case farewell
    case replaced
    case lost
    // From the collector to the producer.
    case recovered
    // From whoever asks how far a run is, and the answer.
    case statusRequest
    case status
    // From the producer to a worker.
    case halt
    // From the producer to the collector.
    case input

    static let magic: [UInt8] = [UInt8(ascii: "P"), UInt8(ascii: "L")]
    static let version: UInt8 = 4
}
