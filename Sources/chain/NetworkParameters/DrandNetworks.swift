internal import Bytes
public import FilecoinTypes

/// The drand networks of the League of Entropy that Filecoin has used.
extension DrandChainInfo {
    /// The first chained network, which the main network used until the Smoke upgrade.
    public static let leagueOfEntropyIncentinet = DrandChainInfo(
        publicKey: bytes(
            "8cad0c72c606ab27d36ee06de1d5b2db1faf92e447025ca37575ab3a8aac2eaa"
                + "e83192f846fc9e158bc738423753d000"
        ),
        periodSeconds: 30,
        genesisTime: 1_595_873_820,
        groupHash: bytes("d9406aaed487f7af71851b4399448e311f2328923d454e971536c05398ce2d9b")
    )

    /// The chained network.
    public static let leagueOfEntropyMainnet = DrandChainInfo(
        publicKey: bytes(
            "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a5699"
                + "37c529eeda66c7293784a9402801af31"
        ),
        periodSeconds: 30,
        genesisTime: 1_595_431_050,
        groupHash: bytes("176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a")
    )

    /// The unchained network with a round every three seconds, used since the Phoenix upgrade.
    public static let quicknet = DrandChainInfo(
        publicKey: bytes(
            "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
                + "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
                + "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
        ),
        periodSeconds: 3,
        genesisTime: 1_692_803_367,
        groupHash: bytes("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
        scheme: .blsUnchainedG1RFC9380,
        beaconID: "quicknet"
    )

    private static func bytes(_ hex: String) -> [UInt8] { [UInt8](hex: hex) ?? [] }
}
