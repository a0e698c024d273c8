// swift-tools-version: 6.2

// The module table of the whole system. One row per module; everything else in this file derives from the
// rows. Arrows point down only: a row that uses a module of a higher layer, or a peer in a layer that does
// not allow peers, stops the build here.

import Foundation
import PackageDescription

/// The layers, lowest first.
///
/// See `ARCHITECTURE.md`, section "Layers".
enum Layer: String, CaseIterable, Comparable {
    case system, encoding, ipld, chain, engine, service, composition, command

    static func < (a: Layer, b: Layer) -> Bool {
        (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }

    /// Services talk over JSON-RPC only, and commands are leaves; neither may import a neighbour.
    var allowsPeers: Bool { self != .service && self != .command }
}

/// What a module is made of.
enum Kind {
    /// Swift code.
    case swift
    /// Swift code of an executable.
    case executable
    /// Headers of an installed C library and a module map.
    case systemLibrary
    /// Our own C code: kernels and shims.
    case c(flags: [String] = [])
    /// A C++ shim around a C++ library, with a C header.
    case cxx
}

struct Module {
    let name: String
    let layer: Layer
    let kind: Kind
    let uses: [String]
    /// Whether the module is optimised in debug builds too.
    ///
    /// For byte and limb loops that every test of every other module runs through.
    let isAlwaysOptimized: Bool

    init(
        _ name: String,
        _ layer: Layer,
        _ kind: Kind = .swift,
        uses: [String] = [],
        isAlwaysOptimized: Bool = false
    ) {
        self.name = name
        self.layer = layer
        self.kind = kind
        self.uses = uses
        self.isAlwaysOptimized = isAlwaysOptimized
    }

