import TextFormats

/// What a program is answered.
package enum CartDocument {
    /// `{"items":[{"name":"pizza","amount":2}]}`.
    package static func json(_ cart: Cart) -> String {
        let items = cart.items.map { "{\"name\":\(JSONText.quote($0.name)),\"amount\":\($0.amount)}" }
        return "{\"items\":[\(items.joined(separator: ","))]}\n"
    }
}
