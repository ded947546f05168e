import Testing

@testable import Inventory

struct JavaArchiveTests {
    @Test func namesLayersInTheirOrder() {
        let index = """
            - "dependencies":
              - "BOOT-INF/lib/"
            - "spring-boot-loader":
              - "org/"
            - "snapshot-dependencies":
            - "a b; rm":
            - "application":
              - "META-INF/"
            """
        #expect(
            JavaArchive.layers(index) == ["dependencies", "spring-boot-loader", "snapshot-dependencies", "application"])
    }

    @Test(arguments: ["/nonexistent.jar", "/dev/null", "/etc/passwd"])
    func isNoneWithoutAnArchive(_ path: String) { #expect(JavaArchive(path: path) == nil) }
}