    var path: String { "Sources/\(layer.rawValue)/\(name)" }
}

let modules: [Module] = [
    // Installed C libraries, one module map each.
    Module("CBlst", .system, .systemLibrary),
    Module("CGMP", .system, .systemLibrary),
    Module("CHTTPParser", .system, .systemLibrary),
    Module("CMariaDB", .system, .systemLibrary),
    Module("COpenSSL", .system, .systemLibrary),
    Module("CRocksDB", .system, .systemLibrary),
    Module("CSecp256k1", .system, .systemLibrary),
    Module("CSodium", .system, .systemLibrary),
    Module("CSQLite", .system, .systemLibrary),
    Module("CUV", .system, .systemLibrary),
    Module("CWslay", .system, .systemLibrary),
    Module("CZlib", .system, .systemLibrary),
    Module("CZstd", .system, .systemLibrary),
    // Our own kernels and shims.
    Module("CAllocationCounter", .system, .c(flags: ["-O2"])),
    Module("CFieldKernels", .system, .c(flags: ["-O3"]), uses: ["CBlst"]),
    Module("CProcess", .system, .c()),
    Module("CSealKernels", .system, .c(flags: ["-O3"])),
    Module("CTomlPlusPlus", .system, .cxx),

    Module("BigIntegers", .encoding, uses: ["CGMP"], isAlwaysOptimized: true),
    Module("BitFields", .encoding, uses: ["Bytes", "CBOR"], isAlwaysOptimized: true),
    Module("BLS12381", .encoding, uses: ["CBlst", "CFieldKernels"]),
    Module("Bytes", .encoding, isAlwaysOptimized: true),
    Module("CBOR", .encoding, uses: ["BigIntegers", "Bytes"], isAlwaysOptimized: true),
    Module("Compression", .encoding, uses: ["CZlib", "CZstd"]),
    Module("Hashing", .encoding, uses: ["Bytes", "COpenSSL", "CSodium"], isAlwaysOptimized: true),
    Module("JSON", .encoding, uses: ["Bytes"]),
    Module("TOML", .encoding, uses: ["CTomlPlusPlus"]),

    Module("Multiformats", .ipld, uses: ["Bytes", "CBOR", "Hashing"], isAlwaysOptimized: true),
    Module(
        "IPLD",
        .ipld,
        uses: ["BigIntegers", "BitFields", "Bytes", "CBOR", "Hashing", "JSON", "Multiformats"]
    ),

    Module(
        "FilecoinTypes",
        .chain,
        uses: [
            "BigIntegers", "BitFields", "Bytes", "CBOR", "Hashing", "IPLD", "JSON", "Multiformats",
        ]
    ),
    Module(
        "FilecoinCrypto",
        .chain,
        uses: [
            "BigIntegers", "BLS12381", "Bytes", "CBOR", "CSecp256k1", "FilecoinTypes", "Hashing",
            "IPLD", "JSON", "Multiformats",
        ]
    ),
    Module("NetworkParameters", .chain, uses: ["BigIntegers", "Bytes", "FilecoinTypes", "JSON"]),

    // What benchmark programs share.
    Module("Benchmarking", .engine, uses: ["JSON"]),
    // Proofs.
    Module("Poseidon", .engine, uses: ["BLS12381", "Bytes", "CSealKernels", "Hashing", "JSON"]),
    Module("ProofSystem", .engine, uses: ["BLS12381", "Bytes", "Hashing"]),
    Module(
        "StorageCircuits",
        .engine,
        uses: [
            "BLS12381", "Bytes", "Hashing", "JSON", "Multiformats", "Poseidon", "ProofSystem",
            "StorageProofs",
        ]
    ),
    Module(
        "StorageProofs",
        .engine,
        uses: [
            "BLS12381", "Bytes", "Compression", "CSealKernels", "CSodium", "FilecoinTypes",
            "Hashing", "JSON",
            "Multiformats", "Poseidon",
        ]
    ),
    // State machine.
    Module(
        "ActorRuntime",
        .engine,
        uses: [
            "BigIntegers", "BitFields", "Bytes", "CBOR", "FilecoinCrypto", "FilecoinTypes",
            "Hashing", "IPLD",
            "Multiformats", "NetworkParameters",
        ]
    ),
    Module(
        "BuiltinActors",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "Bytes", "CBOR", "FilecoinCrypto",
            "FilecoinTypes", "Hashing",
            "IPLD", "Multiformats", "NetworkParameters",
        ]
    ),
    Module(
        "StateMachine",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "Bytes", "CBOR",
            "FilecoinCrypto",
            "FilecoinTypes", "Hashing", "IPLD", "JSON", "Multiformats", "NetworkParameters",
        ]
    ),
    Module(
        "StateInspection",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "Bytes", "CBOR",
            "FilecoinTypes", "IPLD", "JSON", "Multiformats",
        ]
    ),
    Module(
        "Genesis",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "Bytes", "CBOR",
            "FilecoinCrypto", "FilecoinTypes", "Hashing", "IPLD", "JSON", "Multiformats",
            "NetworkParameters", "StateMachine", "StorageProofs",
        ]
    ),
    // Checks of everything above against test data; services must not use it.
    Module(
        "Conformance",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BLS12381", "BuiltinActors", "Bytes",
            "CBOR", "Compression", "Consensus", "FilecoinCrypto", "FilecoinTypes", "HTTP",
            "Hashing", "IPLD", "JSON", "Multiformats", "ProofSystem", "ServiceKit",
            "StateInspection", "StateMachine", "StorageCircuits", "StorageProofs",
        ]
    ),
    // The chain's rules.
    Module(
        "StateView",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "CBOR", "FilecoinTypes",
            "IPLD", "Multiformats", "NetworkParameters",
        ]
    ),
    Module(
        "Consensus",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "Bytes", "CBOR",
            "ChainStore", "EventLoop", "FilecoinCrypto", "FilecoinTypes", "IPLD",
            "KeyValueStore", "Multiformats", "NetworkParameters", "SQLStore", "StateMachine",
            "StateView", "StorageCircuits", "StorageProofs",
        ]
    ),
    // Communication.
    Module("EventLoop", .engine, uses: ["COpenSSL", "CUV"]),
    Module("HTTP", .engine, uses: ["CHTTPParser", "COpenSSL", "CWslay", "EventLoop"]),
    Module("JSONRPC", .engine, uses: ["EventLoop", "HTTP", "JSON", "ServiceKit"]),
    // Storage and what every service needs.
    Module("KeyValueStore", .engine, uses: ["Bytes", "CRocksDB"]),
    Module(
        "ChainStore",
        .engine,
        uses: [
            "BigIntegers", "Bytes", "CBOR", "Compression", "FilecoinCrypto", "FilecoinTypes",
            "Hashing", "IPLD",
            "KeyValueStore", "Multiformats",
        ]
    ),
    // Messages that wait for a block.
    Module(
        "MessagePool",
        .engine,
        uses: [
            "ActorRuntime", "BigIntegers", "CBOR", "ChainStore", "FilecoinCrypto", "FilecoinTypes",
            "JSON", "KeyValueStore", "Multiformats", "NetworkParameters",
        ]
    ),
    Module("SQLStore", .engine, uses: ["Bytes", "CMariaDB", "CSQLite"]),
    Module("ServiceKit", .engine, uses: ["Bytes", "Hashing", "JSON", "TOML"]),
    // What services tell each other: types, routes and clients.
    Module(
        "VenusAPI",
        .engine,
        uses: [
            "BitFields", "Bytes", "EventLoop", "FilecoinCrypto", "FilecoinTypes", "HTTP", "JSON",
            "JSONRPC",
            "Multiformats", "NetworkParameters", "ServiceKit",
        ]
    ),

    // Services.
    Module(
        "Auth",
        .service,
        uses: [
            "Bytes", "EventLoop", "FilecoinTypes", "HTTP", "JSON", "SQLStore", "ServiceKit",
            "VenusAPI",
        ]
    ),
    Module(
        "Messager",
        .service,
        uses: [
            "ActorRuntime", "BigIntegers", "BuiltinActors", "Bytes", "CBOR", "EventLoop",
            "FilecoinTypes", "HTTP", "JSON", "JSONRPC", "Multiformats", "SQLStore", "ServiceKit",
            "StateInspection", "VenusAPI",
        ]
    ),
    Module(
        "Miner",
        .service,
        uses: [
            "BigIntegers", "BitFields", "Bytes", "CBOR", "Consensus", "EventLoop",
            "FilecoinCrypto", "FilecoinTypes", "HTTP", "JSON", "JSONRPC", "Multiformats",
            "SQLStore", "ServiceKit", "VenusAPI",
        ]
    ),
    Module(
        "SectorManager",
        .service,
        uses: [
            "BigIntegers", "BitFields", "BuiltinActors", "Bytes", "CBOR", "CProcess", "EventLoop",
            "FilecoinCrypto", "FilecoinTypes", "HTTP", "Hashing", "JSON", "JSONRPC",
            "Multiformats", "NetworkParameters", "SQLStore", "ServiceKit", "StorageCircuits",
            "StorageProofs", "VenusAPI",
        ]
    ),
    Module(
        "Wallet",
        .service,
        uses: [
            "BigIntegers", "BuiltinActors", "Bytes", "CBOR", "EventLoop", "FilecoinCrypto",
            "FilecoinTypes", "HTTP", "Hashing", "JSON", "JSONRPC", "Multiformats", "SQLStore",
            "ServiceKit", "VenusAPI",
        ]
    ),

    Module(
        "Node",
        .service,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "Bytes", "CBOR",
            "ChainStore", "Compression", "Consensus", "EventLoop", "FilecoinCrypto",
            "FilecoinTypes", "Genesis", "HTTP", "Hashing", "IPLD", "JSON", "JSONRPC",
            "KeyValueStore", "MessagePool", "Multiformats", "NetworkParameters", "ServiceKit",
            "StateInspection", "StateMachine", "StateView", "StorageCircuits",
            "StorageProofs", "VenusAPI",
        ]
    ),

    // Checks against test data with mocks that no service may use: whole chains, then services.
    Module(
        "ChainConformance",
        .composition,
        uses: [
            "ActorRuntime", "BigIntegers", "BuiltinActors", "Bytes", "CBOR", "ChainStore",
            "Conformance",
            "Consensus", "FilecoinCrypto", "FilecoinTypes", "Genesis", "Hashing", "IPLD", "JSON",
            "KeyValueStore", "Multiformats", "NetworkParameters", "ProofSystem", "StateMachine",
            "StateView", "StorageCircuits",
        ]
    ),
    Module(
        "NodeConformance",
        .composition,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "Bytes",
            "ChainConformance", "ChainStore", "Compression",
            "Conformance", "Consensus", "EventLoop", "FilecoinCrypto", "FilecoinTypes",
            "HTTP", "IPLD", "JSON", "JSONRPC", "KeyValueStore", "Multiformats",
            "NetworkParameters", "Node", "ServiceKit", "StateInspection", "TimeLapse", "VenusAPI",
        ]
    ),

    // Checks of proofs against what the reference computed.
    Module(
        "ProofConformance",
        .composition,
        uses: [
            "BLS12381", "Bytes", "Conformance", "FilecoinTypes", "Hashing", "JSON", "Multiformats",
            "Poseidon", "ProofSystem", "StorageCircuits", "StorageProofs",
        ]
    ),

    // Whole proving periods in minutes: the protocol clock jumps, and every tipset's money is checked.
    Module(
        "TimeLapse",
        .composition,
        uses: [
            "ActorRuntime", "BigIntegers", "BitFields", "BuiltinActors", "CBOR", "ChainStore",
            "Consensus",
            "EventLoop", "FilecoinTypes", "Multiformats", "NetworkParameters", "Node", "Pool",
            "ServiceKit", "StateMachine", "StateView",
        ]
    ),
    Module(
        "MessagerConformance",
        .composition,
        uses: [
            "Auth", "BigIntegers", "Bytes", "CBOR", "Compression", "Conformance", "EventLoop",
            "FilecoinCrypto", "FilecoinTypes", "Hashing", "HTTP", "JSON", "JSONRPC",
            "KeyValueStore", "Messager", "Multiformats", "Node", "NodeConformance", "SQLStore",
            "ServiceKit", "VenusAPI", "Wallet",
        ]
    ),
    // A whole pool: its creation, its services as processes or inside one process, and its checks.
    Module(
        "Pool",
        .composition,
        uses: [
            "Auth", "BigIntegers", "BitFields", "BuiltinActors", "Bytes", "CBOR", "Consensus",
            "CProcess", "EventLoop",
            "FilecoinCrypto", "FilecoinTypes", "Genesis", "HTTP", "Hashing", "JSON", "JSONRPC",
            "Messager", "Miner", "Multiformats", "NetworkParameters", "Node", "SectorManager",
            "ServiceKit", "StorageCircuits", "StorageProofs", "VenusAPI", "Wallet",
        ]
    ),

    // The pages of docs/reference, from the declarations of all programs.
    Module(
        "Reference",
        .composition,
        uses: [
            "Auth", "Messager", "Miner", "Node", "Pool", "SectorManager", "ServiceKit", "Wallet",
        ]
    ),

    // Commands.
    Module(
        "bench-mempool",
        .command,
        .executable,
        uses: ["ActorRuntime", "Benchmarking", "BigIntegers", "FilecoinTypes", "MessagePool"]
    ),
    Module(
        "bench-proofs",
        .command,
        .executable,
        uses: ["Benchmarking", "BLS12381", "StorageCircuits"]
    ),
    Module(
        "bench-node",
        .command,
        .executable,
        uses: [
            "ActorRuntime", "Benchmarking", "BuiltinActors", "Bytes", "CBOR", "ChainStore",
            "Consensus", "FilecoinCrypto", "FilecoinTypes", "Genesis", "Hashing", "IPLD",
            "KeyValueStore", "Multiformats", "NetworkParameters", "StateMachine", "StorageProofs",
        ]
    ),
    Module("bench-seal", .command, .executable, uses: ["Benchmarking", "StorageProofs"]),
    Module(
        "bench-services",
        .command,
        .executable,
        uses: [
            "Benchmarking", "CBOR", "EventLoop", "FilecoinCrypto", "FilecoinTypes", "HTTP", "JSON",
            "JSONRPC", "Multiformats", "ServiceKit", "VenusAPI",
        ]
    ),
    Module(
        "bench-vm",
        .command,
        .executable,
        uses: [
            "ActorRuntime", "Benchmarking", "BuiltinActors", "Bytes", "CAllocationCounter",
            "CBOR", "Conformance", "FilecoinCrypto", "FilecoinTypes", "IPLD", "Multiformats",
            "StateMachine",
        ]
    ),
    Module("venus", .command, .executable, uses: ["Node", "ServiceKit"]),
    Module("venus-auth", .command, .executable, uses: ["Auth", "ServiceKit"]),
    Module(
        "venus-conformance",
        .command,
        .executable,
        uses: [
            "ChainConformance", "Conformance", "MessagerConformance", "NodeConformance",
            "ProofConformance",
        ]
    ),
    Module("venus-messager", .command, .executable, uses: ["Messager", "ServiceKit"]),
    Module("venus-miner", .command, .executable, uses: ["Miner", "ServiceKit"]),
    Module("venus-pool", .command, .executable, uses: ["Pool", "ServiceKit"]),
    Module("venus-timelapse", .command, .executable, uses: ["ServiceKit", "TimeLapse"]),
    Module("venus-sealer", .command, .executable, uses: ["SectorManager", "ServiceKit"]),
    Module("venus-reference", .command, .executable, uses: ["Reference", "ServiceKit"]),
    Module("venus-wallet", .command, .executable, uses: ["ServiceKit", "Wallet"]),
]

