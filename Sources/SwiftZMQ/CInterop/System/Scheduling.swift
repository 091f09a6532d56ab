import CZMQ
import Glibc

/// What the system lets a thread of this process have.
enum Scheduling {
    /// Whether this process may run on a processor.
    static func mayRun(on number: Int) -> Bool {
        (0..<Int(Int32.max)).contains(number) && czmq_may_run_on(Int32(number)) == 1
    }

    /// Fails as libzmq's threads would, which end the process then.
    static func attempt(policy: Int?, priority: Int?) throws(ZMQError) {
        guard policy != nil || priority != nil else { return }
        let code = czmq_try_scheduling(Int32(clamping: policy ?? -1), Int32(clamping: priority ?? -1))
        guard code != 0 else { return }
        throw ZMQError(
            code: .init(rawValue: code), operation: "set context option threadSchedulingPolicy or threadPriority",
            explanation: "the system refuses them to this process"
        )
    }
}
