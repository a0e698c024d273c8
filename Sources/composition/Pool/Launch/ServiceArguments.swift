/// The command lines of a pool's services.
///
/// No token and no password stands in them: everybody on the machine can read command lines.
struct ServiceArguments: Sendable {
    let folder: PoolFolder
    let plan: PoolPlan

    func arguments(of service: ServiceName) -> [String] {
        let repository = ["--repo", folder.repository(service)]
        let clock = ["--clock-file", folder.clock.path]
        switch service {
        case .beacon:
            return ["beacon"] + repository
                + ["--network-parameters", folder.parameters, "--port", "\(plan.port(service))"]
                + clock
        case .auth: return repository + ["--listen", plan.hostAndPort(service), "run"]
        case .wallet(let number):
            return repository
                + [
                    "run", "--api", "\(plan.port(service))", "--network", "devnet",
                    "--password-file", folder.password(number),
                ]
        case .node:
            return repository
                + [
                    "daemon", "--network-parameters", folder.parameters, "--genesisfile",
                    folder.genesis, "--beacon-url", plan.url(.beacon), "--authURL",
                    plan.url(.auth), "--proof-parameters", folder.path, "--listen",
                    plan.multiaddr(service),
                ] + clock
        case .messager:
            return repository
                + [
                    "run", "--listen", plan.multiaddr(service), "--auth-url", plan.url(.auth),
                    "--node-url", plan.multiaddr(.node),
                ] + clock
        case .sealer:
            return repository
                + [
                    "run", "--miner-api", "\(plan.port(service))", "--proof-parameters",
                    folder.path,
                ] + clock
        case .miner:
            return repository + ["run", "--listen", plan.hostAndPort(service)] + clock
        }
    }
}
