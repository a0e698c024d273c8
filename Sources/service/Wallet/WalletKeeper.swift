import FilecoinCrypto
import FilecoinTypes
import Hashing
import ServiceKit
import VenusAPI

/// The wallet: the lock, the keys in use, and the store behind them.
///
/// Being an actor, it derives one key at a time, which takes 256 MiB and up to a second. A key that was
/// used stays in memory until the wallet is locked or the key deleted.
actor WalletKeeper {
    private var lock = PasswordLock()
    private var keys: [Address: SigningKey] = [:]
    /// Whether the password is known to be that of the keys that are there.
    private var isProven = false
    private let store: KeyStore
    private let cost: ScryptCost
    private let random: any RandomSource
    /// How long it is kept what was signed; nil for not noting it.
    private let recordTime: Duration?
    private let log: Logger
    /// What was signed and is not on disk yet.
    private var unwritten: [SignRecord] = []
    private var writing: Task<Void, Never>?
    /// Above this many, signing waits for the disk.
    private static let unwrittenCount = 1000
    /// How long what was signed is gathered, so that one transaction writes much of it.
    private static let gatheringTime: Duration = .milliseconds(20)

    init(
        store: KeyStore,
        cost: ScryptCost,
        random: any RandomSource,
        recordTime: Duration? = nil,
        log: Logger = .silent
    ) {
        self.store = store
        self.cost = cost
        self.random = random
        self.recordTime = recordTime
        self.log = log
    }

    // MARK: - Lock

    var isLocked: Bool { lock.isLocked }

    func setPassword(_ password: Secret) throws {
        try lock.setPassword(PasswordDigest(password), salt: random.bytes(32))
    }

    func unlock(_ password: Secret) throws { try lock.unlock(PasswordDigest(password)) }

    func lock(_ password: Secret) throws {
        try lock.lock(PasswordDigest(password))
        keys = [:]
    }

    /// Checks that the password that was set decrypts the keys that are there.
    ///
    /// Setting takes any password after a restart, as in the original; but a key that is encrypted under
    /// another one than its neighbours would be lost to whoever knows only the first.
    ///
    /// - Throws: ``WalletFailure``.
    func provePassword() async throws {
        let password = try lock.password()
        if isProven { return }
        if let first = try await store.addresses().first, let key = try await store.key(of: first) {
            _ = try key.encrypted.decrypt(password)
        }
        isProven = true
    }

    /// Checks the password, whether locked or not.
    func verify(_ password: Secret) throws { try lock.verify(PasswordDigest(password)) }

    // MARK: - Keys

    func addresses() async throws -> [Address] { try await store.addresses() }

    func contains(_ address: Address) async throws -> Bool { try await store.contains(address) }

    func generate(_ type: SignatureType?) async throws -> Address {
        _ = try lock.password()
        guard let type, type == .bls || type == .secp256k1 else {
            // The number is what venus-wallet makes of a name that it does not know.
            throw WalletFailure("invalid signature type: 255; use secp256k1 or bls")
        }
        var generator = GeneratorOfSource(source: random)
        return try await add(KeyInfo.generate(type, using: &generator))
    }

    /// Stores a key, unless it is there.
    func add(_ info: KeyInfo) async throws -> Address {
        try await provePassword()
        let password = try lock.password()
        let key: SigningKey
        do throws(KeyError) { key = try SigningKey(info) } catch {
            throw WalletFailure("\(info.type) signature invalid private key: \(error)")
        }
        let encrypted = try EncryptedKey(
            info.privateKey,
            password: password,
            cost: cost,
            salt: random.bytes(32),
            counter: random.bytes(16)
        )
        try await store.add(StoredKey(type: info.type, encrypted: encrypted), for: key.address)
        return key.address
    }

    func export(_ address: Address) async throws -> KeyInfo { try await decrypt(address) }

    func remove(_ address: Address) async throws {
        _ = try lock.password()
        try await store.remove(address)
        keys[address] = nil
    }

    // MARK: - Signing

    /// Signs what a request declares, and notes it.
    ///
    /// A block's digest is on disk before its signature leaves.
    func sign(_ request: [UInt8], _ meta: SigningMeta, by signer: Address) async throws -> Signature
    {
        guard let recordTime else { return try await signature(request, meta, by: signer) }
        var record = SignRecord(
            id: random.uuid(),
            type: meta.type,
            signer: signer,
            error: "",
            rawMessage: meta.type == SigningType.message.rawValue ? meta.extra : request,
            createdAt: store.now()
        )
        let outcome: Result<Signature, any Error>
        do {
            let signature = try await signature(request, meta, by: signer)
            record.signature = signature
            outcome = .success(signature)
        } catch {
            record.error = "\(error)"
            outcome = .failure(error)
        }
        unwritten.append(record)
        // Signing does not wait for the disk; stop() and records(_:) wait for this task.
        if writing == nil { writing = Task { await write(recordTime) } }
        if unwritten.count > Self.unwrittenCount { await writing?.value }
        return try outcome.get()
    }

    /// Writes records until there are none.
    private func write(_ keep: Duration) async {
        while !unwritten.isEmpty {
            // Real time, as it waits for the disk's sake.
            try? await Task.sleep(for: Self.gatheringTime)
            let records = unwritten
            unwritten = []
            do { try await store.record(records, keep: keep) } catch {
                // A signature that could be made is worth more than its record.
                log.error("what was signed could not be noted", ["error": "\(error)"])
            }
        }
        writing = nil
    }

    /// Returns when everything that was signed is on disk.
    func finishRecords() async {
        while let writing { await writing.value }
    }

    /// What was signed and what was refused, newest first.
    func records(_ query: SignRecordQuery) async throws -> [SignRecord] {
        await finishRecords()
        return try await store.records(query)
    }

    private func signature(
        _ request: [UInt8],
        _ meta: SigningMeta,
        by signer: Address
    ) async throws -> Signature {
        _ = try lock.password()
        let payload = try SigningPayload(request, meta, signer: signer)
        let key = try await signingKey(of: signer)
        if let block = payload.block {
            try await store.reserveBlock(
                miner: block.miner,
                height: block.height,
                digest: SHA256.hash(payload.bytes)
            )
        }
        // The lock may have been closed while the store worked.
        _ = try lock.password()
        return key.sign(payload.bytes)
    }

    private func signingKey(of address: Address) async throws -> SigningKey {
        if let key = keys[address] { return key }
        let key = try SigningKey(await decrypt(address))
        // A lock or a deletion may have come between.
        if !lock.isLocked, try await store.contains(address), !lock.isLocked { keys[address] = key }
        return key
    }

    private func decrypt(_ address: Address) async throws -> KeyInfo {
        let password = try lock.password()
        guard let stored = try await store.key(of: address) else { throw WalletFailure.notFound }
        return KeyInfo(type: stored.type, privateKey: try stored.encrypted.decrypt(password))
    }
}

/// Numbers of a random source, for what wants a generator.
private struct GeneratorOfSource: RandomNumberGenerator {
    let source: any RandomSource

    mutating func next() -> UInt64 {
        source.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
