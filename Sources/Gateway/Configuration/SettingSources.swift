import TextFormats

/// Where settings come from: flags win over variables, those over the file, and that over the defaults.
///
/// A repeatable setting is taken whole from the first of them that has it.
package struct SettingSources: Sendable {
    /// The values of the flags that were given, by the settings' names.
    package var flags: [String: [String]]
    /// The environment; only variables that begin with `WEBGATEWAY_` count.
    package var environment: [String: String]
    /// The file, if there is one.
    package var file: ConfigurationFile?

    /// Makes the sources.
    package init(flags: [String: [String]] = [:], environment: [String: String] = [:], file: ConfigurationFile? = nil) {
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    /// The settings.
    ///
    /// - Throws: all mistakes in all sources, those in flags first. A mistaken value counts even where another source
    ///   would win over it.
    package func settings() throws(ConfigurationProblems) -> GatewaySettings {
        var settings = GatewaySettings()
        var problems: [ConfigurationProblem] = []
        // From the weakest to the strongest, so that the last to set a value wins.
        problems += file?.problems ?? []
        settings.gateway.routes = file?.routes ?? []
        for setting in Setting.all {
            if let values = file?.values[setting.name], !values.isEmpty {
                // The file has been checked by itself, so that its mistakes are told with their lines.
                apply(
                    setting, values.map(\.text), .file(file?.name ?? "", line: values[0].line, key: setting.name),
                    &settings, &problems)
            }
        }
        var strong: [ConfigurationProblem] = []
        for setting in Setting.all {
            if let value = environment[setting.variable] {
                let values =
                    setting.isRepeatable
                    ? value.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmingBlanks) }
                    : [value]
                apply(setting, values, .variable(setting.variable), &settings, &strong)
            }
        }
        var strongest: [ConfigurationProblem] = []
        for setting in Setting.all {
            if let values = flags[setting.name], !values.isEmpty {
                apply(setting, values, .flag(setting.flag), &settings, &strongest)
            }
        }
        problems = strongest + strong + problems
        if problems.isEmpty, let mistake = settings.gateway.securityMistake ?? settings.gateway.tlsMistake {
            problems = [problem(with: mistake.setting, mistake.value, remedy: mistake.remedy)]
        }
        if problems.isEmpty { problems = addPrograms(to: &settings) }
        guard problems.isEmpty else { throw ConfigurationProblems(problems: problems) }
        return settings
    }

    /// Puts the program of `run` and those of the file together.
    private func addPrograms(to settings: inout GatewaySettings) -> [ConfigurationProblem] {
        settings.gateway.programs = file?.programs ?? []
        guard let command = settings.run else {
            guard let counts = settings.texts["run-count"]?.last else { return [] }
            return [
                problem(
                    with: "run-count", counts,
                    remedy: "it is for the program of --run, and there is none; a program of the file has its own count"
                )
            ]
        }
        guard let name = ProgramConfiguration.name(of: command) else {
            let remedy = "its first word is not fit for its name; give it one by programs: in a file"
            return [problem(with: "run", command, remedy: remedy)]
        }
        guard !settings.gateway.programs.contains(where: { $0.name == name }) else {
            let remedy = "the file has a program \(name) already; give that one another name"
            return [problem(with: "run", command, remedy: remedy)]
        }
        var program = ProgramConfiguration(name: name, run: command)
        program.count = settings.runCount
        settings.gateway.programs.insert(program, at: 0)
        return []
    }

    /// What is wrong with the files and folders that settings name, which a gateway would not start with.
    package func problems(ofFilesIn settings: GatewaySettings) -> [ConfigurationProblem] {
        problems(ofCurveFilesIn: settings) + problems(ofTLSFilesIn: settings)
    }

    /// What is wrong with the files of HTTPS alone, which can be read anew while the program runs.
    package func problems(ofTLSFilesIn settings: GatewaySettings) -> [ConfigurationProblem] {
        TLSCredentials.mistakes(in: settings.gateway).map { problem(with: $0.setting, $0.value, remedy: $0.reason) }
    }

    /// What a gateway would start with and an operator should know all the same: certificates that have expired or are not
    /// valid yet.
    package func warnings(ofFilesIn settings: GatewaySettings) -> [ConfigurationProblem] {
        let credentials = try? TLSCredentials(settings.gateway)
        return (credentials?.warnings ?? []).map { problem(with: $0.setting, $0.value, remedy: $0.reason) }
    }

    private func problems(ofCurveFilesIn settings: GatewaySettings) -> [ConfigurationProblem] {
        do throws(CurveAccess.CurveMistake) {
            _ = try CurveAccess(checking: settings.gateway)
            return []
        } catch {
            return [problem(with: error.setting, error.value, remedy: error.reason)]
        }
    }

    private func problem(with setting: String, _ value: String, remedy: String) -> ConfigurationProblem {
        let origin = Setting(named: setting).map(origin) ?? SettingOrigin.flag("--\(setting)")
        return ConfigurationProblem(SettingError(value: value, remedy: remedy), at: origin)
    }

    /// The variables that begin as this program's do and are none of its own, in alphabetical order.
    package var unknownVariables: [String] {
        let known = Set(Setting.all.map(\.variable) + [Setting.fileVariable] + ProgramReader.given)
        return environment.keys.filter { $0.hasPrefix(Setting.variablePrefix) && !known.contains($0) }.sorted()
    }

    /// Where the value of a setting that was given comes from.
    private func origin(of setting: Setting) -> SettingOrigin {
        if flags[setting.name]?.isEmpty == false { return .flag(setting.flag) }
        if environment[setting.variable] != nil { return .variable(setting.variable) }
        guard let file, let first = file.values[setting.name]?.first else { return .flag(setting.flag) }
        return .file(file.name, line: first.line, key: setting.name)
    }

    private func apply(
        _ setting: Setting, _ values: [String], _ origin: SettingOrigin, _ settings: inout GatewaySettings,
        _ problems: inout [ConfigurationProblem]
    ) {
        do throws(SettingError) {
            try setting.read(values.map(SettingText.init), &settings)
            settings.texts[setting.name] = values
        } catch {
            problems.append(ConfigurationProblem(error, at: origin))
        }
    }
}
