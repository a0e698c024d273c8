/// Compares two byte strings in a time that depends on their lengths only.
///
/// For secrets (tokens, authentication tags), where an early exit would tell an attacker how many
/// leading bytes were right. The lengths are not hidden.
public func constantTimeEquals(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
}
