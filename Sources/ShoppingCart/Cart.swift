/// What somebody wants to buy: up to 100 items, each 1 to 999 times, in the order in which they came.
package struct Cart: Hashable, Sendable {
    /// One line of it.
    package struct Item: Hashable, Sendable {
        package let name: String
        package var amount: Int

        package init(name: String, amount: Int) {
            self.name = name
            self.amount = amount
        }
    }

    /// The most lines.
    package static let mostItems = 100
    /// How often one thing can be in it.
    package static let amounts = 1...999
    /// The most characters (Unicode scalars) of a name.
    package static let longestName = 100

    package private(set) var items: [Item]

    /// A cart with what was kept of it.
    package init(items: [Item] = []) {
        self.items = items
    }

    /// Adds to what is there, all of it or nothing.
    ///
    /// - Throws: what is wrong with the first of them that cannot be added; then nothing has changed.
    package mutating func add(_ additions: [Item]) throws(CartMistake) {
        var cart = self
        for addition in additions {
            try Self.check(addition)
            if let index = cart.items.firstIndex(where: { $0.name == addition.name }) {
                let sum = cart.items[index].amount + addition.amount
                guard Self.amounts.contains(sum) else {
                    throw CartMistake(
                        addition.name, "\(cart.items[index].amount) and \(addition.amount) are more than 999")
                }
                cart.items[index].amount = sum
            } else {
                try cart.append(addition)
            }
        }
        self = cart
    }

    /// Sets how often something is in the cart, whether or not it was there.
    ///
    /// - Throws: what is wrong with it; then nothing has changed.
    package mutating func set(_ item: Item) throws(CartMistake) {
        try Self.check(item)
        if let index = items.firstIndex(where: { $0.name == item.name }) {
            items[index].amount = item.amount
        } else {
            try append(item)
        }
    }

    /// Takes something out, if it is there.
    package mutating func remove(_ name: String) {
        items.removeAll { $0.name == name }
    }

    /// Takes everything out.
    package mutating func removeAll() {
        items = []
    }

    private mutating func append(_ item: Item) throws(CartMistake) {
        guard items.count < Self.mostItems else {
            throw CartMistake(item.name, "the cart has \(Self.mostItems) items already, and no room for another")
        }
        items.append(item)
    }

    private static func check(_ item: Item) throws(CartMistake) {
        try check(name: item.name)
        guard amounts.contains(item.amount) else { throw .amount(of: item.name) }
    }

    private static func check(name: String) throws(CartMistake) {
        guard !name.isEmpty else { throw CartMistake("", "an item needs a name") }
        guard name.unicodeScalars.count <= longestName else {
            throw CartMistake(name, "a name has at most \(longestName) characters")
        }
        guard !name.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
            throw CartMistake(name, "a name has no control characters")
        }
        // In a path these two are steps, however they are written.
        guard name != ".", name != ".." else { throw CartMistake(name, "no item can be called . or ..") }
    }
}

/// Something that a cart does not take.
package struct CartMistake: Error, Hashable, Sendable {
    /// The field that is wrong; nil where none is to blame.
    package let field: String?
    /// What is wrong with it.
    package let reason: String

    package init(_ field: String?, _ reason: String) {
        self.field = field.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(Cart.longestName))) }
        self.reason = reason
    }

    /// An amount that is none.
    package static func amount(of field: String) -> CartMistake {
        CartMistake(field, "an amount is a whole number from 1 to 999")
    }
}

extension Cart {
    /// The number that an amount is written as: digits alone; nil for anything else and what no cart takes.
    package static func amount(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), amounts.contains(number)
        else { return nil }
        return number
    }
}
