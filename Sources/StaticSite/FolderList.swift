import HTTPTypes
import TextFormats

/// A page that lists what is in a folder.
struct FolderList {
    let path: SitePath
    let contents: FolderContents

    var answer: SiteAnswer {
        let title = HTMLText.escape(
            path.names.isEmpty ? "/" : "/" + path.names.map(Self.text).joined(separator: "/") + "/")
        var lines = contents.entries.map { entry in
            let slash = entry.isFolder ? "/" : ""
            // Begins with a dot, so that a name with a colon in it is no scheme.
            return
                "<li><a href=\"./\(PercentEncoding.encode(entry.name))\(slash)\">\(HTMLText.escape(Self.text(entry.name)))\(slash)</a>"
        }
        if !path.names.isEmpty { lines.insert("<li><a href=\"../\">..</a>", at: 0) }
        let rest = contents.isWhole ? "" : "<p>There is more than these \(contents.entries.count) names.</p>\n"
        let page = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <h1>\(title)</h1>
            <ul>
            \(lines.joined(separator: "\n"))
            </ul>
            \(rest)
            """
        return SiteAnswer(
            .ok,
            [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: "default-src 'none'",
            ], body: SiteBody(page))
    }

    private static func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }
}
