import CommandLineSupport
import TaskPipeline

extension ByteArgument {
    /// The file that is named, by the bytes that were typed.
    var file: PathBytes { PathBytes(bytes, called: "\(self)") }

    /// The same; nil for `-`, which is standard input or output.
    var path: PathBytes? { bytes == [UInt8(ascii: "-")] ? nil : file }
}
