import Glibc
package import HTTPTypes

/// Files as a web site.
///
/// A folder is answered with its `index.html`, and without its slash with a redirection there. A file `NAME.gz` beside
/// `NAME` that is not older is sent in its place to clients that accept gzip. Answers are to be asked for again each time
/// (`no-cache`), which the validators make cheap.
package struct Site: Sendable {
    private let source: any SiteSource
    /// Whether a folder without index shows what is in it.
    private let listsFolders: Bool
    /// What every answer with a file in it has, besides what is its own.
    private let commonFields: HTTPFields

    /// The files below a folder of the file system.
    ///
    /// - Parameters:
    ///   - folder: its path; looked up anew for each request.
    ///   - listsFolders: whether a folder without index is answered with a list; by default with 404.
    package init(folder: String, listsFolders: Bool = false) {
        source = SiteFolder(path: folder)
        self.listsFolders = listsFolders
        commonFields = [:]
    }

    /// Files that are part of the program.
    ///
    /// - Parameters:
    ///   - embedded: the contents by file name.
    ///   - fields: what every answer has besides, such as a policy.
    package init(embedded: [String: [UInt8]], fields: HTTPFields = [:]) {
        source = EmbeddedFiles(embedded)
        listsFolders = false
        commonFields = fields
    }

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - head: the method, the path with the query, and the fields.
    ///   - now: the time in nanoseconds since 1970; that of the system by default.
    /// - Throws: ``SiteFailure`` where the system cannot open files at present.
    package func answer(_ head: HTTPRequest, now: Int? = nil) throws(SiteFailure) -> SiteAnswer {
        guard head.method == .get || head.method == .head else {
            return SiteAnswer(
                .methodNotAllowed, problem: "method-not-allowed", "Files can be read alone.", [.allow: "GET, HEAD"])
        }
        let target = head.path ?? "/"
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        let path: SitePath
        do throws(SitePath.Mistake) {
            path = try SitePath(target[..<mark])
        } catch {
            switch error {
            case .malformed: return SiteAnswer(.badRequest, problem: "bad-target", "The target is not a path.")
            case .nowhere: return Self.notFound
            }
        }
        let request = SiteRequest(method: head.method, fields: head.headerFields, now: now ?? Self.now())
        switch try source.open(path.names) {
        case nil: return Self.notFound
        case .file(let file):
            guard !path.isFolder, let name = path.names.last else { return Self.notFound }
            return try answer(file, path.names, name, request)
        case .folder:
            guard path.isFolder else {
                let query = PercentEncoding.encodeQuery(target[mark...])
                return SiteAnswer(
                    .movedPermanently, [.location: path.asFolder.target + query])
            }
            let index = Array("index.html".utf8)
            if case .file(let file)? = try source.open(path.names + [index]) {
                return try answer(file, path.names + [index], index, request)
            }
            guard listsFolders, let contents = try source.list(path.names) else { return Self.notFound }
            return FolderList(path: path, contents: contents).answer
        }
    }

    private static let notFound = SiteAnswer(.notFound, problem: "not-found", "There is no such file.")

    private func answer(
        _ plain: SiteFile, _ names: [[UInt8]], _ name: [UInt8], _ request: SiteRequest
    ) throws(SiteFailure) -> SiteAnswer {
        var fields = commonFields
        fields[.contentType] = ContentTypes.type(ofName: name)
        fields[.cacheControl] = "no-cache"
        // No browser is to take a file for something else than its name says.
        fields[.xContentTypeOptions] = "nosniff"
        guard let compressed = try compressedForm(of: plain, names) else {
            return request.answer(plain, tag: EntityTag(of: plain, now: request.now), modified: plain.modified, fields)
        }
        fields[.vary] = "accept-encoding"
        guard AcceptedCodings.prefersGzip(request.fields[.acceptEncoding]) else {
            return request.answer(plain, tag: EntityTag(of: plain, now: request.now), modified: plain.modified, fields)
        }
        fields[.contentEncoding] = "gzip"
        let tag = EntityTag(of: compressed, coding: "gz", now: request.now)
        return request.answer(compressed, tag: tag, modified: compressed.modified, fields)
    }

    /// The file beside another one with its contents compressed; nil where there is none, or an older one, which would show
    /// what once was.
    private func compressedForm(of plain: SiteFile, _ names: [[UInt8]]) throws(SiteFailure) -> SiteFile? {
        guard let name = names.last, name.suffix(3) != Array(".gz".utf8)[...] else { return nil }
        let beside = names.dropLast() + [name + Array(".gz".utf8)]
        guard case .file(let file)? = try source.open(Array(beside)), file.modified >= plain.modified else {
            return nil
        }
        return file
    }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}
