// swift-tools-version: 6.2

import PackageDescription

// A package of its own, as a program that uses the libraries would be; `path` is where they lie.
let package = Package(
    name: "Workers",
    dependencies: [
        .package(name: "SwiftZMQ", path: "../..", traits: ["HummingbirdWorker"]),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "ClockWorker", dependencies: [.product(name: "GatewayWorker", package: "SwiftZMQ")]),
        .executableTarget(
            name: "ShopWorker",
            dependencies: [
                .product(name: "GatewayWorker", package: "SwiftZMQ"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdWorker", package: "SwiftZMQ"),
            ]),
    ]
)
