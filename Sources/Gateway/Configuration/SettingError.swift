/// Which rule a value breaks, and how it is mended.
struct SettingError: Error, Hashable {
    /// The value, where it was one of several or a part.
    let value: String
    /// How it is written instead.
    let remedy: String
}
