/// The fewest elements through which all of a value's influence on another goes: a minimum cut through vertices, by the
/// augmenting paths of Edmonds and Karp ("Theoretical improvements in algorithmic efficiency for network flow problems",
/// 1972), each vertex taken as an edge from its entry to its exit.
struct MinimumCut {
    private struct Edge {
        let to: Int
        var room: Int
    }

    /// In pairs: an edge and the way back.
    private var edges: [Edge] = []
    private var leaving: [[Int]]
    private let source: Int
    private let sink: Int
    private let count: Int
    private static let unlimited = Int.max / 4

    /// - Parameter costs: of cutting each vertex.
    init(costs: [Int]) {
        count = costs.count
        source = 2 * count
        sink = source + 1
        leaving = Array(repeating: [], count: sink + 1)
        for (vertex, cost) in costs.enumerated() { connect(2 * vertex, 2 * vertex + 1, cost) }
    }

    private mutating func connect(_ from: Int, _ to: Int, _ room: Int) {
        leaving[from].append(edges.count)
        edges.append(Edge(to: to, room: room))
        leaving[to].append(edges.count)
        edges.append(Edge(to: from, room: 0))
    }

    mutating func begin(at vertex: Int) { connect(source, 2 * vertex, MinimumCut.unlimited) }
    mutating func end(at vertex: Int) { connect(2 * vertex + 1, sink, MinimumCut.unlimited) }
    mutating func connect(_ from: Int, to: Int) { connect(2 * from + 1, 2 * to, MinimumCut.unlimited) }

    /// The vertices of the cut that lies nearest to the end, of those that cost the least.
    mutating func vertices() -> [Int] {
        while let path = augmentingPath() {
            let room = path.map { edges[$0].room }.min() ?? 0
            for edge in path {
                edges[edge].room -= room
                edges[edge ^ 1].room += room
            }
        }
        var reaches = [Bool](repeating: false, count: leaving.count)
        var waiting = [sink]
        reaches[sink] = true
        while let vertex = waiting.popLast() {
            for edge in leaving[vertex] where edges[edge ^ 1].room > 0 && !reaches[edges[edge].to] {
                reaches[edges[edge].to] = true
                waiting.append(edges[edge].to)
            }
        }
        return (0..<count).filter { !reaches[2 * $0] && reaches[2 * $0 + 1] }
    }

    /// The edges of a shortest way on which there is room, from its end to its beginning.
    private func augmentingPath() -> [Int]? {
        var arrival = [Int](repeating: -1, count: leaving.count)
        var waiting = [source]
        var next = 0
        while next < waiting.count {
            let vertex = waiting[next]
            next += 1
            for edge in leaving[vertex] where edges[edge].room > 0 {
                let to = edges[edge].to
                guard to != source, arrival[to] < 0 else { continue }
                arrival[to] = edge
                guard to == sink else {
                    waiting.append(to)
                    continue
                }
                var path: [Int] = []
                var place = sink
                while place != source {
                    path.append(arrival[place])
                    place = edges[arrival[place] ^ 1].to
                }
                return path
            }
        }
        return nil
    }
}
