/// What a request asks of a cart.
package enum CartAction: Hashable, Sendable {
    /// To show it.
    case show
    case add([Cart.Item])
    case set(Cart.Item)
    case remove(String)
    case removeAll

    /// Carries it out.
    ///
    /// - Throws: what the cart does not take; then it has not changed.
    package func apply(to cart: inout Cart) throws(CartMistake) {
        switch self {
        case .show: break
        case .add(let items): try cart.add(items)
        case .set(let item): try cart.set(item)
        case .remove(let name): cart.remove(name)
        case .removeAll: cart.removeAll()
        }
    }
}

/// Why a request is refused before a cart is looked at.
package enum CartRefusal: Error, Hashable, Sendable {
    /// 404: the path names nothing of a cart.
    case notFound
    /// 405: the methods that are allowed.
    case methodNotAllowed([String])
    /// 400: the path, the query or the body cannot be read.
    case malformed(String)
    /// 415: the content types that would be taken.
    case unsupportedType([String])
    /// 422: what is asked for cannot be.
    case mistake(CartMistake)
}
