/// A folder of public certificates, read again as far as it has changed.
///
/// ``AuthenticationRule/certificates(in:)`` lets those in who are in one. By itself it is for a rule of your own, given
/// to ``AuthenticationRule/decided(by:)``. Any thread may ask.
public final class CertificateFolder: Sendable {
    private let path: String
    private let files = Locked<[String: File]>([:])

    private struct File {
        let status: FileSystem.Status
        /// Nil for a file that is no certificate.
        let key: CurveKey?
        /// Whether the file had been left alone long enough, when it was read, for its times to tell a later change.
        let isSettled: Bool
    }

    /// How long the times of files may stay the same although they change. FAT counts in steps of two seconds.
    private static let coarsestTime: Int64 = 2_500_000_000

    /// A folder by its path; it is read when it is first asked.
    public init(_ path: String) {
        self.path = path
    }

    /// Whether the folder has a certificate, in a file named `*.key`, of a public key.
    ///
    /// - Throws: ``ZMQError`` when the folder cannot be read. A file that cannot be read, or is no certificate, lets
    ///   nobody in.
    public func contains(_ key: CurveKey) throws(ZMQError) -> Bool {
        try files.withLock { files throws(ZMQError) in
            try refresh(&files)
            return files.values.contains { $0.key == key }
        }
    }

    private func refresh(_ files: inout [String: File]) throws(ZMQError) {
        var present: [String: File] = [:]
        let now = FileSystem.now
        for name in try FileSystem.names(in: path) where name.hasSuffix(".key") {
            let file = "\(path)/\(name)"
            // A file that is gone since, or cannot be read, is one that lets nobody in.
            guard let status = try? FileSystem.status(of: file), status.isRegular else { continue }
            if let known = files[name], known.isSettled, known.status == status {
                present[name] = known
                continue
            }
            let isSettled = max(status.modified, status.changed) < now - Self.coarsestTime
            present[name] = File(
                status: status, key: try? CurveCertificate(contentsOf: file).publicKey, isSettled: isSettled)
        }
        files = present
    }
}
