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

    init(
        number: TaskNumber, status: Int32, nanoseconds: Int64, started: Int64, attempt: UInt32, isFinal: Bool,
        label: OutputLabel, textCount: Int, outputCount: Int, errorsCount: Int
    ) {
        numberBits = number.littleEndian
        nanosecondBits = nanoseconds.littleEndian
        statusBits = status.littleEndian
        textCountBits = UInt32(textCount).littleEndian
        outputCountBits = UInt32(outputCount).littleEndian
        errorsCountBits = UInt32(errorsCount).littleEndian
        attemptBits = attempt.littleEndian
        startedBits = started.littleEndian
        labelBits = label.rawValue
        finalBits = isFinal ? 1 : 0
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
