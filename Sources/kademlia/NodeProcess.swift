import Glibc

/// A `kademlia node` in a process of its own.
struct NodeProcess: Sendable {
    /// It could not be started, or has said something else than that it has joined.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let processID: pid_t
    private let output: Int32

    /// Starts one.
    init(_ arguments: [String]) throws(Failure) {
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else {
            throw Failure(description: "a node cannot be started: \(String(cString: strerror(errno)))")
        }
        // The other end, which this process alone has, tells of the end of the node.
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        var words = (["kademlia", "node"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, "/proc/self/exe", &actions, nil, &words, environ)
        close(pipe[1])
        guard code == 0 else {
            close(pipe[0])
            throw Failure(description: "a node cannot be started: \(String(cString: strerror(code)))")
        }
        self.processID = processID
        output = pipe[0]
    }

    /// Blocks until the node has joined, and returns its endpoint.
    func endpoint() throws(Failure) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.last != UInt8(ascii: "\n"), line.count < 1000 {
            let count = read(output, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { break }
            line.append(byte)
        }
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix("node "), let endpoint = text.dropLast().split(separator: " ").last else {
            throw Failure(description: "a node has ended before it had joined; it says above why")
        }
        return String(endpoint)
    }

    /// Ends it at once, and waits for its end.
    func kill() {
        Glibc.kill(processID, SIGKILL)
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        close(output)
    }
}
