import Bytes
import FilecoinCrypto
import Hashing
import ServiceKit

/// Whether the wallet may use its keys.
///
/// A process starts without a password. Setting one unlocks. While locked, only a check value of the
/// password is kept, from which it is as slow to guess as from an encrypted key.
struct PasswordLock: Sendable {
    private enum State: Sendable {
        case noPassword
        case unlocked(PasswordDigest, PasswordCheck)
        case locked(PasswordCheck)
    }

    private var state = State.noPassword

    /// Whether it is locked; so it is before there is a password.
    var isLocked: Bool {
        if case .unlocked = state { false } else { true }
    }

    /// What decrypts the keys.
    ///
    /// - Throws: ``WalletFailure`` when locked.
    func password() throws(WalletFailure) -> PasswordDigest {
        switch state {
        case .noPassword: throw .passwordNotSet
        case .locked: throw .locked
        case .unlocked(let password, _): return password
        }
    }

    mutating func setPassword(_ password: PasswordDigest, salt: [UInt8]) throws(WalletFailure) {
        guard case .noPassword = state else { throw .passwordExists }
        state = .unlocked(password, try PasswordCheck(password, salt: salt))
    }

    mutating func unlock(_ password: PasswordDigest) throws(WalletFailure) {
        switch state {
        case .noPassword: throw .passwordNotSet
        case .unlocked: throw .alreadyUnlocked
        case .locked(let check):
            guard try check.accepts(password) else { throw .passwordMismatch }
            state = .unlocked(password, check)
        }
    }

    /// Checks that a password is the one that was set.
    func verify(_ password: PasswordDigest) throws(WalletFailure) {
        switch state {
        case .noPassword: throw .passwordNotSet
        case .unlocked(let current, _):
            guard current == password else { throw .passwordMismatch }
        case .locked(let check):
            guard try check.accepts(password) else { throw .passwordMismatch }
        }
    }

    mutating func lock(_ password: PasswordDigest) throws(WalletFailure) {
        switch state {
        case .noPassword: throw .passwordNotSet
        case .locked: throw .alreadyLocked
        case .unlocked(let current, let check):
            guard current == password else { throw .passwordMismatch }
            state = .locked(check)
        }
    }
}

/// Tells whether a password is the one that was set.
struct PasswordCheck: Sendable {
    private let salt: [UInt8]
    private let value: [UInt8]

    /// Costs 64 MiB and some tenths of a second.
    init(_ password: PasswordDigest, salt: [UInt8]) throws(WalletFailure) {
        self.salt = salt
        value = try Self.derive(password, salt)
    }

    func accepts(_ password: PasswordDigest) throws(WalletFailure) -> Bool {
        constantTimeEquals(try Self.derive(password, salt), value)
    }

    private static func derive(
        _ password: PasswordDigest,
        _ salt: [UInt8]
    ) throws(WalletFailure) -> [UInt8] {
        do throws(PasswordHash.Failure) {
            return try password.withBytes { password throws(PasswordHash.Failure) in
                try PasswordHash.scrypt(password, salt: salt, n: 65536, r: 8, p: 1, count: 32)
            }
        } catch {
            throw WalletFailure("not enough memory to check the password")
        }
    }
}
