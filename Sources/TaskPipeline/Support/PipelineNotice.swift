/// Something that whoever watches a part of a pipeline should know.
public struct PipelineNotice: Hashable, Sendable, CustomStringConvertible {
    /// The line.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Takes notices, on any thread.
public typealias NoticeHandler = @Sendable (PipelineNotice) -> Void
