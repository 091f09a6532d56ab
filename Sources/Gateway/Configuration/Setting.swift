/// One thing that can be set: by the flag `--NAME`, by the variable `WEBGATEWAY_NAME`, or by the key `NAME` of a
/// configuration file.
package struct Setting: Sendable {
    /// When a setting that was changed in the file takes effect.
    package enum Change: Sendable {
        /// As soon as the file is read again.
        case atOnce
        /// When the program is started anew.
        case restart
    }

    /// What one text means, or which rule it breaks.
    typealias Reader =
        @Sendable (_ values: [SettingText], _ settings: inout GatewaySettings) throws(SettingError) ->
        Void

    /// The name: lower case, words joined by hyphens.
    package let name: String
    /// What its value is called where it is described; empty for a switch, whose flag stands for `on` without a value.
    package let placeholder: String
    /// One sentence on what it does.
    package let summary: String
    /// The values that the default settings stand for; empty for a setting that is off.
    package let defaults: [String]
    /// Whether it may be given more than once.
    package let isRepeatable: Bool
    /// When a change takes effect.
    package let change: Change
    let read: Reader

    init(
        _ name: String, _ placeholder: String, _ summary: String, default defaults: String...,
        isRepeatable: Bool = false,
        change: Change = .atOnce, read: @escaping Reader
    ) {
        self.name = name
        self.placeholder = placeholder
        self.summary = summary
        self.defaults = defaults
        self.isRepeatable = isRepeatable
        self.change = change
        self.read = read
    }

    /// Makes a setting that has one value.
    init(
        _ name: String, _ placeholder: String, _ summary: String, default defaults: String..., change: Change = .atOnce,
        readOne:
            @escaping @Sendable (_ value: SettingText, _ settings: inout GatewaySettings) throws(SettingError) ->
            Void
    ) {
        self.name = name
        self.placeholder = placeholder
        self.summary = summary
        self.defaults = defaults
        isRepeatable = false
        self.change = change
        read = { (values, settings) throws(SettingError) in
            // The last of several flags wins, as it does in most programs.
            if let value = values.last { try readOne(value, &settings) }
        }
    }

    /// The flag on the command line.
    package var flag: String { "--\(name)" }
    /// The flag with what its value is called.
    package var usage: String { placeholder.isEmpty ? flag : "\(flag) \(placeholder)" }
    /// The variable of the environment.
    package var variable: String { Self.variablePrefix + name.uppercased().replacing("-", with: "_") }

    /// What the variables begin with.
    package static let variablePrefix = "WEBGATEWAY_"
    /// The variable that names the configuration file.
    package static let fileVariable = "WEBGATEWAY_CONFIG"

    /// The setting of a name.
    package init?(named name: String) {
        guard let setting = Self.all.first(where: { $0.name == name }) else { return nil }
        self = setting
    }
}
