// swift-tools-version: 6.2

import PackageDescription

let language: [SwiftSetting] = [
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// The peers that Scripts/bench runs against each other: the same two programs in C and in Swift, a bare
// HTTP server, and a worker in C; and programs that count what a message allocates and how many instructions it takes,
// and look for leaks.
let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "SwiftZMQ", path: "..", traits: ["Gateway", "Programs"]),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "CPeer",
            linkerSettings: [.linkedLibrary("zmq")]
        ),
        .executableTarget(
            name: "SwiftPeer",
            dependencies: [.product(name: "SwiftZMQ", package: "SwiftZMQ")],
            swiftSettings: language
        ),
        .target(name: "CAllocations"),
        .executableTarget(
            name: "AllocationCount",
            dependencies: ["CAllocations", .product(name: "SwiftZMQ", package: "SwiftZMQ")],
            swiftSettings: language
        ),
        .executableTarget(
            name: "LeakCheck",
            dependencies: ["CAllocations", .product(name: "SwiftZMQ", package: "SwiftZMQ")],
            swiftSettings: language
        ),
        .target(name: "CInstructions", linkerSettings: [.linkedLibrary("zmq")]),
        .executableTarget(
            name: "InstructionCount",
            dependencies: ["CInstructions", .product(name: "SwiftZMQ", package: "SwiftZMQ")],
            swiftSettings: language
        ),
        .executableTarget(
            name: "CWorker",
            linkerSettings: [.linkedLibrary("zmq")]
        ),
        .executableTarget(
            name: "BareHTTP",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: language
        ),
    ],
    swiftLanguageModes: [.v6]
)
