import Analysis
import OCI

/// A browser of an image's layers and files: what is chosen and shown, and what keys do. It neither reads nor writes.
public struct Browser: Sendable {
    /// Which part the arrow keys move in.
    enum Pane: Sendable { case layers, files }

    let inspection: Inspection
    private(set) var pane = Pane.layers
    private(set) var layer = 0
    /// Is the tree compared with the one after the lowest layer, rather than with the layer before?
    private(set) var isAggregated = false
    private(set) var shownChanges = Set(LayerView.Change.allCases)
    private(set) var showsWastedOnly = false
    private(set) var showsAttributes = true
    private(set) var sortsBySize = false
    private(set) var filter = ""
    /// Is the filter being typed?
    private(set) var isTyping = false
    private(set) var showsHelp = false
    /// Directories that are open, by place.
    private var opened: Set<LayerView.Place> = [LayerView.root]
    private(set) var view: LayerView
    private(set) var rows: [Row] = []
    private(set) var row = 0
    /// The first row that is on the screen.
    var firstRow = 0
    var firstLayer = 0
    /// How many rows fit; kept for the keys that turn pages.
    var pageLength = 20

    /// A line of the tree.
    struct Row: Sendable {
        let place: LayerView.Place
        let depth: Int
        let isOpen: Bool
        let hasChildren: Bool
    }

    /// A browser at the first layer.
    public init(_ inspection: Inspection) {
        self.inspection = inspection
        view = LayerView(inspection.ledger, top: 0, since: -1)
        show()
    }

    /// Takes a key.
    ///
    /// - Returns: false when the key ends the browser.
    public mutating func press(_ key: BrowserKey) -> Bool {
        if key == .control("c") { return false }
        if isTyping {
            type(key)
            return true
        }
        if showsHelp {
            showsHelp = false
            return true
        }
        switch key {
        case .character("q"), .character("Q"): return false
        case .escape:
            if !filter.isEmpty {
                filter = ""
                show()
            }
        case .tab, .backTab: pane = pane == .layers ? .files : .layers
        case .character("/"), .control("f"):
            isTyping = true
            pane = .files
        case .character("?"), .character("h"): showsHelp = true
        case .character("a"), .control("a"), .control("l"):
            isAggregated = key == .control("l") ? false : key == .control("a") ? true : !isAggregated
            load()
        case .character("1"): toggle(.added)
        case .character("2"): toggle(.removed)
        case .character("3"): toggle(.modified)
        case .character("4"): toggle(.unmodified)
        case .character("w"):
            showsWastedOnly.toggle()
            show()
        case .character("b"), .control("b"): showsAttributes.toggle()
        case .character("s"):
            sortsBySize.toggle()
            show()
        case .character("["): choose(layer - 1)
        case .character("]"): choose(layer + 1)
        default: move(key)
        }
        return true
    }

    private mutating func type(_ key: BrowserKey) {
        switch key {
        case .enter, .tab: isTyping = false
        case .escape:
            isTyping = false
            filter = ""
            show()
        case .backspace:
            if !filter.isEmpty { filter.removeLast() }
            show()
        case .character(let character):
            guard filter.count < 256 else { return }
            filter.append(character)
            show()
        default: break
        }
    }

    private mutating func toggle(_ change: LayerView.Change) {
        if shownChanges.remove(change) == nil { shownChanges.insert(change) }
        show()
    }

    // MARK: Moving

    private mutating func move(_ key: BrowserKey) {
        let isLayers = pane == .layers
        let count = isLayers ? inspection.ledger.layers.count : rows.count
        let current = isLayers ? layer : row
        let next: Int
        switch key {
        case .up, .character("k"): next = current - 1
        case .down, .character("j"): next = current + 1
        case .pageUp: next = current - pageLength
        case .pageDown: next = current + pageLength
        case .home, .character("g"): next = 0
        case .end, .character("G"): next = count - 1
        case .enter, .character(" "), .left, .right:
            if isLayers, key == .enter || key == .right { pane = .files } else if !isLayers { open(key) }
            return
        default: return
        }
        if isLayers { choose(next) } else { row = max(0, min(next, count - 1)) }
    }

    private mutating func choose(_ index: Int) {
        let index = max(0, min(index, inspection.ledger.layers.count - 1))
        guard index != layer else { return }
        layer = index
        load()
    }

    private mutating func open(_ key: BrowserKey) {
        guard rows.indices.contains(row) else { return }
        let current = rows[row]
        switch key {
        case .left where !current.isOpen || !current.hasChildren:
            // To the directory that it is in.
            let parent = view.parent(of: current.place)
            if let above = rows.firstIndex(where: { $0.place == parent }) { row = above }
            return
        case .left: opened.remove(current.place)
        case .right: opened.insert(current.place)
        default: if opened.remove(current.place) == nil { opened.insert(current.place) }
        }
        list()
    }

    // MARK: Rows

    private mutating func load() {
        let place = rows.indices.contains(row) ? rows[row].place : nil
        show()
        if let place, let again = rows.firstIndex(where: { $0.place == place }) { row = again }
    }

    /// Makes the tree anew.
    private mutating func show() {
        guard !inspection.ledger.layers.isEmpty else { return }
        let top = layer
        var view = LayerView(inspection.ledger, top: top, since: isAggregated ? min(0, top - 1) : top - 1)
        let wanted = shownChanges
        let (text, wasted) = (Array(filter.lowercased().utf8), showsWastedOnly)
        // A copy, since the tree is asked while it is changed.
        let asked = view
        view.filter { place, change in
            guard wanted.contains(change) else { return false }
            if wasted, asked.wasted(at: place) == 0 { return false }
            return text.isEmpty || Self.contains(asked.path(of: place), text)
        }
        self.view = view
        list()
    }

    private mutating func list() {
        var rows: [Row] = []
        // The first level, and whatever is open below; all that a filter found.
        var pending: [(place: LayerView.Place, depth: Int)] = sorted(view.children(of: LayerView.root)).reversed().map {
            ($0, 0)
        }
        let limit = 200_000
        while let (place, depth) = pending.popLast(), rows.count < limit {
            let hasChildren = view.hasChildren(place)
            let isOpen = hasChildren && (opened.contains(place) || !filter.isEmpty)
            rows.append(Row(place: place, depth: depth, isOpen: isOpen, hasChildren: hasChildren))
            if isOpen {
                for child in sorted(view.children(of: place)).reversed() { pending.append((child, depth + 1)) }
            }
        }
        self.rows = rows
        row = max(0, min(row, rows.count - 1))
    }

    private func sorted(_ places: [LayerView.Place]) -> [LayerView.Place] {
        let named = places.map { (place: $0, name: view.name(of: $0)) }
        return named.sorted { left, right in
            let sizes = (view.size(of: left.place), view.size(of: right.place))
            if sortsBySize, sizes.0 != sizes.1 { return sizes.0 > sizes.1 }
            return left.name.lexicographicallyPrecedes(right.name)
        }.map(\.place)
    }

    /// Is the text, which is in lower case, in the path, whatever its case?
    private static func contains(_ path: PathBytes, _ text: [UInt8]) -> Bool {
        guard path.count >= text.count else { return false }
        func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 32 : byte }
        for start in 0...(path.count - text.count) where lower(path[start]) == text[0] {
            if zip(path[start...], text).allSatisfy({ lower($0) == $1 }) { return true }
        }
        return false
    }
}
