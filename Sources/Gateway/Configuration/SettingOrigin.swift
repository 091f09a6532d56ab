/// Where a value was given.
package enum SettingOrigin: Sendable, Hashable {
    /// By a flag of that name, hyphens included.
    case flag(String)
    /// By a variable of the environment.
    case variable(String)
    /// In a file: the key, its path from the top, and the line, counted from 1.
    case file(String, line: Int, key: String)
}

extension SettingOrigin: CustomStringConvertible {
    /// `--name`, `NAME`, or `FILE:LINE: key`.
    package var description: String {
        switch self {
        case .flag(let flag): flag
        case .variable(let variable): variable
        case .file(let file, let line, let key): "\(file):\(line): \(key)"
        }
    }
}
