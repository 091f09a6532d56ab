import Testing

@testable import ShoppingCart

/// The rules of a cart.
@Suite struct CartTests {
    @Test func `Items are added, set and removed`() throws {
        var cart = Cart()
        try cart.add([Cart.Item(name: "pizza", amount: 1), Cart.Item(name: "beer", amount: 2)])
        try cart.add([Cart.Item(name: "pizza", amount: 3)])
        #expect(cart.items == [Cart.Item(name: "pizza", amount: 4), Cart.Item(name: "beer", amount: 2)])
        try cart.set(Cart.Item(name: "beer", amount: 6))
        try cart.set(Cart.Item(name: "tea", amount: 1))
        cart.remove("pizza")
        cart.remove("nothing")
        #expect(cart.items == [Cart.Item(name: "beer", amount: 6), Cart.Item(name: "tea", amount: 1)])
        cart.removeAll()
        #expect(cart.items == [])
    }

    @Test(arguments: [
        "", String(repeating: "a", count: 101), "a\nb", "\u{0}", "\u{7F}", "\u{85}", ".", "..",
        "a" + String(repeating: "\u{301}", count: 100),
    ])
    func `A name that no item has is refused`(name: String) {
        var cart = Cart(items: [Cart.Item(name: "tea", amount: 1)])
        let before = cart
        #expect(throws: CartMistake.self) {
            try cart.add([Cart.Item(name: "beer", amount: 1), Cart.Item(name: name, amount: 1)])
        }
        #expect(throws: CartMistake.self) { try cart.set(Cart.Item(name: name, amount: 1)) }
        #expect(cart == before)
    }

    @Test(arguments: [
        "a", "你", "<b>", "{amount}", " ", "...", String(repeating: "é", count: 50), String(repeating: "a", count: 100),
    ])
    func `Any other name is taken`(name: String) throws {
        var cart = Cart()
        try cart.add([Cart.Item(name: name, amount: 999)])
        #expect(cart.items.map(\.name) == [name])
    }

    @Test func `Sums have the limits of amounts, and all is added or nothing`() throws {
        var cart = Cart(items: [Cart.Item(name: "tea", amount: 998)])
        try cart.add([Cart.Item(name: "tea", amount: 1)])
        let before = cart
        let mistake = #expect(throws: CartMistake.self) {
            try cart.add([Cart.Item(name: "beer", amount: 1), Cart.Item(name: "tea", amount: 1)])
        }
        #expect(mistake?.field == "tea")
        #expect(throws: CartMistake.self) {
            try cart.add([Cart.Item(name: "beer", amount: 999), Cart.Item(name: "beer", amount: 1)])
        }
        #expect(cart == before)
    }

    @Test func `A cart has at most a hundred items`() throws {
        var cart = Cart()
        try cart.add((0..<100).map { Cart.Item(name: "\($0)", amount: 1) })
        #expect(throws: CartMistake.self) { try cart.add([Cart.Item(name: "100", amount: 1)]) }
        #expect(throws: CartMistake.self) { try cart.set(Cart.Item(name: "100", amount: 1)) }
        try cart.add([Cart.Item(name: "99", amount: 1)])
        cart.remove("0")
        try cart.add([Cart.Item(name: "100", amount: 1)])
        #expect(cart.items.count == 100)
    }

    @Test(arguments: [
        ("1", 1), ("999", 999), ("007", 7), ("0", nil), ("1000", nil), ("-1", nil), ("+1", nil), ("1.0", nil),
        ("1e2", nil),
        ("", nil), (" 1", nil), ("1 ", nil), ("one", nil), ("99999999999999999999", nil), ("١", nil), ("0x1", nil),
    ])
    func `Amounts are whole numbers from 1 to 999`(text: String, amount: Int?) {
        #expect(Cart.amount(text) == amount)
    }

    @Test func `A cart is written as JSON`() {
        let cart = Cart(items: [Cart.Item(name: "a\"<\u{2028}\\", amount: 2), Cart.Item(name: "b", amount: 3)])
        #expect(
            CartDocument.json(cart)
                == "{\"items\":[{\"name\":\"a\\\"<\u{2028}\\\\\",\"amount\":2},{\"name\":\"b\",\"amount\":3}]}\n")
        #expect(CartDocument.json(Cart()) == "{\"items\":[]}\n")
    }

    private let template = """
        <!--mistake--><p>{reason}<!--/mistake--><!--empty--><p>nothing<!--/empty--><ul><!--item--><li id="i{number}">{name} \
        {amount} {path} {other}<!--/item--></ul>
        """

    @Test func `The page shows what is in the cart, and nothing of it is markup or a place to fill in`() {
        let page = CartPage(template: template)
        #expect(page.page(Cart()) == "<p>nothing<ul></ul>")
        let cart = Cart(items: [
            Cart.Item(name: "<b>&\"'", amount: 2), Cart.Item(name: "{amount}<!--item-->", amount: 3),
        ])
        #expect(
            page.page(cart, mistake: CartMistake("<i>", "{name} is wrong")) == """
                <p>“&lt;i&gt;”: {name} is wrong<ul><li id="i0">&lt;b&gt;&amp;&quot;&#39; 2 %3Cb%3E%26%22%27 {other}\
                <li id="i1">{amount}&lt;!--item--&gt; 3 %7Bamount%7D%3C%21--item--%3E {other}</ul>
                """)
    }
}
