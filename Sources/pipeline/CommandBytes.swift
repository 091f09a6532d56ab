/// The bytes of an option's value as they were typed: Swift's strings do not have those that are no UTF-8.
enum CommandBytes {
    /// The value of an option that was given once or more; nil where it was not given.
    static func value(of option: String) -> [UInt8]? {
        let words = (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
            CommandLine.unsafeArgv[index].map { word -> [UInt8] in
                var bytes: [UInt8] = []
                while word[bytes.count] != 0 { bytes.append(UInt8(bitPattern: word[bytes.count])) }
                return bytes
            }
        }
        let name = Array(option.utf8)
        let start = name + [UInt8(ascii: "=")]
        for (index, word) in words.enumerated().reversed() {
            if word.starts(with: start) { return Array(word[start.count...]) }
            if word == name, index + 1 < words.count { return words[index + 1] }
        }
        return nil
    }
}
