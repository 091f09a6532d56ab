import Foundation
import Glibc

/// Processes that a program has started, found by a word that only they have in their command lines.
struct LeftProcesses {
    let word: String

    /// Those that run at present.
    var numbers: [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { number in
            guard number != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else {
                return false
            }
            return line.firstRange(of: Data(word.utf8)) != nil
        }
    }

    /// Waits until there are so many; whether that came to be in time.
    func become(_ count: Int, within patience: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + patience
        while numbers.count != count {
            guard ContinuousClock.now < deadline else { return false }
            // The end of another's child is announced to nobody.
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }
}
