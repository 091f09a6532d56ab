// swift-tools-version: 6.2

import PackageDescription

// CI turns every warning of this package into an error; a user's build does not.
let strict = Context.environment["CI"] != nil

// The tool that builds the documentation is fetched when it is wanted alone: `make docs`.
let documentation: [Package.Dependency] =
    Context.environment["DOCUMENTATION"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let language: [SwiftSetting] =
    [
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

let binding: [SwiftSetting] =
    language + [
        .enableExperimentalFeature("Lifetimes"),
        .strictMemorySafety(),
    ]

let package = Package(
    name: "SwiftZMQ",
    products: [
        .library(name: "SwiftZMQ", targets: ["SwiftZMQ"]),
        .library(name: "WorkerProtocol", targets: ["WorkerProtocol"]),
        .library(name: "Gateway", targets: ["Gateway"]),
        .library(name: "GatewayWorker", targets: ["GatewayWorker"]),
        .library(name: "PrometheusText", targets: ["PrometheusText"]),
        .executable(name: "pubsub", targets: ["pubsub"]),
        .executable(name: "pipeline", targets: ["pipeline"]),
        .executable(name: "webgateway", targets: ["webgateway"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ] + documentation,
    targets: [
        .systemLibrary(
            name: "CZMQ",
            providers: [.apt(["libzmq3-dev"]), .brew(["zeromq"])]
        ),
        .target(name: "SwiftZMQ", dependencies: ["CZMQ"], swiftSettings: binding),
        .target(name: "WorkerProtocol", dependencies: ["SwiftZMQ"], swiftSettings: language),
        .target(
            name: "Gateway",
            dependencies: [
                "SwiftZMQ",
                "WorkerProtocol",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: language
        ),
        .target(
            name: "PrometheusText",
            dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: language
        ),
        .target(
            name: "GatewayWorker",
            dependencies: [
                "SwiftZMQ",
                "WorkerProtocol",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: language
        ),
        .target(
            name: "DemonstrationServices",
            dependencies: [
                "GatewayWorker",
                "SwiftZMQ",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: language
        ),
        .target(
            name: "CommandLineSupport",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: language
        ),
        .target(name: "PublishSubscribe", dependencies: ["SwiftZMQ"], swiftSettings: language),
        .executableTarget(
            name: "pubsub",
            dependencies: [
                "CommandLineSupport",
                "PublishSubscribe",
                "SwiftZMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: language
        ),
        .target(
            name: "TaskPipeline",
            dependencies: ["SwiftZMQ", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: language
        ),
        .executableTarget(
            name: "pipeline",
            dependencies: [
                "CommandLineSupport",
                "SwiftZMQ",
                "TaskPipeline",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: language
        ),
        .executableTarget(
            name: "webgateway",
            dependencies: [
                "CommandLineSupport",
                "DemonstrationServices",
                "Gateway",
                "GatewayWorker",
                "PrometheusText",
                "SwiftZMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: language
        ),
        // Of a package of its own, Examples/swift-worker; here for the tests that run it.
        .executableTarget(
            name: "clock-worker", dependencies: ["GatewayWorker"], path: "Examples/swift-worker/Sources/ClockWorker"),
        .target(name: "ProcessSupport", path: "Tests/ProcessSupport", swiftSettings: language),
        .testTarget(name: "SwiftZMQTests", dependencies: ["ProcessSupport", "SwiftZMQ"], swiftSettings: language),
        .testTarget(
            name: "WorkerProtocolTests", dependencies: ["ProcessSupport", "SwiftZMQ", "WorkerProtocol"],
            swiftSettings: language),
        .testTarget(
            name: "PrometheusTextTests",
            dependencies: ["PrometheusText", .product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: language
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway",
                "ProcessSupport",
                "PrometheusText",
                "SwiftZMQ",
                "WorkerProtocol",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "GatewayWorkerTests",
            dependencies: [
                "GatewayWorker",
                "SwiftZMQ",
                "WorkerProtocol",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "DemonstrationServicesTests",
            dependencies: [
                "DemonstrationServices",
                "GatewayWorker",
                "SwiftZMQ",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: language
        ),
        .testTarget(name: "CommandLineSupportTests", dependencies: ["CommandLineSupport"], swiftSettings: language),
        .testTarget(
            name: "PublishSubscribeTests", dependencies: ["PublishSubscribe", "SwiftZMQ"], swiftSettings: language),
        .testTarget(
            name: "TaskPipelineTests", dependencies: ["ProcessSupport", "SwiftZMQ", "TaskPipeline"],
            swiftSettings: language),
        .executableTarget(
            name: "fault-worker",
            dependencies: [
                "GatewayWorker",
                "SwiftZMQ",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/FaultWorker",
            swiftSettings: language
        ),
        .testTarget(
            name: "FaultTests",
            dependencies: ["ProcessSupport", "fault-worker", "webgateway"],
            path: "Tests/Faults",
            swiftSettings: language
        ),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "CommandLineSupport",
                "Gateway",
                "GatewayWorker",
                "ProcessSupport",
                "SwiftZMQ",
                "TaskPipeline",
                "clock-worker",
                "pipeline",
                "pubsub",
                "webgateway",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: language
        ),
    ],
    swiftLanguageModes: [.v6]
)

// The adapter has targets of its own, as Hummingbird takes minutes to build and no program here needs it. A build that
// is not for it, such as one under a sanitizer, leaves it out.
if Context.environment["WITHOUT_HUMMINGBIRD"] == nil {
    package.products.append(.library(name: "HummingbirdWorker", targets: ["HummingbirdWorker"]))
    package.dependencies.append(
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []))
    package.targets += [
        .target(
            name: "HummingbirdWorker",
            dependencies: [
                "GatewayWorker",
                "SwiftZMQ",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: language
        ),
        .executableTarget(
            name: "shop-worker",
            dependencies: [
                "GatewayWorker",
                "HummingbirdWorker",
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Examples/swift-worker/Sources/ShopWorker"
        ),
        .testTarget(
            name: "HummingbirdWorkerTests",
            dependencies: [
                "Gateway",
                "GatewayWorker",
                "HummingbirdWorker",
                "ProcessSupport",
                "SwiftZMQ",
                "shop-worker",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: language
        ),
    ]
}