// MARK: - Derivation

let layers = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0.layer) })
for module in modules {
    for used in module.uses {
        guard let layer = layers[used],
            layer < module.layer || (layer == module.layer && layer.allowsPeers)
        else {
            fatalError("\(module.name) (\(module.layer.rawValue)) may not use \(used)")
        }
        // It has verifiers that believe what test data says.
        if used == "Conformance" && module.layer == .service {
            fatalError("\(module.name) may not use Conformance")
        }
    }
}

let root = Context.packageDirectory
func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(path)") }

/// The modules of this build: all, or only those that `VENUS_FOCUS=A,B` needs (faster daily builds).
let focused: [Module] = {
    guard let focus = Context.environment["VENUS_FOCUS"], !focus.isEmpty else { return modules }
    let byName = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0) })
    var wanted: Set<String> = []
    var queue = focus.split(separator: ",").map(String.init)
    while let name = queue.popLast() {
        guard let module = byName[name] else {
            fatalError("VENUS_FOCUS names \(name), which is no module")
        }
        if wanted.insert(name).inserted { queue += module.uses }
    }
    return modules.filter { wanted.contains($0.name) }
}()
let focusedNames = Set(focused.map(\.name))

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-Xcc", "-I\(root)/.deps/blst/include"]),
]

func dependencies(of module: Module) -> [Target.Dependency] {
    module.uses.map { .byName(name: $0) }
}

