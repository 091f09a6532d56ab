import Foundation

/// Runs what blocks, each job on a thread of its own: the pool that tests share has a thread for each processor alone. The
/// task stays the same, so that what is found belongs to the test that looks.
final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
