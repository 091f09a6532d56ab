@preconcurrency import Glibc
import Synchronization

/// A command as a process of its own: in a session without a terminal, with nothing of this process but its environment
/// and its output.
enum CommandProcess {
    /// A command could not be started.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ what: String, _ code: Int32) {
            description = "\(what): \(String(cString: strerror(code)))"
        }
    }

    /// `POSIX_SPAWN_SETSID`, which the C library's headers keep from programs that do not ask for GNU extensions.
    private static let newSession: Int32 = 0x80

    /// Runs a command and waits for its end; its exit status, or 128 and the number of the signal that ended it.
    ///
    /// - Parameters:
    ///   - words: the program, which is looked for in `PATH`, and its arguments.
    ///   - variables: what is set in its environment, each `NAME=value`.
    ///   - input: what is on its standard input.
    ///   - output: where its standard output goes.
    static func run(
        _ words: [[UInt8]], variables: [[UInt8]], input: [UInt8], output: Int32
    ) throws(Failure) -> Int32 {
        let file = try NamelessFile(holding: input)
        let process = try start(words, variables: variables, input: file.descriptor, output: output)
        var status: Int32 = 0
        var code: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            code = errno
            guard code == EINTR else { break }
        }
        RunningCommands.remove(process)
        guard code == 0 || code == EINTR else { throw Failure("waiting for the command", code) }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    private static func start(
        _ words: [[UInt8]], variables: [[UInt8]], input: Int32, output: Int32
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        // Onto itself as well, which lets it be inherited.
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)

        // What this process blocks and ignores must not be inherited.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var every = sigset_t()
        sigfillset(&every)
        posix_spawnattr_setsigdefault(&attributes, &every)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | newSession))

        let arguments = words.map(Self.copy)
        let settings = variables.map(Self.copy)
        defer { for text in arguments + settings { free(text) } }
        guard let program = arguments.first ?? nil else { throw Failure("the command", ENOMEM) }
        var environment: [UnsafeMutablePointer<CChar>?] = []
        let names = variables.map { $0.prefix { $0 != UInt8(ascii: "=") } + [UInt8(ascii: "=")] }
        var next = environ
        while let entry = next.pointee {
            // A variable of the same name gives way.
            let isReplaced = names.contains { name in
                name.enumerated().allSatisfy { entry[$0.offset] == CChar(bitPattern: $0.element) }
            }
            if !isReplaced { environment.append(entry) }
            next += 1
        }
        var process: pid_t = 0
        let code = posix_spawnp(
            &process, program, &actions, &attributes, arguments + [nil], environment + settings + [nil])
        guard code == 0 else { throw Failure(String(decoding: words[0], as: UTF8.self), code) }
        RunningCommands.insert(process)
        return process
    }

    private static func copy(_ text: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        (text + [0]).withUnsafeBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.flatMap { strdup($0) }
        }
    }
}
