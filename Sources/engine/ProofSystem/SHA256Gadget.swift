import BLS12381

extension ConstraintSystem {
    /// Returns the 256 bits of the SHA-256 digest of a message, most significant first in each byte.
    ///
    /// - Parameter message: The bits, most significant first in each byte; a multiple of 8.
    /// - Returns: The digest.
    package func sha256(_ message: [Boolean]) -> [Boolean] {
        precondition(message.count % 8 == 0, "a message is whole bytes")
        var padded = message
        padded.append(.constant(true))
        while padded.count % 512 != 448 { padded.append(.constant(false)) }
        let length = UInt64(message.count)
        for shift in (0..<64).reversed() {
            padded.append(.constant((length >> UInt64(shift)) & 1 == 1))
        }
        var state = SHA256Constants.initial.map { UInt32Gadget(constant: $0) }
        for start in stride(from: 0, to: padded.count, by: 512) {
            state = compress(Array(padded[start..<start + 512]), into: state)
        }
        return state.flatMap(\.bigEndianBits)
    }

    /// A word that is known, or that will be the sum of others when it is needed.
    private enum Deferred {
        case word(UInt32Gadget)
        case sum([UInt32Gadget])

        /// The word; a sum takes one more operand if there is one.
        func computed(
            adding more: UInt32Gadget? = nil,
            _ system: ConstraintSystem,
            _ batch: inout EquationBatch
        ) -> UInt32Gadget {
            switch self {
            case .word(let word): word
            case .sum(let operands):
                UInt32Gadget.sum(operands + (more.map { [$0] } ?? []), system, &batch)
            }
        }
    }

    /// Takes in one block.
    ///
    /// The sums of a round are computed in the next one, or with the final addition, which saves
    /// an addition each; the order of allocation follows from that.
    private func compress(_ block: [Boolean], into state: [UInt32Gadget]) -> [UInt32Gadget] {
        var batch = EquationBatch(self)
        let w = messageSchedule(block, &batch)
        var a = Deferred.word(state[0])
        var (b, c, d) = (state[1], state[2], state[3])
        var e = Deferred.word(state[4])
        var (f, g, h) = (state[5], state[6], state[7])
        for round in 0..<64 {
            let newE = e.computed(self, &batch)
            let s1 = newE.rotatedRight(6).xor(newE.rotatedRight(11), self)
                .xor(newE.rotatedRight(25), self)
            let choice = UInt32Gadget.choice(newE, f, g, self)
            let constant = UInt32Gadget(constant: SHA256Constants.rounds[round])
            let first = [h, s1, choice, constant, w[round]]
            let newA = a.computed(self, &batch)
            let s0 = newA.rotatedRight(2).xor(newA.rotatedRight(13), self)
                .xor(newA.rotatedRight(22), self)
            let majority = UInt32Gadget.majority(newA, b, c, self)
            (h, g, f) = (g, f, newE)
            e = .sum(first + [d])
            (d, c, b) = (c, b, newA)
            a = .sum(first + [s0, majority])
        }
        var result = [a.computed(adding: state[0], self, &batch)]
        for (old, new) in zip(state[1...3], [b, c, d]) {
            result.append(UInt32Gadget.sum([old, new], self, &batch))
        }
        result.append(e.computed(adding: state[4], self, &batch))
        for (old, new) in zip(state[5...7], [f, g, h]) {
            result.append(UInt32Gadget.sum([old, new], self, &batch))
        }
        batch.flush()
        return result
    }

    private func messageSchedule(
        _ block: [Boolean],
        _ batch: inout EquationBatch
    ) -> [UInt32Gadget] {
        var w = (0..<16).map { UInt32Gadget(bigEndian: block[32 * $0..<32 * $0 + 32]) }
        for index in 16..<64 {
            let x = w[index - 15]
            let s0 = x.rotatedRight(7).xor(x.rotatedRight(18), self).xor(x.shiftedRight(3), self)
            let y = w[index - 2]
            let s1 = y.rotatedRight(17).xor(y.rotatedRight(19), self).xor(y.shiftedRight(10), self)
            w.append(UInt32Gadget.sum([w[index - 16], s0, w[index - 7], s1], self, &batch))
        }
        return w
    }
}

/// The constants of FIPS 180-4, 4.2.2 and 5.3.3.
private enum SHA256Constants {
    static let initial: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
        0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    static let rounds: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5,
        0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
        0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc,
        0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
        0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
        0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3,
        0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5,
        0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
        0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
