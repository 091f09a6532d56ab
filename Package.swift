// swift-tools-version: 6.2

import PackageDescription

// Continuous integration turns every warning of this package into an error; a user's build does not, and neither does a
// user's continuous integration, where a variable as common as CI would be set, too.
let strict = Context.environment["WARNINGS_AS_ERRORS"] != nil

// The tool that builds the documentation is fetched when it is wanted alone: `make docs`.
let documentation: [Package.Dependency] =
    Context.environment["DOCUMENTATION"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

// The tests to build, by the names of their targets and with spaces between; all of them where it is not set. A build
// with a sanitizer takes those alone that are run under it: Scripts/test.
let wantedTests = Context.environment["TEST_TARGETS"].map { Set($0.split(separator: " ").map(String.init)) }

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

// A dependency that only a disabled trait uses is neither fetched nor built. What there is beside the binding stands
// behind traits therefore: whoever depends on the binding alone says `traits: []`, while a clone builds everything.
let gateway: TargetDependencyCondition? = .when(traits: ["Gateway"])
let worker: TargetDependencyCondition? = .when(traits: ["Gateway", "GatewayWorker"])
// What the gateway's own workers do without: services of swift-service-lifecycle.
let workerService: TargetDependencyCondition? = .when(traits: ["GatewayWorker"])
let hummingbird: TargetDependencyCondition? = .when(traits: ["HummingbirdWorker"])
let programs: TargetDependencyCondition? = .when(traits: ["Programs"])
let services: TargetDependencyCondition? = .when(traits: ["SwiftZMQServices"])
let everyProgram: TargetDependencyCondition? = .when(traits: ["Gateway", "Programs"])

let package = Package(
    name: "SwiftZMQ",
    products: [
        .library(name: "SwiftZMQ", targets: ["SwiftZMQ"]),
        .library(name: "SwiftZMQServices", targets: ["SwiftZMQServices"]),
        .library(name: "WorkerProtocol", targets: ["WorkerProtocol"]),
        .library(name: "Gateway", targets: ["Gateway"]),
        .library(name: "GatewayWorker", targets: ["GatewayWorker"]),
        .library(name: "HummingbirdWorker", targets: ["HummingbirdWorker"]),
        .library(name: "PrometheusText", targets: ["PrometheusText"]),
        .library(name: "MessagePassing", targets: ["MessagePassing"]),
        .library(name: "DistributedHashTable", targets: ["DistributedHashTable"]),
        .executable(name: "pubsub", targets: ["pubsub"]),
        .executable(name: "pipeline", targets: ["pipeline"]),
        .executable(name: "ranks", targets: ["ranks"]),
        .executable(name: "kademlia", targets: ["kademlia"]),
        .executable(name: "webgateway", targets: ["webgateway"]),
    ],
    traits: [
        .default(enabledTraits: ["Gateway", "GatewayWorker", "HummingbirdWorker", "Programs", "SwiftZMQServices"]),
        .trait(name: "Gateway", description: "The gateway: Gateway, PrometheusText and the program webgateway."),
        .trait(name: "GatewayWorker", description: "What a worker of the gateway is written with."),
        .trait(
            name: "HummingbirdWorker", description: "Runs a Hummingbird application as a worker of the gateway.",
            enabledTraits: ["GatewayWorker"]),
        .trait(
            name: "Programs",
            description: "The programs pubsub, pipeline, ranks and kademlia; MessagePassing and DistributedHashTable."),
        .trait(name: "SwiftZMQServices", description: "Sockets as services of swift-service-lifecycle."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ] + documentation,
    targets: [
        .systemLibrary(name: "CZMQ", providers: [.apt(["libzmq3-dev"])]),
        .target(name: "SwiftZMQ", dependencies: ["CZMQ"], swiftSettings: binding),
        .target(
            name: "SwiftZMQServices",
            dependencies: [
                "SwiftZMQ",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: services),
            ],
            swiftSettings: language
        ),
        .systemLibrary(name: "CSystemSupport"),
        .systemLibrary(name: "CCommandExecution"),
        .target(
            name: "SystemSupport", dependencies: ["CSystemSupport"], swiftSettings: language + [.strictMemorySafety()]),
        .target(name: "EndpointSupport", dependencies: ["SwiftZMQ", "SystemSupport"], swiftSettings: language),
        .target(name: "TextFormats", swiftSettings: language),
        .target(name: "TopicMatching", swiftSettings: language),
        .target(
            name: "CommandExecution", dependencies: ["CCommandExecution", "SystemSupport"], swiftSettings: language),
        .target(name: "WorkerProtocol", dependencies: ["SwiftZMQ"], swiftSettings: language),
        .target(
            name: "Gateway",
            dependencies: [
                "CommandExecution",
                "EndpointSupport",
                "SwiftZMQ",
                "SystemSupport",
                "TextFormats",
                "TopicMatching",
                "WorkerProtocol",
                .product(name: "DequeModule", package: "swift-collections", condition: gateway),
                .product(name: "Logging", package: "swift-log", condition: gateway),
                .product(name: "Metrics", package: "swift-metrics", condition: gateway),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio", condition: gateway),
                .product(name: "NIOCore", package: "swift-nio", condition: gateway),
                .product(name: "NIOPosix", package: "swift-nio", condition: gateway),
                .product(name: "NIOHPACK", package: "swift-nio-http2", condition: gateway),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: gateway),
                .product(name: "NIOHTTP2", package: "swift-nio-http2", condition: gateway),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: gateway),
                .product(name: "NIOTLS", package: "swift-nio", condition: gateway),
                .product(name: "Yams", package: "Yams", condition: gateway),
            ],
            resources: ["dashboard.css", "dashboard.html", "dashboard.js", "icon.svg"].map {
                .embedInCode("Resources/\($0)")
            },
            swiftSettings: language
        ),
        .target(
            name: "PrometheusText",
            dependencies: [.product(name: "CoreMetrics", package: "swift-metrics", condition: gateway)],
            swiftSettings: language
        ),
        .target(
            name: "GatewayWorker",
            dependencies: [
                "SwiftZMQ",
                "SystemSupport",
                "TextFormats",
                "WorkerProtocol",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: worker),
                .product(name: "Logging", package: "swift-log", condition: worker),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: workerService),
                .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: workerService),
            ],
            swiftSettings: language
        ),
        .target(
            name: "HummingbirdWorker",
            dependencies: [
                "GatewayWorker",
                "SwiftZMQ",
                .product(name: "Hummingbird", package: "hummingbird", condition: hummingbird),
                .product(name: "Logging", package: "swift-log", condition: hummingbird),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio", condition: hummingbird),
                .product(name: "NIOCore", package: "swift-nio", condition: hummingbird),
                .product(name: "NIOPosix", package: "swift-nio", condition: hummingbird),
            ],
            swiftSettings: language
        ),
        .systemLibrary(name: "CStaticSite"),
        .target(
            name: "StaticSite",
            dependencies: [
                "CStaticSite", "TextFormats",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: gateway),
            ],
            swiftSettings: language
        ),
        .target(name: "ShoppingCart", dependencies: ["TextFormats"], swiftSettings: language),
        .target(
            name: "DemonstrationServices",
            dependencies: [
                "GatewayWorker",
                "ShoppingCart",
                "StaticSite",
                "SwiftZMQ",
                "WorkerProtocol",
                .product(name: "GRDB", package: "GRDB.swift", condition: gateway),
                .product(name: "HTTPTypes", package: "swift-http-types", condition: gateway),
            ],
            // In the program itself, so that it can be copied anywhere.
            resources: ["cart.html", "icon.svg", "index.html", "start.js", "style.css"].map {
                .embedInCode("Resources/\($0)")
            },
            swiftSettings: language
        ),
        .target(
            name: "CommandLineSupport",
            dependencies: [
                "SwiftZMQ",
                "SystemSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: everyProgram),
                .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: everyProgram),
            ],
            swiftSettings: language
        ),
        // What libzmq has its CURVE from; Debian's libzmq3-dev brings it along.
        .systemLibrary(name: "CSodium", providers: [.apt(["libsodium-dev"])]),
        .target(
            name: "PublishSubscribe",
            dependencies: [
                "CommandExecution",
                "CSodium",
                "SwiftZMQ",
                "SystemSupport",
                "TextFormats",
                "TopicMatching",
                .product(name: "Histogram", package: "hdrhistogram-swift", condition: programs),
            ],
            swiftSettings: language
        ),
        .executableTarget(
            name: "pubsub",
            dependencies: [
                "CommandLineSupport",
                "EndpointSupport",
                "PublishSubscribe",
                "SwiftZMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: programs),
            ],
            swiftSettings: language
        ),
        .target(
            name: "TaskPipeline",
            dependencies: [
                "CommandExecution", "EndpointSupport", "SwiftZMQ", "SystemSupport", "TextFormats",
                .product(name: "Crypto", package: "swift-crypto", condition: programs),
            ],
            swiftSettings: language
        ),
        .executableTarget(
            name: "pipeline",
            dependencies: [
                "CommandExecution",
                "CommandLineSupport",
                "SwiftZMQ",
                "SystemSupport",
                "TaskPipeline",
                "TextFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: programs),
                .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: programs),
            ],
            swiftSettings: language
        ),
        .target(name: "MessagePassing", dependencies: ["SwiftZMQ", "SystemSupport"], swiftSettings: language),
        .target(
            name: "MessagePassingExamples", dependencies: ["MessagePassing"],
            path: "Examples/message-passing/Sources/MessagePassingExamples", swiftSettings: language),
        .executableTarget(
            name: "ranks",
            dependencies: [
                "CommandExecution",
                "CommandLineSupport",
                "MessagePassing",
                "MessagePassingExamples",
                "SwiftZMQ",
                "SystemSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: programs),
                .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: programs),
            ],
            swiftSettings: language
        ),
        .target(
            name: "DistributedHashTable",
            dependencies: [
                "SwiftZMQ",
                "SystemSupport",
                .product(name: "Crypto", package: "swift-crypto", condition: programs),
            ],
            swiftSettings: language
        ),
        .executableTarget(
            name: "kademlia",
            dependencies: [
                "CommandLineSupport",
                "DistributedHashTable",
                "SwiftZMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: programs),
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
                "SystemSupport",
                "TextFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: gateway),
                .product(name: "Logging", package: "swift-log", condition: gateway),
                .product(name: "Metrics", package: "swift-metrics", condition: gateway),
            ],
            swiftSettings: language
        ),
        // Of a package of its own, Examples/swift-worker; here for the tests that run it.
        .executableTarget(
            name: "clock-worker", dependencies: ["GatewayWorker"], path: "Examples/swift-worker/Sources/ClockWorker"),
        .executableTarget(
            name: "shop-worker",
            dependencies: [
                "GatewayWorker",
                "HummingbirdWorker",
                .product(name: "Hummingbird", package: "hummingbird", condition: hummingbird),
            ],
            path: "Examples/swift-worker/Sources/ShopWorker"
        ),
        .target(name: "ProcessSupport", path: "Tests/ProcessSupport", swiftSettings: language),
        .testTarget(name: "SwiftZMQTests", dependencies: ["ProcessSupport", "SwiftZMQ"], swiftSettings: language),
        .testTarget(
            name: "SwiftZMQServicesTests",
            dependencies: [
                "SwiftZMQ",
                "SwiftZMQServices",
                .product(name: "Logging", package: "swift-log", condition: services),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: services),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "TopicMatchingTests", dependencies: ["ProcessSupport", "TopicMatching"], swiftSettings: language),
        .testTarget(
            name: "WorkerProtocolTests", dependencies: ["ProcessSupport", "SwiftZMQ", "WorkerProtocol"],
            swiftSettings: language),
        .testTarget(
            name: "PrometheusTextTests",
            dependencies: [
                "PrometheusText", .product(name: "CoreMetrics", package: "swift-metrics", condition: gateway),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway",
                "ProcessSupport",
                "PrometheusText",
                "SwiftZMQ",
                "TextFormats",
                "WorkerProtocol",
                .product(name: "Logging", package: "swift-log", condition: gateway),
                .product(name: "Metrics", package: "swift-metrics", condition: gateway),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio", condition: gateway),
                .product(name: "NIOCore", package: "swift-nio", condition: gateway),
                .product(name: "NIOEmbedded", package: "swift-nio", condition: gateway),
                .product(name: "NIOHPACK", package: "swift-nio-http2", condition: gateway),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: gateway),
                .product(name: "NIOHTTP2", package: "swift-nio-http2", condition: gateway),
                .product(name: "NIOPosix", package: "swift-nio", condition: gateway),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "GatewayWorkerTests",
            dependencies: [
                "GatewayWorker",
                "ProcessSupport",
                "SwiftZMQ",
                "WorkerProtocol",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: worker),
                .product(name: "Logging", package: "swift-log", condition: worker),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "HummingbirdWorkerTests",
            dependencies: [
                "Gateway",
                "GatewayWorker",
                .target(name: "HummingbirdWorker", condition: hummingbird),
                "ProcessSupport",
                "SwiftZMQ",
                .target(name: "shop-worker", condition: hummingbird),
                .product(name: "HTTPTypes", package: "swift-http-types", condition: hummingbird),
                .product(name: "Hummingbird", package: "hummingbird", condition: hummingbird),
                .product(name: "Logging", package: "swift-log", condition: hummingbird),
                .product(name: "NIOCore", package: "swift-nio", condition: hummingbird),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: hummingbird),
                .product(name: "NIOPosix", package: "swift-nio", condition: hummingbird),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: hummingbird),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "StaticSiteTests",
            dependencies: [
                "ProcessSupport", "StaticSite", "TextFormats",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: gateway),
            ],
            swiftSettings: language
        ),
        .testTarget(name: "ShoppingCartTests", dependencies: ["ShoppingCart"], swiftSettings: language),
        .testTarget(
            name: "DemonstrationServicesTests",
            dependencies: [
                "DemonstrationServices",
                "GatewayWorker",
                "ProcessSupport",
                "ShoppingCart",
                "SwiftZMQ",
                .product(name: "GRDB", package: "GRDB.swift", condition: gateway),
                .product(name: "HTTPTypes", package: "swift-http-types", condition: gateway),
            ],
            swiftSettings: language
        ),
        .testTarget(
            name: "CommandExecutionTests", dependencies: ["CommandExecution", "ProcessSupport", "SystemSupport"],
            swiftSettings: language),
        .testTarget(name: "CommandLineSupportTests", dependencies: ["CommandLineSupport"], swiftSettings: language),
        .testTarget(
            name: "PublishSubscribeTests", dependencies: ["PublishSubscribe", "SwiftZMQ", "TextFormats"],
            swiftSettings: language),
        .testTarget(
            name: "TaskPipelineTests",
            dependencies: ["CommandExecution", "ProcessSupport", "SwiftZMQ", "TaskPipeline"],
            swiftSettings: language),
        // What the tests of MessagePassing run as the ranks' program.
        .executableTarget(
            name: "rank-program", dependencies: ["MessagePassing"], path: "Tests/RankProgram", swiftSettings: language),
        .testTarget(
            name: "MessagePassingTests",
            dependencies: [
                "MessagePassing", "MessagePassingExamples", "ProcessSupport", "SwiftZMQ", "rank-program", "ranks",
            ],
            swiftSettings: language),
        .testTarget(
            name: "DistributedHashTableTests",
            dependencies: ["DistributedHashTable", "ProcessSupport", "SwiftZMQ", "kademlia"],
            swiftSettings: language),
        .executableTarget(
            name: "fault-worker",
            dependencies: [
                "GatewayWorker",
                "SwiftZMQ",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: gateway),
                .product(name: "Logging", package: "swift-log", condition: gateway),
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
                "TextFormats",
                "clock-worker",
                "kademlia",
                "pipeline",
                "pubsub",
                "ranks",
                "webgateway",
                .product(name: "HTTPTypes", package: "swift-http-types", condition: gateway),
                .product(name: "Logging", package: "swift-log", condition: gateway),
                .product(name: "NIOCore", package: "swift-nio", condition: gateway),
                .product(name: "NIOHPACK", package: "swift-nio-http2", condition: gateway),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: gateway),
                .product(name: "NIOPosix", package: "swift-nio", condition: gateway),
            ],
            swiftSettings: language
        ),
    ],
    swiftLanguageModes: [.v6]
)

if let wantedTests {
    package.targets.removeAll { $0.type == .test && !wantedTests.contains($0.name) }
}
