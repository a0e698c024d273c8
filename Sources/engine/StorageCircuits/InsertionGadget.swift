import BLS12381
package import ProofSystem

extension ConstraintSystem {
    /// Returns `siblings` with `element` inserted at the position given by `bits` (least significant first).
    ///
    /// For 2, 4 and 8 elements these are hand-made selections with fewer constraints than the general form;
    /// the names follow the positions: a is the element, b the first sibling and so on.
    package func insert(_ element: Num, at bits: [Boolean], into siblings: [Num]) -> [Num] {
        precondition(siblings.count + 1 == 1 << bits.count, "the position needs other bits")
        switch siblings.count {
        case 1: return insert2(element, bits, siblings[0])
        case 3: return insert4(element, bits, siblings)
        case 7: return insert8(element, bits, siblings)
        default: return insertAny(element, bits, siblings)
        }
    }

    private func insert2(_ a: Num, _ bits: [Boolean], _ b: Num) -> [Num] {
        [pick(bits[0], b, a), pick(bits[0], a, b)]
    }

    private func insert4(_ a: Num, _ bits: [Boolean], _ siblings: [Num]) -> [Num] {
        let (b, c, d) = (siblings[0], siblings[1], siblings[2])
        let (b0, b1) = (bits[0], bits[1])
        let p0 = pick(b1, b, pick(b0, b, a))
        let p1 = pick(b1, c, pick(b0, a, b))
        let p2x = pick(b0, d, a)
        let p2 = pick(b1, p2x, c)
        let p3x = pick(b0, a, d)
        let p3 = pick(b1, p3x, d)
        return [p0, p1, p2, p3]
    }

    private func insert8(_ a: Num, _ bits: [Boolean], _ siblings: [Num]) -> [Num] {
        let (b, c, d, e) = (siblings[0], siblings[1], siblings[2], siblings[3])
        let (f, g, h) = (siblings[4], siblings[5], siblings[6])
        let (b0, b1, b2) = (bits[0], bits[1], bits[2])
        let neither = and(!b0, !b1)
        let both = and(b0, b1)
        let p0 = pick(b2, b, pick(neither, a, b))
        let p1 = pick(b2, c, pick(b1, c, pick(b0, a, b)))
        let p2x = pick(b0, d, a)
        let p2 = pick(b2, d, pick(b1, p2x, c))
        let p3 = pick(b2, e, pick(both, a, d))
        let p4x = pick(neither, a, f)
        let p4 = pick(b2, p4x, e)
        let p5x = pick(b0, a, f)
        let p5y = pick(b1, g, p5x)
        let p5 = pick(b2, p5y, f)
        let p6x = pick(b0, h, a)
        let p6y = pick(b1, p6x, g)
        let p6 = pick(b2, p6y, g)
        let p7x = pick(both, a, h)
        let p7 = pick(b2, p7x, h)
        return [p0, p1, p2, p3, p4, p5, p6, p7]
    }

    /// Each position of the result is selected from what stands there for every possible index.
    private func insertAny(_ element: Num, _ bits: [Boolean], _ siblings: [Num]) -> [Num] {
        let count = siblings.count + 1
        return (0..<count).map { position in
            let candidates = (0..<count).map { index -> Num in
                if index == position { return element }
                return position < index ? siblings[position] : siblings[position - 1]
            }
            return select(from: candidates, at: bits)
        }
    }

    /// Returns the element at the position given by `bits` (least significant first), halving from the top.
    package func select(from elements: [Num], at bits: [Boolean]) -> Num {
        precondition(elements.count == 1 << bits.count, "the position needs other bits")
        var elements = elements
        for bit in bits.reversed() {
            let half = elements.count / 2
            elements = (0..<half).map { pick(bit, elements[$0 + half], elements[$0]) }
        }
        return elements[0]
    }
}
