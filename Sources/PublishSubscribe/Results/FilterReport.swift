import SwiftZMQ

/// What each filter of a subscriber matched.
///
/// An update that several filters match counts for each of them.
public struct FilterReport: Sendable {
    private struct Entry: Sendable {
        let filter: TopicFilter
        var statistics = PayloadStatistics()
        var otherTopics: Set<Frame> = []
    }

    /// The other topics that are named; the rest is "and more".
    private static let namedTopics = 3

    private var entries: [Entry]

    /// A report for filters; the same filter twice is one.
    public init(_ filters: [TopicFilter]) {
        var known: Set<TopicFilter> = []
        entries = filters.filter { known.insert($0).inserted }.map { Entry(filter: $0) }
    }

    /// Takes an update into account.
    public mutating func record(_ update: Update) {
        for index in entries.indices where entries[index].filter.matches(update.head) {
            update.withPayload { entries[index].statistics.record($0) }
            guard entries[index].otherTopics.count <= Self.namedTopics else { continue }
            let prefix = entries[index].filter.prefix
            // A filter that ends in a blank names its topic and nothing else.
            let isExact = update.withTopic { topic in
                prefix.withUnsafeBytes { $0.starts(with: topic) }
            }
            if !isExact { entries[index].otherTopics.insert(update.topic) }
        }
    }

    /// A line for each filter all of whose payloads were numbers: `Average value for topic '10001' was 27.4F`.
    public var averages: [String] {
        entries.compactMap { entry in
            entry.statistics.average.map { average in
                "Average value for topic '\(String(entry.filter.prefix))' was \(PayloadStatistics.oneDecimal(average))F"
            }
        }
    }

    /// A line for each filter that let other topics through than the one it names, which newcomers do not expect.
    public var surprises: [String] {
        entries.compactMap { entry in
            guard !entry.otherTopics.isEmpty, !entry.filter.prefix.isEmpty else { return nil }
            let names = entry.otherTopics.map { "'\(String($0))'" }.sorted()
            let more = names.count > Self.namedTopics ? " and more" : ""
            return "topic '\(String(entry.filter.prefix))' is a prefix and also matched "
                + names.prefix(Self.namedTopics).joined(separator: ", ") + more + "; --exact leaves them out"
        }
    }
}
