import EventLoop
import FilecoinTypes
import JSON
import Pool
import ServiceKit
import Testing

@Suite struct PoolPlanTests {
    private static func plan(miners: Int) async throws -> PoolPlan {
        let ports = try await PortAllocation.allocate(
            for: ServiceName.all(miners: miners),
            random: SeededRandom(seed: [1])
        ) { _ in true }
        return PoolPlan(
            networkName: "localnet-x",
            blockDelaySeconds: 10,
            miners: (0..<miners).map { index in
                PoolPlan.Miner(
                    id: .id(ActorID(rawValue: 1000 + UInt64(index))),
                    worker: nil,
                    sectors: 4
                )
            },
            ports: ports
        )
    }

    @Test(arguments: [1, 2, 16])
    func `pool.json gives the plan back`(miners: Int) async throws {
        let plan = try await Self.plan(miners: miners)
        #expect(try PoolPlan(json: plan.jsonBytes()) == plan)
        #expect(Set(plan.ports.values).count == plan.services.count)
    }

    @Test(arguments: ServiceName.all(miners: 3))
    func `a service is found by its name`(service: ServiceName) {
        #expect(ServiceName("\(service)") == service)
    }

    @Test(arguments: ["", "wallet", "wallet-0", "wallet-x", "node-1", "beacon-", "wallet-1-2"])
    func `no other text names a service`(text: String) { #expect(ServiceName(text) == nil) }

    @Test func `a plan of another version or without a port is refused`() async throws {
        let plan = try await Self.plan(miners: 1)
        let text = plan.jsonText()
        #expect(throws: JSONError.self) {
            try PoolPlan(json: text.replacing("\"version\":1", with: "\"version\":2"))
        }
        #expect(throws: JSONError.self) {
            try PoolPlan(json: text.replacing("\"node\":", with: "\"nodes\":"))
        }
    }

    @Test func `ports in use are passed over`() async throws {
        let services = ServiceName.all(miners: 2)
        let ports = try await PortAllocation.allocate(
            for: services,
            random: SeededRandom(seed: [2])
        ) { $0 % 3 == 0 }
        #expect(ports.values.allSatisfy { $0 % 3 == 0 })
        #expect(Set(ports.values).count == services.count)
        await #expect(throws: CommandFailure.self) {
            try await PortAllocation.allocate(
                for: services,
                random: SeededRandom(seed: [2])
            ) { _ in false }
        }
    }

    @Test func `a busy port is named with its service`() async throws {
        let listener = try await SocketListener.listen(on: .loopback(port: 0)) { _ in }
        var plan = try await Self.plan(miners: 1)
        for service in plan.services { plan.ports[service] = 0 }
        plan.ports[.messager] = listener.address.port
        let failure = await #expect(throws: CommandFailure.self) {
            try await PortAllocation.check(plan)
        }
        let port = try #require(listener.address.port)
        #expect(failure?.message.contains("port \(port) of messager") == true)
        #expect(failure?.message.contains("auth") == false)
        await listener.close()
    }
}
