import Bytes
import JSON

/// The published list of parameter files with their digests (`parameters.json`, `srs-inner-product.json`).
package struct ParameterManifest: Hashable, Sendable {
    /// What is published of one file.
    package struct Entry: Hashable, Sendable {
        /// Where the file is found on IPFS.
        package let cid: String
        /// The first 16 bytes of the BLAKE2b-512 digest of the file, in hexadecimal.
        package let digest: String
        /// The size of the sectors that the file is for, in bytes; 0 if it is for all.
        package let sectorSize: UInt64
    }

    /// The files by name, extension included.
    package let entries: [String: Entry]

    /// Reads a manifest.
    ///
    /// - Throws: ``ParameterError/malformedManifest(reason:)``.
    package init(json bytes: [UInt8]) throws(ParameterError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .malformedManifest(reason: "\(error)")
        }
        guard let object = value.object else {
            throw .malformedManifest(reason: "the list of parameter files is no object")
        }
        var entries: [String: Entry] = [:]
        for member in object.members {
            guard let digest = member.value["digest"]?.string,
                digest.utf8.count == 32, [UInt8](hex: digest) != nil
            else {
                throw .malformedManifest(reason: "\(member.name) has no digest of 32 digits")
            }
            entries[member.name] = Entry(
                cid: member.value["cid"]?.string ?? "",
                digest: digest,
                sectorSize: member.value["sector_size"]?.integer() ?? 0
            )
        }
        self.entries = entries
    }
}

/// Why parameters could not be used.
package enum ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformedManifest(reason: String)
    /// The file is not there.
    case missing(path: String, hint: String)
    /// The file is not in the published list, so nothing vouches for it.
    case unpublished(name: String)
    /// The file is another one than the published one.
    case wrongDigest(path: String, expected: String, found: String)
    /// The file could not be read or written.
    case file(path: String, reason: String)
    /// The file is none, or it belongs to another circuit.
    case malformed(path: String, reason: String)
    /// The devnet's trapdoor is used on no other network.
    case cannotMake(name: String)
    /// No sector has this size.
    case unknownSectorSize(UInt64)

    package var description: String {
        switch self {
        case .malformedManifest(let reason): "the list of parameter files is malformed: \(reason)"
        case .missing(let path, let hint): "there is no \(path); \(hint)"
        case .unpublished(let name):
            "no parameter file \(name) was published, so none is trusted on this network"
        case .wrongDigest(let path, let expected, let found):
            "\(path) has the digest \(found), published is \(expected); fetch the file again"
        case .file(let path, let reason): "\(path): \(reason)"
        case .malformed(let path, let reason):
            "\(path) cannot be used: \(reason); remove it and make or fetch it again"
        case .cannotMake(let name):
            "parameters are made only for a devnet; fetch \(name) for this network"
        case .unknownSectorSize(let size): "no sector has \(size) bytes"
        }
    }
}
