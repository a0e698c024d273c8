internal import COpenSSL

/// Certificates and rules of TLS for a server or a client; shared by all its connections.
@safe
package final class TLSContext: @unchecked Sendable {
    // Unchecked: OpenSSL counts references and locks inside; nothing is changed after init.
    let handle: OpaquePointer
    let isServer: Bool

    /// A server's side, with a certificate chain and a private key from PEM files.
    ///
    /// - Throws: `IOError` if a file cannot be read or the two do not belong together.
    package init(serverCertificateChain chainPath: String, key keyPath: String) throws(IOError) {
        unsafe handle = try Self.makeContext(TLS_server_method())
        isServer = true
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, chainPath) == 1,
            unsafe SSL_CTX_use_PrivateKey_file(handle, keyPath, SSL_FILETYPE_PEM) == 1,
            unsafe SSL_CTX_check_private_key(handle) == 1
        else {
            throw Self.error("certificate \(chainPath) with key \(keyPath)")
        }
    }

    /// A client's side, which trusts the system's authorities, or those in a PEM file instead.
    ///
    /// - Throws: `IOError` if the file cannot be read.
    package init(clientTrusting path: String?) throws(IOError) {
        unsafe handle = try Self.makeContext(TLS_client_method())
        isServer = false
        unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
        let status =
            if let path {
                unsafe SSL_CTX_load_verify_locations(handle, path, nil)
            } else {
                unsafe SSL_CTX_set_default_verify_paths(handle)
            }
        guard status == 1 else { throw Self.error("trusted certificates \(path ?? "")") }
    }

    deinit { unsafe SSL_CTX_free(handle) }

    private static func makeContext(_ method: OpaquePointer?) throws(IOError) -> OpaquePointer {
        guard let context = unsafe SSL_CTX_new(method) else { throw error("TLS") }
        // SSL_CTX_set_min_proto_version and SSL_CTX_set_mode are macros over this function.
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
        return unsafe context
    }

    /// OpenSSL's own words for the last failure on this thread.
    static func error(_ what: String) -> IOError {
        let code = ERR_get_error()
        ERR_clear_error()
        let reason = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
        return IOError(.protocolViolation, "\(what): \(reason ?? "TLS failed")")
    }
}
