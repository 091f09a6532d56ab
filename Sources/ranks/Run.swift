import ArgumentParser
import CommandLineSupport

/// `ranks run`: the processes of a program.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a program several times, each with a rank.",
        discussion: """
            What the processes write is written line by line, with [RANK] in front. Their standard input is empty.

            When one fails, it is named, and the others get SIGTERM, and SIGKILL if they are still there some seconds later; \
            the exit status is that of the first that failed, 128 and the signal's number for one that a signal ended. \
            SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on.

            On other machines, processes are started by the remote shell, which is given a host and a command. There, ranks \
            has to be at the same path as here, or at that of --remote-ranks, and the program, too.
            """)

    @Option(
        name: [.customShort("n"), .long], help: "How many processes. (default: as many as --hosts has places, or 1)")
    var number: Int?

    @Option(
        help: ArgumentHelp(
            """
            Where they run: hosts, each with the number of processes that have a place there; an address of IPv6 stands in \
            brackets. (default: here)
            """,
            valueName: "host:number,…"), transform: HostList.parse)
    var hosts: HostList?

    @Option(help: "The command that runs another on a host, as ssh does, with its arguments, in quotes if need be.")
    var remoteShell = "ssh"

    @Option(help: "Where ranks is on the hosts. (default: the path of this program)")
    var remoteRanks: String?

    @Flag(help: "Let the others go on when a process fails, as those do that shrink their communicator.")
    var keepGoing = false

    @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.")
    var command: [String] = []

    func validate() throws {
        guard let first = command.first, first != "--" || command.count > 1 else {
            throw ValidationError("the program is missing: ranks run -n 4 PROGRAM ARGUMENTS")
        }
        if first.hasPrefix("-"), first != "--" {
            throw ValidationError("Unknown option '\(first)'. See 'ranks run --help' for what there is.")
        }
        try ProcessNumber.check(number)
        _ = try RemoteShell.parse(remoteShell)
        if let number, let hosts, number > hosts.places.count {
            throw ValidationError("--number \(number): --hosts has places for \(hosts.places.count)")
        }
    }

    func run() async throws {
        let words = command.first == "--" ? Array(command.dropFirst()) : command
        let count = number ?? hosts?.places.count ?? 1
        let places = hosts.map { Array($0.places.prefix(count)) } ?? Array(repeating: "localhost", count: count)
        let launcher = Launcher(
            words: words.map(ProcessArguments.bytes), places: places,
            remoteShell: try RemoteShell.parse(remoteShell).words,
            remoteRanks: remoteRanks.map(ProcessArguments.bytes), keepsGoing: keepGoing, showsRanks: true)
        try await launcher.run()
    }
}
