import Glibc

/// What this process is called in the records of its results.
enum MachineName {
    /// The name of the machine and the number of the process: `raven-4711`.
    static var withProcess: String {
        var name = [CChar](repeating: 0, count: 256)
        let machine =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "worker"
        return "\(machine)-\(getpid())"
    }

    /// The cores that this process may use.
    static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
