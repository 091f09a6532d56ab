import Foundation
import HTTPTypes
import ProcessSupport

@testable import StaticSite

/// A site in a folder of its own, with a secret beside it, and the moment at which its requests are answered.
struct SiteFixture {
    /// What nobody may get.
    static let secret = "the secret beside the site"
    /// The seconds since 1970 at which the files were last changed, Sun, 06 Nov 1994 08:49:37 GMT, and at which requests come.
    static let changed = 784_111_777
    static let now = changed + 86_400

    let folder: TemporaryFolder
    let site: Site

    init(listsFolders: Bool = false) throws {
        folder = try TemporaryFolder()
        try folder.write(Self.secret, to: "secret.txt")
        try FileManager.default.createDirectory(atPath: "\(folder.path)/site/docs", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: "\(folder.path)/site/.git", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: "\(folder.path)/site-beside", withIntermediateDirectories: true)
        try folder.write(Self.secret, to: "site-beside/secret.txt")
        site = Site(folder: "\(folder.path)/site", listsFolders: listsFolders)
        try write("<p>start", to: "index.html")
        try write("0123456789", to: "digits.txt")
        try write("<p>docs", to: "docs/index.html")
        try write("deep", to: "docs/deep.txt")
        try write(Self.secret, to: ".env")
        try write(Self.secret, to: ".git/config")
        try write(Self.secret, to: "docs/.hidden")
    }

    /// Writes a file of the site.
    func write(_ text: String, to name: String, changed: Int = changed) throws {
        try folder.write(text, to: "site/\(name)")
        try setTime(of: name, to: changed)
    }

    func setTime(of name: String, to seconds: Int) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(seconds))],
            ofItemAtPath: "\(folder.path)/site/\(name)")
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/site/\(name)", withDestinationPath: target)
    }

    func ask(_ target: String, _ method: HTTPRequest.Method = .get, _ fields: HTTPFields = [:]) throws -> SiteAnswer {
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: target, headerFields: fields)
        return try site.answer(head, now: Self.now * 1_000_000_000)
    }

    /// The tag of a file as it is.
    func tag(of target: String) throws -> String { try ask(target).fields[.eTag] ?? "" }
}

extension SiteAnswer {
    /// The bytes of the body.
    var bytes: [UInt8] {
        get throws {
            var bytes: [UInt8] = []
            for piece in body.pieces {
                switch piece {
                case .bytes(let piece): bytes += piece
                case .range(let range):
                    var part = [UInt8](repeating: 0, count: range.count)
                    try part.withUnsafeMutableBytes { try body.file?.read(at: range.lowerBound, into: $0) }
                    bytes += part
                }
            }
            return bytes
        }
    }

    var text: String { get throws { String(decoding: try bytes, as: UTF8.self) } }
}
