/// What stands before the text and the output of a result: numbers of a fixed size, written and read in one step.
struct ResultHead: BitwiseCopyable {
    private let numberBits: UInt64
    private let nanosecondBits: Int64
    private let statusBits: Int32
    private let textCountBits: UInt32
    private let outputCountBits: UInt32

    init(number: TaskNumber, nanoseconds: Int64, status: Int32, textCount: Int, outputCount: Int) {
        numberBits = number.littleEndian
        nanosecondBits = nanoseconds.littleEndian
        statusBits = status.littleEndian
        textCountBits = UInt32(textCount).littleEndian
        outputCountBits = UInt32(outputCount).littleEndian
    }

    var number: TaskNumber { TaskNumber(littleEndian: numberBits) }
    var nanoseconds: Int64 { Int64(littleEndian: nanosecondBits) }
    var status: Int32 { Int32(littleEndian: statusBits) }
    var textCount: Int { Int(UInt32(littleEndian: textCountBits)) }
    var outputCount: Int { Int(UInt32(littleEndian: outputCountBits)) }
}
