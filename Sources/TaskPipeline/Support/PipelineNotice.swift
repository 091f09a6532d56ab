/// Something that whoever watches a part of a pipeline should know.
public struct PipelineNotice: Hashable, Sendable, CustomStringConvertible {
    /// The line.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension PipelineNotice {
    /// So many failed tasks are told one by one.
    static let mostFailures = 20

    /// A task that has failed.
    ///
    /// - Parameters:
    ///   - task: how it is called: `task 7`.
    ///   - attempt: which attempt it was, as words behind `failed`.
    ///   - status: how, as ``TaskStatus`` says.
    ///   - workers: with whom, as words behind the status.
    ///   - text: the line of the input, of which the beginning is shown.
    static func failure(
        of task: String, attempt: String = "", status: Int32, workers: String = "", text: ArraySlice<UInt8>
    ) -> PipelineNotice {
        let shown = String(decoding: text.prefix(80), as: UTF8.self).filter { !$0.isNewline }
        return PipelineNotice("\(task) failed\(attempt): \(TaskStatus.phrase(status))\(workers): \(shown)")
    }

    /// What is said when as many were told.
    static let furtherFailures = PipelineNotice("further failed tasks are counted, and not told one by one")
}

/// Takes notices, on any thread.
public typealias NoticeHandler = @Sendable (PipelineNotice) -> Void
