import Foundation

/// A request below `/cart`, from which the action is read.
package struct CartRequest: Sendable {
    package let method: String
    /// The path as it was sent, percent-encoded, without the query.
    package let path: String
    /// The query without the question mark; nil where there is none.
    package let query: String?
    /// The field `content-type`.
    package let contentType: String?
    package let body: [UInt8]

    package init(method: String, path: String, query: String? = nil, contentType: String? = nil, body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.contentType = contentType
        self.body = body
    }

    /// What is asked for.
    package func action() throws(CartRefusal) -> CartAction {
        switch path {
        case "/cart":
            switch method {
            case "GET", "HEAD": return .show
            case "DELETE": return .removeAll
            default: throw .methodNotAllowed(["GET", "HEAD", "DELETE"])
            }
        case "/cart/add":
            guard method == "POST" else { throw .methodNotAllowed(["POST"]) }
            return .add(try additions())
        default:
            let prefix = "/cart/items/"
            let segment = path.dropFirst(prefix.count)
            guard path.hasPrefix(prefix), !segment.isEmpty, !segment.contains("/") else { throw .notFound }
            let name = try text { () throws(FormMistake) in try URLEncodedForm.decodePathSegment(segment) }
            switch method {
            case "PUT": return .set(Cart.Item(name: name, amount: try amount()))
            case "DELETE": return .remove(name)
            case "POST": return try change(name)
            default: throw .methodNotAllowed(["PUT", "DELETE", "POST"])
            }
        }
    }

    // MARK: POST /cart/add

    private func additions() throws(CartRefusal) -> [Cart.Item] {
        let fields = try queryFields() + formFields()
        // The pair of a page, which has no other way to name what is typed into it.
        if fields.count == 2, let item = fields.first(where: { $0.name == "item" }),
            let amount = fields.first(where: { $0.name == "amount" })
        {
            guard !item.value.isEmpty else { throw .mistake(CartMistake("item", "an item needs a name")) }
            guard let number = Cart.amount(amount.value) else { throw .mistake(.amount(of: "amount")) }
            return [Cart.Item(name: item.value, amount: number)]
        }
        guard !fields.isEmpty else { throw .mistake(CartMistake(nil, "name an item and how many, such as pizza=1")) }
        var items: [Cart.Item] = []
        for field in fields {
            guard let amount = Cart.amount(field.value) else { throw .mistake(.amount(of: field.name)) }
            items.append(Cart.Item(name: field.name, amount: amount))
        }
        return items
    }

    private func queryFields() throws(CartRefusal) -> [FormField] {
        guard let query else { return [] }
        return try text { () throws(FormMistake) in try URLEncodedForm.fields(Array(query.utf8)) }
    }

    private func formFields() throws(CartRefusal) -> [FormField] {
        if body.isEmpty { return [] }
        switch try mediaType() {
        case let type? where type.name == "application/x-www-form-urlencoded":
            return try text { () throws(FormMistake) in try URLEncodedForm.fields(body) }
        case let type? where type.name == "multipart/form-data":
            return try text { () throws(FormMistake) in try MultipartForm(type).fields(body) }
        default: throw .unsupportedType(Self.formTypes)
        }
    }

    private static let formTypes = ["application/x-www-form-urlencoded", "multipart/form-data"]

    private func mediaType() throws(CartRefusal) -> MediaType? {
        guard let contentType else { return nil }
        guard let type = MediaType(contentType) else {
            throw .malformed(
                "the content type cannot be read: a boundary that has = or / in it, for example, stands in quotation marks"
            )
        }
        return type
    }

    // MARK: /cart/items/NAME

    private func change(_ name: String) throws(CartRefusal) -> CartAction {
        let fields = try queryFields() + formFields()
        let actions = fields.filter { $0.name == "action" }.map(\.value)
        // The button that was pressed wins over the field that is sent along.
        if actions == ["remove"] { return .remove(name) }
        guard actions.isEmpty || actions == ["change"] else {
            throw .mistake(CartMistake("action", "the action is remove or change"))
        }
        return .set(Cart.Item(name: name, amount: try amount(in: fields)))
    }

    private func amount() throws(CartRefusal) -> Int {
        switch try mediaType()?.name {
        case nil, "text/plain":
            // What a file or a shell sends ends with a new line.
            let text = String(decoding: body, as: UTF8.self)
            guard let amount = Cart.amount(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw .mistake(.amount(of: "amount"))
            }
            return amount
        case "application/json":
            guard (try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)) != nil else {
                throw .malformed("the body is not JSON")
            }
            guard let document = try? JSONDecoder().decode(AmountDocument.self, from: Data(body)),
                Cart.amounts.contains(document.amount)
            else { throw .mistake(.amount(of: "amount")) }
            return document.amount
        case "application/x-www-form-urlencoded", "multipart/form-data": return try amount(in: try formFields())
        default: throw .unsupportedType(["text/plain", "application/json"] + Self.formTypes)
        }
    }

    private struct AmountDocument: Decodable {
        let amount: Int
    }

    private func amount(in fields: [FormField]) throws(CartRefusal) -> Int {
        let amounts = fields.filter { $0.name == "amount" }
        guard amounts.count == 1, let amount = Cart.amount(amounts[0].value) else {
            throw .mistake(.amount(of: "amount"))
        }
        return amount
    }

    private func text<Value>(_ read: () throws(FormMistake) -> Value) throws(CartRefusal) -> Value {
        do throws(FormMistake) {
            return try read()
        } catch {
            switch error {
            case .malformed(let reason): throw .malformed(reason)
            case .file(let field): throw .mistake(CartMistake(field, "a file is no amount"))
            case .tooManyFields:
                throw .mistake(CartMistake(nil, "a form has at most \(Form.mostFields) fields"))
            }
        }
    }
}
