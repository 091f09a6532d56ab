/// What is wrong with how a response's body was written; for the log.
struct BodyError: Error, CustomStringConvertible {
    let description: String

    init(_ predicate: String) {
        description = "the response's body \(predicate)"
    }
}
