import Foundation
import Glibc
import ProcessSupport

/// A proxy of another make, which passes everything on to a gateway.
enum Proxy: String, Sendable {
    case nginx, haproxy

    /// Where it is installed; nil where it is not.
    var path: String? {
        ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"].map { $0 + rawValue }
            .first { access($0, X_OK) == 0 }
    }

    /// One that runs, and listens on a socket in a folder of its own.
    struct Running: Sendable {
        let program: RunningProgram
        let folder: String
        var socket: String { folder + "/s" }

        func stop() {
            program.signal(SIGKILL)
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    func start(before port: Int) async throws -> Running {
        guard let path else { throw BlockingClient.Failure(description: "\(rawValue) is not installed") }
        let folder = FileManager.default.temporaryDirectory.appending(path: "chain-\(getpid())-\(rawValue)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = folder + "/configuration"
        try configuration(folder, port).write(toFile: file, atomically: true, encoding: .utf8)
        let program =
            switch self {
            case .nginx: try RunningProgram(path, ["-c", file, "-p", folder, "-e", "stderr"])
            case .haproxy: try RunningProgram(path, ["-f", file, "-db"])
            }
        let running = Running(program: program, folder: folder)
        // It says nothing when it listens.
        for _ in 0..<500 {
            if (try? BlockingClient(path: running.socket)) != nil { return running }
            try await Task.sleep(for: .milliseconds(10))
        }
        program.signal(SIGKILL)
        throw BlockingClient.Failure(
            description: "\(rawValue) does not listen: \(program.errors.soFar.joined(separator: "\n"))")
    }

    private func configuration(_ folder: String, _ port: Int) -> String {
        switch self {
        case .nginx:
            """
            daemon off;
            master_process off;
            pid \(folder)/pid;
            error_log stderr;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path \(folder)/1;
                proxy_temp_path \(folder)/2;
                fastcgi_temp_path \(folder)/3;
                uwsgi_temp_path \(folder)/4;
                scgi_temp_path \(folder)/5;
                upstream gateway { server 127.0.0.1:\(port); keepalive 2; }
                server {
                    listen unix:\(folder)/s;
                    location / {
                        proxy_pass http://gateway;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_request_buffering off;
                    }
                }
            }

            """
        case .haproxy:
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 10s
                timeout server 10s
                http-reuse always
            frontend clients
                bind unix@\(folder)/s
                default_backend gateway
            backend gateway
                server gateway 127.0.0.1:\(port) maxconn 3

            """
        }
    }
}
