internal import COpenSSL

/// TLS over another stream, with OpenSSL reading and writing memory.
///
/// The handshake happens with the first read or write.
@safe
package actor TLSStream: ByteStream {
    package nonisolated let loop: EventLoop
    package nonisolated let peer: SocketAddress?
    package nonisolated let unownedExecutor: UnownedSerialExecutor

    private let stream: any ByteStream
    private let context: TLSContext
    private let session: Session
    private var ssl: OpaquePointer { unsafe session.ssl }
    /// What came from the peer, for OpenSSL; owned by `ssl`.
    private let input: OpaquePointer
    /// What OpenSSL wants to send; owned by `ssl`.
    private let output: OpaquePointer
    private var isFlushing: Bool = false

    /// Wraps a connected stream.
    ///
    /// A client checks the server's certificate against `serverName`.
    ///
    /// - Throws: `IOError` if OpenSSL has no memory or the name is none.
    package init(
        over stream: any ByteStream,
        context: TLSContext,
        serverName: String? = nil
    ) throws(IOError) {
        guard let ssl = unsafe SSL_new(context.handle), let input = unsafe BIO_new(BIO_s_mem()),
            let output = unsafe BIO_new(BIO_s_mem())
        else {
            throw TLSContext.error("TLS")
        }
        unsafe SSL_set_bio(ssl, input, output)
        if context.isServer {
            unsafe SSL_set_accept_state(ssl)
        } else {
            unsafe SSL_set_connect_state(ssl)
            guard let serverName, unsafe Self.expect(serverName, ssl) else {
                unsafe SSL_free(ssl)
                throw IOError(.other, "TLS needs the name of the server")
            }
        }
        unsafe session = Session(ssl)
        unsafe self.input = input
        unsafe self.output = output
        self.stream = stream
        self.context = context
        loop = stream.loop
        peer = stream.peer
        unsafe unownedExecutor = stream.loop.asUnownedSerialExecutor()
    }

    /// Frees OpenSSL's state, with its two memories, when the stream goes away.
    @safe
    private final class Session: @unchecked Sendable {
        // Unchecked: used only by the actor that owns it, and at the end by nobody else.
        let ssl: OpaquePointer
        init(_ ssl: OpaquePointer) { unsafe self.ssl = ssl }
        deinit { unsafe SSL_free(ssl) }
    }

    /// Demands a certificate for this name or address; sends a name along (SNI).
    private static func expect(_ name: String, _ ssl: OpaquePointer) -> Bool {
        if SocketAddress(ip: name, port: 0) != nil {
            return unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1
        }
        // SSL_set_tlsext_host_name is a macro over SSL_ctrl, which copies the name.
        var bytes: [CChar] = name.utf8.map { CChar(bitPattern: $0) } + [0]
        unsafe SSL_ctrl(
            ssl,
            SSL_CTRL_SET_TLSEXT_HOSTNAME,
            Int(TLSEXT_NAMETYPE_host_name),
            &bytes
        )
        return unsafe SSL_set1_host(ssl, name) == 1
    }

    // MARK: - Stream

    /// Finishes the handshake.
    ///
    /// - Throws: `IOError`; a certificate that is not accepted is a `protocolViolation`.
    package func handshake(until deadline: IOInstant?) async throws(IOError) {
        while true {
            ERR_clear_error()
            let status = unsafe SSL_do_handshake(ssl)
            if status == 1 { return try await flush(until: deadline) }
            guard try await goOn(after: wish(status), until: deadline) else {
                throw IOError(.closed, "the connection ended in the TLS handshake")
            }
        }
    }

    package func read(until deadline: IOInstant?) async throws(IOError) -> [UInt8] {
        while true {
            ERR_clear_error()
            var bytes: [UInt8] = [UInt8](repeating: 0, count: 16384)
            let count = unsafe SSL_read(ssl, &bytes, Int32(bytes.count))
            if count > 0 { return Array(bytes.prefix(Int(count))) }
            guard try await goOn(after: wish(count), until: deadline) else { return [] }
        }
    }

    package func write(_ bytes: [UInt8], until deadline: IOInstant?) async throws(IOError) {
        guard !bytes.isEmpty else { return }
        while true {
            ERR_clear_error()
            let count = unsafe SSL_write(ssl, bytes, Int32(clamping: bytes.count))
            if count > 0 {
                try await flush(until: deadline)
                guard Int(count) < bytes.count else { return }
                return try await write(Array(bytes[Int(count)...]), until: deadline)
            }
            guard try await goOn(after: wish(count), until: deadline) else {
                throw IOError(.closed, "the connection is closed")
            }
        }
    }

    /// What OpenSSL wants after a call that did not succeed.
    private enum Wish {
        case moreInput
        case onlyFlush
        case end
        case giveUp(IOError)
    }

    /// Asks OpenSSL at once: its errors belong to the thread, and after an `await` they may be those
    /// of another connection.
    private func wish(_ status: Int32) -> Wish {
        switch unsafe SSL_get_error(ssl, status) {
        case SSL_ERROR_WANT_READ: .moreInput
        case SSL_ERROR_WANT_WRITE: .onlyFlush
        case SSL_ERROR_ZERO_RETURN: .end
        case SSL_ERROR_SSL: .giveUp(failure)
        default: .giveUp(IOError(.closed, "the TLS connection broke"))
        }
    }

    /// Does what OpenSSL waits for; returns whether the stream goes on.
    private func goOn(after wish: Wish, until deadline: IOInstant?) async throws(IOError) -> Bool {
        if case .giveUp(let failure) = wish {
            // The peer is told why, if it still listens.
            try? await flush(until: deadline)
            throw failure
        }
        try await flush(until: deadline)
        switch wish {
        case .moreInput:
            let bytes = try await stream.read(until: deadline)
            guard !bytes.isEmpty else { return false }
            unsafe _ = BIO_write(input, bytes, Int32(bytes.count))
            return true
        case .onlyFlush: return true
        case .end, .giveUp: return false
        }
    }

    /// Why OpenSSL gave up, with what it says about the certificate.
    private var failure: IOError {
        let result = unsafe SSL_get_verify_result(ssl)
        let peerName = peer.map { "\($0)" } ?? "the peer"
        guard result == Int(X509_V_OK) else {
            ERR_clear_error()
            let text = unsafe X509_verify_cert_error_string(result).map {
                unsafe String(cString: $0)
            }
            return IOError(
                .protocolViolation,
                "TLS with \(peerName): certificate: \(text ?? "\(result)")"
            )
        }
        return TLSContext.error("TLS with \(peerName)")
    }

    /// Sends what OpenSSL has written, in order, whoever calls.
    private func flush(until deadline: IOInstant?) async throws(IOError) {
        guard !isFlushing else { return }
        isFlushing = true
        defer { isFlushing = false }
        while case let pending = unsafe BIO_ctrl_pending(output), pending > 0 {
            var bytes: [UInt8] = [UInt8](repeating: 0, count: min(pending, 1 << 20))
            let count = unsafe BIO_read(output, &bytes, Int32(bytes.count))
            guard count > 0 else { return }
            try await stream.write(Array(bytes.prefix(Int(count))), until: deadline)
        }
    }

    package func onHangUp(_ action: (@Sendable () -> Void)?) async {
        await stream.onHangUp(action)
    }

    package func close() async {
        ERR_clear_error()
        unsafe _ = SSL_shutdown(ssl)
        try? await flush(until: .after(.seconds(5)))
        await stream.close()
    }
}
