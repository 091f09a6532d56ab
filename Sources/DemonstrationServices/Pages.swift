/// The pages that are part of the program, made of the files in Resources/.
enum Pages {
    /// What browsers may load for them: nothing of third parties, and no script or style within a page.
    static let policy = "default-src 'self'"

    /// The bundled site, by file name.
    static let site: [String: [UInt8]] = [
        "index.html": PackageResources.index_html, "style.css": PackageResources.style_css,
        "start.js": PackageResources.start_js, "icon.svg": PackageResources.icon_svg,
    ]

    /// The page of a cart, with places to fill in.
    static let cart = String(decoding: PackageResources.cart_html, as: UTF8.self)

    /// The style of all pages.
    static let style = PackageResources.style_css
}
