internal import Bytes
internal import Glibc

/// Bytes that nobody else may see; wiped from memory when the last reference goes away.
///
/// They print as `<redacted>`, compare in constant time and are never part of a reflection.
@safe public final class SecretBytes: Sendable, CustomStringConvertible, CustomReflectable {
    // Written only before the initializer returns and when the object dies, so sharing it is safe.
    private nonisolated(unsafe) let storage: UnsafeMutableBufferPointer<UInt8>

    /// Copies bytes; the caller wipes its own.
    public init(_ bytes: [UInt8]) {
        unsafe storage = .allocate(capacity: bytes.count)
        _ = unsafe storage.initialize(from: bytes)
    }

    /// Takes bytes over: copies them and overwrites the caller's.
    public convenience init(wiping bytes: inout [UInt8]) {
        self.init(bytes)
        wipe(&bytes)
    }

    deinit {
        if let address = unsafe storage.baseAddress {
            unsafe explicit_bzero(address, storage.count)
        }
        unsafe storage.deallocate()
    }

    /// How many bytes there are.
    public var count: Int { unsafe storage.count }

    /// Calls `body` with a copy and wipes it afterwards; the copy must not leave the closure.
    public func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var bytes = unsafe [UInt8](storage)
        defer { wipe(&bytes) }
        return try body(bytes)
    }

    public var description: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretBytes: Equatable {
    /// Compares in a time that depends on the lengths only.
    public static func == (a: SecretBytes, b: SecretBytes) -> Bool {
        a.withBytes { a in b.withBytes { b in constantTimeEquals(a, b) } }
    }
}

/// Overwrites bytes that held a secret, in a way that the optimizer may not remove.
public func wipe(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    unsafe bytes.withUnsafeMutableBytes { buffer in
        if let address = buffer.baseAddress {
            unsafe explicit_bzero(address, buffer.count)
        }
    }
}
