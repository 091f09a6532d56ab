import TextFormats

/// The page that shows a cart, made of a file with places to fill in.
///
/// The file has what is repeated for each item between `<!--item-->` and `<!--/item-->`, what stands there without any
/// between `<!--empty-->` and `<!--/empty-->`, and what tells of a mistake between `<!--mistake-->` and `<!--/mistake-->`;
/// in them `{name}`, `{path}`, `{amount}`, `{number}` and `{reason}` are filled in.
package struct CartPage: Sendable {
    private let template: String

    /// Takes the file's text.
    package init(template: String) {
        self.template = template
    }

    /// The page for a cart, and for what was wrong with a form before.
    package func page(_ cart: Cart, mistake: CartMistake? = nil) -> String {
        var page = template
        page = Self.replace("mistake", in: page) { block in
            guard let mistake else { return "" }
            let field = mistake.field.map { "“\($0)”: " } ?? ""
            return block.replacing("{reason}", with: HTMLText.escape(field + mistake.reason))
        }
        page = Self.replace("empty", in: page) { cart.items.isEmpty ? $0 : "" }
        return Self.replace("item", in: page) { block in
            cart.items.enumerated().map { number, item in Self.fill(block, item, number) }.joined()
        }
    }

    /// Each place is filled once, from left to right: what an item is called is never taken for a place.
    private static func fill(_ block: String, _ item: Cart.Item, _ number: Int) -> String {
        let values = [
            "name": HTMLText.escape(item.name), "amount": "\(item.amount)", "number": "\(number)",
            "path": pathSegment(item.name),
        ]
        return block.replacing(/\{([a-z]+)\}/) { match in values[String(match.1)] ?? String(match.0) }
    }

    /// A name as a segment of a path.
    package static func pathSegment(_ name: String) -> String {
        name.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            if isPlain || byte == 0x2D || byte == 0x5F || byte == 0x7E { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
        }.joined()
    }

    private static func replace(_ name: String, in page: String, with content: (String) -> String) -> String {
        guard let start = page.firstRange(of: "<!--\(name)-->"), let end = page.firstRange(of: "<!--/\(name)-->"),
            start.upperBound <= end.lowerBound
        else { return page }
        let block = String(page[start.upperBound..<end.lowerBound])
        return String(page[..<start.lowerBound]) + content(block) + String(page[end.upperBound...])
    }
}
