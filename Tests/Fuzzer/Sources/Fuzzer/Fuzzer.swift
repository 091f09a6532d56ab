import Foundation

/// The reader that `FUZZ_READER` names.
private let read: Reader = {
    let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
    guard let reader = Reader(rawValue: name) else {
        print("FUZZ_READER '\(name)': it is one of \(Reader.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(64)
    }
    return reader
}()

/// What libFuzzer, whose main function this program has, calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    read(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
