import GatewayWorker
import HTTPTypes
import StaticSite
import SwiftZMQ
import WorkerProtocol

extension DemonstrationService {
    /// The name that gets what no other service claims.
    static let siteRegisteredName = "default"

    /// Files below a folder, or the pages that are part of the program.
    ///
    /// - Throws: ``OptionMistake`` where the folder is none, or there is to be no such service.
    static func site(_ options: Options) throws -> DemonstrationService {
        guard options.servesSite else {
            throw OptionMistake(
                description: "--site 'off': there is no service site then; name a folder, or leave it out")
        }
        let site: Site
        if let folder = options.site {
            guard SiteFolderCheck.isFolder(folder) else {
                throw OptionMistake(description: "--site '\(folder)': there is no such folder, or it may not be read")
            }
            site = Site(folder: folder, listsFolders: options.listsFolders)
        } else {
            site = Site(embedded: Pages.site, fields: [.contentSecurityPolicy: Pages.policy])
        }
        return DemonstrationService("site", registeredAs: siteRegisteredName) { request in
            let answer: SiteAnswer
            do throws(SiteFailure) {
                answer = try site.answer(request.head)
            } catch {
                throw WorkerProblem.unavailable("Files cannot be read at present.", because: error.description)
            }
            return try WorkerResponse(answer, to: request)
        }
    }
}

extension WorkerResponse {
    /// The largest body that is sent as a whole; longer ones go in pieces of that length, as the client takes them.
    private static let pieceSize = 64 << 10

    fileprivate init(_ answer: SiteAnswer, to request: WorkerRequest) throws {
        if let problem = answer.problem {
            self = WorkerProblem(
                answer.status, code: problem.code, detail: problem.detail, headerFields: answer.fields
            ).response(to: request)
            return
        }
        self.init(status: answer.status, headerFields: answer.fields)
        let body = answer.body
        guard answer.status != .notModified, answer.status != .movedPermanently else { return }
        headerFields[.contentLength] = String(body.count)
        // Of a HEAD's file nothing is read.
        if request.method != .head, body.count <= Self.pieceSize {
            self.body = .bytes(Frame(joining: try body.frames(upTo: Self.pieceSize)))
        } else {
            self.body = .stream { writer in
                for piece in body.pieces {
                    switch piece {
                    case .bytes(let bytes): try await writer.write(Frame(bytes))
                    case .range(let range):
                        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.pieceSize) {
                            let count = min(Self.pieceSize, range.upperBound - start)
                            try await writer.write(body.frame(start, count))
                        }
                    }
                }
            }
        }
    }
}

extension SiteBody {
    fileprivate func frames(upTo size: Int) throws -> [Frame] {
        try pieces.map { piece in
            switch piece {
            case .bytes(let bytes): Frame(bytes)
            case .range(let range): try frame(range.lowerBound, range.count)
            }
        }
    }

    fileprivate func frame(_ start: Int, _ count: Int) throws -> Frame {
        try Frame(capacity: count) { room in
            try file?.read(at: start, into: UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
            return count
        }
    }
}
