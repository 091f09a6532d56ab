// A shopping cart as values: forms and how they are read, what a request asks of a cart, the rules of a cart, sessions in
// cookies, and the page. It knows neither workers nor where carts are kept.
//
// Read in this order: `Cart` (the rules), Requests/ (from a request to a `CartAction`), Forms/ (both encodings of HTML's
// forms), Pages/ (what is shown).
