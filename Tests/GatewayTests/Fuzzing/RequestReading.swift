import NIOCore
import SwiftZMQ
import WorkerProtocol

@testable import Gateway

/// The reading of one connection's bytes in pieces, without the connection: head and body one after the other, as
/// `HTTP1Connection` has them.
struct RequestReading: Equatable {
    struct Request: Equatable {
        var head: [UInt8]
        var framing: ParsedRequest.Body
        var body: [UInt8]
    }

    private(set) var requests: [Request] = []
    /// The status that ended it; nil where more bytes would be needed.
    private(set) var refusal: Int?
    /// What contradicts the rules.
    private(set) var contradictions: [String] = []

    static let settings = {
        var settings = HTTPSettings()
        // Small, so that mutations get there.
        settings.maximumHeaderSize = 200
        settings.maximumFieldCount = 12
        settings.maximumTargetSize = 100
        settings.maximumBodySize = 64
        return settings
    }()

    private static let limits = RequestLimits(settings)

    init(_ pieces: [ArraySlice<UInt8>]) {
        var input = ByteBuffer()
        var parser = RequestHeadParser()
        var body: Body?
        do {
            for piece in pieces {
                input.writeBytes(piece)
                while try step(&input, &parser, &body) {}
            }
        } catch {
            refusal = error.failure.status
        }
    }

    private struct Body {
        var head: [UInt8]
        var framing: ParsedRequest.Body
        var decoder = ChunkedBodyDecoder()
        var bytes = ByteBuffer()
    }

    private mutating func step(
        _ input: inout ByteBuffer, _ parser: inout RequestHeadParser, _ body: inout Body?
    ) throws(RequestRejection) -> Bool {
        guard var open = body else {
            guard let request = try parser.parse(&input, limits: Self.limits) else {
                if let rejection = parser.rejection(ofIncomplete: input.readableBytesUInt8Span, limits: Self.limits) {
                    throw rejection
                }
                return false
            }
            check(request)
            if case .length(let length) = request.body, length > Self.settings.maximumBodySize {
                throw ChunkedBodyDecoder.tooLarge
            }
            body = Body(head: Array(request.bytes.readableBytesView), framing: request.body)
            return true
        }
        switch open.framing {
        case .none: break
        case .length(let length):
            guard let bytes = input.readSlice(length: length) else { return false }
            open.bytes = bytes
        case .chunked:
            let progress = try open.decoder.decode(
                &input, into: &open.bytes, limit: Self.settings.maximumBodySize, limits: Self.limits)
            body = open
            guard progress == .complete else { return false }
        }
        requests.append(Request(head: open.head, framing: open.framing, body: Array(open.bytes.readableBytesView)))
        body = nil
        return input.readableBytes > 0
    }

    /// A second opinion on a head that was let through.
    private mutating func check(_ request: ParsedRequest) {
        let bytes = Array(request.bytes.readableBytesView)
        let text = String(decoding: bytes, as: Unicode.ASCII.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        func expect(_ condition: Bool, _ rule: String) { if !condition { contradictions.append(rule) } }
        expect(bytes.suffix(4) == [13, 10, 13, 10], "a head does not end with an empty line")
        expect(lines.dropLast(2).allSatisfy { !$0.isEmpty }, "an empty line stands within a head")
        expect(
            !lines.contains { $0.utf8.contains { $0 < 0x20 && $0 != 9 || $0 == 0x7F } }, "a control character passes")
        expect(
            lines[0].split(separator: " ", omittingEmptySubsequences: false).count == 3, "a first line of other parts")
        let names = lines.dropFirst().dropLast(2).map { String($0.prefix { $0 != ":" }).lowercased() }
        expect(names.count == request.fields.count, "a line is no field, or more than one")
        expect(names.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isTokenByte) }, "a name is no token")
        expect(names.count { $0 == "host" } == 1 || request.isHTTP10 && !names.contains("host"), "not one Host")
        expect(
            !(names.contains("content-length") && names.contains("transfer-encoding")), "both length and coding pass")
        expect(names.contains("transfer-encoding") == (request.body == .chunked), "a coding that is not chunked passes")
        _ = RequestPeer(nil).client(behind: Self.proxies, in: request)
        guard case .path(let path, let query) = request.target else { return }
        let raw = bytes[path]
        let normal = RequestPath(decoding: raw.span)
        expect(!request.isPathNormal || path.isEmpty || normal.bytes.elementsEqual(raw), "a path is not normal")
        for isTrustedProxy in [false, true] {
            let origin = RequestOrigin(
                requestID: "1", clientAddress: "127.0.0.1", scheme: "http", listenerAddress: "127.0.0.1:80",
                isTrustedProxy: isTrustedProxy)
            do {
                let frame = request.bytes.withUnsafeReadableBytes { bytes in
                    RequestHead.frame(
                        of: bytes, method: request.method, target: path.lowerBound..<query.upperBound,
                        authority: request.authority, fields: request.fields, bodyLength: 0, origin: origin)
                }
                let passed = try RequestHead(reading: frame)
                for name in ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] {
                    expect(passed.fields.count { $0.name == name } == 1, "\(name) does not stand once")
                }
                expect(
                    passed["x-forwarded-for"]?.hasSuffix("127.0.0.1") == true
                        && (isTrustedProxy || passed["x-forwarded-for"] == "127.0.0.1"),
                    "the client is not whom it is from")
            } catch {
                if !path.isEmpty { contradictions.append("a worker cannot read what passes: \(error)") }
            }
        }
    }

    private static let proxies = [AddressBlock("10.0.0.0/8"), AddressBlock("::/0")].compactMap { $0 }
}
