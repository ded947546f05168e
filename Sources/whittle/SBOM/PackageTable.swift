import Inventory
import OCI
import Rendering

/// The packages of an image as a table, with the layer that brought each.
struct PackageTable {
    private let bill: BillOfMaterials
    private let allLayers: Bool

    init(_ bill: BillOfMaterials, allLayers: Bool) {
        self.bill = bill
        self.allLayers = allLayers
    }

    var text: String {
        let layers = bill.attribution?.layers ?? []
        let hasLines = layers.contains { $0.lines != nil }
        var columns: [TextTable.Column] = [.init("NAME"), .init("VERSION"), .init("TYPE"), .init("LAYER", .right)]
        if hasLines { columns += [.init("LINE", .right), .init("STAGE")] }
        if allLayers { columns.append(.init("HIDDEN BY", .right)) }
        columns.append(.init("PATH"))
        var table = TextTable(columns)
        let hidden = allLayers ? bill.inventory.hiddenPackages : []
        for package in (bill.inventory.packages + hidden).sorted() {
            var cells = [package.name, package.version, package.type.rawValue, String(package.layer.index + 1)]
            if hasLines {
                let layer = layers.indices.contains(package.layer.index) ? layers[package.layer.index] : nil
                cells += [layer?.lines.map { String($0.lowerBound) } ?? "", layer?.stage ?? ""]
            }
            if allLayers { cells.append(package.removedBy.map { String($0.index + 1) } ?? "") }
            table.add(cells + [package.path])
        }
        return table.list
    }
}
