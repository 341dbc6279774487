import COneDNN
import COpenBLAS

/// The numeric libraries in use; they decide bits, so a run records them.
package enum LibraryVersions {
    package static var all: [(name: String, version: String)] {
        let oneDNN = od_version()
        return [
            ("OpenBLAS", String(cString: ob_configuration())),
            ("oneDNN", "\(oneDNN / 10000).\(oneDNN / 100 % 100).\(oneDNN % 100)"),
        ]
    }
}
