/// The version of the package, which all its programs say with `--version`.
public enum ProgramVersion {
    /// The number, by the rules of semantic versioning.
    public static let number = "0.3.0"
}