var targets: [Target] = focused.map { module in
    switch module.kind {
    case .swift:
        return .target(
            name: module.name,
            dependencies: dependencies(of: module),
            path: module.path,
            swiftSettings: swiftSettings
                + (module.isAlwaysOptimized ? [.unsafeFlags(["-O"])] : []),
            linkerSettings: module.uses.contains("CBlst")
                ? [.unsafeFlags(["-L\(root)/.deps/blst/lib"])] : []
        )
    case .executable:
        return .executableTarget(
            name: module.name,
            dependencies: dependencies(of: module),
            path: module.path,
            swiftSettings: swiftSettings
        )
    case .systemLibrary:
        return .systemLibrary(name: module.name, path: module.path)
    case .c(let flags):
        return .target(
            name: module.name,
            dependencies: dependencies(of: module),
            path: module.path,
            cSettings: [
                .unsafeFlags(
                    flags + ["-Wall", "-Wextra", "-Werror", "-I\(root)/.deps/blst/include"]
                )
            ]
        )
    case .cxx:
        return .target(
            name: module.name,
            path: module.path,
            cxxSettings: [.unsafeFlags(["-O2", "-std=c++17"])]
        )
    }
}

// Test support is a library that only tests use; tests of module X are `Tests/XTests`, if that folder exists.
if exists("Tests/TestSupport") {
    let supported = ["Bytes", "Compression", "IPLD", "JSON", "Multiformats", "StorageCircuits"]
        .filter(focusedNames.contains)
    // A focused build may lack some of these; then the helpers that need them are left out.
    let defines: [SwiftSetting] =
        (Set(supported).isSuperset(of: ["Compression", "IPLD"]) ? [.define("WITH_IPLD")] : [])
        + (Set(supported).isSuperset(of: ["Bytes", "JSON"]) ? [.define("WITH_JSON")] : [])
        + (supported.contains("StorageCircuits") ? [.define("WITH_PROOFS")] : [])
    targets.append(
        .target(
            name: "TestSupport",
            dependencies: supported.map { .byName(name: $0) },
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings + defines
        )
    )
}
/// The modules whose tests are built: all, or those that `VENUS_TESTS=A,B` names.
let tested = Context.environment["VENUS_TESTS"].map { $0.split(separator: ",").map(String.init) }
for module in focused
where exists("Tests/\(module.name)Tests") && tested?.contains(module.name) ?? true {
    targets.append(
        .testTarget(
            name: "\(module.name)Tests",
            dependencies: [.byName(name: module.name)] + dependencies(of: module)
                + (exists("Tests/TestSupport") ? [.byName(name: "TestSupport")] : []),
            path: "Tests/\(module.name)Tests",
            // What is tested is optimised; the tests need not be, and Swift 6.3's optimizer crashes on
            // some of them.
            swiftSettings: swiftSettings
                + [.unsafeFlags(["-Onone"], .when(configuration: .release))]
        )
    )
}

let package = Package(
    name: "venus",
    products: focused.compactMap { module in
        if case .executable = module.kind {
            .executable(name: module.name, targets: [module.name])
        } else {
            nil
        }
    },
    targets: targets,
    cLanguageStandard: .c17,
    cxxLanguageStandard: .cxx17
)
