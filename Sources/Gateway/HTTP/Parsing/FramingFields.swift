/// Collects the fields that decide where a request ends (RFC 9112, section 6).
struct FramingFields {
    private var length: Int?
    private var lengthIsWrong = false
    private var codings = 0
    private var codingIsList = false
    private var codingIsChunked = false

    /// Notes a Content-Length field.
    mutating func addLength(_ value: Span<UInt8>) {
        guard let number = Self.number(value), length == nil || length == number else {
            lengthIsWrong = true
            return
        }
        length = number
    }

    /// Notes a Transfer-Encoding field.
    mutating func addCoding(_ value: Span<UInt8>) {
        codings += 1
        for index in value.indices where value[index] == UInt8(ascii: ",") { codingIsList = true }
        codingIsChunked = ASCII.equal(value, "chunked")
    }

    /// How the body is framed.
    func body(isHTTP10: Bool) throws(RequestRejection) -> ParsedRequest.Body {
        guard !lengthIsWrong else {
            throw .malformed("Content-Length is not one plain decimal number.")
        }
        guard codings > 0 else {
            guard let length, length > 0 else { return .none }
            return .length(length)
        }
        guard length == nil else {
            throw .malformed("The request has both a Content-Length and a Transfer-Encoding field.")
        }
        guard !isHTTP10 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
        guard codings == 1, !codingIsList else { throw .malformed("The request names more than one transfer coding.") }
        guard codingIsChunked else {
            throw RequestRejection(.notImplemented, "This server knows no transfer coding but chunked.")
        }
        return .chunked
    }

    /// A number of digits only, without leading zeros and below 2^63.
    private static func number(_ value: Span<UInt8>) -> Int? {
        guard value.count > 0, value.count == 1 || value[0] != UInt8(ascii: "0") else { return nil }
        var number = 0
        for index in value.indices {
            guard value[index].isDigit else { return nil }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, stillTooLarge) = product.addingReportingOverflow(Int(value[index] - UInt8(ascii: "0")))
            guard !tooLarge, !stillTooLarge else { return nil }
            number = sum
        }
        return number
    }
}
