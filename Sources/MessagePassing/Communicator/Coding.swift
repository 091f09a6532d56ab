import Foundation
import SwiftZMQ

/// An array whose elements travel as their bytes.
protocol PlainArray {
    static var elementType: ElementType { get }
    static func read(_ frame: Frame) -> Self?
    var plainFrame: Frame { get }
    var count: Int { get }
}

extension Array: PlainArray where Element: PlainNumber {
    static var elementType: ElementType { Element.elementType }
    static func read(_ frame: Frame) -> Self? { frame.numbers() }
    var plainFrame: Frame { Frame(numbers: self[...]) }
}

/// Values as frames: plain numbers as their bytes, all others as JSON.
enum Coding {
    /// How values of a type travel.
    static func elementType<Value>(of type: Value.Type) -> ElementType {
        (type as? any PlainArray.Type)?.elementType ?? .encoded
    }

    /// A value whose type says that it travels as its bytes; nil for any other, also for an array that might be missing.
    static func plain<Value>(_ value: Value) -> (any PlainArray)? {
        Value.self is any PlainArray.Type ? value as? any PlainArray : nil
    }

    static func frame<Value: Encodable>(of value: Value) throws -> Frame {
        if let plain = plain(value) { return plain.plainFrame }
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return Frame(try encoder.encode(value))
    }

    /// - Throws: ``MessagePassingError`` with `.unexpectedType` for what is no value of the type.
    static func value<Value: Decodable>(_ frame: Frame, _ type: ElementType, from rank: Int) throws -> Value {
        let wanted = elementType(of: Value.self)
        guard type == wanted else { throw unexpected("\(type)", Value.self, rank) }
        if let plain = Value.self as? any PlainArray.Type {
            guard let value = plain.read(frame) as? Value else {
                throw unexpected("\(frame.count) bytes", Value.self, rank)
            }
            return value
        }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(Value.self, from: Data(frame))
        } catch {
            throw unexpected("a value of another type", Value.self, rank)
        }
    }

    private static func unexpected(_ found: String, _ wanted: Any.Type, _ rank: Int) -> MessagePassingError {
        MessagePassingError(
            .unexpectedType, ranks: [rank],
            "rank \(rank) sent \(found), and \(wanted) is asked for; both have to be the same")
    }
}
