import ArgumentParser

/// The options of every part.
struct CommonOptions: ParsableArguments {
    @Flag(help: "The classic chain: one frame a task, one frame a result, nothing reported back, nothing sent again.")
    var plain = false

    @Flag(help: "Show no progress and no summary, unless something went wrong.")
    var quiet = false

    /// Refuses what the classic chain cannot do.
    func refuse(_ option: String, because reason: String, if isGiven: Bool) throws {
        guard plain, isGiven else { return }
        throw ValidationError("\(option) does not go with --plain: \(reason)")
    }
}
