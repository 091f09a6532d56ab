/// What stands before the text of a task: numbers of a fixed size, written and read in one step.
struct TaskHead: BitwiseCopyable {
    private let numberBits: UInt64
    private let attemptBits: UInt32
    private let textCountBits: UInt32
    private let flags: UInt8

    init(number: TaskNumber, attempt: UInt32, isLastAttempt: Bool, textCount: Int) {
        numberBits = number.littleEndian
        attemptBits = attempt.littleEndian
        textCountBits = UInt32(textCount).littleEndian
        flags = isLastAttempt ? 1 : 0
    }

    var number: TaskNumber { TaskNumber(littleEndian: numberBits) }
    var attempt: UInt32 { UInt32(littleEndian: attemptBits) }
    var textCount: Int { Int(UInt32(littleEndian: textCountBits)) }
    var isLastAttempt: Bool { flags != 0 }
}
