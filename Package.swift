// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in CI; on a developer's machine they stay warnings, so that work in progress builds.
let strict = Context.environment["WHITTLE_STRICT"] != nil

let swiftSettings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny")]
    + (strict ? [.treatAllWarnings(as: .error)] : [])

/// A Swift target of the project. The edges listed here are the allowed imports: a new one is a decision
/// (`scripts/check-imports` fails on an import that is not an edge).
func target(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
    name: "whittle",
    products: [.executable(name: "whittle", targets: ["whittle"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "CArchive"),
        .systemLibrary(name: "CZstd"),
        .systemLibrary(name: "CDeflate"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CSQLite"),

        target("DockerfileSyntax"),
        target("OCI", [crypto]),
        target("BuildContext", ["CLinux", "CArchive", crypto, asyncHTTPClient, subprocess]),
        target("LayerFormat", ["OCI", "CLinux", "CArchive", "CZstd", "CDeflate", "CZlib"]),
        target("Inventory", ["OCI", "LayerFormat", "CZlib", "CSQLite"]),
        target("Registry", ["OCI", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL, "TOMLKit", subprocess]),
        target("Store", ["OCI", "LayerFormat", "CLinux", grdb]),
        target("Sandbox", ["CLinux"]),
        target("BuildGraph", ["DockerfileSyntax", "OCI"]),
        target(
            "Builder",
            [
                "BuildGraph", "BuildContext", "Store", "Sandbox", "Registry", "LayerFormat", "DockerfileSyntax", "OCI",
                "CLinux", nioCore,
            ]),
        target("Running", ["Builder", "Sandbox", "Store", "OCI", "CLinux"]),
        target("Analysis", ["OCI", "LayerFormat", "Inventory"]),
        target("Checks", ["DockerfileSyntax"]),
        target("Advisories", ["Inventory", "LayerFormat", "OCI", "CArchive", grdb, "Yams"]),
        target(
            "Slimming",
            [
                "Running", "Builder", "BuildContext", "Checks", "Registry", "DockerfileSyntax", "Inventory", "OCI",
                "Sandbox", "Store",
            ]),
        target(
            "Rendering",
            ["Advisories", "Inventory", "DockerfileSyntax", "OCI", "Builder", "Analysis", "Checks", "Slimming"]),
        .executableTarget(
            name: "whittle",
            dependencies: [
                "Builder", "BuildGraph", "BuildContext", "DockerfileSyntax", "OCI", "LayerFormat", "Registry", "Store",
                "Sandbox", "Running", "Slimming", "Analysis", "Advisories", "Checks", "Inventory", "Rendering",
                "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), subprocess, "Yams",
            ],
            swiftSettings: swiftSettings),

        target("TestSupport", ["OCI", nioCore, nioPosix, nioHTTP1, nioSSL]),
        tests("DockerfileSyntaxTests", ["DockerfileSyntax"]),
        tests("ChecksTests", ["Checks", "DockerfileSyntax"]),
        tests("OCITests", ["OCI"]),
        tests("LayerFormatTests", ["LayerFormat", "OCI", "CLinux"]),
        tests("InventoryTests", ["Inventory", "LayerFormat", "OCI", "CZlib", "CSQLite"]),
        tests("BuildContextTests", ["BuildContext", "CLinux", crypto]),
        tests("RegistryTests", ["Registry", "OCI", "TestSupport", subprocess]),
        tests("StoreTests", ["Store", "OCI", grdb]),
        tests("SandboxTests", ["Sandbox", "CLinux"]),
        tests("BuildGraphTests", ["BuildGraph", "DockerfileSyntax", "OCI"]),
        tests(
            "BuilderTests",
            ["Builder", "BuildContext", "BuildGraph", "DockerfileSyntax", "OCI", "Sandbox", "Store", "CLinux"]),
        tests("RunningTests", ["Running", "OCI"]),
        tests("SlimmingTests", ["Slimming", "Running", "Builder", "DockerfileSyntax", "OCI"]),
        tests("AdvisoriesTests", ["Advisories", "Inventory", "LayerFormat", "OCI", grdb]),
        tests("AnalysisTests", ["Analysis", "LayerFormat", "OCI"]),
        tests("CommandTests", ["whittle", "Analysis", "Checks", "TestSupport", subprocess]),
        tests(
            "RenderingTests",
            [
                "Rendering", "Builder", "BuildContext", "DockerfileSyntax", "OCI", "Registry", "Sandbox", "Store",
                "Checks", "Advisories", "Analysis", "Inventory", "LayerFormat", "Slimming",
            ]),
    ]
)
