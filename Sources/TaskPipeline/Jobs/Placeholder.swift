/// What a placeholder in a command stands for.
public enum Placeholder: Hashable, Sendable {
    /// `{}`: the task.
    case task
    /// `{.}`: the task without its extension.
    case withoutExtension
    /// `{/}`: what follows its last slash.
    case lastComponent
    /// `{//}`: the folder that it names something in, `.` where it names none.
    case folder
    /// `{/.}`: what follows its last slash, without the extension.
    case lastComponentWithoutExtension
    /// `{#}`: its number.
    case number
    /// `{3}`: its third column.
    case column(Int)
    /// `{name}`: its column under a name in the header.
    case named([UInt8])

    /// Why a placeholder has no value for a task.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Its value for a task.
    func value(for request: JobRequest, columns: ColumnSplitter?) throws(Missing) -> ArraySlice<UInt8> {
        let text = request.text
        switch self {
        case .task: return text
        case .withoutExtension: return Self.withoutExtension(text)
        case .lastComponent: return Self.lastComponent(text)
        case .folder: return Self.folder(text)
        case .lastComponentWithoutExtension: return Self.withoutExtension(Self.lastComponent(text))
        case .number: return Array(String(request.number).utf8)[...]
        case .column(let number):
            let fields = columns?.fields(of: text) ?? [text]
            // As in GNU parallel, a column that a task does not have is empty.
            return number <= fields.count ? fields[number - 1] : []
        case .named(let name):
            let names = columns?.fields(of: request.header) ?? []
            guard let index = names.firstIndex(where: { $0.elementsEqual(name) }) else {
                let known = names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
                throw Missing(
                    description: "no column is called \(String(decoding: name, as: UTF8.self)); "
                        + (request.header.isEmpty
                            ? "give --header where the tasks are read" : "the header has \(known)"))
            }
            let fields = columns?.fields(of: text) ?? []
            return index < fields.count ? fields[index] : []
        }
    }

    private static let slash = UInt8(ascii: "/")

    private static func withoutExtension(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let dot = text.lastIndex(of: UInt8(ascii: ".")), !text[dot...].contains(slash), dot + 1 < text.endIndex
        else { return text }
        return text[..<dot]
    }

    private static func lastComponent(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        text.lastIndex(of: slash).map { text[($0 + 1)...] } ?? text
    }

    /// As `dirname` has it.
    private static func folder(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            var text = text
            while text.count > 1, text.last == slash { text.removeLast() }
            return text
        }
        guard let last = trimmed(text).lastIndex(of: slash) else { return [UInt8(ascii: ".")] }
        return trimmed(text[...last])
    }
}
