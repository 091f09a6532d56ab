// swift-tools-version: 6.2

import PackageDescription

// The readers of the gateway under libFuzzer: `make libfuzzer`. A package of its own, as it is built with
// `-sanitize=fuzzer`, which no other program can be linked with.
let package = Package(
    name: "Fuzzer",
    dependencies: [
        .package(name: "SwiftZMQ", path: "../..", traits: ["Gateway"]),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "Fuzzer",
            dependencies: [
                .product(name: "Gateway", package: "SwiftZMQ"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftZMQ", package: "SwiftZMQ"),
                .product(name: "WorkerProtocol", package: "SwiftZMQ"),
            ],
            swiftSettings: [
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
