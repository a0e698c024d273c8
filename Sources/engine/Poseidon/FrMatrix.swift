package import BLS12381

/// A square matrix of field elements, by rows.
package struct FrMatrix: Hashable, Sendable {
    /// The number of rows and of columns.
    package let size: Int
    /// The elements, row after row.
    package private(set) var elements: [Fr]

    /// Creates a matrix whose element at (row, column) is what `element` returns.
    package init(size: Int, element: (_ row: Int, _ column: Int) -> Fr) {
        self.size = size
        elements = []
        elements.reserveCapacity(size * size)
        for row in 0..<size {
            for column in 0..<size { elements.append(element(row, column)) }
        }
    }

    package subscript(row: Int, column: Int) -> Fr {
        get { elements[row * size + column] }
        set { elements[row * size + column] = newValue }
    }

    /// Returns one row.
    package func row(_ index: Int) -> [Fr] { Array(elements[index * size..<(index + 1) * size]) }

    /// Returns one column.
    package func column(_ index: Int) -> [Fr] { (0..<size).map { self[$0, index] } }

    /// Returns the product of a row vector and this matrix.
    package func multiplied(fromLeftBy vector: [Fr]) -> [Fr] {
        (0..<size).map { Fr.dot(vector, column($0)) }
    }

    /// Returns the product of this matrix and `other`.
    func multiplied(by other: FrMatrix) -> FrMatrix {
        let rows: [[Fr]] = (0..<size).map(row)
        let columns: [[Fr]] = (0..<size).map(other.column)
        return FrMatrix(size: size) { Fr.dot(rows[$0], columns[$1]) }
    }

    /// Returns x with (this matrix) x = `rightSide` for every right side, or nil if it is singular.
    func solved(for rightSides: [[Fr]]) -> [[Fr]]? {
        // Gauss-Jordan elimination on the rows extended by the right sides.
        var rows: [[Fr]] = (0..<size).map { index in row(index) + rightSides.map { $0[index] } }
        for pivot in 0..<size {
            guard let found = (pivot..<size).first(where: { !rows[$0][pivot].isZero }),
                let inverse = rows[found][pivot].inverted()
            else { return nil }
            rows.swapAt(pivot, found)
            rows[pivot] = rows[pivot].map { $0 * inverse }
            let pivotRow = rows[pivot]
            for index in 0..<size where index != pivot && !rows[index][pivot].isZero {
                let factor = rows[index][pivot]
                for column in pivot..<pivotRow.count {
                    rows[index][column] -= factor * pivotRow[column]
                }
            }
        }
        return rightSides.indices.map { side in rows.map { $0[size + side] } }
    }

    /// The inverse, or nil for a singular matrix.
    func inverted() -> FrMatrix? {
        let units: [[Fr]] = (0..<size).map { index in
            (0..<size).map { $0 == index ? Fr.one : Fr.zero }
        }
        guard let columns = solved(for: units) else { return nil }
        return FrMatrix(size: size) { columns[$1][$0] }
    }
}
