import Glibc

/// The environment of this process, for commands that get variables of their own in it.
package struct CommandEnvironment: Sendable {
    private let variables: [[UInt8]]

    /// Reads it.
    ///
    /// - Parameter names: the variables that are left out of it, as commands have their own or none.
    package init(without names: [String]) {
        let prefixes = names.map { Array("\($0)=".utf8) }
        var variables: [[UInt8]] = []
        var next = environ
        while let variable = next.pointee {
            let bytes = UnsafeBufferPointer(start: variable, count: strlen(variable)).map { UInt8(bitPattern: $0) }
            if !prefixes.contains(where: bytes.starts) { variables.append(bytes) }
            next += 1
        }
        self.variables = variables
    }

    /// The environment with more variables, each `NAME=value`.
    func adding(_ more: [[UInt8]]) -> [[UInt8]] { variables + more }

    /// Where a program is: a name without a slash is looked for in `PATH`. The error number where it is nowhere.
    func path(of program: [UInt8]) throws(CommandFailure) -> [UInt8] {
        guard !program.contains(UInt8(ascii: "/")) else { return program }
        let search = variables.first { $0.starts(with: "PATH=".utf8) }?.dropFirst(5) ?? Array("/usr/bin:/bin".utf8)[...]
        var code = ENOENT
        for folder in search.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            let path = (folder.isEmpty ? [UInt8(ascii: ".")] : Array(folder)) + [UInt8(ascii: "/")] + program
            let isThere = (path + [0]).withUnsafeBytes { bytes in
                bytes.bindMemory(to: CChar.self).baseAddress.map { access($0, X_OK) == 0 } ?? false
            }
            if isThere { return path }
            if errno == EACCES { code = EACCES }
        }
        throw CommandFailure(String(decoding: program, as: UTF8.self), code)
    }
}
