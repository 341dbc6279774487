// swift-tools-version: 6.0
import PackageDescription

// Sources are grouped by floor: the folder list is the architecture (docs/architecture.md, section 3).
// Every dependency below is also listed there; `ArchitectureTests` holds the `import` lines against that table.

func module(_ name: String, floor: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(floor)/\(name)")
}

func tests(
    _ name: String, floor: String, fixtures: Bool = false, _ dependencies: [Target.Dependency]
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestSupport"],
        path: "Tests/\(floor)/\(name)Tests", exclude: fixtures ? ["Fixtures"] : [])
}

func system(_ name: String, pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/Native/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "finetune",
    products: [.executable(name: "finetune", targets: ["finetune"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // 1 Native
        system("SystemHDF5", pkgConfig: "hdf5", apt: "libhdf5-dev"),
        system("SystemOpenBLAS", pkgConfig: "openblas", apt: "libopenblas-openmp-dev"),
        system("CZip", pkgConfig: "libzip", apt: "libzip-dev"),
        system("CDeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("SystemPNG", pkgConfig: "libpng", apt: "libpng-dev"),
        system("SystemJPEG", pkgConfig: "libjpeg", apt: "libjpeg62-turbo-dev"),
        .target(
            name: "CKernels", path: "Sources/Native/CKernels",
            cSettings: [.define("_GNU_SOURCE")], linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),
        .target(name: "COpenBLAS", dependencies: ["SystemOpenBLAS", "CKernels"], path: "Sources/Native/COpenBLAS"),
        .target(
            name: "COneDNN", path: "Sources/Native/COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "CProcess", path: "Sources/Native/CProcess"),
        .target(name: "CHDF5", dependencies: ["SystemHDF5"], path: "Sources/Native/CHDF5"),
        system("SystemEdit", pkgConfig: "libedit", apt: "libedit-dev"),
        .target(name: "CLineEdit", dependencies: ["SystemEdit"], path: "Sources/Native/CLineEdit"),
        .target(
            name: "CImages", dependencies: ["SystemPNG", "SystemJPEG"], path: "Sources/Native/CImages"),

        // 2 Core
        module("JSON", floor: "Core", [collections]),
        module("Tensors", floor: "Core", ["CCrypto"]),
        module("Statistics", floor: "Core", ["Tensors"]),

        // 3 Engine
        module("Graph", floor: "Engine", ["Tensors"]),
        module("Kernels", floor: "Engine", ["Tensors", "CKernels", "COpenBLAS", "COneDNN"]),
        module("Runtime", floor: "Engine", ["Tensors", "Graph", "Kernels"]),

        // 4 Model
        module("Layers", floor: "Model", ["Tensors", "JSON", "Graph", collections]),
        module("Checkpoints", floor: "Model", ["Tensors", "JSON", "CHDF5", "CProcess", "CZip", collections]),
        module("Keras", floor: "Model", ["Tensors", "JSON", "Layers", "Checkpoints", collections]),

        // 5 Practice
        module("Data", floor: "Practice", ["Tensors", "Checkpoints", "CDeflate", "CImages", collections]),
        module(
            "Training", floor: "Practice",
            ["Tensors", "Statistics", "Graph", "Kernels", "Runtime", "Layers", "Data", collections]),
        module("Tracking", floor: "Practice", ["Tensors", "Statistics", "JSON", "Data", "Training", collections]),

        // 6 App
        .target(
            name: "Recipes",
            dependencies: [
                "Tensors", "Statistics", "JSON", "Graph", "Kernels", "Runtime", "Layers", "Checkpoints", "Keras",
                "Data", "Training", "Tracking", "CLineEdit", collections,
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/App/Recipes"),
        .executableTarget(
            name: "finetune", dependencies: ["Recipes", "JSON", arguments], path: "Sources/App/finetune"),

        // Tests mirror the sources
        .target(name: "CTestReading", path: "Tests/CTestReading"),
        .target(name: "CTestTerminal", path: "Tests/CTestTerminal"),
        .target(
            name: "TestSupport", dependencies: ["Tensors", "JSON", "Graph", "Checkpoints", "CTestReading"],
            path: "Tests/TestSupport"),
        tests("JSON", floor: "Core", ["JSON"]),
        tests("Tensors", floor: "Core", ["Tensors"]),
        tests("Statistics", floor: "Core", fixtures: true, ["Statistics", "Tensors"]),
        tests("Graph", floor: "Engine", ["Graph", "Tensors"]),
        tests("Kernels", floor: "Engine", ["Kernels", "Graph", "Tensors"]),
        tests("Runtime", floor: "Engine", ["Runtime", "Kernels", "Graph", "Tensors"]),
        tests("Layers", floor: "Model", ["Layers", "Runtime", "Graph", "Tensors", "JSON"]),
        tests("Checkpoints", floor: "Model", fixtures: true, ["Checkpoints", "Tensors", "JSON"]),
        tests(
            "Keras", floor: "Model", fixtures: true,
            ["Keras", "Layers", "Checkpoints", "Runtime", "Graph", "Tensors", "JSON"]),
        tests("Data", floor: "Practice", fixtures: true, ["Data", "Tensors", "Checkpoints"]),
        tests(
            "Training", floor: "Practice", fixtures: true,
            ["Training", "Data", "Layers", "Runtime", "Kernels", "Graph", "Tensors", "Checkpoints"]),
        tests("Tracking", floor: "Practice", fixtures: true, ["Tracking", "Training", "Data", "JSON", "Tensors"]),
        tests(
            "Recipes", floor: "App", fixtures: true,
            ["Recipes", "Keras", "Layers", "Checkpoints", "Data", "Training", "Tracking", "JSON", "Tensors"]),
        .testTarget(
            name: "finetuneTests", dependencies: ["TestSupport", "CTestTerminal", "JSON", "Checkpoints", "Tensors"],
            path: "Tests/App/finetuneTests"),
        .testTarget(name: "ArchitectureTests", path: "Tests/ArchitectureTests"),
    ],
    swiftLanguageModes: [.v6]
)

// `scripts/fuzz` builds this, with coverage and without a `main` of its own: libFuzzer has it.
if Context.environment["FINETUNE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["Checkpoints", "Keras", "Layers", "JSON", "Tensors"], path: "Tests/Fuzz"))
}

// `benchmarks/run-opening` builds this.
if Context.environment["FINETUNE_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "opening", dependencies: ["Checkpoints", "Keras", "Layers"], path: "benchmarks/opening",
            exclude: ["make_model.py", "read_h5py.py"]))
}
