import CommandExecution
import Glibc
import SystemSupport

/// A process while it runs, for the thread that waits for it and the one that ends it.
final class RunningProcess: Sendable {
    private struct State {
        var number: Int32 = 0
        var endpoint: String?
        var patience = Duration.seconds(2)
        var wasTold = false
    }

    let process: ProgramProcess
    let program: ProgramConfiguration
    let instance: Int
    private let state = Locked(State())

    init(_ process: ProgramProcess, of program: ProgramConfiguration, instance: Int) {
        self.process = process
        self.program = program
        self.instance = instance
    }

    /// The system's number; 0 until it has one.
    var number: Int32 { state.withLock { $0.number } }
    /// Where its workers connect.
    var endpoint: String? { state.withLock { $0.endpoint } }
    /// How long what is left of its group may take to end.
    var patience: Duration { state.withLock { $0.patience } }

    /// Whether its group has been told to end.
    var wasTold: Bool { state.withLock { $0.wasTold } }

    func setNumber(_ number: Int32) { state.withLock { $0.number = number } }

    func setEndpoint(_ endpoint: String) { state.withLock { $0.endpoint = endpoint } }

    func setPatience(_ patience: Duration) { state.withLock { $0.patience = patience } }

    /// Sends a signal to its group.
    func signal(_ signal: Int32, _ number: Int32) {
        state.withLock { $0.wasTold = true }
        CommandGroup.signal(number, signal)
    }
}
