/// The limits of what is read of a request's head and of trailers.
struct RequestLimits {
    let targetSize: Int
    let headerSize: Int
    let fieldCount: Int

    init(_ settings: HTTPSettings) {
        targetSize = settings.maximumTargetSize
        headerSize = settings.maximumHeaderSize
        fieldCount = settings.maximumFieldCount
    }

    static let headTooLarge = RequestRejection(
        .headTooLarge, "The header fields are more than this server accepts.")
}
