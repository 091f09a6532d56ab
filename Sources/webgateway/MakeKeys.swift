import ArgumentParser
import CommandLineSupport
import Foundation
import Glibc
import SwiftZMQ

/// `webgateway keygen`: a pair of CURVE certificates.
struct MakeKeys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a pair of CURVE certificates.",
        discussion: """
            Writes DIRECTORY/NAME.key, the public key, and DIRECTORY/NAME.key_secret, which only its owner can read, in \
            the format of czmq and pyzmq. Makes the directory where it is missing; never replaces a file.

              webgateway keygen keys gateway && webgateway keygen keys worker
              mkdir allowed && cp keys/worker.key allowed
              webgateway --workers 'tcp://*:5555' --curve-secret-key keys/gateway.key_secret --curve-allow allowed
              webgateway worker --connect tcp://HOST:5555 --service hello \\
                  --curve-secret-key keys/worker.key_secret --curve-server-key keys/gateway.key
            """
    )

    @Argument(help: "Where the files are written.")
    var directory: String

    @Argument(help: "What they are called, without their endings.")
    var name: String

    func validate() throws {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
            throw ValidationError("'\(name)': the name is part of a file's, without '/' and not beginning with '.'")
        }
    }

    func run() throws {
        let certificate = CurveCertificate(try .generate(), metadata: ["name": name])
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let paths = ["\(directory)/\(name).key", "\(directory)/\(name).key_secret"]
        var reserved: [String] = []
        do {
            for path in paths {
                try reserve(path)
                reserved.append(path)
            }
            try certificate.save(in: directory, name: name)
        } catch {
            for path in reserved { unlink(path) }
            throw error
        }
        StandardStreams.printLine("public key \(certificate.publicKey) in \(paths[0])")
        StandardStreams.printLine("secret key in \(paths[1])")
    }

    /// Takes the name for itself, empty, so that of two who want it one is refused.
    private func reserve(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw NotWritten(
                description: errno == EEXIST
                    ? "\(path) is there already and is not replaced: choose another name, or remove it"
                    : "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        close(file)
    }

    private struct NotWritten: Error, CustomStringConvertible {
        let description: String
    }
}
