// swift-tools-version: 6.2

import PackageDescription

let programs = ["RequestReply", "PublisherSubscriber", "PushPull", "RouterDealer", "Curve", "Monitor"]

// A package of its own, as a program that uses the binding would be; `path` is where the binding lies.
let package = Package(
    name: "Examples",
    dependencies: [.package(name: "SwiftZMQ", path: "../..", traits: [])],
    targets: programs.map { name in
        .executableTarget(name: name, dependencies: [.product(name: "SwiftZMQ", package: "SwiftZMQ")])
    }
)
