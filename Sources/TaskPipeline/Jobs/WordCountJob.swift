/// The number of words in a file, as `wc -w` counts them: runs of what is not white space. The task is its path.
public struct WordCountJob: Job {
    /// The job.
    public init() {}

    /// Counts the words of the file that the task names.
    public func run(_ request: JobRequest) -> JobOutcome {
        var count = 0
        var isInWord = false
        return FileReading.outcome(of: request.text, label: .count) { chunk in
            for byte in chunk {
                // Space, and tab to carriage return: white space in the C locale.
                let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
                if !isSpace, !isInWord { count += 1 }
                isInWord = !isSpace
            }
        } result: {
            Array(String(count).utf8)
        }
    }
}
