/// What stands before the text and the output of a result: numbers of a fixed size, written and read in one step.
struct ResultHead: BitwiseCopyable {
    private let numberBits: UInt64
    private let nanosecondBits: Int64
    private let statusBits: Int32
    private let textCountBits: UInt32
    private let outputCountBits: UInt32
    private let errorsCountBits: UInt32
    private let attemptBits: UInt32
    private let startedBits: Int64
    private let labelBits: UInt8
    private let finalBits: UInt8

    init(_ result: TaskResult) {
        numberBits = result.number.littleEndian
        nanosecondBits = result.nanoseconds.littleEndian
        statusBits = result.status.littleEndian
        textCountBits = UInt32(result.text.count).littleEndian
        outputCountBits = UInt32(result.output.count).littleEndian
        errorsCountBits = UInt32(result.errors.count).littleEndian
        attemptBits = result.attempt.littleEndian
        startedBits = result.started.littleEndian
        labelBits = result.label.rawValue
        finalBits = result.isFinal ? 1 : 0
    }

    var number: TaskNumber { TaskNumber(littleEndian: numberBits) }
    var nanoseconds: Int64 { Int64(littleEndian: nanosecondBits) }
    var status: Int32 { Int32(littleEndian: statusBits) }
    var textCount: Int { Int(UInt32(littleEndian: textCountBits)) }
    var outputCount: Int { Int(UInt32(littleEndian: outputCountBits)) }
    var errorsCount: Int { Int(UInt32(littleEndian: errorsCountBits)) }
    var attempt: UInt32 { UInt32(littleEndian: attemptBits) }
    var started: Int64 { Int64(littleEndian: startedBits) }
    var label: OutputLabel { OutputLabel(rawValue: labelBits) ?? .none }
    var isFinal: Bool { finalBits != 0 }
}
