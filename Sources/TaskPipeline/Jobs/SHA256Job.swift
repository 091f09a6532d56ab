import Crypto

/// The SHA-256 digest of a file, in hexadecimal digits. The task is its path.
public struct SHA256Job: Job {
    /// The job.
    public init() {}

    /// Hashes the file that the task names.
    public func run(_ request: JobRequest) -> JobOutcome {
        var hash = SHA256()
        return FileReading.outcome(of: request.text, label: .digest) { chunk in
            hash.update(bufferPointer: chunk)
        } result: {
            let digits = Array("0123456789abcdef".utf8)
            return hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        }
    }
}
