import Glibc

/// The processes of this machine, as `/proc` tells of them.
package enum ProcessList {
    /// One of them.
    package struct Entry: Sendable {
        /// Its number.
        package let number: Int32
        /// That of its parent.
        package let parent: Int32
        /// Its process group.
        package let group: Int32
        /// It has ended, and nobody has taken note.
        package let hasEnded: Bool
        /// The bytes of memory that it has at present (`RSS`).
        package let memory: Int
    }

    /// All that can be seen at this moment.
    package static func read() -> [Entry] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        var entries: [Entry] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let number = Int32(name) else { continue }
            let file = open("/proc/\(name)/stat", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { continue }
            let count = Glibc.read(file, &buffer, buffer.count)
            close(file)
            // The name of the program stands in parentheses and may hold any.
            guard count > 0, let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { continue }
            let fields = buffer[(end + 1)..<count].split(separator: UInt8(ascii: " "))
            // The state, the parent, the group; and the pages of memory as the 24th of all fields.
            guard fields.count > 21, let state = fields[0].first, let parent = Int32(decimal: fields[1]),
                let group = Int32(decimal: fields[2]),
                let pages = Int(decimal: fields[21])
            else { continue }
            let hasEnded = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
            entries.append(
                Entry(number: number, parent: parent, group: group, hasEnded: hasEnded, memory: pages * page))
        }
        return entries
    }
}

extension FixedWidthInteger {
    fileprivate init?(decimal digits: ArraySlice<UInt8>) { self.init(String(decoding: digits, as: UTF8.self)) }
}
