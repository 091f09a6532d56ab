// Services that show what the gateway does: `hello`, `echo`, a shopping cart, and files as a web site.
//
// `DemonstrationService` makes them by name. What a cart and a site do is in the modules ShoppingCart and StaticSite, as
// values; here are the handlers around them, the database of the carts, the pages (Resources/, which are part of the
// program), and the weather that the start page shows.
